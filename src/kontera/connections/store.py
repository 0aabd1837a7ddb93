"""Connections in the database: made, changed, their settings opened and sealed.

Decides that secrets never lie unsealed in a table, that a rotated token is durable before it is used, and what other
settings ask for: a shop is walked anew, a ledger given later judges what arrived before. Talks to no vendor.
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
from kontera.db.models import AuditEntry, Connection, Cursor, Lane, Merchant


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

    Raises SettingsError naming every fault at once, KeyError for an unknown vendor, and ValueError when the code is
    another vendor's or a second shop would write the same references into the same ledger.
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
        as_it_was = (connection.since, connection.settings)
        connection.name = name or connection.name or known.title
        connection.ledger = ledger or connection.ledger
        connection.since = since or connection.since
        connection.signed_in = True
        _refuse_same_references(connection, checked)
        _seal_into(connection, checked)
        connection.save()
        if as_it_was != (connection.since, connection.settings):
            Cursor.objects.filter(connection=connection).delete()  # what was passed by may be wanted now
        if ledger:
            Lane.objects.filter(connection=ledger).update(setup_at=None)  # judges what arrived before
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


def _refuse_same_references(connection: Connection, values: Mapping[str, str]) -> None:
    """Law 2: references in a ledger begin with the shop's code; two shops with one code would share them."""
    if connection.ledger is None:
        return
    Connection.objects.select_for_update().get(pk=connection.ledger.pk)  # two at once: one after the other
    code = values.get("store", connection.code)
    for other in connection.ledger.stores.exclude(pk=connection.pk):
        if other.settings.get("store", other.code).casefold() == code.casefold():
            raise ValueError(
                f"connection {other.code!r} books into {connection.ledger.code!r} as {code!r} already; give this one "
                f"another store code, or its orders would be taken for the other's"
            )


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
