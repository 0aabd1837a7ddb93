"""Reads the general ledger back: the entries of one document, and all entries of an account in a period.

Decides how Business Central's entries become ours (debit above zero, global dimensions as cost centre and project).
Never writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kontera.ledgers.business_central.client import BusinessCentralClient, Call, filtered, literal
from kontera.ledgers.business_central.translate import Dimensions
from kontera.ledgers.business_central.wire import EntryAnswer
from kontera.ledgers.protocol import Entry
from kontera.money import Money

INVOICE, PAYMENT, OTHER = "Invoice", "Payment", ""
_EXPAND = "dimensionSetLines"


def of_document(number: str) -> Call:
    """The call that reads the entries posted under a document number."""
    return Call("GET", filtered("generalLedgerEntries", f"documentNumber eq {literal(number)}", expand=_EXPAND))


def of_kind(rows: Iterable[EntryAnswer], kind: str) -> list[EntryAnswer]:
    """The entries of one kind of document: an invoice and a payment may share a number."""
    return [row for row in rows if row.document_type.replace("_x0020_", "").strip() == kind]


class Books:
    """The general ledger of one company."""

    def __init__(self, client: BusinessCentralClient) -> None:
        self._client = client

    def posted(self, number: str, kind: str) -> list[EntryAnswer]:
        """What is posted under a document number, empty when nothing is."""
        return of_kind(self._client.pages(EntryAnswer, of_document(number).path), kind)

    def entries(
        self, account: str, start: date, end: date, currency: str, dimensions: Dimensions
    ) -> tuple[Entry, ...]:  # fmt: skip
        """Every entry on the account from start through end."""
        period = f"postingDate ge {start.isoformat()} and postingDate le {end.isoformat()}"
        condition = f"accountNumber eq {literal(account)} and {period}"
        path = filtered("generalLedgerEntries", condition, expand=_EXPAND)
        return entries_from(self._client.pages(EntryAnswer, path), currency, dimensions)


def entries_from(rows: Iterable[EntryAnswer], currency: str, dimensions: Dimensions) -> tuple[Entry, ...]:
    """Entries as ours."""
    made = []
    for row in rows:
        held = {line.code: line.value_code for line in row.dimension_set_lines}
        centre, project = (held.get(code, "") if code else "" for code in dimensions)
        amount = Money(row.amount, currency)
        entry = Entry(
            account=row.account_number, amount=amount, text=row.description, cost_centre=centre, project=project
        )
        made.append(entry)
    return tuple(made)
