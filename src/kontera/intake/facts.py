"""Keep what was read as a fact, and see that its order is judged. One transaction per object.

Decides whether anything is new: the same content again changes nothing. A fact and what came of it (documents or a
case) are committed together, with the removal of the look. What fails on one order holds that order alone.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from kontera.accounting.outcome import LeftOut
from kontera.calls import Exchange
from kontera.commerce import Order
from kontera.connections import adapters
from kontera.db.models import Connection, Fact, Look, ShopOrder
from kontera.errors import KonteraError, Problem
from kontera.intake.remembered import with_what_was_known
from kontera.money import to_json, to_plain
from kontera.posting.outbox import abandon, locked_documents, unsent
from kontera.posting.plan import judge_locked, leave_out
from kontera.storefronts.protocol import FactKind, Read

Place = ShopOrder.Place
OF_THE_SETTINGS = ("connection", "cut_off")  # rules that another setting of the connection undoes
_log = structlog.get_logger("kontera.intake")


def keep_or_hold(
    connection: Connection, look: Look, read: Read, exchanges: list[Exchange], now: datetime, *, known: bool = True
) -> bool:
    """`keep_read`; an order that cannot be kept or judged as it is waits in a case of its own, with the shop's answer
    kept as received (law 4). Raises only when the database itself is out of reach."""
    try:
        return keep_read(connection, look, read, exchanges, now, known=known)
    except (OperationalError, InterfaceError):
        raise  # the session is gone or must give way to another: nothing of this order's
    except Exception as error:  # noqa: BLE001 - law 4: a defect of ours holds this order, never the next one
        _log.exception("order could not be kept", connection=connection.code, order=read.id)
        fault = our_fault(read.kind, read.id, error, read.raw)
        return keep_read(connection, look, fault, exchanges, now, known=known)


def our_fault(kind: FactKind, external_id: str, error: Exception, raw: bytes = b"") -> Read:
    """An object that a defect of ours, or an answer nobody foresaw, keeps from being read. Only the first line of the
    error is told: databases quote the data in the others."""
    said = (str(error).splitlines() or [""])[0].replace("\x00", "")
    reason = f"{type(error).__name__}: {said}"[:300]
    return Read(kind=kind, id=external_id, raw=raw, problem=_fault(external_id, reason, error))


def keep_read(
    connection: Connection, look: Look, read: Read, exchanges: list[Exchange], now: datetime, *, known: bool = True
) -> bool:
    """Keep one object as read; answers whether it was new or changed. known False: there is no row of the order yet
    (nobody but the holder of the shop's lane makes one)."""
    with transaction.atomic():
        rows = ShopOrder.objects.select_for_update().filter(connection=connection, external_id=read.id)
        row = rows.first() if known else None
        latest = row.fact if row else None
        read = with_what_was_known(read, _last_content(latest))
        digest = _digest(read)
        new = latest is None or latest.digest != digest
        if row is None or new:
            fact = _fact(connection, read, digest, latest.version + 1 if latest else 1, now)
            row = _head(connection, row, fact, read, now)
        else:
            ShopOrder.objects.filter(pk=row.pk).update(looked_at=now)
        adapters.keep(connection, exchanges, order=row.pk)
        if read.left_out and _take_back(row, now):
            leave_out(row, LeftOut(rule="connection", reason=read.left_out), now)
        elif new or _is_open(row):
            judge_locked(row, now, new=latest is None, anew=new)
        looked(look)
    return new


def failed_look(look: Look, due_at: datetime, why: str) -> None:
    """The object could not be read now: it stays to be looked at."""
    Look.objects.filter(pk=look.pk).update(attempts=F("attempts") + 1, due_at=due_at, trouble=why[:500])


def looked(look: Look) -> None:
    """Remove the look, unless a newer notice came while we were reading."""
    gone, _ = Look.objects.filter(pk=look.pk, wanted=look.wanted).delete()
    if not gone:
        Look.objects.filter(pk=look.pk).update(attempts=0, trouble="")


def _last_content(latest: Fact | None) -> Any:
    """What is known of the order: the content of its newest version that could be read, None when none could."""
    if latest is None or latest.content is not None:
        return latest.content if latest else None
    versions = Fact.objects.filter(connection=latest.connection_id, kind=latest.kind, external_id=latest.external_id)
    return versions.exclude(content=None).order_by("-version").values_list("content", flat=True).first()


def _is_open(row: ShopOrder) -> bool:
    """Whether the same content may be judged otherwise now."""
    undone = row.place == Place.LEFT_OUT and row.left_out_rule in OF_THE_SETTINGS
    return undone or row.place in (Place.WAITING, Place.ARRIVED)


def _take_back(row: ShopOrder, now: datetime) -> bool:
    """Take back the order's documents unless one left for the ledger: then nothing is taken back, and the order is
    followed here to its end whatever the connection's settings say since."""
    alive = locked_documents(row)
    if not all(map(unsent, alive)):
        return False
    abandon(alive, now)
    return True


def _fault(external_id: str, reason: str, error: Exception) -> Problem:
    if isinstance(error, KonteraError):
        told = error.problem
        reason = told.facts.get("reason", "") or f"{told.code} {told.vendor}"[:300]
        return Problem(code="OUR_FAULT", facts={"order": external_id, "reason": reason}, vendor=told.vendor)
    return Problem(code="OUR_FAULT", facts={"order": external_id, "reason": reason})


def _digest(read: Read) -> str:
    """What must differ for a new version: our word for it where there is one (vendors reorder and decorate their
    answers), else the vendor's bytes with the problem."""
    if read.order is not None:
        return hashlib.sha256(to_json(read.order)).hexdigest()
    return hashlib.sha256(read.raw + to_json(read.problem)).hexdigest()


def _fact(connection: Connection, read: Read, digest: str, version: int, now: datetime) -> Fact:
    problem = read.problem
    if read.gone:
        problem = Problem(code="ORDER_GONE", facts={"order": read.id})
    return Fact.objects.create(
        merchant_id=connection.merchant_id,
        connection=connection,
        kind=read.kind,
        external_id=read.id,
        version=version,
        digest=digest,
        raw=read.raw,
        content=msgspec.json.decode(to_json(read.order)) if read.order else None,  # as the database will tell it
        problem=to_plain(problem) if problem else None,
        read_at=now,
    )


def _head(connection: Connection, row: ShopOrder | None, fact: Fact, read: Read, now: datetime) -> ShopOrder:
    row = row or ShopOrder(
        merchant_id=connection.merchant_id,
        connection=connection,
        external_id=read.id,
        number=read.id,
        first_seen_at=now,
    )
    row.fact, row.changed_at, row.looked_at = fact, now, now
    if read.order is not None:
        _copy(row, read.order)
    row.save()
    return row


def _copy(row: ShopOrder, order: Order) -> None:
    """What lists and filters show; the fact stays the truth."""
    row.number = order.number
    row.channel = order.channel
    row.placed_at = order.placed_at
    row.currency = order.currency
    row.total = order.total.amount
    row.shop_state = order.state
