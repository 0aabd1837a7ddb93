"""Secrets at rest: sealed for one merchant, opened with old keys after a rotation, never readable in a table."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.conf import settings

from kontera.clock import SystemClock
from kontera.db import vault

NOW = SystemClock().now()
SECRETS = {"access_token": "s3cret-tåken", "client_secret": "s3cret-too"}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation's key."""
    monkeypatch.setattr(settings, "SECRET_KEY", "first key of the installation")
    monkeypatch.delenv("KONTERA_OLD_SECRET_KEYS", raising=False)


def test_what_is_sealed_is_unreadable_and_opens_again() -> None:
    """Nothing of a secret shows in the sealed bytes; sealing twice gives different bytes."""
    sealed = vault.seal(1, SECRETS)
    assert SECRETS == vault.unseal(1, sealed)
    assert b"s3cret" not in sealed
    assert sealed != vault.seal(1, SECRETS)


def test_nothing_sealed_is_nothing() -> None:
    """A connection without secrets."""
    assert {} == vault.unseal(1, b"")


def test_sealed_for_another_merchant_is_refused() -> None:
    """A row copied to another merchant opens nothing."""
    with pytest.raises(vault.SecretsUnreadable, match="another merchant"):
        vault.unseal(2, vault.seal(1, SECRETS))


def test_a_changed_byte_is_refused() -> None:
    """Sealed bytes are authenticated."""
    sealed = bytearray(vault.seal(1, SECRETS))
    sealed[len(sealed) // 2] ^= 1
    with pytest.raises(vault.SecretsUnreadable):
        vault.unseal(1, bytes(sealed))


def test_after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old key is only for opening; without it what it sealed is lost, and the text says why."""
    old = vault.seal(1, SECRETS)
    monkeypatch.setattr(settings, "SECRET_KEY", "second key")
    with pytest.raises(vault.SecretsUnreadable, match="key"):
        vault.unseal(1, old)
    monkeypatch.setenv("KONTERA_OLD_SECRET_KEYS", "unrelated,first key of the installation")
    assert SECRETS == vault.unseal(1, old)
    new = vault.seal(1, SECRETS)
    monkeypatch.delenv("KONTERA_OLD_SECRET_KEYS")
    assert SECRETS == vault.unseal(1, new)


def test_a_connections_row_holds_no_secret_in_clear(ground: Path) -> None:
    """Neither settings nor secrets, nor the audit entry about the change."""
    from kontera.connections import store
    from kontera.db.models import AuditEntry, Merchant

    merchant = Merchant.objects.create(slug=f"v-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=NOW)
    keys = {"store_hash": "abc", "access_token": "s3cret-token", "client_secret": "s3cret-too"}
    made = store.connect(merchant, "bigcommerce", "nt", keys, now=NOW, author="test")
    made.refresh_from_db()
    told = (
        repr(made.settings).encode()
        + bytes(made.secrets)
        + repr(AuditEntry.objects.get(merchant=merchant).detail).encode()
    )
    assert b"s3cret" not in told
    assert "s3cret-token" == store.settings_of(made)["access_token"]
