"""Which worker drains which lane when: the only module that knows the queue underneath (Procrastinate).

Decides how a lane is woken and how work comes back from the dead. What is due lies in our own tables; a lost or
doubled wake-up is harmless, since a drain takes whatever is due and the ticker wakes every lane that has something.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator

from django.db import connection as database
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from kontera.work import lanes

TASK = "kontera.drain"
HEARTBEAT_SECONDS = 1.0
DEAD_AFTER_SECONDS = 6.0

_drain: list[Callable[[int], None]] = []
_together: contextvars.ContextVar[set[int] | None] = contextvars.ContextVar("wake-ups", default=None)


def on_wake(drain: Callable[[int], None]) -> None:
    """Register what draining a lane means. Called once, when a process that works starts."""
    _drain[:] = [drain]


@app.task(name=TASK, queue="lanes", pass_context=False)
def drain_lane(connection_id: int) -> None:
    """One wake-up of one lane."""
    _drain[0](connection_id)


def wake(connection_id: int) -> bool:
    """Ask that the lane be drained. False when a wake-up of it already waits. Call it after the commit that made
    something due: a wake-up that waited already could otherwise be over before the commit is."""
    lane = f"lane:{connection_id}"
    try:
        with transaction.atomic():
            drain_lane.configure(lock=lane, queueing_lock=lane).defer(connection_id=connection_id)
    except AlreadyEnqueued:
        return False
    return True


def wake_after_commit(connection_id: int) -> None:
    """`wake` when the surrounding transaction has committed (at once when there is none)."""
    together = _together.get()
    transaction.on_commit(lambda: wake(connection_id) if together is None else together.add(connection_id))


@contextlib.contextmanager
def waking_together() -> Iterator[None]:
    """Lanes to be woken after commits inside the block are woken once each, when it ends. Should it never end, because
    the process dies, the ticker wakes them."""
    together: set[int] = set()
    token = _together.set(together)
    try:
        yield
    finally:
        _together.reset(token)
        for connection_id in sorted(together):
            wake(connection_id)


def take_over_from_the_dead() -> int:
    """End the wake-ups of workers whose heart stopped, and wake their lanes again; answers how many.

    They are ended and woken anew rather than retried: another wake-up of the same lane may already wait, and a retry
    would break its queueing lock. A worker that was only frozen still holds its lanes in the database: those sessions
    are ended, so that it can commit nothing when it goes on.
    """
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(
            """
            SELECT w.id, (w.args->>'connection_id')::bigint FROM procrastinate_jobs w
            LEFT JOIN procrastinate_workers worker ON worker.id = w.worker_id
            WHERE w.status = 'doing' AND w.task_name = %s
              AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
            FOR UPDATE OF w SKIP LOCKED
            """,
            [TASK, DEAD_AFTER_SECONDS],
        )
        dead = cursor.fetchall()
        for wake_up, _ in dead:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'doing'", [wake_up])
        for _, connection_id in dead:
            lanes.end_session_of_holder(connection_id)
    for _, connection_id in dead:
        wake(connection_id)
    return len(dead)
