"""An order as the shop charged it: lines with what the customer paid and the VAT the shop calculated on each.

Decides the words only. Nothing here is computed from a rule; where a shop contradicts itself the contradiction is
kept, and `accounting` refuses the order with a named problem.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from kontera.commerce.party import Address, Customer
from kontera.commerce.payment import Payment
from kontera.money import Money


class OrderState(StrEnum):
    """Where the order stands in the shop, reduced to what matters to the books."""

    INCOMPLETE = "incomplete"  # a checkout never finished; not a sale
    AWAITING_PAYMENT = "awaiting_payment"
    HELD = "held"  # the shop itself holds it for a manual check
    PLACED = "placed"  # agreed and paid or payable; not yet handled
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    DISPUTED = "disputed"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class LineKind(StrEnum):
    """What a line sells. GIFT_CARD is a card sold: a debt, not revenue."""

    PRODUCT = "product"
    GIFT_CARD = "gift_card"
    SHIPPING = "shipping"
    HANDLING = "handling"
    WRAPPING = "wrapping"
    FEE = "fee"


class DiscountKind(StrEnum):
    """Why a line costs less."""

    LINE = "line"
    COUPON = "coupon"
    ORDER = "order"
    SHIPPING = "shipping"


class LineTax(msgspec.Struct, frozen=True, kw_only=True):
    """VAT of one rate on one line, as the shop calculated it. `rate` is percent.

    base: the part of the line's net amount this rate applies to, when the shop says so (a delivery split over the
        rates of the goods); None = the whole line.
    """

    rate: Decimal
    amount: Money
    name: str = ""
    base: Money | None = None


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """A reduction of one line, already spread by the shop; positive, with VAT when the order's prices include it."""

    kind: DiscountKind
    amount: Money
    name: str = ""
    code: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order.

    unit_price: before discounts; with VAT exactly when the order's prices include VAT. May have extra decimals.
    charged: what the customer pays for the whole line, with VAT, after every discount; in whole smallest units.
    taxes: the shop's VAT on the line, one entry per rate; empty = the shop charged none.
    country: where it is delivered (ISO alpha-2), which decides the VAT country; empty = unknown.
    tax_class: the shop's own name or id of the VAT class, for rules.
    gift_card: the card's id when kind is GIFT_CARD.
    parent: id of the bundle line this one is part of (then it costs nothing itself).
    """

    id: str
    kind: LineKind = LineKind.PRODUCT
    product_id: str = ""
    product_type: str = ""
    sku: str = ""
    name: str
    quantity: Decimal
    unit_price: Money
    charged: Money
    taxes: tuple[LineTax, ...] = ()
    discounts: tuple[Discount, ...] = ()
    tax_class: str = ""
    country: str = ""
    gift_card: str = ""
    parent: str = ""

    @property
    def vat(self) -> Money:
        """The shop's VAT on the line, all rates together."""
        amount = Money.zero(self.charged.currency)
        for tax in self.taxes:
            amount += tax.amount
        return amount


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order, whole, as read from the shop at one moment.

    store: the code of the connection it came from ("nt"), part of every reference in the ledger.
    id, number: the shop's key, and the number people see (often the same).
    currency: what the customer was charged in; every amount of the order is in it.
    total: what the customer owes for everything, with VAT, before gift cards and store credit are used to pay.
    vat: the shop's VAT on the whole order.
    rounding: what the shop added or took away to round the total for cash; part of `total`.
    shop_currency, shop_rate: the shop's own base currency and its rate (1 unit of `currency` in `shop_currency`),
        when it states one.
    refunded: the shop has made at least one refund on it (refunds are facts of their own).
    """

    store: str
    id: str
    number: str
    channel: str = ""
    state: OrderState
    placed_at: datetime
    changed_at: datetime
    currency: str
    prices_include_vat: bool
    customer: Customer
    billing: Address
    delivery: Address | None = None
    lines: tuple[Line, ...]
    total: Money
    vat: Money
    rounding: Money | None = None
    payments: tuple[Payment, ...] = ()
    payment_method: str = ""
    shipping_method: str = ""
    shop_currency: str = ""
    shop_rate: Decimal | None = None
    refunded: bool = False
    language: str = ""
    url: str = ""
