"""One order as Quickbutik sent it, with its products' VAT -> `commerce.Order`, or the problem that stops it. Pure.

Decides what is charged per line and where the order stands. Keeps contradictions between the shop's own figures as they
are: accounting judges them. An unreadable value is a problem with its JSON path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kontera.commerce import Discount, DiscountKind, Line, LineKind, LineTax, Order, OrderState
from kontera.errors import Problem
from kontera.money import HUNDRED, ZERO, Money, decimals_of, is_currency, round_to, spread, total
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.quickbutik.amounts import Sums, has_refund, readings, rows_of, sums_of
from kontera.storefronts.quickbutik.parties import billing_of, customer_of, delivery_of
from kontera.storefronts.quickbutik.payments import method_of, payments_of
from kontera.storefronts.quickbutik.products import Wanted
from kontera.storefronts.quickbutik.settings import QuickbutikSettings
from kontera.storefronts.quickbutik.states import state_of
from kontera.storefronts.quickbutik.vat import Share, Taxed, six, taxed
from kontera.storefronts.rounding import rounded_lines
from kontera.storefronts.trouble import unreadable


@dataclass(frozen=True, slots=True)
class Translated:
    """An order, and what the shop of today does not tell of it: a problem, unless an earlier reading knew."""

    order: Order
    lacks: Problem | None = None


def translate(raw: bytes, settings: QuickbutikSettings, known_as: str = "") -> Translated | Problem:
    """known_as: the id asked for, named in problems when the document does not even tell its own."""
    number = known_as
    try:
        document = Node(parse(raw), "$")
        order = document.node("order")
        if order is None:
            raise Unreadable("$.order", "missing")
        number = order.text("order_id") or known_as
        if not order.text("order_id"):
            raise Unreadable(order.at("order_id"), "missing")
        paid_at = order.local("date_paid", settings.zone)
        status = order.text("status")
        state = state_of(status, paid=paid_at is not None, own=settings.own_statuses)
        if state is None:
            facts = {"order": number, "status": status}
            return Problem(code="ORDER_STATUS_UNKNOWN", cause=f"status:{status}", facts=facts)
        currency = order.text("currency").upper()
        if not is_currency(currency):
            facts = {"order": number, "currency": currency}
            return Problem(code="CURRENCY_UNKNOWN", cause=f"currency:{currency}", facts=facts)
        sums = sums_of(order, currency, unfinished=state is OrderState.INCOMPLETE, paid=paid_at is not None)
        return _order(document, order, state, sums, paid_at, settings)
    except Unreadable as fault:
        return unreadable(number, fault.path, fault.reason)


def _order(
    document: Node, order: Node, state: OrderState, sums: Sums, paid_at: datetime | None, settings: QuickbutikSettings
) -> Translated:
    customer = order.node("customer") or Node({}, order.at("customer"))
    billing, delivery = billing_of(customer), delivery_of(customer)
    country = delivery.country if delivery and delivery.country else billing.country
    created = order.local("date_created", settings.zone)
    if created is None:
        raise Unreadable(order.at("date_created"), "missing")
    owed, card, lacks = Money(sums.total, sums.currency), Money.zero(sums.currency), None
    lines: tuple[Line, ...] = ()
    if state is not OrderState.INCOMPLETE:
        rates, lacks = _rates(document, order, settings)
        rows = rows_of(order, sums, rates)
        fees = _fees(order, sums, settings)
        reading, made = taxed(readings(rows, sums, settings.gift_cards, fees), sums, country, settings)
        owed, card = Money(reading.owed, sums.currency), Money(reading.card, sums.currency)
        lines = _lines(made, sums, country, owed, reading.discount)
    paid = Money(sums.paid, sums.currency) if sums.paid is not None else owed - card
    if sums.refunded and paid < owed - card:
        paid = owed - card  # what is left to pay was lowered by what was paid back later
    identity = order.text("order_id")
    found = Order(
        store=settings.store,
        id=identity,
        number=identity,
        state=state,
        placed_at=created,
        changed_at=created,  # the shop keeps no date of changes
        currency=sums.currency,
        prices_include_vat=not sums.on_top,
        customer=customer_of(customer, settings.vat_number_field),
        billing=billing,
        delivery=delivery,
        lines=lines,
        total=owed,
        vat=Money(sums.vat, sums.currency),
        payments=payments_of(order, state, paid, card, paid_at, settings),
        payment_method=method_of(order),
        shipping_method=order.text("shipping_name"),
        refunded=has_refund(order),
        url=settings.order_page.replace("{id}", identity),
    )
    return Translated(found, lacks)


def _fees(order: Node, sums: Sums, settings: QuickbutikSettings) -> list[Decimal]:
    """What the means of payment can have cost: as stated, with the usual VAT, or without it where none is charged."""
    stated = settings.payment_fees.get(method_of(order), ZERO)
    without = stated * HUNDRED / (HUNDRED + settings.standard_vat)
    fees = (stated, round_to(without, decimals_of(sums.currency))) if sums.tax_free else (stated,)
    return [fee for fee in fees if fee]


def _rates(
    document: Node, order: Node, settings: QuickbutikSettings
) -> tuple[dict[int, tuple[Decimal | None, bool]], Problem | None]:
    """By the place of each line with a product: its percent, and whether it is a gift card; and the first product that
    nobody tells the rate of."""
    products = document.node("products") or Node({}, "$.products")
    rates: dict[int, tuple[Decimal | None, bool]] = {}
    lacks: Problem | None = None
    for place, line in enumerate(order.nodes("products")):
        wanted = Wanted.of(line)
        if wanted is None:
            continue
        product = products.node(wanted.key)
        card = product is not None and product.flag("is_giftcard")
        rate = product.number("tax_rate") if product is not None and product.has("tax_rate") else settings.missing_vat
        if rate is not None and not ZERO <= rate < 100:
            raise Unreadable(products.at(wanted.key), "a VAT rate that cannot be one")
        rates[place] = (rate, card)
        if rate is None and not card and lacks is None:
            article = line.text("sku") or line.text("title") or wanted.key
            facts = {"order": order.text("order_id"), "article": article}
            lacks = Problem(code="PRODUCT_VAT_UNKNOWN", cause=f"article:{article}", facts=facts)
    return rates, lacks


def _lines(made: Sequence[Taxed], sums: Sums, country: str, owed: Money, discount: Decimal) -> tuple[Line, ...]:
    """Lines in whole smallest units; the discount's shares are, too, and come to the discount."""
    shares = _shared(made, sums, discount)
    lines = [_line(one, off, sums, country) for one, off in zip(made, shares, strict=True)]
    return tuple(rounded_lines(lines, owed))


def _shared(made: Sequence[Taxed], sums: Sums, discount: Decimal) -> list[Money]:
    """The discount in whole units, shared as its VAT was."""
    off = Money(round_to(discount, decimals_of(sums.currency)), sums.currency)
    weights = [abs(one.off) for one in made]
    return spread(off, weights) if any(weights) else [Money.zero(sums.currency) for _ in made]


def _line(one: Taxed, off: Money, sums: Sums, country: str) -> Line:
    row, currency = one.row, sums.currency
    amount = Money(row.amount, currency) - off
    taxes = _taxes(one, sums)
    vat = total((tax.amount for tax in taxes), currency)
    kind = DiscountKind.SHIPPING if row.kind is LineKind.SHIPPING else DiscountKind.ORDER
    return Line(
        id=row.id,
        kind=row.kind,
        product_id=row.product_id,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        unit_price=Money(row.price, currency),
        charged=amount + vat if sums.on_top else amount,
        taxes=taxes,
        discounts=(Discount(kind=kind, amount=off),) if off else (),
        country=country,
    )


def _taxes(one: Taxed, sums: Sums) -> tuple[LineTax, ...]:
    """VAT per rate; where several share the line, each with the net amount it applies to."""
    several = len(one.shares) > 1

    def base(share: Share) -> Money | None:
        net = share.amount if sums.on_top else share.amount - share.vat
        return Money(six(net), sums.currency) if several else None

    return tuple(
        LineTax(rate=share.rate.normalize() + 0, amount=Money(six(share.vat), sums.currency), base=base(share))
        for share in one.shares
    )
