"""Tries at signing in that come at once, in sessions of their own."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections

from kontera.clock import SystemClock
from kontera.console import tries


def test_tries_at_once_are_counted_one_by_one(ground: Path) -> None:
    """Forty at the same moment: ten may go on."""
    name, now = f"{uuid.uuid4().hex}@example.com", SystemClock().now()

    def one(_: int) -> bool:
        try:
            return tries.may_try(name, "203.0.113.9", now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        allowed = list(pool.map(one, range(40)))
    assert tries.PER_NAME_AND_ADDRESS == sum(allowed)


def test_neighbours_in_one_ipv6_network_are_one(ground: Path) -> None:
    """Whoever has one address has 2^64 of them."""
    assert tries._network("2001:db8::1") == tries._network("2001:db8::ffff:1")
    assert tries._network("2001:db8::1") != tries._network("2001:db8:0:1::1")
    assert "unknown" == tries._network("")
