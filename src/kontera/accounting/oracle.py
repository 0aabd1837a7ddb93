"""The öre oracle: is a difference rounding, which rounding, and how large can that rounding be here?

Shops, rules and ledgers round at different moments, so figures that should be equal may differ by small amounts.
The oracle knows every moment at which something can have been rounded and adds up what each could cost at most. A
difference inside that bound gets its cause by name (the least that explains it); outside it is an error of somebody's
and the order waits. Nothing is plugged.

One rounding moves a figure by at most half a smallest unit (h). With share = how much of a change in a line's amount
goes to its VAT (rate / (100 + rate) with VAT in the prices, rate / 100 without):

    SUM_THEN_ROUND       the line's amount and its VAT are each rounded once per line: h x (1 + share) a line;
                         and a sum that was not whole is rounded: its own distance to the whole unit
    UNIT_PRICE_ROUNDING  rounded per piece and then multiplied: quantity x the piece's real distance to the whole unit
                         (for discounted lines the piece's price is not known: quantity x h)
    DISCOUNT_SPREAD      a discount spread over lines is rounded once a line, in amount and in VAT: h x (1 + share)
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from kontera.accounting.outcome import Difference, DifferenceCause
from kontera.accounting.parts import Part
from kontera.accounting.rounding import distance_to_unit, unit_of
from kontera.commerce import Line
from kontera.money import HUNDRED, ONE, ZERO, Money, decimals_of


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """The most each cause can explain, in the currency of what is compared; causes add up in this order."""

    lines: Decimal = ZERO
    units: Decimal = ZERO
    discounts: Decimal = ZERO

    def __add__(self, other: Ladder) -> Ladder:
        return Ladder(
            lines=self.lines + other.lines,
            units=self.units + other.units,
            discounts=self.discounts + other.discounts,
        )

    @property
    def most(self) -> Decimal:
        """The largest difference that any rounding can explain."""
        return self.lines + self.units + self.discounts

    def cause_of(self, difference: Decimal) -> tuple[DifferenceCause, Decimal] | None:
        """The first cause whose bound, added to those before it, covers the difference, with that bound."""
        bound = ZERO
        for cause, part in (
            (DifferenceCause.SUM_THEN_ROUND, self.lines),
            (DifferenceCause.UNIT_PRICE_ROUNDING, self.units),
            (DifferenceCause.DISCOUNT_SPREAD, self.discounts),
        ):
            bound += part
            if part and abs(difference) <= bound:
                return cause, bound
        return None


def total_ladder(sums: Sequence[Ladder]) -> Ladder:
    """The ladders of several parts together."""
    result = Ladder()
    for one in sums:
        result += one
    return result


def vat_ladder(part: Part, prices_include_vat: bool) -> Ladder:
    """How far rounding can move the VAT of one part from what its rate makes of its amount. Nothing at 0 %."""
    if not part.rate:
        return Ladder()
    line, half = part.line, unit_of(part.gross.currency) / 2
    share = part.rate / (HUNDRED + part.rate if prices_include_vat else HUNDRED)
    pieces, discounts = abs(line.quantity), len(line.discounts)
    units = ZERO
    if pieces > ONE and discounts:
        units = pieces * half * (1 + share)
    elif pieces > ONE:
        units = pieces * (distance_to_unit(line.unit_price * share) + distance_to_unit(line.unit_price) * share)
    return Ladder(lines=half * (1 + share), units=units, discounts=discounts * half * (1 + share))


def amount_ladder(line: Line, prices_include_vat: bool) -> Ladder:
    """How far rounding can move the amount charged for one line from quantity x price - discounts (+ VAT).

    A price in whole units may itself have been rounded from a finer one, so each piece may be half a unit off; a finer
    price may be off by half its own last digit."""
    currency = line.charged.currency
    half = unit_of(currency) / 2
    exponent = line.unit_price.amount.normalize().as_tuple().exponent
    digits = max(decimals_of(currency), -int(exponent))
    roundings = 1 if prices_include_vat else 2
    return Ladder(
        lines=roundings * half,
        units=abs(line.quantity) * ONE.scaleb(-digits) / 2,
        discounts=len(line.discounts) * half,
    )


def said_by_line(line: Line, prices_include_vat: bool) -> Money:
    """What the line's own quantity, price, discounts and VAT say it costs, unrounded."""
    result = line.unit_price * line.quantity
    for discount in line.discounts:
        result -= discount.amount
    return result if prices_include_vat else result + line.vat


def total_bound(line: Line, prices_include_vat: bool) -> Ladder:
    """How far one line can move the order's total from the sum of what was charged per line: not at all when the line
    multiplies out without rounding."""
    said = said_by_line(line, prices_include_vat)
    exact = said.is_rounded() and said == line.charged and not line.discounts
    if exact and all(tax.amount.is_rounded() and prices_include_vat for tax in line.taxes):
        return Ladder()
    half = unit_of(line.charged.currency) / 2
    return Ladder(
        lines=half,
        units=abs(line.quantity) * distance_to_unit(line.unit_price) if abs(line.quantity) > ONE else ZERO,
        discounts=len(line.discounts) * half,
    )


def vat_by_rate(gross: Money, rate: Decimal) -> Money:
    """The VAT that a rate makes of an amount with VAT in it, unrounded. Multiplied before it is divided, so that a
    half stays exactly a half."""
    return Money(gross.amount * rate / (HUNDRED + rate), gross.currency)


def explained(what: str, shop: Money, ours: Money, exact: Money, ladder: Ladder) -> Difference | None:
    """The named difference between the shop's figure and `exact`, our unrounded one; None when no rounding here can
    explain it. `ours` is the figure to show for ours (`exact`, rounded)."""
    found = ladder.cause_of((shop - exact).amount)
    if found is None:
        return None
    cause, bound = found
    return Difference(what=what, shop=shop, ours=ours, cause=cause, bound=Money(bound, shop.currency))
