"""GET /orders: always an array; filters, sorting and paging as documented; formats in both positions of each switch."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from .conftest import ASA, HANS, JUKKA, MARIA, OLA, START, Shop, number

DETAILS = {
    "order_id",
    "date_created",
    "date_paid",
    "status",
    "shipping_amount",
    "shipping_id",
    "shipping_name",
    "items_amount",
    "total_amount",
    "discount_amount",
    "total_pay_amount",
    "tax_amount",
    "total_weight",
    "currency",
    "notes",
    "is_taxfree",
    "is_taxontop",
    "products",
    "customer",
    "paymethod",
    "refunds",
}
LINE = {"id", "product_id", "variant_id", "title", "price", "qty", "sku", "variant", "weight", "status", "image", "app"}


def three(shop: Shop) -> list[int]:
    """Three paid orders, an hour apart: 1001 dear, 1002 cheap, 1003 between."""
    made = []
    for sku, person in (("TROJA-S", ASA), ("MARKOR-10", JUKKA), ("STICKA-4", MARIA)):
        made.append(shop.shopper.checkout({"sku": sku}, customer_id=person).id)
        shop.advance(3600)
    return made


def test_without_details(shop: Shop) -> None:
    """Four facts, as the documents' example has them; the newest first; an empty shop is an empty array."""
    assert [] == shop.get("/orders")
    three(shop)
    rows = shop.get("/orders")
    assert ["1003", "1002", "1001"] == [row["order_id"] for row in rows]
    assert {"order_id": "1001", "date_created": "2026-03-02 10:00:00", "total_amount": "958", "status": "1"} == rows[-1]


def test_with_details(shop: Shop) -> None:
    """Every documented field, and no VAT rate anywhere in it."""
    order_id = shop.shopper.checkout(
        {"sku": "TROJA-L", "qty": 2}, {"sku": "PAKET-NYBORJARE"}, customer_id=MARIA, note="Ring först"
    ).id
    order = shop.details(order_id)
    assert DETAILS == set(order)
    assert "rate" not in json.dumps(order, default=str)
    sweater, bundle = order["products"]
    assert LINE == set(sweater) == set(bundle)
    assert ("TROJA-L", "L", "949", 2, 0) == (
        sweater["sku"],
        sweater["variant"],
        sweater["price"],
        sweater["qty"],
        bundle["variant_id"],
    )
    assert ([], ["GARN-ULL-100", "STICKA-4"]) == (
        sweater["app"]["productpackages"],
        [part["sku"] for part in bundle["app"]["productpackages"]],
    )
    assert {"product_id", "variant_id", "title", "variant", "qty", "sku", "price"} == set(
        bundle["app"]["productpackages"][0]
    )
    assert ("Ring först", {"method": "klarna", "transaction_id": "kl_00001001"}) == (order["notes"], order["paymethod"])
    assert ("1", "PostNord Mitt Paket", "59") == tuple(order[f"shipping_{part}"] for part in ("id", "name", "amount"))


def test_customer(shop: Shop) -> None:
    """A company with both addresses; a number for VAT is shown nowhere unless the switch names a field."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=HANS).id
    customer = shop.details(order_id)["customer"]
    assert ("company", "Wollhaus Weber GmbH", "Hans Weber", "DE") == tuple(
        customer[name] for name in ("customer_type", "company_name", "full_name", "country")
    )
    assert "Marktplatz 1" == customer["shipping_details"]["address"] == customer["billing_details"]["address"]
    assert "DE136695976" not in json.dumps(customer)
    shop.shopper.switch(vat_number_field="vat_number")
    assert "DE136695976" == shop.details(order_id)["customer"]["vat_number"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort_order=asc", ["1001", "1002", "1003"]),
        ("order_by=price", ["1001", "1003", "1002"]),
        ("order_by=price&sort_order=asc", ["1002", "1003", "1001"]),
        ("order_by=date", ["1003", "1002", "1001"]),
        ("limit=2", ["1003", "1002"]),
        ("limit=2&offset=2", ["1001"]),
        ("offset=3", []),
        ("order_id=1002", ["1002"]),
        ("order_id=9", []),
        ("search=holm", ["1003"]),
        ("search=fi.aleksanterinkatu", []),
        ("search=FI.9", ["1002"]),
        ("search=1001", ["1001"]),
        ("search=nobody", []),
        ("status=paid", ["1003", "1002", "1001"]),
        ("status=1", ["1003", "1002", "1001"]),
        ("status=done", []),
        ("limit=banana", ["1003", "1002", "1001"]),
        ("limit=0", ["1003"]),
        ("limit=100000", ["1003", "1002", "1001"]),
        ("offset=-1", ["1003", "1002", "1001"]),
        ("order_by=colour", ["1003", "1002", "1001"]),
    ],
)
def test_filters(shop: Shop, query: str, found: list[str]) -> None:
    """Each documented parameter; what is out of bounds is bounded."""
    three(shop)
    assert found == shop.ids(query)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=banana", "offset=-1", "order_by=colour", "sort_order=up"]
)
def test_strict_queries(shop: Shop, query: str) -> None:
    """With the switch the shop says what it does not take."""
    shop.shopper.switch(bad_query_is_400=True)
    answer = shop.call("GET", f"/orders?{query}")
    assert (400, 400) == (answer.status_code, answer.json()["code"])
    assert 200 == shop.call("GET", "/orders?limit=1000&offset=0&order_by=date&sort_order=asc").status_code


def test_at_most_a_thousand(shop: Shop) -> None:
    """The default and the most."""
    bodies = [{"order_id": "create", "products": [{"sku": "MARKOR-10"}]} for _ in range(1001)]
    shop.send("POST", "/orders", bodies)
    assert 1000 == len(shop.ids()) == len(shop.ids("limit=5000"))
    assert ["1001"] == shop.ids("offset=1000")


def test_dates_of_payment(shop: Shop) -> None:
    """UNIX time, both ends within; an unpaid order has no such date."""
    before = shop.unix()
    three(shop)
    shop.shopper.abandon({"sku": "SAX-1"}, customer_id=ASA)
    assert ["1003", "1002", "1001"] == shop.ids(f"from_date_paid={before}")
    assert ["1003", "1002"] == shop.ids(f"from_date_paid={before + 1}")
    assert ["1002", "1001"] == shop.ids(f"to_date_paid={before + 3600}")
    assert ["1002"] == shop.ids(f"from_date_paid={before + 3600}&to_date_paid={before + 3600}")


def test_status_date_misses_edits_and_refunds(shop: Shop) -> None:
    """The nearest thing to changed-since sees a status change only, until the switch says otherwise."""
    first, second, _ = three(shop)
    later = shop.unix()
    shop.shopper.send(second)
    shop.shopper.refund(first, amount="10")
    shop.shopper.edit(first, line=0, price="900")
    assert [str(second)] == shop.ids(f"from_status_date={later}")
    shop.shopper.switch(edits_move_status_date=True)
    shop.shopper.refund(first, amount="10")
    assert [str(second), str(first)] == shop.ids(f"from_status_date={later}")


def test_status_date_of_an_abandoned_checkout_is_its_beginning(shop: Shop) -> None:
    """It can become paid much later."""
    order_id = shop.shopper.abandon({"sku": "SAX-1"}, customer_id=ASA).id
    begun = shop.unix()
    shop.advance(86400)
    later = shop.unix()
    assert ([str(order_id)], []) == (shop.ids(f"from_status_date={begun}"), shop.ids(f"from_status_date={later}"))
    shop.shopper.pay(order_id)
    assert [str(order_id)] == shop.ids(f"from_status_date={later}")
    assert "2026-03-03 10:00:00" == shop.details(order_id)["date_paid"]


@pytest.mark.parametrize("status", ["unpaid", "paid", "done", "cancelled"])
@pytest.mark.parametrize("words", [True, False])
def test_statuses(shop: Shop, status: str, words: bool) -> None:
    """As numbers in strings, or as words; the filter takes either."""
    order_id = shop.create({"sku": "SAX-1"})
    if status != "unpaid":
        assert shop.put(order_id, status=status)["success"]
    shop.shopper.switch(status_words=words)
    expected = status if words else {"unpaid": "-1", "paid": "1", "done": "2", "cancelled": "0"}[status]
    assert expected == shop.details(order_id)["status"]
    assert [str(order_id)] == shop.ids(f"status={status}") == shop.ids(f"status={expected}")


def test_which_number_means_what(shop: Shop) -> None:
    """Nobody says it: the numbers are a switch, set one by one."""
    order_id = shop.create({"sku": "SAX-1"})
    shop.shopper.switch(status_numbers={"unpaid": "0", "cancelled": "3"})
    assert "0" == shop.details(order_id)["status"]
    shop.put(order_id, status="cancelled")
    assert "3" == shop.details(order_id)["status"]
    assert {"unpaid": "0", "paid": "1", "done": "2", "cancelled": "3"} == shop.shopper.look("switches")[
        "status_numbers"
    ]


@pytest.mark.parametrize(
    ("numbers", "whole", "part"),
    [("short", "899", "39.50"), ("fixed", "899.00", "39.50"), ("json", Decimal("899.00"), Decimal("39.50"))],
)
def test_numbers(shop: Shop, numbers: str, whole: Any, part: Any) -> None:
    """Strings without needless decimals, strings with them, or JSON numbers: never a binary fraction."""
    shop.shopper.switch(numbers=numbers)
    order_id = shop.shopper.checkout({"sku": "TROJA-S"}, {"sku": "GARN-BOM-50"}, customer_id=ASA).id
    order = shop.details(order_id)
    assert [whole, part] == [line["price"] for line in order["products"]]
    assert {type(whole)} == {type(order[name]) for name in order if name.endswith("_amount")}
    assert number(order["total_amount"]) == Decimal("997.50")


@pytest.mark.parametrize(("flags", "yes", "no"), [("text", "1", "0"), ("word", "true", "false"), ("json", True, False)])
def test_flags(shop: Shop, flags: str, yes: Any, no: Any) -> None:
    """Booleans in three dresses."""
    shop.shopper.switch(flags=flags)
    export = shop.details(shop.shopper.checkout({"sku": "SAX-1"}, customer_id=OLA).id)
    home = shop.details(shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id)
    assert (yes, no, no) == (export["is_taxfree"], home["is_taxfree"], home["is_taxontop"])


def test_ids_as_text(shop: Shop) -> None:
    """The order's id is text; those of its lines are numbers as in the documents, or text with the switch."""
    order_id = shop.create({"sku": "TROJA-S", "qty": 2})
    line = shop.details(order_id)["products"][0]
    assert (5001, 112, 1001, 2) == tuple(line[name] for name in ("id", "product_id", "variant_id", "qty"))
    shop.shopper.switch(text_ids=True)
    line = shop.details(order_id)["products"][0]
    assert ("5001", "112", "1001", "2") == tuple(line[name] for name in ("id", "product_id", "variant_id", "qty"))


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/Stockholm", "2026-03-02 10:00:00", "2026-07-01 11:00:00"),
        ("UTC", "2026-03-02 09:00:00", "2026-07-01 09:00:00"),
    ],
)
def test_zone_of_dates(shop: Shop, zone: str, winter: str, summer: str) -> None:
    """Local time without a zone: Swedish with its summer time, unless the switch says another."""
    shop.shopper.switch(timezone=zone)
    shop.create({"sku": "SAX-1"})
    shop.sandbox.clock.set(datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    shop.create({"sku": "SAX-1"})
    assert [winter, summer] == [row["date_created"] for row in shop.get("/orders?sort_order=asc")]


@pytest.mark.parametrize(("text", "shown"), [("", None), ("0000-00-00 00:00:00", "0000-00-00 00:00:00")])
def test_a_date_that_is_not_there(shop: Shop, text: str, shown: str | None) -> None:
    """Null, or whatever the shop's database writes."""
    shop.shopper.switch(missing_date=text)
    assert shown == shop.details(shop.create({"sku": "SAX-1"}))["date_paid"]


def test_one_order_by_its_id(shop: Shop) -> None:
    """Seen in a client: order_id alone gives everything. A switch takes that away."""
    order_id = shop.create({"sku": "SAX-1"})
    assert DETAILS == set(shop.get(f"/orders?order_id={order_id}")[0])
    shop.shopper.switch(one_order_has_details=False)
    assert {"order_id", "date_created", "total_amount", "status"} == set(shop.get(f"/orders?order_id={order_id}")[0])
    assert DETAILS == set(shop.get(f"/orders?order_id={order_id}&include_details=1")[0])


def test_an_order_that_is_not_there(shop: Shop) -> None:
    """An empty array; 404 with the switch. Other filters that find nothing are always empty."""
    assert [] == shop.get("/orders?order_id=77")
    shop.shopper.switch(missing_order_is_404=True)
    assert 404 == shop.call("GET", "/orders?order_id=77").status_code
    assert [] == shop.get("/orders?search=nobody")


def test_amounts_in_the_buyers_currency(shop: Shop) -> None:
    """The order's currency; with the switch the shop's own, and nothing tells that the buyer saw another."""
    seen = shop.details(shop.shopper.checkout({"sku": "TROJA-S"}, customer_id=JUKKA, currency="EUR").id)
    assert ("EUR", "82.26", "9.06") == (seen["currency"], seen["products"][0]["price"], seen["shipping_amount"])
    shop.shopper.switch(foreign_orders_in_shop_currency=True)
    seen = shop.details(shop.shopper.checkout({"sku": "TROJA-S"}, customer_id=JUKKA, currency="EUR").id)
    assert ("SEK", "899", "99") == (seen["currency"], seen["products"][0]["price"], seen["shipping_amount"])


def test_dates_are_those_of_the_vendors_clock(shop: Shop) -> None:
    """Moved over the control plane."""
    assert START == shop.sandbox.clock.now()
    shop.control("clock", {"advance": 61})
    shop.create({"sku": "SAX-1"})
    assert "2026-03-02 10:01:01" == shop.get("/orders")[0]["date_created"]
