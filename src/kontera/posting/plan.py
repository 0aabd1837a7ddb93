"""Judge an order: what must the books say about it, and which of that is not on its way yet?

Decides the order's place (law 1) and plans documents, in the caller's transaction with the order's row locked.
Documents that left are never changed: a different wish about them is a case. Talks to no vendor.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import connection as database
from django.db import transaction

from kontera.accounting.book import book
from kontera.accounting.documents import ExchangeRate, Planned, kind_of, planned_from
from kontera.accounting.outcome import Booking, LeftOut, Outcome, Problems
from kontera.accounting.summary import manner_of
from kontera.cases.holding import hold, let_go
from kontera.clock import local_date
from kontera.commerce import Order, OrderState
from kontera.db.models import Lane, OutboxDocument, RulebookVersion, ShopOrder
from kontera.errors import Problem
from kontera.money import from_plain, to_plain
from kontera.posting import decisions, rules
from kontera.posting.ground import Ground, ground_of
from kontera.posting.outbox import abandon, carrier_of, locked_documents, unsent
from kontera.posting.summaries import due_at
from kontera.work.engine import wake_after_commit

_SETTLE = """
WITH ended AS (
    SELECT shoporder.id, coalesce((fact.content->>'refunded')::boolean, false) AS refunded
    FROM kontera_shoporder AS shoporder
    JOIN kontera_fact AS fact ON fact.id = shoporder.fact_id
    JOIN kontera_outboxdocument AS document ON document.order_id = shoporder.id AND document.step <> 'abandoned'
    WHERE shoporder.id = ANY(%(orders)s) AND shoporder.place <> 'waiting'
    GROUP BY shoporder.id, fact.id
    HAVING bool_and(document.step IN ('booked', 'done'))
), booked AS (
    UPDATE kontera_shoporder AS shoporder
    SET place = 'booked', booked_at = coalesce(shoporder.booked_at, %(now)s), changed_at = %(now)s
    FROM ended WHERE ended.id = shoporder.id AND NOT ended.refunded
)
SELECT id, refunded FROM ended
"""
Step = OutboxDocument.Step
Place = ShopOrder.Place
_log = structlog.get_logger("kontera.posting")


def locked(order_id: int) -> ShopOrder:
    """The order's row, locked first and read then: a lock taken through a join finds nothing when the order's newest
    fact changes while we wait for it."""
    return ShopOrder.objects.select_for_update().get(pk=order_id)


def lock(orders: Collection[int]) -> None:
    """Lock several orders' rows, in one sequence: whoever locks more than one never waits for a lock while it holds
    what its owner waits for."""
    if orders:
        with database.cursor() as cursor:
            cursor.execute("SELECT id FROM kontera_shoporder WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(orders)])


def judge(order_id: int, now: datetime) -> ShopOrder:
    """Look at the order's newest fact and bring its place and its documents in line with it."""
    with transaction.atomic():
        row = locked(order_id)
        judge_locked(row, now)
        return row


def judge_locked(row: ShopOrder, now: datetime, *, new: bool = False, anew: bool = True) -> None:
    """`judge`, for whoever has the row locked already. new: made in this very transaction, so that there is nothing
    about it yet: no document, no decision.

    anew: something changed for it, or somebody asked. Otherwise what the ledger refused is not sent again as it was: it
    would be refused again, and its case would come and go.
    """
    if row.fact.content is None:
        _judge_unreadable(row, now)
        return
    ground = ground_of(row.connection_id)
    order = from_plain(Order, row.fact.content)
    if order.placed_at < ground.since and (new or not row.documents.exists()):
        leave_out(row, LeftOut(rule="cut_off", reason=f"placed before {ground.since:%Y-%m-%d %H:%M} UTC"), now)
        return
    version = ground.rulebook(local_date(order.placed_at, ground.zone))
    if version is None or ground.setup is None:
        if ground.ledger and ground.setup is None:  # also when its lane is reading it this very moment: it judges again
            Lane.objects.filter(pk=ground.ledger).update(setup_at=None)
        return  # it has arrived; it is judged when there is something to judge it with
    kept = [] if new else locked_documents(row)
    left = [document for document in kept if not unsent(document)]
    outcome = _outcome(row, order, version, ground, left, new=new)
    if isinstance(outcome, Booking):
        as_written = _as_written(row, order, version, ground, left) or outcome
        if anew or not _held_as_it_is(row, kept, outcome, as_written):
            _plan(row, outcome, as_written, version, ground, kept, now)
    elif left:
        _apply_after_leaving(row, order, outcome, kept, now)
    elif isinstance(outcome, LeftOut):
        abandon(kept, now)
        leave_out(row, outcome, now)
    else:
        abandon(kept, now)
        hold(row, outcome.problems, now)
    if ground.ledger:
        wake_after_commit(ground.ledger)


def hold_as_our_fault(order_id: int, error: Exception, now: datetime) -> None:
    """Law 4: judging the order failed for a reason of ours; it waits where people see it."""
    with transaction.atomic():
        row = locked(order_id)
        facts = {"order": row.number, "reason": f"{type(error).__name__}: {error}"[:300]}
        hold(row, [Problem(code="OUR_FAULT", facts=facts)], now)


def settle(orders: Collection[int], now: datetime) -> None:
    """Called when documents of these orders (locked) came to an end: one with none left on its way is booked, unless a
    refund needs somebody's decision first."""
    if not orders:
        return
    with database.cursor() as cursor:
        cursor.execute(_SETTLE, {"orders": list(orders), "now": now})
        refunded = [pk for pk, has_refund in cursor.fetchall() if has_refund]
    for row in ShopOrder.objects.filter(pk__in=refunded).order_by("pk") if refunded else ():
        if decisions.kept_as_booked(row, "REFUND_NOT_BOOKED"):
            row.place, row.booked_at, row.changed_at = Place.BOOKED, row.booked_at or now, now
            row.save(update_fields=["place", "booked_at", "changed_at"])
        else:
            hold(row, [_after_booking("REFUND_NOT_BOOKED", row)], now)


def _outcome(
    row: ShopOrder,
    order: Order,
    version: RulebookVersion,
    ground: Ground,
    left: Sequence[OutboxDocument],
    *,
    new: bool = False,
) -> Outcome:
    """What the books must say, by this version of the rules. What has left is in the ledger: its settings of today
    cannot refuse it any more, and it keeps the exchange rate it was written with."""
    setup = ground.setup
    assert setup is not None
    chosen = {} if new else decisions.made_about(row)
    if not left and not new:
        sticky = decisions.left_out_before(row)
        if sticky is not None:
            return sticky
    decided = frozenset({"VAT_DIFFERS"} if decisions.USE_SHOP_VAT in chosen else ())
    lock = setup.locked_through
    not_before = lock + timedelta(days=1) if lock and decisions.BOOK_ON_OPEN_DATE in chosen else None
    if left:
        not_before = date.fromisoformat(left[0].content["date"])
    rate = next((from_plain(ExchangeRate, one.content["rate"]) for one in left if one.content.get("rate")), None)
    references = frozenset(document.reference for document in left)
    manner = manner_of(planned_from(left[0].content)) if left else None
    zone, home = ground.zone, ground.country
    try:
        rulebook = rules.parsed(version)
        return book(order, rulebook, setup, zone, home, decided, not_before, references, rate, manner)
    except Exception as error:  # noqa: BLE001 - law 4: a defect of ours holds this order, never the next one
        _log.exception("booking failed", order=row.number)
        facts = {"order": row.number, "reason": f"{type(error).__name__}: {error}"[:300]}
        return Problems(problems=(Problem(code="OUR_FAULT", facts=facts),))


def _as_written(
    row: ShopOrder, order: Order, version: RulebookVersion, ground: Ground, left: Sequence[OutboxDocument]
) -> Booking | None:
    """The same order by the rules that what has left was written with, to hold it against; None when those are the
    rules of today, or cannot book the order any more."""
    written = next((document.rulebook for document in left if document.rulebook), None)
    if written is None or written.pk == version.pk:
        return None
    outcome = _outcome(row, order, written, ground, left)
    return outcome if isinstance(outcome, Booking) else None


def leave_out(row: ShopOrder, outcome: LeftOut, now: datetime) -> None:
    """Nothing to book, by a recorded rule: the order waits for nothing."""
    let_go(row, now)
    row.place, row.left_out_rule, row.left_out_reason = Place.LEFT_OUT, outcome.rule, outcome.reason
    row.changed_at = now
    row.save(update_fields=["place", "left_out_rule", "left_out_reason", "changed_at"])


def _held_as_it_is(row: ShopOrder, kept: Sequence[OutboxDocument], booking: Booking, as_written: Booking) -> bool:
    """Whether the ledger holds up the very documents that would be planned now."""
    if row.place != Place.WAITING or not any(carrier_of(document).step == Step.HELD for document in kept):
        return False
    written = {document.reference: document for document in as_written.documents}
    planned = {document.reference: document for document in booking.documents}
    if {document.reference for document in kept} != set(planned):
        return False
    return all(
        _meaning(document.content) == _meaning(to_plain((planned if unsent(document) else written)[document.reference]))
        for document in kept
    )


def _plan(
    row: ShopOrder,
    booking: Booking,
    as_written: Booking,
    version: RulebookVersion,
    ground: Ground,
    kept: Sequence[OutboxDocument],
    now: datetime,
) -> None:
    """Plan what is not on its way yet. as_written: the booking by the rules of what has left, which is held against
    it; new documents (a payment that came later) follow the rules of today."""
    if any(carrier_of(document).proof in ("differs", "unreadable") for document in kept):
        return  # it waits until its entries have been read back again
    wanted = {document.reference: document for document in as_written.documents}
    left = [document for document in kept if not unsent(document)]
    changed = [
        document
        for document in left
        if document.reference not in wanted
        or _meaning(document.content) != _meaning(to_plain(wanted[document.reference]))
    ]
    if changed and not decisions.kept_as_booked(row, "ORDER_CHANGED_AFTER_BOOKING"):
        hold(row, [_changed(row, changed[0], wanted.get(changed[0].reference))], now)
        return
    abandon(kept, now)
    taken = {document.reference for document in left}
    rows = [
        _row(row, document, sequence, version, ground, now, kept)
        for sequence, document in enumerate(booking.documents)
        if document.reference not in taken
    ]
    OutboxDocument.objects.bulk_create(rows)
    if not left:
        row.differences = to_plain(booking.differences)
    _go_on(row, left, now, more=bool(rows))


def _go_on(row: ShopOrder, left: Sequence[OutboxDocument], now: datetime, *, more: bool = False) -> None:
    """The order waits for nothing any more: what was held of it goes on from where it stood. more: documents of it
    were planned just now."""
    for document in map(carrier_of, left):
        if document.step == Step.HELD:
            document.step, document.due_at, document.trouble = document.held_step, now, ""
            document.save(update_fields=["step", "due_at", "trouble"])
    let_go(row, now)
    row.place, row.changed_at = Place.POSTING, now
    row.left_out_rule = row.left_out_reason = ""
    row.save(update_fields=["place", "differences", "left_out_rule", "left_out_reason", "changed_at"])
    if not more:
        settle([row.pk], now)
        row.refresh_from_db(fields=["place", "booked_at", "changed_at"])


def _apply_after_leaving(
    row: ShopOrder, order: Order, outcome: LeftOut | Problems, kept: Sequence[OutboxDocument], now: datetime
) -> None:
    """Documents are in the ledger, and now the order should not be booked or cannot be: a person decides."""
    cancelled = order.state in (OrderState.CANCELLED, OrderState.DECLINED)
    code = "ORDER_CANCELLED_AFTER_BOOKING" if cancelled else "ORDER_CHANGED_AFTER_BOOKING"
    problems = outcome.problems if isinstance(outcome, Problems) else ()
    kept_problems = problems and all(decisions.kept_as_booked(row, problem.code) for problem in problems)
    left = [document for document in kept if not unsent(document)]
    if decisions.kept_as_booked(row, code) or kept_problems:
        _go_on(row, left, now)
    elif cancelled:
        hold(row, [_after_booking(code, row)], now)
    elif problems:
        hold(row, problems, now)
    else:
        hold(row, [_changed(row, left[0], None)], now)


def _row(
    row: ShopOrder,
    document: Planned,
    sequence: int,
    version: RulebookVersion,
    ground: Ground,
    now: datetime,
    kept: Sequence[OutboxDocument],
) -> OutboxDocument:
    return OutboxDocument(
        merchant_id=row.merchant_id,
        connection_id=ground.ledger or 0,
        order=row,
        fact=row.fact,
        rulebook=version,
        kind=kind_of(document),
        reference=document.reference,
        sequence=sequence,
        content=to_plain(document),
        due_at=due_at(document, ground.zone, now, kept),
        created_at=now,
    )


_UNIMPORTANT = (
    *("why", "vat_why", "remarks", "phone", "billing", "delivery", "name", "email", "language"),
    *("processor", "series", "close_hour", "rounding"),  # of a share: in which voucher it is, not what it says
)


def _meaning(content: Any) -> Any:
    """A document's content without what may change and still mean the same to the books."""
    if isinstance(content, dict):
        return {name: _meaning(value) for name, value in content.items() if name not in _UNIMPORTANT}
    if isinstance(content, list | tuple):
        return [_meaning(value) for value in content]
    return content


def _changed(row: ShopOrder, before: OutboxDocument, after: Planned | None) -> Problem:
    old = before.content.get("total") or before.content.get("amount")
    new = getattr(after, "total", None) or getattr(after, "amount", None)
    facts = {
        "order": row.number,
        "invoice": carrier_of(before).number or before.reference,
        "before": f"{old['amount']} {old['currency']}" if old else "",
        "after": str(new) if new else "0",
    }
    return Problem(code="ORDER_CHANGED_AFTER_BOOKING", facts=facts)


def _after_booking(code: str, row: ShopOrder) -> Problem:
    invoice = row.documents.exclude(step=Step.ABANDONED).order_by("sequence").first()
    number = (carrier_of(invoice).number or invoice.reference) if invoice else ""
    return Problem(code=code, facts={"order": row.number, "invoice": number})


def _judge_unreadable(row: ShopOrder, now: datetime) -> None:
    """It cannot be read, or is gone: what has not left never will."""
    kept = locked_documents(row)
    abandon(kept, now)
    problem = from_plain(Problem, row.fact.problem)
    left = [document for document in kept if not unsent(document)]
    if left and decisions.kept_as_booked(row, problem.code):
        _go_on(row, left, now)
        return
    sticky = None if left else decisions.left_out_before(row)
    if isinstance(sticky, LeftOut):
        leave_out(row, sticky, now)
    else:
        hold(row, [problem], now)
