"""Bringing exact amounts to whole smallest units without changing their sum, and how far cash may be rounded.

Decides who gets the odd öre. Never decides whether a difference is allowed (`oracle`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kontera.money import ONE, ZERO, Money, decimals_of, total

# The smallest coin in use where cash totals are rounded; half of it is the most a cash rounding can be.
# SEK: lag (1970:1029) om avrundning av vissa öresbelopp; NOK, DKK, CHF, EUR (Finland, the Netherlands, Belgium,
# Ireland...): the central banks' rounding rules. A currency that is not here is not rounded for cash.
_CASH_UNIT = {
    "SEK": Decimal(1),
    "NOK": Decimal(1),
    "DKK": Decimal("0.50"),
    "EUR": Decimal("0.05"),
    "CHF": Decimal("0.05"),
    "CZK": Decimal(1),
    "HUF": Decimal(5),
}


def unit_of(currency: str) -> Decimal:
    """The smallest unit of the currency: 0.01 for SEK, 1 for JPY, 0.001 for KWD."""
    return ONE.scaleb(-decimals_of(currency))


def distance_to_unit(amount: Money) -> Decimal:
    """How far `amount` is from the nearest whole smallest unit; zero when it is one."""
    return abs(amount.amount - amount.rounded().amount)


def largest_cash_rounding(currency: str) -> Money:
    """The most that rounding a total for cash may add or take away."""
    return Money(_CASH_UNIT.get(currency, ZERO) / 2, currency)


def round_to_sum(exact: Sequence[Money], target: Money) -> list[Money]:
    """Every amount rounded half up, then corrected unit by unit so that the sum is `target` (itself rounded).

    The corrections go to the amounts whose rounding erred most in the other direction, the larger and then the
    earlier first; an amount of exactly zero stays zero as long as another can take the correction. A target so far
    off that each would take several units (figures that contradict each other) is first shared out evenly.
    """
    rounded = [amount.rounded() for amount in exact]
    if not rounded:
        return rounded
    unit = unit_of(target.currency)
    missing = int((target - total(rounded, target.currency)).amount / unit)
    step = unit if missing > 0 else -unit

    def taker(place: int) -> tuple[bool, Decimal, Decimal, int]:
        lost = (exact[place].amount - rounded[place].amount) * (1 if missing > 0 else -1)
        return (not exact[place], -lost, -abs(exact[place].amount), place)

    takers = [place for place, amount in enumerate(exact) if amount] or list(range(len(exact)))
    each, left = divmod(abs(missing), len(takers))
    for place in takers:
        rounded[place] += Money(step * each, target.currency)
    for _ in range(left):
        place = min(range(len(rounded)), key=taker)
        rounded[place] += Money(step, target.currency)
    return rounded
