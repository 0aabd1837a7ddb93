"""Fortnox's own totals, so that they are known before anything is sent (law 5). Pure.

Decides row totals, VAT per rate, round-off and which of the two ways of writing (with or without VAT) makes Fortnox
arrive at what the customer was charged. Where Fortnox documents nothing (VAT rounding) the choice is a setting, and
the answer to every document is compared with this prediction. Never writes JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from kontera.accounting.documents import DocumentLine, SalesInvoice, SalesOrder
from kontera.ledgers.fortnox.rows import ZERO, Row, rows_of
from kontera.money import HUNDRED, Money, round_to

TaxKey = tuple[str, Decimal]  # VAT code and percent
STANDARD_CODES = {Decimal(25): "MP1", Decimal(12): "MP2", Decimal(6): "MP3", Decimal(0): "MF"}


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What Fortnox computes. net + vat = total; to_pay = total + round_off (both are Fortnox's Total, which has the
    round-off in it). vat_by_key: per VAT code and rate."""

    net: Decimal
    vat: Decimal
    total: Decimal
    round_off: Decimal
    vat_by_key: Mapping[TaxKey, Decimal]

    @property
    def to_pay(self) -> Decimal:
        """What the customer owes."""
        return self.total + self.round_off

    def vat_by_rate(self, currency: str) -> dict[Decimal, Money]:
        """VAT per percent."""
        rates: dict[Decimal, Decimal] = {}
        for (_, rate), vat in self.vat_by_key.items():
            rates[rate] = rates.get(rate, ZERO) + vat
        return {rate: Money(vat, currency) for rate, vat in rates.items()}


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A sales document as it will be written, with what Fortnox makes of it."""

    with_vat: bool
    rows: tuple[Row, ...]
    totals: Totals


def tax_key(line: DocumentLine) -> TaxKey:
    """What a row's VAT is gathered under: its code, or Fortnox's own code of the rate when the row names none."""
    rate = line.vat_rate.normalize() + 0
    return (line.vat_code or STANDARD_CODES.get(rate, ""), rate)


def vat_in(gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT inside an amount with VAT: what is left when the net is rounded, two decimals half up. (At 12 % a tie
    is possible: of 0.14 kr the net is 0.13 and the VAT 0.01.)"""
    return gross - round_to(gross * HUNDRED / (HUNDRED + rate), 2)


def vat_on(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT on top of an amount without VAT, two decimals half up."""
    return round_to(net * rate / HUNDRED, 2)


def totals_of(rows: Iterable[Row], with_vat: bool, vat_per_row: bool, rounds_totals: bool) -> Totals:
    """Totals of rows. vat_per_row: VAT is rounded on each row and summed, instead of once per rate."""
    sums: dict[TaxKey, Decimal] = {}
    per_row: dict[TaxKey, Decimal] = {}
    vat = vat_in if with_vat else vat_on
    for row in rows:
        key = tax_key(row.line)
        sums[key] = sums.get(key, ZERO) + row.amount
        per_row[key] = per_row.get(key, ZERO) + vat(row.amount, key[1])
    by_key = per_row if vat_per_row else {key: vat(amount, key[1]) for key, amount in sums.items()}
    amounts, tax = sum(sums.values(), ZERO), sum(by_key.values(), ZERO)
    total = amounts if with_vat else amounts + tax
    round_off = round_to(total, 0) - total if rounds_totals else ZERO
    return Totals(net=total - tax, vat=tax, total=total, round_off=round_off, vat_by_key=by_key)


def rounds(rounds_totals: bool, document: SalesInvoice | SalesOrder) -> bool:
    """Whether this document's total is rounded to whole units: öresavrundning is for kronor only."""
    return rounds_totals and document.currency == "SEK"


def written(document: SalesInvoice | SalesOrder, vat_per_row: bool = False, rounds_totals: bool = False) -> Written:
    """How the document is written: in its own choice about VAT when that gives the charged total and the shop's VAT,
    else in whichever gives both, else in whichever gives the total, else in its own (and the quote says it differs)."""
    forms = []
    for with_vat in (document.prices_include_vat, not document.prices_include_vat):
        rows = rows_of(document, with_vat)
        totals = totals_of(rows, with_vat, vat_per_row, rounds(rounds_totals, document))
        forms.append(Written(with_vat=with_vat, rows=rows, totals=totals))
    right_total = [form for form in forms if form.totals.to_pay == document.total.amount]
    right_vat = [form for form in right_total if form.totals.vat == document.vat.amount]
    return (right_vat or right_total or forms)[0]
