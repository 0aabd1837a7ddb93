"""Keep notices and turn them into looks: many notices about one object become one look.

Decides nothing about the truth of a notice: it only says "look at this". Everything is kept in the same transaction,
before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

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


_LOOK = """
INSERT INTO kontera_look (merchant_id, connection_id, kind, external_id, wanted, first_at, due_at, attempts, trouble)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS wanted(m, c, k, e),
    LATERAL (SELECT 1, %s::timestamptz, %s::timestamptz, 0, '') AS fresh
ON CONFLICT (connection_id, kind, external_id)
DO UPDATE SET wanted = kontera_look.wanted + 1, due_at = LEAST(kontera_look.due_at, EXCLUDED.due_at)
"""


def keep(arrivals: Iterable[Arrival], now: datetime, due_at: datetime | None = None) -> int:
    """Keep notices, one transaction for all; a repeated event is kept once. Answers how many objects are to be
    looked at, from `due_at` on: shops tell of one order several times within a moment, and one look is enough."""
    arrivals = list(arrivals)
    objects = sorted({(one.merchant, one.connection, one.kind, one.external_id) for one in arrivals})
    if not objects:
        return 0
    with transaction.atomic():
        Notice.objects.bulk_create(
            (
                Notice(
                    merchant_id=one.merchant,
                    connection_id=one.connection,
                    source=one.source,
                    event=one.event,
                    kind=one.kind,
                    external_id=one.external_id,
                    body=one.body,
                    sent_at=one.sent_at,
                    received_at=now,
                )
                for one in arrivals
            ),
            ignore_conflicts=True,
        )
        with database.cursor() as cursor:
            merchants, connections, kinds, ids = zip(*objects, strict=True)
            cursor.execute(_LOOK, [list(merchants), list(connections), list(kinds), list(ids), now, due_at or now])
    return len(objects)


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
