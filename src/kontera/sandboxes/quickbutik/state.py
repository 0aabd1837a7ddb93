"""The shop's memory: products, orders, customers, webhook addresses, and what the payment providers saw.

Decides what a record holds and how it gets its number. It works nothing out and answers no call. Line rates are kept
here although the API never shows them: the shop knows what it charged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from kontera.clock import Clock
from kontera.money import ZERO
from kontera.sandboxes.quickbutik.switches import Json, Switches

STATUSES = ("unpaid", "paid", "done", "cancelled")


@dataclass
class Variant:
    """One choice of a product. `price` 0 means the product's own."""

    id: int
    sku: str
    choices: dict[str, str]
    price: Decimal = ZERO
    qty: int = 0
    gtin: str = ""
    hidden: bool = False
    more: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As an order line shows it."""
        return ", ".join(self.choices.values())


@dataclass
class Product:
    """A product. `price` includes VAT in a normal shop; `rate` is the VAT in per cent. `parts` makes it a bundle."""

    id: int
    sku: str
    title: str
    price: Decimal
    rate: Decimal
    modified: datetime
    qty: int = 0
    disable_minusqty: bool = False
    visible: bool = True
    is_giftcard: bool = False
    category: str = ""
    variants: list[Variant] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    more: Json = field(default_factory=dict)  # the fields nothing is worked out from, as written

    def variant(self, number: int) -> Variant | None:
        """The variant with this id."""
        return next((one for one in self.variants if one.id == number), None)


@dataclass(frozen=True)
class Part:
    """What a bundle holds."""

    product_id: int
    variant_id: int
    title: str
    variant: str
    qty: int
    sku: str
    price: Decimal


@dataclass
class Line:
    """An order line: a copy of the product at the sale. `price` per piece as the shop shows it."""

    id: int
    product_id: int
    variant_id: int
    title: str
    variant: str
    price: Decimal
    qty: int
    sku: str
    rate: Decimal
    weight: Decimal = ZERO
    gift_card: bool = False
    parts: list[Part] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """What the line costs before any discount."""
        return self.price * self.qty


@dataclass
class Shipping:
    """How an order is sent and what that costs."""

    id: int = 0
    name: str = ""
    price: Decimal = ZERO


@dataclass
class Refund:
    """Money paid back. `lines`: how many pieces of which line."""

    id: int
    amount: Decimal
    tax: Decimal
    when: datetime
    lines: dict[int, int] = field(default_factory=dict)


@dataclass
class Order:
    """An order. `standard` is the usual rate where it goes (shipping, fee); `spoiled` overrides what is shown."""

    id: int
    created: datetime
    customer: Json
    currency: str
    standard: Decimal
    status: str = "unpaid"
    status_date: datetime | None = None
    paid: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    shipping: Shipping = field(default_factory=Shipping)
    fee: Decimal = ZERO
    discount: Decimal = ZERO
    gift_card: Decimal = ZERO  # what a gift card covers; drawn from the card `gift_code` when the order is paid
    gift_code: str = ""
    tax_free: bool = False
    tax_on_top: bool = False
    method: str = ""
    transaction_id: str = ""
    notes: str = ""
    captured: bool = False
    shipping_info: Json = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)
    spoiled: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """A way to pay. `at_once`: the money is taken at the checkout, else when the order is sent."""

    id: int
    method: str
    title: str
    at_once: bool
    fee: Decimal = ZERO


@dataclass(frozen=True)
class Carrier:
    """A way to send. No countries: everywhere."""

    id: int
    name: str
    price: Decimal
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hook:
    """A webhook address, set up by hand in the panel. No events: all of them."""

    id: int
    url: str
    events: tuple[str, ...] = ()


@dataclass
class Shop:
    """Everything the shop knows. `emit` raises a webhook event: its type and the number it is about."""

    clock: Clock
    switches: Switches
    api_key: str
    emit: Callable[[str, int], None]
    products: dict[int, Product] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    carriers: list[Carrier] = field(default_factory=list)
    codes: dict[str, tuple[str, Decimal]] = field(default_factory=dict)  # discount code -> percent | amount
    gift_cards: dict[str, Decimal] = field(default_factory=dict)  # code -> what is left on it
    country_rates: dict[str, Decimal] = field(default_factory=dict)  # EU country -> its one rate
    exchange: dict[str, Decimal] = field(default_factory=dict)  # currency -> units for one of the shop's
    metadata: dict[tuple[str, int], Json] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    gateway: list[Json] = field(default_factory=list)
    next_number: dict[str, int] = field(default_factory=dict)

    def now(self) -> datetime:
        """This instant, to the second, as the shop keeps it."""
        return self.clock.now().replace(microsecond=0)

    @property
    def zone(self) -> ZoneInfo:
        """The zone its dates are written in."""
        return ZoneInfo(self.switches.timezone)

    def number(self, kind: str, first: int = 1) -> int:
        """The next number of a kind."""
        given = self.next_number.get(kind, first)
        self.next_number[kind] = given + 1
        return given

    def by_sku(self, sku: str) -> list[tuple[Product, Variant | None]]:
        """Every product or variant with this article number; more than one when it is not unique."""
        found: list[tuple[Product, Variant | None]] = []
        for product in self.products.values():
            if product.sku == sku:
                found.append((product, None))
            found += [(product, one) for one in product.variants if one.sku == sku]
        return found

    def way(self, method: str) -> Way | None:
        """The payment method with this name."""
        return next((one for one in self.ways if one.method == method), None)
