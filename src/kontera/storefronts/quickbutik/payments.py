"""What paid an order: its one payment in money, and gift cards.

Decides how far the payment has come. Paid is what the shop says is paid; means of payment that are drawn when the goods
are sent have only promised until then (the merchant says which). Refunds are facts of their own.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from kontera.commerce import OrderState, Payment, PaymentKind, PaymentState
from kontera.money import Money
from kontera.storefronts.fields import Node
from kontera.storefronts.quickbutik.settings import QuickbutikSettings


def method_of(order: Node) -> str:
    """The means of payment as the shop names it ("klarna", "swish"), lower case."""
    node = order.node("paymethod")
    return node.text("method").lower() if node else ""


def payments_of(
    order: Node, state: OrderState, money: Money, card: Money, paid_at: datetime | None, settings: QuickbutikSettings
) -> tuple[Payment, ...]:
    """Gift cards, then the money. money: what was left to pay beside the card."""
    cards: tuple[Payment, ...] = ()
    if card:
        cards = (
            Payment(
                id="giftcard-1",
                kind=PaymentKind.GIFT_CARD,
                method="giftcard",
                amount=card,
                state=PaymentState.CAPTURED,
            ),
        )
    if not money.amount > Decimal(0) or (paid_at is None and state is not OrderState.PLACED):
        return cards
    node, method = order.node("paymethod"), method_of(order)
    promised = method in settings.captured_when_done and state is not OrderState.COMPLETED
    return (
        *cards,
        Payment(
            id=f"{order.text('order_id')}-payment",
            method=method,
            amount=money,
            state=PaymentState.AUTHORISED if promised else PaymentState.CAPTURED,
            at=paid_at,
            reference=node.text("transaction_id") if node else "",
        ),
    )
