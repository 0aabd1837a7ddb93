"""An order's lines taken apart into parts of one VAT rate each: what VAT law and the chart of accounts look at.

Decides how a line with several taxes is divided. Split taxes (the shop names the base of each: a delivery over the
rates of the goods) give one part per rate; stacked taxes (several on the same whole line) are one tax of their sum,
which a rule must know like any other rate. Never decides an account or a VAT code.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kontera.accounting.rounding import round_to_sum, unit_of
from kontera.commerce import Line, LineKind, LineTax, Order
from kontera.money import ZERO, Money, total


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a line that one rate applies to.

    place: the line's number on the order from 1; gross: charged for it, with VAT, in whole units; vat: the shop's,
    exactly as stated (it may have extra decimals); first: carries the line's quantity and article.
    """

    line: Line
    place: int
    country: str
    rate: Decimal
    gross: Money
    vat: Money
    first: bool = True

    @property
    def fact(self) -> str:
        """The shop fact, without the order: "line 2", "shipping"."""
        return f"line {self.place}" if self.line.kind is LineKind.PRODUCT else f"{self.line.kind} (line {self.place})"


def parts_of(order: Order) -> list[Part]:
    """All parts of the order, in line order.

    Left away: lines of a bundle that cost nothing (the bundle itself carries price and stock), and deliveries, fees
    and the like that cost nothing.
    """
    parts: list[Part] = []
    for place, line in enumerate(order.lines, start=1):
        free = not line.charged and not line.vat
        if free and (line.parent or line.kind not in (LineKind.PRODUCT, LineKind.GIFT_CARD)):
            continue
        parts += _of_line(order, line, place)
    return _free_goods_follow_the_others(parts)


def country_of(order: Order, line: Line) -> str:
    """Where the line goes: its own address, else the order's delivery address, else the billing address."""
    delivery = order.delivery.country if order.delivery else ""
    return line.country or delivery or order.billing.country


def _of_line(order: Order, line: Line, place: int) -> list[Part]:
    country = country_of(order, line)
    split = [tax for tax in line.taxes if tax.base is not None]
    if not split:
        rate = sum((tax.rate for tax in line.taxes if tax.amount or len(line.taxes) == 1), ZERO)
        return [Part(line=line, place=place, country=country, rate=rate, gross=line.charged, vat=line.vat)]
    taxes = _complete(line, split)
    grosses = round_to_sum([(tax.base or line.charged) + tax.amount for tax in taxes], line.charged)
    parts = [
        Part(line=line, place=place, country=country, rate=tax.rate, gross=gross, vat=tax.amount)
        for tax, gross in zip(taxes, grosses, strict=True)
    ]
    largest = max(range(len(parts)), key=lambda number: (abs(parts[number].gross.amount), -number))
    return [msgspec.structs.replace(part, first=number == largest) for number, part in enumerate(parts)]


def _complete(line: Line, split: list[LineTax]) -> list[LineTax]:
    """The split taxes by rate, and what they leave.

    Bases are net amounts, so what is left of the line's net amount beyond their rounding carries no VAT in the shop's
    own words. A tax without a base among them applies to the rest.
    """
    currency = line.charged.currency
    net = line.charged - line.vat
    by_rate: dict[Decimal, LineTax] = {}
    for tax in split:
        known = by_rate.get(tax.rate)
        base, amount = tax.base or Money.zero(currency), tax.amount
        if known is not None:
            base, amount = base + (known.base or Money.zero(currency)), amount + known.amount
        by_rate[tax.rate] = LineTax(rate=tax.rate, amount=amount, base=base)
    whole = [tax for tax in line.taxes if tax.base is None]
    rest = net - total((tax.base or Money.zero(currency) for tax in by_rate.values()), currency)
    vat_of_rest = total((tax.amount for tax in whole), currency)
    allowed = unit_of(currency) * (len(split) + 1) / 2
    if abs(rest.amount) > allowed or vat_of_rest:
        rate = sum((tax.rate for tax in whole), ZERO)
        known = by_rate.get(rate)
        base, amount = (
            (rest, vat_of_rest) if known is None else (rest + (known.base or rest), vat_of_rest + known.amount)
        )
        by_rate[rate] = LineTax(rate=rate, amount=amount, base=base)
    return list(by_rate.values())


def _free_goods_follow_the_others(parts: list[Part]) -> list[Part]:
    """Goods that cost nothing and carry no tax take the rate of the dearest goods that go to the same country: no VAT
    hangs on it, and the row needs an account."""
    result: list[Part] = []
    for part in parts:
        if not part.gross and not part.line.taxes and part.line.kind is LineKind.PRODUCT:
            others = [other for other in parts if other.gross and other.country == part.country and other.line.taxes]
            dearest = max(others, key=lambda other: other.gross.amount, default=None)
            if dearest is not None:
                part = msgspec.structs.replace(part, rate=dearest.rate)
        result.append(part)
    return result
