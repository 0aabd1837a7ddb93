"""The words of a rulebook: which shop facts a rule matches and what it decides. Frozen data, no behaviour but checks.

Decides what can be said in a rulebook and what every rulebook must contain. Never chooses between rules (`match`),
never reads files (`rulebook_toml`). Nothing here has a silent default that a file could also write out: a key is
either required or absent, so a rulebook written down and read again is the same rulebook.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from kontera.accounting.documents import VatRegion
from kontera.commerce import LineKind, OrderState

Words = str | tuple[str, ...] | None
Rates = Decimal | tuple[Decimal, ...] | None
Kinds = LineKind | tuple[LineKind, ...] | None
Regions = VatRegion | tuple[VatRegion, ...] | None
CustomerType = Literal["private", "company"]
Mode = Literal["invoice", "order", "summary"]
Identity = Literal["email", "vat", "organisation", "shop_id", "collective"]


class VatMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a VAT rule looks at. country: where the goods go; rate: the percent the shop charged; tax_class: the
    shop's own word; region: how `vat.region_of` sees the sale. Words may hold `*`; a list means any of them."""

    country: Words = None
    rate: Rates = None
    tax_class: Words = None
    customer: CustomerType | None = None
    region: Regions = None


class VatRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A VAT combination the merchant knows. vat_code: the ledger's; may hold {country} and {rate} (digits only).
    vat_account takes the tax; left out, it is the account the ledger has on the VAT code. region replaces the region
    found from the facts (domestic reverse charge)."""

    id: str
    match: VatMatch
    before: str = ""
    vat_code: str = ""
    vat_account: str = ""
    region: VatRegion | None = None


class RevenueMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a revenue rule looks at; region is the one the VAT rule decided."""

    kind: Kinds = None
    region: Regions = None
    rate: Rates = None
    sku: Words = None
    product_type: Words = None
    tax_class: Words = None
    store: Words = None
    channel: Words = None
    country: Words = None
    customer: CustomerType | None = None
    currency: Words = None


class RevenueRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account that a line's net amount is credited to, with its cost centre and project if it has its own."""

    id: str
    match: RevenueMatch
    before: str = ""
    account: str
    cost_centre: str = ""
    project: str = ""


class PaymentMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a payment rule looks at. method: the payment's key, lower case ("klarna*")."""

    method: Words = None
    currency: Words = None
    store: Words = None
    channel: Words = None


class PaymentRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clearing account of a means of payment. settle: `capture` books the captured payment against it at once,
    `leave_open` leaves the receivable open until a payout or the bank settles it. receivable: in a summary, the account
    that what is not captured yet is owed on, when the processor owes it and not the customer."""

    id: str
    match: PaymentMatch
    before: str = ""
    account: str
    receivable: str = ""
    settle: Literal["capture", "leave_open"]
    terms_of_payment: str = ""


class ShippingMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a shipping rule looks at. method: the shop's delivery method as written on the order."""

    method: Words = None
    country: Words = None
    store: Words = None


class ShippingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ledger's codes for a delivery method."""

    id: str
    match: ShippingMatch
    before: str = ""
    way_of_delivery: str = ""
    terms_of_delivery: str = ""


class BookingMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a booking rule looks at."""

    store: Words = None
    channel: Words = None


class BookingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the orders of a store are booked. valid_from: first local date it holds for (orders before every rule are
    left out); mode: an invoice, an order that a person handles, or one voucher a day for all of them; book: booked
    without a person; when: the moment an order becomes bookable. For summaries: close_hour (0 to 23), the hour of the
    next day, merchant's time, at which a day is closed and its vouchers are written; series: their voucher series."""

    id: str
    match: BookingMatch
    before: str = ""
    valid_from: date | None = None
    mode: Mode
    book: bool
    when: Literal["placed", "paid", "shipped"]
    close_hour: int | None = None
    series: str = ""
    cost_centre: str = ""
    project: str = ""


class CustomerMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer rule looks at. country: of the billing address."""

    store: Words = None
    country: Words = None
    customer: CustomerType | None = None


class CustomerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a buyer is recognised: the first of `identify` that the order can give; `collective` is one card per
    country. update: whether a card that exists is written over."""

    id: str
    match: CustomerMatch
    before: str = ""
    identify: tuple[Identity, ...]
    update: Literal["always", "never"]


class LeaveOutMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a leave-out rule looks at. zero_total: the order cost nothing."""

    store: Words = None
    channel: Words = None
    state: OrderState | tuple[OrderState, ...] | None = None
    method: Words = None
    country: Words = None
    currency: Words = None
    zero_total: bool | None = None


class LeaveOutRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Orders that are not booked, with the reason people will read."""

    id: str
    match: LeaveOutMatch
    before: str = ""
    reason: str


class Accounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The accounts that no rule chooses. outside_vat_code: VAT code of rows outside VAT, where a ledger needs one;
    gift_card_discount: the cost of cards sold below their face value (without it such an order is held)."""

    receivable: str
    rounding: str
    gift_card_debt: str
    store_credit_debt: str
    exchange_gain: str
    exchange_loss: str
    outside_vat_code: str = ""
    gift_card_discount: str = ""


class CurrencyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose exchange rate a document in a foreign currency carries."""

    rate_source: Literal["shop", "ledger"]


Rule = VatRule | RevenueRule | PaymentRule | ShippingRule | BookingRule | CustomerRule | LeaveOutRule
SECTIONS = ("leave_out", "booking", "customers", "vat", "revenue", "payment", "shipping")


class Rulebook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules of one merchant in one version. Raises ValueError when it cannot work: a rule id twice in a section, a
    `before` that names nothing, no booking or customer rule that matches everything."""

    name: str
    version: int
    valid_from: date
    accounts: Accounts
    currency: CurrencyRule
    leave_out: tuple[LeaveOutRule, ...] = ()
    booking: tuple[BookingRule, ...]
    customers: tuple[CustomerRule, ...]
    vat: tuple[VatRule, ...] = ()
    revenue: tuple[RevenueRule, ...] = ()
    payment: tuple[PaymentRule, ...] = ()
    shipping: tuple[ShippingRule, ...] = ()

    def __post_init__(self) -> None:
        for section in SECTIONS:
            rules: tuple[Rule, ...] = getattr(self, section)
            ids = [rule.id for rule in rules]
            twice = {rule_id for rule_id in ids if ids.count(rule_id) > 1}
            if twice:
                raise ValueError(f"{section}: the id {min(twice)!r} is used twice")
            for rule in rules:
                if rule.before and rule.before not in ids:
                    raise ValueError(f"{section}.{rule.id}: before = {rule.before!r} names no {section} rule")
        if not any(rule.match == BookingMatch() for rule in self.booking):
            raise ValueError("booking: one rule must have an empty match, so that every store has an answer")
        for booking in self.booking:
            _check_summary(booking)
        if not any(rule.match == CustomerMatch() for rule in self.customers):
            raise ValueError("customers: one rule must have an empty match, so that every buyer has an answer")

    @property
    def label(self) -> str:
        """Name and version, as every `Why` carries it: "se-bas 3"."""
        return f"{self.name} {self.version}"


def _check_summary(rule: BookingRule) -> None:
    """A summary is a voucher: it is booked by being written, on a day that ends, in a series."""
    place = f"booking.{rule.id}"
    if rule.mode != "summary":
        if rule.close_hour is not None or rule.series:
            raise ValueError(f'{place}: close_hour and series belong to mode = "summary"')
        return
    if not rule.book:
        raise ValueError(f"{place}: a summary is always booked: book = true")
    if rule.close_hour is None or not 0 <= rule.close_hour <= 23:
        raise ValueError(f"{place}: a summary needs close_hour, 0 to 23: when the day before is closed")
    if not rule.series:
        raise ValueError(f"{place}: a summary needs series, the ledger's voucher series")
