"""Which orders are not booked (yet), by which rule, in words people read.

Decides from the order's state, the leave-out rules and the moment the booking rule waits for. What is left out is
looked at again when the order changes. Never looks at amounts, except whether the order is paid or costs nothing.
"""

from __future__ import annotations

from datetime import date

from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.outcome import LeftOut
from kontera.accounting.payments import captured, is_paid
from kontera.accounting.problems import ambiguous
from kontera.accounting.rulebook import BookingRule, Rulebook
from kontera.commerce import Order, OrderState
from kontera.errors import Problem

_NO_SALE = {
    OrderState.INCOMPLETE: "the checkout was never finished",
    OrderState.CANCELLED: "the order was cancelled before it was booked",
    OrderState.DECLINED: "the payment was declined",
    OrderState.HELD: "the shop holds the order for a manual check",
}
_HANDLED = frozenset({OrderState.SHIPPED, OrderState.COMPLETED, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED})


def no_sale(order: Order) -> LeftOut | None:
    """Orders whose state says that nothing was sold, or not yet."""
    reason = _NO_SALE.get(order.state)
    if reason is None:
        return None
    if order.state in (OrderState.CANCELLED, OrderState.DECLINED) and captured(order):
        reason += "; money was captured and its refund is awaited"
    return LeftOut(rule=f"state.{order.state}", reason=reason)


def by_rule(order: Order, rulebook: Rulebook) -> LeftOut | Problem | None:
    """Orders that a leave-out rule matches."""
    facts = Facts(
        store=order.store,
        channel=order.channel,
        state=order.state,
        method=_method(order),
        country=order.delivery.country if order.delivery else order.billing.country,
        currency=order.currency,
        zero_total=not order.total,
    )
    rule = choose(rulebook.leave_out, facts)
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "leave_out", rule, f"order {order.number}")
    return LeftOut(rule=f"leave_out.{rule.id}", reason=rule.reason) if rule else None


def booking_rule(order: Order, rulebook: Rulebook, day: date) -> BookingRule | LeftOut | Problem:
    """The booking rule that holds on `day`, or that no rule had started by then."""
    rule = choose(rulebook.booking, Facts(store=order.store, channel=order.channel), day)
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "booking", rule, f"order {order.number}")
    if rule is None:
        return LeftOut(rule="booking", reason=f"placed {day.isoformat()}, before any booking rule starts")
    return rule


def not_yet(order: Order, booking: BookingRule) -> LeftOut | None:
    """Orders that the booking rule waits for."""
    if booking.when == "paid" and not (is_paid(order) or order.state in _HANDLED):
        return LeftOut(rule=f"booking.{booking.id}", reason="not paid yet; booked when the payment is captured")
    if booking.when == "shipped" and order.state not in _HANDLED:
        return LeftOut(rule=f"booking.{booking.id}", reason="not shipped yet; booked when it is")
    return None


def _method(order: Order) -> str:
    return (order.payment_method or next((payment.method for payment in order.payments), "")).lower()
