"""What ledger calls became, kept: each document's next step, its receipt, its case.

Calls that ended well together are kept in one transaction, and each in its own when that fails; trouble always in its
own. A result that is lost with its worker is looked for in the ledger, as one in flight is.

Decides from the kind of error alone: retry later, hold in a case, look before sending again, or rest the lane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec
import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database

from kontera.accounting.documents import CustomerPayment, Document, SalesInvoice, SalesOrder, Voucher
from kontera.cases.holding import hold
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.db.models import Binding, Connection, OutboxDocument
from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, Problem, Uncertain, WillRetry
from kontera.ledgers.protocol import AlreadyRecorded, Quote, Receipt, Recorded, RecordedDifferently
from kontera.money import from_plain, to_plain
from kontera.posting import plan, summaries
from kontera.posting.calls import Call, Done
from kontera.posting.cards import digest_of
from kontera.posting.numbers import Numbers

T = TypeVar("T")
Ended = tuple[OutboxDocument, Document, Done]
Step = OutboxDocument.Step
UNCERTAIN = "DELIVERY_UNCERTAIN"
_LOOK_AGAIN_MAX_SECONDS = 600.0
_TIMED_OUT = 9  # a request that timed out is given this many times as long to arrive as one whose line was cut
# Where a document stands when the call about it was refused: a refused record was surely not written, a refused look
# leaves it as uncertain as it was.
_STOOD_AT = {Call.BOOK: Step.RECORDED, Call.LOOK: Step.SENDING}
_SESSION_GONE = (OperationalError, InterfaceError)  # Django would go on in another, which does not hold the lane
_RECEIPT = ("receipt", "number", "url", "voucher")
_FURTHER = """
UPDATE kontera_outboxdocument AS document
SET step = further.step, due_at = further.due_at, finished_at = further.finished_at, trouble = '',
    number = further.number, url = further.url, voucher = further.voucher, receipt = further.receipt
FROM jsonb_to_recordset(%s::jsonb) AS further(id bigint, step text, due_at timestamptz, finished_at timestamptz,
    number text, url text, voucher text, receipt jsonb)
WHERE document.id = further.id AND document.step NOT IN ('abandoned', 'booked')
"""
_log = structlog.get_logger("kontera.posting")


class LaneMustRest(Exception):
    """The vendor cannot be worked with for now, whatever the document. `error` says why."""

    def __init__(self, error: WillRetry | NeedsSignIn) -> None:
        super().__init__(str(error))
        self.error = error


class Results:
    """Keeps results for one connection."""

    def __init__(self, connection: Connection, clock: Clock, settle_seconds: float, numbers: Numbers) -> None:
        self._connection = connection
        self._clock = clock
        self._settle = settle_seconds
        self._numbers = numbers
        self._further: list[OutboxDocument] = []  # came a step further, to be saved together

    def take(self, ended: Sequence[Ended]) -> int:
        """Keep what became of calls; answers how many documents arrived with it. One that cannot be kept never keeps
        the others from it. Raises LaneMustRest, or what kept one from being kept, when all others are kept."""
        well = [one for one in ended if one[2].error is None and one[2].defect is None]
        trouble: Exception | None = None
        arrived = 0
        try:
            arrived = self._answers(well)
        except _SESSION_GONE:
            raise
        except Exception:  # noqa: BLE001 - law 4: whichever of them it was, the others are kept
            _log.exception("results not kept together", calls=len(well))
            arrived, trouble = self._each(self._answers, [[one] for one in well])
        _, more = self._each(self._trouble, [one for one in ended if one not in well])
        trouble = trouble or more
        if trouble:
            raise trouble
        return arrived

    def _each(self, keep: Callable[[T], int], things: Iterable[T]) -> tuple[int, Exception | None]:
        kept, trouble = 0, None
        for one in things:
            try:
                kept += keep(one)
            except _SESSION_GONE:
                raise
            except Exception as error:  # noqa: BLE001 - raised when the others are kept
                if not isinstance(error, LaneMustRest):
                    _log.exception("result of a call not kept")
                trouble = trouble or error
        return kept, trouble

    def _answers(self, ended: Sequence[Ended]) -> int:
        """Orders are locked before their documents change, as whoever judges an order does."""
        self._further = []
        with transaction.atomic():
            own = {row.order_id for row, document, done in ended if row.order_id and _may_arrive(document, done)}
            plan.lock(own | summaries.carried_by([row for row, _, _ in ended]))
            exchanges = [(one, row.order_id, row.pk) for row, _, done in ended for one in done.exchanges]
            adapters.keep_all(self._connection, exchanges)
            arrived = [row for row, document, done in ended if self._answer(row, document, done)]
            _further(self._further)
            now = self._clock.now()
            plan.settle({row.order_id for row in arrived if row.order_id} | summaries.arrived(arrived, now), now)
        return len(arrived)

    def _trouble(self, ended: Ended) -> int:
        row, _, done = ended
        with transaction.atomic():
            plan.lock(summaries.carried_by([row]))
            adapters.keep(self._connection, done.exchanges, row.order_id, row.pk)
            if done.defect is not None:
                self._defect(row, done)
            elif isinstance(done.error, WillRetry | NeedsSignIn):
                self._again(row, done.call, done.error)
            elif done.error is not None:
                self._refused(row, done, done.error)
        if isinstance(done.error, WillRetry | NeedsSignIn):
            raise LaneMustRest(done.error)
        return 0

    def hold(self, row: OutboxDocument, problems: Sequence[Problem], step: str) -> None:
        """Park the document at `step` and its order in the cases."""
        with transaction.atomic():
            orders = {row.order_id} if row.order_id else summaries.carried_by([row])
            if not row.order_id:
                plan.lock(orders)
            row.step, row.held_step = Step.HELD, step
            row.trouble = problems[0].code
            if _saved(row, "step", "held_step", "trouble", *_RECEIPT):
                for pk in sorted(orders):
                    order = plan.locked(pk)
                    hold(order, [_about(problem, order.number) for problem in problems], self._clock.now())

    def _answer(self, row: OutboxDocument, document: Document, done: Done) -> bool:
        """Keep what a call answered; whether the document arrived with it."""
        if done.call is Call.CUSTOMER and isinstance(document, SalesInvoice | SalesOrder):
            digest = digest_of(document.customer)
            self._numbers.bind(Binding.Kind.CUSTOMER, document.customer.key, done.answer, digest)
        elif done.call is Call.ARTICLE:
            self._numbers.bind(Binding.Kind.ARTICLE, done.subject, done.subject, "")
        elif done.call is Call.LOOK and done.answer is None:
            row.step, row.due_at = Step.PLANNED, self._clock.now()  # surely not there: it may be sent again
            _saved(row, "step", "due_at")
        elif done.call in (Call.RECORD, Call.LOOK):
            return self._recorded(row, document, done)
        elif done.call is Call.BOOK:
            self._receipt(row, done.answer)
            return self._arrived(row, Step.BOOKED)
        return False

    def _recorded(self, row: OutboxDocument, document: Document, done: Done) -> bool:
        answer: Recorded | AlreadyRecorded | RecordedDifferently = done.answer
        self._receipt(row, answer.receipt)
        if isinstance(answer, RecordedDifferently):
            told = "; ".join(f"{name}: {ours} / {theirs}" for name, (ours, theirs) in answer.differences.items())
            facts = {"order": self._number(row), "document": row.reference, "number": answer.receipt.number}
            self.hold(row, [Problem(code="RECORDED_DIFFERENTLY", facts={**facts, "differences": told})], Step.SENDING)
            return False
        problem = self._differs(row, document, answer.receipt)
        if problem:
            self.hold(row, [problem], Step.SENDING)  # looked at and compared again before it may be booked
            return False
        if row.uncertain and done.call is Call.RECORD:
            # It was sent twice, the first time without an answer. Should that one arrive as well, later than anybody
            # waits, it must be seen before anything is booked: one look more.
            row.due_at = self._clock.now() + timedelta(seconds=self._settle)
            _saved(row, "due_at", *_RECEIPT)
            return False
        if not _to_be_booked(document):
            return self._arrived(row, Step.DONE)
        if answer.receipt.booked:
            return self._arrived(row, Step.BOOKED)
        row.step, row.due_at, row.trouble = Step.RECORDED, self._clock.now(), ""
        self._further.append(row)
        return False

    def _differs(self, row: OutboxDocument, document: Document, receipt: Receipt) -> Problem | None:
        """The ledger's own totals against what was quoted, before anything is booked (law 5)."""
        if row.quote is None:
            return None
        quote = from_plain(Quote, row.quote)
        for name, ours, theirs in (("total", quote.total, receipt.total), ("vat", quote.vat, receipt.vat)):
            if theirs is not None and ours != theirs and not isinstance(document, CustomerPayment | Voucher):
                facts = {"order": self._number(row), "document": row.reference, "what": name}
                return Problem(code="QUOTE_DIFFERS", facts={**facts, "expected": str(ours), "found": str(theirs)})
        return None

    def _arrived(self, row: OutboxDocument, step: str) -> bool:
        row.step, row.finished_at, row.trouble = step, self._clock.now(), ""
        self._further.append(row)
        return True

    def _receipt(self, row: OutboxDocument, receipt: Receipt) -> None:
        """Note it on the row; it is saved with the row's next step."""
        row.receipt = to_plain(receipt)
        row.number, row.url = receipt.number, receipt.url
        if receipt.voucher_number:
            row.voucher = f"{receipt.voucher_series}{receipt.voucher_number}"

    def _refused(self, row: OutboxDocument, done: Done, error: KonteraError) -> None:
        if isinstance(error, Uncertain):
            self._uncertain(row, done, error)
        elif isinstance(error, NeedsOperator):
            facts = {"order": self._number(row), "document": row.reference}
            known = {name: value for name, value in error.problem.facts.items() if value}
            told = msgspec.structs.replace(error.problem, facts={**error.problem.facts, **facts, **known})
            self.hold(row, [told], _STOOD_AT.get(done.call, Step.PLANNED))
        else:
            self.hold(row, [error.problem], row.step)

    def _uncertain(self, row: OutboxDocument, done: Done, error: Uncertain) -> None:
        """It may have happened. Booking is harmless to repeat; a document, a customer or an article is looked for, not
        before a late request must have arrived, and not by another document that needs the same customer either."""
        timed_out = "Timeout" in error.problem.vendor  # it may still be worked on over there; a cut line is not
        wait = 1.0 if done.call is Call.BOOK else self._settle * (_TIMED_OUT if timed_out else 1)
        row.uncertain = row.uncertain or done.call is Call.RECORD
        row.due_at = self._clock.now() + timedelta(seconds=min(wait * max(row.attempts, 1), _LOOK_AGAIN_MAX_SECONDS))
        row.trouble = error.problem.code
        _saved(row, "due_at", "trouble", "uncertain")
        if done.call is Call.CUSTOMER:
            planned = self._connection.documents.filter(step=Step.PLANNED, due_at__lt=row.due_at)
            planned.filter(content__customer__key=done.subject).update(due_at=row.due_at)

    def _again(self, row: OutboxDocument, call: Call, error: WillRetry | NeedsSignIn) -> None:
        """Nothing was done: it is sent again when the vendor can be worked with."""
        if call is Call.RECORD:
            row.step = Step.PLANNED
        after = error.after if isinstance(error, WillRetry) else 0.0
        row.due_at = self._clock.now() + timedelta(seconds=after)
        row.trouble = error.problem.code
        _saved(row, "step", "due_at", "trouble")

    def _defect(self, row: OutboxDocument, done: Done) -> None:
        _log.error("defect in an adapter", document=row.reference, exc_info=done.defect)
        reason = f"{type(done.defect).__name__}: {done.defect}"[:300]
        problem = Problem(code="OUR_FAULT", facts={"order": self._number(row), "reason": reason})
        self.hold(row, [problem], row.step)

    def _number(self, row: OutboxDocument) -> str:
        return row.order.number if row.order else row.reference


def _about(problem: Problem, number: str) -> Problem:
    """The same problem, told about this order: a voucher carries many."""
    return msgspec.structs.replace(problem, facts={**problem.facts, "order": number})


def _saved(row: OutboxDocument, *fields: str) -> bool:
    """Save what a call became, unless the document was replaced or finished meanwhile; answers whether it was."""
    standing = OutboxDocument.objects.filter(pk=row.pk).exclude(step__in=(Step.ABANDONED, Step.BOOKED))
    return standing.update(**{field: getattr(row, field) for field in fields}) == 1


def _further(rows: Sequence[OutboxDocument]) -> None:
    """`_saved`, for documents that came a step further."""
    if not rows:
        return
    columns = ("id", "step", "due_at", "finished_at", *_RECEIPT)
    further = [{name: getattr(row, name) for name in columns} for row in rows]
    with database.cursor() as cursor:
        cursor.execute(_FURTHER, [msgspec.json.encode(further).decode()])


def _may_arrive(document: Document, done: Done) -> bool:
    """Whether the document may have come to its end with this answer, and its order with it."""
    if done.call in (Call.RECORD, Call.LOOK):
        return done.answer is not None and (done.answer.receipt.booked or not _to_be_booked(document))
    return done.call is Call.BOOK


def _to_be_booked(document: Document) -> bool:
    if isinstance(document, SalesOrder):
        return False
    return isinstance(document, Voucher) or document.book
