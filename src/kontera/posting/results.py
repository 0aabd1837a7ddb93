"""What a ledger call became, kept: the document's next step, its receipt, its case. One transaction per result.

Decides from the kind of error alone: retry later, hold in a case, look before sending again, or rest the lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import structlog
from django.db import transaction

from kontera.accounting.documents import CustomerPayment, Document, SalesInvoice, SalesOrder, Voucher
from kontera.cases.holding import hold
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.db.models import Binding, Connection, OutboxDocument, ShopOrder
from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, Problem, Uncertain, WillRetry
from kontera.ledgers.protocol import AlreadyRecorded, Quote, Receipt, Recorded, RecordedDifferently
from kontera.money import from_plain, to_plain
from kontera.posting import plan
from kontera.posting.calls import Call, Done
from kontera.posting.cards import digest_of

Step = OutboxDocument.Step
UNCERTAIN = "DELIVERY_UNCERTAIN"
_LOOK_AGAIN_MAX_SECONDS = 600.0
_TIMED_OUT = 9  # a request that timed out is given this many times as long to arrive as one whose line was cut
# Where a document stands when the call about it was refused: a refused record was surely not written, a refused look
# leaves it as uncertain as it was.
_STOOD_AT = {Call.BOOK: Step.RECORDED, Call.LOOK: Step.SENDING}
_RECEIPT = ("receipt", "number", "url", "voucher")
_log = structlog.get_logger("kontera.posting")


class LaneMustRest(Exception):
    """The vendor cannot be worked with for now, whatever the document. `error` says why."""

    def __init__(self, error: WillRetry | NeedsSignIn) -> None:
        super().__init__(str(error))
        self.error = error


class Results:
    """Keeps results for one connection."""

    def __init__(self, connection: Connection, clock: Clock, settle_seconds: float) -> None:
        self._connection = connection
        self._clock = clock
        self._settle = settle_seconds

    def take(self, row: OutboxDocument, document: Document, done: Done) -> int:
        """Keep what became of a call; answers 1 when the document arrived with it, else 0."""
        with transaction.atomic():
            adapters.keep(self._connection, done.exchanges, row.order_id, row.pk)
            if done.defect is not None:
                self._defect(row, done)
            elif done.error is None:
                return self._answer(row, document, done)
            elif not isinstance(done.error, WillRetry | NeedsSignIn):
                self._refused(row, done, done.error)
                return 0
            else:
                self._again(row, done.call, done.error)
        if isinstance(done.error, WillRetry | NeedsSignIn):
            raise LaneMustRest(done.error)
        return 0

    def hold(self, row: OutboxDocument, problems: Sequence[Problem], step: str) -> None:
        """Park the document at `step` and its order in the cases."""
        with transaction.atomic():
            row.step, row.held_step = Step.HELD, step
            row.trouble = problems[0].code
            if _saved(row, "step", "held_step", "trouble", *_RECEIPT) and row.order_id:
                hold(self._order(row), problems, self._clock.now())

    def _answer(self, row: OutboxDocument, document: Document, done: Done) -> int:
        if done.call is Call.CUSTOMER and isinstance(document, SalesInvoice | SalesOrder):
            digest = digest_of(document.customer)
            self._bind(Binding.Kind.CUSTOMER, document.customer.key, done.answer, digest)
        elif done.call is Call.ARTICLE:
            self._bind(Binding.Kind.ARTICLE, done.subject, done.subject, "")
        elif done.call is Call.LOOK and done.answer is None:
            row.step, row.due_at = Step.PLANNED, self._clock.now()  # surely not there: it may be sent again
            _saved(row, "step", "due_at")
        elif done.call in (Call.RECORD, Call.LOOK):
            return self._recorded(row, document, done)
        elif done.call is Call.BOOK:
            self._receipt(row, done.answer)
            return self._arrived(row, Step.BOOKED)
        return 0

    def _recorded(self, row: OutboxDocument, document: Document, done: Done) -> int:
        answer: Recorded | AlreadyRecorded | RecordedDifferently = done.answer
        self._receipt(row, answer.receipt)
        if isinstance(answer, RecordedDifferently):
            told = "; ".join(f"{name}: {ours} / {theirs}" for name, (ours, theirs) in answer.differences.items())
            facts = {"order": self._number(row), "document": row.reference, "number": answer.receipt.number}
            self.hold(row, [Problem(code="RECORDED_DIFFERENTLY", facts={**facts, "differences": told})], Step.SENDING)
            return 0
        problem = self._differs(row, document, answer.receipt)
        if problem:
            self.hold(row, [problem], Step.SENDING)  # looked at and compared again before it may be booked
            return 0
        if row.uncertain and done.call is Call.RECORD:
            # It was sent twice, the first time without an answer. Should that one arrive as well, later than anybody
            # waits, it must be seen before anything is booked: one look more.
            row.due_at = self._clock.now() + timedelta(seconds=self._settle)
            _saved(row, "due_at", *_RECEIPT)
            return 0
        if not _to_be_booked(document):
            return self._arrived(row, Step.DONE)
        if answer.receipt.booked:
            return self._arrived(row, Step.BOOKED)
        row.step, row.due_at, row.trouble = Step.RECORDED, self._clock.now(), ""
        _saved(row, "step", "due_at", "trouble", *_RECEIPT)
        return 0

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

    def _arrived(self, row: OutboxDocument, step: str) -> int:
        row.step, row.finished_at, row.trouble = step, self._clock.now(), ""
        if _saved(row, "step", "finished_at", "trouble", *_RECEIPT) and row.order_id:
            plan.settle(self._order(row), self._clock.now())
        return 1

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

    def _bind(self, kind: Binding.Kind, key: str, number: str, digest: str) -> None:
        Binding.objects.update_or_create(
            connection=self._connection,
            kind=kind,
            key=key,
            defaults={"number": number, "digest": digest, "merchant_id": self._connection.merchant_id},
        )

    def _order(self, row: OutboxDocument) -> ShopOrder:
        assert row.order_id is not None
        return plan.locked(row.order_id)

    def _number(self, row: OutboxDocument) -> str:
        return row.order.number if row.order else row.reference


def _saved(row: OutboxDocument, *fields: str) -> bool:
    """Save what a call became, unless the document was replaced or finished meanwhile; answers whether it was."""
    standing = OutboxDocument.objects.filter(pk=row.pk).exclude(step__in=(Step.ABANDONED, Step.BOOKED))
    return standing.update(**{field: getattr(row, field) for field in fields}) == 1


def _to_be_booked(document: Document) -> bool:
    if isinstance(document, SalesOrder):
        return False
    return isinstance(document, Voucher) or document.book
