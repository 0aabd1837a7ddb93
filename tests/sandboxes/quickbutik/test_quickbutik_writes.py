"""POST and PUT /orders: HTTP 200 whatever comes of them, a result per object, nothing kept of a bad one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import ASA, SWEDEN, Shop, number


def what(shop: Shop) -> list[tuple[str, str]]:
    """What the payment provider saw."""
    return [(row["what"], row["amount"]) for row in shop.shopper.look("gateway")]


def test_created_unpaid(shop: Shop) -> None:
    """Always unpaid, whatever the caller says; products by id or article number, prices the caller's or the shop's."""
    troja = shop.product("TROJA")
    order_id = shop.create(
        {"product_id": troja["id"], "variant_id": troja["variants"][1]["id"], "qty": 2},
        {"sku": "BOK-STICKA", "price": "199.50"},
        payment={"method": "MySaleChannel", "transaction_id": "t-1", "currency": "SEK"},
        shipping={"id": 1, "name": "Postnord Parcel", "price": 123},
        discount_add={"amount": 100},
        status="paid",
    )
    order = shop.details(order_id)
    assert ("-1", None) == (order["status"], order["date_paid"])
    assert [("TROJA-M", "899", 2), ("BOK-STICKA", "199.50", 1)] == [
        (line["sku"], line["price"], line["qty"]) for line in order["products"]
    ]
    assert {"method": "MySaleChannel", "transaction_id": "t-1"} == order["paymethod"]
    assert ("Postnord Parcel", "123", "100", "2020.50") == tuple(
        order[name] for name in ("shipping_name", "shipping_amount", "discount_amount", "total_amount")
    )
    assert ("Åsa Öström", "consumer", "SE") == tuple(
        order["customer"][name] for name in ("full_name", "customer_type", "country")
    )


def test_results_are_numbered(shop: Shop) -> None:
    """create_1, create_2, …; a bad one in the middle stops nobody and takes no number."""
    good: dict[str, Any] = {"order_id": "create", "customer": SWEDEN, "products": [{"sku": "SAX-1"}]}
    bad = good | {"products": [{"sku": "NIX"}]}
    results = shop.send("POST", "/orders", [good, bad, good])["results"]
    assert ["create_1", "create_2", "create_3"] == list(results)
    assert [True, False, True] == [one["success"] for one in results.values()]
    assert ["Product not found"] == results["create_2"]["errors"]
    assert ["1001", "1002"] == [results[name]["order_id"] for name in ("create_1", "create_3")]
    assert ["1002", "1001"] == shop.ids()


def test_a_shop_that_does_not_tell_the_new_id(shop: Shop) -> None:
    """With the switch a caller has to look for its order."""
    shop.shopper.switch(create_tells_id=False)
    body = {"order_id": "create", "customer": SWEDEN, "products": [{"sku": "SAX-1"}]}
    assert {"create_1": {"success": True, "errors": []}} == shop.send("POST", "/orders", [body])["results"]
    assert ["1001"] == shop.ids()


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_id": "17"},
        {"order_id": None},
        {"products": []},
        {"products": None},
        {"products": [{"sku": "NIX"}]},
        {"products": [{"sku": "SAX-1", "qty": 0}]},
        {"products": [{"sku": "SAX-1", "qty": -1}]},
        {"products": [{"sku": "SAX-1", "price": "dyrt"}]},
        {"products": [{"product_id": 99999}]},
        {"products": [{"product_id": 112, "variant_id": 99999}]},
        {"products": [{"variant_id": 99999}]},
        {"products": [{"sku": "SAX-1", "qty": 10**15}]},
        {"products": [{"sku": "SAX-1", "price": "1" + "0" * 18}]},
        {"products": [{"sku": "SAX-1", "price": "NaN"}]},
        {"products": "SAX-1"},
        {"metadata": "x"},
        {"customer": {"type": "robot"}},
        {"payment": {"method": "x", "currency": "XYZ"}},
        {"discount_add": {}},
        {"discount_add": {"amount": 1000}},
        {"discount_add": {"amount": -1}},
        {"shipping": {"id": "ett"}},
    ],
)
def test_what_cannot_be_created(shop: Shop, wrong: dict[str, Any]) -> None:
    """200 with success false and a reason; no order, no number used."""
    body = {"order_id": "create", "customer": SWEDEN, "products": [{"sku": "SAX-1"}], **wrong}
    result = shop.send("POST", "/orders", [body])["results"]["create_1"]
    assert (False, True) == (result["success"], bool(result["errors"]))
    assert [] == shop.ids()
    assert 1001 == shop.create({"sku": "SAX-1"})


def test_an_article_number_that_is_not_unique(shop: Shop) -> None:
    """It names nothing."""
    shop.send("POST", "/products", {"title": "Sax till", "sku": "SAX-1"})
    body = {"order_id": "create", "products": [{"sku": "SAX-1"}]}
    assert ["SKU is not unique"] == shop.send("POST", "/orders", [body])["results"]["create_1"]["errors"]


def test_metadata_of_a_new_order(shop: Shop) -> None:
    """Custom pairs come with it."""
    order_id = shop.create({"sku": "SAX-1"}, metadata={"channel": "marknad"})
    assert {"channel": "marknad"} == shop.get(f"/metadata/order/{order_id}")


def test_one_result_per_order(shop: Shop) -> None:
    """Results by id; an unknown order, one without id, and one whose change is refused."""
    order_id = shop.create({"sku": "SAX-1"})
    bodies = [
        {"order_id": str(order_id), "status": "paid"},
        {"order_id": 77, "status": "paid"},
        {"status": "paid"},
    ]
    results = shop.send("PUT", "/orders", bodies)["results"]
    assert {"success": True, "errors": []} == results[str(order_id)]
    assert {"success": False, "errors": ["Order not found"]} == results["77"] == results["update_3"]


def test_nothing_is_kept_of_a_refused_change(shop: Shop) -> None:
    """The status is unknown, so the new lines are not kept either."""
    order_id = shop.create({"sku": "SAX-1"})
    before = shop.details(order_id)
    result = shop.put(order_id, products_add=[{"sku": "TROJA-S"}], discount_add={"amount": 10}, status="lost")
    assert (False, 1) == (result["success"], len(result["errors"]))
    assert before == shop.details(order_id)


def test_done_takes_the_money(shop: Shop) -> None:
    """Unless paymethod_activate is false, as a flag or as text."""
    first, second, third = (shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id for _ in range(3))
    assert [("authorised", "133.95")] * 3 == what(shop)
    shop.put(first, status="done")
    assert [("captured", "133.95")] == what(shop)[3:]
    shop.put(second, status="done", paymethod_activate=False)
    shop.put(third, status="done", paymethod_activate="false")
    assert 4 == len(what(shop))
    assert ["2", "2", "2"] == [row["status"] for row in shop.get("/orders")]


def test_done_twice_takes_it_once(shop: Shop) -> None:
    """The second call changes nothing and says that it went well."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    for _ in range(2):
        assert shop.put(order_id, status="done")["success"]
    assert ["authorised", "captured"] == [one[0] for one in what(shop)]


def test_lines_added_removed_replaced(shop: Shop) -> None:
    """Three fields, three meanings."""
    order_id = shop.create({"sku": "SAX-1"}, {"sku": "STICKA-4"})
    shop.put(order_id, products_add=[{"sku": "GARN-ULL-100", "qty": 3}], products_remove=[{"sku": "SAX-1"}])
    assert [("STICKA-4", 1), ("GARN-ULL-100", 3)] == [
        (line["sku"], line["qty"]) for line in shop.details(order_id)["products"]
    ]
    shop.put(order_id, products=[{"sku": "TE-STICK-100", "qty": 2}])
    order = shop.details(order_id)
    assert (["TE-STICK-100"], "131") == ([line["sku"] for line in order["products"]], order["items_amount"])
    by_id = {"product_id": order["products"][0]["product_id"], "variant_id": "NULL (no variant)"}
    assert shop.put(order_id, products_add=[by_id])["success"]
    assert shop.put(order_id, products_remove=[by_id])["success"]
    assert ["Product is not in the order"] == shop.put(order_id, products_remove=[{"sku": "SAX-1"}])["errors"]


def test_discounts_come_and_go(shop: Shop) -> None:
    """discount_add sets, discount_remove takes away; VAT follows."""
    order_id = shop.create({"sku": "STICKA-4"})
    full = shop.details(order_id)
    shop.put(order_id, discount_add={"amount": "29.00"})
    less = shop.details(order_id)
    assert ("29", "100", "20") == (less["discount_amount"], less["total_amount"], less["tax_amount"])
    shop.put(order_id, discount_remove=True)
    assert full == shop.details(order_id)


def test_customer_payment_and_shipping_change(shop: Shop) -> None:
    """An edit by a sales channel."""
    order_id = shop.create({"sku": "SAX-1"})
    moved = SWEDEN | {"billing_details": SWEDEN["billing_details"] | {"city": "Lund"}}
    shop.put(
        order_id,
        customer=moved,
        payment={"method": "swish", "transaction_id": "s9"},
        shipping={"id": 2, "name": "Hämta i butiken", "price": 0},
        shipping_info={"trackingnumber": "UA1SE", "company": "postnord"},
    )
    order = shop.details(order_id)
    assert ("Lund", "swish", "Hämta i butiken", "0") == (
        order["customer"]["city"],
        order["paymethod"]["method"],
        order["shipping_name"],
        order["shipping_amount"],
    )
    assert {"trackingnumber": "UA1SE", "company": "postnord"} == shop.sandbox.shop.orders[order_id].shipping_info


def test_a_paid_order_takes_stock_once(shop: Shop) -> None:
    """An abandoned checkout takes none; a bundle takes its parts; a cancelled order does not put anything back."""

    def qty(sku: str) -> int:
        return int(shop.product(sku)["qty"])

    before = {sku: qty(sku) for sku in ("GARN-ULL-100", "STICKA-4")}
    order_id = shop.create({"sku": "PAKET-NYBORJARE", "qty": 2})
    assert before == {sku: qty(sku) for sku in before}
    for status in ("paid", "done", "cancelled"):
        shop.put(order_id, status=status)
        assert {sku: left - 2 for sku, left in before.items()} == {sku: qty(sku) for sku in before}


def test_stock_below_zero(shop: Shop) -> None:
    """Only where disable_minusqty is off."""
    for sku, left in (("SAX-1", "0"), ("BOK-STICKA", "-30")):
        shop.put(shop.create({"sku": sku, "qty": 150}), status="paid")
        assert left == shop.product(sku)["qty"]
    variant = shop.create({"sku": "TROJA-S", "qty": 41})
    shop.put(variant, status="paid")
    assert ["-1", "40", "40"] == [one["qty"] for one in shop.product("TROJA")["variants"]]


def test_cancelled_before_the_money_was_taken(shop: Shop) -> None:
    """The promise is given back; money already taken stays until somebody refunds it."""
    promised = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA, payment="klarna").id
    taken = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA, payment="swish").id
    for order_id in (promised, taken):
        shop.put(order_id, status="cancelled")
    seen = [(row["order_id"], row["what"]) for row in shop.shopper.look("gateway")]
    assert [
        (promised, "authorised"),
        (taken, "authorised"),
        (taken, "captured"),
        (promised, "voided"),
    ] == seen


def test_unpaid_can_be_cancelled_without_money(shop: Shop) -> None:
    """Nothing moved, nothing is given back."""
    order_id = shop.create({"sku": "SAX-1"})
    shop.put(order_id, status="cancelled")
    assert [] == what(shop)
    assert number(shop.details(order_id)["total_amount"]) == Decimal("74.95")
