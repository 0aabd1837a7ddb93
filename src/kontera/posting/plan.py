"""Judge an order: what must the books say about it, and which of that is not on its way yet?

Decides the order's place (law 1) and plans documents, in the caller's transaction with the order's row locked.
Documents that left are never changed: a different wish about them is a case. Talks to no vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from kontera.accounting.book import book
from kontera.accounting.documents import Document, kind_of
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.outcome import Booking, LeftOut, Outcome, Problems
from kontera.cases.holding import hold, let_go
from kontera.clock import local_date
from kontera.commerce import Order, OrderState
from kontera.db.models import Decision, Lane, OutboxDocument, RulebookVersion, SetupSnapshot, ShopOrder
from kontera.errors import Problem
from kontera.money import from_plain, to_plain
from kontera.posting import rules
from kontera.work.engine import wake_after_commit

Step = OutboxDocument.Step
Place = ShopOrder.Place
KEEP_AS_BOOKED = "keep_as_booked"
LEAVE_OUT = "leave_out"
USE_SHOP_VAT = "use_shop_vat"
BOOK_ON_OPEN_DATE = "book_on_open_date"
_UNSENT = (Step.PLANNED,)
_log = structlog.get_logger("kontera.posting")


def judge(order_id: int, now: datetime) -> ShopOrder:
    """Look at the order's newest fact and bring its place and its documents in line with it."""
    with transaction.atomic():
        row = ShopOrder.objects.select_for_update(of=("self",)).select_related(
            "connection__merchant", "connection__ledger", "fact"
        ).get(pk=order_id)  # fmt: skip
        if row.fact.content is None:
            _judge_unreadable(row, now)
            return row
        ledger = row.connection.ledger
        order = from_plain(Order, row.fact.content)
        if order.placed_at < row.connection.since and not row.documents.exists():
            leave_out(
                row, LeftOut(rule="cut_off", reason=f"placed before {row.connection.since:%Y-%m-%d %H:%M} UTC"), now
            )
            return row
        version = rules.in_force(row.merchant_id, local_date(order.placed_at, row.connection.merchant.zone))
        setup = SetupSnapshot.objects.filter(connection=ledger).order_by("-id").first() if ledger else None
        if version is None or setup is None:
            if ledger and setup is None:  # also when its lane is reading the set-up this very moment: it judges again
                Lane.objects.filter(pk=ledger.pk).update(setup_at=None)
            return row  # it has arrived; it is judged when there is something to judge it with
        _apply(row, order, _outcome(row, order, version, setup), version, now)
        if ledger:
            wake_after_commit(ledger.pk)
        return row


def settle(row: ShopOrder, now: datetime) -> None:
    """Called when one of its documents came to an end: the order is booked when none is left on its way."""
    steps = set(row.documents.exclude(step=Step.ABANDONED).values_list("step", flat=True))
    if not steps or not steps <= {Step.BOOKED, Step.DONE} or row.place == Place.WAITING:
        return
    order = from_plain(Order, row.fact.content)
    if order.refunded and not _decided(row, "REFUND_NOT_BOOKED"):
        hold(row, [_after_booking("REFUND_NOT_BOOKED", row)], now)
        return
    row.place, row.booked_at, row.changed_at = Place.BOOKED, row.booked_at or now, now
    row.save(update_fields=["place", "booked_at", "changed_at"])


def _outcome(row: ShopOrder, order: Order, version: RulebookVersion, setup: SetupSnapshot) -> Outcome:
    merchant = row.connection.merchant
    snapshot = from_plain(LedgerSetup, setup.content)
    chosen = _decisions(row)
    if LEAVE_OUT in chosen:
        made = chosen[LEAVE_OUT]
        return LeftOut(rule="decision", reason=f"{made.author}: {made.reason}")
    decided = frozenset({"VAT_DIFFERS"} if USE_SHOP_VAT in chosen else ())
    locked = snapshot.locked_through
    not_before = locked + timedelta(days=1) if locked and BOOK_ON_OPEN_DATE in chosen else None
    try:
        rulebook = rules.parsed(version)
        return book(order, rulebook, snapshot, merchant.zone, merchant.country, decided, not_before)
    except Exception as error:  # noqa: BLE001 - law 4: a defect of ours holds this order, never the next one
        _log.exception("booking failed", order=row.number)
        facts = {"order": row.number, "reason": f"{type(error).__name__}: {error}"[:300]}
        return Problems(problems=(Problem(code="OUR_FAULT", facts=facts),))


def _apply(row: ShopOrder, order: Order, outcome: Outcome, version: RulebookVersion, now: datetime) -> None:
    kept = list(row.documents.select_for_update().exclude(step=Step.ABANDONED).order_by("sequence"))
    left = [document for document in kept if not _unsent(document)]
    if isinstance(outcome, Booking):
        _plan(row, order, outcome, version, kept, now)
    elif left:
        _apply_after_leaving(row, order, outcome, left, now)
    elif isinstance(outcome, LeftOut):
        _abandon(kept, now)
        leave_out(row, outcome, now)
    else:
        _abandon(kept, now)
        hold(row, outcome.problems, now)


def leave_out(row: ShopOrder, outcome: LeftOut, now: datetime) -> None:
    """Nothing to book, by a recorded rule: the order waits for nothing."""
    let_go(row, now)
    row.place, row.left_out_rule, row.left_out_reason = Place.LEFT_OUT, outcome.rule, outcome.reason
    row.changed_at = now
    row.save(update_fields=["place", "left_out_rule", "left_out_reason", "changed_at"])


def _plan(
    row: ShopOrder, order: Order, booking: Booking, version: RulebookVersion, kept: list[OutboxDocument], now: datetime
) -> None:
    if any(document.proof in ("differs", "unreadable") for document in kept):
        return  # it waits until its entries have been read back again
    wanted = {document.reference: document for document in booking.documents}
    left = [document for document in kept if not _unsent(document)]
    changed = [
        document
        for document in left
        if document.reference not in wanted
        or _meaning(document.content) != _meaning(to_plain(wanted[document.reference]))
    ]
    if changed and not _decided(row, "ORDER_CHANGED_AFTER_BOOKING"):
        hold(row, [_changed(row, changed[0], wanted.get(changed[0].reference))], now)
        return
    _abandon([document for document in kept if _unsent(document)], now)
    taken = {document.reference for document in left}
    rows = [
        _row(row, document, sequence, version, now)
        for sequence, document in enumerate(booking.documents)
        if document.reference not in taken
    ]
    OutboxDocument.objects.bulk_create(rows)
    for document in left:
        if document.step == Step.HELD:
            document.step, document.due_at, document.trouble = document.held_step, now, ""
            document.save(update_fields=["step", "due_at", "trouble"])
    let_go(row, now)
    row.place = Place.POSTING
    row.differences = to_plain(booking.differences)
    row.left_out_rule = row.left_out_reason = ""
    row.changed_at = now
    row.save(update_fields=["place", "differences", "left_out_rule", "left_out_reason", "changed_at"])
    settle(row, now)


def _apply_after_leaving(
    row: ShopOrder, order: Order, outcome: LeftOut | Problems, left: Sequence[OutboxDocument], now: datetime
) -> None:
    """Documents are in the ledger, and now the order should not be booked or cannot be: a person decides."""
    cancelled = order.state in (OrderState.CANCELLED, OrderState.DECLINED)
    code = "ORDER_CANCELLED_AFTER_BOOKING" if cancelled else "ORDER_CHANGED_AFTER_BOOKING"
    problems = outcome.problems if isinstance(outcome, Problems) else ()
    if _decided(row, code) or (problems and all(_decided(row, problem.code) for problem in problems)):
        let_go(row, now)
        row.place = Place.POSTING
        settle(row, now)
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


def _decisions(row: ShopOrder) -> dict[str, Decision]:
    """What a person decided about the order, after this version of it was read; the latest of each kind."""
    made = Decision.objects.filter(order=row, decided_at__gte=row.fact.read_at).order_by("pk")
    return {decision.choice: decision for decision in made}


def _decided(row: ShopOrder, code: str) -> bool:
    """Whether a person decided that the books stay as they are, about a case with this code."""
    made = Decision.objects.filter(order=row, case__code=code, choice=KEEP_AS_BOOKED)
    return made.filter(decided_at__gte=row.fact.read_at).exists()


def _judge_unreadable(row: ShopOrder, now: datetime) -> None:
    chosen = _decisions(row)
    if LEAVE_OUT in chosen and not row.documents.exclude(step=Step.ABANDONED).exists():
        made = chosen[LEAVE_OUT]
        leave_out(row, LeftOut(rule="decision", reason=f"{made.author}: {made.reason}"), now)
    else:
        hold(row, [from_plain(Problem, row.fact.problem)], now)
