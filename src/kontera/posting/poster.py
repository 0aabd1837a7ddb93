"""Drive the documents of one ledger, each exactly once, as many in flight as the vendor allows.

Decides the next call of every document from what is kept about it, and keeps what became of it before the next call
leaves. A document is marked as being sent before it is: found marked (a worker died, an answer was lost) it is looked
for in the ledger, and only when it is surely not there sent again. One bad document never stops the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import timedelta

import structlog
from django.db import DatabaseError

from kontera.accounting.documents import CustomerPayment, Document, SalesInvoice, SalesOrder, Voucher, document_from
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.outcome import Difference
from kontera.accounting.quoted import against_quote
from kontera.clock import Clock
from kontera.db.models import Binding, Connection, OutboxDocument
from kontera.errors import Problem
from kontera.ledgers.protocol import Bound, Ledger, Receipt
from kontera.money import from_plain, to_plain
from kontera.posting.calls import Done, Pool
from kontera.posting.cards import digest_of
from kontera.posting.results import LaneMustRest, Results
from kontera.posting.summaries import first_placed
from kontera.work.lanes import Lease

Step = OutboxDocument.Step
_log = structlog.get_logger("kontera.posting")
_SHOW_LIFE_SECONDS = 1.0  # well under the lease: while calls are in flight the lane shows that it lives
SETTLE_SECONDS = 10.0  # how long a request whose answer was lost may still be on its way into the ledger


class Poster:
    """The documents of one connection, driven until nothing is due or the time is up."""

    def __init__(
        self, connection: Connection, ledger: Ledger, setup: LedgerSetup, clock: Clock, at_once: int, lease: Lease
    ) -> None:  # fmt: skip
        self._connection = connection
        self._ledger = ledger
        self._setup = setup
        self._clock = clock
        self._at_once = at_once
        self._lease = lease
        self._pool = Pool(ledger, at_once)
        self._flying: dict[Future[Done], OutboxDocument] = {}
        self._busy: Counter[str] = Counter()  # orders, customers and articles that calls in flight are about
        self._held_by: dict[Future[Done], set[str]] = {}
        self._results = Results(connection, clock, SETTLE_SECONDS)

    def run(self, seconds: float) -> int:
        """Work for at most `seconds` (calls in flight are always awaited); answers how many documents arrived.
        Raises LaneMustRest when the vendor cannot be worked with for now, LaneLost when the lane is no longer ours."""
        until = self._clock.now() + timedelta(seconds=seconds)
        arrived = 0
        resting: LaneMustRest | None = None
        try:
            while True:
                self._lease.renew()
                if resting is None and self._clock.now() < until:
                    self._fill()
                if not self._flying:
                    break
                finished, _ = wait(self._flying, _SHOW_LIFE_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    row = self._flying.pop(future)
                    self._busy.subtract(self._held_by.pop(future))
                    try:
                        arrived += self._results.take(row, self._document(row), future.result())
                    except LaneMustRest as rest:
                        resting = rest
        finally:
            self._pool.close()
            self._take_what_is_left()
        if resting:
            raise resting
        return arrived

    def _take_what_is_left(self) -> None:
        """Something went wrong while calls were in flight: what became of them is kept all the same, each by itself.
        Without the lane's session nothing can be kept, and every one is looked for by whoever comes next."""
        for future, row in self._flying.items():
            try:
                self._results.take(row, self._document(row), future.result())
            except (LaneMustRest, DatabaseError) as error:
                _log.warning("result of a call not kept or lane resting", document=row.reference, reason=str(error))
        self._flying.clear()

    def _fill(self) -> None:
        for row in self._due(self._at_once * 4):
            if len(self._flying) >= self._at_once:
                return
            if not self._busy[f"order:{row.order_id}"]:
                self._launch(row)

    def _due(self, limit: int) -> Iterator[OutboxDocument]:
        rows = OutboxDocument.ready(self._clock.now()).filter(connection=self._connection)
        flying = [row.pk for row in self._flying.values()]
        yield from rows.exclude(pk__in=flying).select_related("order").order_by("id")[:limit]

    def _launch(self, row: OutboxDocument) -> None:
        """Start the one call the document needs next, unless something it needs is being made already."""
        document = self._document(row)
        receipt = from_plain(Receipt, row.receipt) if row.receipt else None
        if row.step == Step.RECORDED and receipt:
            self._fly(row, self._pool.book(document, receipt), set())
            return
        if row.step == Step.PLANNED and row.quote is None and not self._quoted(row, document):
            return
        waits_on = self._missing(row, document)
        if waits_on is None:
            return
        uses = {f"uses:{document.customer.key}"} if isinstance(document, SalesInvoice | SalesOrder) else set()
        if waits_on:
            future, key = waits_on
            self._fly(row, future, {key})
            return
        bound = self._bound(row, document)
        if row.step == Step.SENDING:
            self._fly(row, self._pool.look(document, bound), uses)
            return
        look_first = self._may_be_there_already(row)
        if self._marked_as_sending(row):
            self._fly(row, (self._pool.look if look_first else self._pool.record)(document, bound), uses)

    def _may_be_there_already(self, row: OutboxDocument) -> bool:
        """Whether an installation that this database does not know of any more may have sent it (a restored copy)."""
        before = self._connection.look_before
        if row.attempts or before is None:
            return False
        placed = row.order.placed_at if row.order else first_placed(row)
        return placed is not None and placed < before

    def _marked_as_sending(self, row: OutboxDocument) -> bool:
        """False when the order was judged anew this very moment and the document replaced before it left."""
        row.step, row.sent_at, row.trouble = Step.SENDING, self._clock.now(), ""
        row.attempts += 1
        marked = OutboxDocument.objects.filter(pk=row.pk, step=Step.PLANNED).update(
            step=row.step,
            sent_at=row.sent_at,
            trouble=row.trouble,
            attempts=row.attempts,
            quote=row.quote,
            differences=row.differences,
        )
        return marked == 1

    def _quoted(self, row: OutboxDocument, document: Document) -> bool:
        """Law 5: what the ledger would refuse or add up differently is held before anything is sent."""
        quote = self._ledger.quote(document, self._setup)
        problems = list(quote.problems)
        named: tuple[Difference, ...] = ()
        if isinstance(document, SalesInvoice | SalesOrder) and row.order and not problems:
            explained = from_plain(list[Difference], row.order.differences)
            named, unnamed = against_quote(document, quote.vat_by_rate, explained)
            problems += unnamed
        total = getattr(document, "total", None)
        if not problems and total is not None and quote.total != total:
            facts = {"order": self._number(row), "document": row.reference}
            facts |= {"expected": str(total), "found": str(quote.total)}
            problems.append(Problem(code="QUOTE_DIFFERS", facts=facts))
        if problems:
            self._results.hold(row, problems, Step.PLANNED)
            return False
        row.quote = to_plain(quote)  # kept with the mark that it is being sent
        row.differences = to_plain(named)
        return True

    def _missing(self, row: OutboxDocument, document: Document) -> tuple[Future[Done], str] | tuple[()] | None:
        """The call that makes a customer or article the document needs: () = nothing is missing, None = wait.

        A customer card is never changed while a document of that customer is being written: in some ledgers the card
        decides the document's VAT.
        """
        if not isinstance(document, SalesInvoice | SalesOrder):
            return ()
        card = document.customer
        binding = self._binding(Binding.Kind.CUSTOMER, card.key)
        if binding is None or binding.digest != digest_of(card):
            key = f"customer:{card.key}"
            if self._busy[key] or self._busy[f"uses:{card.key}"]:
                return None
            return self._pool.customer(card, binding.number if binding else None), key
        if self._busy[f"customer:{card.key}"]:
            return None
        for line in document.lines:
            if line.article and self._ledger.needs_article(line.article):
                key = f"article:{line.article}"
                if self._busy[key]:
                    return None
                if self._binding(Binding.Kind.ARTICLE, line.article) is None:
                    return self._pool.article(line.article, line.text, line.unit), key
        return ()

    def _binding(self, kind: Binding.Kind, key: str) -> Binding | None:
        return Binding.objects.filter(connection=self._connection, kind=kind, key=key).first()

    def _bound(self, row: OutboxDocument, document: Document) -> Bound:
        if isinstance(document, CustomerPayment):
            invoice = OutboxDocument.objects.get(
                connection=self._connection, reference=document.invoice, step__in=(Step.BOOKED, Step.DONE)
            )
            others = row.order.documents.exclude(pk=row.pk) if row.order else OutboxDocument.objects.none()
            taken = others.filter(kind=row.kind).exclude(number="")
            return Bound(invoice=invoice.number, taken=tuple(taken.values_list("number", flat=True)))
        if isinstance(document, Voucher):
            return Bound()
        binding = self._binding(Binding.Kind.CUSTOMER, document.customer.key)
        return Bound(customer=binding.number if binding else "")

    def _fly(self, row: OutboxDocument, future: Future[Done], keys: set[str]) -> None:
        keys = keys | {f"order:{row.order_id}" if row.order_id else f"document:{row.pk}"}
        self._busy.update(keys)
        self._held_by[future] = keys
        self._flying[future] = row

    def _document(self, row: OutboxDocument) -> Document:
        return document_from(row.content)

    def _number(self, row: OutboxDocument) -> str:
        return row.order.number if row.order else row.reference
