"""The shop's tax arithmetic for one amount: which part is tax, per rate, and how it is rounded.

Decides how an amount entered with or without tax splits into excluding, tax and including. Pure. It never knows
products, zones or orders. Written from the vendor's tax settings page ("RATE_ROUNDING: every rate amount is rounded
to the currency's precision; NO_ROUNDING: high precision until the total"), and never shared with an adapter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
RATE_ROUNDING = "RATE_ROUNDING"
NO_ROUNDING = "NO_ROUNDING"
STORED_DECIMALS = 4  # what the vendor stores and shows of every amount


def rounded(value: Decimal, decimals: int) -> Decimal:
    """`value` with `decimals` decimals, a half away from zero."""
    return value.quantize(ONE.scaleb(-decimals), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Rate:
    """One tax rate that applies: `percent` is 25 for 25 %; rates of a later `priority` compound on earlier ones."""

    id: int
    name: str
    class_id: int
    class_name: str
    percent: Decimal
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """How the shop calculates: are amounts entered with tax, how is tax rounded, how many decimals has the currency."""

    inclusive: bool
    rounding: str
    decimals: int

    def tax(self, value: Decimal) -> Decimal:
        """A tax amount as the rounding strategy leaves it."""
        return rounded(value, self.decimals if self.rounding == RATE_ROUNDING else STORED_DECIMALS)

    def money(self, value: Decimal) -> Decimal:
        """An amount the shopper sees, in the currency's precision."""
        return rounded(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Split:
    """An amount without tax, with tax, and the tax of each rate; inc = ex + the sum of the taxes, always."""

    ex: Decimal
    inc: Decimal
    taxes: tuple[tuple[Rate, Decimal], ...] = ()

    @property
    def tax(self) -> Decimal:
        """All tax in it."""
        return self.inc - self.ex


NOTHING = Split(ZERO, ZERO)


def factor(rates: Sequence[Rate]) -> Decimal:
    """What the amount without tax is multiplied with: rates of one priority add, priorities compound."""
    result = ONE
    for _, group in groupby(_ordered(rates), key=lambda rate: rate.priority):
        result *= ONE + sum((rate.percent for rate in group), ZERO) / HUNDRED
    return result


def split(entered: Decimal, rates: Sequence[Rate], rules: Rules) -> Split:
    """Split an amount that was entered with tax (inclusive rules) or without (exclusive rules)."""
    base = entered / factor(rates) if rules.inclusive else entered
    taxes: list[tuple[Rate, Decimal]] = []
    running = base
    for _, group in groupby(_ordered(rates), key=lambda rate: rate.priority):
        level = [(rate, running * rate.percent / HUNDRED) for rate in group]
        running += sum((amount for _, amount in level), ZERO)
        taxes += [(rate, rules.tax(amount)) for rate, amount in level]
    tax = sum((amount for _, amount in taxes), ZERO)
    if rules.inclusive:
        return Split(entered - tax, entered, tuple(taxes))
    return Split(entered, entered + tax, tuple(taxes))


def spread(amount: Decimal, weights: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Share `amount` in proportion to the weights, rounded; the last line with a weight takes what rounding left.

    The vendor's formula for a discount on the whole order is `discount * price / subtotal` per line; where the
    remainder goes is not documented.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    parts = [rounded(amount * weight / whole, decimals) for weight in weights]
    last = max(index for index, weight in enumerate(weights) if weight)
    parts[last] += amount - sum(parts, ZERO)
    return parts


def _ordered(rates: Sequence[Rate]) -> list[Rate]:
    return sorted(rates, key=lambda rate: rate.priority)
