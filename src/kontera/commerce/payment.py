"""Money the shop says it received for an order, and with what: card, wallet, gift card, store credit, invoice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from kontera.money import Money


class PaymentKind(StrEnum):
    """What kind of means paid. Gift cards and store credit are debts of the merchant's, not money coming in."""

    MONEY = "money"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"


class PaymentState(StrEnum):
    """How far the payment has come. Only CAPTURED is money that the processor owes the merchant."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One payment of one order.

    id: stays the same for as long as the payment is there, whatever comes before or after it: it names the payment in
        the ledger. Letters, digits, - and _.
    method: the key rules match on, lower case, as stable as the vendor gives it ("stripe", "klarna", "bankdeposit").
    reference: the processor's own id, which a payout will name; empty for offline means.
    card: the gift card's code or id, when kind is GIFT_CARD.
    """

    id: str
    kind: PaymentKind = PaymentKind.MONEY
    method: str
    amount: Money
    state: PaymentState
    at: datetime | None = None
    reference: str = ""
    card: str = ""
