"""What one sandboxed store holds in memory, and the switches that change how it behaves.

Decides how records are kept, numbered and found. It never prices, validates or answers HTTP. Amounts are Decimal in
the currency of their order (or the store's), instants are UTC datetimes; how they are shown is `answers.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from kontera.clock import Clock
from kontera.sandboxes.bigcommerce.amounts import RATE_ROUNDING, Rules

Json = dict[str, Any]


@dataclass
class Switches:
    """Every switch of the store; each can be set over the control plane (`actions/switches`)."""

    prices_include_tax: bool = True
    subtract_store_tax: bool = True  # True: price without tax is the same everywhere; False: price with tax is
    rounding_strategy: str = RATE_ROUNDING  # or NO_ROUNDING
    fallback_strategy: str = "BASIC"  # or FIXED, DISABLE
    automatic_tax: bool = False  # a tax service calculates: orders made over the API get no computed tax
    quota: int | None = 450  # calls per window, shared by all apps on the store; None: without limit
    quota_window: float = 30.0
    bare_429: bool = False  # 429 comes without the quota headers, as under platform load
    post_order_status: int = 201  # the order spec says 200, the general page 201
    multi_currency: bool = True
    loose_numbers: bool = False  # money in V2 as unpadded strings, integers and floats too
    empty_objects: bool = False  # empty sub-objects as {} instead of null
    pipe_gateway_ids: bool = False  # gateway ids of two parts joined by a pipe
    missing_gateway_ids: bool = False  # card gateways leave their id out too
    async_payments: bool = True  # captures, voids and refund payments finish after `async_seconds`
    async_seconds: float = 2.0
    decline_refunds: bool = False
    tax_outage: bool = False  # refund quotes answer 503
    refund_bumps_modified: bool = True  # whether a refund or payment changes date_modified (not documented)
    shipment_moves_status: bool = True
    http_destinations: bool = True  # the vendor wants https on port 443; False enforces that
    webhook_speed: float = 1.0  # retry delays are divided by this
    webhook_bursts: bool = True  # created + updated + statusUpdated for one order
    decrement_stock: str = "order_placed"  # or order_completed_or_shipped
    restock_on_status: bool = True  # back in stock when the STATUS becomes Cancelled or Refunded
    status_labels: dict[int, str] = field(default_factory=dict)  # renamed statuses, by id

    def set(self, values: Json) -> None:
        """Set switches by name. Raises ValueError for an unknown name or a value of another kind."""
        known = {entry.name: entry for entry in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}; known: {', '.join(sorted(known))}")
            now = getattr(self, name)
            if name == "status_labels":
                value = {int(status): str(label) for status, label in value.items()}
            elif name == "quota":
                value = None if value is None else int(value)
            elif type(now) is float:
                value = float(value)  # seconds and a speed: never an amount
            elif type(value) is not type(now):
                raise ValueError(f"switch {name!r} wants a {type(now).__name__}")
            setattr(self, name, value)


@dataclass
class Order:
    """One order: the flat part as V2 names its fields, and what hangs on it."""

    head: Json
    lines: list[Json] = field(default_factory=list)
    addresses: list[Json] = field(default_factory=list)
    coupons: list[Json] = field(default_factory=list)
    taxes: list[Json] = field(default_factory=list)
    fees: list[Json] = field(default_factory=list)
    shipments: list[Json] = field(default_factory=list)
    transactions: list[Json] = field(default_factory=list)
    refunds: list[Json] = field(default_factory=list)
    pickups: list[Json] = field(default_factory=list)
    metafields: list[Json] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The order's number."""
        return int(self.head["id"])

    @property
    def currency(self) -> str:
        """The currency the shopper pays in."""
        return str(self.head["default_currency_code"])

    def line(self, line_id: int) -> Json | None:
        """The order line with this id."""
        return next((line for line in self.lines if line["id"] == line_id), None)

    def address(self, address_id: int) -> Json | None:
        """The shipping address with this id."""
        return next((address for address in self.addresses if address["id"] == address_id), None)


@dataclass
class Token:
    """An API account: its client and the scopes its token has."""

    client_id: str
    client_secret: str
    scopes: frozenset[str]


@dataclass
class Store:
    """One store."""

    clock: Clock
    hash: str
    switches: Switches = field(default_factory=Switches)
    tokens: dict[str, Token] = field(default_factory=dict)
    info: Json = field(default_factory=dict)
    currencies: list[Json] = field(default_factory=list)
    tax_classes: list[Json] = field(default_factory=list)
    tax_zones: list[Json] = field(default_factory=list)
    tax_rates: list[Json] = field(default_factory=list)
    channels: list[Json] = field(default_factory=list)
    products: dict[int, Json] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    customer_groups: list[Json] = field(default_factory=list)
    coupons: list[Json] = field(default_factory=list)
    promotions: list[Json] = field(default_factory=list)
    certificates: dict[int, Json] = field(default_factory=dict)
    wrappings: list[Json] = field(default_factory=list)
    orders: dict[int, Order] = field(default_factory=dict)
    hooks: dict[int, Json] = field(default_factory=dict)
    gateway: list[Json] = field(default_factory=list)  # what the payment providers saw: also what the shop never hears
    due: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    emit: Callable[[str, Json], None] = lambda scope, data: None
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str, start: int = 1) -> int:
        """The next number of a kind of record."""
        self._numbers[kind] = self._numbers.get(kind, start - 1) + 1
        return self._numbers[kind]

    def now(self) -> datetime:
        """This instant on the store's clock, whole seconds as the vendor keeps them."""
        return self.clock.now().replace(microsecond=0)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do `work` once the store's clock has passed `seconds`; settled at the next call or tick."""
        self.due.append((self.clock.now() + timedelta(seconds=seconds), work))

    def settle(self) -> None:
        """Do what has become due."""
        now = self.clock.now()
        ready = [work for when, work in self.due if when <= now]
        self.due = [entry for entry in self.due if entry[0] > now]
        for work in ready:
            work()

    def currency(self, code: str) -> Json | None:
        """The currency set up under this code."""
        return next((entry for entry in self.currencies if entry["currency_code"] == code), None)

    @property
    def default_currency(self) -> Json:
        """The store's own currency."""
        return next(entry for entry in self.currencies if entry["is_default"])

    def rules(self, currency: str) -> Rules:
        """How amounts in `currency` are calculated. An unknown currency counts two decimals."""
        known = self.currency(currency)
        decimals = int(known["decimal_places"]) if known else 2
        return Rules(self.switches.prices_include_tax, self.switches.rounding_strategy, decimals)

    def product_by_sku(self, sku: str) -> tuple[Json, Json | None] | None:
        """The product, and the variant when the article number is a variant's own."""
        for product in self.products.values():
            for variant in product["variants"]:
                if variant["sku"] == sku and sku != product["sku"]:
                    return product, variant
            if product["sku"] == sku:
                return product, None
        return None

    def certificate(self, code: str) -> Json | None:
        """The gift certificate with this code."""
        return next((entry for entry in self.certificates.values() if entry["code"] == code), None)

    def coupon(self, code: str) -> Json | None:
        """The coupon with this code, in any case."""
        return next((entry for entry in self.coupons if entry["code"].lower() == code.lower()), None)

    def credit_of(self, customer_id: int) -> Decimal:
        """A customer's store credit; the vendor keeps a number without a currency."""
        amounts = self.customers.get(customer_id, {}).get("store_credit_amounts") or [{"amount": Decimal(0)}]
        return Decimal(amounts[0]["amount"])
