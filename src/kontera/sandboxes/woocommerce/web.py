"""The door of the API: how a call is read, refused and answered.

Decides the shape of errors and of a call's parameters (as PHP reads a query string), what `_fields` leaves, and the
headers every answer has. Who may enter is `access.py`; what an endpoint does is its own module's business.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.sandboxes.kit import json_response, parse_json
from kontera.sandboxes.woocommerce.access import AccessError, enter, is_https
from kontera.sandboxes.woocommerce.state import Json, Key, Shop

ROOT = "/wp-json/wc/v3"
_INDEX = re.compile(r"^([^\[]+)\[([^\]]*)\]$")
_EXPOSED = {
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Access-Control-Allow-Headers": "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type",
}
_EDITS = ["POST", "PUT", "PATCH"]
_NO_CACHE = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


class ApiError(Exception):
    """A refusal in the vendor's words. `data` is what the body carries; without one it is the status."""

    def __init__(self, code: str, message: str, status: int, data: Any = None, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {
            "code": code,
            "message": message,
            "data": {"status": status, **more} if data is None else data,
        }

    def response(self) -> Response:
        """The answer."""
        return json_response(self.body, self.status)


def invalid(name: str, message: str, code: str = "rest_invalid_param") -> ApiError:
    """A parameter that cannot be used."""
    return ApiError(
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        400,
        params={name: message},
        details={name: {"code": code, "message": message, "data": None}},
    )


def missing(*names: str) -> ApiError:
    """Parameters that are required and not there."""
    return ApiError("rest_missing_callback_param", f"Missing parameter(s): {', '.join(names)}", 400, params=list(names))


@dataclass
class Call:
    """One call, read."""

    shop: Shop
    method: str
    base: str
    path: Json
    query: Json
    pairs: list[tuple[str, str]]
    body: Json
    key: Key
    route: str  # below the REST root
    headers: dict[str, str] = field(default_factory=dict)  # those of the answer

    def number(self, name: str = "id") -> int:
        """A number from the path."""
        return int(self.path[name])

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        value = self.query.get(name, default)
        return value if isinstance(value, str) else default

    def flag(self, name: str, default: bool = False) -> bool:
        """A true-or-false parameter, from the query or the body."""
        value = self.query.get(name, self.body.get(name, default))
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "yes", "on"}

    def listed(self, name: str) -> list[str]:
        """A parameter that is a list or comma-separated text."""
        value = self.query.get(name)
        if value is None or value == "":
            return []
        return [one.strip() for one in (value.split(",") if isinstance(value, str) else value)]

    def numbers(self, name: str) -> list[int]:
        """A list of numbers; raises ApiError for anything else."""
        try:
            return [int(one) for one in self.listed(name)]
        except ValueError as error:
            raise invalid(name, f"{name}[0] is not of type integer.", "rest_invalid_type") from error

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """A parameter out of a few."""
        value = self.text(name, default)
        if value not in allowed:
            *most, last = allowed
            raise invalid(name, f"{name} is not one of {', '.join(most)}, and {last}.", "rest_not_in_enum")
        return value

    def whole(self, name: str, default: int, least: int, most: int | None = None) -> int:
        """A whole number within bounds."""
        try:
            value = int(self.text(name, str(default)))
        except ValueError as error:
            raise invalid(name, f"{name} is not of type integer.", "rest_invalid_type") from error
        if most is not None and not least <= value <= most:
            raise invalid(
                name, f"{name} must be between {least} (inclusive) and {most} (inclusive)", "rest_out_of_bounds"
            )
        if value < least:
            raise invalid(name, f"{name} must be greater than or equal to {least}", "rest_out_of_bounds")
        return value


@dataclass(frozen=True)
class Endpoint:
    """A route of the API. `kind` (view, create, edit, delete, batch, open) decides the words of a refusal."""

    method: str
    path: str
    handler: Callable[[Call], Any]
    kind: str = "view"


_REFUSALS = {
    "list": ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    "view": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
    "create": ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
    "edit": ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "delete": ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource."),
    "batch": ("woocommerce_rest_cannot_batch", "Sorry, you are not allowed to batch manipulate this resource."),
}


class Door:
    """Turns endpoints into routes. `arrived` counts every call."""

    def __init__(self, shop: Callable[[], Shop], arrived: Callable[[str], None]) -> None:
        self._shop = shop
        self._arrived = arrived

    def routes(self, endpoints: list[Endpoint]) -> list[Route]:
        """One route per endpoint."""
        return [
            Route(
                ROOT + one.path, self._guarded(one), methods=_EDITS if one.kind in {"edit", "batch"} else [one.method]
            )
            for one in endpoints
        ]

    def _guarded(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self._arrived("shop")
            raw = await request.body()
            shop = self._shop()
            base = base_of(shop, request)
            try:
                call = _read(shop, request, raw, base, endpoint)
                result = endpoint.handler(call)
            except ApiError as error:
                return finished(error.response(), base)
            response = json_response(_trim(call, result), 201 if endpoint.kind == "create" else 200)
            if endpoint.kind == "create" and isinstance(result, dict) and "id" in result:
                call.headers.setdefault("Location", f"{base}{_route_of(endpoint)}/{result['id']}")
            return finished(response, base, {"Allow": _allow(endpoint), **_NO_CACHE, **call.headers})

        return answer


def _route_of(endpoint: Endpoint) -> str:
    """The route in a Location header: nested ones show the vendor's own pattern (a defect of the real shop)."""
    return endpoint.path.replace("{order_id:int}", r"(?P<order_id>[\d]+)").replace(
        "{product_id:int}", r"(?P<product_id>[\d]+)"
    )


def _allow(endpoint: Endpoint) -> str:
    if endpoint.kind == "batch":
        return "POST, PUT, PATCH"
    return "GET, POST, PUT, PATCH, DELETE" if endpoint.path.endswith("{id:int}") else "GET, POST"


def finished(response: Response, base: str, more: dict[str, str] | None = None) -> Response:
    """The headers every answer of WordPress has."""
    index = base.removesuffix("/wc/v3")
    headers = {**_EXPOSED, "Link": f'<{index}/>; rel="https://api.w.org/"', **(more or {})}
    response.headers["Content-Type"] = "application/json; charset=UTF-8"
    for name, value in headers.items():
        response.headers[name] = value
    return response


def base_of(shop: Shop, request: Request) -> str:
    """The REST root as the caller reached it."""
    scheme = "https" if is_https(shop, request.headers) else "http"
    return f"{scheme}://{request.url.netloc}{ROOT}"


def _read(shop: Shop, request: Request, raw: bytes, base: str, endpoint: Endpoint) -> Call:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    query = php_query(pairs)
    https = is_https(shop, request.headers)
    try:
        key = enter(shop, request.method, request.url, request.headers, query, https=https)
    except AccessError as error:
        raise ApiError("woocommerce_rest_authentication_error", str(error), 401) from error
    if key is None:
        lists = endpoint.kind == "view" and "id}" not in endpoint.path.rsplit("/", 1)[-1]
        code, message = _REFUSALS["list" if lists else endpoint.kind]
        raise ApiError(code, message, 401)
    body: Any = {}
    if raw.strip() and request.method != "GET":
        try:
            body = parse_json(raw)
        except ValueError as error:
            raise ApiError(
                "rest_invalid_json",
                "Invalid JSON body passed.",
                400,
                json_error_code=4,
                json_error_message="Syntax error",
            ) from error
    clean = {name: value for name, value in query.items() if not name.startswith(("oauth_", "consumer_"))}
    return Call(
        shop,
        request.method,
        base,
        dict(request.path_params),
        clean,
        pairs,
        body if isinstance(body, dict) else {},
        key,
        request.url.path.removeprefix(ROOT),
    )


def php_query(pairs: list[tuple[str, str]]) -> Json:
    """A query string as PHP reads it: the last value wins, `name[]` and `name[0]` make lists."""
    found: Json = {}
    for name, value in pairs:
        match = _INDEX.match(name)
        if match is None:
            found[name] = value
            continue
        rows = found.setdefault(match[1], [])
        if isinstance(rows, list):
            rows.append(value)
    return found


def _trim(call: Call, result: Any) -> Any:
    """What `_fields` leaves. A single record keeps its links; rows of a list lose theirs unless asked for."""
    wanted = [one.split(".") for one in call.listed("_fields")]
    if not wanted:
        return result
    if isinstance(result, list):
        return [_picked(row, wanted) for row in result]
    if isinstance(result, dict) and "_links" in result:
        return _picked(result, [*wanted, ["_links"]])
    return _picked(result, wanted)


def _picked(row: Any, wanted: list[list[str]]) -> Any:
    if not isinstance(row, dict):
        return row
    found: Json = {}
    for name, value in row.items():
        deeper = [path[1:] for path in wanted if path[0] == name]
        if deeper:
            found[name] = value if [] in deeper else _picked(value, deeper)
    return found
