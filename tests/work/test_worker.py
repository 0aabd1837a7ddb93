"""Worker processes as threads: lanes drained as woken, one drain per lane, back after the database broke (M1 M100)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import close_old_connections
from django.db import connection as database

from kontera.work import engine, lanes, worker
from tests.waiting import comes
from tests.work.conftest import CLOCK


class Drains:
    """What `drain` saw: how many drained each lane at once, and how often."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside: dict[int, int] = {}
        self.most: dict[int, int] = {}
        self.count: dict[int, int] = {}

    def drain(self, connection_id: int) -> None:
        """Drain as `drain_connection` does: only while the lane is held."""
        close_old_connections()
        with lanes.hold(connection_id) as lane:
            if lane is None:
                return
            with self.lock:
                now = self.inside[connection_id] = self.inside.get(connection_id, 0) + 1
                self.most[connection_id] = max(self.most.get(connection_id, 0), now)
                self.count[connection_id] = self.count.get(connection_id, 0) + 1
            CLOCK.sleep(0.02)  # long enough for another to come in, if it could
            with self.lock:
                self.inside[connection_id] -= 1


@contextlib.contextmanager
def working(drain: Callable[[int], None], workers: int) -> Iterator[None]:
    """Workers in threads of this process until the block ends."""
    before = list(engine._drain)
    engine.on_wake(drain)
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(CLOCK, 3, stop)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
        engine._drain[:] = before
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.usefixtures("ground")
def test_at_most_one_drain_per_lane_however_often_it_is_woken(pair: Any) -> None:
    """Two workers, two lanes, hundreds of wake-ups: each lane is drained by one at a time, and both are drained."""
    drains = Drains()
    with working(drains.drain, 2):

        def drained_often() -> bool:
            for connection in pair:
                engine.wake(connection.pk)
            return all(drains.count.get(connection.pk, 0) >= 10 for connection in pair)

        assert comes(drained_often, every=0.005)
    assert [1, 1] == [drains.most[connection.pk] for connection in pair]


def test_a_worker_goes_on_after_its_database_connections_broke(pair: Any) -> None:
    """The server was restarted or a network path died: the worker comes back by itself, no wake-up needed twice."""
    shop, _ = pair
    drains = Drains()
    with working(drains.drain, 1):
        engine.wake(shop.pk)
        assert comes(lambda: drains.count.get(shop.pk, 0) >= 1)
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert 2 <= cursor.fetchone()[0]
        seen = drains.count[shop.pk]
        assert comes(lambda: engine.wake(shop.pk) and drains.count[shop.pk] > seen)
