"""Keep notices and turn them into looks: many notices about one object become one look.

Decides nothing about the truth of a notice: it only says "look at this". Everything is kept in the same transaction,
before anybody is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import connection as database
from django.db import transaction

from kontera.db.models import AuditEntry, Connection, Notice


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One notice to keep: about one object of one connection."""

    connection: int
    merchant: int
    source: str
    kind: str
    external_id: str
    event: str = ""
    body: bytes = b""
    sent_at: datetime | None = None


class _Mark(NamedTuple):
    """What a repeated event has in common with the first."""

    connection: int
    event: str
    kind: str
    external_id: str


_NOTICE = """
INSERT INTO kontera_notice
    (merchant_id, connection_id, source, event, kind, external_id, body, sent_at, received_at)
SELECT told.*, received.at
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::timestamptz[])
    AS told, (SELECT %s::timestamptz AS at) AS received
ON CONFLICT DO NOTHING
RETURNING connection_id, event, kind, external_id
"""
_LOOK = """
INSERT INTO kontera_look (merchant_id, connection_id, kind, external_id, wanted, first_at, due_at, attempts, trouble)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS wanted(m, c, k, e),
    LATERAL (SELECT 1, %s::timestamptz, %s::timestamptz, 0, '') AS fresh
ON CONFLICT (connection_id, kind, external_id)
DO UPDATE SET wanted = kontera_look.wanted + 1, due_at = LEAST(kontera_look.due_at, EXCLUDED.due_at)
"""


def keep(arrivals: Iterable[Arrival], now: datetime, due_at: datetime | None = None) -> list[bool]:
    """Keep notices, one transaction for all; a repeated event is kept once. Answers for each arrival whether it was
    new. Every object told of is to be looked at, from `due_at` on: shops tell of one order several times within a
    moment, and one look is enough."""
    arrivals = list(arrivals)
    objects = sorted({(one.merchant, one.connection, one.kind, one.external_id) for one in arrivals})
    if not objects:
        return []
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(_NOTICE, [*_columns(arrivals), now])
        new = Counter(_Mark(*row) for row in cursor.fetchall())
        merchants, connections, kinds, ids = zip(*objects, strict=True)
        cursor.execute(_LOOK, [list(merchants), list(connections), list(kinds), list(ids), now, due_at or now])
    return [_claim(new, one) for one in arrivals]


def _columns(arrivals: Sequence[Arrival]) -> list[list[object]]:
    """One list a column, in the order of `_NOTICE`."""
    rows = [
        (one.merchant, one.connection, one.source, one.event, one.kind, one.external_id, one.body, one.sent_at)
        for one in arrivals
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _claim(new: Counter[_Mark], arrival: Arrival) -> bool:
    """Whether one of the rows kept is this arrival's: of two with the same mark in one batch the first is."""
    mark = _Mark(arrival.connection, arrival.event, arrival.kind, arrival.external_id)
    if not new[mark]:
        return False
    new[mark] -= 1
    return True


def look_at(connection: Connection, kind: str, external_id: str, *, author: str, now: datetime) -> None:
    """A person asks to have one object read again (M15)."""
    arrival = Arrival(
        connection=connection.pk,
        merchant=connection.merchant_id,
        source=Notice.Source.PERSON,
        kind=kind,
        external_id=external_id,
    )
    with transaction.atomic():
        keep([arrival], now)
        AuditEntry.objects.create(
            merchant_id=connection.merchant_id,
            author=author,
            action=f"{kind}.read_again",
            subject=external_id,
            detail={"connection": connection.code},
            at=now,
        )
