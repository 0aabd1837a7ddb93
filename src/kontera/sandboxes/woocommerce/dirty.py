"""Orders with something wrong on purpose, as real shops and their plugins make them.

Decides how a good order is spoiled. Every spoiled order is changed as a plugin writing to the database would: its date
moves and order.updated is raised. Orders that are merely hard (gift cards, coupons, exports) are not made here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kontera.sandboxes.woocommerce import life, products
from kontera.sandboxes.woocommerce.state import Order, Shop, TaxLine


def _unknown_rate(shop: Shop, order: Order) -> None:
    """A tax rate nobody has: a plugin's own calculation."""
    for line in order.lines:
        line.taxes = dict.fromkeys([9999], sum(line.taxes.values(), Decimal(0)))
        line.subtotal_taxes = dict.fromkeys([9999], sum(line.subtotal_taxes.values(), Decimal(0)))
    total = sum((row.tax_total for row in order.tax_lines), Decimal(0))
    shipping = sum((row.shipping_tax_total for row in order.tax_lines), Decimal(0))
    order.tax_lines = [TaxLine(shop.number("line"), 9999, "SE-17-1", "Tax", False, Decimal(17), total, shipping)]


def _unknown_currency(shop: Shop, order: Order) -> None:
    order.currency = "XBT"


def _unknown_status(shop: Shop, order: Order) -> None:
    order.status = "packas-nu"


def _wrong_total(shop: Shop, order: Order) -> None:
    order.total += Decimal("0.37")


def _negative_total(shop: Shop, order: Order) -> None:
    order.total = -order.total


def _deleted_product(shop: Shop, order: Order) -> None:
    """The product of the first line is deleted for good; its stock of other orders goes with it."""
    line = order.lines[0]
    products.remove(shop, line.variation_id or line.product_id)


def _nameless_product(shop: Shop, order: Order) -> None:
    """A line an administrator typed by hand: no product."""
    order.lines[0].product_id = order.lines[0].variation_id = 0


KINDS: dict[str, Callable[[Shop, Order], None]] = {
    "unknown_tax_rate": _unknown_rate,
    "unknown_currency": _unknown_currency,
    "unknown_status": _unknown_status,
    "inconsistent_totals": _wrong_total,
    "negative_total": _negative_total,
    "deleted_product": _deleted_product,
    "line_without_product": _nameless_product,
}


def spoil(shop: Shop, order: Order, kind: str) -> None:
    """Spoil an order. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of trouble {kind!r}; known: {', '.join(KINDS)}")
    KINDS[kind](shop, order)
    life.touch(shop, order)
