"""How a document's lines are written so that Fortnox arrives at exactly our amounts.

Decides quantity, price and discount of each row, and whether prices are written with or without VAT. Fortnox keeps
two decimals of prices and quantities (half up, recorded traffic of 2024-12), so a unit price of 46.2375 kr cannot be
written as it is. What law 3 holds exact is the row's amount; the form gives way, the amount never.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

import msgspec

from kontera.accounting.documents import DocumentLine, SalesInvoice, SalesOrder
from kontera.money import Money, round_to

CENT = Decimal("0.01")
ZERO = Decimal(0)
ONE = Decimal(1)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row as written. `told`: the quantity is told in words before the text, because quantity x price cannot
    give the amount. amount: what Fortnox makes of it, in the document's currency and its choice about VAT."""

    line: DocumentLine
    quantity: Decimal
    price: Decimal
    discount: Decimal
    amount: Decimal
    told: bool = False


def row_amount(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """Fortnox's row total with an AMOUNT discount, which is for the whole row."""
    product = round_to(quantity, 2) * round_to(price, 2)
    return round_to(product, 2) - round_to(discount, 2)


def rows_of(document: SalesInvoice | SalesOrder, with_vat: bool) -> tuple[Row, ...]:
    """The rows, written with or without VAT. In the document's own choice the shop's unit prices are kept where two
    decimals allow; in the other they follow from the row's amount."""
    own = document.prices_include_vat == with_vat
    return tuple(_row(line, line.gross if with_vat else line.net, own) for line in document.lines)


def _row(line: DocumentLine, amount: Money, own: bool) -> Row:
    target = amount.amount
    quantity = line.quantity
    if own:
        target = line.amount.amount
        exact = row_amount(quantity, line.unit_price.amount, line.discount.amount) == target
        fits = all(number == round_to(number, 2) for number in (quantity, line.unit_price.amount, line.discount.amount))
        if exact and fits and line.discount.amount >= 0 and quantity > 0:
            return Row(
                line=line, quantity=quantity, price=line.unit_price.amount, discount=line.discount.amount, amount=target
            )
    if quantity == ONE or quantity <= 0 or target < 0 or quantity != round_to(quantity, 2):
        told = quantity not in (ONE, ZERO)
        amount_made = row_amount(ONE, target, ZERO)
        return Row(line=line, quantity=ONE, price=target, discount=ZERO, amount=amount_made, told=told)
    price = _price_at_least(target, line.discount.amount if own else ZERO, quantity)
    discount = round_to(quantity * price, 2) - target
    return Row(
        line=line, quantity=quantity, price=price, discount=discount, amount=row_amount(quantity, price, discount)
    )


def _price_at_least(target: Decimal, discount: Decimal, quantity: Decimal) -> Decimal:
    """The smallest two-decimal price that, times the quantity, covers the amount and the discount already given."""
    return ((target + discount) / quantity).quantize(CENT, rounding=ROUND_UP)
