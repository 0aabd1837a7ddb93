"""The list of orders in the order of their numbers, oldest first: where in it a day or a number stands.

Decides the places (offsets) to ask for. Quickbutik numbers orders as they come and filters neither by number nor by
day, so a place is looked for: the first page, then ever longer steps, then halves. A place is only a hint: an order
that is deleted moves those after it, and whoever reads a page looks at the numbers in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from kontera.clock import parse_local
from kontera.storefronts.fields import is_id
from kontera.storefronts.quickbutik.client import PAGE, Client

PATH = "/orders"
SLACK = 5  # orders asked for twice where two pages meet
_FURTHEST = 1 << 24


class Row(msgspec.Struct):
    """What of a listed order matters here. Anything odd in it is left to `read`."""

    order_id: object = None
    date_created: object = None

    @property
    def id(self) -> str:
        """The number as text; "" when there is none."""
        return str(self.order_id).strip() if isinstance(self.order_id, str | int) else ""

    @property
    def number(self) -> int:
        """The number, to compare; 0 when it is none."""
        return int(self.id) if is_id(self.id) else 0

    def created(self, zone: str) -> datetime | None:
        """When the order came, the same as `Order.changed_at`; None when that cannot be read."""
        if not isinstance(self.date_created, str):
            return None
        try:
            return parse_local(self.date_created, zone)
        except ValueError:
            return None


class Listing:
    """Pages of the list, and where which order stood. Keeps places for one adapter's life."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._places: dict[int, int] = {}

    def rows(self, params: dict[str, str]) -> list[Row]:
        """Listed orders, whatever the filter and the order; those of unusable shape are left away."""
        raws = self._client.page(PATH, params)
        return [row for row in self._client.read_as(Row, raws, PATH) if row.id]

    def page(self, offset: int, limit: int = PAGE) -> list[Row]:
        """One page, oldest first, without details."""
        rows = self.rows(_asked(offset, limit))
        self._remember(offset, rows)
        return rows

    def whole(self, offset: int, limit: int) -> list[tuple[Row, bytes]]:
        """One page with everything, each order as the shop wrote it."""
        raws = self._client.page(PATH, {**_asked(offset, limit), "include_details": "true"})
        rows = self._client.read_as(Row, raws, PATH)
        self._remember(offset, rows)
        return list(zip(rows, raws, strict=True))

    def place(self, number: int) -> int | None:
        """Where the order stood when it was last seen."""
        return self._places.get(number)

    def first_where(self, reached: Callable[[Row], bool]) -> tuple[int, list[Row]]:
        """A place shortly before the first order that `reached` says yes to (as to every later one), and the page
        there. Costs one call for a shop of up to 1,000 orders, and about 2 x log2(orders / 1,000) more for a larger
        one."""
        first = self.page(0)
        if len(first) < PAGE or reached(first[-1]):
            return 0, first
        below, above = PAGE - 1, 2 * PAGE - 1  # not reached at the one; at the other it is, or the list has ended
        while above < _FURTHEST and self._not_there_yet(above, reached):
            below, above = above, above * 2
        while above - below > PAGE // 2:
            middle = (below + above) // 2
            if self._not_there_yet(middle, reached):
                below = middle
            else:
                above = middle
        return below - SLACK, self.page(below - SLACK)

    def _not_there_yet(self, offset: int, reached: Callable[[Row], bool]) -> bool:
        rows = self.page(offset, 1)
        return bool(rows) and not reached(rows[0])

    def _remember(self, offset: int, rows: Sequence[Row]) -> None:
        self._places.update((row.number, offset + place) for place, row in enumerate(rows))


def _asked(offset: int, limit: int) -> dict[str, str]:
    return {"order_by": "order_id", "sort_order": "asc", "offset": str(offset), "limit": str(limit)}
