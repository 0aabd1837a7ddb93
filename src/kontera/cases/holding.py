"""Hold an order in the cases that say why it cannot move, and let it go again.

Decides which orders share a case: those with the same code and cause. A case is open while something waits for it,
and open again when its cause comes back soon after.
Trouble with a whole connection rests its lane and, when only a person can help or when it lasts, is a case of its own.
Never decides whether an order may move: that is for `posting` to try.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from kontera.cases.catalogue import LASTS, Severity, catalogue
from kontera.db.models import Case, CaseWaiter, Connection, Lane, ShopOrder
from kontera.errors import NeedsOperator, NeedsSignIn, Problem, WillRetry
from kontera.work import lanes

COMES_BACK = timedelta(hours=1)
"""A cause that comes back within this time was not mended: its case is the same case, with everything decided in it."""

_log = structlog.get_logger("kontera.cases")


def hold(order: ShopOrder, problems: Sequence[Problem], now: datetime) -> None:
    """Let the order wait for exactly these problems; what it waited for before and no longer does is let go.

    Runs inside the caller's transaction, with the order's row locked.
    """
    cases = [_waits_for(order, problem, now) for problem in problems]
    if order.place == ShopOrder.Place.WAITING:
        _release(order, now, still={case.pk for case in cases})
    order.place = ShopOrder.Place.WAITING
    order.changed_at = now
    order.save(update_fields=["place", "changed_at"])


def let_go(order: ShopOrder, now: datetime) -> None:
    """The order waits for nothing any more. An order in another place waits for nothing already."""
    if order.place == ShopOrder.Place.WAITING:
        _release(order, now, still=set())


def hold_connection(connection: Connection, problem: Problem, now: datetime) -> Case:
    """A case about a whole connection: everything on it waits, so no order is listed one by one."""
    facts = {"connection": connection.name, **problem.facts}
    cause = f"connection:{connection.pk}"
    return _open(connection, Problem(code=problem.code, cause=cause, facts=facts, vendor=problem.vendor), now)


def rest_lane(lane: Lane, error: WillRetry | NeedsOperator, now: datetime, *, progress: bool) -> None:
    """Let the vendor be, at least as long as it asked. When only a person can help, a case says so about the whole
    connection, which is not signed in any more when that is the trouble; so does one when nothing has got through for
    as long as LASTS. progress: something went well before."""
    connection = lane.connection
    _log.info("lane rests", connection=connection.code, code=error.problem.code)
    with transaction.atomic():
        if isinstance(error, NeedsOperator):
            hold_connection(connection, error.problem, now)
            if isinstance(error, NeedsSignIn):
                connection.signed_in = False
                connection.save(update_fields=["signed_in"])
        answers = isinstance(error, NeedsOperator)
        after = error.after if isinstance(error, WillRetry) else 0.0
        lanes.rest(lane, now, str(error), after, progress=progress, answers=answers, problem=error.problem)
        lasting = Case.objects.filter(_about(connection), code__in=_passing(), phase=Case.Phase.OPEN)
        if answers or progress:
            lasting.update(phase=Case.Phase.RESOLVED, resolved_at=now)
        elif lane.trouble_since and now - lane.trouble_since >= LASTS and not lasting.exists():
            hold_connection(connection, error.problem, now)


def connection_well(connection: Connection, now: datetime) -> None:
    """The connection works again: its own cases are resolved."""
    Case.objects.filter(_about(connection), phase=Case.Phase.OPEN).update(
        phase=Case.Phase.RESOLVED, resolved_at=now
    )  # fmt: skip


def _about(connection: Connection) -> Q:
    return Q(connection=connection, cause=f"connection:{connection.pk}")


def _passing() -> list[str]:
    return [code for code, entry in catalogue().items() if entry.severity is Severity.PASSING]


def _waits_for(order: ShopOrder, problem: Problem, now: datetime) -> Case:
    cause = problem.cause or f"order:{order.pk}"
    connection = order.connection
    case = _open(connection, Problem(code=problem.code, cause=cause, facts=problem.facts, vendor=problem.vendor), now)
    CaseWaiter.objects.update_or_create(
        case=case,
        order=order,
        released_at=None,
        defaults={"facts": dict(problem.facts), "vendor": problem.vendor},
        create_defaults={
            "merchant_id": order.merchant_id,
            "facts": dict(problem.facts),
            "vendor": problem.vendor,
            "since": now,
        },
    )
    return case


def _open(connection: Connection, problem: Problem, now: datetime) -> Case:
    case = _open_or_new(connection, problem, now)
    while True:  # somebody may resolve it between our finding it and our locking it
        case = Case.objects.select_for_update().get(pk=case.pk)
        if case.phase == Case.Phase.OPEN:
            return case
        case = _open_or_new(connection, problem, now)


def _open_or_new(connection: Connection, problem: Problem, now: datetime) -> Case:
    same = Case.objects.filter(merchant_id=connection.merchant_id, code=problem.code, cause=problem.cause[:300])
    if not same.filter(phase=Case.Phase.OPEN).exists():
        lately = same.filter(resolved_at__gt=now - COMES_BACK).order_by("-resolved_at", "-pk")
        back = lately.select_for_update(skip_locked=True).first()
        if back is not None:
            back.phase, back.resolved_at = Case.Phase.OPEN, None
            with contextlib.suppress(IntegrityError), transaction.atomic():  # somebody else has just opened one
                back.save(update_fields=["phase", "resolved_at"])
    case, _ = Case.objects.get_or_create(
        merchant_id=connection.merchant_id,
        code=problem.code,
        cause=problem.cause[:300],
        phase=Case.Phase.OPEN,
        defaults={
            "connection": connection,
            "facts": dict(problem.facts),
            "vendor": problem.vendor,
            "team": catalogue()[problem.code].owner,
            "opened_at": now,
        },
    )
    return case


def _release(order: ShopOrder, now: datetime, still: set[int]) -> None:
    waits = CaseWaiter.objects.filter(order=order, released_at=None).exclude(case_id__in=still)
    left = list(waits.values_list("case_id", flat=True))
    waits.update(released_at=now)
    for case in Case.objects.select_for_update().filter(pk__in=left, phase=Case.Phase.OPEN).order_by("pk"):
        if not case.waiters.filter(released_at=None).exists():
            case.phase, case.resolved_at = Case.Phase.RESOLVED, now
            case.save(update_fields=["phase", "resolved_at"])
