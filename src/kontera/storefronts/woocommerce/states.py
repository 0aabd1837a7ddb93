"""What WooCommerce's order statuses mean to the books. Plugins add their own, which the merchant explains
in the settings.

Decides the state only. Whether money came is told by the date of payment, never by a status.
"""

from __future__ import annotations

from collections.abc import Mapping

from kontera.commerce import OrderState

ON_HOLD = "on-hold"
TRASH = "trash"  # deleted by a person; can be restored
DRAFTS = frozenset({"checkout-draft", "auto-draft"})  # somebody opened the checkout, or "Add order"

STATES: Mapping[str, OrderState] = {
    **dict.fromkeys(DRAFTS, OrderState.INCOMPLETE),
    "pending": OrderState.AWAITING_PAYMENT,
    ON_HOLD: OrderState.AWAITING_PAYMENT,
    "processing": OrderState.PLACED,
    "completed": OrderState.COMPLETED,
    "cancelled": OrderState.CANCELLED,
    "refunded": OrderState.REFUNDED,
    "failed": OrderState.DECLINED,
}


def state_of(status: str, *, paid: bool, own: Mapping[str, OrderState]) -> OrderState | None:
    """The state; None for a status nobody explained. On hold means waiting for the money (bank transfer, a card that is
    only authorised); once it has come, somebody holds the order for another reason."""
    if status == ON_HOLD and paid:
        return OrderState.HELD
    return STATES.get(status) or own.get(status)
