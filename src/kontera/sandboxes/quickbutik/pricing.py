"""What a product costs a buyer, and at which VAT.

Decides whether an order is tax-free, which rate a product takes where it is sent and what its price becomes there. It
never adds anything up (`arithmetic.py`). Source: the vendor's help on country-specific rates; the rest are switches.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kontera.money import HUNDRED, ONE, ZERO, round_to
from kontera.sandboxes.quickbutik.arithmetic import OERE, without_vat
from kontera.sandboxes.quickbutik.state import Line, Order, Product, Shop, Variant
from kontera.sandboxes.quickbutik.switches import Json

HOME = "SE"
HOME_RATE = Decimal(25)
EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


@dataclass(frozen=True)
class Place:
    """Where an order goes and on which terms. `rate`: the country's one rate, None for the products' own."""

    country: str
    tax_free: bool
    rate: Decimal | None

    @property
    def standard(self) -> Decimal:
        """The usual rate there."""
        if self.tax_free:
            return ZERO
        return HOME_RATE if self.rate is None else self.rate


def place_of(shop: Shop, customer: Json) -> Place:
    """The terms for a customer, by where the order is sent and whether a company buys."""
    sent_to = (customer.get("shipping_details") or {}).get("country") or customer.get("country") or HOME
    company = customer.get("customer_type") == "company"
    if sent_to not in EU or (company and sent_to != HOME and shop.switches.eu_companies_tax_free):
        return Place(sent_to, True, None)
    rate = shop.country_rates.get(sent_to) if shop.switches.country_vat and sent_to != HOME else None
    return Place(sent_to, False, rate)


def rate_at(shop: Shop, product_rate: Decimal, place: Place) -> Decimal:
    """The VAT of something with this rate at home."""
    if place.tax_free:
        return ZERO
    exempt = not product_rate and not shop.switches.country_rate_on_exempt
    return product_rate if place.rate is None or exempt else place.rate


def price_at(shop: Shop, price: Decimal, product_rate: Decimal, place: Place) -> Decimal:
    """What is asked there, in the shop's currency: with VAT in a normal shop, else without."""
    if not shop.switches.prices_include_vat:
        return price
    if place.tax_free:
        return price if shop.switches.tax_free_keeps_price else without_vat(price, product_rate)
    if place.rate is None or not shop.switches.country_price_net:
        return price
    net = price * HUNDRED / (HUNDRED + product_rate)
    return round_to(net * (HUNDRED + rate_at(shop, product_rate, place)) / HUNDRED, OERE)


def exchanged(shop: Shop, amount: Decimal, currency: str) -> Decimal:
    """An amount of the shop's currency in another it offers. Raises ValueError for one it does not."""
    if currency == shop.switches.currency:
        return amount
    if currency not in shop.exchange:
        raise ValueError(f"the shop does not sell in {currency!r}")
    return round_to(amount * shop.exchange[currency], OERE)


def line_of(shop: Shop, product: Product, variant: Variant | None, qty: int, order: Order, place: Place) -> Line:
    """A new line of an order: the product as it is now, at the buyer's price and VAT."""
    asked = variant.price if variant and variant.price else product.price
    return Line(
        id=shop.number("line", 5001),
        product_id=product.id,
        variant_id=variant.id if variant else 0,
        title=product.title,
        variant=variant.name if variant else "",
        price=exchanged(shop, price_at(shop, asked, product.rate, place), order.currency),
        qty=qty,
        sku=variant.sku if variant else product.sku,
        rate=rate_at(shop, product.rate, place),
        weight=Decimal(str(product.more.get("weight") or 0)),
        gift_card=product.is_giftcard,
        parts=list(product.parts),
    )


def sent_for(shop: Shop, price: Decimal, order: Order, place: Place) -> Decimal:
    """What shipping or a fee of this home price costs the buyer."""
    return exchanged(shop, price_at(shop, price, HOME_RATE, place), order.currency)


def discount_for(shop: Shop, code: str, order: Order) -> Decimal:
    """What a discount code takes off. Raises ValueError for an unknown one."""
    if code not in shop.codes:
        raise ValueError(f"the discount code {code!r} does not exist")
    kind, value = shop.codes[code]
    goods = sum((line.amount for line in order.lines if not line.gift_card), ZERO)
    off = round_to(goods * value / HUNDRED, OERE) if kind == "percent" else exchanged(shop, value, order.currency)
    return min(off, goods)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Which part of a whole this is; everything of nothing."""
    return part / whole if whole else ONE
