"""Exact amounts with a currency, and the only place where anything is rounded.

Decides how an amount is written, compared, added and rounded. It never guesses a currency, never mixes two, and
never goes through binary floating point. An amount may carry more decimals than its currency has (a unit price of
46.2375 kr is legal); `Money.rounded` brings it to the currency's own precision when a document needs that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

import msgspec
from babel.numbers import get_currency_precision, list_currencies

T = TypeVar("T")

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
_KNOWN_CURRENCIES = frozenset(list_currencies())
_MAX_DIGITS = 18  # what numeric(18, 6) columns and every ledger here can hold before the decimal point


class MoneyError(ValueError):
    """An amount or currency that cannot be used: not a number, not finite, unknown or mixed currencies."""


class Rounding(Enum):
    """How a half is resolved. Half up is what Fortnox, Business Central and the three shops do; half even exists
    because some tax engines use it (seen as an option in WooCommerce plugins); half down is how WooCommerce rounds VAT
    where prices include it. Up (away from zero) and down are for telling a bound: what lies within it must do so as
    told too, and what lies outside must not."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    HALF_DOWN = ROUND_HALF_DOWN
    UP = ROUND_UP
    DOWN = ROUND_DOWN


def decimals_of(currency: str) -> int:
    """Number of decimals of the currency's smallest unit: 2 for SEK, 0 for JPY, 3 for KWD (CLDR through babel)."""
    if currency not in _KNOWN_CURRENCIES:
        raise MoneyError(f"unknown currency code {currency!r}")
    return get_currency_precision(currency)


def is_currency(code: str) -> bool:
    """Whether `code` is a currency known to CLDR (three capital letters)."""
    return code in _KNOWN_CURRENCIES


def exact(value: object) -> Decimal:
    """The number a vendor sent, exactly: from str, int or Decimal. Raises MoneyError for floats and for nonsense.

    Vendor JSON must be parsed with `parse_float=Decimal`, so a float here is a programming error on our side.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise MoneyError(f"not an exact number: {value!r}")
    try:
        number = Decimal(value.strip()) if isinstance(value, str) else Decimal(value)
    except InvalidOperation as error:
        raise MoneyError(f"not a number: {value!r}") from error
    if not number.is_finite():
        raise MoneyError(f"not a finite number: {value!r}")
    if number.adjusted() >= _MAX_DIGITS:
        raise MoneyError(f"number too large: {value!r}")
    return number


def round_to(value: Decimal, decimals: int, how: Rounding = Rounding.HALF_UP) -> Decimal:
    """`value` with `decimals` decimals; a half goes away from zero unless `how` says otherwise."""
    return value.quantize(ONE.scaleb(-decimals), rounding=how.value)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency. Equal when the numbers and the currencies are equal (1.0 SEK == 1.00 SEK)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise MoneyError(f"not a finite Decimal: {self.amount!r}")
        if self.currency not in _KNOWN_CURRENCIES:
            raise MoneyError(f"unknown currency code {self.currency!r}")

    @classmethod
    def of(cls, value: str | int | Decimal, currency: str) -> Money:
        """Money from a vendor's number; see `exact` for what is refused."""
        return cls(exact(value), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money, in `currency`."""
        return cls(ZERO, currency)

    @classmethod
    def parse(cls, text: str) -> Money:
        """The inverse of `str(money)`: "12.50 SEK"."""
        number, _, currency = text.partition(" ")
        return cls(exact(number), currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def rounded(self, how: Rounding = Rounding.HALF_UP) -> Money:
        """Rounded to the currency's smallest unit, half up unless said otherwise."""
        return Money(round_to(self.amount, decimals_of(self.currency), how), self.currency)

    def is_rounded(self) -> bool:
        """Whether the amount already fits the currency's smallest unit."""
        return self.amount == self.rounded().amount

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"cannot combine {self.currency} and {other.currency}")


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum; `currency` is needed for an empty sum and checked for every term."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result


def spread(amount: Money, weights: Sequence[Decimal]) -> list[Money]:
    """Split `amount` in proportion to `weights`, each part rounded to the smallest unit, summing exactly to `amount`.

    Largest remainder: units left over after rounding down go to the parts that lost most; ties to the earlier part.
    `amount` must itself be rounded. Weights are not negative and not all zero, unless `amount` is zero.
    """
    if not amount.is_rounded():
        raise MoneyError(f"{amount} cannot be split: it has more decimals than {amount.currency}")
    if any(weight < 0 for weight in weights):
        raise MoneyError("weights must not be negative")
    whole = sum(weights, ZERO)
    if not whole:
        if amount:
            raise MoneyError(f"{amount} cannot be split over nothing")
        return [amount for _ in weights]
    unit = ONE.scaleb(-decimals_of(amount.currency))
    units = abs(amount.amount) / unit
    shares = [units * weight / whole for weight in weights]
    parts = [share // 1 for share in shares]
    left = int(units - sum(parts, ZERO))
    by_remainder = sorted(range(len(shares)), key=lambda index: (parts[index] - shares[index], index))
    for index in by_remainder[:left]:
        parts[index] += 1
    sign = -1 if amount.amount < 0 else 1
    return [Money(part * unit * sign, amount.currency) for part in parts]


def to_json(value: object) -> bytes:
    """JSON of a frozen word of ours; a Decimal becomes a string, so nothing is lost. Keys keep their declared order:
    equal values give equal bytes."""
    return msgspec.json.encode(value)


def to_plain(value: object) -> Any:
    """The same as `to_json`, as plain dicts, lists and strings (for JSON columns)."""
    return msgspec.to_builtins(value)


def from_plain(kind: type[T], data: Any) -> T:
    """The inverse of `to_plain`."""
    return msgspec.convert(data, kind)
