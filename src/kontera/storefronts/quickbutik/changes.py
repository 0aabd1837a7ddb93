"""What may have changed since a cursor, at a shop that keeps no date of changes.

Decides three looks, from the surest to the widest: the newest orders (every time, with an overlap); the orders whose
status moved since we last asked (less an overlap); and every so many hours all orders of the last weeks, whole pages,
because a refund or an edit moves nothing that can be asked for. The first walk is the third look from the first date
on. Changes found by the last two have no time: they are read whatever is known, and intake recognises the same content.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kontera.clock import utc
from kontera.errors import OurFault, Problem
from kontera.storefronts.protocol import Change, ChangePage, FactKind
from kontera.storefronts.quickbutik.client import PAGE
from kontera.storefronts.quickbutik.listing import SLACK, Listing, Row

OVERLAP = timedelta(minutes=10)  # for clocks that differ, and changes that are listed late
NEWEST = 50  # orders looked at each time, of which the last are named again
_AGAIN = 10
_BACK = 100  # places to step back when orders were deleted meanwhile
_LATE = timedelta(days=1)


class Cursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far we have come. newest: highest number seen. asked: when changes of status were last asked for, less the
    overlap (no answer tells a time that could be kept instead). swept: when the last walk through older orders began.
    floor: the walk under way names orders from this instant on; None = none is. offset: where it goes on, None = not
    found yet; last: the last number it named; whole: it shows orders whole, so that intake reads only what changed."""

    newest: int = 0
    asked: datetime
    swept: datetime
    floor: datetime | None = None
    offset: int | None = None
    last: int = 0
    whole: bool = False

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The inverse of str(). Raises OurFault: a cursor is only ever written by us."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            reason = f"not a cursor of Quickbutik: {text!r}"
            raise OurFault(Problem(code="OUR_FAULT", facts={"order": "", "reason": reason})) from error


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How far back and how often orders are read again, and the zone of the shop's dates."""

    back: timedelta
    every: timedelta
    zone: str


def changed_orders(listing: Listing, cursor: str | None, since: datetime, pace: Pace, now: datetime) -> ChangePage:
    """One page of orders to look at. since: no order placed before it is looked for by a walk."""
    if cursor is None:
        return _walk(listing, Cursor(asked=now - OVERLAP, swept=now, floor=utc(since)), pace)
    known = Cursor.parse(cursor)
    if known.floor is not None:
        return _walk(listing, known, pace)
    return _look(listing, known, utc(since), pace, now)


def _look(listing: Listing, known: Cursor, since: datetime, pace: Pace, now: datetime) -> ChangePage:
    """The newest orders and those whose status moved; a walk is begun when one is due, or more came than we see."""
    asked = {"order_by": "order_id", "sort_order": "desc", "offset": "0", "limit": str(NEWEST)}
    newest = listing.rows(asked)
    named = {row.id: row.created(pace.zone) for place, row in enumerate(newest) if _new(place, row, known)}
    named.update(dict.fromkeys((row.id for row in _moved(listing, known.asked)), None))
    floor = None
    if known.newest and len(newest) == NEWEST and all(row.number > known.newest for row in newest):
        floor = max(since, known.asked - _LATE)
    swept = known.swept
    if now - known.swept >= pace.every:
        floor, swept = max(since, min(floor or now, now - pace.back)), now
    highest = max((row.number for row in newest), default=0)
    walks = floor is not None
    following = Cursor(newest=max(highest, known.newest), asked=now - OVERLAP, swept=swept, floor=floor, whole=walks)
    changes = [Change(kind=FactKind.ORDER, id=one, changed_at=at) for one, at in named.items()]
    return ChangePage(changes=tuple(changes), cursor=str(following), more=walks)


def _new(place: int, row: Row, known: Cursor) -> bool:
    return place < _AGAIN or row.number >= known.newest


def _moved(listing: Listing, since: datetime) -> list[Row]:
    found: list[Row] = []
    asked = {"from_status_date": str(int(since.timestamp())), "order_by": "order_id", "sort_order": "asc"}
    while True:
        rows = listing.rows({**asked, "offset": str(len(found)), "limit": str(PAGE)})
        found += rows
        if len(rows) < PAGE:
            return found


def _walk(listing: Listing, known: Cursor, pace: Pace) -> ChangePage:
    """The next page of a walk, oldest first. Where the page does not join the one before it (orders were deleted, the
    others moved up) the walk steps back."""
    floor = known.floor

    def reached(row: Row) -> bool:
        created = row.created(pace.zone)
        return floor is None or created is None or created >= floor

    if known.offset is None:
        offset, rows = listing.first_where(reached)
    else:
        offset, rows = known.offset, [] if known.whole else listing.page(known.offset)
    shown = listing.whole(offset, PAGE) if known.whole else [(row, b"") for row in rows]
    if shown and known.last and shown[0][0].number > known.last and offset > 0:
        back = msgspec.structs.replace(known, offset=max(offset - _BACK, 0))
        return ChangePage(changes=(), cursor=str(back), more=True)
    further = [row.number for row, _ in shown if row.number > known.last]
    changes = tuple(
        Change(kind=FactKind.ORDER, id=row.id, raw=raw)
        for row, raw in shown
        if row.id and (row.number > known.last or not row.number) and reached(row)
    )
    highest = max(further, default=known.last)
    newest = max(highest, known.newest)
    if not further:  # a page may be shorter than asked for: the last one is the one that tells nothing new
        at_rest = Cursor(newest=newest, asked=known.asked, swept=known.swept)
        return ChangePage(changes=changes, cursor=str(at_rest), more=False)
    onwards = max(offset + len(shown) - SLACK, 0)
    following = msgspec.structs.replace(known, newest=newest, offset=onwards, last=highest)
    return ChangePage(changes=changes, cursor=str(following), more=True)
