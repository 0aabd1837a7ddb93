"""A ledger's lane: refresh the copy of its set-up, drive its documents, read back what was booked.

Decides the order of these three and when to rest. Called by the worker that holds the lane.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from kontera.accounting.ledger_setup import LedgerSetup
from kontera.cases.holding import connection_well, rest_lane
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.connections.registry import VENDORS
from kontera.db.models import Connection, Lane, OutboxDocument, SetupSnapshot
from kontera.errors import NeedsOperator, WillRetry
from kontera.ledgers.protocol import Ledger
from kontera.money import from_plain, to_plain
from kontera.posting.company import hold_to_company
from kontera.posting.poster import SETTLE_SECONDS, Poster
from kontera.posting.release import judge_waiting
from kontera.posting.results import UNCERTAIN, LaneMustRest
from kontera.work import lanes

SETUP_EVERY = timedelta(minutes=10)
DRAIN_SECONDS = 20.0

ReadBack = Callable[[Connection, Ledger, Clock, int], int]


def drain(lane: Lane, clock: Clock, read_back: ReadBack) -> None:
    """Do what is due on the ledger's lane. read_back: compares some booked documents with the ledger's entries and
    answers how many (the room above, proof)."""
    connection = lane.connection
    window = adapters.window_of(connection, clock)
    abandoned = lanes.enter(lane, window)
    if abandoned:
        _let_settle(connection, clock.now())
    before = math.inf  # calls answered before the work began: signing in and reading the set-up move nothing
    try:
        ledger = adapters.ledger(connection, clock, window)
        setup = _setup(lane, connection, ledger, clock, abandoned)
        before = window.well
        _work(connection, ledger, setup, lanes.Lease(connection.pk, window, clock), clock, read_back)
        if window.well:  # a drain that had nothing to ask says nothing about the vendor
            lanes.well_again(lane)
            connection_well(connection, clock.now())
            Connection.objects.filter(pk=connection.pk).update(last_heard_at=clock.now())
    except LaneMustRest as rest:
        rest_lane(lane, rest.error, clock.now(), progress=window.well > before)
    except (WillRetry, NeedsOperator) as error:
        rest_lane(lane, error, clock.now(), progress=window.well > before)
    finally:
        lanes.leave(lane, window, clock.now())


def _let_settle(connection: Connection, now: datetime) -> None:
    """What a worker that died was sending may still be on its way: it is looked for when it has surely arrived. Each
    once only: `trouble` says that it was put off already."""
    sending = connection.documents.filter(step=OutboxDocument.Step.SENDING).exclude(trouble=UNCERTAIN)
    settled = now + timedelta(seconds=lanes.LEASE_SECONDS + SETTLE_SECONDS)
    sending.update(due_at=settled, trouble=UNCERTAIN)


def _work(
    connection: Connection, ledger: Ledger, setup: LedgerSetup, lease: lanes.Lease, clock: Clock, read_back: ReadBack
) -> None:
    at_once = VENDORS[connection.vendor].at_once
    until = clock.now() + timedelta(seconds=DRAIN_SECONDS)
    compared = 1
    while compared and clock.now() < until:  # documents first: reading back uses what they leave of the limit
        if connection.live:
            Poster(connection, ledger, setup, clock, at_once, lease).run(DRAIN_SECONDS)
        compared = read_back(connection, ledger, clock, at_once)


def _setup(lane: Lane, connection: Connection, ledger: Ledger, clock: Clock, abandoned: bool) -> LedgerSetup:
    """The ledger's set-up: the copy when it is fresh, else read anew; orders that wait are judged again when it
    changed, when somebody asked (`setup_at` empty), or when the last worker may have died before it had judged.

    `setup_at` is the instant of this reading meanwhile: somebody who asks while it goes on empties it again, and is
    not overlooked.
    """
    latest = SetupSnapshot.objects.filter(connection=connection).order_by("-id").first()
    now = clock.now()
    asked = lane.setup_at is None or abandoned
    if latest and lane.setup_at and lane.setup_at > now and not abandoned:
        kept = from_plain(LedgerSetup, latest.content)
        ledger.go_by(kept)
        return kept
    reading = Lane.objects.filter(pk=lane.pk, setup_at=now)
    Lane.objects.filter(pk=lane.pk).update(setup_at=now)
    try:
        with adapters.collecting() as exchanges:
            try:
                setup = ledger.setup()
            finally:
                adapters.keep(connection, exchanges)
        digest = _digest(setup)
        changed = latest is None or latest.digest != digest
        with transaction.atomic():
            hold_to_company(connection, setup, now)
            if changed:
                SetupSnapshot.objects.create(
                    merchant_id=connection.merchant_id,
                    connection=connection,
                    taken_at=setup.taken_at,
                    digest=digest,
                    content=to_plain(setup),
                )
    except (WillRetry, NeedsOperator):
        reading.update(setup_at=None)
        raise
    if changed or asked:
        judge_waiting(connection, clock)
    reading.update(setup_at=now + SETUP_EVERY)
    return setup


def _digest(setup: LedgerSetup) -> str:
    """A fingerprint of the set-up's content, whenever it was taken. Sets are sorted: their order is chance."""
    content = to_plain(setup)
    del content["taken_at"]
    content["functions"] = sorted(setup.functions)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
