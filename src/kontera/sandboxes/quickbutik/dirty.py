"""Orders with something wrong on purpose, as shops, apps and people make them.

Decides how a good order is spoiled: what the API shows of it, or what is left behind it. Orders that are merely hard
(gift cards, discounts, exports) are not made here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kontera.money import round_to
from kontera.sandboxes.quickbutik import products
from kontera.sandboxes.quickbutik.arithmetic import OERE, totals, vat
from kontera.sandboxes.quickbutik.show import Shower
from kontera.sandboxes.quickbutik.state import Order, Shop

_NOBODYS_RATE = Decimal(17)


def _unknown_rate(shop: Shop, order: Order) -> None:
    """VAT that no rate of the products explains."""
    tax = vat(totals(order, shop.switches).total, _NOBODYS_RATE, on_top=False)
    order.spoiled["tax_amount"] = Shower(shop).amount(round_to(tax, OERE))


def _unknown_currency(shop: Shop, order: Order) -> None:
    order.spoiled["currency"] = "XBT"


def _unknown_status(shop: Shop, order: Order) -> None:
    order.spoiled["status"] = "packas" if shop.switches.status_words else "7"


def _unknown_payment(shop: Shop, order: Order) -> None:
    order.method = "bytesmarknad"


def _wrong_total(shop: Shop, order: Order) -> None:
    """The total is another than the sum of what the order holds."""
    wrong = Shower(shop).amount(totals(order, shop.switches).total + Decimal("0.37"))
    order.spoiled |= {"total_amount": wrong, "total_pay_amount": wrong}


def _negative_total(shop: Shop, order: Order) -> None:
    wrong = Shower(shop).amount(-totals(order, shop.switches).total)
    order.spoiled |= {"total_amount": wrong, "total_pay_amount": wrong}


def _deleted_product(shop: Shop, order: Order) -> None:
    """The first line's product is gone, and with it the only place that told its VAT."""
    products.remove(shop, order.lines[0].product_id)


KINDS: dict[str, Callable[[Shop, Order], None]] = {
    "unknown_tax_rate": _unknown_rate,
    "unknown_currency": _unknown_currency,
    "unknown_status": _unknown_status,
    "unknown_payment_method": _unknown_payment,
    "inconsistent_totals": _wrong_total,
    "negative_total": _negative_total,
    "deleted_product": _deleted_product,
}


def spoil(shop: Shop, order: Order, kind: str) -> None:
    """Spoil an order. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of trouble {kind!r}; known: {', '.join(KINDS)}")
    KINDS[kind](shop, order)
