"""The next call a document needs, made in a pool thread: ledger calls only, no database.

Decides nothing about order or repetition; says what the call is and hands back what became of it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import Any

import msgspec

from kontera.accounting.documents import CustomerCard, Document
from kontera.calls import Exchange
from kontera.connections.adapters import collecting
from kontera.errors import KonteraError
from kontera.ledgers.protocol import Bound, Ledger, Receipt


class Call(StrEnum):
    """What is asked of the ledger."""

    CUSTOMER = "customer"
    ARTICLE = "article"
    RECORD = "record"
    LOOK = "look"
    BOOK = "book"
    ENTRIES = "entries"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call: its answer or its error, and the exchanges it made. subject: the customer's key or the
    article's number the call was about."""

    call: Call
    subject: str = ""
    answer: Any = None
    error: KonteraError | None = None
    defect: BaseException | None = None
    exchanges: list[Exchange] = []


class Pool:
    """Calls in flight together, as many as the vendor allows."""

    def __init__(self, ledger: Ledger, at_once: int) -> None:
        self._ledger = ledger
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="call")

    def customer(self, card: CustomerCard, number: str | None) -> Future[Done]:
        """Make sure the customer exists as the card says."""
        return self._submit(Call.CUSTOMER, lambda: self._ledger.ensure_customer(card, number), card.key)

    def article(self, number: str, text: str, unit: str) -> Future[Done]:
        """Make sure the article exists."""
        return self._submit(Call.ARTICLE, lambda: self._ledger.ensure_article(number, text, unit), number)

    def record(self, document: Document, bound: Bound) -> Future[Done]:
        """Write the document."""
        return self._submit(Call.RECORD, lambda: self._ledger.record(document, bound))

    def look(self, document: Document, bound: Bound) -> Future[Done]:
        """Look whether the document is there."""
        return self._submit(Call.LOOK, lambda: self._ledger.find(document, bound))

    def book(self, document: Document, receipt: Receipt) -> Future[Done]:
        """Book what was recorded."""
        return self._submit(Call.BOOK, lambda: self._ledger.book(document, receipt))

    def entries(self, document: Document, receipt: Receipt) -> Future[Done]:
        """Read the entries that booking made."""
        return self._submit(Call.ENTRIES, lambda: self._ledger.entries_of(document, receipt))

    def close(self) -> None:
        """Wait for what is in flight."""
        self._threads.shutdown(wait=True)

    def _submit(self, call: Call, ask: Callable[[], Any], subject: str = "") -> Future[Done]:
        return self._threads.submit(_run, call, subject, ask)


def _run(call: Call, subject: str, ask: Callable[[], Any]) -> Done:
    with collecting() as exchanges:
        try:
            return Done(call=call, subject=subject, answer=ask(), exchanges=exchanges)
        except KonteraError as error:
            return Done(call=call, subject=subject, error=error, exchanges=exchanges)
        except Exception as defect:  # noqa: BLE001 - a defect in an adapter holds one document, never the lane
            return Done(call=call, subject=subject, defect=defect, exchanges=exchanges)
