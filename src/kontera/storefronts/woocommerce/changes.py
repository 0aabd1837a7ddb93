"""What changed since a cursor: a walk by modification time that cannot skip an order that moves while it is walked.

Decides the cursor. Pages are never numbered: an order that is modified meanwhile leaves its place and page 2 would
begin one later. Instead every call begins where the last one ended (inclusive). More orders in one second than a page
holds are walked by id, each call beginning with the last one seen; is it gone from there, that second is walked anew.
The cursor at rest is the highest time seen minus an overlap, never "now".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from kontera.clock import parse_instant
from kontera.errors import OurFault, Problem
from kontera.storefronts.protocol import Change, ChangePage, FactKind
from kontera.storefronts.woocommerce.client import PAGE, Client

OVERLAP = timedelta(minutes=2)  # an order is listed when its transaction is committed, some seconds after its time
_PATH = "/orders"
_SECOND = timedelta(seconds=1)  # the resolution of the shop's times; its comparisons are strict


class _Row(msgspec.Struct):
    """What of a listed order matters here. Anything odd in it is left to `read`."""

    id: int
    date_modified_gmt: object = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything modified before `at` was seen; of those modified in that very second the first `seen` by id, up to
    `last`. seen None = that second is not walked by id."""

    at: datetime
    seen: int | None = None
    last: int = 0

    def __str__(self) -> str:
        return self.at.isoformat() + (f"#{self.seen}#{self.last}" if self.seen is not None else "")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The inverse of str(). Raises OurFault: a cursor is only ever written by us."""
        at, _, within = text.partition("#")
        seen, _, last = within.partition("#")
        try:
            return cls(parse_instant(at), int(seen), int(last)) if within else cls(parse_instant(at))
        except ValueError as error:
            reason = f"not a cursor of WooCommerce: {text!r}"
            raise OurFault(Problem(code="OUR_FAULT", facts={"order": "", "reason": reason})) from error


def changed_orders(client: Client, cursor: str | None, since: datetime) -> ChangePage:
    """One page of changed orders, drafts included (their state says so). One call."""
    start = Cursor.parse(cursor) if cursor else Cursor(since.replace(microsecond=0))
    params = {
        "modified_after": _gmt(start.at - _SECOND),
        # Instants without a zone plus this switch. With a zone AND the switch the shop converts twice, and hides
        # changes without a word.
        "dates_are_gmt": "true",
        "order": "asc",
        "per_page": str(PAGE),
        "_fields": "id,date_modified_gmt",
    }
    if start.seen is None:
        params["orderby"] = "modified"
    else:
        offset = str(max(start.seen - 1, 0))
        params |= {"orderby": "id", "offset": offset, "modified_before": _gmt(start.at + _SECOND)}
    rows = client.read_as(_Row, client.page(_PATH, params), _PATH)
    more, following, new = _next(start, rows, since)
    return ChangePage(
        changes=tuple(Change(kind=FactKind.ORDER, id=str(row.id), changed_at=_instant(row)) for row in new),
        cursor=str(following),
        more=more,
    )


def _next(start: Cursor, rows: Sequence[_Row], since: datetime) -> tuple[bool, Cursor, Sequence[_Row]]:
    """Whether there is more, where it goes on, and which rows are new."""
    full = len(rows) >= PAGE
    if start.seen is not None:
        if start.seen and (not rows or rows[0].id != start.last):
            return True, Cursor(start.at, 0), ()  # one of those seen has left this second: the others moved up
        new = rows[1:] if start.seen else rows
        if full:
            return True, Cursor(start.at, start.seen + len(new), rows[-1].id), new
        return True, Cursor(start.at + _SECOND), new
    times = [time for time in map(_instant, rows) if time is not None]
    highest = max(times, default=start.at)
    if not full:
        earliest = since.replace(microsecond=0)
        at_rest = max(start.at, earliest, highest - OVERLAP) if times else start.at
        return False, Cursor(at_rest), rows
    if highest > start.at:
        return True, Cursor(highest), rows
    return True, Cursor(start.at, 0), rows


def _gmt(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S")


def _instant(row: _Row) -> datetime | None:
    try:
        return parse_instant(f"{row.date_modified_gmt}+00:00")
    except ValueError:
        return None
