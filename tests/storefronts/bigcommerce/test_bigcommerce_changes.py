"""Where the cursor rests after a walk of many pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import msgspec
import pytest

from kontera.storefronts.bigcommerce.changes import OVERLAP, Cursor, changed_orders
from kontera.storefronts.bigcommerce.client import PAGE, Client
from kontera.storefronts.protocol import ChangePage

START = datetime(2026, 11, 1, tzinfo=UTC)
SINCE = START - timedelta(days=1)


class Listing:
    """Lists orders as BigCommerce does: by modification time or id, between bounds, a page at a time."""

    def __init__(self, times: Mapping[int, datetime]) -> None:
        self.times = dict(times)

    def page(self, path: str, params: Mapping[str, str], *, scope: str = "") -> list[bytes]:
        """One page."""
        assert ("/v2/orders", "store_v2_orders_read_only") == (path, scope)
        low = datetime.fromisoformat(params["min_date_modified"])
        high = datetime.fromisoformat(params.get("max_date_modified", "2100-01-01T00:00:00+00:00"))
        first = int(params.get("min_id", "0"))
        rows = [(at, number) for number, at in self.times.items() if low <= at <= high and number >= first]
        rows.sort(key=(lambda row: (row[1],)) if params["sort"] == "id:asc" else None)
        return [
            msgspec.json.encode({"id": number, "date_modified": at.isoformat(), "channel_id": 1})
            for at, number in rows[: int(params["limit"])]
        ]

    def ask(self, cursor: str | None, since: datetime = SINCE) -> ChangePage:
        """One page of changes."""
        return changed_orders(cast(Client, self), cursor, since, frozenset())

    def walk(self, cursor: str | None = None, since: datetime = SINCE) -> tuple[set[str], str]:
        """What a walk to its end names, and where it rests."""
        found: set[str] = set()
        for _ in range(50):
            page = self.ask(cursor, since)
            found |= {change.id for change in page.changes}
            cursor = page.cursor
            if not page.more:
                return found, cursor
        raise AssertionError("the walk has no end")


def spread(count: int, apart: timedelta) -> Listing:
    """Orders 1..count, so far apart."""
    return Listing({number + 1: START + number * apart for number in range(count)})


@pytest.mark.parametrize("count", [1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
@pytest.mark.parametrize(
    "apart", [timedelta(0), timedelta(milliseconds=100), timedelta(seconds=1), timedelta(minutes=1)]
)
def test_a_walk_ends_and_rests_an_overlap_behind_the_newest(count: int, apart: timedelta) -> None:
    """M1, law 1: every order is named, whether the last page was full or not, and all of one second too."""
    shop = spread(count, apart)
    found, cursor = shop.walk()
    assert {str(number) for number in shop.times} == found
    assert Cursor.parse(cursor).at <= max(shop.times.values()) - OVERLAP + timedelta(seconds=1)
    assert found >= shop.walk(cursor)[0] >= {str(count)}


def test_an_order_listed_late_is_found_after_a_full_page() -> None:
    """M1, law 1: BigCommerce lists an order some seconds after it was written; the page ended later."""
    shop = spread(PAGE, timedelta(minutes=1))
    _, cursor = shop.walk()
    shop.times[999] = max(shop.times.values()) - timedelta(seconds=5)
    assert "999" in shop.walk(cursor)[0]


def test_the_cursor_never_rests_before_the_first_date() -> None:
    """M4: the overlap ends at the cut-off, and an empty shop keeps its cursor."""
    shop = spread(1, timedelta(0))
    _, cursor = shop.walk(since=START - timedelta(seconds=30))
    assert START - timedelta(seconds=30) == Cursor.parse(cursor).at
    _, empty = Listing({}).walk()
    assert (SINCE, SINCE) == (Cursor.parse(empty).at, Cursor.parse(Listing({}).walk(empty)[1]).at)
