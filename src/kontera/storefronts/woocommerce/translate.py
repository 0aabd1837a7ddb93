"""One order as WooCommerce sent it -> `commerce.Order`, or the problem that stops it. Pure.

Decides what is charged, at which of the shop's roundings, and where the order stands. Keeps contradictions between the
shop's own figures as they were charged: accounting judges them. An unreadable value is a problem with its JSON path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kontera.commerce import Discount, DiscountKind, Line, LineTax, Order, OrderState
from kontera.errors import Problem
from kontera.money import ONE, ZERO, Money, Rounding, decimals_of, is_currency, round_to, total
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.trouble import unreadable
from kontera.storefronts.woocommerce.currencies import shop_rate
from kontera.storefronts.woocommerce.meta import Meta
from kontera.storefronts.woocommerce.parties import address_of, customer_of, delivery_of, vat_country
from kontera.storefronts.woocommerce.payments import (
    cards_total,
    gift_cards_of,
    paid_at,
    payment_method_of,
    payments_of,
)
from kontera.storefronts.woocommerce.rows import Row, rows_of
from kontera.storefronts.woocommerce.states import TRASH, state_of
from kontera.storefronts.woocommerce.taxes import Rate, rate_book, vat_per_rate

_UTC = "+00:00"  # fields named _gmt are UTC and carry no zone
_PRICE_DIGITS = 6
_ROUNDED_APART = Decimal("0.01")  # per line, and once for the sum: more than rounding to two decimals can move them


@dataclass(frozen=True, slots=True)
class Context:
    """What the translation must know beside the document. order_page: address of an order in the shop's own admin, with
    {id} in it. rates: the shop's present rates by id, None = not read yet. decimals: of the prices the shop shows, None
    = not read yet."""

    store: str
    order_page: str = ""
    vat_number_field: str = ""
    organisation_number_field: str = ""
    currency: str = ""
    own_statuses: Mapping[str, OrderState] = field(default_factory=dict)
    rates: Mapping[str, Rate] | None = None
    decimals: int | None = None


def translate(raw: bytes, context: Context, known_as: str = "") -> Order | Problem | None:
    """The order; None when it lies in the shop's trash. `known_as`: the id asked for, named in problems when the
    document does not even tell its own. Raises UnknownRate while the shop's rates have not been read and are needed."""
    number = known_as
    try:
        order = Node(parse(raw), "$")
        number = order.text("id") or known_as
        if not order.text("id"):
            raise Unreadable("$.id", "missing")
        status = order.text("status").removeprefix("wc-")
        if status == TRASH:
            return None
        currency = order.text("currency").upper()
        if not is_currency(currency):
            facts = {"order": number, "currency": currency}
            return Problem(code="CURRENCY_UNKNOWN", cause=f"currency:{currency}", facts=facts)
        state = state_of(status, paid=paid_at(order) is not None, own=context.own_statuses)
        if state is None:
            facts = {"order": number, "status": status}
            return Problem(code="ORDER_STATUS_UNKNOWN", cause=f"status:{status}", facts=facts)
        return _order(order, state, currency, context)
    except Unreadable as fault:
        return unreadable(number, fault.path, fault.reason)


def adds_up(order: Order) -> bool:
    """Whether total and VAT are those of the lines, to what a shop with two decimals can be off by. A shop that shows
    fewer decimals is not: then `Context.decimals` must be known to translate its orders."""
    charged = total((line.charged for line in order.lines), order.currency) + (
        order.rounding or Money.zero(order.currency)
    )
    vat = total((line.vat for line in order.lines), order.currency)
    apart = max(abs((charged - order.total).amount), abs((vat - order.vat).amount))
    return order.state is OrderState.INCOMPLETE or apart <= _ROUNDED_APART * (len(order.lines) + 1)


def _order(order: Node, state: OrderState, currency: str, context: Context) -> Order:
    meta = Meta(order)
    billing, delivery = address_of(order.node("billing")), delivery_of(order)
    charged = order.money("total", currency).rounded()
    cards = gift_cards_of(order, meta, currency)
    owed = charged + cards_total(cards, currency)
    priced = _Priced((), order.money("total_tax", currency, optional=True))
    if state is not OrderState.INCOMPLETE:
        rows = rows_of(order, rate_book(order, context.rates), currency)
        priced = _priced(order, rows, owed, vat_country(order, billing, delivery), context.decimals)
    base, rate = shop_rate(meta, currency, context.currency)
    identity = order.text("id")
    changed_at = order.instant("date_modified_gmt", _UTC)
    draft = state is OrderState.INCOMPLETE and not order.has("date_created_gmt")
    return Order(
        store=context.store,
        id=identity,
        number=order.text("number") or identity,
        channel=order.text("created_via"),
        state=state,
        placed_at=changed_at if draft else order.instant("date_created_gmt", _UTC),
        changed_at=changed_at,
        currency=currency,
        prices_include_vat=order.flag("prices_include_tax"),
        customer=customer_of(order, billing, meta, context.vat_number_field, context.organisation_number_field),
        billing=billing,
        delivery=delivery,
        lines=priced.lines,
        total=owed,
        vat=priced.vat,
        rounding=priced.rounding,
        payments=payments_of(order, meta, charged, cards),
        payment_method=payment_method_of(order),
        shipping_method=next((node.text("method_title") for node in order.nodes("shipping_lines")), ""),
        shop_currency=base,
        shop_rate=rate,
        refunded=state is OrderState.REFUNDED or any(True for _ in order.nodes("refunds")),
        language=meta.text("wpml_language"),
        url=context.order_page.replace("{id}", identity),
    )


@dataclass(frozen=True, slots=True)
class _Priced:
    lines: tuple[Line, ...]
    vat: Money
    rounding: Money | None = None


def _priced(order: Node, rows: Sequence[Row], owed: Money, country: str, decimals: int | None) -> _Priced:
    """Lines in whole smallest units. A shop rounds either every line (its own default) or only sums
    (`tax_round_at_subtotal`), and an order does not say which: rounded lines are taken when they give the total and
    come as near to the VAT per rate on its summary as the exact ones, otherwise the exact ones, whose distance
    accounting explains or refuses."""
    inclusive = order.flag("prices_include_tax")
    codes = ", ".join(node.text("code") for node in order.nodes("coupon_lines"))
    vat = order.money("total_tax", owed.currency, optional=True)
    coarse = decimals is not None and decimals < decimals_of(owed.currency)
    coin = decimals_of(owed.currency)
    per_line = tuple(_line(row, country, inclusive, codes, coin) for row in rows)
    exact = tuple(_line(row, country, inclusive, codes, None) for row in rows)
    if not coarse and total((line.charged for line in per_line), owed.currency) == owed:
        stated = vat_per_rate(order)
        return _Priced(per_line if _apart(per_line, stated) <= _apart(exact, stated) else exact, vat)
    if decimals is None or not coarse:
        return _Priced(exact, vat)
    return _without_coins(exact, [_line(row, country, inclusive, codes, decimals) for row in rows], owed, vat, decimals)


def _apart(lines: Sequence[Line], stated: Mapping[Decimal, Decimal]) -> Decimal:
    """By how much the VAT of the lines is not what the order's summary states, rate by rate; nothing stated, none."""
    sums = dict.fromkeys(stated, ZERO)
    for tax in (tax for line in lines for tax in line.taxes):
        if tax.rate in sums:
            sums[tax.rate] += tax.amount.amount
    return sum((abs(sums[rate] - amount) for rate, amount in stated.items()), ZERO)


def _without_coins(exact: Sequence[Line], shown: Sequence[Line], owed: Money, vat: Money, decimals: int) -> _Priced:
    """A shop whose prices have no öre rounds every line to whole units, its VAT as well, and stores both exactly.

    What is stored is the VAT, and what the total was rounded by is rounding, as long as that is one rounding. Many
    lines rounded the same way are more: then each is charged what the shop shows, and bears its VAT of that."""
    half = ONE.scaleb(-decimals) / 2
    gap = owed - total((line.charged for line in exact), owed.currency)
    lines, rounding = exact, gap or None
    if abs(gap.amount) > half:
        fits = owed == total((line.charged for line in shown), owed.currency)
        lines, rounding = (shown, None) if fits else (exact, None)
    stored = total((line.vat for line in lines), owed.currency).rounded()
    apart = abs((stored - vat).amount)
    return _Priced(tuple(lines), stored if apart <= half * (len(lines) + 1) else vat, rounding)


def _line(row: Row, country: str, inclusive: bool, codes: str, places: int | None) -> Line:
    """The line, its amounts rounded to `places` decimals as the shop does; None = as stored, and the sum rounded."""

    def step(amount: Money, how: Rounding = Rounding.HALF_UP) -> Money:
        return amount if places is None else Money(round_to(amount.amount, places, how), amount.currency)

    of_vat = Rounding.HALF_DOWN if inclusive else Rounding.HALF_UP  # so that net and VAT of a price are the price again
    amounts = [step(tax.amount, of_vat) for tax in row.taxes]
    net = step(row.net)
    charged = (net + total(amounts, net.currency)).rounded()
    if places is not None and places < decimals_of(net.currency):
        amounts = [_of(charged, row, tax.amount) for tax in row.taxes]
        row = replace(row, bases=tuple((percent, _of(charged, row, base)) for percent, base in row.bases))
    taxes = _taxes(row, amounts)
    vat = total(amounts, net.currency)
    exact_net = charged - vat if places is not None else net
    before = step(row.before) + (step(row.before_tax, of_vat) if inclusive else exact_net - net)
    after = charged if inclusive else exact_net
    discounts: tuple[Discount, ...] = ()
    if row.net < row.before and after < before:
        kind = DiscountKind.COUPON if codes else DiscountKind.LINE
        discounts = (Discount(kind=kind, amount=before - after, code=codes),)
    else:
        before = exact_net + vat if inclusive else exact_net
    price = Money(round_to(before.amount / row.quantity, _PRICE_DIGITS), before.currency)
    price = price.rounded() if price.is_rounded() else price
    return Line(
        id=row.id,
        kind=row.kind,
        product_id=row.product_id,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        unit_price=price,
        charged=charged,
        taxes=taxes,
        discounts=discounts,
        tax_class=row.tax_class,
        country=country,
        gift_card=row.gift_card,
        parent=row.parent,
    )


def _taxes(row: Row, amounts: Sequence[Money]) -> tuple[LineTax, ...]:
    bases = dict(row.bases)
    return tuple(
        LineTax(rate=tax.rate.percent, amount=amount, name=tax.rate.label, base=bases.get(tax.rate.percent))
        for tax, amount in zip(row.taxes, amounts, strict=True)
    )


def _of(charged: Money, row: Row, part: Money) -> Money:
    """The share of a part of the line (its VAT, a rate's base) in what was charged, as the shop stores it."""
    gross = row.net + total((one.amount for one in row.taxes), row.net.currency)
    share = charged.amount * part.amount / gross.amount if gross else ZERO
    return Money(round_to(share, _PRICE_DIGITS), charged.currency)
