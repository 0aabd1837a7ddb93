"""What keeps an order or a connection from moving, in words: for the pages and the terminal alike. Decides no obstacle:
`posting.obstacles` does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kontera.cases.catalogue import render
from kontera.console import formats
from kontera.console.words import say
from kontera.db.models import Connection
from kontera.posting.obstacles import Kind, Obstacle


@dataclass(frozen=True, slots=True)
class InTheWay:
    """An obstacle as people read it. text: what to do, since when, and when it is tried again. case: its number."""

    title: str
    text: str
    case: int | None


def told(obstacle: Obstacle, language: str, zone: str, now: datetime) -> InTheWay:
    """The obstacle in the reader's language, times in the merchant's zone."""
    name = obstacle.connection.name
    told_by = {
        Kind.PAUSED: lambda: say("obstacle.paused", language, name=name),
        Kind.NO_LEDGER: lambda: say("obstacle.no_ledger", language, name=name),
        Kind.NO_RULES: lambda: say("obstacle.no_rules", language),
        Kind.NO_SETUP: lambda: say("obstacle.no_setup", language, name=name),
    }
    parts = []
    if obstacle.kind in told_by:
        title = told_by[obstacle.kind]()
    elif obstacle.problem is not None:
        shop, ledger = vendors_of(obstacle.connection)
        words = render(obstacle.problem, language, shop=shop, ledger=ledger)
        named = name in words.title
        title = words.title if named else say("obstacle.connection", language, name=name, title=words.title)
        parts += [words.action] if obstacle.case is not None else []
    else:
        title = say("obstacle.connection", language, name=name, title=say("obstacle.fault", language))
    if obstacle.since is not None:
        parts.append(say("obstacle.since", language, at=formats.instant_zoned(obstacle.since, zone)))
    parts += _next_try(obstacle, language, zone, now)
    return InTheWay(title, " ".join(parts), obstacle.case.pk if obstacle.case is not None else None)


def vendors_of(connection: Connection) -> tuple[str, str]:
    """The vendors a case about this connection concerns: (shop, ledger), "" where there is none."""
    if connection.kind == Connection.Kind.STOREFRONT:
        return connection.vendor, connection.ledger.vendor if connection.ledger else ""
    return "", connection.vendor


def _next_try(obstacle: Obstacle, language: str, zone: str, now: datetime) -> list[str]:
    if obstacle.kind in (Kind.NO_LEDGER, Kind.NO_RULES):
        return []
    if obstacle.kind is Kind.PAUSED:
        return [say("obstacle.resume", language)]
    if obstacle.again_at is None:
        return [say("obstacle.no_more", language)]
    if obstacle.again_at <= now:
        return [say("obstacle.again_soon", language)]
    return [say("obstacle.again", language, at=formats.instant_zoned(obstacle.again_at, zone))]
