"""One order as BigCommerce sent it -> `commerce.Order`, or the problem that stops it. Pure.

Decides what is charged, in which currency, and where the order stands. Keeps contradictions between the vendor's own
figures as they were charged: accounting judges them. An unreadable value is a problem with its JSON path, no guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kontera.commerce import Discount, Line, LineKind, Order, OrderState
from kontera.errors import Problem
from kontera.money import ONE, ZERO, Money, is_currency, spread, total
from kontera.storefronts.bigcommerce.charges import charge_lines, fee_lines, shipping_method
from kontera.storefronts.bigcommerce.discounts import shipping_coupons
from kontera.storefronts.bigcommerce.parties import Places, customer_of, places_of
from kontera.storefronts.bigcommerce.payments import has_refund, payment_method_of, payments_of
from kontera.storefronts.bigcommerce.products import Reading, product_line, product_nodes
from kontera.storefronts.bigcommerce.states import PARTIALLY_REFUNDED, REFUNDED, STATES
from kontera.storefronts.bigcommerce.taxes import (
    UnknownTaxClass,
    check_classes,
    class_of,
    line_taxes,
    spread_rows,
    tax_book,
)
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.rounding import rounded_lines
from kontera.storefronts.trouble import unreadable

_REFUNDED_PAYMENT = ("refunded", "partially refunded")


@dataclass(frozen=True, slots=True)
class Context:
    """What the translation must know beside the document. order_page: address of an order in the shop's own control
    panel, with {id} in it; "" = none. tax_classes: ids and lower-case names of the store's VAT classes; None = unknown,
    then no order is judged by them."""

    store: str
    vat_number_field: str = ""
    organisation_number_field: str = ""
    order_page: str = ""
    tax_classes: frozenset[str] | None = None


def translate(raw: bytes, context: Context, known_as: str = "") -> Order | Problem:
    """The order in the joined document {"order":…, "taxes":…, …}. `known_as`: the id asked for, named in problems
    when the document does not even tell its own."""
    number = known_as
    try:
        document = Node(parse(raw), "$")
        order = document.node("order")
        if order is None:
            raise Unreadable("$.order", "missing")
        number = order.text("id") or known_as
        if not number:
            raise Unreadable("$.order.id", "missing")
        return _order(document, order, context) or _unknown_state(order)
    except Unreadable as fault:
        return unreadable(number, fault.path, fault.reason)
    except _UnknownCurrency as fault:
        facts = {"order": number, "currency": fault.code}
        return Problem(code="CURRENCY_UNKNOWN", cause=f"currency:{fault.code}", facts=facts)
    except UnknownTaxClass as fault:
        facts = {"order": number, "tax_class": fault.name}
        return Problem(code="TAX_CLASS_UNKNOWN", cause=f"tax_class:{fault.name}", facts=facts)


class _UnknownCurrency(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _unknown_state(order: Node) -> Problem:
    status = order.text("status_id")
    facts = {"order": order.text("id"), "status": f"{status} {order.text('status')}".strip()}
    return Problem(code="ORDER_STATUS_UNKNOWN", cause=f"status:{status}", facts=facts)


def _currency(order: Node) -> str:
    # currency_code is only what was shown; default_currency_code is what the shopper pays in.
    code = order.text("default_currency_code").upper()
    if not code:
        raise Unreadable(order.at("default_currency_code"), "missing")
    if not is_currency(code):
        raise _UnknownCurrency(code)
    return code


def _order(document: Node, order: Node, context: Context) -> Order | None:
    state = STATES.get(order.whole("status_id"))
    currency = _currency(order)
    if state is None:
        return None
    if context.tax_classes is not None:
        check_classes(tax_book(document, currency), context.tax_classes)
    places = places_of(document, order)
    owed = order.money("total_inc_tax", currency).rounded()
    lines: tuple[Line, ...] = ()
    refunded = False
    if state is not OrderState.INCOMPLETE:
        lines, refunded = _lines(document, order, places, currency, owed)
    payments = payments_of(document, order, currency)
    shop_currency = order.text("store_default_currency_code").upper()
    identity = order.text("id")
    return Order(
        store=context.store,
        id=identity,
        number=identity,
        channel=order.text("channel_id"),
        state=state,
        placed_at=order.instant("date_created"),
        changed_at=order.instant("date_modified"),
        currency=currency,
        prices_include_vat=order.flag("is_tax_inclusive_pricing"),
        customer=customer_of(order, places.billing, context.vat_number_field, context.organisation_number_field),
        billing=places.billing,
        delivery=places.deliveries[0].address if places.deliveries else None,
        lines=lines,
        total=owed,
        vat=order.money("total_tax", currency),
        payments=payments,
        payment_method=payment_method_of(order, payments),
        shipping_method=shipping_method(places),
        shop_currency=shop_currency,
        # The direction of the shop's own rate is not documented: only the rate that has none is passed on.
        shop_rate=ONE if shop_currency == currency else None,
        refunded=refunded or _is_refunded(document, order),
        language=order.text("customer_locale"),
        url=context.order_page.replace("{id}", identity),
    )


def _is_refunded(document: Node, order: Node) -> bool:
    # refunded_amount is documented to be always 0.
    return (
        order.whole("status_id") in (REFUNDED, PARTIALLY_REFUNDED)
        or order.text("payment_status").lower() in _REFUNDED_PAYMENT
        or has_refund(document)
    )


def _lines(document: Node, order: Node, places: Places, currency: str, owed: Money) -> tuple[tuple[Line, ...], bool]:
    """Every line, charged in whole smallest units, and whether any of them was refunded. What the vendor calls paid
    decides; only when that does not give the order's total, and price less discounts does, the latter."""
    products = list(product_nodes(document, order))
    refunded = any(node.number("quantity_refunded", ZERO) > 0 for node in products)
    first: list[Line] | None = None
    for reading in Reading:
        lines = _read_lines(document, order, products, places, currency, reading)
        lines = rounded_lines(_less_shipping_coupons(lines, shipping_coupons(document, currency), owed), owed)
        if total((line.charged for line in lines), currency) == owed:
            return tuple(lines), refunded
        first = first or lines
    return tuple(first or ()), refunded


def _read_lines(
    document: Node, order: Node, products: list[Node], places: Places, currency: str, reading: Reading
) -> list[Line]:
    inclusive = order.flag("is_tax_inclusive_pricing")
    book = tax_book(document, currency)
    drafts = [product_line(node, places, book, currency, inclusive, reading) for node in products]
    drafts += charge_lines(order, places, products, book, currency, inclusive)
    lines = [line for line, _ in drafts]
    if book.rows and not book.has_details:
        shared = spread_rows(book, [own for _, own in drafts], currency)
        lines = [
            msgspec.structs.replace(line, taxes=line_taxes(rows), tax_class=class_of(rows))
            for line, rows in zip(lines, shared, strict=True)
        ]
    return lines + fee_lines(document, order, places, book, currency)


def _less_shipping_coupons(lines: list[Line], coupons: Sequence[Discount], owed: Money) -> list[Line]:
    """A coupon on the delivery: the vendor does not say whether the delivery's cost is before or after it, so the
    order's total decides. When neither reading gives the total, the lines stay as they are."""
    off = total((coupon.amount for coupon in coupons), owed.currency).rounded()
    shipping = [index for index, line in enumerate(lines) if line.kind is LineKind.SHIPPING]
    charged = total((line.charged for line in lines), owed.currency)
    if not off or not shipping or (charged - off).rounded() != owed:
        return lines
    shares = spread(off, [lines[index].charged.amount for index in shipping])
    for index, share in zip(shipping, shares, strict=True):
        name, code = coupons[0].name, coupons[0].code
        discount = Discount(kind=coupons[0].kind, amount=share, name=name, code=code)
        lines[index] = msgspec.structs.replace(
            lines[index], charged=lines[index].charged - share, discounts=(discount,) if share else ()
        )
    return lines
