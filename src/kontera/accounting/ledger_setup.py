"""A copy of the ledger's own settings, as far as bookkeeping depends on them (law 5): read before, never guessed.

Decides the words for accounts, VAT codes, years, locks, currencies and dimensions; vendor-neutral. An adapter fills
it; `accounting.checks` holds documents against it. Never holds secrets or customers.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec


class LedgerAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account of the chart. vat_code: the VAT code the ledger itself has on it, if any. rows: a document's row
    may name it (in some ledgers control accounts are only posted to by the ledger itself)."""

    number: str
    name: str
    active: bool = True
    rows: bool = True
    vat_code: str = ""
    cost_centre_required: bool = False
    project_required: bool = False


class VatCode(msgspec.Struct, frozen=True, kw_only=True):
    """One VAT code of the ledger: its percent and the account it posts the tax to."""

    code: str
    rate: Decimal
    account: str
    name: str = ""


class FiscalYear(msgspec.Struct, frozen=True, kw_only=True):
    """A financial year, both dates included. id: the ledger's own key for it."""

    id: str
    start: date
    end: date
    closed: bool = False


class LedgerCurrency(msgspec.Struct, frozen=True, kw_only=True):
    """A currency the ledger knows; rate = value of one unit in the ledger's own currency, in force since `on`.
    earlier: rates it replaced with the first day of each, newest first, for a ledger that takes a document's rate from
    its own register by the document's date."""

    code: str
    rate: Decimal
    on: date | None = None
    earlier: tuple[tuple[date, Decimal], ...] = ()

    def rate_on(self, day: date) -> tuple[Decimal, date | None]:
        """The rate on that day with its first day; the present one when no earlier rate is known."""
        if self.on is None or day >= self.on:
            return self.rate, self.on
        return next(((rate, start) for start, rate in self.earlier if start <= day), (self.rate, self.on))


class LedgerSetup(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of the ledger's settings that decides whether and how a document can be written.

    company_number: the ledger's own key for the company, "" when it does not tell; two with different ones are two
    companies. locked_through: no document may be dated on or before it. rounds_totals: the ledger rounds invoice totals
    to whole units (Swedish öresavrundning). functions: what the company's licences and our consent allow ("invoice",
    "order", "bookkeeping", "payment", "customer", "article", "costcenter", "currency", "settings"...).
    max_rows: most rows a document may have. keys: the ledger's own keys of what it lists, for its adapter alone.
    """

    taken_at: datetime
    company: str = ""
    company_number: str = ""
    currency: str
    country: str = ""
    accounting_method: str = "accrual"
    accounts: dict[str, LedgerAccount] = {}
    vat_codes: dict[str, VatCode] = {}
    currencies: dict[str, LedgerCurrency] = {}
    cost_centres: dict[str, bool] = {}
    projects: dict[str, bool] = {}
    terms_of_payment: tuple[str, ...] = ()
    ways_of_delivery: tuple[str, ...] = ()
    terms_of_delivery: tuple[str, ...] = ()
    voucher_series: dict[str, bool] = {}
    fiscal_years: tuple[FiscalYear, ...] = ()
    locked_through: date | None = None
    rounds_totals: bool = False
    functions: frozenset[str] = frozenset()
    predefined: dict[str, str] = {}
    max_rows: int | None = None
    keys: dict[str, str] = {}

    def year_of(self, day: date) -> FiscalYear | None:
        """The financial year that `day` falls in, if the ledger has one."""
        return next((year for year in self.fiscal_years if year.start <= day <= year.end), None)
