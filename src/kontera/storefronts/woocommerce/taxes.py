"""The shop's VAT per line: amounts from the line, percent from the order's own list of rates.

Decides which rate an amount belongs to. Never derives a percent by division, and never calculates VAT: a rate that
nobody states makes the order unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kontera.money import Money
from kontera.storefronts.fields import Node, Unreadable


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of the shop: percent and the text shoppers see."""

    percent: Decimal
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tax:
    """VAT of one rate on one line, exact."""

    rate: Rate
    amount: Money


class UnknownRate(Exception):
    """A line bears VAT of a rate that the order does not state; the shop's list of rates may."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class RateBook:
    """Rates by the shop's id: those the order was sold with, and the shop's present ones (None = not read yet)."""

    sold_with: Mapping[str, Rate]
    present: Mapping[str, Rate] | None

    def rate(self, identity: str, path: str) -> Rate:
        """The rate. Raises UnknownRate when only the shop's list could tell, Unreadable when that does not either."""
        found = self.sold_with.get(identity) or (self.present or {}).get(identity)
        if found is None and self.present is None:
            raise UnknownRate(path)
        if found is None:
            raise Unreadable(path, "VAT of a rate that neither the order nor the shop states any more")
        return found

    def only(self, path: str) -> Rate:
        """The rate of an order that has one, for VAT that does not say its rate. Raises Unreadable for several."""
        if len(self.sold_with) != 1:
            raise Unreadable(path, "VAT without saying at which rate")
        return next(iter(self.sold_with.values()))


def rate_book(order: Node, present: Mapping[str, Rate] | None) -> RateBook:
    """The rates the order states. Orders of old versions state an id and no percent: those are left to `present`."""
    sold_with = {
        node.text("rate_id"): Rate(_plain(node.number("rate_percent")), node.text("label"))
        for node in order.nodes("tax_lines")
        if node.has("rate_percent")
    }
    return RateBook(sold_with, present)


def vat_per_rate(order: Node) -> dict[Decimal, Decimal]:
    """Percent -> VAT as the order's summary states it: of rounded lines, or the exact sum where the shop rounds that.
    A rate whose row states none is left out."""
    found: dict[Decimal, Decimal] = {}
    for node in order.nodes("tax_lines"):
        if node.has("rate_percent") and node.has("tax_total"):
            percent = _plain(node.number("rate_percent"))
            amount = node.number("tax_total") + node.number("shipping_tax_total", Decimal(0))
            found[percent] = found.get(percent, Decimal(0)) + amount
    return found


def taxes_of(node: Node, book: RateBook, net: Money) -> tuple[Tax, ...]:
    """The VAT on one line after discounts, one entry per rate.

    The order editor of the shop writes every rate of the order on each line, blank or zero where it does not apply:
    those say nothing as long as another rate bears the line's VAT."""
    found = []
    for entry in node.nodes("taxes"):
        if entry.has("total"):
            amount = entry.money("total", net.currency)
            found.append(Tax(book.rate(entry.text("id"), entry.at("id")), amount))
    if not found:
        amount = node.money("total_tax", net.currency, optional=True)
        return (Tax(book.only(node.at("total_tax")), amount),) if amount else ()
    applied = [tax for tax in found if tax.amount]
    if net and applied:
        found = [tax for tax in found if tax.amount or not tax.rate.percent]
    return tuple(_one_per_rate(found))


def _one_per_rate(taxes: list[Tax]) -> list[Tax]:
    """Two ids of one percent (a rate that was replaced) are one rate."""
    by_percent: dict[Decimal, Tax] = {}
    for tax in taxes:
        known = by_percent.get(tax.rate.percent)
        by_percent[tax.rate.percent] = tax if known is None else Tax(known.rate, known.amount + tax.amount)
    return list(by_percent.values())


def _plain(percent: Decimal) -> Decimal:
    """25.0000 and 25 are one rate; never 2.5E+1."""
    return percent.normalize() + 0
