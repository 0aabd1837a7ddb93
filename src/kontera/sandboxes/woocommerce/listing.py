"""Lists: which rows a filter leaves, in which order, and on which page they are.

Decides paging headers and the meaning of dates in a query, with the trap that `Z` together with `dates_are_gmt` is
converted twice. It never shows a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from kontera.sandboxes.woocommerce.state import Shop
from kontera.sandboxes.woocommerce.web import Call, invalid

Row = TypeVar("Row")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)?")
_DATES = ("after", "before", "modified_after", "modified_before")


def pages(
    call: Call,
    rows: Sequence[Row],
    show: Callable[[Row], Any],
    defaults: Sequence[tuple[str, str]] = (),
    *,
    total_past_end: bool = True,
) -> list[Any]:
    """One page of `rows`, with the paging headers set. `defaults` is what the Link header adds to the query."""
    per_page = call.whole("per_page", 10, 1, 100)
    page = call.whole("page", 1, 1)
    offset = call.whole("offset", (page - 1) * per_page, 0) if "offset" in call.query else (page - 1) * per_page
    part = list(rows[offset : offset + per_page])
    total = len(rows) if part or not offset or total_past_end else 0
    last = -(-total // per_page)
    call.headers["X-WP-Total"] = str(total)
    call.headers["X-WP-TotalPages"] = str(last)
    _links(call, page, last, list(defaults) if part else list(defaults)[:1])
    return [show(row) for row in part]


def _links(call: Call, page: int, last: int, defaults: list[tuple[str, str]]) -> None:
    """Link: prev and next only, and none at all (WordPress's own stays) when there is one page."""
    found = []
    if page > 1:
        found.append(f'<{_address(call, min(page - 1, last), defaults)}>; rel="prev"')
    if page < last:
        found.append(f'<{_address(call, page + 1, defaults)}>; rel="next"')
    if found:
        call.headers["Link"] = ", ".join(found)


def _address(call: Call, page: int, defaults: list[tuple[str, str]]) -> str:
    asked = [(name, value) for name, value in call.pairs if not name.startswith(("oauth_", "consumer_"))]
    known = {name.partition("[")[0] for name, _ in asked}
    rows = [(name, str(page) if name == "page" else value) for name, value in asked]
    rows += [(name, value) for name, value in defaults if name.partition("[")[0] not in known]
    if "page" not in known:
        rows.append(("page", str(page)))
    return f"{call.base}{call.route}?{urlencode(rows)}"


def dated(
    call: Call, rows: list[Row], created: Callable[[Row], datetime], modified: Callable[[Row], datetime] | None
) -> list[Row]:
    """The rows within the dates asked for: strictly after and before, whole seconds. Without `modified` those two
    parameters are ignored, as the vendor ignores what it does not know."""
    gmt = call.flag("dates_are_gmt")
    for name in _DATES:
        value = call.text(name)
        read = modified if name.startswith("modified") else created
        if not value or read is None:
            continue
        edge = _edge(call.shop, name, value)
        rows = [row for row in rows if _passes(name, _column(call.shop, read(row), gmt), edge)]
    return rows


def _edge(shop: Shop, name: str, value: str) -> datetime:
    """A date of the query as WordPress compares it, without zone: a suffix is turned into shop-local time, whatever
    `dates_are_gmt` says; without one it is taken as it stands."""
    if not _DATE.fullmatch(value):  # a plus that was not encoded arrives as a space, and is refused
        raise invalid(name, "Invalid date.", "rest_invalid_date")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise invalid(name, "Invalid date.", "rest_invalid_date") from error
    if moment.tzinfo is None:
        return moment.replace(microsecond=0)
    return moment.astimezone(shop.zone).replace(tzinfo=None, microsecond=0)


def _column(shop: Shop, moment: datetime, gmt: bool) -> datetime:
    """The date of a row in the column that is compared: GMT or shop-local."""
    return moment.astimezone(UTC if gmt else shop.zone).replace(tzinfo=None)


def _passes(name: str, value: datetime, edge: datetime) -> bool:
    return value > edge if name.endswith("after") else value < edge


def chosen(call: Call, rows: list[Row], number: Callable[[Row], int]) -> list[Row]:
    """The rows that `include` and `exclude` leave."""
    include, exclude = call.numbers("include"), set(call.numbers("exclude"))
    wanted = set(include)
    return [row for row in rows if number(row) not in exclude and (not include or number(row) in wanted)]


def arranged(
    call: Call, rows: list[Row], keys: dict[str, Callable[[Row], Any]], default: str = "date", order: str = "desc"
) -> list[Row]:
    """The rows in the order asked for; `keys` are the values of `orderby` that are known."""
    names = tuple(keys) + (("include",) if "id" in keys else ())
    by = call.choice("orderby", names, default)
    down = call.choice("order", ("asc", "desc"), order) == "desc"
    if by == "include":
        place = {number: index for index, number in enumerate(call.numbers("include"))}
        return sorted(rows, key=lambda row: place.get(keys["id"](row), len(place)))
    return sorted(rows, key=keys[by], reverse=down)
