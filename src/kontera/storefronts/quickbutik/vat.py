"""The VAT of every line, worked out from the rates of products and held against the one VAT amount an order tells.

Decides which of the ways a shop can have taxed an order (its own rates or those of the buyer's country, the delivery's
rate, what a discount lowers, where it rounds) comes to the order's VAT, to the smallest unit; the plainest one that
does. When none does, the plainest stays, and accounting refuses it by name: nothing is adjusted. Never invents a rate:
those of other countries are the merchant's, or the usual ones of the EU, and count only when the order's VAT agrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontera.commerce import LineKind
from kontera.money import HUNDRED, ONE, ZERO, decimals_of, round_to
from kontera.storefronts.quickbutik.amounts import Reading, Row, Sums
from kontera.storefronts.quickbutik.settings import AUTO, QuickbutikSettings

# The usual VAT rates in the EU, percent; europa.eu, "VAT rules and rates", as of 2026. The merchant's setting goes
# before them, and an order's own VAT decides whether one was charged.
_RATES = {
    "27": "HU",
    "25.5": "FI",
    "25": "DK HR SE",
    "24": "EE GR",
    "23": "IE PL PT SK",
    "22": "IT SI",
    "21": "BE CZ ES LT LV NL RO",
    "20": "AT BG FR",
    "19": "CY DE",
    "18": "MT",
    "17": "LU",
}
EU_RATES: Mapping[str, Decimal] = {
    country: Decimal(rate) for rate, countries in _RATES.items() for country in countries.split()
}
"""The usual rate of each country of the EU, percent."""
_WAYS = ("standard", "goods", "highest")
_SIX = 6


@dataclass(frozen=True, slots=True)
class Share:
    """The part of one row that one rate applies to, exact: with VAT in it, or without it where VAT goes on top."""

    rate: Decimal
    amount: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Taxed:
    """A row with its share of the discount (exact) and its VAT per rate (no shares: none was charged)."""

    row: Row
    off: Decimal
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of taxing an order. rates: percent by row place, None = decided like a delivery. lowers: what a discount
    is shared over, in proportion. shipping: one of _WAYS."""

    rates: tuple[Decimal | None, ...]
    standard: Decimal
    lowers: tuple[Decimal, ...]
    shipping: str


def taxed(
    found: Sequence[Reading], sums: Sums, country: str, settings: QuickbutikSettings
) -> tuple[Reading, tuple[Taxed, ...]]:
    """The reading whose VAT is the order's, and its rows with VAT. country: where the order goes."""
    plainest: tuple[Reading, tuple[Taxed, ...]] | None = None
    for reading in found:
        for way in _ways(reading, sums, country, settings):
            rows = tuple(_taxed(row, place, reading, way, sums) for place, row in enumerate(reading.rows))
            plainest = plainest or (reading, rows)
            fitting = _as_the_shop_rounds(rows, sums)
            if fitting is not None:
                return reading, fitting
    assert plainest is not None  # there is always a reading, and a way of taxing it
    return plainest


def _ways(reading: Reading, sums: Sums, country: str, settings: QuickbutikSettings) -> Iterator[_Way]:
    """Every way, the plainest first."""
    shipping = _WAYS if settings.shipping_vat == AUTO else (settings.shipping_vat,)
    for rates, standard in _rates(reading.rows, sums, country, settings):
        for lowers in _lowered(reading):
            for one in shipping:
                yield _Way(rates, standard, lowers, one)


def _rates(
    rows: Sequence[Row], sums: Sums, country: str, settings: QuickbutikSettings
) -> Iterator[tuple[tuple[Decimal | None, ...], Decimal]]:
    """The rates of the rows and the usual rate: none at all, those of the products, or the one rate of the buyer's
    country, with which the shop replaces every rate or every rate but 0 %."""
    nothing = tuple(ZERO for _ in rows)
    if sums.tax_free:
        yield nothing, ZERO
        return
    own = tuple(_own_rate(row) for row in rows)
    there = settings.country_vat.get(country, EU_RATES.get(country)) if country != settings.country else None
    if there is not None:
        yield tuple(there if rate else rate for rate in own), there
        yield tuple(there if row.own_rate else rate for row, rate in zip(rows, own, strict=True)), there
    yield own, settings.standard_vat
    if not sums.vat and country not in ("", settings.country):  # at home that would contradict the products
        yield nothing, ZERO


def _own_rate(row: Row) -> Decimal | None:
    if row.kind is LineKind.GIFT_CARD:
        return ZERO  # a card that can buy anything bears VAT when it is used
    return (row.rate or ZERO) if row.own_rate else None


def _lowered(reading: Reading) -> Iterator[tuple[Decimal, ...]]:
    """What a discount is shared over: the goods; goods and delivery; the delivery alone. Gift cards bought cost what
    they cost, unless there is nothing else."""
    rows = reading.rows
    goods = tuple(row.amount if row.kind is LineKind.PRODUCT else ZERO for row in rows)
    shipping = tuple(row.amount if row.kind is LineKind.SHIPPING else ZERO for row in rows)
    if not reading.discount:
        yield tuple(ZERO for _ in rows)
        return
    both = tuple(one + other for one, other in zip(goods, shipping, strict=True))
    options = [weights for weights in (goods, both, shipping) if reading.discount <= sum(weights, ZERO)]
    everything = tuple(row.amount for row in rows)
    yield from dict.fromkeys(options or [everything if any(everything) else tuple(ONE for _ in rows)])


def _taxed(row: Row, place: int, reading: Reading, way: _Way, sums: Sums) -> Taxed:
    whole = sum(way.lowers, ZERO)
    off = reading.discount * way.lowers[place] / whole if whole else ZERO
    amount = row.amount - off
    rate = way.rates[place]
    if rate is not None:
        parts = {rate: amount}
    elif row.kind is LineKind.FEE or way.shipping == "standard":
        parts = {way.standard: amount}
    else:
        parts = _like_the_goods(amount, reading.rows, way)
    vat_free = row.kind is LineKind.GIFT_CARD or not any(parts)
    shares = () if vat_free else tuple(Share(one, part, _vat(part, one, sums.on_top)) for one, part in parts.items())
    return Taxed(row, off, shares)


def _like_the_goods(amount: Decimal, rows: Sequence[Row], way: _Way) -> dict[Decimal, Decimal]:
    """A delivery taxed as the goods: in proportion to what they cost, or at their highest rate; at the usual one when
    nothing else was sold."""
    goods: dict[Decimal, Decimal] = {}
    for row, rate in zip(rows, way.rates, strict=True):
        if rate is not None and row.own_rate:
            goods[rate] = goods.get(rate, ZERO) + row.amount
    whole = sum(goods.values(), ZERO)
    if not whole:
        return {way.standard: amount}
    if way.shipping == "highest":
        return {max(goods): amount}
    return {rate: amount * part / whole for rate, part in goods.items() if part}


def _vat(amount: Decimal, rate: Decimal, on_top: bool) -> Decimal:
    return amount * rate / (HUNDRED if on_top else HUNDRED + rate)


def _as_the_shop_rounds(rows: tuple[Taxed, ...], sums: Sums) -> tuple[Taxed, ...] | None:
    """The rows with their VAT as the shop rounds it, when that comes to the order's VAT: in one sum per rate, line by
    line, in one sum, or piece by piece."""
    digits = decimals_of(sums.currency)
    target = round_to(sums.vat, digits)
    by_rate: dict[Decimal, Decimal] = {}
    for row in rows:
        for share in row.shares:
            by_rate[share.rate] = by_rate.get(share.rate, ZERO) + share.vat
    if sum((round_to(vat, digits) for vat in by_rate.values()), ZERO) == target:
        return rows
    by_line = tuple(_rounded(row, digits, ONE) for row in rows)
    if _sum(by_line) == target:
        return by_line
    if round_to(sum(by_rate.values(), ZERO), digits) == target:
        return rows
    by_piece = tuple(_rounded(row, digits, row.row.quantity) for row in rows)
    return by_piece if _sum(by_piece) == target else None


def _rounded(taxed_row: Taxed, digits: int, pieces: Decimal) -> Taxed:
    shares = tuple(
        Share(share.rate, share.amount, round_to(share.vat / pieces, digits) * pieces) for share in taxed_row.shares
    )
    return Taxed(taxed_row.row, taxed_row.off, shares)


def _sum(rows: Sequence[Taxed]) -> Decimal:
    return sum((share.vat for row in rows for share in row.shares), ZERO)


def six(value: Decimal) -> Decimal:
    """Exact enough to be kept: six decimals."""
    return round_to(value, _SIX)
