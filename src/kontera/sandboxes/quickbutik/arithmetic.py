"""The shop's arithmetic: VAT in or on an amount, and what an order comes to.

Decides how discounts lower the base of VAT, which rate shipping and a payment fee take, and where VAT is rounded. It
never decides which rate a product has at an address (`pricing.py`). Sources: README, "How an order adds up".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kontera.money import HUNDRED, ONE, ZERO, round_to
from kontera.sandboxes.quickbutik.state import Order
from kontera.sandboxes.quickbutik.switches import Switches

OERE = 2


@dataclass(frozen=True)
class Totals:
    """What an order comes to, in its currency. `tax` is part of `total` in both kinds of shop."""

    goods: Decimal
    shipping: Decimal
    fee: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    gift_card: Decimal

    @property
    def to_pay(self) -> Decimal:
        """What is left after gift cards."""
        return self.total - self.gift_card


def vat(amount: Decimal, rate: Decimal, *, on_top: bool) -> Decimal:
    """The VAT on an amount without it, or in an amount with it; not rounded."""
    return amount * rate / HUNDRED if on_top else amount * rate / (HUNDRED + rate)


def without_vat(price: Decimal, rate: Decimal) -> Decimal:
    """A price with VAT, without it; rounded to öre as the shop prices things."""
    return round_to(price - vat(price, rate, on_top=False), OERE)


def charges(order: Order, switches: Switches) -> list[tuple[Decimal, Decimal]]:
    """Everything that carries VAT, after the discount: (amount, rate), one per line, shipping and fee."""
    goods = [line for line in order.lines if not line.gift_card]
    worth = sum((line.amount for line in goods), ZERO)
    covered = worth + (order.shipping.price if switches.discount_on_shipping else ZERO)
    left = ONE - (order.discount / covered if covered else ZERO)
    rows = [(line.amount if line.gift_card else line.amount * left, line.rate) for line in order.lines]
    sent = order.shipping.price * (left if switches.discount_on_shipping else ONE)
    rows += [(sent * share, rate) for share, rate in _shipping_rates(order, switches)]
    if order.fee:
        rows.append((order.fee, ZERO if order.tax_free else order.standard))
    return rows


def _shipping_rates(order: Order, switches: Switches) -> list[tuple[Decimal, Decimal]]:
    """Which part of shipping takes which rate; the parts add up to one."""
    if order.tax_free:
        return [(ONE, ZERO)]
    rates: dict[Decimal, Decimal] = {}
    for line in order.lines:
        if not line.gift_card:
            rates[line.rate] = rates.get(line.rate, ZERO) + line.amount
    whole = sum(rates.values(), ZERO)
    if switches.shipping_vat == "standard" or not whole:
        return [(ONE, order.standard)]
    if switches.shipping_vat == "highest":
        return [(ONE, max(rates))]
    return [(amount / whole, rate) for rate, amount in rates.items()]


def totals(order: Order, switches: Switches) -> Totals:
    """What the order comes to now."""
    taxes = [vat(amount, rate, on_top=order.tax_on_top) for amount, rate in charges(order, switches)]
    if switches.round_vat == "line":
        taxes = [round_to(tax, OERE) for tax in taxes]
    tax = round_to(sum(taxes, ZERO), OERE)
    goods = sum((line.amount for line in order.lines), ZERO)
    total = goods + order.shipping.price + order.fee - order.discount + (tax if order.tax_on_top else ZERO)
    return Totals(goods, order.shipping.price, order.fee, order.discount, tax, total, min(order.gift_card, total))
