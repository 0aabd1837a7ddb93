"""Business Central's own totals, so that they are known before anything is sent (law 5). Pure.

On a draft VAT is computed on the running total of a VAT identifier and the difference goes to the current line
(SalesLine, UpdateVATAmounts); posting shares the group's VAT out over its lines anew, carrying what rounding leaves
(SalesPost, DivideAmount). Both keep lines below zero apart from those above; without VAT in the prices posting hands
what rounding leaves of the first on to the second (CalcVATAmountLines), so then the two may differ by an öre.

Decides totals, VAT per rate, and whether a document is written with or without VAT in its prices and as what. Never
writes JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from kontera.accounting.documents import SalesInvoice, SalesOrder
from kontera.ledgers.business_central.rows import Row, rows_of
from kontera.ledgers.business_central.settings import Options
from kontera.money import HUNDRED, ZERO, Money, decimals_of, round_to

RATES = Mapping[str, Decimal]  # VAT product posting group -> percent charged


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """What Business Central makes of one line."""

    net: Decimal
    vat: Decimal


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A sales document as it will be written, with what Business Central makes of it. gross: prices include VAT.
    as_order: as an order, because only an order's prices can be said to include VAT. splits: as the draft's lines say,
    posted: as the posted ones will."""

    gross: bool
    as_order: bool
    rows: tuple[Row, ...]
    splits: tuple[Split, ...]
    posted: tuple[Split, ...]
    currency: str

    @property
    def vat(self) -> Decimal:
        """All VAT, as the draft says."""
        return sum((split.vat for split in self.splits), ZERO)

    @property
    def total(self) -> Decimal:
        """The draft's total."""
        return sum((split.net + split.vat for split in self.splits), ZERO)

    @property
    def vat_posted(self) -> Decimal:
        """All VAT, as posting makes it."""
        return sum((split.vat for split in self.posted), ZERO)

    @property
    def total_posted(self) -> Decimal:
        """What the customer owes once it is posted."""
        return sum((split.net + split.vat for split in self.posted), ZERO)

    def vat_by_rate(self) -> dict[Decimal, Money]:
        """VAT per percent, as posting makes it."""
        rates: dict[Decimal, Decimal] = {}
        for row, split in zip(self.rows, self.posted, strict=True):
            rate = row.line.vat_rate.normalize()
            rates[rate] = rates.get(rate, ZERO) + split.vat
        return {rate: Money(vat, self.currency) for rate, vat in rates.items()}

    def net_by_account(self, posted: bool) -> dict[str, Decimal]:
        """Amounts without VAT, summed per account, as the draft has them or as posting does."""
        sums: dict[str, Decimal] = {}
        for row, split in zip(self.rows, self.posted if posted else self.splits, strict=True):
            sums[row.line.account] = sums.get(row.line.account, ZERO) + split.net
        return sums


def split(lines: Sequence[tuple[str, Decimal, Decimal]], gross: bool, decimals: int) -> tuple[Split, ...]:
    """Net and VAT of lines given as (VAT group, percent, amount), in their order."""
    amounts: dict[tuple[str, bool], Decimal] = {}
    taken: dict[tuple[str, bool], Decimal] = {}  # the VAT (or with VAT in the prices the net) of the lines so far
    result = []
    for group, rate, amount in lines:
        key = (group, amount >= 0)
        whole = amounts.get(key, ZERO) + amount
        if gross:
            upto = round_to(whole * HUNDRED / (HUNDRED + rate), decimals)
            net = upto - taken.get(key, ZERO)
            result.append(Split(net=net, vat=amount - net))
        else:
            upto = round_to(whole * rate / HUNDRED, decimals)
            result.append(Split(net=amount, vat=upto - taken.get(key, ZERO)))
        amounts[key], taken[key] = whole, upto
    return tuple(result)


def divided(lines: Sequence[tuple[str, Decimal, Decimal]], gross: bool, decimals: int) -> tuple[Split, ...]:
    """The same as posted: each line's share of its group's VAT, rounded, what was left over carried to the next."""
    sums: dict[tuple[str, bool], Decimal] = {}
    rates: dict[str, Decimal] = {}
    for group, rate, amount in lines:
        sums[group, amount >= 0] = sums.get((group, amount >= 0), ZERO) + amount
        rates[group] = rate
    whole = _vat_of_groups(sums, rates, gross, decimals)
    carried: dict[tuple[str, bool], Decimal] = {}
    result = []
    for group, _, amount in lines:
        key = (group, amount >= 0)
        share = carried.get(key, ZERO) + (whole[key] * amount / sums[key] if sums[key] else ZERO)
        vat = round_to(share, decimals)
        carried[key] = share - vat
        result.append(Split(net=amount - vat if gross else amount, vat=vat))
    return tuple(result)


def _vat_of_groups(
    sums: Mapping[tuple[str, bool], Decimal], rates: Mapping[str, Decimal], gross: bool, decimals: int
) -> dict[tuple[str, bool], Decimal]:
    """VAT of what is below zero and of what is above it. Without VAT in the prices what rounding left of the first is
    added before the second is rounded."""
    found: dict[tuple[str, bool], Decimal] = {}
    for (group, positive), amount in sorted(sums.items()):
        left = ZERO
        below = (group, False)
        if positive and not gross and below in sums:
            left = sums[below] * rates[group] / HUNDRED - found[below]
        found[group, positive] = _vat_of(amount, rates[group], gross, decimals, left)
    return found


def _vat_of(amount: Decimal, rate: Decimal, gross: bool, decimals: int, left: Decimal) -> Decimal:
    if gross:
        return amount - round_to(amount * HUNDRED / (HUNDRED + rate), decimals)
    return round_to(amount * rate / HUNDRED + left, decimals)


def written(document: SalesInvoice | SalesOrder, options: Options) -> Written:
    """How the document is written. An invoice has prices without VAT (the API cannot say otherwise) as long as that
    gives the charged total and the shop's VAT; else it is written as an order with VAT in its prices, which reaches
    every total. An order is written in its own form first. A form that gives the total alone comes next."""
    own = isinstance(document, SalesOrder) and document.prices_include_vat
    forms = [_form(document, gross, options) for gross in (own, not own)]
    right_total = [form for form in forms if form.total == form.total_posted == document.total.amount]
    right_vat = [form for form in right_total if form.vat == form.vat_posted == document.vat.amount]
    return (right_vat or right_total or forms)[0]


def _form(document: SalesInvoice | SalesOrder, gross: bool, options: Options) -> Written:
    area = options.area_of(document.customer, document.region)
    rows = rows_of(document, gross)
    lines = []
    for row in rows:
        known = options.vat_row(area, row.line.vat_code)
        lines.append((row.line.vat_code, known.rate if known else row.line.vat_rate, row.amount))
    return Written(
        gross=gross,
        as_order=gross or isinstance(document, SalesOrder),
        rows=rows,
        splits=split(lines, gross, decimals_of(document.currency)),
        posted=divided(lines, gross, decimals_of(document.currency)),
        currency=document.currency,
    )
