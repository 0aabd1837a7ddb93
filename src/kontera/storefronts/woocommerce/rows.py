"""The lines of an order as the shop stores them: goods, deliveries and fees, without VAT, exact to six decimals.

Decides what kind a line is and which part of a negative fee each VAT rate takes. Never rounds, never adds up an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontera.commerce import LineKind
from kontera.money import HUNDRED, ONE, ZERO, Money, decimals_of, round_to
from kontera.storefronts.fields import Node, Unreadable
from kontera.storefronts.woocommerce.meta import Meta
from kontera.storefronts.woocommerce.taxes import RateBook, Tax, taxes_of

STANDARD = "standard"  # the shop leaves the class of the standard rate empty, and calls it so where rates are set up
_DIGITS = 6  # what the shop stores
_FEWEST = ONE.scaleb(-_DIGITS)
_CARDS = (
    *("wc_gc_giftcards", "wc_gc_giftcard_amount"),  # WooCommerce Gift Cards
    *("pw_gift_card_number", "pw_gift_card_amount"),  # PW Gift Cards
    *("_ywgc_gift_card_code", "_ywgc_amount"),  # YITH Gift Cards
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line. before, before_tax: before discounts; net, taxes: after; all exact, net without VAT. bases: the part
    of `net` each percent applies to, where the rates share the line between them."""

    id: str
    kind: LineKind
    name: str
    quantity: Decimal
    before: Money
    before_tax: Money
    net: Money
    taxes: tuple[Tax, ...]
    tax_class: str = ""
    sku: str = ""
    product_id: str = ""
    gift_card: str = ""
    parent: str = ""
    bases: tuple[tuple[Decimal, Money], ...] = ()


def rows_of(order: Node, book: RateBook, currency: str) -> list[Row]:
    """Every line: goods, then deliveries, then fees."""
    rows = [_product(node, book, currency) for node in order.nodes("line_items")]
    rows += [
        _charge(node, LineKind.SHIPPING, node.text("method_title") or "Shipping", book, currency)
        for node in order.nodes("shipping_lines")
    ]
    rows += [
        _charge(node, LineKind.FEE, node.text("name") or "Fee", book, currency) for node in order.nodes("fee_lines")
    ]
    return [_shared(row, rows) for row in rows]


def _product(node: Node, book: RateBook, currency: str) -> Row:
    net = node.money("total", currency)
    quantity = node.number("quantity")
    if quantity < _FEWEST and (quantity or net):
        raise Unreadable(node.at("quantity"), "a number of pieces that nobody can buy")
    meta = Meta(node)
    card = meta.has(*_CARDS)
    return Row(
        id=node.text("id"),
        kind=LineKind.GIFT_CARD if card else LineKind.PRODUCT,
        name=node.text("name"),
        quantity=quantity or ONE,
        before=node.money("subtotal", currency) if node.has("subtotal") else net,
        before_tax=node.money("subtotal_tax" if node.has("subtotal_tax") else "total_tax", currency, optional=True),
        net=net,
        taxes=taxes_of(node, book, net),
        tax_class=node.text("tax_class") or STANDARD,
        sku=node.text("sku"),
        product_id=_identity(node, "variation_id") or _identity(node, "product_id"),
        gift_card=meta.first(_CARDS[::2]) if card else "",
        parent="" if net else _identity(node, "bundled_by"),
    )


def _charge(node: Node, kind: LineKind, name: str, book: RateBook, currency: str) -> Row:
    net = node.money("total", currency)
    return Row(
        id=node.text("id"),
        kind=kind,
        name=name,
        quantity=ONE,
        before=net,
        before_tax=node.money("total_tax", currency, optional=True),
        net=net,
        taxes=taxes_of(node, book, net),
        tax_class=(node.text("tax_class") or STANDARD) if kind is LineKind.FEE else "",
    )


def _shared(row: Row, rows: Sequence[Row]) -> Row:
    """A fee below zero is a rebate: the shop shares it over the VAT rates of what was bought in proportion to the net
    amounts, what bears no VAT included. The shares that fit the shop's own VAT amounts best are taken; when none does
    to the smallest unit, the line stays whole and accounting judges it."""
    if not row.net.amount < 0 or not row.taxes:
        return row
    unit = ONE.scaleb(-decimals_of(row.net.currency))
    if len(row.taxes) == 1 and _fits(row.net, row.taxes[0], unit):
        return row
    found: list[tuple[Decimal, Row]] = []
    for weights in _sharings(rows):
        bases = _bases(row.net, weights)
        if all(tax.rate.percent in bases and _fits(bases[tax.rate.percent], tax, unit) for tax in row.taxes):
            off = sum((_off(bases[tax.rate.percent], tax) for tax in row.taxes), ZERO)
            found.append((off, replace(row, bases=tuple(bases.items()))))
    return min(found, key=lambda one: one[0], default=(ZERO, row))[1]


def _bases(net: Money, weights: Mapping[Decimal | None, Decimal]) -> dict[Decimal, Money]:
    """The share of every percent; what bears no VAT has its weight and needs no base."""
    whole = sum(weights.values(), ZERO)
    return {
        percent: Money(round_to(net.amount * weight / whole, _DIGITS), net.currency)
        for percent, weight in weights.items()
        if percent is not None and whole
    }


def _sharings(rows: Sequence[Row]) -> Iterator[dict[Decimal | None, Decimal]]:
    """The weights the shop may have shared by: deliveries at their own rate, left out (the checkout), or counted at a
    rate of the goods (the order editor takes the first class of the goods for a delivery that inherits its class)."""
    bought = [row for row in rows if row.net.amount > 0]
    goods = _weights([row for row in bought if row.kind is not LineKind.SHIPPING])
    yield _weights(bought)
    yield goods
    delivered = sum((row.net.amount for row in bought if row.kind is LineKind.SHIPPING), ZERO)
    for percent in goods:
        yield {**goods, percent: goods[percent] + delivered}


def _weights(rows: Sequence[Row]) -> dict[Decimal | None, Decimal]:
    """Net amount per percent; under None what bears no VAT. Nothing when a line bears several at once."""
    weights: dict[Decimal | None, Decimal] = {}
    for row in rows:
        if len(row.taxes) > 1:
            return {}
        percent = row.taxes[0].rate.percent if row.taxes else None
        weights[percent] = weights.get(percent, ZERO) + row.net.amount
    return weights


def _fits(base: Money, tax: Tax, unit: Decimal) -> bool:
    return _off(base, tax) <= unit


def _off(base: Money, tax: Tax) -> Decimal:
    return abs(base.amount * tax.rate.percent / HUNDRED - tax.amount.amount)


def _identity(node: Node, name: str) -> str:
    text = node.text(name)
    return "" if text == "0" else text
