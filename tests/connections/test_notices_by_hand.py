"""A shop whose notices are set up by hand: the readiness list says where, and whether it was done."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.calls import ReadinessCheck
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.connections.readiness import check
from kontera.db.models import Connection, Look, Merchant, Notice
from kontera.intake import notices

CLOCK = SystemClock()


@pytest.fixture
def connection(ground: Path) -> Iterator[Connection]:
    """A shop nobody can reach: only the list is looked at."""
    merchant = Merchant.objects.create(slug=f"h-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=CLOCK.now())
    keys = {"api_key": "k", "base_url": "http://127.0.0.1:9"}
    made = store.connect(merchant, "quickbutik", "qb", keys, now=CLOCK.now(), author="test")
    yield made
    Connection.objects.filter(pk=made.pk).update(signed_in=False)


def line(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> ReadinessCheck:
    """The line about notices, of a shop that is otherwise ready."""
    monkeypatch.setattr("kontera.storefronts.quickbutik.adapter.readiness_of", lambda *_: [])
    (found,) = check(connection, CLOCK)
    return found


def test_the_address_is_printed(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """M117, M118: to be copied into the shop's panel."""
    monkeypatch.setenv("KONTERA_PUBLIC_URL", "https://hub.example/")
    found = line(connection, monkeypatch)
    assert found.ok
    assert f"https://hub.example/hooks/{connection.door}" in found.detail
    assert "nothing heard yet" in found.detail


def test_it_tells_when_the_shop_was_heard(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """M97: so that a merchant sees it works."""
    arrival = notices.Arrival(
        connection=connection.pk,
        merchant=connection.merchant_id,
        source=Notice.Source.WEBHOOK,
        kind="order",
        external_id="17",
    )
    now = CLOCK.now()
    notices.keep([arrival], now)
    Look.objects.filter(connection=connection).delete()
    assert f"last heard {now:%Y-%m-%d %H:%M}" in line(connection, monkeypatch).detail


def test_without_a_public_address_that_is_said(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """M98: half an address would be copied otherwise."""
    monkeypatch.delenv("KONTERA_PUBLIC_URL", raising=False)
    assert "KONTERA_PUBLIC_URL is not set" in line(connection, monkeypatch).detail
