"""Let waiting orders try again: after a cause was mended, after a decision, or when somebody asks.

Decides only which orders are judged again; whether they may move is judged as for any order. Fixing a cause once
releases everything that waited for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kontera.clock import Clock
from kontera.db.models import (
    AuditEntry,
    Binding,
    Case,
    Connection,
    Decision,
    Lane,
    OutboxDocument,
    ShopOrder,
)
from kontera.posting.decisions import (
    BOOK_AFTER_ALL,
    BOOK_ON_OPEN_DATE,
    CHANGED_SINCE,
    KEEP_AS_BOOKED,
    LEAVE_OUT,
    USE_SHOP_VAT,
)
from kontera.posting.obstacles import is_about_a_connection, number_behind
from kontera.posting.outbox import carrier_of, locked_documents
from kontera.posting.plan import hold_as_our_fault, judge, settle
from kontera.posting.summaries import arrived
from kontera.work import engine

TRY_AGAIN = "try_again"
_STEP = OutboxDocument.Step
_log = structlog.get_logger("kontera.posting")
# What else than trying again a person may decide, by the case's code. Whatever has not been booked may be left out.
CHOICES = {
    "ORDER_CHANGED_AFTER_BOOKING": (KEEP_AS_BOOKED,),
    "ORDER_CANCELLED_AFTER_BOOKING": (KEEP_AS_BOOKED,),
    "REFUND_NOT_BOOKED": (KEEP_AS_BOOKED,),
    "VAT_DIFFERS": (USE_SHOP_VAT, LEAVE_OUT),
    "PERIOD_LOCKED": (BOOK_ON_OPEN_DATE, LEAVE_OUT),
    CHANGED_SINCE: (BOOK_AFTER_ALL, LEAVE_OUT),
    **dict.fromkeys(("RECORDED_DIFFERENTLY", "ENTRIES_DIFFER"), (KEEP_AS_BOOKED,)),
    **dict.fromkeys(("DELIVERY_UNCERTAIN", "LEDGER_SIGN_IN", "SHOP_SIGN_IN"), ()),
}


def check_again(case: Case, *, author: str, reason: str, clock: Clock, orders: Sequence[int] | None = None) -> int:
    """The cause was mended: read the ledger's set-up anew and judge what waits in the case again, all of it or only
    these `orders` (primary keys).

    Answers how many orders still waited when asked; they move as the lanes get to them. For a case about a whole
    connection the connection is tried again, and the orders are those that wait behind it.
    """
    now = clock.now()
    with transaction.atomic():
        _note(case, None, author, TRY_AGAIN, reason, now)
        waiting = case.waiters.filter(released_at=None)
        if orders is not None:
            waiting = waiting.filter(order__in=orders)
        asked = list(waiting.values_list("order_id", flat=True))
        connection = case.connection
        waited = len(asked)
        if connection and is_about_a_connection(case):
            waited += number_behind(connection)
            Connection.objects.filter(pk=connection.pk).update(signed_in=True)
            Lane.objects.filter(pk=connection.pk).update(rest_until=None, failures=0)
        unproven = OutboxDocument.objects.filter(Q(order__in=asked) | Q(carried__order__in=asked))
        unproven = unproven.filter(proof__in=("differs", "unreadable"))
        OutboxDocument.objects.filter(pk__in=list(unproven.values_list("pk", flat=True))).update(proof="")
        if case.code == "CUSTOMER_REFUSED":  # perhaps the card we know was deleted: it is looked for anew
            cards = OutboxDocument.objects.filter(order__in=asked).values_list("content__customer__key", flat=True)
            known = Binding.objects.filter(
                connection__stores__orders__in=asked, key__in=[card for card in cards if card]
            )
            Binding.objects.filter(pk__in=list(known.values_list("pk", flat=True))).delete()
        ledgers = Connection.objects.filter(stores__orders__pk__in=asked).distinct()
        Lane.objects.filter(connection__in=ledgers).update(setup_at=None, rest_until=None)
    for ledger in {ledger.pk for ledger in ledgers} | ({connection.pk} if connection else set()):
        engine.wake(ledger)
    if not ledgers:
        _judge_all(asked, clock)
    return waited


def choices(case: Case) -> tuple[str, ...]:
    """What a person may decide about the case, beside trying again. What is booked can only be kept as it is."""
    possible = CHOICES.get(case.code, (LEAVE_OUT,))
    if LEAVE_OUT not in possible:
        return possible
    orders = case.waiters.filter(released_at=None).values("order")
    left = OutboxDocument.objects.filter(Q(order__in=orders) | Q(carried__order__in=orders))
    left = left.exclude(step__in=(_STEP.PLANNED, _STEP.ABANDONED)).exclude(step=_STEP.HELD, held_step=_STEP.PLANNED)
    if left.exclude(step__in=(_STEP.BOOKED, _STEP.DONE)).exists():
        return ()  # it is on its way into the ledger: that has to end first
    return (KEEP_AS_BOOKED,) if left.exists() else possible


def decide(case: Case, choice: str, *, author: str, reason: str, clock: Clock, order: ShopOrder | None = None) -> int:
    """Decide for one order of the case, or for all that wait in it; answers for how many. The decision is kept for
    good, with its author and reason, and holds for the order as it was read: a later change asks anew.

    Raises ValueError when the choice is not one of `choices`, when there is no reason, or when the order does not wait
    in the case.
    """
    if not reason.strip():
        raise ValueError("a decision needs a reason: an auditor must be able to understand it")
    if choice not in choices(case):
        raise ValueError(f"{choice!r} cannot be decided about {case.code} (possible: {', '.join(choices(case))})")
    waiting = case.waiters.filter(released_at=None).select_related("order").order_by("pk")
    orders = [waiter.order for waiter in waiting if order is None or waiter.order_id == order.pk]
    if not orders:
        raise ValueError("the order does not wait in this case")
    for one in orders:
        with transaction.atomic():
            _note(case, one, author, choice, reason, clock.now())
            if choice == KEEP_AS_BOOKED:
                _accept(case, one, clock.now())
        judge(one.pk, clock.now())
    return len(orders)


def _accept(case: Case, order: ShopOrder, now: datetime) -> None:
    """What the ledger holds is taken as it is, though it is not what was predicted or sent. A voucher is taken so for
    every order it carries: each of them is still asked about."""
    ShopOrder.objects.select_for_update().get(pk=order.pk)
    for document in {carrier_of(document) for document in locked_documents(order)}:
        held = document.step == _STEP.HELD and document.held_step == _STEP.SENDING and document.number
        if case.code == "ENTRIES_DIFFER" and document.proof in ("differs", "unreadable"):
            document.proof = "accepted"
            document.save(update_fields=["proof"])
        if case.code == "RECORDED_DIFFERENTLY" and held:
            document.step, document.finished_at, document.proof, document.trouble = _STEP.DONE, now, "accepted", ""
            document.save(update_fields=["step", "finished_at", "proof", "trouble"])
            settle(arrived([document], now), now)


def judge_waiting(ledger: Connection, clock: Clock, changed: bool = True) -> int:
    """Judge every order again that waits for, or has not been judged with, this ledger's set-up; when that changed also
    those whose day is not closed: each that cannot be booked any more waits alone, and not with the whole voucher."""
    orders = ShopOrder.objects.filter(connection__ledger=ledger)
    return _judge_all(_waiting(orders, open_days=changed), clock)


def judge_merchant(merchant_id: int, clock: Clock) -> int:
    """Judge every waiting order of a merchant again, and those whose day is not closed (a new rulebook is in force)."""
    return _judge_all(_waiting(ShopOrder.objects.filter(merchant_id=merchant_id), open_days=True), clock)


def _waiting(orders: QuerySet[ShopOrder], open_days: bool) -> QuerySet[ShopOrder, int]:
    """Of these orders those that wait or were never judged, and perhaps those with a share no voucher has taken yet."""
    wanted = Q(place__in=(ShopOrder.Place.WAITING, ShopOrder.Place.ARRIVED))
    if open_days:
        shares = OutboxDocument.objects.filter(order=OuterRef("pk"), kind__in=OutboxDocument.SHARES, step=_STEP.PLANNED)
        wanted |= Q(place=ShopOrder.Place.POSTING) & Q(Exists(shares))
    return orders.filter(wanted).order_by("pk").values_list("pk", flat=True)


def _judge_all(orders: Iterable[int], clock: Clock) -> int:
    """Each in a transaction of its own: one that cannot move never holds up the next."""
    pks = list(orders)
    for pk in pks:
        try:
            judge(pk, clock.now())
        except Exception as error:  # noqa: BLE001 - one order that cannot be judged never keeps the others waiting
            _log.exception("order not judged", order=pk)
            hold_as_our_fault(pk, error, clock.now())
    return len(pks)


def _note(case: Case, order: ShopOrder | None, author: str, choice: str, reason: str, now: datetime) -> None:
    Decision.objects.create(
        merchant_id=case.merchant_id,
        case=case,
        order=order,
        author=author,
        choice=choice,
        reason=reason,
        decided_at=now,
    )
    AuditEntry.objects.create(
        merchant_id=case.merchant_id,
        author=author,
        action=f"case.{choice}",
        subject=case.code,
        detail={"case": case.pk, "order": order.number if order else "", "reason": reason},
        at=now,
    )
