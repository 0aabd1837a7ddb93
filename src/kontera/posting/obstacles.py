"""Why an order that waits in no case does not move: its connection does not get through, is paused, or something that
it is judged with is missing.

Decides what stands in the way, since when, and when it is tried again without anybody's help. Never says it in words
(the doors do), never moves anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from kontera.db.models import Case, Connection, Lane, Look, OutboxDocument, RulebookVersion, SetupSnapshot, ShopOrder
from kontera.errors import Problem
from kontera.money import from_plain

Place = ShopOrder.Place
_ON_THE_WAY = (Place.ARRIVED, Place.POSTING)


class Kind(StrEnum):
    """What stands in the way."""

    CASE = "case"  # the connection waits in a case of its own
    TROUBLE = "trouble"  # the vendor does not answer, or asks us to wait: it passes by itself
    FAULT = "fault"  # a defect of ours stopped the lane
    PAUSED = "paused"  # a person paused the connection
    NO_LEDGER = "no_ledger"  # the shop books into no ledger yet
    NO_RULES = "no_rules"  # the merchant has no rulebook yet
    NO_SETUP = "no_setup"  # the ledger's set-up was never read
    DOCUMENT = "document"  # a document is looked for before it is sent again


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way. again_at: when it is tried again by itself; None = not before a person acts (`passes` tells
    whether there is a next try at all). problem: what to say about it, where there is one."""

    kind: Kind
    connection: Connection
    since: datetime | None = None
    again_at: datetime | None = None
    case: Case | None = None
    problem: Problem | None = None

    @property
    def passes(self) -> bool:
        """Whether it is tried again without anybody's help."""
        return self.again_at is not None


def of_order(order: ShopOrder, now: datetime) -> list[Obstacle]:
    """What an order that is on its way waits for, beside its turn; nothing when it is only waiting for that."""
    if order.place not in _ON_THE_WAY:
        return []
    shop, ledger = order.connection, order.connection.ledger
    found = [] if shop.live else [Obstacle(Kind.PAUSED, shop)]
    if ledger is None:
        return [*found, Obstacle(Kind.NO_LEDGER, shop)]
    in_the_way = of_connection(ledger, now)
    if in_the_way is not None:
        found.append(in_the_way)
    if order.place == Place.ARRIVED:
        if not RulebookVersion.objects.filter(merchant=order.merchant_id).exists():
            found.append(Obstacle(Kind.NO_RULES, ledger))
        if in_the_way is None and not SetupSnapshot.objects.filter(connection=ledger).exists():
            found.append(Obstacle(Kind.NO_SETUP, ledger, again_at=now))
    return found or _of_documents(order, ledger, now)


def of_connection(connection: Connection, now: datetime) -> Obstacle | None:
    """What keeps the whole connection from its work: the most serious thing, None when nothing does."""
    lane = Lane.objects.filter(pk=connection.pk).first()
    rests = lane.rest_until if lane is not None and lane.rest_until is not None else now
    again_at = max(rests, now) if connection.signed_in and connection.live else None
    about = Case.objects.filter(connection=connection, cause=cause_of(connection), phase=Case.Phase.OPEN)
    case = about.order_by("opened_at", "pk").first()
    if case is not None:
        facts = {str(name): str(value) for name, value in case.facts.items()}
        problem = Problem(code=case.code, cause=case.cause, facts=facts, vendor=case.vendor)
        return Obstacle(Kind.CASE, connection, case.opened_at, again_at, case, problem)
    if not connection.live:
        return Obstacle(Kind.PAUSED, connection)
    if lane is None or not lane.trouble:
        return None
    if lane.problem is None:
        return Obstacle(Kind.FAULT, connection, lane.trouble_since, again_at)
    return Obstacle(Kind.TROUBLE, connection, lane.trouble_since, again_at, problem=from_plain(Problem, lane.problem))


def cause_of(connection: Connection) -> str:
    """The cause of the cases that are about the whole connection."""
    return f"connection:{connection.pk}"


def is_about_a_connection(case: Case) -> bool:
    """Whether everything on the case's connection waits for it, listed order by order nowhere."""
    return case.connection is not None and case.cause == cause_of(case.connection)


def behind(connection: Connection) -> QuerySet[ShopOrder]:
    """Orders on their way into a ledger: they wait while nothing gets through to it."""
    return ShopOrder.objects.filter(connection__ledger=connection, place__in=_ON_THE_WAY)


def number_behind(connection: Connection) -> int:
    """How many orders wait while nothing gets through: on their way into a ledger, or to be read from a shop."""
    if connection.kind == Connection.Kind.LEDGER:
        return behind(connection).count()
    return Look.objects.filter(connection=connection, kind="order").count()


def waiting_in(case: Case) -> int:
    """How many orders wait for the case: those that it holds, and those behind the connection that it is about."""
    held = case.waiters.filter(released_at=None).count()
    about = case.connection if is_about_a_connection(case) and case.phase == Case.Phase.OPEN else None
    return held + (number_behind(about) if about is not None else 0)


def _of_documents(order: ShopOrder, ledger: Connection, now: datetime) -> list[Obstacle]:
    """A document that is put off, or the voucher that carries it, though the ledger answers: an answer was lost, and it
    is looked for."""
    written = OutboxDocument.objects.filter(Q(order=order) | Q(pk__in=order.documents.values("carrier")))
    moving = written.filter(step__in=OutboxDocument.MOVING)
    put_off = moving.filter(due_at__gt=now).exclude(trouble="").order_by("sequence", "pk").first()
    if put_off is None:
        return []
    facts = {"vendor": ledger.vendor, "request": put_off.reference, "order": order.number}
    problem = Problem(code=put_off.trouble, facts=facts)
    return [Obstacle(Kind.DOCUMENT, ledger, put_off.sent_at, put_off.due_at, problem=problem)]
