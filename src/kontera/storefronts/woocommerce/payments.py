"""What paid an order: its one payment in money, and gift cards that a plugin took off the total.

Decides how far the payment has come. WooCommerce keeps one payment per order: paid is when the date of payment is set.
Refunds are facts of their own. Never believes a status about money.
"""

from __future__ import annotations

from datetime import datetime

from kontera.commerce import Payment, PaymentKind, PaymentState
from kontera.money import Money, total
from kontera.storefronts.fields import Node, Unreadable
from kontera.storefronts.woocommerce.meta import Meta, number_or_none

_REFERENCES = ("_charge_id", "_intent_id", "_stripe_intent_id", "_wc_klarna_order_id")
_YITH = "_ywgc_applied_gift_cards"


def gift_cards_of(order: Node, meta: Meta, currency: str) -> tuple[Payment, ...]:
    """Gift cards used. WooCommerce Gift Cards lists them on the order, YITH keeps code -> amount in a field. Both
    lower the order's total by them, so they are what part of it was paid with. YITH can be told to make a fee of them
    instead: then they are a line, and nothing is said here."""
    cards = [
        (node.text("code") or node.text("id"), node.money("amount", currency)) for node in order.nodes("gift_cards")
    ]
    if not cards and not meta.has("ywgc_gift_card_updated_as_fee"):
        for code, value in meta.table(_YITH).items():
            amount = number_or_none(value)
            if amount is None:
                raise Unreadable(order.at("meta_data"), "a gift card without an amount")
            cards.append((code, Money(amount, currency)))
    return tuple(
        Payment(
            id=f"giftcard-{place}",
            kind=PaymentKind.GIFT_CARD,
            method="giftcard",
            amount=amount.rounded(),
            state=PaymentState.CAPTURED,
            card=code,
        )
        for place, (code, amount) in enumerate(cards, start=1)
        if amount
    )


def payments_of(order: Node, meta: Meta, charged: Money, cards: tuple[Payment, ...]) -> tuple[Payment, ...]:
    """Gift cards, then the money. charged: what the order's total is without the cards."""
    if not charged.amount > 0:
        return cards
    state = _state(order, meta)
    if state is None:
        return cards
    money = Payment(
        id=order.text("transaction_id") or f"{order.text('id')}-payment",
        method=payment_method_of(order),
        amount=charged,
        state=state,
        at=paid_at(order),
        reference=order.text("transaction_id") or meta.first(_REFERENCES),
    )
    return (*cards, money)


def payment_method_of(order: Node) -> str:
    """The gateway's own key ("stripe", "kco", "bacs"); for orders written by hand the title people see."""
    return (order.text("payment_method") or order.text("payment_method_title")).lower()


def paid_at(order: Node) -> datetime | None:
    """When the money came; None while it has not."""
    return order.instant("date_paid_gmt", "+00:00") if order.has("date_paid_gmt") else None


def cards_total(cards: tuple[Payment, ...], currency: str) -> Money:
    """What gift cards paid together."""
    return total((card.amount for card in cards), currency)


def _state(order: Node, meta: Meta) -> PaymentState | None:
    if paid_at(order) is not None:
        return PaymentState.CAPTURED
    waits = meta.text("_stripe_charge_captured") == "no" or meta.text("_intention_status") == "requires_capture"
    if waits and order.text("status") not in ("cancelled", "failed"):
        return PaymentState.AUTHORISED
    return None
