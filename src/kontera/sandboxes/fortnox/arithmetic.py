"""Fortnox's arithmetic for one order or invoice: row totals, VAT, freight, fee, round-off. Pure.

Decides every amount a document shows, in the document's currency, two decimals, halves away from zero. Written from
the vendor's documentation and answers, independently of any adapter. Shape of the totals from a recorded invoice with
freight: Net 1590 (rows only), Freight 95 + VAT 23.75, TotalVAT 421.25, RoundOff -0.25, Total = TotalToPay 2106.

Assumed where the vendor is silent (see README): VAT is rounded once per VAT code (`per_rate`), or per row when the
company says `per_row`; an AMOUNT discount is for the whole row and follows the sign of the quantity (a row of nothing
has no discount); freight and fee are without VAT also when row prices include it; round-off applies to SEK only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontera.money import HUNDRED, ZERO, round_to

PER_RATE = "per_rate"
PER_ROW = "per_row"


@dataclass(frozen=True)
class Line:
    """One row. `price` and `total` hold VAT when the document's prices include it; `rate` is a percentage."""

    quantity: Decimal
    price: Decimal
    discount: Decimal
    discount_type: str  # AMOUNT or PERCENT
    rate: Decimal
    code: str  # VAT code: what is rounded together and posted together


@dataclass(frozen=True)
class Extra:
    """Freight or administration fee: an amount without VAT, and its VAT rate and code."""

    amount: Decimal
    rate: Decimal
    code: str

    @property
    def vat(self) -> Decimal:
        """The VAT on top."""
        return two(self.amount * self.rate / HUNDRED)


@dataclass(frozen=True)
class Totals:
    """All amounts of a document. `row_totals` are in the document's price mode, `row_nets` without VAT."""

    row_totals: tuple[Decimal, ...]
    row_nets: tuple[Decimal, ...]
    vat_by_code: dict[str, Decimal]  # of the rows alone
    net_by_code: dict[str, Decimal]  # of the rows alone
    gross: Decimal
    net: Decimal
    freight_vat: Decimal
    fee_vat: Decimal
    total_vat: Decimal
    round_off: Decimal
    total: Decimal


def two(value: Decimal) -> Decimal:
    """Two decimals, half up."""
    return round_to(value, 2)


def row_total(line: Line) -> Decimal:
    """Quantity times price less discount."""
    before = two(line.quantity * line.price)
    if line.discount_type == "AMOUNT" and line.quantity:
        return before + line.discount if line.quantity < 0 else before - line.discount
    return two(before * (HUNDRED - line.discount) / HUNDRED)


def without_vat(amount: Decimal, rate: Decimal) -> Decimal:
    """The part of an amount with VAT that is not VAT."""
    return two(amount * HUNDRED / (HUNDRED + rate))


def totals(
    lines: Sequence[Line],
    *,
    vat_included: bool,
    freight: Extra,
    fee: Extra,
    round_off: bool,
    vat_rounding: str = PER_RATE,
) -> Totals:
    """The amounts of a document with these rows."""
    row_totals = [row_total(line) for line in lines]
    row_nets = [
        without_vat(total, line.rate) if vat_included else total for line, total in zip(lines, row_totals, strict=True)
    ]
    undiscounted = [two(line.quantity * line.price) for line in lines]
    gross = sum(
        (
            without_vat(total, line.rate) if vat_included else total
            for line, total in zip(lines, undiscounted, strict=True)
        ),
        ZERO,
    )
    vat, nets = _vat(lines, row_totals, row_nets, vat_included, vat_rounding)
    net = sum(nets.values(), ZERO)
    total_vat = sum(vat.values(), ZERO) + freight.vat + fee.vat
    exact_total = net + freight.amount + fee.amount + total_vat
    total = round_to(exact_total, 0) if round_off else exact_total
    return Totals(
        tuple(row_totals),
        tuple(row_nets),
        vat,
        nets,
        gross,
        net,
        freight.vat,
        fee.vat,
        total_vat,
        total - exact_total,
        total,
    )


def _vat(
    lines: Sequence[Line], row_totals: list[Decimal], row_nets: list[Decimal], vat_included: bool, vat_rounding: str
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """VAT and net per VAT code; with prices that include VAT the two always add up to what the customer pays."""
    vat: dict[str, Decimal] = {}
    nets: dict[str, Decimal] = {}
    for code in dict.fromkeys(line.code for line in lines):
        numbers = [index for index, line in enumerate(lines) if line.code == code]
        rate = lines[numbers[0]].rate
        whole = sum((row_totals[index] for index in numbers), ZERO)
        if vat_rounding == PER_ROW:
            tax = sum(
                (
                    row_totals[index] - row_nets[index] if vat_included else two(row_nets[index] * rate / HUNDRED)
                    for index in numbers
                ),
                ZERO,
            )
        elif vat_included:
            tax = whole - without_vat(whole, rate)
        else:
            tax = two(whole * rate / HUNDRED)
        vat[code] = tax
        nets[code] = whole - tax if vat_included else whole
    return vat, nets
