"""One company: its tables, its posting set-up, its number series and the switches of the control plane.

Decides where everything is kept and how numbers are given out. Rules are elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kontera.clock import Clock, local_date
from kontera.money import ZERO, decimals_of
from kontera.sandboxes.business_central.errors import ApiError, dialog, missing
from kontera.sandboxes.business_central.fields import NO_DATE, ZERO_GUID
from kontera.sandboxes.business_central.store import Log, Record, Table
from kontera.sandboxes.business_central.tables import ENTITIES

HIDDEN_TABLES = ("customerLedger", "vatEntries")  # kept by the system, not served
SUPPORTED_HOOKS = frozenset(
    [
        "accounts",
        "companyInformation",
        "countriesRegions",
        "currencies",
        "customerPaymentJournals",
        "customers",
        "dimensions",
        "generalLedgerEntries",
        "itemCategories",
        "items",
        "journals",
        "paymentMethods",
        "paymentTerms",
        "salesCreditMemos",
        "salesInvoices",
        "salesOrders",
        "shipmentMethods",
        "unitsOfMeasure",
    ]
)


@dataclass(frozen=True)
class VatSetup:
    """One cell of VAT business x product posting groups. kind: Normal VAT, Reverse Charge VAT or Full VAT."""

    identifier: str
    percent: Decimal
    kind: str = "Normal VAT"
    account: str = "2611"
    blocked: bool = False

    @property
    def line_percent(self) -> Decimal:
        """The rate a line carries: none where the buyer accounts for the VAT."""
        return self.percent if self.kind == "Normal VAT" else ZERO


@dataclass(frozen=True)
class GeneralSetup:
    """One cell of general business x product posting groups: the accounts of sales and of goods sold."""

    sales: str = ""
    credits: str = ""
    cost: str = ""
    blocked: bool = False


@dataclass
class Series:
    """A number series: prefix and next number; manual: whether a number may be given by hand."""

    prefix: str
    next: int
    manual: bool = False
    blocked: bool = False


@dataclass
class Switches:
    """What a person sets up in the client, and what the facts leave open. Changed by the action `switches`."""

    allow_from: str = NO_DATE
    allow_to: str = NO_DATE
    delete_before: str = NO_DATE
    quantity_to_ship: str = "Remainder"  # or Blank
    invoice_rounding: Decimal = ZERO  # precision in the local currency; 0 = off
    shipment_on_invoice: bool = False
    external_number_mandatory: bool = False
    prevent_negative_inventory: bool = False
    post_cost: bool = False  # book the cost of goods sold with the sale
    increment_batch_name: bool = False
    copy_vat_to_journal: bool = False
    denied: tuple[str, ...] = ()  # resources the app may not read
    page_size: int = 20000
    batch_stops: bool = True  # $batch stops at the first error, unless told to continue
    stale_status: int = 409  # or 412: what a stale If-Match is answered with


@dataclass
class Company:
    """Everything one company holds."""

    name: str
    clock: Clock
    currency: str = "SEK"
    switches: Switches = field(default_factory=Switches)
    series: dict[str, Series] = field(default_factory=dict)
    vat: dict[tuple[str, str], VatSetup] = field(default_factory=dict)
    general: dict[tuple[str, str], GeneralSetup] = field(default_factory=dict)
    customer_groups: dict[str, dict[str, str]] = field(default_factory=dict)
    customer_templates: list[dict[str, Any]] = field(default_factory=list)
    item_templates: list[dict[str, Any]] = field(default_factory=list)
    discounts: dict[str, list[tuple[Decimal, Decimal]]] = field(default_factory=dict)
    inventory_accounts: dict[str, str] = field(default_factory=dict)
    banks: dict[str, dict[str, str]] = field(default_factory=dict)  # bank accounts: id, code, name, account
    dimensions: tuple[str, str] = ("", "")  # the two global dimensions

    def __post_init__(self) -> None:
        self.id = str(uuid5(NAMESPACE_URL, f"company:{self.name}"))
        self.log = Log(self.clock)
        self.tables = {name: Table(name, self.log) for name in (*ENTITIES, *HIDDEN_TABLES)}

    def table(self, name: str) -> Table:
        """The records behind a resource."""
        return self.tables[name]

    def now(self) -> datetime:
        """This instant, UTC."""
        return self.clock.now()

    def today(self) -> str:
        """The work date; online services keep UTC."""
        return local_date(self.clock.now(), "UTC").isoformat()

    def next_number(self, code: str) -> str:
        """The next number of a series. Raises ApiError when the series is missing or blocked."""
        series = self.series.get(code)
        if series is None or series.blocked:
            raise dialog(f"You cannot assign new numbers from the number series {code} on {self.today()}.")
        before = series.next
        self.log.also(lambda: setattr(series, "next", before))
        series.next += 1
        return f"{series.prefix}{before}"

    def vat_setup(self, business: str, product: str) -> VatSetup:
        """The VAT posting set-up of two groups. Raises ApiError when there is none."""
        found = self.vat.get((business, product))
        if found is None:
            raise missing(
                "VAT Posting Setup", f"VAT Bus. Posting Group='{business}',VAT Prod. Posting Group='{product}'"
            )
        return found

    def general_setup(self, business: str, product: str) -> GeneralSetup:
        """The general posting set-up of two groups. Raises ApiError when there is none."""
        found = self.general.get((business, product))
        if found is None:
            raise missing(
                "General Posting Setup", f"Gen. Bus. Posting Group='{business}',Gen. Prod. Posting Group='{product}'"
            )
        return found

    def decimals(self, currency: str) -> int:
        """Decimals of amounts in a currency ('' is the local one)."""
        return decimals_of(currency or self.currency)

    def rate(self, currency: str, day: str) -> Decimal:
        """Local currency per unit of `currency` on a day. Raises ApiError when no rate is in force."""
        if not currency:
            return Decimal(1)
        rates = [
            row for row in self.table("currencyExchangeRates") if row["currencyCode"] == currency
            and row["startingDate"] <= day
        ]  # fmt: skip
        if not rates:
            raise missing("Currency Exchange Rate", f"Currency Code='{currency}',Starting Date='{day}'")
        latest = max(rates, key=lambda row: str(row["startingDate"]))
        rate: Decimal = latest["relationalExchangeRateAmount"] / latest["exchangeRateAmount"]
        return rate

    def check_posting_date(self, day: str) -> None:
        """Refuse a posting date outside the allowed range. BC 262."""
        low, high = self.switches.allow_from, self.switches.allow_to
        if day < low or (high != NO_DATE and day > high):
            raise field_not_allowed()

    def need(self, table: str, identity: str, message: str) -> Record:
        """The record with this id. Raises ApiError with `message` when there is none."""
        found = self.table(table).get(identity)
        if found is None:
            raise dialog(message)
        return found

    def id_of(self, table: str, code: str, name: str = "code") -> str:
        """The id behind a code; the zero GUID for none."""
        found = self.table(table).by(name, code) if code else None
        return found["id"] if found else ZERO_GUID


def field_not_allowed() -> ApiError:
    """The refusal of a posting date."""
    return dialog("Posting Date is not within your range of allowed posting dates.")


_STEP = re.compile(r"([+-]?)(?:(\d+)([DWMY])|C(M))")


def due_date(start: str, formula: str) -> str:
    """A date some days, weeks, months or years on ("30D", "1M+5D", "CM" = the end of the month); the start without a
    formula. Raises ApiError for what is not a formula."""
    day, place = date.fromisoformat(start), 0
    text = formula.strip("<> ").upper()
    while place < len(text):
        found = _STEP.match(text, place)
        if found is None:
            raise ApiError(
                400, "Application_EvaluateException", f"The value '{formula}' can't be evaluated into type DateFormula."
            )  # fmt: skip
        place = found.end()
        count = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
        if found[4]:
            day = _in_months(day, 1).replace(day=1) - timedelta(days=1)
        elif found[3] in "DW":
            day += timedelta(days=count * (7 if found[3] == "W" else 1))
        else:
            day = _in_months(day, count * (12 if found[3] == "Y" else 1))
    return day.isoformat()


def _in_months(day: date, months: int) -> date:
    """The same day some months on, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
