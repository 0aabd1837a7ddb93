"""The door of the API: who gets in, how a call is read, and how errors are said.

Decides the documented bodies of 400, 401, 404 and the undocumented 429. It knows no order and no product. Source:
quickbutik.dev, authentication and introduction.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.sandboxes.kit import json_response, parse_json
from kontera.sandboxes.quickbutik.show import Shower
from kontera.sandboxes.quickbutik.state import Shop
from kontera.sandboxes.quickbutik.switches import Json

ROOT = "/v1"
UNAUTHORIZED = "Unauthorized - Invalid or missing authentication"
NOT_FOUND = "Resource not found"
SAID = {400: "Bad request", 401: UNAUTHORIZED, 404: NOT_FOUND, 429: "Too many requests"}


class ApiError(Exception):
    """A refusal in the vendor's words."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text or SAID.get(status, "Internal server error"))
        self.status = status

    def response(self) -> Response:
        """As the vendor says it."""
        return json_response({"code": self.status, "error": str(self)}, self.status)


class Call:
    """One call that was let in: the shop, the path's and the query's values, the JSON body."""

    def __init__(self, shop: Shop, path: Json, query: dict[str, str], body: Any) -> None:
        self.shop, self.path, self.query, self.body = shop, path, query, body
        self.show = Shower(shop)

    def whole(self, name: str, default: int, least: int = 0, most: int | None = None) -> int:
        """A whole number of the query, within bounds. Raises ApiError 400 only with the switch `bad_query_is_400`."""
        text = self.query.get(name, "")
        if not text:
            return default
        try:
            asked = int(text)
        except ValueError as error:
            if self.shop.switches.bad_query_is_400:
                raise ApiError(400, f"{name} is not a number") from error
            return default
        bounded = max(least, asked if most is None else min(asked, most))
        if bounded != asked and self.shop.switches.bad_query_is_400:
            raise ApiError(400, f"{name} is out of bounds")
        return bounded

    def word(self, name: str, *positions: str) -> str:
        """A word of the query; the first position is the default."""
        asked = self.query.get(name, positions[0])
        if asked in positions:
            return asked
        if self.shop.switches.bad_query_is_400:
            raise ApiError(400, f"{name} is one of {', '.join(positions)}")
        return positions[0]

    def truth(self, name: str) -> bool:
        """A yes of the query; no when absent."""
        return is_true(self.query.get(name, ""))

    def objects(self) -> list[Json]:
        """The body as an array of objects. Raises ApiError 400."""
        if not isinstance(self.body, list) or not all(isinstance(one, dict) for one in self.body):
            raise ApiError(400, "Expected an array of objects")
        return self.body

    def record(self) -> Json:
        """The body as one object. Raises ApiError 400."""
        if not isinstance(self.body, dict):
            raise ApiError(400, "Expected an object")
        return self.body


Handler = Callable[[Call], Any]
Endpoint = tuple[str, str, Handler]  # method, path below the root, handler


def is_true(value: object) -> bool:
    """How the shop reads a flag: true, 1, "1" and "true"."""
    return str(value).lower() in {"1", "true"}


class Door:
    """Lets calls in. `admit` counts one and says whether the limit has room for it."""

    def __init__(self, shop: Callable[[], Shop], admit: Callable[[str], bool]) -> None:
        self._shop, self._admit = shop, admit

    def routes(self, endpoints: list[Endpoint]) -> list[Route]:
        """Starlette's routes, one per path: what a path does not take is not found."""
        paths: dict[str, dict[str, Handler]] = {}
        for method, path, handler in endpoints:
            paths.setdefault(ROOT + path, {})[method] = handler
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        routes = [Route(path, self._answer(handlers), methods=methods) for path, handlers in paths.items()]
        return [*routes, Route("/{rest:path}", self._answer({}), methods=methods)]

    def _answer(self, handlers: dict[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            try:
                return json_response(self._handle(request, body, handlers))
            except ApiError as error:
                return error.response()

        return answer

    def _handle(self, request: Request, data: bytes, handlers: dict[str, Handler]) -> Any:
        shop = self._shop()
        query = dict(request.query_params)
        if not self._known(shop, request, query):
            raise ApiError(401)
        if not self._admit("shop"):
            raise ApiError(429)
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            raise ApiError(404)
        try:
            body = parse_json(data) if data else None
        except ValueError as error:
            raise ApiError(400, "The body is not JSON") from error
        return handler(Call(shop, dict(request.path_params), query, body))

    def _known(self, shop: Shop, request: Request, query: dict[str, str]) -> bool:
        """The key twice as user and password, whatever symbols it holds; compared as a whole, since it may hold ":"."""
        wanted = shop.api_key.encode()
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                return False
            return hmac.compare_digest(given, wanted + b":" + wanted)
        old = query.pop("apiKey", "")
        return shop.switches.api_key_in_query and hmac.compare_digest(old.encode(), wanted)
