"""The lines of a sales document as Business Central can hold them: quantity, unit price and discount that reach the
amount exactly. Pure.

Business Central rounds unit prices to five decimals and makes a line's amount round(quantity x unit price) - discount.
Decides how a line is written so that its amount is ours; never changes the amount.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kontera.accounting.documents import DocumentLine, SalesInvoice, SalesOrder
from kontera.money import HUNDRED, ONE, ZERO, decimals_of, round_to

PRICE_DECIMALS = 5  # Unit-Amount Rounding Precision as Microsoft ships it
QUANTITY_DECIMALS = 5


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line as written. amount: with VAT exactly when prices include VAT. told: the quantity is in the text only."""

    line: DocumentLine
    quantity: Decimal
    price: Decimal
    discount: Decimal
    amount: Decimal
    told: bool = False


def rows_of(document: SalesInvoice | SalesOrder, gross: bool) -> tuple[Row, ...]:
    """The lines with VAT in their prices (`gross`) or without."""
    decimals = decimals_of(document.currency)
    return tuple(_row(line, gross, document.prices_include_vat, decimals) for line in document.lines)


def _row(line: DocumentLine, gross: bool, given_gross: bool, decimals: int) -> Row:
    amount = line.gross.amount if gross else line.net.amount
    quantity = round_to(line.quantity, QUANTITY_DECIMALS)
    if quantity == line.quantity and quantity > 0:
        for price in (_shop_price(line, gross, given_gross), round_to(amount / quantity, PRICE_DECIMALS)):
            whole = round_to(quantity * price, decimals)
            discount = whole - amount
            if not discount or (line.discount.amount and ZERO < discount / (whole or discount) <= ONE):
                return Row(line=line, quantity=line.quantity, price=price, discount=discount, amount=amount)
    return Row(line=line, quantity=ONE, price=amount, discount=ZERO, amount=amount, told=line.quantity != 1)


def _shop_price(line: DocumentLine, gross: bool, given_gross: bool) -> Decimal:
    """The shop's unit price in the wanted form."""
    price, factor = line.unit_price.amount, (HUNDRED + line.vat_rate) / HUNDRED
    if gross and not given_gross:
        price = price * factor
    elif given_gross and not gross:
        price = price / factor
    return round_to(price, PRICE_DECIMALS)
