"""How a Quickbutik shop can arrive at an order's figures, for honest orders of any number. Knows nothing of ours: each
field of `Shop` is something the vendor's documents leave open, or a setting of the shop.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from quickbutik_ministore import PERSON, document, line_json, order_json, product_json

RATES = {10: Decimal(25), 11: Decimal(12), 12: Decimal(6), 13: Decimal(0)}
ABROAD = {"SE": None, "DE": Decimal(19), "FI": Decimal("25.5"), "DK": Decimal(25)}
ZERO, HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Shop:
    """What decides the arithmetic."""

    on_top: bool = False
    rounds: str = "line"  # line, order
    shipping: str = "standard"  # standard, goods, highest
    discount_on_shipping: bool = False
    total_before_discount: bool = False

    def vat(self, amount: Decimal, rate: Decimal) -> Decimal:
        return amount * rate / (HUNDRED if self.on_top else HUNDRED + rate)


def ore(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def text(amount: Decimal) -> str:
    """As the shop writes amounts: "899" and "148.95"."""
    return f"{amount.to_integral_value():f}" if amount == amount.to_integral_value() else f"{amount:f}"


def honest_order(shop: Shop, draw: random.Random) -> bytes:
    """Lines, a delivery, perhaps a discount and a gift card, to one of four countries, perhaps tax-free."""
    country = draw.choice(("SE", "SE", "SE", *ABROAD))
    free = country == "DE" and draw.random() < 0.3
    there = ABROAD[country]
    standard = ZERO if free else there or Decimal(25)
    lines: list[dict[str, Any]] = []
    charges: list[tuple[Decimal, Decimal]] = []
    for place in range(draw.randint(1, 5)):
        product, quantity = draw.choice(tuple(RATES)), draw.randint(1, 9)
        price = Decimal(draw.choice((draw.randint(1, 500), draw.randint(100, 99_999) / Decimal(100))))
        rate = RATES[product]
        charges.append((price * quantity, ZERO if free else there if there is not None and rate else rate))
        lines.append(line_json(place + 1, text(price), draw.choice((quantity, str(quantity))), product=product))
    goods = sum((amount for amount, _ in charges), ZERO)
    shipping = Decimal(draw.choice((0, 49, 59, 79)))
    discount = ore(goods * draw.choice((0, 0, 10, 15, 33)) / HUNDRED)
    left = 1 - discount / (goods + (shipping if shop.discount_on_shipping else ZERO))
    delivery = [
        (shipping * share * (left if shop.discount_on_shipping else 1), rate)
        for share, rate in shares(shop, charges, goods, standard)
    ]
    taxes = [
        shop.vat(amount, rate) for amount, rate in [*((amount * left, rate) for amount, rate in charges), *delivery]
    ]
    vat = ore(sum((ore(tax) for tax in taxes) if shop.rounds == "line" else taxes, ZERO))
    total = goods + shipping - discount + (vat if shop.on_top else ZERO)
    card = min(Decimal(draw.choice((0, 0, 0, 100))), total)
    order = order_json(
        draw.randint(1, 10**6),
        shipping_amount=text(shipping),
        items_amount=text(goods),
        total_amount=text(total + discount if shop.total_before_discount else total),
        discount_amount=text(discount),
        total_pay_amount=text(total - card),
        tax_amount=text(vat),
        is_taxfree=draw.choice(("1", "true", True)) if free else draw.choice(("0", "false", False)),
        is_taxontop="1" if shop.on_top and not free else "0",
        products=lines,
        customer=PERSON | {"country": country, "shipping_details": {"country": country, "city": "X"}},
    )
    products = {f"p{product}": product_json(product, tax_rate=str(rate)) for product, rate in RATES.items()}
    return document(order, **products)


def shares(
    shop: Shop, charges: list[tuple[Decimal, Decimal]], goods: Decimal, standard: Decimal
) -> list[tuple[Decimal, Decimal]]:
    """Which part of the delivery takes which rate."""
    if shop.shipping == "standard" or not standard:
        return [(Decimal(1), standard)]
    if shop.shipping == "highest":
        return [(Decimal(1), max(rate for _, rate in charges))]
    by_rate: dict[Decimal, Decimal] = {}
    for amount, rate in charges:
        by_rate[rate] = by_rate.get(rate, ZERO) + amount
    return [(amount / goods, rate) for rate, amount in by_rate.items()]
