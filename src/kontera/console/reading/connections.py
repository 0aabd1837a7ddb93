"""How a connection is: talking, resting, paused, signed out; how much of the vendor's rate is used; what is due.

Decides one word per connection, the most serious that holds. Secrets are never read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from kontera.connections.adapters import rate_of
from kontera.connections.registry import VENDORS
from kontera.console.reading.standing import heard
from kontera.db.models import Connection, Lane, Look, Merchant, OutboxDocument

_DUE = ~Q(step__in=[*OutboxDocument.FINISHED, OutboxDocument.Step.HELD]) & ~Q(kind__in=OutboxDocument.SHARES)


@dataclass(frozen=True, slots=True)
class Card:
    """A connection as shown. condition: signed_out, paused, trouble, resting, busy or quiet.

    used, limit: calls in the vendor's current window (limit 0 = it has none). due: documents to send and objects to
    read.
    """

    connection: Connection
    title: str
    condition: str
    lane: Lane | None
    used: int
    limit: int
    window_seconds: int
    due: int
    settings: tuple[tuple[str, str], ...]

    @property
    def share(self) -> int:
        """Percent of the window used."""
        return min(100, self.used * 100 // self.limit) if self.limit else 0


def cards(merchant: Merchant, now: datetime) -> list[Card]:
    """All connections of a merchant; three queries."""
    connections = heard(merchant)
    due = _due([connection.pk for connection in connections])
    return [_card(connection, now, due) for connection in connections]


def card(connection: Connection, now: datetime) -> Card:
    """One connection."""
    return _card(connection, now, _due([connection.pk]))


def condition_of(connection: Connection, now: datetime) -> str:
    """The most serious word that holds."""
    lane = getattr(connection, "lane", None)
    if not connection.signed_in:
        return "signed_out"
    if not connection.live:
        return "paused"
    if lane is None:
        return "quiet"
    rest_until = lane.rest_until
    if rest_until is not None and rest_until > now:
        return "resting"
    if lane.trouble:
        return "trouble"
    return "busy" if lane.worker else "quiet"


def next_at(connection: Connection) -> datetime | None:
    """When the lane works next by its own clock, its rest included; None when it does not before a person acts, or its
    clock was never set."""
    lane: Lane | None = getattr(connection, "lane", None)
    if lane is None or not connection.signed_in:
        return None
    clock = lane.poll_at if connection.kind == Connection.Kind.STOREFRONT else lane.setup_at
    known = [at for at in (clock, lane.rest_until) if at is not None]
    return max(known) if known else None


def _card(connection: Connection, now: datetime, due: Mapping[int, int]) -> Card:
    vendor = VENDORS.get(connection.vendor)
    lane: Lane | None = getattr(connection, "lane", None)
    limit, seconds = _window(connection)
    recent = [arrival for arrival in (lane.arrivals if lane else []) if arrival > now.timestamp() - seconds]
    return Card(
        connection=connection,
        title=vendor.title if vendor else connection.vendor,
        condition=condition_of(connection, now),
        lane=lane,
        used=len(recent),
        limit=limit,
        window_seconds=seconds,
        due=due.get(connection.pk, 0),
        settings=tuple(sorted((name, str(value)) for name, value in connection.settings.items())),
    )


def _window(connection: Connection) -> tuple[int, int]:
    """The vendor's calls per seconds, or what this connection bought."""
    if connection.vendor not in VENDORS:
        return 0, 1
    limit, milliseconds = rate_of(connection)
    return limit, max(1, milliseconds // 1000)


def _due(connections: list[int]) -> dict[int, int]:
    looks = Look.objects.filter(connection__in=connections).values_list("connection").annotate(n=Count("id"))
    documents = OutboxDocument.objects.filter(_DUE, connection__in=connections)
    found = dict(looks.order_by("connection"))
    for connection, n in documents.values_list("connection").annotate(n=Count("id")).order_by("connection"):
        found[connection] = found.get(connection, 0) + n
    return found
