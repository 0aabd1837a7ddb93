"""An order's lines taken apart into parts of one VAT rate each: what VAT law and the chart of accounts look at.

Decides how a line with several taxes is divided. Split taxes (a delivery or a rebate over the rates of the goods) give
one part per rate: the shop names the base of each, or the taxes themselves prove that they are split. Stacked taxes
(several on the same whole line) are one tax of their sum, which a rule must know like any other rate. Never decides an
account or a VAT code.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kontera.accounting.rounding import round_to_sum, unit_of
from kontera.commerce import Line, LineKind, LineTax, Order
from kontera.money import HUNDRED, ZERO, Money, total


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
    whole = [tax for tax in line.taxes if tax.base is None]
    if not split:
        split, whole = _split_without_bases(line), []
    if not split:
        rate = sum((tax.rate for tax in line.taxes if tax.amount or len(line.taxes) == 1), ZERO)
        return [Part(line=line, place=place, country=country, rate=rate, gross=line.charged, vat=line.vat)]
    shares = _shares(line, split, whole)
    grosses = round_to_sum([base + vat for base, vat in shares.values()], line.charged)
    parts = [
        Part(line=line, place=place, country=country, rate=rate, gross=gross, vat=vat)
        for (rate, (_, vat)), gross in zip(shares.items(), grosses, strict=True)
    ]
    largest = max(range(len(parts)), key=lambda number: (abs(parts[number].gross.amount), -number))
    return [msgspec.structs.replace(part, first=number == largest) for number, part in enumerate(parts)]


def _split_without_bases(line: Line) -> list[LineTax]:
    """The taxes with the bases they imply, when they can only be split: none of them fits the whole line, and the
    bases that amounts and rates imply come to the line's net amount, as exactly as rounded taxes can. Otherwise none.

    A tax that was rounded by half a unit moves its base by half a unit x 100 / rate; the lowest rate takes the rest.
    """
    taxes = sorted((tax for tax in line.taxes if tax.rate and tax.amount), key=lambda tax: tax.rate)
    net, half = line.charged - line.vat, unit_of(line.charged.currency) / 2
    if len(taxes) < 2 or any(tax.base is not None for tax in line.taxes):
        return []
    if any(abs((net * (tax.rate / HUNDRED) - tax.amount).amount) <= half * 2 for tax in taxes):
        return []
    bases = [tax.amount * (HUNDRED / tax.rate) for tax in taxes]
    rest = net - total(bases, net.currency)
    if abs(rest.amount) > sum((half * HUNDRED / tax.rate for tax in taxes), half):
        return []
    bases[0] += rest
    return [msgspec.structs.replace(tax, base=base) for tax, base in zip(taxes, bases, strict=True)]


def _shares(line: Line, split: list[LineTax], whole: list[LineTax]) -> dict[Decimal, tuple[Money, Money]]:
    """Net base and VAT per rate.

    Bases are net amounts, so what is left of the line's net amount beyond their rounding carries no VAT in the shop's
    own words; `whole`, the taxes without a base among them, apply to it. Rates with neither base nor VAT are no share.
    """
    currency = line.charged.currency
    nothing = Money.zero(currency)
    shares: dict[Decimal, tuple[Money, Money]] = {}

    def add(rate: Decimal, base: Money, vat: Money) -> None:
        known_base, known_vat = shares.get(rate, (nothing, nothing))
        shares[rate] = (known_base + base, known_vat + vat)

    for tax in split:
        if tax.base is not None and (tax.base or tax.amount):
            add(tax.rate, tax.base, tax.amount)
    rest = line.charged - line.vat - total((base for base, _ in shares.values()), currency)
    vat_of_rest = total((tax.amount for tax in whole), currency)
    if abs(rest.amount) > unit_of(currency) * (len(split) + 1) / 2 or vat_of_rest:
        add(sum((tax.rate for tax in whole), ZERO), rest, vat_of_rest)
    return shares


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
