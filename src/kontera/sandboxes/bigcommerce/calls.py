"""One call to the vendor's API: who asks, whether it may, within which quota, and the answer's headers.

Decides 401, 403, 405, 404, 429 and malformed JSON, before any resource is asked. The quota is one fixed window for all
apps on the store, as the vendor has it. It never knows a resource.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.sandboxes.bigcommerce.answers import ApiError, not_found
from kontera.sandboxes.bigcommerce.state import Json, Store, Token
from kontera.sandboxes.kit import parse_json

_UNLIMITED = 1_000_000_000


@dataclass
class Call:
    """A call that has been let in."""

    store: Store
    token: Token
    path: dict[str, Any]
    query: dict[str, str]
    body: Any
    api_root: str  # http://.../stores/{hash}, for links

    def object(self) -> Json:
        """The body, which must be a JSON object. Raises ApiError 400."""
        if not isinstance(self.body, dict):
            raise ApiError(400, "The request body must be a JSON object.")
        return self.body

    def rows(self) -> list[Json]:
        """The body, which must be a JSON array of objects (batch writes of V3). Raises ApiError 422."""
        if not isinstance(self.body, list) or not all(isinstance(row, dict) for row in self.body):
            raise ApiError(422, "JSON data is missing or invalid", errors={"body": "error.expected.jsarray"})
        return self.body

    def ids(self, name: str) -> set[int] | None:
        """A `field:in` filter of numbers. None when it is not asked for; raises ApiError 422 for nonsense."""
        if name not in self.query:
            return None
        try:
            return {int(part) for part in self.query[name].split(",") if part}
        except ValueError as error:
            raise ApiError(422, errors={name: "must be numbers"}) from error


Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Endpoint:
    """One verb of one resource. scopes: any of them lets the call in; reading also accepts the read-only scope."""

    method: str
    path: str  # below /stores/{hash}
    handler: Handler
    scopes: tuple[str, ...] = ()


@dataclass
class Quota:
    """The shared quota: so many calls per fixed window on the store's clock."""

    store: Store
    _began: float = 0.0
    _used: int = field(default=0)

    def take(self) -> bool:
        """Count a call; False when the window is used up."""
        now, window = self.store.clock.seconds(), self.store.switches.quota_window
        if not self._began <= now < self._began + window:
            self._began, self._used = now - now % window, 0
        if self.store.switches.quota is not None and self._used >= self.store.switches.quota:
            return False
        self._used += 1
        return True

    def headers(self) -> dict[str, str]:
        """The vendor's four headers as they stand now."""
        window = self.store.switches.quota_window
        quota = self.store.switches.quota if self.store.switches.quota is not None else _UNLIMITED
        reset = max(0.0, self._began + window - self.store.clock.seconds())
        return {
            "X-Rate-Limit-Time-Window-Ms": str(int(window * 1000)),
            "X-Rate-Limit-Time-Reset-Ms": str(int(reset * 1000)),
            "X-Rate-Limit-Requests-Quota": str(quota),
            "X-Rate-Limit-Requests-Left": str(max(0, quota - self._used)),
        }


class Door:
    """Lets calls in, or not, and makes the routes of a table of endpoints."""

    def __init__(self, store: Callable[[], Store], arrived: Callable[[str], None]) -> None:
        self._store = store
        self._arrived = arrived
        self._quota = Quota(store())

    def routes(self, endpoints: Sequence[Endpoint]) -> list[Route]:
        """One route per path, in the order the paths first appear."""
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        verbs = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
        return [
            Route("/stores/{hash}" + path, self._endpoint(table), methods=verbs) for path, table in by_path.items()
        ] + [Route("/stores/{hash}/{rest:path}", self._endpoint({}), methods=verbs)]

    def _endpoint(self, table: dict[str, Endpoint]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            version = "v2" if f"{request.url.path}/".split("/")[3] == "v2" else "v3"
            try:
                response = self._admit(request, table, body)
            except ApiError as error:
                response = error.response(version)
                if error.status == 429 and self._store().switches.bare_429:
                    return response
            response.headers.update(self._quota.headers())
            return response

        return answer

    def _admit(self, request: Request, table: dict[str, Endpoint], raw: bytes) -> Response:
        store = self._store()
        if self._quota.store is not store:
            self._quota = Quota(store)
        store.settle()
        token = store.tokens.get(request.headers.get("x-auth-token", ""))
        if token is None or request.path_params["hash"] != store.hash:
            raise ApiError(401, "Unauthorized - the X-Auth-Token is not valid for this store.")
        self._arrived(store.hash)
        if not self._quota.take():
            reset = self._quota.headers()["X-Rate-Limit-Time-Reset-Ms"]
            seconds = str(-(-int(reset) // 1000))
            raise ApiError(429, headers={} if store.switches.bare_429 else {"X-Retry-After": seconds})
        if not table:
            raise not_found()
        endpoint = table.get(request.method)
        if endpoint is None:
            raise ApiError(405, headers={"Allow": ", ".join(sorted(table))})
        _check_scope(endpoint, token)
        return endpoint.handler(
            Call(
                store=store,
                token=token,
                path={key: value for key, value in request.path_params.items() if key != "hash"},
                query=dict(request.query_params),
                body=_json(raw),
                api_root=f"{request.url.scheme}://{request.url.netloc}/stores/{store.hash}",
            )
        )


def _check_scope(endpoint: Endpoint, token: Token) -> None:
    wanted = set(endpoint.scopes)
    if endpoint.method == "GET":
        wanted |= {f"{scope}_read_only" for scope in endpoint.scopes}
    if endpoint.scopes and not wanted & token.scopes:
        raise ApiError(403)


def _json(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        return parse_json(raw)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "The request body could not be parsed as JSON.") from error
