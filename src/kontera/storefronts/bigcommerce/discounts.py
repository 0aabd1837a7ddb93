"""Reductions of one product line, as the shop spread them over it. Decides their kind only; never spreads anything."""

from __future__ import annotations

from kontera.commerce import Discount, DiscountKind
from kontera.money import Money, total
from kontera.storefronts.fields import Node, Unreadable

_COUPON_IDS = ("coupon", "total-coupon")
SHIPPING_COUPONS = frozenset({3, 4})  # shipping_discount and free_shipping


def discounts_of(product: Node, currency: str) -> tuple[Discount, ...]:
    """The line's applied discounts, positive, zero ones left out. Raises Unreadable for a negative one: a surcharge
    that calls itself a discount is nothing we can book."""
    found = []
    for node in product.nodes("applied_discounts"):
        amount = node.money("amount", currency)
        if amount.amount < 0:
            raise Unreadable(node.at("amount"), "a negative discount")
        if amount:
            found.append(Discount(kind=_kind_of(node), amount=amount, name=node.text("name"), code=node.text("code")))
    return tuple(found)


def discount_total(discounts: tuple[Discount, ...], currency: str) -> Money:
    """What they take off together."""
    return total((discount.amount for discount in discounts), currency)


def _kind_of(node: Node) -> DiscountKind:
    if node.text("id") in _COUPON_IDS or node.text("code"):
        return DiscountKind.COUPON
    return DiscountKind.ORDER if node.text("target") == "order" else DiscountKind.LINE


def shipping_coupons(document: Node, currency: str) -> tuple[Discount, ...]:
    """What coupons of the shipping kinds take off the delivery."""
    found = []
    for node in document.nodes("coupons"):
        if node.whole("type", 0) in SHIPPING_COUPONS:
            amount = node.money("discount", currency, optional=True)
            if amount.amount > 0:
                found.append(Discount(kind=DiscountKind.SHIPPING, amount=amount, code=node.text("code")))
    return tuple(found)
