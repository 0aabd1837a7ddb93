"""A ledger and a shop that exist only as rows: tests of durable work never talk to a vendor."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kontera.clock import SystemClock

CLOCK = SystemClock()


@pytest.fixture
def pair(ground: Path) -> Iterator[Any]:
    """(shop, ledger) of a new merchant; their lanes are not due by themselves, and are out of the way afterwards."""
    from kontera.connections import store
    from kontera.db.models import Connection, Lane, Merchant

    merchant = Merchant.objects.create(slug=f"w-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=CLOCK.now())
    keys = {"grant": "client_credentials", "client_id": "id", "client_secret": "s", "tenant_id": "1"}
    ledger = store.connect(merchant, "fortnox", "fortnox", keys, now=CLOCK.now(), author="test")
    keys = {"store_hash": "abc", "access_token": "t", "client_secret": "s"}
    shop = store.connect(merchant, "bigcommerce", "nt", keys, now=CLOCK.now(), author="test", ledger=ledger)
    far = CLOCK.now().replace(year=CLOCK.now().year + 10)
    Lane.objects.filter(merchant=merchant).update(poll_at=far, setup_at=far, notices_at=far)
    yield shop, ledger
    Connection.objects.filter(merchant=merchant).update(signed_in=False)


@contextmanager
def elsewhere(work: Callable[[threading.Event], None]) -> Iterator[threading.Thread]:
    """Run `work(done)` in a thread with a database session of its own; `done` is set when the block ends."""
    from django.db import connections

    done = threading.Event()

    def run() -> None:
        try:
            work(done)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        done.set()
        thread.join(timeout=20)
    assert not thread.is_alive()
