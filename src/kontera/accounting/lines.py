"""The rows of a document: goods, deliveries, fees, gift cards sold and roundings, each with its account and why.

Decides how parts of lines become rows. Row amounts are with VAT whenever the document has any VAT, because then
their sum is exactly what the customer was charged; net rows would have to be rounded one by one. Never decides
accounts or VAT codes (`revenue`, `vat`), never an amount.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kontera.accounting.discounts import priced
from kontera.accounting.documents import DocumentLine, Why
from kontera.accounting.parts import Part
from kontera.accounting.problems import money_text, on_order
from kontera.accounting.revenue import Placement
from kontera.accounting.rulebook import BookingRule, Rulebook
from kontera.accounting.vat import VatTreatment
from kontera.commerce import LineKind, Order
from kontera.errors import Problem
from kontera.money import HUNDRED, ONE, ZERO, Money, total


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A part with everything decided."""

    part: Part
    treatment: VatTreatment
    placement: Placement
    vat: Money


def row(order: Order, ready: Ready, booking: BookingRule) -> DocumentLine:
    """The row of one part, its amount with VAT."""
    part, line = ready.part, ready.part.line
    grossed = ONE if order.prices_include_vat or not part.vat else ONE + part.rate / HUNDRED
    discount = total((each.amount for each in line.discounts), order.currency) * grossed
    price = line.unit_price * grossed
    if part.gross != line.charged:  # one of several parts: the line's own price says nothing about it
        discount, price = Money.zero(order.currency), part.gross
    quantity = line.quantity if part.first else ONE
    told = priced(line.name, quantity, price, discount, part.gross)
    return DocumentLine(
        text=told.text,
        article=line.sku if part.first and line.kind is LineKind.PRODUCT else "",
        quantity=told.quantity,
        unit_price=told.unit_price,
        discount=told.discount,
        amount=part.gross,
        net=part.gross - ready.vat,
        vat=ready.vat,
        vat_rate=part.rate,
        vat_code=ready.treatment.code,
        account=ready.placement.account,
        vat_account=ready.treatment.account,
        cost_centre=ready.placement.cost_centre or booking.cost_centre,
        project=ready.placement.project or booking.project,
        why=ready.placement.why,
        vat_why=ready.treatment.why,
    )


def gift_card_rows(order: Order, part: Part, rulebook: Rulebook) -> list[DocumentLine] | Problem:
    """A gift card sold: a debt of its face value, outside VAT. Sold below face value, the rest is a cost."""
    line, accounts = part.line, rulebook.accounts
    fact = f"order {order.number} {part.fact}"
    debt = Why(rule="accounts.gift_card_debt", rulebook=rulebook.label, fact=fact)
    face = (line.unit_price * line.quantity).rounded() if line.discounts else line.charged
    rows = [outside_vat(rulebook, line.name, face, accounts.gift_card_debt, debt, line.quantity)]
    if face != line.charged:
        if not accounts.gift_card_discount:
            return on_order(order, "GIFT_CARD_DISCOUNTED", face=money_text(face), charged=money_text(line.charged))
        cost = Why(rule="accounts.gift_card_discount", rulebook=rulebook.label, fact=fact)
        rows.append(outside_vat(rulebook, line.name, line.charged - face, accounts.gift_card_discount, cost))
    return rows


def rounding_rows(order: Order, rulebook: Rulebook, cash: Money, spread: Money) -> list[DocumentLine]:
    """The rows on the rounding account: what cash rounding and proven rounding add to the lines."""
    said = ((cash, "Öresavrundning", "cash rounding"), (spread, "Avrundning", "rounding between lines and total"))
    return [
        outside_vat(rulebook, text, amount, rulebook.accounts.rounding, _rounding_why(order, rulebook, fact))
        for amount, text, fact in said
        if amount
    ]


def outside_vat(
    rulebook: Rulebook, text: str, amount: Money, account: str, why: Why, quantity: Decimal = ONE
) -> DocumentLine:
    """A row that VAT has nothing to do with."""
    zero = Money.zero(amount.currency)
    told = priced(text, quantity, amount if quantity == ONE else amount * (ONE / (quantity or ONE)), zero, amount)
    return DocumentLine(
        text=told.text,
        quantity=told.quantity,
        unit_price=told.unit_price,
        discount=told.discount,
        amount=amount,
        net=amount,
        vat=zero,
        vat_rate=ZERO,
        vat_code=rulebook.accounts.outside_vat_code,
        account=account,
        why=why,
        vat_why=why,
    )


def _rounding_why(order: Order, rulebook: Rulebook, fact: str) -> Why:
    return Why(rule="accounts.rounding", rulebook=rulebook.label, fact=f"order {order.number} {fact}")
