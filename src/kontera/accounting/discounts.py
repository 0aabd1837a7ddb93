"""How a row says what it costs: quantity x unit price - discount, exactly the amount, in whole smallest units.

The amount of a row is law: it is what the customer was charged. Quantity, price and discount are how it is told, and
ledgers keep them with the currency's decimals, so they are chosen to multiply out exactly:

1. the shop's own price, when quantity x price less a discount that is not negative gives the amount exactly;
2. otherwise the lowest whole-unit price that covers amount and discounts; the discount grows by less than one
   smallest unit per piece;
3. when neither multiplies out (a quantity with decimals, an amount below zero), one piece at the amount, and the
   quantity in the text: "1.5 x Rope".

Never changes an amount, never spreads a discount: the shop has done that.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import msgspec

from kontera.accounting.problems import rate_text
from kontera.accounting.rounding import unit_of
from kontera.money import ONE, Money


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """A row's own arithmetic: quantity x unit_price - discount is the row's amount."""

    text: str
    quantity: Decimal
    unit_price: Money
    discount: Money


def priced(text: str, quantity: Decimal, unit_price: Money, discount: Money, amount: Money) -> Priced:
    """Tell `amount` (rounded) as quantity, price and discount; see the module. discount: the shop's own, in the same
    terms (with or without VAT) as price and amount."""
    if quantity > 0 and amount.amount >= 0:
        covering = [_covering(quantity, amount + discount), _covering(quantity, amount)]
        for price in [unit_price, *covering] if unit_price.is_rounded() else covering:
            rest = price * quantity - amount
            if rest.amount >= 0 and rest.is_rounded():
                return Priced(text=text, quantity=quantity, unit_price=price, discount=rest)
    said = text if quantity == ONE else f"{rate_text(quantity)} x {text}"
    return Priced(text=said, quantity=ONE, unit_price=amount, discount=Money.zero(amount.currency))


def _covering(quantity: Decimal, amount: Money) -> Money:
    """The lowest price in whole smallest units for which quantity x price is at least `amount`."""
    unit = unit_of(amount.currency)
    pieces = (max(amount.amount, Decimal(0)) / quantity / unit).to_integral_value(rounding=ROUND_CEILING)
    return Money(pieces * unit, amount.currency)
