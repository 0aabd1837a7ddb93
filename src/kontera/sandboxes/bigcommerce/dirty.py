"""Orders as no honest shop should have them, and as real shops do: made on purpose, one kind at a time.

Decides how an existing order is spoiled. Every kind is reached over the control plane only (`actions/dirty`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kontera.sandboxes.bigcommerce.changes import REFUNDED, announce_updated, set_status
from kontera.sandboxes.bigcommerce.payments import captured, gateway_id
from kontera.sandboxes.bigcommerce.state import Json, Order, Store

UNKNOWN_CLASS = 99
UNKNOWN_STATUS = 99


def spoil(store: Store, order: Order, kind: str) -> None:
    """Spoil an order. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(sorted(KINDS))}")
    KINDS[kind](store, order)
    announce_updated(store, order)


def _inconsistent_totals(store: Store, order: Order) -> None:
    order.head["total_inc_tax"] += Decimal("0.37")


def _unknown_tax_class(store: Store, order: Order) -> None:
    for row in order.taxes:
        row |= {"tax_class_id": UNKNOWN_CLASS, "class": "Raderad skatteklass"}


def _unknown_currency(store: Store, order: Order) -> None:
    order.head |= {"default_currency_code": "XBT", "currency_code": "XBT", "default_currency_id": 77, "currency_id": 77}
    for row in order.transactions:
        row["currency"] = "XBT"


def _unknown_status(store: Store, order: Order) -> None:
    order.head |= {"status_id": UNKNOWN_STATUS, "status": "Pausad av app"}


def _negative_total(store: Store, order: Order) -> None:
    order.head |= {"total_inc_tax": Decimal("-25.00"), "total_ex_tax": Decimal("-20.00"), "total_tax": Decimal("-5.00")}


def _manual_refunded(store: Store, order: Order) -> None:
    """Somebody sets the status Refunded by hand: no refund and no money behind it."""
    set_status(store, order, REFUNDED)


def _unseen_gateway_refund(store: Store, order: Order) -> None:
    """Somebody refunds in the payment provider's own page: the shop is never told."""
    sale = next((row for row in store.gateway if row["order_id"] == order.id and row["event"] != "refund"), None)
    if sale is None:
        raise ValueError(f"order {order.id} has no payment to refund")
    refund: Json = {
        **sale,
        "event": "refund",
        "gateway_transaction_id": gateway_id(store, order, "re_"),
        "amount": captured(order),
        "at": store.now(),
        "known_to_shop": False,
    }
    store.gateway.append(refund)


def _lost_tax(store: Store, order: Order) -> None:
    """The order's total tax says nothing while its subtotal says something, as in one of the vendor's own examples."""
    order.head |= {"total_tax": Decimal(0), "total_ex_tax": order.head["total_inc_tax"]}


def _missing_gateway_id(store: Store, order: Order) -> None:
    for row in order.transactions:
        row["gateway_transaction_id"] = ""


def _broken_dates(store: Store, order: Order) -> None:
    order.head["date_shipped"] = "0000-00-00 00:00:00"


KINDS: dict[str, Callable[[Store, Order], None]] = {
    "inconsistent_totals": _inconsistent_totals,
    "unknown_tax_class": _unknown_tax_class,
    "unknown_currency": _unknown_currency,
    "unknown_status": _unknown_status,
    "negative_total": _negative_total,
    "manual_refunded": _manual_refunded,
    "unseen_gateway_refund": _unseen_gateway_refund,
    "lost_tax": _lost_tax,
    "missing_gateway_id": _missing_gateway_id,
    "broken_dates": _broken_dates,
}
