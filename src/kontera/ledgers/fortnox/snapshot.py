"""Reads the company's own settings into a LedgerSetup (law 5), and which functions it may use.

Decides how Fortnox's registers become our words. A register that licence or consent keeps from us leaves its function
out of `functions`; what is read then is for readiness only, and `whole` refuses to call it the set-up: an empty list
would look as if the company had no accounts. Everything else that fails is raised. Never writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import field

from kontera.accounting.ledger_setup import FiscalYear, LedgerAccount, LedgerCurrency, LedgerSetup, VatCode
from kontera.clock import local_date
from kontera.ledgers.fortnox.client import FortnoxClient, Refused
from kontera.ledgers.fortnox.refusals import scope_of
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.wire import Number, Text, number_of, text_of

T = TypeVar("T")
ZONE = "Europe/Stockholm"  # Fortnox's dates are Swedish
MAX_ROWS = 500  # Junipeer's knowledge base; Fortnox documents none
NOT_ALLOWED = frozenset({"2000663", "2001101", "2001103"})
_REGISTERS = ("bookkeeping", "settings", "currency", "costcenter", "project")  # functions whose registers are copied
_OUTPUT_VAT = {
    "MP1": (Decimal(25), "OUTVAT_MP1"),
    "MP2": (Decimal(12), "OUTVAT_MP2"),
    "MP3": (Decimal(6), "OUTVAT_MP3"),
    "MF": (Decimal(0), ""),
}


class _Account(msgspec.Struct, frozen=True):
    number: Text = field(name="Number", default=None)
    name: str | None = field(name="Description", default=None)
    active: bool | None = field(name="Active", default=None)
    vat_code: str | None = field(name="VATCode", default=None)
    cost_centre: str | None = field(name="CostCenterSettings", default=None)
    project: str | None = field(name="ProjectSettings", default=None)


class _Year(msgspec.Struct, frozen=True):
    id: Text = field(name="Id", default=None)
    start: str = field(name="FromDate", default="")
    end: str = field(name="ToDate", default="")
    method: str | None = field(name="AccountingMethod", default=None)


class _Predefined(msgspec.Struct, frozen=True):
    name: str = field(name="Name", default="")
    account: Text = field(name="Account", default=None)


class _Currency(msgspec.Struct, frozen=True):
    code: str = field(name="Code", default="")
    buy: Number = field(name="BuyRate", default=None)
    unit: Number = field(name="Unit", default=None)
    on: str | None = field(name="Date", default=None)


class _Coded(msgspec.Struct, frozen=True):
    code: Text = field(name="Code", default=None)
    active: bool | None = field(name="Active", default=None)
    manual: bool | None = field(name="Manual", default=None)


class _Project(msgspec.Struct, frozen=True):
    number: Text = field(name="ProjectNumber", default=None)
    status: str | None = field(name="Status", default=None)


class _Company(msgspec.Struct, frozen=True):
    number: Text = field(name="DatabaseNumber", default=None)
    name: str | None = field(name="CompanyName", default=None)
    country: str | None = field(name="CountryCode", default=None)


class _CompanyWrap(msgspec.Struct, frozen=True):
    company: _Company = field(name="CompanyInformation")


class _Locked(msgspec.Struct, frozen=True):
    end: str | None = field(name="EndDate", default=None)


class _LockedWrap(msgspec.Struct, frozen=True):
    locked: _Locked | None = field(name="LockedPeriod", default=None)


class Reader:
    """One reading of the settings. `refused`: function -> Fortnox's words, for readiness."""

    def __init__(self, client: FortnoxClient, options: Options) -> None:
        self._client = client
        self._options = options
        self.allowed: set[str] = set()
        self.refused: dict[str, Refused] = {}

    def read(self) -> LedgerSetup:
        """The snapshot. About 17 calls; more with more than 500 accounts."""
        now = self._client.caller.clock.now()
        today = local_date(now, ZONE)
        company = self._one(_CompanyWrap, "/3/companyinformation")
        years = [year for year in self._list(_Year, "FinancialYears", "/3/financialyears") if year.start and year.end]
        predefined = {
            p.name: text_of(p.account)
            for p in self._list(_Predefined, "PreDefinedAccounts", "/3/predefinedaccounts")
            if text_of(p.account) not in ("", "0")
        }
        locked = self._one(_LockedWrap, "/3/settings/lockedperiod")
        self.probe()
        return LedgerSetup(
            taken_at=now,
            company=(company.company.name or "") if company else "",
            company_number=text_of(company.company.number) if company else "",
            currency="SEK",  # Fortnox keeps books in Swedish kronor only
            country=(company.company.country or "SE") if company else "SE",
            accounting_method=_method(years, today),
            accounts=self._accounts(years, today),
            vat_codes={code.code: code for code in (*_standard_codes(predefined), *self._options.vat_codes)},
            currencies={c.code: _currency(c) for c in self._list(_Currency, "Currencies", "/3/currencies")},
            cost_centres={
                text_of(c.code): c.active is not False for c in self._list(_Coded, "CostCenters", "/3/costcenters")
            },
            projects={
                text_of(p.number): p.status != "COMPLETED" for p in self._list(_Project, "Projects", "/3/projects")
            },
            terms_of_payment=self._codes("TermsOfPayments", "/3/termsofpayments"),
            ways_of_delivery=self._codes("WayOfDeliveries", "/3/wayofdeliveries"),
            terms_of_delivery=self._codes("TermsOfDeliveries", "/3/termsofdeliveries"),
            voucher_series={
                text_of(s.code): bool(s.manual)
                for s in self._list(_Coded, "VoucherSeriesCollection", "/3/voucherseries")
            },
            fiscal_years=tuple(
                FiscalYear(id=text_of(y.id), start=date.fromisoformat(y.start), end=date.fromisoformat(y.end))
                for y in years
            ),
            locked_through=_locked(locked),
            rounds_totals=self._options.rounds_totals,
            functions=frozenset(self.allowed),
            predefined=predefined,
            max_rows=MAX_ROWS,
        )

    def whole(self) -> None:
        """Raises Refused when a register that the set-up is made of was kept from us."""
        for function in _REGISTERS:
            if function in self.refused:
                raise self.refused[function]

    def probe(self) -> None:
        """Learn which of the needed functions the company may use and we may touch, one small read each."""
        probes = {
            "customer": ("Customers", "/3/customers"),
            "invoice": ("Invoices", "/3/invoices"),
            "payment": ("InvoicePayments", "/3/invoicepayments"),
            "order": ("Orders", "/3/orders"),
            "article": ("Articles", "/3/articles"),
        }
        for function in self._options.functions():
            if function in probes and function not in self.allowed and function not in self.refused:
                self._one(dict[str, Any], probes[function][1], {"limit": "1"})

    def _accounts(self, years: list[_Year], today: date) -> dict[str, LedgerAccount]:
        """Accounts of the financial year that runs, or the latest one; accounts live per year."""
        running = [y for y in years if y.start <= today.isoformat() <= y.end] or years[-1:]
        found: dict[str, LedgerAccount] = {}
        for year in running:
            params = {"financialyear": text_of(year.id)}
            for row in self._list(_Account, "Accounts", "/3/accounts", params):
                found[text_of(row.number)] = LedgerAccount(
                    number=text_of(row.number),
                    name=row.name or "",
                    active=row.active is not False,
                    vat_code=row.vat_code or "",
                    cost_centre_required=row.cost_centre == "MANDATORY",
                    project_required=row.project == "MANDATORY",
                )
        return found

    def _codes(self, name: str, path: str) -> tuple[str, ...]:
        return tuple(text_of(row.code) for row in self._list(_Coded, name, path))

    def _list(self, row: type[T], name: str, path: str, params: Mapping[str, str] | None = None) -> list[T]:
        return list(self._guarded(path, lambda: self._client.pages(row, name, path, params)))

    def _one(self, kind: type[T], path: str, params: Mapping[str, str] | None = None) -> T | None:
        return next(iter(self._guarded(path, lambda: iter([self._client.get(kind, path, params)]))), None)

    def _guarded(self, path: str, read: Any) -> Iterator[Any]:
        function = scope_of(f"GET {path}")
        try:
            rows = list(read())
        except Refused as refused:
            if refused.code not in NOT_ALLOWED:
                raise
            self.refused.setdefault(function, refused)
            return
        self.allowed.add(function)
        yield from rows


def _standard_codes(predefined: Mapping[str, str]) -> Iterator[VatCode]:
    for code, (rate, name) in _OUTPUT_VAT.items():
        if not name or name in predefined:
            yield VatCode(code=code, rate=rate, account=predefined.get(name, ""))


def _currency(row: _Currency) -> LedgerCurrency:
    """The register's rate is for `Unit` units; ours for one. Receivables take the buying rate (assumed; with automatic
    rates both are the same)."""
    unit = number_of(row.unit) or Decimal(1)
    return LedgerCurrency(
        code=row.code, rate=number_of(row.buy) / unit, on=date.fromisoformat(row.on[:10]) if row.on else None
    )


def _method(years: list[_Year], today: date) -> str:
    running = next((y for y in years if y.start <= today.isoformat() <= y.end), None)
    return "cash" if running is not None and running.method == "CASH" else "accrual"


def _locked(answer: _LockedWrap | None) -> date | None:
    end = answer.locked.end if answer is not None and answer.locked is not None else None
    return date.fromisoformat(end) if end else None
