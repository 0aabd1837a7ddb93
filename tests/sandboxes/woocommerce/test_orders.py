"""Orders, refunds and products: what a write does, and how it is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import SWEDEN, Shop


def stock(shop: Shop, sku: str) -> int:
    """The stock of an article."""
    return int(shop.get(f"/products?sku={sku}")[0]["stock_quantity"])


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ({"quantity": 1}, 400, "woocommerce_rest_required_product_reference"),
        ({"product_id": 99999}, 201, None),
    ],
)
def test_references(shop: Shop, line: dict[str, Any], status: int, code: str | None) -> None:
    """A line needs a reference; one to nothing is taken and costs nothing."""
    answer = shop.call("POST", "/orders", {"line_items": [line]}).json()
    assert code == answer.get("code")
    if status == 201:
        assert [(0, None, "0.00")] == [(row["product_id"], row["sku"], row["total"]) for row in answer["line_items"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "banana"}, "rest_invalid_param"),
        ({"currency": "KRONOR"}, "rest_invalid_param"),
        ({"customer_id": 4711}, "woocommerce_rest_invalid_customer_id"),
        ({"coupon_lines": [{"code": "finnsinte"}]}, "woocommerce_rest_invalid_coupon"),
        ({"id": 5}, "woocommerce_rest_shop_order_exists"),
        ({"line_items": "MUG-1"}, "rest_invalid_param"),
        ({"line_items": [{"product_id": "MUG-1"}]}, "rest_invalid_param"),
        ({"line_items": [{"sku": "MUG-1", "quantity": 1.5}]}, "rest_invalid_param"),
        ({"line_items": [{"sku": "MUG-1", "total": "mycket"}]}, "rest_invalid_param"),
        ({"billing": "Åsa"}, "rest_invalid_param"),
        ({"customer_id": "Åsa"}, "rest_invalid_param"),
    ],
)
def test_refused_orders(shop: Shop, body: dict[str, Any], code: str) -> None:
    """400 in the vendor's words; an invalid coupon leaves a draft behind."""
    answer = shop.call("POST", "/orders", {"line_items": [{"sku": "MUG-1"}], **body})
    assert (400, code) == (answer.status_code, answer.json()["code"])
    left = answer.json()["data"].get("new_draft_order_id")
    assert (code == "woocommerce_rest_invalid_coupon") is (left is not None)
    if left is not None:
        assert "checkout-draft" == shop.get(f"/orders/{left}")["status"]
        assert "&quot;finnsinte&quot;" in answer.json()["message"]


def test_paid_and_stock(shop: Shop) -> None:
    """Stock goes at on-hold, processing or completed, comes back at cancelled; paid is a date, not a status."""
    order = shop.order({"sku": "MUG-1", "quantity": 2})
    assert (None, 500) == (order["date_paid_gmt"], stock(shop, "MUG-1"))
    shop.advance(60)
    order = shop.send("PUT", f"/orders/{order['id']}", {"set_paid": True, "transaction_id": "ch_1"}, 200)
    assert ("processing", "2026-03-02T09:01:00", "2026-03-02T10:01:00", "ch_1", 498) == (
        order["status"],
        order["date_paid_gmt"],
        order["date_paid"],
        order["transaction_id"],
        stock(shop, "MUG-1"),
    )
    shop.send("PUT", f"/orders/{order['id']}", {"status": "cancelled"}, 200)
    assert 500 == stock(shop, "MUG-1")
    assert "completed" == shop.order({"sku": "KURS-1"}, set_paid=True)["status"]
    cash = shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN, payment="cod")
    assert ("processing", None) == (cash.status, shop.get(f"/orders/{cash.id}")["date_paid_gmt"])
    assert shop.get(f"/orders/{shop.shopper.status(cash.id, 'completed').id}")["date_paid_gmt"]


def test_edits(shop: Shop) -> None:
    """Quantity alone changes no amount, 0 removes the line, a new line and its tax come on top of a paid order."""
    order = shop.order({"sku": "MUG-1"}, {"sku": "KAFFE-450"}, set_paid=True)
    mug, coffee = (line["id"] for line in order["line_items"])
    path = f"/orders/{order['id']}"
    order = shop.send("PUT", path, {"line_items": [{"id": mug, "quantity": 3}]}, 200)
    assert (3, "159.20", "278.90") == (
        order["line_items"][0]["quantity"],
        order["line_items"][0]["total"],
        order["total"],
    )
    order = shop.send("PUT", path, {"line_items": [{"id": coffee, "quantity": 0}, {"sku": "BOK-1"}]}, 200)
    assert ["MUG-1", "BOK-1"] == [line["sku"] for line in order["line_items"]]
    assert ("448.00", [25, 6]) == (order["total"], [row["rate_percent"] for row in order["tax_lines"]])
    before = order["date_modified_gmt"]
    shop.advance(5)
    assert before != shop.send("PUT", path, {"unknown": 1}, 200)["date_modified_gmt"]
    wrong = shop.call("PUT", path, {"line_items": [{"id": 9999, "quantity": 1}]})
    assert (400, "woocommerce_rest_invalid_item_id") == (wrong.status_code, wrong.json()["code"])


def test_deleted_product_and_rate(shop: Shop) -> None:
    """Old orders lose the SKU and number of a deleted product, and keep label and percentage of a deleted rate."""
    order = shop.order({"sku": "MUG-1"})
    line, row = order["line_items"][0], order["tax_lines"][0]
    shop.send("DELETE", f"/products/{line['product_id']}?force=true", None, 200)
    shop.send("DELETE", f"/taxes/{row['rate_id']}?force=true", None, 200)
    order = shop.get(f"/orders/{order['id']}")
    assert (0, None, "159.20") == tuple(order["line_items"][0][name] for name in ("product_id", "sku", "total"))
    assert ("Moms 25%", 25) == (order["tax_lines"][0]["label"], order["tax_lines"][0]["rate_percent"])


def test_gift_card_lowers_the_total(shop: Shop) -> None:
    """Lines and taxes stay; the field is there only with the plugin, which the system status names."""
    bought = shop.shopper.checkout(
        {"sku": "MUG-1"}, billing=SWEDEN, gift_cards=[{"code": "GAVA-1", "amount": "100.00"}]
    )
    assert Decimal("158.00") == bought.total
    assert "gift_cards" not in shop.get(f"/orders/{bought.id}")
    shop.shopper.switch(gift_card_plugin=True)
    order = shop.get(f"/orders/{bought.id}")
    assert [("GAVA-1", "100.00")] == [(card["code"], card["amount"]) for card in order["gift_cards"]]
    assert ("51.60", "total = lines + tax") == (
        order["total_tax"],
        next(iter(shop.shopper.look("audit")["wrong"][str(bought.id)])),
    )
    plugins = [plugin["plugin"] for plugin in shop.get("/system_status")["active_plugins"]]
    assert "woocommerce-gift-cards/woocommerce-gift-cards.php" in plugins


@pytest.mark.parametrize(
    ("plugin", "key", "value"),
    [
        ("aelia", "_base_currency_exchange_rate", "11.5"),
        ("woocs", "_woocs_order_rate", "0.086957"),
        ("wcpay", "_wcpay_multi_currency_order_default_currency", "SEK"),
        ("curcy", "wmc_order_info", {"SEK": {"rate": "1", "is_main": 1}, "EUR": {"rate": "0.086957"}}),
    ],
)
def test_currency_plugins(shop: Shop, plugin: str, key: str, value: Any) -> None:
    """The currency is a label; each plugin keeps the rate in its own way."""
    bought = shop.shopper.checkout(
        {"sku": "MUG-1"}, billing=SWEDEN, currency="EUR", currency_plugin=plugin, rate="11.5"
    )
    order = shop.get(f"/orders/{bought.id}")
    assert ("EUR", "258.00") == (order["currency"], order["total"])
    assert value == {row["key"]: row["value"] for row in order["meta_data"]}[key]


# Refunds


@pytest.mark.parametrize(
    ("body", "code", "inside"),
    [
        ({"amount": "1000"}, "woocommerce_rest_cannot_create_order_refund", 500),
        ({"amount": "-1"}, "woocommerce_rest_invalid_order_refund", 400),
        ({"amount": "10", "api_refund": True}, "woocommerce_rest_cannot_create_order_refund", 500),
    ],
)
def test_refused_refunds(shop: Shop, body: dict[str, Any], code: str, inside: int) -> None:
    """Too much, negative, a gateway that cannot: HTTP 500 with the meant status inside."""
    order = shop.order({"sku": "MUG-1"}, payment_method="bacs")
    answer = shop.call("POST", f"/orders/{order['id']}/refunds", {"api_refund": False, **body})
    assert (500, code, inside) == (answer.status_code, answer.json()["code"], answer.json()["data"])
    unknown = shop.call("POST", "/orders/9999/refunds", {"amount": "1"})
    assert (500, 404) == (unknown.status_code, unknown.json()["data"])


def test_refund_shapes(shop: Shop) -> None:
    """Amount only has no VAT, a line without tax has VAT 0, an empty body makes one of nothing, the status makes the
    rest; a deletion moves no date."""
    order = shop.order({"sku": "MUG-1"}, {"sku": "KAFFE-450"}, set_paid=True)
    path = f"/orders/{order['id']}/refunds"
    free = {"api_refund": False}
    goodwill = shop.send("POST", path, {"amount": "20.00", **free}, 201)
    assert ([], [], "20.00") == (goodwill["line_items"], goodwill["tax_lines"], goodwill["amount"])
    line = order["line_items"][1]["id"]
    untaxed = shop.send(
        "POST", path, {"line_items": [{"id": line, "quantity": 1, "refund_total": "71.34"}], **free}, 201
    )
    assert ("71.34", -1, "-71.34", "0.00") == (
        untaxed["amount"],
        untaxed["line_items"][0]["quantity"],
        untaxed["line_items"][0]["total"],
        untaxed["line_items"][0]["total_tax"],
    )
    assert 900 == stock(shop, "KAFFE-450")
    assert "0.00" == shop.send("POST", path, free, 201)["amount"]
    shop.advance(9)
    before = shop.get(f"/orders/{order['id']}")["date_modified_gmt"]
    shop.send("DELETE", f"{path}/{goodwill['id']}", None, 200)
    assert before == shop.get(f"/orders/{order['id']}")["date_modified_gmt"]
    shop.send("PUT", f"/orders/{order['id']}", {"status": "refunded"}, 200)
    rest = shop.get(path)[0]
    assert ("Order fully refunded.", [], "207.56") == (rest["reason"], rest["line_items"], rest["amount"])
    assert order["id"] == shop.get("/refunds")[0]["parent_id"]


def test_refund_through_the_gateway(shop: Shop) -> None:
    """A gateway that can is asked to pay back; the whole amount turns the order into refunded."""
    bought = shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN, payment="stripe")
    made = shop.send("POST", f"/orders/{bought.id}/refunds", {"amount": "258.00"}, 201)
    assert (True, "full") == (made["refunded_payment"], made["meta_data"][0]["value"])
    assert [{"order_id": bought.id, "gateway": "stripe", "amount": "258.00"}] == shop.shopper.look("gateway")
    order = shop.get(f"/orders/{bought.id}")
    meta = {row["key"]: row["value"] for row in order["meta_data"]}
    assert ("refunded", "5.67", "-5.67") == (order["status"], meta["_stripe_fee"], meta["_stripe_net"])


# Products, batch, notes


def test_products(shop: Shop) -> None:
    """A taken SKU names a free one; nonsense empties a price; stock only where managed, whole numbers, or relative."""
    taken = shop.call("POST", "/products", {"name": "x", "sku": "MUG-1"}).json()
    assert ("product_invalid_sku", "MUG-1-1") == (taken["code"], taken["data"]["unique_sku"])
    mug = shop.get("/products?sku=MUG-1")[0]["id"]
    path = f"/products/{mug}"
    assert "" == shop.send("PUT", path, {"regular_price": "abc"}, 200)["price"]
    assert 400 == shop.call("PUT", path, {"stock_quantity": 2.5}).status_code
    assert 7 == shop.send("PUT", path, {"stock_quantity": "7"}, 200)["stock_quantity"]
    assert 4 == shop.send("PUT", path, {"inventory_delta": -3}, 200)["stock_quantity"]
    course = shop.get("/products?sku=KURS-1")[0]["id"]
    assert shop.send("PUT", f"/products/{course}", {"stock_quantity": 9}, 200)["stock_quantity"] is None
    small = shop.get("/products?sku=TEE-S")[0]
    assert ("variation", True) == (small["type"], small["parent_id"] > 0)
    assert small["id"] not in [row["id"] for row in shop.get("/products?per_page=100")]
    assert 3 == len(shop.get(f"/products/{small['parent_id']}/variations"))
    assert 404 == shop.call("GET", f"{path}/variations/{small['id']}").status_code


def test_batch(shop: Shop) -> None:
    """Each failure stands in its own place; over a hundred is too large."""
    made = shop.order({"sku": "MUG-1"})["id"]
    answer = shop.send(
        "POST",
        "/orders/batch",
        {
            "create": [{"line_items": [{"sku": "MUG-1"}]}, {"line_items": [{}]}],
            "update": [{"id": made, "status": "completed"}, {"id": 9999}],
            "delete": [made],
        },
        200,
    )
    assert 0 == answer["create"][1]["id"]
    assert "woocommerce_rest_required_product_reference" == answer["create"][1]["error"]["code"]
    assert ("completed", "woocommerce_rest_shop_order_invalid_id") == (
        answer["update"][0]["status"],
        answer["update"][1]["error"]["code"],
    )
    assert made == answer["delete"][0]["id"]
    many = shop.call("POST", "/products/batch", {"delete": list(range(101))})
    assert (413, "woocommerce_rest_request_entity_too_large") == (many.status_code, many.json()["code"])


def test_notes(shop: Shop) -> None:
    """A note moves no date and raises nothing."""
    number = shop.order({"sku": "MUG-1"})["id"]
    before = shop.get(f"/orders/{number}")["date_modified_gmt"]
    shop.advance(5)
    note = shop.send("POST", f"/orders/{number}/notes", {"note": "Faktura 1001"}, 201)
    assert [(note["id"], "Faktura 1001", False)] == [
        (row["id"], row["note"], row["customer_note"]) for row in shop.get(f"/orders/{number}/notes")
    ]
    assert before == shop.get(f"/orders/{number}")["date_modified_gmt"]


def test_settings_change_the_shop(shop: Shop) -> None:
    """What is written in the settings is how it calculates from then on; the order remembers how it was made."""
    old = shop.order({"sku": "MUG-1"})
    shop.send("PUT", "/settings/tax/woocommerce_prices_include_tax", {"value": "no"}, 200)
    shop.send("PUT", "/settings/general/woocommerce_currency", {"value": "EUR"}, 200)
    new = shop.order({"sku": "MUG-1"})
    assert ("199.00", "248.75", "EUR") == (old["total"], new["total"], new["currency"])
    assert shop.get(f"/orders/{old['id']}")["prices_include_tax"]
    wrong = shop.call("PUT", "/settings/tax/woocommerce_prices_include_tax", {"value": "maybe"})
    assert (400, "rest_setting_value_invalid") == (wrong.status_code, wrong.json()["code"])


def test_registers_answer(shop: Shop) -> None:
    """Zones and their methods, gateways, coupons: what a hub maps before go-live."""
    assert ["Övriga världen", "Sverige", "Norden och EU"] == [row["name"] for row in shop.get("/shipping/zones")]
    assert ["flat_rate", "free_shipping", "local_pickup"] == [
        row["method_id"] for row in shop.get("/shipping/zones/1/methods")
    ]
    assert [{"code": "SE", "type": "country"}] == shop.get("/shipping/zones/1/locations")
    assert "Klarna" == shop.get("/payment_gateways/klarna_payments")["title"]
    assert ["percent"] == [row["discount_type"] for row in shop.get("/coupons?code=tio")]
    for path in ("/shipping/zones/9", "/payment_gateways/x", "/coupons/9", "/customers/99", "/taxes/99", "/webhooks/9"):
        assert 404 == shop.call("GET", path).status_code
    assert 501 == shop.call("DELETE", "/customers/2").status_code
