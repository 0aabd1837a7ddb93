"""Connections in the database: made, changed, their settings opened and sealed.

Decides that secrets never lie unsealed in a table and that a rotated token is durable before it is used. Talks to no
vendor.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kontera.calls import SettingsError
from kontera.connections import checks
from kontera.connections.registry import VENDORS
from kontera.db import vault
from kontera.db.models import AuditEntry, Connection, Lane, Merchant


def connect(
    merchant: Merchant,
    vendor: str,
    code: str,
    values: Mapping[str, str],
    *,
    now: datetime,
    author: str,
    name: str = "",
    ledger: Connection | None = None,
    since: datetime | None = None,
) -> Connection:
    """Make a connection, or change the settings of the one with this code (values given replace, others stay).

    Raises SettingsError naming every fault at once, and KeyError for an unknown vendor.
    """
    known = VENDORS[vendor]
    checks.check_code("the code", code, checks.CONNECTION_CODE_LENGTH)
    checks.check_ledger(known, ledger)
    with transaction.atomic():
        existing = Connection.objects.select_for_update().filter(merchant=merchant, code=code).first()
        if existing and existing.vendor != vendor:
            raise SettingsError(f"connection {code!r} is to {existing.vendor}; choose another code for {vendor}")
        before = settings_of(existing) if existing else {}
        merged = {**before, **values}
        if any(setting.name == "store" for setting in known.settings()):
            merged.setdefault("store", code)  # the adapter needs to know what its orders are called by
        checked = checks.checked_values(known, merged)
        checks.check_store_stays(existing, before, checked)
        connection = existing or Connection(
            merchant=merchant,
            vendor=vendor,
            kind=known.kind,
            code=code,
            door=secrets.token_urlsafe(24),
            since=since or now,
            created_at=now,
        )
        connection.name = name or connection.name or known.title
        connection.ledger = ledger or connection.ledger
        connection.since = since or connection.since
        connection.signed_in = True
        _seal_into(connection, checked)
        connection.save()
        Lane.objects.get_or_create(connection=connection, defaults={"merchant": merchant})
        Lane.objects.filter(connection=connection).update(poll_at=None, setup_at=None, notices_at=None, rest_until=None)
        AuditEntry.objects.create(
            merchant=merchant,
            author=author,
            action="connection.changed" if existing else "connection.made",
            subject=code,
            detail={"vendor": vendor, "settings": sorted(values)},
            at=now,
        )
    return connection


def settings_of(connection: Connection) -> dict[str, str]:
    """All settings of a connection, secrets opened."""
    return {**connection.settings, **vault.unseal(connection.merchant_id, bytes(connection.secrets))}


def save_settings(connection_id: int, values: Mapping[str, str]) -> None:
    """Keep values an adapter was given by its vendor (a rotated token), durably, before it uses them."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().get(pk=connection_id)
        _seal_into(connection, {**settings_of(connection), **values})
        connection.save(update_fields=["settings", "secrets"])


def _seal_into(connection: Connection, values: Mapping[str, str]) -> None:
    secret = {setting.name for setting in VENDORS[connection.vendor].settings() if setting.secret or setting.managed}
    connection.settings = {name: value for name, value in values.items() if name not in secret}
    hidden = {name: value for name, value in values.items() if name in secret}
    connection.secrets = vault.seal(connection.merchant_id, hidden)
