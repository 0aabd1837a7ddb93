"""What happens to an order after it is placed: paid late, sent, cancelled, refunded, edited; products that change."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from .conftest import ASA, JUKKA, OLA, Shop, number


def test_abandoned_and_completed_later(shop: Shop) -> None:
    """Unpaid for three days, then paid another way: only then is there a date of payment and money."""
    left = shop.shopper.abandon({"sku": "TROJA-S"}, customer_id=ASA, payment="klarna")
    assert ("unpaid", "-1", None) == (
        left.status,
        shop.details(left.id)["status"],
        shop.details(left.id)["date_paid"],
    )
    assert [] == shop.shopper.look("gateway")
    shop.advance(3 * 86400)
    paid = shop.shopper.pay(left.id, payment="swish")
    assert ("paid", left.total) == (paid.status, paid.total)
    order = shop.details(left.id)
    assert ("2026-03-02 10:00:00", "2026-03-05 10:00:00", "swish") == (
        order["date_created"],
        order["date_paid"],
        order["paymethod"]["method"],
    )
    with pytest.raises(ValueError, match="is paid"):
        shop.shopper.pay(left.id)
    with pytest.raises(ValueError, match="unknown payment"):
        shop.shopper.pay(left.id, payment="guld")


@pytest.mark.parametrize(
    ("payment", "at_checkout"),
    [
        ("klarna", ["authorised"]),
        ("invoice", ["authorised"]),
        ("stripe", ["authorised", "captured"]),
        ("swish", ["authorised", "captured"]),
        ("paypal", ["authorised", "captured"]),
    ],
)
def test_when_the_money_is_taken(shop: Shop, payment: str, at_checkout: list[str]) -> None:
    """At once, or when the goods are sent; never twice."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA, payment=payment).id
    assert at_checkout == [row["what"] for row in shop.shopper.look("gateway")]
    assert "done" == shop.shopper.send(order_id).status
    assert ["authorised", "captured"] == [row["what"] for row in shop.shopper.look("gateway")]
    assert {payment} == {row["method"] for row in shop.shopper.look("gateway")}


def test_sent_without_taking_the_money(shop: Shop) -> None:
    """The merchant takes it in the provider's own panel."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    shop.shopper.send(order_id, capture=False)
    assert ["authorised"] == [row["what"] for row in shop.shopper.look("gateway")]


def test_cancel(shop: Shop) -> None:
    """A status, nothing else of the order changes."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    before = shop.details(order_id)
    assert "cancelled" == shop.shopper.cancel(order_id).status
    assert before | {"status": "0"} == shop.details(order_id)


def test_full_refund(shop: Shop) -> None:
    """Everything: every piece of every line, all VAT; status and total stay as they were."""
    order_id = shop.shopper.checkout({"sku": "STICKA-4", "qty": 2}, {"sku": "BOK-STICKA"}, customer_id=ASA).id
    before = shop.details(order_id)
    shop.shopper.refund(order_id)
    after = shop.details(order_id)
    refund = after["refunds"][0]
    assert before == after | {"refunds": []}
    assert (before["total_amount"], before["tax_amount"]) == (refund["amount"], refund["tax_amount"])
    assert [("STICKA-4", 2), ("BOK-STICKA", 1)] == [(line["sku"], line["qty"]) for line in refund["products"]]
    assert {"id", "date_created", "amount", "tax_amount", "products"} == set(refund)
    with pytest.raises(ValueError, match="left to pay back"):
        shop.shopper.refund(order_id)


def test_refund_of_pieces(shop: Shop) -> None:
    """One of two needles, with its part of the discount; then an amount; then what is left."""
    order_id = shop.shopper.checkout({"sku": "STICKA-4", "qty": 2}, customer_id=ASA, code="TIO").id
    line = shop.details(order_id)["products"][0]["id"]
    for refund in ({"lines": {str(line): 1}}, {"amount": "20.50"}, {}):
        shop.shopper.refund(order_id, **refund)
    refunds = shop.details(order_id)["refunds"]
    assert ["116.10", "20.50", "154.60"] == [one["amount"] for one in refunds]
    assert [1, 0, 0] == [sum(row["qty"] for row in one["products"]) for one in refunds]
    assert number(shop.details(order_id)["total_amount"]) == sum(number(one["amount"]) for one in refunds)


def test_refund_where_vat_is_on_top(shop: Shop) -> None:
    """A piece costs its VAT too."""
    shop.shopper.switch(prices_include_vat=False)
    order_id = shop.shopper.checkout({"sku": "STICKA-4"}, customer_id=ASA, no_shipping=True).id
    line = shop.details(order_id)["products"][0]["id"]
    shop.shopper.refund(order_id, lines={str(line): 1})
    assert ("161.25", "32.25") == tuple(shop.details(order_id)["refunds"][0][name] for name in ("amount", "tax_amount"))


@pytest.mark.parametrize(
    ("refund", "said"),
    [
        ({"amount": "0"}, "left to pay back"),
        ({"amount": "-5"}, "left to pay back"),
        ({"amount": "133.96"}, "left to pay back"),
        ({"lines": {"5001": 2}}, "has not 2 pieces"),
        ({"lines": {"77": 1}}, "has not 1 pieces"),
    ],
)
def test_refunds_that_are_refused(shop: Shop, refund: dict[str, Any], said: str) -> None:
    """More than was paid, or what was not bought."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    with pytest.raises(ValueError, match=said):
        shop.shopper.refund(order_id, **refund)
    assert [] == shop.details(order_id)["refunds"]


def test_nothing_to_pay_back_of_an_unpaid_order(shop: Shop) -> None:
    """No money, no refund."""
    order_id = shop.shopper.abandon({"sku": "SAX-1"}, customer_id=ASA).id
    with pytest.raises(ValueError, match="left to pay back"):
        shop.shopper.refund(order_id, amount="1")


def test_shapes_of_refunds(shop: Shop) -> None:
    """Nobody documents them: rows, amounts with dates, or one sum."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    assert [] == shop.details(order_id)["refunds"]
    shop.shopper.refund(order_id, amount="10")
    shop.shopper.refund(order_id, amount="2.50")
    shop.shopper.switch(refunds="amounts")
    assert [{"amount": amount, "date_created": "2026-03-02 10:00:00"} for amount in ("10", "2.50")] == shop.details(
        order_id
    )["refunds"]
    shop.shopper.switch(refunds="sum")
    assert "12.50" == shop.details(order_id)["refunds"]


def test_a_total_that_refunds_lower(shop: Shop) -> None:
    """With the switch total_amount is what the merchant keeps."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    shop.shopper.refund(order_id, amount="33.95")
    assert "133.95" == shop.details(order_id)["total_amount"]
    shop.shopper.switch(refund_lowers_total=True)
    assert ("100", "133.95") == tuple(shop.details(order_id)[name] for name in ("total_amount", "total_pay_amount"))
    assert {} == shop.shopper.look("audit")["wrong"]


def test_edit_a_line(shop: Shop) -> None:
    """Pieces or price; totals and VAT follow, dates do not; a line with no pieces is gone."""
    order_id = shop.shopper.checkout({"sku": "STICKA-4"}, {"sku": "SAX-1"}, customer_id=ASA, no_shipping=True).id
    before = shop.details(order_id)
    shop.advance(60)
    shop.shopper.edit(order_id, line=0, qty=3)
    shop.shopper.edit(order_id, line_id=before["products"][1]["id"], price="50")
    order = shop.details(order_id)
    assert ("437", "87.40") == (order["total_amount"], order["tax_amount"])
    assert [before[name] for name in ("date_created", "date_paid", "status")] == [
        order[name] for name in ("date_created", "date_paid", "status")
    ]
    shop.shopper.edit(order_id, line=0, qty=0)
    assert ["SAX-1"] == [line["sku"] for line in shop.details(order_id)["products"]]
    with pytest.raises(ValueError, match="no such line"):
        shop.shopper.edit(order_id, line=7, qty=1)
    with pytest.raises(ValueError, match="not below 0"):
        shop.shopper.edit(order_id, line=0, qty=-1)


def test_deleted_product_leaves_its_line(shop: Shop) -> None:
    """The order keeps number, title and price; nobody can ask for the VAT any more."""
    order_id = shop.shopper.checkout({"sku": "TE-STICK-100"}, customer_id=ASA).id
    before = shop.details(order_id)
    product_id = before["products"][0]["product_id"]
    shop.shopper.act("delete_product", sku="TE-STICK-100")
    assert before == shop.details(order_id)
    assert 404 == shop.call("GET", f"/products?product_id={product_id}").status_code
    assert 404 == shop.call("GET", "/products?sku=TE-STICK-100").status_code
    assert shop.put(order_id, status="done")["success"]


def test_renamed_article_number(shop: Shop) -> None:
    """Old orders keep the old one; a variant can be renamed alone."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, {"sku": "TROJA-S"}, customer_id=ASA).id
    shop.advance(60)
    shop.shopper.act("rename_sku", sku="SAX-1", to="SAX-2")
    shop.shopper.act("rename_sku", sku="TROJA-S", to="TROJA-XS")
    assert ["SAX-1", "TROJA-S"] == [line["sku"] for line in shop.details(order_id)["products"]]
    assert "2026-03-02 10:01:00" == shop.product("SAX-2")["date_modified"]
    assert ["TROJA-XS", "TROJA-M", "TROJA-L"] == [one["sku"] for one in shop.product("TROJA-XS")["variants"]]


def test_shipping_offered_by_country(shop: Shop) -> None:
    """The first that goes there, or the one asked for by name or number."""
    for customer, asked, name, price in (
        (ASA, None, "PostNord Mitt Paket", "59"),
        (ASA, "Hämta i butiken", "Hämta i butiken", "0"),
        (ASA, 2, "Hämta i butiken", "0"),
        (JUKKA, None, "DHL Norden", "99"),
        (JUKKA, 4, "DHL Europa", "149"),
        (OLA, None, "DHL Norden", "79.20"),
    ):
        cart = {} if asked is None else {"shipping": asked}
        order = shop.details(shop.shopper.checkout({"sku": "SAX-1"}, customer_id=customer, **cart).id)
        assert (name, price) == (order["shipping_name"], order["shipping_amount"])
    with pytest.raises(ValueError, match="no shipping"):
        shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA, shipping="DHL Europa")


def test_a_guest(shop: Shop) -> None:
    """A typed customer instead of a known one; the country of the address decides."""
    address = {"firstname": "Ada", "lastname": "Berg", "address": "Torget 1", "city": "Luleå", "country": "SE"}
    bought = shop.shopper.checkout({"sku": "SAX-1"}, customer={"email": "ada@example.test", "billing_details": address})
    customer = shop.details(bought.id)["customer"]
    assert ("Ada Berg", "ada@example.test", "consumer") == tuple(
        customer[name] for name in ("full_name", "email", "customer_type")
    )


def test_views(shop: Shop) -> None:
    """What tests and demonstrations look at."""
    bought = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    assert [
        {"id": 1001, "total": "133.95", "to_pay": "133.95", "tax": "26.79", "currency": "SEK", "status": "paid"}
    ] == shop.shopper.look("orders")
    assert (Decimal("133.95"), Decimal("26.79")) == (bought.total, bought.tax)
    assert {"orders": 1, "wrong": {}} == shop.shopper.look("audit")
    listed = shop.client.get(f"{shop.sandbox.base_url}/_sandbox").json()
    assert {"orders", "audit", "gateway", "gift_cards", "webhooks", "switches", "deliveries"} <= set(listed["views"])
    assert {"add_webhook", "abandon", "pay", "send", "cancel", "refund", "edit", "rename_sku", "switches"} <= set(
        listed["actions"]
    )


def test_the_audit_finds_what_is_spoiled(shop: Shop) -> None:
    """It reads what is shown, not what is kept."""
    kinds = ("inconsistent_totals", "negative_total", "unknown_tax_rate", "unknown_status", "unknown_currency")
    made = {kind: shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id for kind in kinds}
    for kind, order_id in made.items():
        shop.shopper.spoil(order_id, kind)
    wrong = shop.shopper.look("audit")["wrong"]
    assert {str(made[kind]) for kind in kinds[:3]} == set(wrong)
    assert {"total = parts": "0.37"} == wrong[str(made["inconsistent_totals"])]
    assert ["tax within rates"] == list(wrong[str(made["unknown_tax_rate"])])


def test_reset(shop: Shop) -> None:
    """Everything is as it was at the start, numbers included."""
    shop.shopper.switch(status_words=True, numbers="fixed")
    first = shop.create({"sku": "SAX-1"})
    shop.shopper.act("delete_product", sku="TROJA")
    shop.control("reset")
    assert [] == shop.get("/orders")
    assert (first, "-1") == (shop.create({"sku": "SAX-1"}), shop.get("/orders")[0]["status"])
    assert "TROJA" in json.dumps(shop.get("/products"), default=str)
