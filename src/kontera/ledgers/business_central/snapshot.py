"""Reads the company's own settings into a LedgerSetup (law 5), and which functions we may use: one `$batch`.

Decides how Business Central's registers become our words. A register that permissions keep from us leaves its function
out of `functions`; everything else that fails is raised. Never writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from kontera.accounting.ledger_setup import FiscalYear, LedgerAccount, LedgerCurrency, LedgerSetup, VatCode
from kontera.ledgers.business_central.client import BusinessCentralClient, Call, Refused, Result
from kontera.ledgers.business_central.refusals import not_allowed
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.business_central.translate import Dimensions
from kontera.ledgers.business_central.wire import Identified, Number, day_of, number_of

T = TypeVar("T")
_KEPT_RATES = 120  # earlier exchange rates per currency: documents are booked within days, not years
LATEST, COUNTRIES, AREAS, GROUPS = "allow_posting_to", "countries", "vat_areas", "vat_groups"


class _Wire(msgspec.Struct, frozen=True, rename="camel"):
    pass


class _Company(_Wire, frozen=True):
    display_name: str = ""
    country: str = ""
    currency_code: str = ""


class _Ledger(_Wire, frozen=True):
    allow_posting_from: str | None = None
    allow_posting_to: str | None = None
    local_currency_code: str = ""
    shortcut_dimension1_code: str = msgspec.field(name="shortcutDimension1Code", default="")
    shortcut_dimension2_code: str = msgspec.field(name="shortcutDimension2Code", default="")


class _Period(_Wire, frozen=True):
    starting_date: str = ""
    new_fiscal_year: bool = False
    closed: bool = False
    date_locked: bool = False


class _Account(_Wire, frozen=True):
    id: str = ""
    number: str = ""
    display_name: str = ""
    blocked: bool = False
    account_type: str = "Posting"
    direct_posting: bool = True


class _Rate(_Wire, frozen=True):
    currency_code: str = ""
    starting_date: str | None = None
    exchange_rate_amount: Number = None
    relational_exchange_rate_amount: Number = None


class _Value(_Wire, frozen=True):
    code: str = ""
    dimension_id: str = ""


# register -> (function that needs it, path, what its rows are)
_REGISTERS: Mapping[str, tuple[str, str, type[Any]]] = {
    "company": ("settings", "companyInformation", _Company),
    "ledger": ("settings", "generalLedgerSetup", _Ledger),
    "periods": ("bookkeeping", "accountingPeriods", _Period),
    "accounts": ("bookkeeping", "accounts", _Account),
    "areas": ("settings", "taxAreas", Identified),
    "groups": ("settings", "taxGroups", Identified),
    "currencies": ("currency", "currencies", Identified),
    "rates": ("currency", "currencyExchangeRates", _Rate),
    "dimensions": ("costcenter", "dimensions", Identified),
    "values": ("costcenter", "dimensionValues", _Value),
    "terms": ("settings", "paymentTerms", Identified),
    "methods": ("settings", "shipmentMethods", Identified),
    "countries": ("settings", "countriesRegions", Identified),
    "customers": ("customer", "customers?$top=1", Identified),
    "invoices": ("invoice", "salesInvoices?$top=1", Identified),
    "orders": ("order", "salesOrders?$top=1", Identified),
    "payments": ("payment", "customerPaymentJournals?$top=1", Identified),
    "journals": ("bookkeeping", "journals?$top=1", Identified),
    "entries": ("bookkeeping", "generalLedgerEntries?$top=1", _Wire),
}
FUNCTIONS = tuple(dict.fromkeys(function for function, _, _ in _REGISTERS.values()))


def dimensions_of(setup: LedgerSetup) -> Dimensions:
    """Codes of the global dimensions that cost centre and project are."""
    return setup.keys.get("dimension:1", ""), setup.keys.get("dimension:2", "")


class Reader:
    """One reading of the settings. `refused`: function -> Business Central's words, for readiness."""

    def __init__(self, client: BusinessCentralClient, options: Options) -> None:
        self._client = client
        self._options = options
        self.refused: dict[str, Refused] = {}

    def read(self) -> LedgerSetup:
        """The snapshot: one request, and one more per further page of a long register. Its keys: "area:EU",
        "account:1580", "terms:10", "method:DHL", and "dimension:1", "dimension:2"."""
        now = self._client.caller.clock.now()
        calls = [Call("GET", path) for _, path, _ in _REGISTERS.values()]
        results = dict(zip(_REGISTERS, self._client.batch(calls, writes=False), strict=True))
        rows = {name: self._rows(name, result) for name, result in results.items()}
        company = next(iter(rows["company"]), _Company())
        ledger = next(iter(rows["ledger"]), _Ledger())
        dimensions = (ledger.shortcut_dimension1_code, ledger.shortcut_dimension2_code)
        by_dimension = {row.code: row.id for row in rows["dimensions"]}
        latest = day_of(ledger.allow_posting_to)
        return LedgerSetup(
            taken_at=now,
            company=company.display_name,
            currency=ledger.local_currency_code or company.currency_code,
            country=company.country,
            accounts={row.number: _account(row) for row in rows["accounts"]},
            vat_codes=_vat_codes(self._options),
            currencies=_currencies(rows["currencies"], rows["rates"], now),
            cost_centres=_values(rows["values"], by_dimension.get(dimensions[0], "")),
            projects=_values(rows["values"], by_dimension.get(dimensions[1], "")),
            terms_of_payment=tuple(row.code for row in rows["terms"]),
            ways_of_delivery=tuple(row.code for row in rows["methods"]),
            fiscal_years=_years(rows["periods"]),
            locked_through=_day_before(day_of(ledger.allow_posting_from)),
            functions=frozenset(name for name in FUNCTIONS if name not in self.refused),
            predefined={
                LATEST: str(latest or ""),
                COUNTRIES: _codes(rows["countries"]),
                AREAS: _codes(rows["areas"]),
                GROUPS: _codes(rows["groups"]),
            },
            keys=_ids(rows) | {"dimension:1": dimensions[0], "dimension:2": dimensions[1]},
        )

    def _rows(self, name: str, result: Result) -> list[Any]:
        function, _, row = _REGISTERS[name]
        try:
            return self._client.rows(row, result)
        except Refused as refused:
            if not not_allowed(refused):
                raise
            self.refused.setdefault(function, refused)
            return []


def _account(row: _Account) -> LedgerAccount:
    """Headings and totals cannot be posted to at all; control accounts by the ledger only."""
    active = not row.blocked and row.account_type == "Posting"
    return LedgerAccount(number=row.number, name=row.display_name, active=active, rows=active and row.direct_posting)


def _vat_codes(options: Options) -> dict[str, VatCode]:
    """A VAT product posting group with its percent at home, or where it is first named."""
    made: dict[str, VatCode] = {}
    for row in options.vat:
        if "*" not in row.group:
            made.setdefault(row.group, VatCode(code=row.group, rate=row.rate, account=row.account, name=row.area))
    return made


def _currencies(
    currencies: list[Identified], rates: list[_Rate], now: datetime
) -> dict[str, LedgerCurrency]:  # fmt: skip
    """A currency counts only with an exchange rate in force."""
    made: dict[str, LedgerCurrency] = {}
    for currency in currencies:
        held: list[tuple[date, Decimal]] = []
        for row in rates:
            start, amount = day_of(row.starting_date), number_of(row.exchange_rate_amount)
            if row.currency_code == currency.code and start and amount and start <= now.date():
                held.append((start, number_of(row.relational_exchange_rate_amount) / amount))
        held.sort(reverse=True)
        if held:
            earlier = tuple(held[1:_KEPT_RATES])
            made[currency.code] = LedgerCurrency(code=currency.code, rate=held[0][1], on=held[0][0], earlier=earlier)
    return made


def _values(rows: list[_Value], dimension: str) -> dict[str, bool]:
    """Values of a dimension. The API does not tell blocked ones: posting refuses those by name."""
    return {row.code: True for row in rows if dimension and row.dimension_id == dimension}


def _years(periods: list[_Period]) -> tuple[FiscalYear, ...]:
    """A year lasts until the next one begins; the last one for twelve months."""
    first = sorted((row for row in periods if row.new_fiscal_year), key=lambda row: row.starting_date)
    starts = [date.fromisoformat(row.starting_date[:10]) for row in first]
    years = []
    for place, (row, start) in enumerate(zip(first, starts, strict=True)):
        following = starts[place + 1] if place + 1 < len(starts) else start.replace(year=start.year + 1)
        closed = row.closed and row.date_locked
        years.append(FiscalYear(id=start.isoformat(), start=start, end=following - timedelta(days=1), closed=closed))
    return tuple(years)


def _day_before(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=1)


def _codes(rows: list[Identified]) -> str:
    return ",".join(row.code for row in rows)


def _ids(rows: Mapping[str, list[Any]]) -> dict[str, str]:
    kinds = {"area": "areas", "terms": "terms", "method": "methods"}
    made = {f"{kind}:{row.code}": row.id for kind, name in kinds.items() for row in rows[name]}
    return made | {f"account:{row.number}": row.id for row in rows["accounts"]}
