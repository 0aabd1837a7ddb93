"""A lane: the one queue of a connection, drained by at most one worker at a time.

Decides who may drain: the holder of the lane's advisory lock in the database, on the very database session whose
commits record the work. When that session dies, the lock and the right to commit die together. Carries the vendor's
rate window from worker to worker.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, models
from django.db import connection as database

from kontera.calls import RateWindow
from kontera.db.models import Connection, Lane, OutboxDocument

_LANE_LOCKS = 7_266_375  # the class of advisory locks that lanes use; the second key is the connection
_REST_SECONDS = (5, 10, 20, 40, 80, 160, 300)


@contextlib.contextmanager
def hold(connection_id: int) -> Iterator[Lane | None]:
    """The lane, held by this thread's database session; None when somebody else holds it."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LANE_LOCKS, connection_id])
        if not cursor.fetchone()[0]:
            yield None
            return
    try:
        yield Lane.objects.select_related("connection__merchant", "connection__ledger").get(pk=connection_id)
    finally:
        with contextlib.suppress(DatabaseError), database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LANE_LOCKS, connection_id])


def enter(lane: Lane, window: RateWindow) -> None:
    """Take over the lane's rate window. When the last worker did not leave in good order, its latest calls are
    unknown: the whole window is taken as used."""
    window.restore(lane.arrivals)
    if lane.worker:
        window.assume_full()
    lane.worker = f"{socket.gethostname()}:{os.getpid()}"[:80]
    lane.save(update_fields=["worker"])


def leave(lane: Lane, window: RateWindow, now: datetime) -> None:
    """Leave in good order: the next worker continues the window."""
    lane.worker = ""
    lane.arrivals = window.log()
    lane.drained_at = now
    lane.save(update_fields=["worker", "arrivals", "drained_at"])


def rest(lane: Lane, now: datetime, why: str, at_least: float = 0.0) -> None:
    """The vendor is busy or down: let it be, longer each time (5 s to 5 min), and at least as long as it asked."""
    seconds = max(_REST_SECONDS[min(lane.failures, len(_REST_SECONDS) - 1)], at_least)
    lane.failures += 1
    lane.trouble = why[:500]
    lane.rest_until = now + timedelta(seconds=seconds)
    lane.save(update_fields=["failures", "trouble", "rest_until"])


def well_again(lane: Lane) -> None:
    """The vendor answers: forget earlier trouble."""
    if lane.failures or lane.trouble:
        lane.failures, lane.trouble, lane.rest_until = 0, "", None
        lane.save(update_fields=["failures", "trouble", "rest_until"])


def due_lanes(now: datetime) -> list[int]:
    """Connections whose lane has something to do now."""
    ready = models.Q(rest_until=None) | models.Q(rest_until__lte=now)
    clocks = (
        models.Q(poll_at__lte=now)
        | models.Q(poll_at=None, connection__kind=Connection.Kind.STOREFRONT)
        | models.Q(setup_at__lte=now)
        | models.Q(setup_at=None, connection__kind=Connection.Kind.LEDGER)
    )
    looks = Connection.objects.filter(looks__due_at__lte=now, kind=Connection.Kind.STOREFRONT)
    moving = OutboxDocument.objects.filter(step__in=("planned", "sending", "recorded"), due_at__lte=now)
    documents = Connection.objects.filter(live=True, documents__in=moving.exclude(models.Exists(_before())))
    unproven = Connection.objects.filter(documents__step="booked", documents__proof="", kind=Connection.Kind.LEDGER)
    work = models.Q(connection__in=looks) | models.Q(connection__in=documents) | models.Q(connection__in=unproven)
    lanes = Lane.objects.filter(ready, clocks | work, connection__signed_in=True)
    return list(lanes.order_by("pk").values_list("pk", flat=True).distinct())


def _before() -> models.QuerySet[OutboxDocument]:
    """Documents of the same order that must arrive before the one of the outer query: a payment behind an invoice that
    is held is not due, or its lane would be woken again and again with nothing to do."""
    earlier = OutboxDocument.objects.filter(
        order=models.OuterRef("order"),
        connection=models.OuterRef("connection"),
        sequence__lt=models.OuterRef("sequence"),
    )
    return earlier.exclude(step__in=("booked", "done", "abandoned"))
