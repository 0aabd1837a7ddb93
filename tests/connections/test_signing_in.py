"""A person consents at Fortnox and the connection gets its keys; nobody else's answer counts (M118)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from kontera.clock import SystemClock
from kontera.connections import store
from kontera.connections.signing_in import ConsentRefused, consent_address, finish_consent
from kontera.db.models import AuditEntry, Connection
from kontera.errors import NeedsSignIn
from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()


@pytest.fixture
def world(ground: Path) -> Iterator[World]:
    """A ledger that is connected by consent rather than with a service account's keys; nobody consented yet."""
    with FortnoxSandbox(limit=None) as sandbox:
        made = World(sandbox)
        keys = {"grant": "authorization_code", "redirect_uri": sandbox.credentials()["redirect_uri"]}
        store.connect(made.merchant, "fortnox", "fortnox", keys, now=CLOCK.now(), author="test")
        yield made


def consent(connection: Connection) -> dict[str, str]:
    """What the vendor sends the person back with."""
    connection.refresh_from_db()
    answer = httpx2.get(consent_address(connection, "Kim"), follow_redirects=False)
    assert 302 == answer.status_code, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def test_consent_gives_keys_that_rotate(world: World) -> None:
    """Consent once; orders are booked; the access token expires and is renewed with a single-use refresh token."""
    answer = consent(world.ledger)
    finish_consent(answer["code"], answer["state"], CLOCK)
    first = store.settings_of(Connection.objects.get(pk=world.ledger.pk))["refresh_token"]
    world.arrives(sale("1"))
    world.drain()
    world.sandbox.actions()["expire_access"]({})
    world.arrives(sale("2"))
    world.drain(2)
    second = store.settings_of(Connection.objects.get(pk=world.ledger.pk))["refresh_token"]
    assert ["booked", "booked"] == [world.order(number).place for number in ("1", "2")]
    assert first != second
    assert AuditEntry.objects.filter(merchant=world.merchant, action="connection.consented", author="Kim").exists()


def test_keys_lie_sealed(world: World) -> None:
    """No token or secret is readable in the table."""
    answer = consent(world.ledger)
    finish_consent(answer["code"], answer["state"], CLOCK)
    row = Connection.objects.get(pk=world.ledger.pk)
    secrets = store.settings_of(row)
    for name in ("client_secret", "access_token", "refresh_token"):
        assert name not in row.settings
        assert secrets[name].encode() not in bytes(row.secrets)


def test_somebody_elses_answer_is_refused(world: World) -> None:
    """A forged or stale state, and a code that was used already."""
    answer = consent(world.ledger)
    with pytest.raises(ConsentRefused, match="not an answer"):
        finish_consent(answer["code"], answer["state"] + "x", CLOCK)
    finish_consent(answer["code"], answer["state"], CLOCK)
    with pytest.raises(NeedsSignIn):
        finish_consent(answer["code"], answer["state"], CLOCK)


def test_a_shop_with_a_key_has_nobody_to_ask(world: World) -> None:
    """BigCommerce is connected with a token."""
    with pytest.raises(ConsentRefused, match="key"):
        consent_address(world.shop, "Kim")
