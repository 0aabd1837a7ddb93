"""Refund quotes and refunds: behaviour 4.6."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import SWEDEN, Shop

D = Decimal


def quote(shop: Shop, order_id: int, *items: dict[str, Any], status: int = 201, **more: Any) -> Any:
    """A refund quote."""
    body = ({"items": list(items)} if items else {}) | more
    answer = shop.send("POST", f"/v3/orders/{order_id}/payment_actions/refund_quotes", body, status)
    return answer["data"] if status == 201 else answer


def refund(
    shop: Shop, order_id: int, payments: list[dict[str, Any]], *items: dict[str, Any], status: int = 201, **more: Any
) -> Any:
    """A refund."""
    body = {"payments": payments, **({"items": list(items)} if items else {}), **more}
    answer = shop.send("POST", f"/v3/orders/{order_id}/payment_actions/refunds", body, status)
    return answer["data"] if status == 201 else answer


def tea(shop: Shop, quantity: int = 3, **cart: Any) -> tuple[int, dict[str, Any]]:
    """An order of tea (89 kr each, 12 %) with shipping; answers its id and its line."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100", "quantity": quantity}, **({"customer_id": 11} | cart))
    return bought.id, shop.get(f"/v2/orders/{bought.id}/products")[0]


def test_4_6_quote_takes_discounts_and_tax_in_proportion(shop: Shop) -> None:
    """Three packets, 50 kr off: (267 - 50) / 3 = 72.3333 each, rounded to what can be paid back."""
    order, line = tea(shop, coupons=["MINUS50"])
    got = quote(shop, order, {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1})
    assert (D("72.33"), D("7.75"), D("-0.0033"), 0) == (
        got["total_refund_amount"],
        got["total_refund_tax_amount"],
        got["rounding"],
        got["order_level_refund_amount"],
    )
    assert [["stripe"], ["storecredit"], ["custom"]] == [
        [option["provider_id"] for option in way] for way in got["refund_methods"]
    ]


def test_4_6_piece_by_piece_gives_back_exactly_what_was_paid(shop: Shop) -> None:
    """Three refunds of one piece each, then shipping: nothing is left, status 4, and refunded_amount stays 0."""
    order, line = tea(shop, coupons=["MINUS50"])
    total, taxes = D(0), D(0)
    for number in range(3):
        item = {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1}
        got = quote(shop, order, item)
        made = refund(shop, order, [{"provider_id": "stripe", "amount": got["total_refund_amount"]}], item)
        shop.advance(3)
        total, taxes = total + D(made["total_amount"]), taxes + D(made["total_tax"])
        assert (14, number + 1) == (
            shop.order(order)["status_id"],
            shop.get(f"/v2/orders/{order}/products")[0]["quantity_refunded"],
        )
    assert (D(217), D("23.25")) == (total, taxes)
    address = shop.get(f"/v2/orders/{order}/shipping_addresses")[0]
    refund(
        shop,
        order,
        [{"provider_id": "stripe", "amount": 49}],
        {"item_type": "SHIPPING", "item_id": address["id"], "amount": 49},
    )
    shop.advance(3)
    done = shop.order(order)
    assert (4, "refunded", "0.0000") == (done["status_id"], done["payment_status"], done["refunded_amount"])
    events = [row["event"] for row in shop.get(f"/v3/orders/{order}/transactions")["data"]]
    assert ["purchase", "refund", "refund", "refund", "refund"] == events


def test_4_6_one_refund_at_a_time(shop: Shop) -> None:
    """While the payments of one are running another is refused; afterwards it is taken."""
    order, line = tea(shop)
    item = {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1}
    refund(shop, order, [{"provider_id": "stripe", "amount": 89}], item)
    refund(shop, order, [{"provider_id": "stripe", "amount": 89}], item, status=422)
    shop.advance(3)
    refund(shop, order, [{"provider_id": "stripe", "amount": 89}], item)


@pytest.mark.parametrize(
    ("item", "amount"),
    [
        ({"item_type": "PRODUCT", "quantity": 4}, 356),
        ({"item_type": "PRODUCT", "quantity": 0}, 0),
        ({"item_type": "PRODUCT", "quantity": 1}, 88),
        ({"item_type": "ORDER", "amount": 5000}, 5000),
        ({"item_type": "SHIPPING", "amount": 50}, 50),
        ({"item_type": "BANANA", "amount": 1}, 1),
        ({"item_type": "PRODUCT", "quantity": 1, "adjustments": [{"amount": 5}]}, 94),
    ],
)
def test_4_6_refusals(shop: Shop, item: dict[str, Any], amount: int) -> None:
    """Too many pieces, another amount than quoted, more than was paid, an adjustment upwards."""
    order, line = tea(shop)
    address = shop.get(f"/v2/orders/{order}/shipping_addresses")[0]
    item = item | {"item_id": address["id"] if item["item_type"] == "SHIPPING" else line["id"]}
    refund(shop, order, [{"provider_id": "stripe", "amount": amount}], item, status=422)
    assert [] == shop.get(f"/v3/orders/{order}/payment_actions/refunds")["data"]


def test_4_6_amount_on_the_order_has_no_tax(shop: Shop) -> None:
    """A flat amount: tax is not calculated."""
    order, _ = tea(shop)
    made = refund(
        shop, order, [{"provider_id": "stripe", "amount": 25}], {"item_type": "ORDER", "item_id": order, "amount": 25}
    )
    assert (25, 0, 25) == (made["total_amount"], made["total_tax"], made["items"][0]["requested_amount"])


def test_4_6_tax_adjustment_has_no_items(shop: Shop) -> None:
    """Only tax goes back."""
    order, _ = tea(shop)
    made = refund(shop, order, [{"provider_id": "stripe", "amount": 5}], tax_adjustment_amount=5)
    assert (5, 5, []) == (made["total_amount"], made["total_tax"], made["items"])


def test_4_6_restocking_fee(shop: Shop) -> None:
    """89 kr less 20: 69 back, tax in proportion (9.54 * 69 / 89)."""
    order, line = tea(shop)
    got = quote(
        shop,
        order,
        {
            "item_type": "PRODUCT",
            "item_id": line["id"],
            "quantity": 1,
            "adjustments": [{"amount": -20, "description": "Restocking"}],
        },
    )
    assert (69, -20, D("7.4")) == (got["total_refund_amount"], got["adjustment"], got["total_refund_tax_amount"])


def test_4_6_merchants_own_amounts(shop: Shop) -> None:
    """The override is taken as it is, and marked."""
    order, line = tea(shop)
    made = refund(
        shop,
        order,
        [{"provider_id": "stripe", "amount": 80}],
        {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1},
        merchant_calculated_override={"total_amount": 80, "total_tax": 0},
    )
    assert (80, 0, True) == (made["total_amount"], made["total_tax"], made["uses_merchant_override_values"])


def test_4_6_wrapping_handling_and_fees(shop: Shop) -> None:
    """Each kind of charge goes back with its own tax."""
    bought = shop.shopper.checkout(
        {"sku": "KO-VAG-001", "quantity": 2, "wrapping": 1},
        customer_id=11,
        fees=[{"name": "Försäkring", "amount": "10"}],
        shipping_addresses=[SWEDEN | {"handling": "15.00"}],
    )
    line = shop.get(f"/v2/orders/{bought.id}/products")[0]
    address = shop.get(f"/v2/orders/{bought.id}/shipping_addresses")[0]
    fee = shop.get(f"/v2/orders/{bought.id}/fees")["fees"][0]
    got = quote(
        shop,
        bought.id,
        {"item_type": "GIFT_WRAPPING", "item_id": line["id"], "quantity": 1},
        {"item_type": "HANDLING", "item_id": address["id"], "amount": 15},
        {"item_type": "FEE", "item_id": fee["id"], "amount": 10},
    )
    assert (54, D("10.8")) == (got["total_refund_amount"], got["total_refund_tax_amount"])


def test_4_6_guests_get_no_store_credit(shop: Shop) -> None:
    """Not offered, and refused in the vendor's unusual shape; nor is it offered in another currency."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, billing_address=SWEDEN)
    line = shop.get(f"/v2/orders/{bought.id}/products")[0]
    item = {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1}
    ways = [way[0]["provider_id"] for way in quote(shop, bought.id, item)["refund_methods"]]
    assert ["stripe", "custom"] == ways
    answer = refund(shop, bought.id, [{"provider_id": "storecredit", "amount": 89}], item, status=422)
    assert "guest" in answer["data"][0]["title"]
    euro, line = tea(shop, customer_id=17, currency="EUR")
    ways = [way[0]["provider_id"] for way in quote(shop, euro, item | {"item_id": line["id"]})["refund_methods"]]
    assert ["stripe", "custom"] == ways


def test_4_6_refund_to_store_credit(shop: Shop) -> None:
    """The credit grows when the payment has been made, not before."""
    order, line = tea(shop)
    refund(
        shop,
        order,
        [{"provider_id": "storecredit", "amount": 89}],
        {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1},
    )

    def credit() -> Any:
        return shop.get("/v3/customers?id:in=11&include=storecredit")["data"][0]["store_credit_amounts"][0]["amount"]

    assert 0 == credit()
    shop.advance(3)
    assert 89 == credit()


def test_4_6_declined_refund(shop: Shop) -> None:
    """First it looks made; then it is declined: no transaction, no status, the money can still be refunded."""
    shop.shopper.switch(decline_refunds=True)
    order, line = tea(shop)
    item = {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1}
    made = refund(shop, order, [{"provider_id": "stripe", "amount": 89}], item)
    assert False is made["payments"][0]["is_declined"]
    shop.advance(3)
    again = shop.get(f"/v3/orders/payment_actions/refunds/{made['id']}")["data"]
    assert True is again["payments"][0]["is_declined"]
    assert 11 == shop.order(order)["status_id"]
    assert 1 == len(shop.get(f"/v3/orders/{order}/transactions")["data"])


def test_4_6_split_between_tenders(shop: Shop) -> None:
    """Part gift certificate, part card: the card first, the certificate gets its balance back."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, gift_certificates=["NT2-BBB-222"])
    got = quote(shop, bought.id, {"item_type": "ORDER", "item_id": bought.id, "amount": 100})
    assert [("stripe", 63), ("giftcertificate", 37)] == [
        (option["provider_id"], option["amount"]) for option in got["refund_methods"][0]
    ]
    refund(
        shop,
        bought.id,
        [{"provider_id": "stripe", "amount": 63}, {"provider_id": "giftcertificate", "amount": 37}],
        {"item_type": "ORDER", "item_id": bought.id, "amount": 100},
    )
    shop.advance(3)
    assert "37.0000" == shop.get("/v2/gift_certificates?code=NT2-BBB-222")[0]["balance"]


def test_4_6_tax_service_out_is_503(shop: Shop) -> None:
    """In the vendor's own shape."""
    order, line = tea(shop)
    shop.shopper.switch(tax_outage=True)
    answer = quote(shop, order, {"item_type": "PRODUCT", "item_id": line["id"], "quantity": 1}, status=503)
    assert {"order_id": order, "status": 503, "error": "Tax service gone away"} == answer["data"][0]


def test_4_6_refund_feed(shop: Shop) -> None:
    """All refunds of the store by number, from a date, of some orders, of a transaction."""
    orders = [tea(shop)[0] for _ in range(3)]
    for order in orders:
        refund(
            shop,
            order,
            [{"provider_id": "stripe", "amount": 10}],
            {"item_type": "ORDER", "item_id": order, "amount": 10},
        )
        shop.advance(60)
    feed = "/v3/orders/payment_actions/refunds"
    assert orders == [row["order_id"] for row in shop.get(feed)["data"]]
    assert orders[1:] == [row["order_id"] for row in shop.get(f"{feed}?created:min=2026-03-02T09:01:00Z")["data"]]
    assert orders[:1] == [row["order_id"] for row in shop.get(f"{feed}?order_id:in={orders[0]}")["data"]]
    transaction = shop.get(f"{feed}?id:in=2")["data"][0]["payments"][0]["transaction_id"]
    assert [2] == [row["id"] for row in shop.get(f"{feed}?transaction_id={transaction}")["data"]]


def test_4_6_refund_may_leave_date_modified_alone(shop: Shop) -> None:
    """Whether it moves is not documented: a switch, so that a hub can be tested against both."""
    for bumps in (True, False):
        shop.shopper.switch(refund_bumps_modified=bumps)
        order, _ = tea(shop)
        before = shop.order(order)["date_modified"]
        shop.advance(60)
        refund(
            shop,
            order,
            [{"provider_id": "stripe", "amount": 10}],
            {"item_type": "ORDER", "item_id": order, "amount": 10},
        )
        shop.advance(3)
        assert bumps is (before != shop.order(order)["date_modified"])
