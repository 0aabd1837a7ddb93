"""One company's books and registers, in memory.

Decides where state lives and how numbers are handed out. It checks nothing: the resources do, before they write.
Records are dicts with the vendor's own field names; keys that begin with an underscore are ours and never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kontera.sandboxes.fortnox.arithmetic import PER_RATE

ZONE = "Europe/Stockholm"  # the vendor's dates and lastmodified are Swedish local time
Record = dict[str, Any]


@dataclass
class Profile:
    """What differs between companies. Every switch can be changed while the sandbox runs."""

    name: str = "Sandlådan Handel AB"
    organisation_number: str = "556677-8899"
    accounting_method: str = "ACCRUAL"  # or CASH
    easy_vat: bool = False
    round_off: bool = False  # "öresavrundning"
    vat_rounding: str = PER_RATE
    lager: bool = False  # the stock module is activated
    negative_stock: bool = False
    read_only_fields: str = "refuse"  # or ignore: what happens to a read-only key in a body
    values_in_texts: bool = True  # "Kunde inte hitta konto (3099)", or as the vendor's lists of errors have it, bare
    permission_status: int = 403  # documented; live answers with 400 have been met too
    default_mode_of_payment: str = "BG"
    licences: set[str] = field(default_factory=lambda: {"integration", "bokforing", "faktura", "order", "lager"})

    def change(self, values: dict[str, Any]) -> None:
        """Set switches by name. Raises ValueError for a name that does not exist or a value of another type."""
        known = {each.name for each in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no such switch {name!r}; there are {sorted(known)}")
            old = getattr(self, name)
            new = set(value) if isinstance(old, set) else value
            if type(new) is not type(old):
                raise ValueError(f"{name} is a {type(old).__name__}")
            setattr(self, name, new)


@dataclass(frozen=True)
class VatCode:
    """A VAT code: its percentage, and the account output VAT is posted to (None when there is none)."""

    code: str
    rate: Decimal
    account: int | None


@dataclass
class Company:
    """Everything one tenant of the sandbox has."""

    tenant: str
    profile: Profile = field(default_factory=Profile)
    years: list[Record] = field(default_factory=list)  # oldest first; Id, FromDate, ToDate
    closed_years: set[int] = field(default_factory=set)
    carried_over: set[int] = field(default_factory=set)  # years whose open invoices were carried into the next
    locked_until: date | None = None
    accounts: dict[int, dict[int, Record]] = field(default_factory=dict)  # year id, number
    vat_codes: dict[str, VatCode] = field(default_factory=dict)
    predefined: dict[str, int] = field(default_factory=dict)  # 0: missing
    predefined_series: dict[str, str] = field(default_factory=dict)
    series: dict[str, Record] = field(default_factory=dict)
    vouchers: dict[tuple[int, str, int], Record] = field(default_factory=dict)
    customers: dict[str, Record] = field(default_factory=dict)
    deleted_customers: set[str] = field(default_factory=set)
    articles: dict[str, Record] = field(default_factory=dict)
    prices: dict[tuple[str, str, Decimal], Record] = field(default_factory=dict)  # list, article, from quantity
    orders: dict[str, Record] = field(default_factory=dict)
    invoices: dict[str, Record] = field(default_factory=dict)
    payments: dict[str, Record] = field(default_factory=dict)
    registers: dict[str, dict[str, Record]] = field(default_factory=dict)  # by the path of the resource
    counters: dict[str, int] = field(default_factory=dict)

    def next(self, counter: str) -> int:
        """The next number of a counter; the first is 1 unless the counter was set."""
        self.counters[counter] = self.counters.get(counter, 0) + 1
        return self.counters[counter]

    def free_number(self, counter: str, taken: Callable[[str], bool]) -> str:
        """The next number that is not taken. It is not used up by asking: a refused document leaves no gap."""
        number = self.counters.get(counter, 0) + 1
        while taken(str(number)):
            number += 1
        self.counters[counter] = number - 1
        return str(number)

    def year_of(self, day: date) -> Record | None:
        """The financial year that holds `day`, if there is one."""
        text = day.isoformat()
        return next((year for year in self.years if year["FromDate"] <= text <= year["ToDate"]), None)

    def latest_year(self) -> Record:
        """The financial year used when a call names none: the newest."""
        return self.years[-1]

    def rate_codes(self, rate: Decimal) -> list[VatCode]:
        """The VAT codes with this percentage, in the order they were set up."""
        return [code for code in self.vat_codes.values() if code.rate == rate]


def touch(record: Record, now: datetime) -> None:
    """Note when a record changed, for `lastmodified` (Swedish local time, to the second)."""
    record["_modified"] = now.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M:%S")
