"""The shop's VAT per line, from the rows of /taxes?details=true: the only place where BigCommerce states it per rate.

Decides which rows belong to which line. Never calculates VAT: rows that cannot be told apart are spread only when all
have one rate, in proportion to each line's own tax field; otherwise the order is unreadable and waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kontera.commerce import LineTax
from kontera.money import ZERO, Money, spread, total
from kontera.storefronts.fields import Node, Unreadable

ITEM, SHIPPING, HANDLING, WRAPPING = "item", "shipping", "handling", "gift-wrapping"
_NOT_A_CLASS = frozenset({"", "api tax override", "automatic tax"})  # texts that say how, not which class


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One row as the vendor gives it. `kind` "" and `product` "" when the vendor did not say (no details)."""

    path: str
    kind: str
    product: str
    address: str
    rate: Decimal
    amount: Money
    name: str
    tax_class: str
    class_id: str = ""


@dataclass(slots=True)
class TaxBook:
    """All rows of an order, handed out once each."""

    rows: list[TaxRow]
    taken: set[str] = field(default_factory=set)

    def of_product(self, product: str) -> list[TaxRow]:
        """The rows of one product line."""
        return self._take([row for row in self.rows if row.kind == ITEM and row.product == product])

    def of_charge(self, kind: str, addresses: Sequence[str] | None) -> list[TaxRow]:
        """The rows of shipping, handling or wrapping; of given deliveries, or of all when None."""
        return self._take(
            [row for row in self.rows if row.kind == kind and (addresses is None or row.address in addresses)]
        )

    @property
    def left(self) -> list[TaxRow]:
        """Rows nobody took."""
        return [row for row in self.rows if row.path not in self.taken]

    @property
    def has_details(self) -> bool:
        """Whether the vendor said which line each row belongs to."""
        return all(row.kind for row in self.rows)

    @property
    def rates(self) -> set[Decimal]:
        """Every rate of the order, percent."""
        return {row.rate for row in self.rows}

    def _take(self, rows: list[TaxRow]) -> list[TaxRow]:
        found = [row for row in rows if row.path not in self.taken]
        self.taken.update(row.path for row in found)
        return found


class UnknownTaxClass(Exception):
    """A row names a class that is not in the store's list: deleted or renamed after the sale."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def check_classes(book: TaxBook, known: frozenset[str]) -> None:
    """Raises UnknownTaxClass for the first row whose class the store does not list, neither by id nor by name.
    Class 0 exists in every store; rows that name no class (automatic tax, API override) are not judged."""
    for row in book.rows:
        if row.tax_class != row.class_id and not {row.class_id, row.tax_class.casefold()} & (known | {"0"}):
            raise UnknownTaxClass(row.tax_class)


def tax_book(document: Node, currency: str) -> TaxBook:
    """The rows of the document. Rates in percent, amounts exact (up to 4 decimals) in `currency`."""
    rows = []
    for node in document.nodes("taxes"):
        name = node.text("class")
        product = node.text("order_product_id")
        rows.append(
            TaxRow(
                path=node.path,
                kind=node.text("line_item_type"),
                product="" if product == "0" else product,
                address=node.text("order_address_id"),
                rate=node.number("rate"),
                amount=node.money("line_amount" if node.has("line_amount") else "priority_amount", currency),
                name=node.text("name"),
                tax_class=node.text("tax_class_id") if name.casefold() in _NOT_A_CLASS else name,
                class_id=node.text("tax_class_id"),
            )
        )
    return TaxBook(rows)


def line_taxes(rows: Sequence[TaxRow]) -> tuple[LineTax, ...]:
    """One entry per rate, in the vendor's order; rows of one rate are added."""
    amounts: dict[Decimal, Money] = {}
    names: dict[Decimal, str] = {}
    for row in rows:
        rate = row.rate.normalize() + 0
        amounts[rate] = amounts[rate] + row.amount if rate in amounts else row.amount
        names.setdefault(rate, row.name)
    return tuple(LineTax(rate=rate, amount=amount, name=names[rate]) for rate, amount in amounts.items())


def class_of(rows: Sequence[TaxRow]) -> str:
    """The VAT class the rows name."""
    return next((row.tax_class for row in rows if row.tax_class), "")


def spread_rows(book: TaxBook, weights: Sequence[Money], currency: str) -> list[list[TaxRow]]:
    """Rows without details, spread over the lines in proportion to each line's own tax (`weights`).

    Only when all rows have one rate; otherwise Unreadable: which line bears which rate would be a guess.
    """
    rates = {row.rate for row in book.rows}
    if len(rates) != 1:
        raise Unreadable(f"{book.rows[0].path}.order_product_id", "VAT of several rates without saying of which line")
    amount = total((row.amount for row in book.rows), currency).rounded()
    shares = [max(weight.amount, ZERO) for weight in weights]
    if amount and not sum(shares, ZERO):
        raise Unreadable(f"{book.rows[0].path}.order_product_id", "VAT that no line of the order bears")
    first = book.rows[0]
    parts = spread(amount, shares)
    return [
        [TaxRow(first.path, "", "", "", first.rate, part, first.name, first.tax_class)] if share else []
        for part, share in zip(parts, shares, strict=True)
    ]
