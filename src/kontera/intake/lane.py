"""A storefront's lane: see that notices come, ask what changed, read what is to be looked at.

Decides the order of these three and when to rest: trouble with the shop rests the lane, trouble with one object holds
that object. Called by the worker that holds the lane.
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
from django.db.models import Q, QuerySet

from kontera.calls import Exchange, RateWindow
from kontera.cases.holding import connection_well, rest_lane
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.connections.registry import VENDORS
from kontera.db.models import Connection, Cursor, Lane, Look, Notice, ShopOrder
from kontera.errors import NeedsOperator, WillRetry
from kontera.intake import notices
from kontera.intake.facts import OF_THE_SETTINGS, failed_look, keep_or_hold, our_fault
from kontera.money import to_json
from kontera.storefronts.protocol import Capability, Change, FactKind, Read, Storefront
from kontera.work import lanes

POLL_EVERY = timedelta(seconds=60)
NOTICES_EVERY = timedelta(minutes=15)
DRAIN_SECONDS = 20.0
_LOOKS_AT_ONCE = 48
_ALONE_AFTER = 3  # failed attempts until an object is read by itself: the others of its call go on
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
        if window.well:  # a drain that had nothing to ask says nothing about the shop
            lanes.well_again(lane)
            connection_well(connection, clock.now())
    except (WillRetry, NeedsOperator) as error:
        rest_lane(lane, error, clock.now(), progress=window.well > 0)
    finally:
        lanes.leave(lane, window, clock.now())


def _work(lane: Lane, connection: Connection, clock: Clock, window: RateWindow) -> None:
    shop = adapters.storefront(connection, clock, window)
    until = clock.now() + timedelta(seconds=DRAIN_SECONDS)
    _see_that_notices_come(lane, connection, shop, clock)
    while clock.now() < until:
        if (lane.poll_at is None or lane.poll_at <= clock.now()) and not _poll(lane, connection, shop, clock):
            return
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


def _poll(lane: Lane, connection: Connection, shop: Storefront, clock: Clock) -> bool:
    """One page of changes; the next page at once when there is more. The cursor moves in the transaction that keeps
    what the page named. A walk that begins anew also looks again at what is not booked.

    False when the connection was changed meanwhile: the page answers a question nobody asks any more.
    """
    cursor = Cursor.objects.filter(connection=connection, kind=FactKind.ORDER).first()
    with adapters.collecting() as exchanges:
        try:
            page = shop.changes(FactKind.ORDER, cursor.value if cursor else None, connection.since)
        finally:
            adapters.keep(connection, exchanges)
    now = clock.now()
    known = _known_as_of(connection, [(change.id, change.changed_at) for change in page.changes])
    arrivals = [_arrival(connection, change) for change in page.changes if change.id not in known]
    if cursor is None:
        again = set(_not_booked(connection)) - {arrival.external_id for arrival in arrivals}
        arrivals += [_arrival(connection, Change(kind=FactKind.ORDER, id=one)) for one in sorted(again)]
    with transaction.atomic():
        if not _as_it_was(connection):
            return False
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
    return True


def _arrival(connection: Connection, change: Change) -> notices.Arrival:
    return notices.Arrival(
        connection=connection.pk,
        merchant=connection.merchant_id,
        source=Notice.Source.POLL,
        kind=change.kind,
        external_id=change.id,
        sent_at=change.changed_at,
        body=to_json(change),
    )


def _as_it_was(connection: Connection) -> bool:
    """Whether the connection still has the settings this worker read it with. Locks it until the transaction ends."""
    now = Connection.objects.select_for_update().get(pk=connection.pk)
    return (now.since, now.settings) == (connection.since, connection.settings)


def _not_booked(connection: Connection) -> QuerySet[ShopOrder, str]:
    """Ids that other settings of the connection may decide otherwise about: all that wait, and all that its own
    settings left out."""
    open_ones = Q(place__in=(ShopOrder.Place.WAITING, ShopOrder.Place.ARRIVED))
    left_out = Q(place=ShopOrder.Place.LEFT_OUT, left_out_rule__in=OF_THE_SETTINGS)
    return connection.orders.filter(open_ones | left_out).values_list("external_id", flat=True)


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
    failed: list[tuple[Look, WillRetry | NeedsOperator]] = []
    with ThreadPoolExecutor(vendor.at_once, thread_name_prefix="read") as pool:
        for chunk, result in zip(chunks, pool.map(lambda some: _ask(shop, some), chunks), strict=True):
            exchanges, found, error = result
            for look in chunk:
                if look.external_id in found:
                    own = [one for one in exchanges if _is_about(one.url, look.external_id)]
                    exchanges = [one for one in exchanges if one not in own]
                    keep_or_hold(connection, look, found[look.external_id], own, clock.now())
                elif error is not None:
                    failed.append((look, error))
            adapters.keep(connection, exchanges)
    for look, trouble in failed:
        failed_look(look, _later(look, trouble, clock.now(), alone=len(failed) < len(looks)), str(trouble))
    if failed:
        raise failed[-1][1]


def _later(look: Look, error: WillRetry | NeedsOperator, now: datetime, *, alone: bool) -> datetime:
    """When a look that failed is tried again: when the vendor asked, and later each time when others were read
    meanwhile, so that one bad object does not keep the lane at rest."""
    patience = 2 ** min(max(look.attempts - _ALONE_AFTER, 0), 6) if alone else 1
    return now + timedelta(seconds=(error.after if isinstance(error, WillRetry) else 30.0) * patience)


def _is_about(url: str, external_id: str) -> bool:
    """Whether a call was about one object alone: its id is a part of the path."""
    return external_id in urlsplit(url).path.split("/")


def _chunks(looks: Sequence[Look], size: int) -> Iterator[list[Look]]:
    """Looks of one kind together, at most `size` at once; those that failed often each by itself."""
    for _, same_kind in groupby(sorted(looks, key=lambda look: look.kind), key=lambda look: look.kind):
        some = list(same_kind)
        yield from ([look] for look in some if look.attempts >= _ALONE_AFTER)
        rest = [look for look in some if look.attempts < _ALONE_AFTER]
        for start in range(0, len(rest), size):
            yield rest[start : start + size]


def _ask(
    shop: Storefront, looks: Sequence[Look]
) -> tuple[list[Exchange], dict[str, Read], WillRetry | NeedsOperator | None]:
    """Read a chunk: what was read, by id, and the trouble with the shop that ended it, if any."""
    found: dict[str, Read] = {}
    with adapters.collecting() as exchanges:
        try:
            _read_all(shop, FactKind(looks[0].kind), [look.external_id for look in looks], found)
        except (WillRetry, NeedsOperator) as error:
            return exchanges, found, error
    return exchanges, found, None


def _read_all(shop: Storefront, kind: FactKind, ids: Sequence[str], found: dict[str, Read]) -> None:
    """Read objects into `found`, together, and one by one when that fails: the one that fails alone is held, with the
    reason (law 4). Raises WillRetry and NeedsOperator: those are about the shop."""
    try:
        found.update({read.id: read for read in shop.read(kind, ids)})
    except (WillRetry, NeedsOperator):
        raise
    except Exception as error:  # noqa: BLE001 - law 4: whatever one object does to us, the next ones are read
        _log.exception("read failed", kind=kind, ids=ids)
        if len(ids) == 1:
            found[ids[0]] = our_fault(kind, ids[0], error)
            return
        for one in ids:
            _read_all(shop, kind, [one], found)
    for silent in set(ids) - set(found):
        found[silent] = our_fault(kind, silent, LookupError("the adapter answered without it"))
