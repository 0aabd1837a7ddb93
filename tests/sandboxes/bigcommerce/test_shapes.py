"""How values look on the wire: behaviour 4.3, and orders through the storefront's checkout (identities of an order)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kontera.clock import parse_instant
from kontera.sandboxes.kit import parse_json

from .conftest import GERMANY, SWEDEN, Shop

D = Decimal
MONEY = (
    "subtotal_ex_tax",
    "subtotal_inc_tax",
    "subtotal_tax",
    "total_ex_tax",
    "total_inc_tax",
    "total_tax",
    "shipping_cost_inc_tax",
    "handling_cost_tax",
    "wrapping_cost_ex_tax",
    "discount_amount",
    "coupon_discount",
    "store_credit_amount",
    "gift_certificate_amount",
    "refunded_amount",
)


def test_4_3_money_is_text_with_four_decimals_in_v2(shop: Shop) -> None:
    """89 kr of tea and 49 kr of shipping."""
    order = shop.order(shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11).id)
    assert ("138.0000", "19.3400", "118.6600") == (order["total_inc_tax"], order["total_tax"], order["total_ex_tax"])
    assert all(isinstance(order[name], str) and order[name][-5] == "." for name in MONEY)
    line = shop.get(f"/v2/orders/{order['id']}/products")[0]
    assert ("89.0000", "79.4600", "9.5400") == (line["price_inc_tax"], line["price_ex_tax"], line["price_tax"])


def test_4_3_v3_money_is_a_number_and_order_id_is_text(shop: Shop) -> None:
    """Transactions say order_id as text and dates in ISO 8601."""
    order = shop.shopper.checkout({"sku": "TE-CHA-100"}, customer_id=11)
    row = shop.get(f"/v3/orders/{order.id}/transactions")["data"][0]
    assert (str(order.id), D("124.5"), "SEK", "2026-03-02T09:00:00+00:00") == (
        row["order_id"],
        row["amount"],
        row["currency"],
        row["date_created"],
    )
    assert not isinstance(row["amount"], str)


def test_4_3_dates_and_links(shop: Shop) -> None:
    """RFC 2822 in UTC; the link to addresses is spelled without the underscore and works."""
    order = shop.order(shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11).id)
    assert "Mon, 02 Mar 2026 09:00:00 +0000" == order["date_created"]
    link = order["shipping_addresses"]
    assert f"/orders/{order['id']}/shippingaddresses" == link["resource"]
    answer = shop.client.get(link["url"], headers={"X-Auth-Token": shop.token})
    assert "SE" == answer.json()[0]["country_iso2"]
    for name in ("products", "coupons", "consignments", "fees"):
        assert {"url", "resource"} == set(order[name])


def test_4_3_include_puts_fees_and_consignments_inside(shop: Shop) -> None:
    """include=fees,consignments with consignment_structure=object."""
    placed = shop.shopper.checkout(
        {"sku": "TE-SEN-100"}, {"sku": "DI-EBO-001"}, customer_id=11, fees=[{"name": "Försäkring", "amount": "19.00"}]
    )
    order = shop.get(f"/v2/orders/{placed.id}?include=fees,consignments&consignment_structure=object")
    assert [("Försäkring", "19.0000", "15.2000")] == [
        (fee["display_name_customer"], fee["cost_inc_tax"], fee["cost_ex_tax"]) for fee in order["fees"]
    ]
    assert (1, 1) == (
        len(order["consignments"]["shipping"][0]["line_items"]),
        len(order["consignments"]["downloads"][0]["line_items"]),
    )
    full = shop.get("/v2/orders?include=consignments.line_items&consignment_structure=object")[0]
    assert "TE-SEN-100" == full["consignments"]["shipping"][0]["line_items"][0]["sku"]


def test_4_3_empty_objects_or_null(shop: Shop) -> None:
    """Both occur in real answers: a switch chooses."""
    first = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    shop.shopper.switch(empty_objects=True)
    second = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    seen = [shop.get(f"/v3/orders/{order.id}/transactions")["data"][0]["offline"] for order in (first, second)]
    assert [None, {}] == seen


def test_4_3_loose_numbers(shop: Shop) -> None:
    """The schema allows float, float in text, and integer: with the switch all occur, and none changes its value."""
    placed = shop.shopper.checkout({"sku": "TE-CHA-100", "quantity": 3}, customer_id=11, coupons=["VAR15"])
    strict = shop.order(placed.id)
    shop.shopper.switch(loose_numbers=True)
    loose = shop.order(placed.id)
    kinds = {type(loose[name]) for name in MONEY}
    assert len(kinds) > 1
    assert [D(strict[name]) for name in MONEY] == [D(loose[name]) for name in MONEY]


CARTS: list[dict[str, Any]] = [
    {"lines": [{"sku": "TE-SEN-100", "quantity": 3}], "coupons": ["TE10"]},
    {"lines": [{"sku": "TE-CHA-100", "quantity": 3}, {"sku": "BO-TEB-001"}], "coupons": ["VAR15"]},
    {"lines": [{"sku": "KO-GJU-080"}, {"sku": "BO-JAP-001"}], "coupons": ["MINUS50"], "manual_discount": "33.33"},
    {"lines": [{"sku": "TE-SEN-100"}], "coupons": ["FRAKT20"]},
    {"lines": [{"sku": "TE-SEN-100"}], "coupons": ["FRIFRAKT", "KAMPANJ"]},
    {"lines": [{"sku": "KO-KOP-025-GUL", "quantity": 2, "wrapping": 1}]},
    {"lines": [{"sku": "PA-PRO-001"}, {"sku": "DI-EBO-001"}, {"gift_certificate": {"amount": "300"}}]},
    {
        "lines": [{"sku": "TE-SEN-100"}],
        "fees": [{"name": "Försäkring", "amount": "19.00"}],
        "gift_certificates": ["NT2-BBB-222"],
    },
    {
        "lines": [{"sku": "TE-SEN-100"}, {"sku": "BO-TEB-001", "ship_to": 1}],
        "customer_id": 12,
        "use_store_credit": True,
        "shipping_addresses": [SWEDEN | {"handling": "15.00"}, GERMANY | {"cost": "99.00"}],
    },
    {"lines": [{"sku": "TE-MAT-030", "quantity": 2}], "customer_id": 22},
    {"lines": [{"sku": "TE-MAT-030", "quantity": 2}], "customer_id": 19, "currency": "NOK"},
    {"lines": [{"sku": "TE-MAT-030", "quantity": 2}], "customer_id": 17, "currency": "EUR", "channel_id": 2},
    {"lines": [{"sku": "KO-GJU-080"}], "billing_address": SWEDEN | {"country_iso2": "JP"}, "currency": "JPY"},
    {"lines": [{"sku": "KO-VAG-001"}], "billing_address": SWEDEN | {"country_iso2": "KW"}, "currency": "KWD"},
]


@pytest.mark.parametrize("inclusive", [True, False], ids=["inc", "ex"])
@pytest.mark.parametrize("rounding", ["RATE_ROUNDING", "NO_ROUNDING"])
def test_checkout_identities(shop: Shop, inclusive: bool, rounding: str) -> None:
    """N5. Every kind of cart, in shops with prices including and excluding tax, under both rounding strategies:
    the totals, the lines, the tax rows and the payments agree (the sandbox's audit finds nothing)."""
    shop.shopper.switch(prices_include_tax=inclusive, rounding_strategy=rounding, quota=None)
    for cart in CARTS:
        lines = cart["lines"]
        rest = {"customer_id": 11} | {name: value for name, value in cart.items() if name != "lines"}
        if "billing_address" in rest:
            rest.pop("customer_id")
        bought = shop.shopper.checkout(*lines, **rest)
        assert D(shop.order(bought.id)["total_inc_tax"]) == bought.total
    assert {"orders": len(CARTS), "wrong": {}} == shop.shopper.look("audit")


@pytest.mark.parametrize(
    ("customer", "sku", "rates", "total"),
    [
        (11, "TE-SEN-100", ["12.0000", "25.0000"], "138.0000"),  # Sweden: 89 + 49
        (11, "BO-TEB-001", ["6.0000", "25.0000"], "298.0000"),
        (11, "TJ-VAC-001", ["0.0000"], "350.0000"),  # care: no tax, nothing to ship
        (17, "KO-GJU-080", ["19.0000", "19.0000"], "883.4600"),  # Germany: 639.20 * 1.19 = 760.65, 103.20 * 1.19
        (16, "TE-SEN-100", ["13.5000", "25.5000"], "219.7100"),  # Finland: 79.46 * 1.135 = 90.19, 103.20 * 1.255
        (19, "KO-GJU-080", ["0.0000", "0.0000"], "742.4000"),  # Norway: export
        (22, "KO-GJU-080", ["0.0000", "0.0000"], "742.4000"),  # German company: reverse charge
    ],
)
def test_tax_follows_country_class_and_customer(
    shop: Shop, customer: int, sku: str, rates: list[str], total: str
) -> None:
    """M43. Domestic 25/12/6/0, distance sales at the country's rates, export, reverse charge. Worked by hand."""
    bought = shop.shopper.checkout({"sku": sku}, customer_id=customer)
    rows = shop.get(f"/v2/orders/{bought.id}/taxes?details=true")
    assert (rates, total) == ([row["rate"] for row in rows], shop.order(bought.id)["total_inc_tax"])


def test_equal_prices_everywhere_when_store_tax_is_not_subtracted(shop: Shop) -> None:
    """The other setting: 799 kr for everybody, and less without tax where the rate is higher."""
    shop.shopper.switch(subtract_store_tax=False)
    prices = []
    for customer in (11, 17, 19):
        bought = shop.shopper.checkout({"sku": "KO-GJU-080"}, customer_id=customer)
        line = shop.get(f"/v2/orders/{bought.id}/products")[0]
        prices.append((line["price_inc_tax"], line["price_ex_tax"]))
    assert [("799.0000", "639.2000"), ("799.0000", "671.4300"), ("799.0000", "799.0000")] == prices


def test_digital_lines_are_taxed_where_the_bill_goes(shop: Shop) -> None:
    """Goods to Germany, an e-book billed to Sweden: 19 % on the pot, 6 % on the book, address 0 for the book."""
    bought = shop.shopper.checkout(
        {"sku": "KO-GJU-080"}, {"sku": "DI-EBO-001"}, customer_id=11, shipping_addresses=[GERMANY]
    )
    rows = shop.get(f"/v2/orders/{bought.id}/taxes?details=true")
    assert [("19.0000", False, "item"), ("6.0000", True, "item"), ("19.0000", False, "shipping")] == [
        (row["rate"], row["order_address_id"] == 0, row["line_item_type"]) for row in rows
    ]


def test_tax_rows_with_and_without_details(shop: Shop) -> None:
    """Without details rows of one address, rate and class are added up and name no line."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, {"sku": "TE-EGR-100"}, customer_id=11)
    detailed = shop.get(f"/v2/orders/{bought.id}/taxes?details=true")
    summed = shop.get(f"/v2/orders/{bought.id}/taxes")
    assert ["9.5400", "8.4600", "9.8000"] == [row["line_amount"] for row in detailed]
    assert [("18.0000", "Reducerad moms"), ("9.8000", "Shipping")] == [
        (row["line_amount"], row["class"]) for row in summed
    ]
    assert all("order_product_id" not in row for row in summed)


def test_bundle_parts_are_free(shop: Shop) -> None:
    """The parent carries the price; its parts move stock only."""
    bought = shop.shopper.checkout({"sku": "PA-PRO-001", "quantity": 2}, customer_id=11)
    parent, *parts = shop.get(f"/v2/orders/{bought.id}/products")
    assert ("458.0000", False) == (parent["discounted_total_inc_tax"], parent["is_bundled_product"])
    assert [("0.0000", True, parent["id"], 2)] * 3 == [
        (part["total_inc_tax"], part["is_bundled_product"], part["parent_order_product_id"], part["quantity"])
        for part in parts
    ]


def test_coupons_show_what_they_took(shop: Shop) -> None:
    """Lines say which coupon took what; a shipping coupon lowers shipping and is not in coupon_discount."""
    bought = shop.shopper.checkout(
        {"sku": "TE-SEN-100", "quantity": 2},
        {"sku": "KO-GJU-080"},
        customer_id=11,
        coupons=["TE10", "MINUS50", "FRAKT20"],
        manual_discount="10",
    )
    order = shop.order(bought.id)
    assert ("70.0000", "10.0000", "49.0000", "29.0000") == (
        order["coupon_discount"],
        order["discount_amount"],
        order["base_shipping_cost"],
        order["shipping_cost_inc_tax"],
    )
    assert [("TE10", 0, 20), ("MINUS50", 2, 50), ("FRAKT20", 3, 20)] == [
        (row["code"], row["type"], row["discount"]) for row in shop.get(f"/v2/orders/{bought.id}/coupons")
    ]
    tea, pot = shop.get(f"/v2/orders/{bought.id}/products")
    # 158 of 957 left after TE10: 8.25 of 50; then 149.75 of 907: 1.65 of 10
    assert [
        ("coupon", "20.0000", "product"),
        ("total-coupon", "8.2500", "order"),
        ("manual-discount", "1.6500", "order"),
    ] == [(row["id"], row["amount"], row["target"]) for row in tea["applied_discounts"]]
    assert ("148.1000", "748.9000", "178.0000") == (
        tea["discounted_total_inc_tax"],
        pot["discounted_total_inc_tax"],
        tea["total_inc_tax"],
    )


def test_automatic_promotion_is_a_discount_not_a_coupon(shop: Shop) -> None:
    """10 % on china when switched on."""
    shop.control("actions/promotion", {"id": 7, "enabled": True})
    bought = shop.shopper.checkout({"sku": "KO-GJU-080"}, customer_id=11)
    order = shop.order(bought.id)
    assert ("79.9000", "0.0000", "768.1000") == (
        order["discount_amount"],
        order["coupon_discount"],
        order["total_inc_tax"],
    )
    assert shop.get(f"/v2/orders/{bought.id}/coupons") is None


def test_several_currencies(shop: Shop) -> None:
    """Charged in euro; shown in pounds when the shopper looked at pounds; yen without decimals, dinar with three."""
    euro = shop.shopper.checkout({"sku": "KO-GJU-080"}, customer_id=17, currency="EUR", display_currency="GBP")
    order = shop.order(euro.id)
    assert ("EUR", "GBP", "SEK") == (
        order["default_currency_code"],
        order["currency_code"],
        order["store_default_currency_code"],
    )
    yen = shop.shopper.checkout({"sku": "KO-GJU-080"}, billing_address=SWEDEN | {"country_iso2": "JP"}, currency="JPY")
    dinar = shop.shopper.checkout(
        {"sku": "KO-GJU-080"}, billing_address=SWEDEN | {"country_iso2": "KW"}, currency="KWD"
    )
    assert (0, 3) == (-yen.total.as_tuple().exponent, len(str(dinar.total).split(".")[1]))


@pytest.mark.parametrize(
    ("cart", "reason"),
    [
        ({"lines": [], "customer_id": 11}, "empty cart"),
        ({"lines": [{"sku": "NOPE"}], "customer_id": 11}, "no article"),
        ({}, "guest needs a billing_address"),
        ({"customer_id": 11, "currency": "GBP"}, "no payment in 'GBP'"),
        ({"customer_id": 11, "coupons": ["FEL"]}, "coupon 'FEL'"),
        ({"customer_id": 4711}, "no customer 4711"),
        ({"customer_id": 11, "gift_certificates": ["NT1-CCC-333"]}, "cannot pay an order in SEK"),
        ({"customer_id": 11, "payment": "seashells"}, "unknown way to pay"),
        ({"customer_id": 11, "channel_id": 8}, "channel"),
        ({"billing_address": SWEDEN, "use_store_credit": True}, "guest has no store credit"),
    ],
)
def test_checkout_refuses(shop: Shop, cart: dict[str, Any], reason: str) -> None:
    """What the storefront would not sell; nothing is left behind."""
    with pytest.raises(ValueError, match=reason):
        shop.shopper.act("checkout", **{"lines": [{"sku": "TE-SEN-100"}], **cart})
    assert shop.get("/v2/orders") is None


def test_registers(shop: Shop) -> None:
    """The set-up a hub reads: profile, currencies, classes, settings, zones, rates, channels, groups, VAT numbers."""
    assert ("SEK", True) == (shop.get("/v2/store")["currency"], shop.get("/v2/store")["is_price_entered_with_tax"])
    assert {"time": int(parse_instant("2026-03-02T09:00:00Z").timestamp())} == shop.get("/v2/time")
    currencies = {row["currency_code"]: row["decimal_places"] for row in shop.get("/v2/currencies")}
    assert (2, 0, 3) == (currencies["SEK"], currencies["JPY"], currencies["KWD"])
    assert ["0", "1", "2", "3", "4", "5"] == [row["id"] for row in shop.get("/v2/tax_classes")]
    assert "RATE_ROUNDING" == shop.get("/v3/tax/settings")["data"]["rounding_strategy"]
    zones = shop.get("/v3/tax/zones")["data"]
    rates = shop.get("/v3/tax/rates?limit=250")["data"]
    assert (29, {zone["id"] for zone in zones}) == (len(zones), {rate["tax_zone_id"] for rate in rates})
    assert [1, 2, 3] == [row["id"] for row in shop.get("/v3/channels")["data"]]
    company = shop.get("/v3/customers?include=formfields,addresses,storecredit&id:in=22")["data"][0]
    assert ("VAT-nummer", "DE136695976") == (company["form_fields"][0]["name"], company["form_fields"][0]["value"])
    assert "addresses" not in shop.get("/v3/customers")["data"][0]
    assert ["BO-JAP-001"] == [row["sku"] for row in shop.get("/v3/catalog/products?sku=BO-JAP-001")["data"]]
    assert 3 == len(shop.get("/v3/catalog/products/115/variants")["data"])
    assert [
        "per_item_discount",
        "percentage_discount",
        "per_total_discount",
        "shipping_discount",
        "free_shipping",
        "promotion",
    ] == [row["type"] for row in shop.get("/v2/coupons")]


def test_vat_number_travels_with_the_order(shop: Shop) -> None:
    """As a form field of the billing address."""
    order = shop.order(shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=22).id)
    assert [{"name": "VAT-nummer", "value": "DE136695976"}] == order["billing_address"]["form_fields"]


def test_put_tax_settings(shop: Shop) -> None:
    """From the next order on prices are without tax: 89 kr and 12 % on top, 49 kr and 25 %."""
    shop.send("PUT", "/v3/tax/settings", {"tax_entered_with_prices": False}, 200)
    shop.send("PUT", "/v3/tax/settings", {"rounding_strategy": "SOMEHOW"}, 422)
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    assert D("160.93") == bought.total
    assert parse_json(b"160.93") == bought.total
