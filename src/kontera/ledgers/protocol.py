"""What every ledger adapter can be asked, and what it answers. Decides words only; never talks to a vendor.

The pair AlreadyRecorded / RecordedDifferently makes repeating safe: found the same is success, found different is a
decision for a person. Errors are those of `kontera.errors`; a write without an answer raises Uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

import msgspec

from kontera.accounting.documents import CustomerCard, Document
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import ReadinessCheck
from kontera.errors import Problem
from kontera.money import Money


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One posted line in the ledger's own books, in the ledger's currency: debit above zero, credit below."""

    account: str
    amount: Money
    text: str = ""
    cost_centre: str = ""
    project: str = ""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger will make of a document, computed in its own arithmetic before anything is sent.

    total, vat: in the document's currency. entries: what booking will post, in the ledger's currency.
    problems: why it would be refused; empty = it may be sent.
    """

    total: Money
    vat: Money
    vat_by_rate: Mapping[Decimal, Money] = {}
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger holds after a step: its number for the document, where people find it, its totals, and the
    voucher once it is booked. `booked`: the entries are in the general ledger."""

    number: str
    url: str = ""
    total: Money | None = None
    vat: Money | None = None
    booked: bool = False
    voucher_series: str = ""
    voucher_number: str = ""
    voucher_year: str = ""


class Recorded(msgspec.Struct, frozen=True, kw_only=True, tag="recorded"):
    """Written now."""

    receipt: Receipt


class AlreadyRecorded(msgspec.Struct, frozen=True, kw_only=True, tag="already_recorded"):
    """The ledger already held it, the same; nothing was written."""

    receipt: Receipt


class RecordedDifferently(msgspec.Struct, frozen=True, kw_only=True, tag="recorded_differently"):
    """The ledger holds something else under our reference: field -> (ours, theirs). Nothing was written."""

    receipt: Receipt
    differences: dict[str, tuple[str, str]]


RecordOutcome = Recorded | AlreadyRecorded | RecordedDifferently


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers the ledger already gave us, needed to write a document: the customer's, and for a payment the
    invoice's. `invoice` is the ledger's number of the invoice that a payment settles. `taken`: for a payment, the
    ledger's numbers of the payments on that invoice that other documents of ours already are; a ledger whose
    payments carry no reference tells two alike apart by them."""

    customer: str = ""
    invoice: str = ""
    taken: tuple[str, ...] = ()


class Ledger(Protocol):
    """A connection to one company's books."""

    def readiness(self) -> list[ReadinessCheck]:
        """Whether the ledger accepts us and has what the chosen functions need and none more (M118), one line each."""

    def setup(self) -> LedgerSetup:
        """Read the snapshot that law 5 needs."""

    def go_by(self, setup: LedgerSetup) -> None:
        """Write by this snapshot, read earlier, instead of reading one anew when writing needs it."""

    def quote(self, document: Document, setup: LedgerSetup) -> Quote:
        """Totals, VAT and entries the ledger will produce, in its own arithmetic. Pure: no call."""

    def needs_article(self, number: str) -> bool:
        """Whether rows of ours name articles that must exist in the ledger first."""

    def find_customer(self, card: CustomerCard) -> str | None:
        """The number of the customer that is this one for certain (equality re-checked), or None."""

    def ensure_customer(self, card: CustomerCard, number: str | None) -> str:
        """Create the customer, or bring customer `number` up to date; answers the number. Looks before it creates."""

    def ensure_article(self, number: str, text: str, unit: str = "") -> None:
        """Make sure the article exists; never changes one that does."""

    def find(self, document: Document, bound: Bound) -> RecordOutcome | None:
        """Look for it by our reference, equality re-checked: AlreadyRecorded, RecordedDifferently or None."""

    def record(self, document: Document, bound: Bound) -> RecordOutcome:
        """Write the document once. Does not look first: the caller does when it must."""

    def book(self, document: Document, receipt: Receipt) -> Receipt:
        """Book what was recorded (bokför); booked already is success. Answers the receipt with its voucher."""

    def entries_of(self, document: Document, receipt: Receipt) -> tuple[Entry, ...]:
        """The real entries that booking made, read back."""

    def entries(self, account: str, start: date, end: date) -> tuple[Entry, ...]:
        """All entries of one account in a period, whoever made them."""
