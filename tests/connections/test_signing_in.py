"""A person consents at Fortnox and the connection gets its keys; nobody else's answer counts (M118)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from django.urls import resolve
from starlette.testclient import TestClient

from kontera.api.application import application
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.connections.readiness import check
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
    """A forged state, and one that was answered already, whatever code it comes with."""
    answer = consent(world.ledger)
    with pytest.raises(ConsentRefused, match="not an answer"):
        finish_consent(answer["code"], answer["state"] + "x", CLOCK)
    finish_consent(answer["code"], answer["state"], CLOCK)
    with pytest.raises(ConsentRefused, match="answered already"):
        finish_consent(answer["code"], answer["state"], CLOCK)


def test_a_newer_question_replaces_the_older(world: World) -> None:
    """The address in an old mail is worth nothing once somebody asked anew."""
    old, new = consent(world.ledger), consent(world.ledger)
    with pytest.raises(ConsentRefused, match="newer one"):
        finish_consent(old["code"], old["state"], CLOCK)
    finish_consent(new["code"], new["state"], CLOCK)


def test_a_code_the_vendor_does_not_know_is_asked_for_anew(world: World) -> None:
    """The vendor's refusal is told, and the question cannot be tried again with guessed codes."""
    answer = consent(world.ledger)
    with pytest.raises(NeedsSignIn):
        finish_consent("guessed", answer["state"], CLOCK)
    with pytest.raises(ConsentRefused):
        finish_consent(answer["code"], answer["state"], CLOCK)


def test_people_come_back_to_this_installation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a return address of its own the installation's public one is used, and what is asked at the terminal may
    be answered where that address is not known; without either it is said what to set."""
    store.connect(world.merchant, "fortnox", "fortnox", {"redirect_uri": ""}, now=CLOCK.now(), author="test")
    monkeypatch.delenv("KONTERA_PUBLIC_URL", raising=False)
    world.ledger.refresh_from_db()
    with pytest.raises(ConsentRefused, match="KONTERA_PUBLIC_URL"):
        consent_address(world.ledger, "Kim")
    monkeypatch.setenv("KONTERA_PUBLIC_URL", "http://127.0.0.1:8010/")
    asked = parse_qs(urlsplit(consent_address(world.ledger, "Kim")).query)
    assert ["http://127.0.0.1:8010/oauth/callback"] == asked["redirect_uri"]
    answer = consent(world.ledger)
    monkeypatch.delenv("KONTERA_PUBLIC_URL")
    finish_consent(answer["code"], answer["state"], CLOCK)
    assert store.settings_of(Connection.objects.get(pk=world.ledger.pk))["refresh_token"]


def test_a_person_lands_on_the_connections_page(world: World) -> None:
    """The door sends the browser to a page that exists; a second time it says why not."""
    answer = consent(world.ledger)
    with TestClient(application(CLOCK), follow_redirects=False) as browser:
        landed = browser.get("/oauth/callback", params=answer)
        again = browser.get("/oauth/callback", params=answer)
    page = f"/m/{world.merchant.slug}/connections/fortnox/"
    assert (303, page) == (landed.status_code, landed.headers["location"])
    assert "connection" == resolve(page).url_name
    assert (400, True) == (again.status_code, "answered already" in again.text)


def test_a_sign_in_address_that_does_not_answer_is_named(world: World) -> None:
    """It is a setting of its own: whoever mistyped it sees which."""
    nowhere = {"auth_url": "http://127.0.0.1:9/oauth-v1", "grant": "client_credentials"}
    store.connect(world.merchant, "fortnox", "fortnox", nowhere, now=CLOCK.now(), author="test")
    world.ledger.refresh_from_db()
    (line,) = check(world.ledger, CLOCK)
    assert line.problem is not None
    assert ("VENDOR_UNREACHABLE", "POST http://127.0.0.1:9/oauth-v1/token") == (
        line.problem.code,
        line.problem.facts["request"],
    )


def test_a_shop_with_a_key_has_nobody_to_ask(world: World) -> None:
    """BigCommerce is connected with a token."""
    with pytest.raises(ConsentRefused, match="key"):
        consent_address(world.shop, "Kim")
