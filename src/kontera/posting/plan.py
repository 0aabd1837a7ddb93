"""Judge an order: what must the books say about it, and which of that is not on its way yet?

Decides the order's place (law 1) and plans documents, in the caller's transaction with the order's row locked.
Documents that left are never changed: a different wish about them is a case. Talks to no vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from kontera.accounting.book import book
from kontera.accounting.documents import Document, ExchangeRate, kind_of
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.outcome import Booking, LeftOut, Outcome, Problems
from kontera.cases.holding import hold, let_go
from kontera.clock import local_date
from kontera.commerce import Order, OrderState
from kontera.db.models import Lane, OutboxDocument, RulebookVersion, SetupSnapshot, ShopOrder
from kontera.errors import Problem
from kontera.money import from_plain, to_plain
from kontera.posting import decisions, rules
from kontera.work.engine import wake_after_commit

Step = OutboxDocument.Step
Place = ShopOrder.Place
_UNSENT = (Step.PLANNED,)
_log = structlog.get_logger("kontera.posting")


def locked(order_id: int) -> ShopOrder:
    """The order's row, locked first and read then: a lock taken through a join finds nothing when the order's newest
    fact changes while we wait for it."""
    return ShopOrder.objects.select_for_update().get(pk=order_id)


def judge(order_id: int, now: datetime, *, anew: bool = True) -> ShopOrder:
    """Look at the order's newest fact and bring its place and its documents in line with it.

    anew: something changed for it, or somebody asked. Otherwise what the ledger refused is not sent again as it was: it
    would be refused again, and its case would come and go.
    """
    with transaction.atomic():
        row = locked(order_id)
        if row.fact.content is None:
            _judge_unreadable(row, now)
            return row
        ledger = row.connection.ledger
        order = from_plain(Order, row.fact.content)
        since = row.connection.since
        if order.placed_at < since and not row.documents.exists():
            leave_out(row, LeftOut(rule="cut_off", reason=f"placed before {since:%Y-%m-%d %H:%M} UTC"), now)
            return row
        version = rules.in_force(row.merchant_id, local_date(order.placed_at, row.connection.merchant.zone))
        setup = SetupSnapshot.objects.filter(connection=ledger).order_by("-id").first() if ledger else None
        if version is None or setup is None:
            if ledger and setup is None:  # also when its lane is reading the set-up this very moment: it judges again
                Lane.objects.filter(pk=ledger.pk).update(setup_at=None)
            return row  # it has arrived; it is judged when there is something to judge it with
        kept = list(row.documents.select_for_update().exclude(step=Step.ABANDONED).order_by("sequence"))
        left = [document for document in kept if not _unsent(document)]
        outcome = _outcome(row, order, version, setup, left)
        if isinstance(outcome, Booking):
            as_written = _as_written(row, order, version, setup, left) or outcome
            if anew or not _held_as_it_is(row, kept, outcome, as_written):
                _plan(row, outcome, as_written, version, kept, now)
        elif left:
            _apply_after_leaving(row, order, outcome, kept, now)
        elif isinstance(outcome, LeftOut):
            _abandon(kept, now)
            leave_out(row, outcome, now)
        else:
            _abandon(kept, now)
            hold(row, outcome.problems, now)
        if ledger:
            wake_after_commit(ledger.pk)
        return row


def hold_as_our_fault(order_id: int, error: Exception, now: datetime) -> None:
    """Law 4: judging the order failed for a reason of ours; it waits where people see it."""
    with transaction.atomic():
        row = locked(order_id)
        facts = {"order": row.number, "reason": f"{type(error).__name__}: {error}"[:300]}
        hold(row, [Problem(code="OUR_FAULT", facts=facts)], now)


def settle(row: ShopOrder, now: datetime) -> None:
    """Called when one of its documents came to an end: the order is booked when none is left on its way."""
    steps = set(row.documents.exclude(step=Step.ABANDONED).values_list("step", flat=True))
    if not steps or not steps <= {Step.BOOKED, Step.DONE} or row.place == Place.WAITING:
        return
    order = from_plain(Order, row.fact.content)
    if order.refunded and not decisions.kept_as_booked(row, "REFUND_NOT_BOOKED"):
        hold(row, [_after_booking("REFUND_NOT_BOOKED", row)], now)
        return
    row.place, row.booked_at, row.changed_at = Place.BOOKED, row.booked_at or now, now
    row.save(update_fields=["place", "booked_at", "changed_at"])


def _outcome(
    row: ShopOrder, order: Order, version: RulebookVersion, setup: SetupSnapshot, left: Sequence[OutboxDocument]
) -> Outcome:
    """What the books must say, by this version of the rules. What has left is in the ledger: its settings of today
    cannot refuse it any more, and it keeps the exchange rate it was written with."""
    merchant = row.connection.merchant
    snapshot = from_plain(LedgerSetup, setup.content)
    chosen = decisions.made_about(row)
    if not left:
        sticky = decisions.left_out_before(row)
        if sticky is not None:
            return sticky
    decided = frozenset({"VAT_DIFFERS"} if decisions.USE_SHOP_VAT in chosen else ())
    lock = snapshot.locked_through
    not_before = lock + timedelta(days=1) if lock and decisions.BOOK_ON_OPEN_DATE in chosen else None
    if left:
        not_before = date.fromisoformat(left[0].content["date"])
    rate = next((from_plain(ExchangeRate, one.content["rate"]) for one in left if one.content.get("rate")), None)
    references = frozenset(document.reference for document in left)
    try:
        rulebook = rules.parsed(version)
        return book(order, rulebook, snapshot, merchant.zone, merchant.country, decided, not_before, references, rate)
    except Exception as error:  # noqa: BLE001 - law 4: a defect of ours holds this order, never the next one
        _log.exception("booking failed", order=row.number)
        facts = {"order": row.number, "reason": f"{type(error).__name__}: {error}"[:300]}
        return Problems(problems=(Problem(code="OUR_FAULT", facts=facts),))


def _as_written(
    row: ShopOrder, order: Order, version: RulebookVersion, setup: SetupSnapshot, left: Sequence[OutboxDocument]
) -> Booking | None:
    """The same order by the rules that what has left was written with, to hold it against; None when those are the
    rules of today, or cannot book the order any more."""
    written = next((document.rulebook for document in left if document.rulebook), None)
    if written is None or written.pk == version.pk:
        return None
    outcome = _outcome(row, order, written, setup, left)
    return outcome if isinstance(outcome, Booking) else None


def leave_out(row: ShopOrder, outcome: LeftOut, now: datetime) -> None:
    """Nothing to book, by a recorded rule: the order waits for nothing."""
    let_go(row, now)
    row.place, row.left_out_rule, row.left_out_reason = Place.LEFT_OUT, outcome.rule, outcome.reason
    row.changed_at = now
    row.save(update_fields=["place", "left_out_rule", "left_out_reason", "changed_at"])


def _held_as_it_is(row: ShopOrder, kept: Sequence[OutboxDocument], booking: Booking, as_written: Booking) -> bool:
    """Whether the ledger holds up the very documents that would be planned now."""
    if row.place != Place.WAITING or not any(document.step == Step.HELD for document in kept):
        return False
    written = {document.reference: document for document in as_written.documents}
    planned = {document.reference: document for document in booking.documents}
    if {document.reference for document in kept} != set(planned):
        return False
    return all(
        _meaning(document.content)
        == _meaning(to_plain((planned if _unsent(document) else written)[document.reference]))
        for document in kept
    )


def _plan(
    row: ShopOrder,
    booking: Booking,
    as_written: Booking,
    version: RulebookVersion,
    kept: Sequence[OutboxDocument],
    now: datetime,
) -> None:
    """Plan what is not on its way yet. as_written: the booking by the rules of what has left, which is held against
    it; new documents (a payment that came later) follow the rules of today."""
    if any(document.proof in ("differs", "unreadable") for document in kept):
        return  # it waits until its entries have been read back again
    wanted = {document.reference: document for document in as_written.documents}
    left = [document for document in kept if not _unsent(document)]
    changed = [
        document
        for document in left
        if document.reference not in wanted
        or _meaning(document.content) != _meaning(to_plain(wanted[document.reference]))
    ]
    if changed and not decisions.kept_as_booked(row, "ORDER_CHANGED_AFTER_BOOKING"):
        hold(row, [_changed(row, changed[0], wanted.get(changed[0].reference))], now)
        return
    _abandon(kept, now)
    taken = {document.reference for document in left}
    rows = [
        _row(row, document, sequence, version, now)
        for sequence, document in enumerate(booking.documents)
        if document.reference not in taken
    ]
    OutboxDocument.objects.bulk_create(rows)
    if not left:
        row.differences = to_plain(booking.differences)
    _go_on(row, left, now)


def _go_on(row: ShopOrder, left: Sequence[OutboxDocument], now: datetime) -> None:
    """The order waits for nothing any more: what was held of it goes on from where it stood."""
    for document in left:
        if document.step == Step.HELD:
            document.step, document.due_at, document.trouble = document.held_step, now, ""
            document.save(update_fields=["step", "due_at", "trouble"])
    let_go(row, now)
    row.place, row.changed_at = Place.POSTING, now
    row.left_out_rule = row.left_out_reason = ""
    row.save(update_fields=["place", "differences", "left_out_rule", "left_out_reason", "changed_at"])
    settle(row, now)


def _apply_after_leaving(
    row: ShopOrder, order: Order, outcome: LeftOut | Problems, kept: Sequence[OutboxDocument], now: datetime
) -> None:
    """Documents are in the ledger, and now the order should not be booked or cannot be: a person decides."""
    cancelled = order.state in (OrderState.CANCELLED, OrderState.DECLINED)
    code = "ORDER_CANCELLED_AFTER_BOOKING" if cancelled else "ORDER_CHANGED_AFTER_BOOKING"
    problems = outcome.problems if isinstance(outcome, Problems) else ()
    kept_problems = problems and all(decisions.kept_as_booked(row, problem.code) for problem in problems)
    left = [document for document in kept if not _unsent(document)]
    if decisions.kept_as_booked(row, code) or kept_problems:
        _go_on(row, left, now)
    elif cancelled:
        hold(row, [_after_booking(code, row)], now)
    elif problems:
        hold(row, problems, now)
    else:
        hold(row, [_changed(row, left[0], None)], now)


def _unsent(document: OutboxDocument) -> bool:
    """Whether it surely never reached the ledger."""
    return document.step in _UNSENT or (document.step == Step.HELD and document.held_step in _UNSENT)


def _abandon(documents: Sequence[OutboxDocument], now: datetime) -> None:
    """Those of them that have not left never will."""
    for document in documents:
        if _unsent(document):
            document.step, document.finished_at = Step.ABANDONED, now
            document.save(update_fields=["step", "finished_at"])


def _row(row: ShopOrder, document: Document, sequence: int, version: RulebookVersion, now: datetime) -> OutboxDocument:
    return OutboxDocument(
        merchant_id=row.merchant_id,
        connection=row.connection.ledger,
        order=row,
        fact=row.fact,
        rulebook=version,
        kind=kind_of(document),
        reference=document.reference,
        sequence=sequence,
        content=to_plain(document),
        due_at=now,
        created_at=now,
    )


_UNIMPORTANT = ("why", "vat_why", "remarks", "phone", "billing", "delivery", "name", "email", "language")


def _meaning(content: Any) -> Any:
    """A document's content without what may change and still mean the same to the books."""
    if isinstance(content, dict):
        return {name: _meaning(value) for name, value in content.items() if name not in _UNIMPORTANT}
    if isinstance(content, list | tuple):
        return [_meaning(value) for value in content]
    return content


def _changed(row: ShopOrder, before: OutboxDocument, after: Document | None) -> Problem:
    old = before.content.get("total") or before.content.get("amount")
    new = getattr(after, "total", None) or getattr(after, "amount", None)
    facts = {
        "order": row.number,
        "invoice": before.number or before.reference,
        "before": f"{old['amount']} {old['currency']}" if old else "",
        "after": str(new) if new else "0",
    }
    return Problem(code="ORDER_CHANGED_AFTER_BOOKING", facts=facts)


def _after_booking(code: str, row: ShopOrder) -> Problem:
    invoice = row.documents.exclude(step=Step.ABANDONED).order_by("sequence").first()
    number = (invoice.number or invoice.reference) if invoice else ""
    return Problem(code=code, facts={"order": row.number, "invoice": number})


def _judge_unreadable(row: ShopOrder, now: datetime) -> None:
    """It cannot be read, or is gone: what has not left never will."""
    kept = list(row.documents.select_for_update().exclude(step=Step.ABANDONED))
    _abandon(kept, now)
    problem = from_plain(Problem, row.fact.problem)
    left = [document for document in kept if not _unsent(document)]
    if left and decisions.kept_as_booked(row, problem.code):
        _go_on(row, left, now)
        return
    sticky = None if left else decisions.left_out_before(row)
    if isinstance(sticky, LeftOut):
        leave_out(row, sticky, now)
    else:
        hold(row, [problem], now)
