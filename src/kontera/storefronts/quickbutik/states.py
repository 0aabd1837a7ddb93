"""What Quickbutik's order statuses mean to the books: words and numbers, of which documents and clients know different
ones.

Decides the state only. An unpaid order is a checkout somebody began (the vendor's help); it may be finished later.
"""

from __future__ import annotations

from collections.abc import Mapping

from kontera.commerce import OrderState

STATES: Mapping[str, OrderState] = {
    "unpaid": OrderState.INCOMPLETE,
    "-1": OrderState.INCOMPLETE,
    "0": OrderState.INCOMPLETE,
    "paid": OrderState.PLACED,
    "1": OrderState.PLACED,
    "done": OrderState.COMPLETED,
    "2": OrderState.COMPLETED,
    "cancelled": OrderState.CANCELLED,
    "canceled": OrderState.CANCELLED,
}


def state_of(status: str, *, paid: bool, own: Mapping[str, OrderState]) -> OrderState | None:
    """The state; None for a status nobody explained. What the merchant explains counts first. Nobody documents the
    numbers below 1: clients know them as unpaid, so an order that was paid and has one of them is nothing we know (a
    cancelled one, likely)."""
    word = status.strip().lower()
    state = own.get(word) or STATES.get(word)
    return None if state is OrderState.INCOMPLETE and paid and word not in own else state
