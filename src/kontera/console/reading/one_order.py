"""Everything about one order: what the shop said, what was written because of it and why, how the customer's account
stands, and what happened when.

Decides how the chain shop -> hub -> ledger is told. The money shown is that of the frozen documents and of the
entries read back; nothing is computed that the books do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models.fields.json import KeyTextTransform, KeyTransform

from kontera.accounting.documents import (
    CustomerPayment,
    DocumentLine,
    Planned,
    Posting,
    SalesInvoice,
    SalesOrder,
    SummaryPayment,
    SummarySale,
    Why,
)
from kontera.accounting.outcome import Difference
from kontera.commerce import Order
from kontera.db.models import Connection, OutboxDocument, SetupSnapshot, ShopOrder
from kontera.money import ZERO, Money, from_plain, total

DOCUMENTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Kontering:
    """What one document does to one account: as planned, and in the ledger's own entries when they were read back.

    amounts: debit above zero, credit below. real is None when nothing was read back yet.
    """

    account: str
    name: str
    planned: Money
    real: Money | None
    why: Why

    @property
    def equal(self) -> bool:
        """Whether the ledger says the same, in the same currency."""
        return self.real is None or self.real == self.planned


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with the row that carries it. accounts: what it does to each account, in the order written."""

    row: OutboxDocument
    document: Planned
    lines: tuple[DocumentLine, ...]
    accounts: tuple[Kontering, ...]
    foreign: tuple[Money, ...]
    differences: tuple[Difference, ...]

    @property
    def total(self) -> Money:
        """What the document is about: an invoice's total, a payment's amount, a voucher's debits."""
        if isinstance(self.document, SalesInvoice | SalesOrder | SummarySale):
            return self.document.total
        if isinstance(self.document, CustomerPayment | SummaryPayment):
            return self.document.amount
        debits = [posting.amount for posting in self.document.postings if posting.amount.amount > ZERO]
        return sum(debits[1:], debits[0]) if debits else Money.zero(self.document.currency)

    @property
    def share(self) -> bool:
        """Whether it is an order's share of a summary, which only a voucher writes to the ledger."""
        return isinstance(self.document, SummarySale | SummaryPayment)

    @property
    def carrier(self) -> OutboxDocument | None:
        """The voucher that carries a share; None while its day is open, and for any other document."""
        carrier = self.row.carrier
        return None if carrier is None or carrier.step == OutboxDocument.Step.ABANDONED else carrier

    @property
    def step(self) -> str:
        """How far it has come: a share as far as its voucher."""
        return self.carrier.step if self.carrier else self.row.step

    @property
    def dated(self) -> date:
        """The date it is booked on."""
        return self.document.date


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the customer's account: what the document does to the receivable, and the balance after it."""

    paper: Paper
    debit: Money | None
    credit: Money | None
    balance: Money


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the shop, the same in our documents, and in those of them that are booked (None = none is)."""

    what: str
    shop: Money
    planned: Money
    booked: Money | None

    @property
    def difference(self) -> Money | None:
        """The books minus the shop; None while nothing is booked."""
        return None if self.booked is None else self.booked - self.shop


def fact_of(order: ShopOrder) -> Order | None:
    """The order in our words, None when it could not be read."""
    return from_plain(Order, order.fact.content) if order.fact.content is not None else None


def papers_of(order: ShopOrder) -> list[Paper]:
    """The order's documents that were not replaced, in the order they reach the ledger."""
    rows = list(
        order.documents.exclude(step=OutboxDocument.Step.ABANDONED)
        .select_related("rulebook", "connection", "carrier")
        .prefetch_related("entries")
        .order_by("sequence", "id")[:DOCUMENTS_SHOWN]
    )
    return papers_from(rows, order.connection.ledger)


def papers_from(rows: Sequence[OutboxDocument], ledger: Connection | None) -> list[Paper]:
    """Each row as it is shown."""
    documents: list[Planned] = from_plain(list[Planned], [row.content for row in rows])
    names = account_names(ledger, {posting.account for document in documents for posting in document.postings})
    return [_paper(row, document, names) for row, document in zip(rows, documents, strict=True)]


def receivable_of(papers: Sequence[Paper]) -> list[AccountRow]:
    """The customer's account: every document's effect on the receivable, with the running balance."""
    accounts = {paper.document.receivable for paper in papers if isinstance(paper.document, SalesInvoice)}
    rows: list[AccountRow] = []
    for paper in papers:
        effect = [line.planned for line in paper.accounts if line.account in accounts]
        if not effect:
            continue
        amount = sum(effect[1:], effect[0])
        same = [row for row in rows if row.balance.currency == amount.currency]
        balance = same[-1].balance + amount if same else amount
        debit, credit = (amount, None) if amount.amount >= ZERO else (None, -amount)
        rows.append(AccountRow(paper, debit, credit, balance))
    return rows


def compared(fact: Order | None, papers: Sequence[Paper]) -> list[Compared]:
    """The shop's total and VAT beside those of the invoices, orders or shares we wrote, planned and booked apart;
    nothing when there is none."""
    sales = [
        (paper.document, paper.step == OutboxDocument.Step.BOOKED)
        for paper in papers
        if isinstance(paper.document, SalesInvoice | SalesOrder | SummarySale)
    ]
    if fact is None or not sales or any(document.currency != fact.currency for document, _ in sales):
        return []
    documents = [document for document, _ in sales]
    booked = [document for document, is_booked in sales if is_booked]
    figures = (
        ("total", fact.total, [one.total for one in documents], [one.total for one in booked]),
        ("vat", fact.vat, [one.vat for one in documents], [one.vat for one in booked]),
    )
    return [
        Compared(what, shop, total(ours, shop.currency), total(theirs, shop.currency) if booked else None)
        for what, shop, ours, theirs in figures
    ]


def differences_of(order: ShopOrder) -> list[Difference]:
    """The differences that were explained when the order was booked."""
    return from_plain(list[Difference], order.differences)


def account_names(ledger: Connection | None, accounts: Iterable[str]) -> dict[str, str]:
    """Account number -> its name in the ledger, from the newest copy of its set-up; only these, not the whole chart."""
    wanted = sorted(set(accounts))
    if not wanted or ledger is None:
        return {}
    setups = SetupSnapshot.objects.filter(connection=ledger).order_by("-id")
    paths = {
        f"name_{place}": KeyTextTransform("name", KeyTransform(account, KeyTransform("accounts", "content")))
        for place, account in enumerate(wanted)
    }
    found = setups.annotate(**paths).values_list(*paths).first()
    return {account: name for account, name in zip(wanted, found or (), strict=False) if name}


def _paper(row: OutboxDocument, document: Planned, names: dict[str, str]) -> Paper:
    real: dict[str, Money] = {}
    for entry in row.entries.all():
        amount = Money(entry.amount, entry.currency)
        real[entry.account] = real[entry.account] + amount if entry.account in real else amount
    planned = _by_account(document.postings)
    comparable = not real or {amount.currency for amount in real.values()} == {
        posting.amount.currency for posting in document.postings
    }
    lines = [
        Kontering(account, names.get(account, ""), amount, _read_back(account, amount, real, comparable), why)
        for account, (amount, why) in planned.items()
    ]
    unexpected = [
        Kontering(account, names.get(account, ""), Money.zero(amount.currency), amount, lines[0].why)
        for account, amount in real.items()
        if comparable and account not in planned and lines
    ]
    rows = document.lines if isinstance(document, SalesInvoice | SalesOrder) else ()
    explained = from_plain(tuple[Difference, ...], row.differences)
    return Paper(row, document, rows, (*lines, *unexpected), () if comparable else tuple(real.values()), explained)


def _read_back(account: str, planned: Money, real: dict[str, Money], comparable: bool) -> Money | None:
    if not real or not comparable:
        return None
    return real.get(account, Money.zero(planned.currency))


def _by_account(postings: Sequence[Posting]) -> dict[str, tuple[Money, Why]]:
    found: dict[str, tuple[Money, Why]] = {}
    for posting in postings:
        if posting.account in found:
            amount, why = found[posting.account]
            found[posting.account] = (amount + posting.amount, why)
        else:
            found[posting.account] = (posting.amount, posting.why)
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. what: a key of texts/timeline.toml; who: shop, hub, ledger, or a person's name; code: of
    the case it is about."""

    at: datetime
    side: str
    what: str
    who: str
    detail: str = ""
    code: str = ""
