"""What one sandboxed WooCommerce holds in memory, and the switches that change how it behaves.

Decides how records are kept, numbered and found. It never calculates, validates or answers HTTP. Amounts are Decimal
in the label currency of their order, instants are UTC datetimes; how they are shown is `show.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kontera.clock import Clock
from kontera.sandboxes.woocommerce.arithmetic import ZERO, Charge, Rules

Json = dict[str, Any]


@dataclass
class Switches:
    """Every switch of the shop; each can be set over the control plane (`actions/switches`)."""

    https: bool = False  # every call counts as https; else only those that say X-Forwarded-Proto: https
    prices_include_tax: bool = True
    round_at_subtotal: bool = False
    decimals: int = 2
    calc_taxes: bool = True
    tax_based_on: str = "shipping"  # or billing, base
    shipping_tax_class: str = "inherit"  # or a class slug; "" is standard
    adjust_prices: bool = True  # price net of home VAT is the same everywhere (core); False: price with VAT is
    sequential_coupons: bool = False
    currency: str = "SEK"
    timezone: str = "Europe/Stockholm"
    hpos: bool = True
    batch_limit: int = 100
    float_noise: bool = False  # a line's price carries the noise of PHP floats
    private_hosts: bool = True  # webhooks may go to private hosts and any port; WordPress refuses unless filtered
    webhook_delay: float = 0.0  # seconds until WP-Cron runs; on a quiet shop minutes to hours
    owner_lost_rights: bool = False  # the webhooks' user may no longer read: their bodies are error objects
    order_prefix: str = ""  # a sequential-number plugin: `number` is not the id
    gift_card_plugin: bool = False  # WooCommerce Gift Cards: orders have `gift_cards`
    plugins: list[str] = field(default_factory=list)  # further active plugins, "folder/file.php"

    def set(self, values: Json) -> None:
        """Set switches by name. Raises ValueError for an unknown name or a value of another kind."""
        known = {entry.name for entry in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}; known: {', '.join(sorted(known))}")
            now = getattr(self, name)
            if isinstance(now, float) and isinstance(value, int | Decimal) and not isinstance(value, bool):
                value = float(value)  # seconds: never an amount
            if type(value) is not type(now):
                raise ValueError(f"switch {name!r} wants a {type(now).__name__}")
            setattr(self, name, value)


@dataclass
class Meta:
    """One row of meta data."""

    id: int
    key: str
    value: Any


@dataclass
class Rate:
    """A tax rate as an administrator entered it. `tax_class` "" is the standard class."""

    id: int
    country: str = ""
    state: str = ""
    percent: Decimal = ZERO
    name: str = "Tax"
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    order: int = 0
    tax_class: str = ""
    postcodes: list[str] = field(default_factory=list)
    cities: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """What old orders remember it by, e.g. "SE-MOMS 25%-1"."""
        parts = [self.country, self.state, (self.name or "TAX").upper(), str(self.priority)]
        return "-".join(part for part in parts if part)

    @property
    def charge(self) -> Charge:
        """As it enters a calculation."""
        return Charge(self.id, self.percent, self.compound)


@dataclass
class Product:
    """A product, or a variation when it has a parent."""

    id: int
    name: str
    created: datetime
    modified: datetime
    slug: str = ""
    type: str = "simple"
    status: str = "publish"
    parent_id: int = 0
    sku: str = ""
    gtin: str = ""
    regular_price: str = ""
    sale_price: str = ""
    tax_status: str = "taxable"
    tax_class: str = ""
    manage_stock: bool = False
    stock_quantity: int | None = None
    stock_status: str = "instock"
    backorders: str = "no"
    virtual: bool = False
    downloadable: bool = False
    weight: str = ""
    description: str = ""
    total_sales: int = 0
    attributes: list[Json] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)

    @property
    def price(self) -> str:
        """What it costs now, as entered: the sale price when there is one."""
        return self.sale_price or self.regular_price


@dataclass
class Line:
    """A product line of an order. Amounts are without tax; `subtotal` is before coupons."""

    id: int
    name: str
    product_id: int
    variation_id: int
    quantity: int
    tax_class: str = ""
    tax_status: str = "taxable"
    subtotal: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)
    subtotal_taxes: dict[int, Decimal] = field(default_factory=dict)
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Part:
    """A shipping or fee line of an order; `tax_class` of shipping is the shop's setting when None."""

    id: int
    kind: str  # shipping or fee
    title: str
    method_id: str = ""
    instance_id: str = ""
    tax_class: str = ""
    tax_status: str = "taxable"
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)
    meta: list[Meta] = field(default_factory=list)


@dataclass
class TaxLine:
    """Tax of one rate over a whole order; it keeps label and percent when the rate is deleted."""

    id: int
    rate_id: int
    code: str
    label: str
    compound: bool
    percent: Decimal
    tax_total: Decimal = ZERO
    shipping_tax_total: Decimal = ZERO


@dataclass
class CouponLine:
    """A coupon used in an order. `discount` is without tax."""

    id: int
    code: str
    discount: Decimal = ZERO
    discount_tax: Decimal = ZERO
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Order:
    """One order."""

    id: int
    created: datetime
    modified: datetime
    status: str = "pending"
    currency: str = "SEK"
    prices_include_tax: bool = True
    created_via: str = "rest-api"
    customer_id: int = 0
    order_key: str = ""
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    customer_ip: str = ""
    user_agent: str = ""
    customer_note: str = ""
    cart_hash: str = ""
    paid: datetime | None = None
    completed: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    shipping_lines: list[Part] = field(default_factory=list)
    fees: list[Part] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    coupons: list[CouponLine] = field(default_factory=list)
    gift_cards: list[Json] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    discount_total: Decimal = ZERO
    discount_tax: Decimal = ZERO
    shipping_total: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    cart_tax: Decimal = ZERO
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    stock_reduced: bool = False

    @property
    def vat_exempt(self) -> bool:
        """Whether a plugin or checkout marked the buyer as exempt."""
        return any(row.key == "is_vat_exempt" and row.value == "yes" for row in self.meta)


@dataclass
class Refund:
    """One refund; its lines carry negative quantities and amounts, `amount` is positive."""

    id: int
    order_id: int
    created: datetime
    amount: Decimal
    reason: str = ""
    refunded_payment: bool = False
    lines: list[Line] = field(default_factory=list)
    shipping_lines: list[Part] = field(default_factory=list)
    fees: list[Part] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Coupon:
    """A coupon. discount_type: percent, fixed_cart or fixed_product."""

    id: int
    code: str
    created: datetime
    modified: datetime
    amount: Decimal = ZERO
    discount_type: str = "fixed_cart"
    free_shipping: bool = False
    product_ids: list[int] = field(default_factory=list)
    excluded_product_ids: list[int] = field(default_factory=list)
    exclude_sale_items: bool = False
    limit_usage_to_x_items: int | None = None
    minimum_amount: Decimal = ZERO
    expires: datetime | None = None
    usage_count: int = 0


@dataclass
class Customer:
    """A registered user."""

    id: int
    email: str
    created: datetime
    modified: datetime
    first_name: str = ""
    last_name: str = ""
    role: str = "customer"
    username: str = ""
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    paying: bool = False
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Hook:
    """A webhook."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    modified: datetime | None = None
    status: str = "active"
    failures: int = 0
    pending_ping: bool = True


@dataclass
class Key:
    """A pair of REST keys. permissions: read, write or read_write."""

    consumer_key: str
    consumer_secret: str
    permissions: str = "read_write"
    nonces: dict[str, int] = field(default_factory=dict)


@dataclass
class Shop:
    """One shop."""

    clock: Clock
    switches: Switches = field(default_factory=Switches)
    keys: dict[str, Key] = field(default_factory=dict)
    country: str = "SE"
    state: str = ""
    postcode: str = "11122"
    city: str = "Stockholm"
    classes: dict[str, str] = field(default_factory=dict)  # slug -> name, without standard
    rates: dict[int, Rate] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    coupons: dict[int, Coupon] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    refunds: dict[int, Refund] = field(default_factory=dict)
    notes: dict[int, list[Json]] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    zones: list[Json] = field(default_factory=list)
    gateways: dict[str, Json] = field(default_factory=dict)
    attributes: dict[int, Json] = field(default_factory=dict)
    ledgered: list[Json] = field(default_factory=list)  # what gateways were asked to refund
    emit: Callable[[str, int], None] = lambda topic, number: None
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str) -> int:
        """The next number of a kind: post (orders, refunds, products, coupons share it), line, meta, rate..."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def start_at(self, kind: str, following: int) -> None:
        """Make `following` the next number of a kind."""
        self._numbers[kind] = following - 1

    def meta(self, key: str, value: Any) -> Meta:
        """A new row of meta data."""
        return Meta(self.number("meta"), key, value)

    def now(self) -> datetime:
        """This instant, whole seconds as the vendor keeps them."""
        return self.clock.now().replace(microsecond=0)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's own time zone."""
        return ZoneInfo(self.switches.timezone)

    @property
    def rules(self) -> Rules:
        """How amounts are calculated."""
        here = self.switches
        return Rules(here.prices_include_tax, here.round_at_subtotal, here.decimals)

    def by_sku(self, sku: str) -> Product | None:
        """The product or variation with this SKU."""
        return next((one for one in self.products.values() if sku and one.sku == sku and one.status != "trash"), None)

    def coupon(self, code: str) -> Coupon | None:
        """The coupon with this code, in any case."""
        return next((one for one in self.coupons.values() if one.code == code.lower()), None)

    def refunds_of(self, order_id: int) -> list[Refund]:
        """An order's refunds, newest first."""
        return sorted((one for one in self.refunds.values() if one.order_id == order_id), key=lambda one: -one.id)

    def variations_of(self, product_id: int) -> list[Product]:
        """A product's variations, oldest first."""
        return [one for one in self.products.values() if one.parent_id == product_id]
