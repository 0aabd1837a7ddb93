"""A worker process: drains lanes as they are woken, and ticks.

Decides the pace only: one tick a second (one worker ticks for all) wakes lanes with something due and takes over from
the dead. Stops when asked, finishing what is in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections, transaction
from django.db import connection as database
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from psycopg import Error as DriverError

from kontera.clock import Clock
from kontera.work import engine
from kontera.work.lanes import due_lanes

_TICKER_LOCK = 7_266_376
_TICK_MILLISECONDS = 5000
_LOOK_SECONDS = 0.5  # a message that arrives while a worker asks for work is lost on it: it asks again
_log = structlog.get_logger("kontera.work")


def tick(clock: Clock) -> int:
    """One tick: wake what is due, take over from the dead. Answers how many lanes were woken (0 when another worker
    ticks). A worker frozen in the middle of its tick must not keep the others from theirs: the server ends its session
    after a moment."""
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [str(_TICK_MILLISECONDS)]
            )
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TICKER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        engine.take_over_from_the_dead()
        return sum(engine.wake(lane) for lane in due_lanes(clock.now()))


def run(clock: Clock, lanes_at_once: int, stop: threading.Event | None = None) -> None:
    """Work until SIGINT, SIGTERM or `stop`."""
    stop = stop or threading.Event()
    ticker = threading.Thread(target=_tick_until, args=(clock, stop), name="ticker", daemon=True)
    ticker.start()
    try:
        asyncio.run(_work(lanes_at_once, stop))
    finally:
        stop.set()
        ticker.join(timeout=5)
        connections.close_all()


def _tick_until(clock: Clock, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        try:
            tick(clock)
        except DatabaseError as error:  # the server restarts or is gone for a moment: the next tick tries again
            _log.warning("tick failed", error=str(error))
            close_old_connections()
    connections.close_all()


async def _work(lanes_at_once: int, stop: threading.Event) -> None:
    """Run the queue's worker, and run it again when it ends by itself (it does when its database connection breaks)."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(lanes_at_once + 2, thread_name_prefix="lane"))
    if threading.current_thread() is threading.main_thread():
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
    while not stop.is_set():
        try:
            await _work_until_it_ends(lanes_at_once, stop)
        except (ConnectorException, DriverError, OSError) as error:
            _log.warning("worker lost the database", error=str(error))
        if not stop.is_set():
            await asyncio.sleep(1.0)


async def _work_until_it_ends(lanes_at_once: int, stop: threading.Event) -> None:
    working = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with working.open_async():
        worker = asyncio.create_task(
            working.run_worker_async(
                queues=["lanes"],
                concurrency=lanes_at_once,
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=_LOOK_SECONDS,
                update_heartbeat_interval=engine.HEARTBEAT_SECONDS,
                stalled_worker_timeout=600.0,
                shutdown_graceful_timeout=60.0,
            )
        )
        while not stop.is_set() and not worker.done():
            await asyncio.sleep(0.1)
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # what we asked for
            await worker
