"""A storefront's lane: see that notices come, ask what changed, read what is to be looked at.

Decides the order of these three and when to rest. Called by the worker that holds the lane.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

import structlog
from django.db import transaction

from kontera.calls import Exchange, RateWindow
from kontera.cases.holding import connection_well, hold_connection
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.connections.registry import VENDORS
from kontera.db.models import Connection, Cursor, Lane, Look, Notice, ShopOrder
from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, WillRetry
from kontera.intake import notices
from kontera.intake.facts import failed_look, keep_read
from kontera.money import to_json
from kontera.storefronts.protocol import Capability, FactKind, Read, Storefront
from kontera.work import lanes

POLL_EVERY = timedelta(seconds=60)
NOTICES_EVERY = timedelta(minutes=15)
DRAIN_SECONDS = 20.0
_LOOKS_AT_ONCE = 48
_LONG_PAST = timedelta(hours=1)
_NEXT_SECOND = timedelta(seconds=2)
_log = structlog.get_logger("kontera.intake")


def drain(lane: Lane, clock: Clock) -> None:
    """Do what is due on the storefront's lane."""
    connection = lane.connection
    window = adapters.window_of(connection, clock)
    lanes.enter(lane, window)
    try:
        _work(lane, connection, clock, window)
        lanes.well_again(lane)
        connection_well(connection, clock.now())
    except (WillRetry, NeedsOperator) as error:
        _log.info("lane rests", connection=connection.code, code=error.problem.code)
        with transaction.atomic():
            if isinstance(error, NeedsOperator):
                hold_connection(connection, error.problem, clock.now())
                if isinstance(error, NeedsSignIn):
                    connection.signed_in = False
                    connection.save(update_fields=["signed_in"])
            after = error.after if isinstance(error, WillRetry) else 0.0
            lanes.rest(lane, clock.now(), str(error), after, progress=window.well > 0)
    finally:
        lanes.leave(lane, window, clock.now())


def _work(lane: Lane, connection: Connection, clock: Clock, window: RateWindow) -> None:
    shop = adapters.storefront(connection, clock, window)
    until = clock.now() + timedelta(seconds=DRAIN_SECONDS)
    _see_that_notices_come(lane, connection, shop, clock)
    while clock.now() < until:
        if lane.poll_at is None or lane.poll_at <= clock.now():
            _poll(lane, connection, shop, clock)
        most = max(_LOOKS_AT_ONCE, VENDORS[connection.vendor].batch)
        looks = list(Look.objects.filter(connection=connection, due_at__lte=clock.now()).order_by("due_at")[:most])
        if not looks:
            if lane.poll_at is not None and lane.poll_at <= clock.now():
                continue  # a page that named nothing new is not the last one
            if not _wait_for_the_next(connection, clock):
                return
            continue
        _read(connection, shop, looks, clock)


def _wait_for_the_next(connection: Connection, clock: Clock) -> bool:
    """Wait for a look that becomes due within a moment (notices of one order come in bursts)."""
    soon = clock.now() + timedelta(milliseconds=500)
    look = Look.objects.filter(connection=connection, due_at__lte=soon).order_by("due_at").first()
    if look is None:
        return False
    clock.sleep((look.due_at - clock.now()).total_seconds())
    return True


def _see_that_notices_come(lane: Lane, connection: Connection, shop: Storefront, clock: Clock) -> None:
    """Register our notice address, and mend what the vendor silently disabled. Needs KONTERA_PUBLIC_URL."""
    public = os.environ.get("KONTERA_PUBLIC_URL", "").rstrip("/")
    if not public or Capability.NOTICES not in shop.capabilities():
        return
    if lane.notices_at and lane.notices_at > clock.now():
        return
    with adapters.collecting() as exchanges:
        try:
            shop.ensure_notices(f"{public}/hooks/{connection.door}")
        finally:
            adapters.keep(connection, exchanges)
    lane.notices_at = clock.now() + NOTICES_EVERY
    lane.save(update_fields=["notices_at"])


def _poll(lane: Lane, connection: Connection, shop: Storefront, clock: Clock) -> None:
    """One page of changes; the next page at once when there is more. The cursor moves in the transaction that keeps
    what the page named."""
    cursor = Cursor.objects.filter(connection=connection, kind=FactKind.ORDER).first()
    with adapters.collecting() as exchanges:
        try:
            page = shop.changes(FactKind.ORDER, cursor.value if cursor else None, connection.since)
        finally:
            adapters.keep(connection, exchanges)
    now = clock.now()
    known = _known_as_of(connection, [(change.id, change.changed_at) for change in page.changes])
    arrivals = [
        notices.Arrival(
            connection=connection.pk,
            merchant=connection.merchant_id,
            source=Notice.Source.POLL,
            kind=change.kind,
            external_id=change.id,
            sent_at=change.changed_at,
            body=to_json(change),
        )
        for change in page.changes
        if change.id not in known
    ]
    with transaction.atomic():
        notices.keep(arrivals, now)
        Cursor.objects.update_or_create(
            connection=connection,
            kind=FactKind.ORDER,
            defaults={"value": page.cursor, "moved_at": now, "merchant_id": connection.merchant_id},
        )
        connection.last_heard_at = now
        connection.save(update_fields=["last_heard_at"])
        lane.poll_at = now if page.more else now + POLL_EVERY
        lane.save(update_fields=["poll_at"])


def _known_as_of(connection: Connection, changes: Sequence[tuple[str, datetime | None]]) -> set[str]:
    """Ids whose change we have surely read already: the overlap of polling names them again each time.

    Shops tell the time in whole seconds: a second change within the second of the one we read carries the same time.
    So an order is read once more, at least two seconds later, before its change counts as known (not when it lies an
    hour back, as in a backfill).
    """
    rows = ShopOrder.objects.filter(connection=connection, external_id__in=[one for one, _ in changes])
    told = dict(changes)
    known = set()
    for row in rows.select_related("fact"):
        changed_at = told[row.external_id]
        if changed_at is None or (row.fact.content or {}).get("changed_at") != _written(changed_at):
            continue
        if row.fact.read_at - changed_at >= _LONG_PAST or row.looked_at - row.fact.read_at >= _NEXT_SECOND:
            known.add(row.external_id)
    return known


def _written(instant: object) -> str:
    return to_json(instant).decode().strip('"')


def _read(connection: Connection, shop: Storefront, looks: Sequence[Look], clock: Clock) -> None:
    """Read objects, several calls in flight; each is kept by itself."""
    vendor = VENDORS[connection.vendor]
    chunks = list(_chunks(looks, vendor.batch))
    stopped: WillRetry | NeedsOperator | None = None
    with ThreadPoolExecutor(vendor.at_once, thread_name_prefix="read") as pool:
        for chunk, result in zip(chunks, pool.map(lambda some: _ask(shop, some), chunks), strict=True):
            exchanges, reads, error = result
            if error is not None:
                stopped = error
                adapters.keep(connection, exchanges)
                continue
            found = {read.id: read for read in reads}
            for look in chunk:
                if look.external_id in found:
                    own = [one for one in exchanges if _is_about(one.url, look.external_id)]
                    exchanges = [one for one in exchanges if one not in own]
                    keep_read(connection, look, found[look.external_id], own, clock.now())
            adapters.keep(connection, exchanges)
    if stopped is not None:
        later = clock.now() + timedelta(seconds=stopped.after if isinstance(stopped, WillRetry) else 30)
        for look in Look.objects.filter(pk__in=[look.pk for look in looks]):
            failed_look(look, clock.now(), later, str(stopped))
        raise stopped


def _is_about(url: str, external_id: str) -> bool:
    """Whether a call was about one object alone: its id is a part of the path."""
    return external_id in urlsplit(url).path.split("/")


def _chunks(looks: Sequence[Look], size: int) -> Iterator[list[Look]]:
    """Looks of one kind together, at most `size` at once."""
    for _, same_kind in groupby(sorted(looks, key=lambda look: look.kind), key=lambda look: look.kind):
        some = list(same_kind)
        for start in range(0, len(some), size):
            yield some[start : start + size]


def _ask(
    shop: Storefront, looks: Sequence[Look]
) -> tuple[list[Exchange], list[Read], WillRetry | NeedsOperator | None]:
    with adapters.collecting() as exchanges:
        try:
            reads = shop.read(FactKind(looks[0].kind), [look.external_id for look in looks])
        except (WillRetry, NeedsOperator) as error:
            return exchanges, [], error
        except KonteraError as error:
            return exchanges, [], WillRetry(error.problem, 60.0)
        return exchanges, reads, None
