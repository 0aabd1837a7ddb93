"""What changed since a cursor: a walk by modification time that cannot skip an order that moves while it is walked.

Decides the cursor. Pages are never numbered: an order that is modified meanwhile leaves its place and page 2 would
begin one later. Instead every call begins where the last one ended (inclusive), and more orders in one second than a
page holds are walked by id. The cursor at rest is the highest time seen minus an overlap, never "now", also when the
last page began at the highest time of the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from kontera.clock import parse_instant
from kontera.errors import OurFault, Problem
from kontera.storefronts.bigcommerce.client import PAGE, Client
from kontera.storefronts.bigcommerce.reading import ORDERS
from kontera.storefronts.protocol import Change, ChangePage, FactKind

OVERLAP = timedelta(minutes=2)  # an order is listed some seconds after it was written; the vendor states no bound
_SECOND = timedelta(seconds=1)  # the resolution of date_modified


class _Row(msgspec.Struct):
    """What of a listed order matters here. Anything odd in it is left to `read`."""

    id: int | str
    date_modified: object = None
    channel_id: object = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything modified before `at` was seen; of those modified in that very second, ids up to `after_id`."""

    at: datetime
    after_id: int | None = None

    def __str__(self) -> str:
        return self.at.isoformat() + (f"#{self.after_id}" if self.after_id is not None else "")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The inverse of str(). Raises OurFault: a cursor is only ever written by us."""
        at, _, after = text.partition("#")
        try:
            return cls(parse_instant(at), int(after) if after else None)
        except ValueError as error:
            reason = f"not a cursor of BigCommerce: {text!r}"
            raise OurFault(Problem(code="OUR_FAULT", facts={"order": "", "reason": reason})) from error


def changed_orders(client: Client, cursor: str | None, since: datetime, channels: frozenset[str]) -> ChangePage:
    """One page of changed orders, incomplete ones included (their state says so). One call."""
    start = Cursor.parse(cursor) if cursor else Cursor(since.replace(microsecond=0))
    params = {"limit": str(PAGE), "min_date_modified": start.at.isoformat()}
    if start.after_id is None:
        params["sort"] = "date_modified:asc"
    else:
        params |= {
            "sort": "id:asc",
            "min_id": str(start.after_id + 1),
            "max_date_modified": (start.at + _SECOND).isoformat(),
        }
    if len(channels) == 1:
        params["channel_id"] = next(iter(channels))
    raws = client.page("/v2/orders", params, scope=ORDERS) or []
    rows = [msgspec.json.decode(raw, type=_Row) for raw in raws]
    times = [_instant(row) for row in rows]
    more, following = _next(start, rows, times, since)
    return ChangePage(
        changes=tuple(
            Change(kind=FactKind.ORDER, id=str(row.id), changed_at=time)
            for row, time in zip(rows, times, strict=True)
            if not channels or str(row.channel_id) in channels
        ),
        cursor=str(following),
        more=more,
    )


def _next(
    start: Cursor, rows: Sequence[_Row], times: Sequence[datetime | None], since: datetime
) -> tuple[bool, Cursor]:
    full = len(rows) >= PAGE
    if start.after_id is not None:
        if full:
            return True, Cursor(start.at, max(int(row.id) for row in rows))
        return True, Cursor(start.at + _SECOND)
    highest = max((time for time in times if time is not None), default=start.at)
    behind = highest - OVERLAP
    if not full:  # may lie before where this page began: that is where the page before ended
        return False, Cursor(max(behind, since.replace(microsecond=0)))
    if behind > start.at:
        return True, Cursor(behind)
    if highest > start.at:
        return True, Cursor(highest)
    return True, Cursor(start.at, 0)


def _instant(row: _Row) -> datetime | None:
    try:
        return parse_instant(str(row.date_modified))
    except ValueError:
        return None
