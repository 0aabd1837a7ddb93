"""Gift certificates, store credit, stock, metafields and dirty data: behaviours 4.7, 4.8, 4.10 and 4.11."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import SWEDEN, Shop

D = Decimal


def test_4_7_sold_gift_certificate(shop: Shop) -> None:
    """A line without tax, a certificate with a balance, active because it is paid."""
    bought = shop.shopper.checkout({"gift_certificate": {"amount": "500"}}, customer_id=11)
    line = shop.get(f"/v2/orders/{bought.id}/products")[0]
    card = shop.get(f"/v2/gift_certificates?order_id={bought.id}")[0]
    assert ("giftcertificate", "0.0000", card["id"]) == (line["type"], line["total_tax"], line["gift_certificate_id"])
    assert ("500.0000", "500.0000", "active", "SEK") == (
        card["amount"],
        card["balance"],
        card["status"],
        card["currency_code"],
    )
    assert shop.get(f"/v2/orders/{bought.id}/taxes") is None
    assert 10 == bought.status_id


def test_4_7_unpaid_gift_certificate_is_pending(shop: Shop) -> None:
    """Bought against a bank transfer."""
    bought = shop.shopper.checkout({"gift_certificate": {"amount": "500"}}, customer_id=11, payment="bank")
    assert "pending" == shop.get(f"/v2/gift_certificates?order_id={bought.id}")[0]["status"]


def test_4_7_used_gift_certificate_is_a_payment(shop: Shop) -> None:
    """The order's total is untouched; the transactions with the certificate make up the total."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, gift_certificates=["NT2-BBB-222"])
    order = shop.order(bought.id)
    rows = shop.get(f"/v3/orders/{bought.id}/transactions")["data"]
    assert ("138.0000", "75.0000") == (order["total_inc_tax"], order["gift_certificate_amount"])
    assert [("gift_certificate", 75), ("credit_card", 63)] == [(row["method"], row["amount"]) for row in rows]
    assert {
        "code": "NT2-BBB-222",
        "original_balance": 200,
        "starting_balance": 75,
        "remaining_balance": 0,
        "status": "active",
    } == rows[0]["gift_certificate"]


def test_4_7_covered_in_full(shop: Shop) -> None:
    """No gateway is asked."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, gift_certificates=["NT5-AAA-111"])
    order = shop.order(bought.id)
    assert ("Presentkort", "captured", 11) == (order["payment_method"], order["payment_status"], order["status_id"])
    assert 1 == len(shop.get(f"/v3/orders/{bought.id}/transactions")["data"])


def test_4_7_store_credit_is_not_converted(shop: Shop) -> None:
    """120 of credit pays 12.61 euro one to one, and 107.39 remain: the vendor keeps a number without a currency."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=12, currency="EUR", use_store_credit=True)
    row = shop.get(f"/v3/orders/{bought.id}/transactions")["data"][0]
    assert ("store_credit", "EUR") == (row["method"], row["currency"])
    assert D(120) - bought.total == row["store_credit"]["remaining_balance"]
    assert f"{bought.total:.4f}" == shop.order(bought.id)["store_credit_amount"]


def test_4_7_certificates_by_hand(shop: Shop) -> None:
    """The merchant gives one out, and corrects a balance; the currency is locked."""
    person = {"to_name": "T", "to_email": "t@example.com", "from_name": "F", "from_email": "f@example.com"}
    card = shop.send("POST", "/v2/gift_certificates", {**person, "amount": "50"}, 201)
    path = f"/v2/gift_certificates/{card['id']}"
    assert "20.0000" == shop.send("PUT", path, {"balance": "20"}, 200)["balance"]
    shop.send("PUT", path, {"currency_code": "EUR"}, 400)
    shop.send("POST", "/v2/gift_certificates", person, 400)


def level(shop: Shop, sku: str) -> int:
    """The stock of an article."""
    return int(shop.get(f"/v3/catalog/products?sku={sku}")["data"][0]["inventory_level"])


def test_4_8_stock_falls_when_an_order_is_placed(shop: Shop) -> None:
    """Not for a checkout that was not finished; parts of a bundle too."""
    shop.shopper.checkout({"sku": "TE-SEN-100", "quantity": 2}, customer_id=11, incomplete=True)
    assert 240 == level(shop, "TE-SEN-100")
    shop.shopper.checkout({"sku": "TE-SEN-100", "quantity": 2}, {"sku": "PA-PRO-001"}, customer_id=11)
    assert (237, 74) == (level(shop, "TE-SEN-100"), level(shop, "PA-PRO-001"))


def test_4_8_stock_may_fall_when_shipped(shop: Shop) -> None:
    """The other setting."""
    shop.shopper.switch(decrement_stock="order_completed_or_shipped")
    bought = shop.shopper.checkout({"sku": "TE-SEN-100", "quantity": 2}, customer_id=11)
    assert 240 == level(shop, "TE-SEN-100")
    shop.send("PUT", f"/v2/orders/{bought.id}", {"status_id": 2}, 200)
    assert 238 == level(shop, "TE-SEN-100")


@pytest.mark.parametrize(
    ("status", "restock", "expected"), [(5, True, 240), (4, True, 240), (14, True, 238), (5, False, 238)]
)
def test_4_8_restock_follows_the_status(shop: Shop, status: int, restock: bool, expected: int) -> None:
    """Cancelled and Refunded put back, Partially Refunded does not, and only if the shop wants it."""
    shop.shopper.switch(restock_on_status=restock)
    bought = shop.shopper.checkout({"sku": "TE-SEN-100", "quantity": 2}, customer_id=11)
    shop.send("PUT", f"/v2/orders/{bought.id}", {"status_id": status}, 200)
    assert expected == level(shop, "TE-SEN-100")


def test_4_8_adjustments_lag(shop: Shop) -> None:
    """Absolute and relative, in a batch, read back only after a while."""
    body = {
        "reason": "Inventering",
        "items": [
            {"location_id": 1, "sku": "TE-SEN-100", "quantity": 12},
            {"location_id": 1, "product_id": 103, "quantity": 7},
        ],
    }
    assert shop.send("PUT", "/v3/inventory/adjustments/absolute", body, 200)["data"]["transaction_id"]
    assert 240 == level(shop, "TE-SEN-100")
    shop.advance(3)
    assert (12, 7) == (level(shop, "TE-SEN-100"), level(shop, "TE-EGR-100"))
    less = {"items": [{"location_id": 1, "sku": "TE-SEN-100", "quantity": -2}]}
    shop.send("POST", "/v3/inventory/adjustments/relative", less, 200)
    shop.advance(3)
    assert 10 == level(shop, "TE-SEN-100")


@pytest.mark.parametrize(
    "item",
    [
        {"location_id": 1, "sku": "DI-EBO-001", "quantity": 5},
        {"location_id": 9, "sku": "TE-SEN-100", "quantity": 5},
        {"location_id": 1, "sku": "NOPE", "quantity": 5},
        {"location_id": 1, "sku": "TE-SEN-100", "quantity": "many"},
        {"location_id": 1, "sku": "TE-SEN-100", "quantity": -241},
        "tea",
    ],
)
def test_4_8_adjustments_refused(shop: Shop, item: Any) -> None:
    """Untracked, unknown place or article, no number, below safety stock."""
    shop.send("POST", "/v3/inventory/adjustments/relative", {"items": [item]}, 422)


def test_4_10_metafields(shop: Shop) -> None:
    """Once per name: the second is 409; what another client keeps for itself is not seen."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    path = f"/v3/orders/{bought.id}/metafields"
    body = {"permission_set": "app_only", "namespace": "kontera", "key": "invoice", "value": "1001"}
    row = shop.send("POST", path, body, 200)["data"]
    shop.send("POST", path, body, 409)
    shop.send("POST", path, body | {"key": "x" * 65}, 422)
    assert "1002" == shop.send("PUT", f"{path}/{row['id']}", {"value": "1002"}, 200)["data"]["value"]
    other = shop.control("actions/token", {"client_id": "another-app"})["access_token"]
    assert [] == shop.call("GET", path, token=other).json()["data"]
    shop.send("DELETE", f"{path}/{row['id']}", None, 204)
    assert [] == shop.get(path)["data"]


def test_4_10_metafield_limit(shop: Shop) -> None:
    """250 per client and order."""
    shop.shopper.switch(quota=None)
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    order = shop.sandbox.store.orders[bought.id]
    order.metafields = [
        {
            "owner_client_id": "kontera-sandbox-client",
            "namespace": "n",
            "key": str(number),
            "permission_set": "app_only",
        }
        for number in range(250)
    ]
    shop.send(
        "POST",
        f"/v3/orders/{bought.id}/metafields",
        {"permission_set": "app_only", "namespace": "kontera", "key": "invoice", "value": "1"},
        422,
    )


def test_4_11_renamed_statuses(shop: Shop) -> None:
    """The label changes, the number stays."""
    shop.shopper.switch(status_labels={"11": "Packas nu"})
    order = shop.order(shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11).id)
    assert (11, "Packas nu", "Packas nu") == (order["status_id"], order["status"], order["custom_status"])
    status = shop.get("/v2/order_statuses/11")
    assert ("Awaiting Fulfillment", "Packas nu") == (status["system_label"], status["custom_label"])


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("inconsistent_totals", "total_inc_tax", "138.3700"),
        ("unknown_currency", "default_currency_code", "XBT"),
        ("unknown_status", "status_id", 99),
        ("negative_total", "total_inc_tax", "-25.0000"),
        ("manual_refunded", "status_id", 4),
        ("lost_tax", "total_tax", "0.0000"),
        ("broken_dates", "date_shipped", "0000-00-00 00:00:00"),
    ],
)
def test_4_11_spoiled_orders(shop: Shop, kind: str, field: str, value: Any) -> None:
    """Each kind shows in the order, and date_modified says that something happened."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    shop.advance(60)
    shop.shopper.spoil(bought.id, kind)
    order = shop.order(bought.id)
    assert (value, "Mon, 02 Mar 2026 09:01:00 +0000") == (order[field], order["date_modified"])


def test_4_11_refund_the_shop_never_hears_of(shop: Shop) -> None:
    """In the gateway's books only."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    shop.shopper.spoil(bought.id, "unseen_gateway_refund")
    assert [("purchase", True), ("refund", False)] == [
        (row["event"], row["known_to_shop"]) for row in shop.shopper.look("gateway")
    ]
    assert 1 == len(shop.get(f"/v3/orders/{bought.id}/transactions")["data"])


def test_4_11_gateway_ids(shop: Shop) -> None:
    """With a pipe in them, or missing; offline methods never have one."""
    shop.shopper.switch(pipe_gateway_ids=True)
    piped = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    shop.shopper.switch(pipe_gateway_ids=False, missing_gateway_ids=True)
    missing = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    offline = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, payment="bank")
    ids = [
        shop.get(f"/v3/orders/{order.id}/transactions")["data"][0]["gateway_transaction_id"]
        for order in (piped, missing, offline)
    ]
    assert ["|", "", ""] == [text[15:16] for text in ids]
    assert ids[0].startswith("pi_")


def test_offline_payment_arrives(shop: Shop) -> None:
    """Bank transfer: awaited, then received."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, billing_address=SWEDEN, payment="bank")
    assert 7 == bought.status_id
    got = shop.shopper.receive(bought.id)
    assert (11, "paid") == (got.status_id, got.payment_status)
    assert ["pending", "purchase"] == [row["event"] for row in shop.get(f"/v3/orders/{bought.id}/transactions")["data"]]


def test_declined_payment(shop: Shop) -> None:
    """Declined: a failed transaction, stock untouched."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, declined=True)
    assert (6, "declined", 240) == (bought.status_id, bought.payment_status, level(shop, "TE-SEN-100"))
    assert "error" == shop.get(f"/v3/orders/{bought.id}/transactions")["data"][0]["status"]


def test_unknown_switch_is_refused(shop: Shop) -> None:
    """A misspelt switch must not silently do nothing."""
    with pytest.raises(ValueError, match="unknown switch"):
        shop.shopper.switch(loose_nmbers=True)
