"""A lane: the one queue of a connection, drained by at most one worker at a time.

Decides who may drain: the holder of the lane's advisory lock in the database, on the very database session whose
commits record the work. When that session dies, the lock and the right to commit die together; the right to send ends
LEASE_SECONDS after the holder last showed that its session lives. Carries the vendor's rate window from worker to
worker.
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
from kontera.clock import Clock
from kontera.db.models import Connection, Lane, OutboxDocument
from kontera.errors import Problem
from kontera.money import to_plain

_LANE_LOCKS = 7_266_375  # the class of advisory locks that lanes use; the second key is the connection
_REST_SECONDS = (5, 10, 20, 40, 80, 160, 300)
LEASE_SECONDS = 3.0


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
        with contextlib.suppress(DatabaseError), database.cursor() as cursor:  # gone with its session
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LANE_LOCKS, connection_id])


@contextlib.contextmanager
def commits_need_not_wait() -> Iterator[None]:
    """Inside, a commit does not wait until it is on disk (measured: 2 ms each). For work that is done over, unharmed,
    when the database server loses its last half second: a later commit that does wait brings all earlier ones with
    it, so that what is lost is lost together. Whoever must not lose a commit says so in it (see `posting.poster`)."""
    with database.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with contextlib.suppress(DatabaseError), database.cursor() as cursor:  # a session that is gone has no settings
            cursor.execute("RESET synchronous_commit")


class LaneLost(RuntimeError):
    """The database session that held the lane is gone: somebody else may hold it, and this worker must let go."""


class Lease:
    """The holder's right to send: renewed by showing that its session lives. Belongs to the lane's own thread."""

    def __init__(self, connection_id: int, window: RateWindow, clock: Clock) -> None:
        self._connection_id = connection_id
        self._window = window
        self._clock = clock
        self._renewed = 0.0

    def renew(self) -> None:
        """Writes may leave for LEASE_SECONDS more. Asks the database at most twice a second. Raises LaneLost."""
        now = self._clock.seconds()
        if 0 <= now - self._renewed < 0.5:
            return
        if not is_held(self._connection_id):
            raise LaneLost(f"lane {self._connection_id} is no longer held by this session")
        self._renewed = now
        self._window.allow_writes(now + LEASE_SECONDS)


def is_held(connection_id: int) -> bool:
    """Whether this thread's database session holds the lane (a session that was lost and opened anew does not)."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_HOLDERS} AND pid = pg_backend_pid())", [_LANE_LOCKS, connection_id])
        return bool(cursor.fetchone()[0])


def end_session_of_holder(connection_id: int) -> bool:
    """End the database session that holds the lane: its worker's heart has stopped, yet it may only be frozen, and
    nobody could drain the lane while it sleeps. Answers whether there was one."""
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_terminate_backend(pid) FROM ({_HOLDERS}) AS holder", [_LANE_LOCKS, connection_id]
        )  # fmt: skip
        return bool(cursor.fetchall())


_HOLDERS = """SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s
AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def enter(lane: Lane, window: RateWindow) -> bool:
    """Take over the lane's rate window; answers whether the last worker did not leave in good order. Its latest calls
    are unknown then: the whole window is taken as used, and nothing leaves before its right to send has lapsed."""
    window.restore(lane.arrivals)
    abandoned = bool(lane.worker)
    if abandoned:
        window.assume_full()
        window.block(LEASE_SECONDS)
    lane.worker = f"{socket.gethostname()}:{os.getpid()}"[:80]
    lane.save(update_fields=["worker"])
    return abandoned


def leave(lane: Lane, window: RateWindow, now: datetime) -> None:
    """Leave in good order: the next worker continues the window. Changes nothing when the lane is no longer ours."""
    if not is_held(lane.pk):
        return
    lane.worker = ""
    lane.arrivals = window.log()
    lane.drained_at = now
    lane.save(update_fields=["worker", "arrivals", "drained_at"])


def rest(
    lane: Lane,
    now: datetime,
    why: str,
    at_least: float = 0.0,
    *,
    progress: bool = False,
    answers: bool = False,
    problem: Problem | None = None,
) -> None:
    """The vendor is busy or down: let it be, longer each time (5 s to 5 min) unless there was progress in between, and
    at least as long as it asked. answers: the vendor is there, and a person has to act. problem: why; None = a defect
    of ours. Changes nothing when the lane is no longer ours."""
    if not is_held(lane.pk):
        return
    if progress:
        lane.failures, lane.trouble_since = 0, None
    lane.trouble_since = None if answers else lane.trouble_since or now
    seconds = max(_REST_SECONDS[min(lane.failures, len(_REST_SECONDS) - 1)], at_least)
    lane.failures += 1
    lane.trouble, lane.problem = why[:500], None if problem is None else to_plain(problem)
    lane.rest_until = now + timedelta(seconds=seconds)
    lane.save(update_fields=["failures", "trouble", "problem", "rest_until", "trouble_since"])


def well_again(lane: Lane) -> None:
    """The vendor answers: forget earlier trouble."""
    if lane.failures or lane.trouble:
        lane.failures, lane.trouble, lane.rest_until, lane.trouble_since = 0, "", None, None
        lane.save(update_fields=["failures", "trouble", "rest_until", "trouble_since"])


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
    documents = Connection.objects.filter(live=True, documents__in=OutboxDocument.ready(now))
    closing = Connection.objects.filter(live=True, documents__in=OutboxDocument.closable(now))
    unproven = Connection.objects.filter(documents__step="booked", documents__proof="", kind=Connection.Kind.LEDGER)
    work = models.Q(connection__in=looks) | models.Q(connection__in=documents) | models.Q(connection__in=unproven)
    work |= models.Q(connection__in=closing)
    lanes = Lane.objects.filter(ready, clocks | work, connection__signed_in=True)
    return list(lanes.order_by("pk").values_list("pk", flat=True).distinct())
