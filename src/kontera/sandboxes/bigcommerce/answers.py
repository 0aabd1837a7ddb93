"""How the vendor writes: V2 arrays and 204, V3 envelopes, both error shapes, money, dates, paging.

Decides only form. Values inside the sandbox are Decimal and datetime; V2 shows money as strings with four decimals
and dates in RFC 2822, V3 shows numbers and ISO 8601. It never decides what an answer holds,
except that names beginning with an underscore are the sandbox's own notes and are not shown.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any, TypeVar

from starlette.responses import Response

from kontera.sandboxes.bigcommerce.amounts import STORED_DECIMALS, rounded
from kontera.sandboxes.kit import json_response

T = TypeVar("T")
STATUS_PAGE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
MAX_LIMIT = 250
DEFAULT_LIMIT = 50
_TITLES = {
    400: "Input is invalid.",
    401: "Unauthorized",
    403: "You don't have a required scope to access the endpoint",
    404: "The requested resource was not found.",
    405: "The HTTP method is not allowed on this resource.",
    409: "The resource already exists.",
    422: "JSON data is missing or invalid",
    429: "Too many requests.",
    503: "Service Unavailable",
}


class ApiError(Exception):
    """A refusal by the vendor. `errors` (V3) names fields, `details` (V2) adds facts."""

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        errors: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message or _TITLES.get(status, "Error")
        self.errors = dict(errors or {})
        self.details = dict(details or {})
        self.headers = dict(headers or {})
        self.body = body  # an unusual shape of the whole answer

    def response(self, version: str) -> Response:
        """The answer in the shape of the API version, "v2" or "v3"."""
        body: Any = self.body
        if body is None and version == "v2":
            row: dict[str, Any] = {"status": self.status, "message": self.message}
            if self.details:
                row["details"] = self.details
            body = [row]
        elif body is None:
            body = {"status": self.status, "title": self.message, "type": STATUS_PAGE}
            if self.errors or self.status == 422:
                body["errors"] = self.errors
        return json_response(body, self.status, self.headers)


def not_found() -> ApiError:
    """404, as both versions say it."""
    return ApiError(404)


def plain_number(value: Decimal) -> str:
    """Money in V2: four decimals, as a string."""
    return f"{rounded(value, STORED_DECIMALS):f}"


def v2(value: Any, number: Callable[[Decimal], Any] = plain_number) -> Any:
    """A stored value as V2 shows it."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, Mapping):
        return {key: v2(entry, number) for key, entry in value.items() if not key.startswith("_")}
    if isinstance(value, list | tuple):
        return [v2(entry, number) for entry in value]
    return value


def v3(value: Any) -> Any:
    """A stored value as V3 shows it; money goes out as a JSON number with its own digits."""
    if isinstance(value, Decimal):
        return value.normalize() if value != value.to_integral_value() else value.quantize(Decimal(1))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Mapping):
        return {key: v3(entry) for key, entry in value.items() if not key.startswith("_")}
    if isinstance(value, list | tuple):
        return [v3(entry) for entry in value]
    return value


def page_of(query: Mapping[str, str], limit: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> tuple[int, int]:
    """The page (from 1) and limit asked for. Raises ApiError 400 when they are not positive numbers."""
    try:
        page, size = int(query.get("page", "1")), int(query.get("limit", str(limit)))
    except ValueError as error:
        raise ApiError(400, "The field 'page' or 'limit' is invalid.") from error
    if page < 1 or size < 1:
        raise ApiError(400, "The field 'page' or 'limit' is invalid.")
    return page, min(size, most)


def v2_list(rows: Sequence[T], query: Mapping[str, str], show: Callable[[T], Any]) -> Response:
    """One page of a V2 list, each row by `show`: a bare array, or 204 without a body when it holds nothing."""
    page, limit = page_of(query)
    shown = rows[(page - 1) * limit : page * limit]
    return json_response([show(row) for row in shown]) if shown else Response(status_code=204)


def v3_list(rows: Sequence[Any], query: Mapping[str, str], *, cursors: bool = False) -> Response:
    """One page of a V3 list with its pagination; where the vendor has cursors, `after` and `before` go before page."""
    page, limit = page_of(query)
    start = (page - 1) * limit
    if cursors and "after" in query:
        start = _position(query["after"]) + 1
    elif cursors and "before" in query:
        start = max(0, _position(query["before"]) - limit)
    shown = rows[start : start + limit]
    pages = -(-len(rows) // limit)
    links = {"current": f"?page={page}&limit={limit}"}
    if page > 1:
        links["previous"] = f"?page={page - 1}&limit={limit}"
    if page < pages:
        links["next"] = f"?page={page + 1}&limit={limit}"
    meta: dict[str, Any] = {
        "pagination": {
            "total": len(rows),
            "count": len(shown),
            "per_page": limit,
            "current_page": page,
            "total_pages": pages,
            "links": links,
        }
    }
    if cursors:
        meta["cursor_pagination"] = _cursors(start, len(shown), len(rows), limit)
    return json_response({"data": [v3(row) for row in shown], "meta": meta})


def _cursors(start: int, count: int, total: int, limit: int) -> dict[str, Any]:
    first, last = _cursor(start), _cursor(start + max(count, 1) - 1)
    links = {}
    if start:
        links["previous"] = f"?before={first}&limit={limit}"
    if start + count < total:
        links["next"] = f"?after={last}&limit={limit}"
    return {"count": count, "per_page": limit, "start_cursor": first, "end_cursor": last, "links": links}


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"row:{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    """The place a cursor stands for. Raises ApiError 422 for one this store never gave."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return int(text.removeprefix("row:"))
    except ValueError as error:  # wrong base64, wrong UTF-8 and a wrong number alike
        raise ApiError(422, errors={"cursor": "invalid"}) from error


def v3_one(value: Any, status: int = 200) -> Response:
    """A V3 single resource."""
    return json_response({"data": v3(value), "meta": {}}, status)
