"""Drive the documents of one ledger, each exactly once, as many in flight as the vendor allows.

Decides the next call of every document from what is kept about it, and keeps what became of it before the next call
leaves. A document is marked as being sent before it is: found marked (a worker died, an answer was lost) it is looked
for in the ledger, and only when it is surely not there sent again. One bad document never stops the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import timedelta

import msgspec
import structlog
from django.db import DatabaseError
from django.db import connection as database

from kontera.accounting.documents import Document, SalesInvoice, SalesOrder, document_from
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
from kontera.posting.numbers import Due, Numbers
from kontera.posting.results import LaneMustRest, Results
from kontera.posting.summaries import first_placed
from kontera.work.lanes import Lease

Step = OutboxDocument.Step
_log = structlog.get_logger("kontera.posting")
_MARK = """
UPDATE kontera_outboxdocument AS document
SET step = 'sending', sent_at = %s, trouble = '', attempts = document.attempts + 1,
    quote = mark.quote, differences = mark.differences
FROM jsonb_to_recordset(%s::jsonb) AS mark(id bigint, quote jsonb, differences jsonb)
WHERE document.id = mark.id AND document.step = 'planned'
RETURNING document.id, set_config('synchronous_commit', 'on', true)
"""
_FRESH = timedelta(milliseconds=500)  # how long what was read as due is worked off before it is asked for again
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
        self._flying: dict[Future[Done], Due] = {}
        self._busy: Counter[str] = Counter()  # orders, customers and articles that calls in flight are about
        self._held_by: dict[int, set[str]] = {}  # the document's key: what of `_busy` it holds
        self._due: list[Due] = []
        self._read_at = clock.now()
        self._leaving: list[tuple[Due, Bound]] = []  # to be marked as being sent, and sent
        self._numbers = Numbers(connection)
        self._results = Results(connection, clock, SETTLE_SECONDS, self._numbers)

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
                try:
                    arrived += self._land([(*self._flying.pop(future), future.result()) for future in finished])
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
        ended = [(row, document, future.result()) for future, (row, document) in self._flying.items()]
        self._flying.clear()
        try:
            self._results.take(ended)
        except (LaneMustRest, DatabaseError) as error:
            _log.warning("results of calls not kept or lane resting", calls=len(ended), reason=str(error))

    def _land(self, ended: Sequence[tuple[OutboxDocument, Document, Done]]) -> int:
        """Keep what became of calls. A document whose next call may be made at once goes first; after any trouble all
        that is due is asked for anew."""
        for row, _, _ in ended:
            self._busy.subtract(self._held_by.pop(row.pk))
        if any(done.error or done.defect for _, _, done in ended):
            self._due = []
            return self._results.take(ended)
        arrived = self._results.take(ended)
        now = self._clock.now()
        again = [(row, document) for row, document, _ in ended if row.due_at <= now]
        self._due[:0] = [one for one in again if one[0].step in (Step.PLANNED, Step.RECORDED)]
        return arrived

    def _fill(self) -> None:
        """Start as many calls as may be in flight: of what was read as due, and when that is not enough, or not fresh
        any more, of what is due now."""
        if self._clock.now() - self._read_at < _FRESH:
            self._launch_due()
        if len(self._flying) < self._at_once:
            self._ask_what_is_due()
            self._launch_due()

    def _ask_what_is_due(self) -> None:
        self._read_at = self._clock.now()
        rows = OutboxDocument.ready(self._read_at).filter(connection=self._connection)
        flying = [row.pk for row, _ in self._flying.values()]
        rows = rows.exclude(pk__in=flying).select_related("order").order_by("id")[: self._at_once * 4]
        self._due = [(row, document_from(row.content)) for row in rows]
        self._numbers.read(self._due)

    def _launch_due(self) -> None:
        waiting = []
        for row, document in self._due:
            if len(self._flying) + len(self._leaving) < self._at_once and not self._busy[f"order:{row.order_id}"]:
                if not self._launch(row, document):
                    waiting.append((row, document))
            else:
                waiting.append((row, document))
        self._due = waiting
        self._send()

    def _launch(self, row: OutboxDocument, document: Document) -> bool:
        """Start the one call the document needs next. False when something it needs is being made already."""
        receipt = from_plain(Receipt, row.receipt) if row.receipt else None
        if row.step == Step.RECORDED and receipt:
            self._fly(row, document, self._pool.book(document, receipt), set())
            return True
        if row.step == Step.PLANNED and row.quote is None and not self._quoted(row, document):
            return True
        waits_on = self._missing(row, document)
        if waits_on is None:
            return False
        uses = {f"uses:{document.customer.key}"} if isinstance(document, SalesInvoice | SalesOrder) else set()
        if waits_on:
            future, key = waits_on
            self._fly(row, document, future, {key})
            return True
        bound = self._numbers.of(row, document)
        if row.step == Step.SENDING:
            self._fly(row, document, self._pool.look(document, bound), uses)
        else:
            self._keep_busy(row, uses)
            self._leaving.append(((row, document), bound))
        return True

    def _send(self) -> None:
        """What is to leave leaves, once it is marked for good as being sent."""
        leaving, self._leaving = self._leaving, []
        if not leaving:
            return
        look_first = {row.pk for (row, _), _ in leaving if self._may_be_there_already(row)}
        marked = self._marked_as_sending([row for (row, _), _ in leaving])
        for (row, document), bound in leaving:
            if row.pk in marked:
                call = self._pool.look if row.pk in look_first else self._pool.record
                self._flying[call(document, bound)] = row, document
            else:
                self._busy.subtract(self._held_by.pop(row.pk))

    def _may_be_there_already(self, row: OutboxDocument) -> bool:
        """Whether an installation that this database does not know of any more may have sent it (a restored copy)."""
        before = self._connection.look_before
        if row.attempts or before is None:
            return False
        placed = row.order.placed_at if row.order else first_placed(row)
        return placed is not None and placed < before

    def _marked_as_sending(self, rows: Sequence[OutboxDocument]) -> set[int]:
        """Mark them, committed before any leaves; answers which: not one that was replaced before it left, its order
        having been judged anew this very moment."""
        now = self._clock.now()
        for row in rows:
            row.step, row.sent_at, row.trouble = Step.SENDING, now, ""
            row.attempts += 1
        marks = [{"id": row.pk, "quote": row.quote, "differences": row.differences} for row in rows]
        with database.cursor() as cursor:
            cursor.execute(_MARK, [now, msgspec.json.encode(marks).decode()])
            return {pk for pk, _ in cursor.fetchall()}

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
        binding = self._numbers.bound(Binding.Kind.CUSTOMER, card.key)
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
                if self._numbers.bound(Binding.Kind.ARTICLE, line.article) is None:
                    return self._pool.article(line.article, line.text, line.unit), key
        return ()

    def _fly(self, row: OutboxDocument, document: Document, future: Future[Done], keys: set[str]) -> None:
        self._keep_busy(row, keys)
        self._flying[future] = row, document

    def _keep_busy(self, row: OutboxDocument, keys: set[str]) -> None:
        keys = keys | {f"order:{row.order_id}" if row.order_id else f"document:{row.pk}"}
        self._busy.update(keys)
        self._held_by[row.pk] = keys

    def _number(self, row: OutboxDocument) -> str:
        return row.order.number if row.order else row.reference
