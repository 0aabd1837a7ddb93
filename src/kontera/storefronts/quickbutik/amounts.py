"""What an order's own figures say it costs: its lines, and every way they can be read that its totals bear out.

Decides which reading of the total (with or without the discount, a gift card, VAT on top, a refund) agrees with the
lines, to the smallest unit. Knows no VAT rate. A total that agrees with no reading is kept as it is: accounting refuses
it by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kontera.commerce import LineKind
from kontera.money import ONE, ZERO, MoneyError, decimals_of, exact, round_to
from kontera.storefronts.fields import Node, Unreadable

SHIPPING, FEE = "shipping", "fee"


@dataclass(frozen=True, slots=True)
class Row:
    """One line before any discount; amounts with VAT exactly when the order's prices include it. rate: percent of the
    product at home, None = the shop does not tell. own_rate: whether a product decides it at all."""

    id: str
    kind: LineKind
    name: str
    quantity: Decimal
    price: Decimal
    sku: str = ""
    product_id: str = ""
    rate: Decimal | None = None
    own_rate: bool = False

    @property
    def amount(self) -> Decimal:
        """Pieces times price."""
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Sums:
    """The order's own sums. paid: what was left to pay, None = not told. on_top: VAT is added to the prices."""

    currency: str
    total: Decimal
    paid: Decimal | None
    shipping: Decimal
    discount: Decimal
    vat: Decimal
    refunded: Decimal
    on_top: bool
    tax_free: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the figures. owed: for everything, with VAT, before gift cards; discount: to be shared over the
    rows; card: paid with gift cards."""

    rows: tuple[Row, ...]
    owed: Decimal
    discount: Decimal
    card: Decimal


def sums_of(order: Node, currency: str, *, unfinished: bool = False, paid: bool = True) -> Sums:
    """unfinished: a checkout nobody completed need not have sums yet. paid: without a date of payment, nothing left to
    pay may as well be nothing paid: it says nothing then. Raises Unreadable."""
    digits = decimals_of(currency)
    told = order.has("total_pay_amount") and (paid or order.number("total_pay_amount"))
    default = ZERO if unfinished else None
    return Sums(
        currency=currency,
        total=round_to(order.number("total_amount", default), digits),
        paid=round_to(order.number("total_pay_amount"), digits) if told else None,
        shipping=order.number("shipping_amount", ZERO),
        discount=abs(order.number("discount_amount", ZERO)),
        vat=order.number("tax_amount", default),
        refunded=refunds_of(order),
        on_top=order.flag("is_taxontop"),
        tax_free=order.flag("is_taxfree"),
    )


def refunds_of(order: Node) -> Decimal:
    """What was paid back, as far as it is told: a sum, or a list of sums or of objects with an `amount`. The shape is
    documented nowhere."""
    value = order.raw("refunds")
    return sum((_refund(entry) or ZERO for entry in (value if isinstance(value, list) else [value])), ZERO)


def has_refund(order: Node) -> bool:
    """Whether anything was paid back: also when the shop does not say how much in a way we know."""
    value = order.raw("refunds")
    return any(_refund(entry) != ZERO for entry in (value if isinstance(value, list) else [value]))


def _refund(entry: Any) -> Decimal | None:
    """The amount; zero for nothing, None for something without an amount."""
    if entry in (None, "", {}, [], False):
        return ZERO
    try:
        return abs(exact(entry.get("amount") if isinstance(entry, dict) else entry))
    except MoneyError:
        return None


def rows_of(order: Node, sums: Sums, rates: Mapping[int, tuple[Decimal | None, bool]]) -> list[Row]:
    """Every line, then the delivery. rates: by place, the product's percent and whether it is a gift card; a line
    without product is not in it. Parts of a bundle are left to the bundle's own line, which carries price and stock."""
    rows = []
    for place, node in enumerate(order.nodes("products")):
        rows.append(_row(node, place, rates.get(place)))
    if sums.shipping:
        name = order.text("shipping_name") or "Shipping"
        rows.append(Row(SHIPPING, LineKind.SHIPPING, name, ONE, sums.shipping))
    return rows


def _row(node: Node, place: int, product: tuple[Decimal | None, bool] | None) -> Row:
    quantity = node.number("qty", ONE)
    identity = node.text("id")
    if quantity <= 0:
        raise Unreadable(node.at("qty"), "a number of pieces that nobody can buy")
    kind = LineKind.FEE if product is None else LineKind.GIFT_CARD if product[1] else LineKind.PRODUCT
    name = " ".join(filter(None, (node.text("title"), node.text("variant"))))
    return Row(
        id=identity if identity not in ("", "0") else f"line-{place + 1}",
        kind=kind,
        name=name or node.text("sku") or "-",
        quantity=quantity,
        price=node.number("price"),
        sku=node.text("sku"),
        product_id="" if node.text("product_id") == "0" else node.text("product_id"),
        rate=product[0] if product else None,
        own_rate=kind is LineKind.PRODUCT,
    )


def readings(rows: Sequence[Row], sums: Sums, gift_cards: str, fees: Sequence[Decimal]) -> list[Reading]:
    """Every reading that the order's totals bear out, the plainest first; the plainest one all the same when none does.
    gift_cards: the setting; fees: what the means of payment can cost, as the merchant states it."""
    found = []
    for kept, discount, card in _shapes(rows, sums, gift_cards):
        for with_fee in (ZERO, *fees):
            owed = sum((row.amount for row in kept), ZERO) - discount + (sums.vat if sums.on_top else ZERO) + with_fee
            owed = round_to(owed, decimals_of(sums.currency))
            if owed - card in _totals(sums, discount):
                more = (Row(FEE, LineKind.FEE, "Payment fee", ONE, with_fee),) if with_fee else ()
                found.append(_read((*kept, *more), sums, owed, discount, card))
    if found:
        return found
    return [Reading(tuple(row for row in rows if row.amount >= 0), sums.total, _rebate(rows) + sums.discount, ZERO)]


def _shapes(rows: Sequence[Row], sums: Sums, gift_cards: str) -> Iterator[tuple[list[Row], Decimal, Decimal]]:
    """Rows, discount and gift card: reductions are rebates first, then a card where the merchant says cards look so."""
    kept = [row for row in rows if row.amount >= 0]
    rebate = _rebate(rows)
    yield kept, sums.discount + rebate, ZERO
    if gift_cards == "discount" and sums.discount:
        yield kept, rebate, sums.discount
    if gift_cards == "line" and rebate:
        yield kept, sums.discount, rebate


def _rebate(rows: Sequence[Row]) -> Decimal:
    """Lines below zero take something off; there is no product of theirs whose VAT it could be."""
    return -sum((row.amount for row in rows if row.amount < 0), ZERO)


def _totals(sums: Sums, discount: Decimal) -> set[Decimal]:
    """What `total_amount` can mean: what is owed; that before the discount, without VAT on top, or less refunds."""
    before = {sums.total, sums.total - discount} if discount else {sums.total}
    without = before | {one + sums.vat for one in before} if sums.on_top else before
    return without | {one + sums.refunded for one in without} if sums.refunded else without


def _read(rows: tuple[Row, ...], sums: Sums, owed: Decimal, discount: Decimal, card: Decimal) -> Reading:
    """A gift card that lowers what is left to pay is told by that alone; where money was paid back, less may be left
    for that reason."""
    left = owed - card
    if not card and sums.paid is not None and ZERO <= sums.paid < left and sums.paid != left - sums.refunded:
        card = left - sums.paid
    return Reading(rows, owed, discount, card)
