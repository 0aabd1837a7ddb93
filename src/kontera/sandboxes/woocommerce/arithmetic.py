"""WooCommerce's own arithmetic, pure: tax taken out of a price or put on it, and every way an amount is rounded.

Decides to how many decimals a number is kept and in which direction a half goes. It never knows an order, a cart or
which rate applies to whom. Amounts are Decimal without a currency: to WooCommerce the currency is only a label.
Source: WooCommerce 10.2.4 as recorded: lines are kept to six decimals, halves of tax go down with inclusive prices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
PRECISION = 6  # decimals of everything that is stored and not a total
_DOUBLE = Context(prec=16)  # about what a PHP float shows


@dataclass(frozen=True)
class Rules:
    """How a shop calculates. `decimals` are those shown; `inclusive` whether prices are entered with tax."""

    inclusive: bool = True
    round_at_subtotal: bool = False
    decimals: int = 2

    @property
    def unit(self) -> Decimal:
        """How many smallest units (öre) make one."""
        return Decimal(10) ** self.decimals

    def total(self, value: Decimal) -> Decimal:
        """A total: the shop's decimals, a half goes up."""
        return quantize(value, self.decimals)

    def tax(self, value: Decimal, decimals: int | None = None) -> Decimal:
        """Tax of one line: the shop's decimals; a half goes down where prices include tax, up where they do not."""
        places = self.decimals if decimals is None else decimals
        how = ROUND_HALF_DOWN if self.inclusive else ROUND_HALF_UP
        return value.quantize(Decimal(1).scaleb(-places), rounding=how)

    def line_tax(self, value: Decimal) -> Decimal:
        """Tax of one line as it enters the sum: rounded now, or later when the shop rounds at subtotal."""
        return value if self.round_at_subtotal else self.tax(value)

    def line(self, value: Decimal) -> Decimal:
        """A line's amount as it enters the sum."""
        return value if self.round_at_subtotal else self.total(value)


def quantize(value: Decimal, places: int, how: str = ROUND_HALF_UP) -> Decimal:
    """`value` with `places` decimals."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=how)


def stored(value: Decimal) -> Decimal:
    """As kept in the database: six decimals."""
    return quantize(value, PRECISION)


def floor(value: Decimal) -> Decimal:
    """Whole units, downwards."""
    return value.to_integral_value(ROUND_FLOOR)


def shown(value: Decimal, places: int) -> str:
    """An amount as the API writes it: text with exactly `places` decimals, no point when there are none."""
    text = f"{quantize(value, places):f}"
    return text.replace("-", "", 1) if not Decimal(text) else text


def trimmed(value: Decimal) -> str:
    """An amount as the API writes it where it does not format: without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal) -> Decimal | int:
    """A JSON number as PHP writes a float: 16 significant digits, whole numbers without a point."""
    near = _DOUBLE.plus(value)
    return int(near) if near == near.to_integral_value() else near.normalize()


@dataclass(frozen=True)
class Charge:
    """One rate as it enters a calculation."""

    rate_id: int
    percent: Decimal
    compound: bool = False


def tax_in(price: Decimal, charges: Iterable[Charge]) -> dict[int, Decimal]:
    """The tax that is inside `price`, per rate, six decimals. Compound rates come off first, last one first."""
    charges = list(charges)
    taxes: dict[int, Decimal] = {}
    rest = price
    for charge in reversed([one for one in charges if one.compound]):
        part = rest * charge.percent / (HUNDRED + charge.percent)
        taxes[charge.rate_id] = part
        rest -= part
    plain = [one for one in charges if not one.compound]
    whole = HUNDRED + sum((one.percent for one in plain), ZERO)
    for charge in plain:
        taxes[charge.rate_id] = rest * charge.percent / whole
    return {one.rate_id: stored(taxes[one.rate_id]) for one in charges}


def tax_on(price: Decimal, charges: Iterable[Charge]) -> dict[int, Decimal]:
    """The tax that comes on top of `price`, per rate, six decimals. A compound rate is on the taxes before it too."""
    charges = list(charges)
    taxes = {one.rate_id: price * one.percent / HUNDRED for one in charges if not one.compound}
    above = sum(taxes.values(), ZERO)
    for charge in (one for one in charges if one.compound):
        taxes[charge.rate_id] = (price + above) * charge.percent / HUNDRED
        above += taxes[charge.rate_id]
    return {one.rate_id: stored(taxes[one.rate_id]) for one in charges}


def added(into: dict[int, Decimal], more: dict[int, Decimal]) -> None:
    """Add `more` to `into`, rate by rate."""
    for rate_id, amount in more.items():
        into[rate_id] = into.get(rate_id, ZERO) + amount


def summed(taxes: dict[int, Decimal]) -> Decimal:
    """All of it."""
    return sum(taxes.values(), ZERO)
