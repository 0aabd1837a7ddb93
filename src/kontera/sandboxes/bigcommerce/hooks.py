"""/v3/hooks: which notices go where, and which hooks an event wakes.

Decides registration rules, visibility (a client sees only its own) and matching of scopes and wildcards. Delivery is
`delivery.py`.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.responses import Response

from kontera.sandboxes.bigcommerce.answers import ApiError, v3_list, v3_one
from kontera.sandboxes.bigcommerce.calls import Call, Endpoint
from kontera.sandboxes.bigcommerce.state import Json, Store

MOST_PER_SCOPE = 10
IDLE = timedelta(days=90)
_ROOTS = (
    "cart",
    "category",
    "channel",
    "customer",
    "order",
    "product",
    "shipment",
    "sku",
    "subscriber",
    "app",
    "information",
    "hook",
    "inventory",
)


def endpoints() -> list[Endpoint]:
    """The table of this module; hooks come with the default scope of every API account."""
    return [
        Endpoint("GET", "/v3/hooks", listed),
        Endpoint("POST", "/v3/hooks", create),
        Endpoint("GET", "/v3/hooks/{hook_id:int}", get),
        Endpoint("PUT", "/v3/hooks/{hook_id:int}", put),
        Endpoint("DELETE", "/v3/hooks/{hook_id:int}", delete),
    ]


def _own(call: Call) -> list[Json]:
    return [row for row in call.store.hooks.values() if row["client_id"] == call.token.client_id]


def _find(call: Call) -> Json:
    for row in _own(call):
        if row["id"] == call.path["hook_id"]:
            return row
    raise ApiError(404, f"Webhook with id [{call.path['hook_id']}] not found")


def listed(call: Call) -> Response:
    """The client's hooks."""
    rest(call.store)
    query = call.query
    return v3_list(
        [
            row
            for row in _own(call)
            if query.get("scope", row["scope"]) == row["scope"]
            and query.get("destination", row["destination"]) == row["destination"]
            and query.get("is_active", str(row["is_active"])).lower()
            in {str(row["is_active"]).lower(), "1" if row["is_active"] else "0"}
        ],
        query,
    )


def create(call: Call) -> Response:
    """Register a hook. Raises ApiError 422."""
    body, store = call.object(), call.store
    for name in ("scope", "destination"):
        if not body.get(name):
            raise ApiError(422, errors={name: "error.path.missing"})
    _check(call, body, 0)
    now = int(store.now().timestamp())
    row: Json = {
        "id": store.number("hook", 18048001),
        "client_id": call.token.client_id,
        "store_hash": store.hash,
        "created_at": now,
        "updated_at": now,
        "scope": body["scope"],
        "destination": body["destination"],
        "is_active": bool(body.get("is_active", True)),
        "headers": body.get("headers") or {},
        "_last": store.now(),
        "_secret": call.token.client_secret,
    }
    store.hooks[row["id"]] = row
    return v3_one(row)


def _check(call: Call, body: Json, own_id: int) -> None:
    scope, destination = body.get("scope"), body.get("destination")
    if scope is not None and (
        not isinstance(scope, str)
        or scope.split("/")[0] != "store"
        or len(scope.split("/")) < 2
        or scope.split("/")[1] not in (*_ROOTS, "*")
    ):
        raise ApiError(422, "The scope is not valid.", errors={"scope": "invalid"})
    if destination is not None:
        _check_destination(call.store, destination)
    headers = body.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ApiError(422, errors={"headers": "must be text"})
    others = [row for row in _own(call) if row["id"] != own_id and row["scope"] == scope]
    if any(row["destination"] == destination for row in others):
        raise ApiError(422, "A webhook with this scope and destination exists.", errors={"destination": "duplicate"})
    if own_id == 0 and len(others) >= MOST_PER_SCOPE:
        raise ApiError(422, f"No more than {MOST_PER_SCOPE} webhooks per scope.", errors={"scope": "limit"})


def _check_destination(store: Store, destination: object) -> None:
    parts = urlsplit(destination if isinstance(destination, str) else "")
    try:
        port = parts.port
    except ValueError as error:
        raise ApiError(422, errors={"destination": "not a URL"}) from error
    secure = parts.scheme == "https" and port in (None, 443)
    local = store.switches.http_destinations and parts.scheme in {"http", "https"}
    if not parts.hostname or not (secure or local):
        raise ApiError(422, "The destination must be an https URL on port 443.", errors={"destination": "invalid"})


def get(call: Call) -> Response:
    """One hook."""
    rest(call.store)
    return v3_one(_find(call))


def put(call: Call) -> Response:
    """Change a hook; switching it on again forgets its failures. Raises ApiError 400 and 422."""
    row, body = _find(call), call.object()
    fields: Json = {name: body[name] for name in ("scope", "destination", "is_active", "headers") if name in body}
    if not fields:
        raise ApiError(400)
    _check(call, {"scope": row["scope"], "destination": row["destination"], **fields}, row["id"])
    row |= {**fields, "updated_at": int(call.store.now().timestamp()), "_last": call.store.now()}
    row["headers"] = row["headers"] or {}
    return v3_one(row)


def delete(call: Call) -> Response:
    """Remove a hook; the vendor answers with what it was."""
    row = _find(call)
    del call.store.hooks[row["id"]]
    return v3_one(row)


def rest(store: Store) -> None:
    """Hooks without an event for 90 days fall asleep."""
    for row in store.hooks.values():
        if row["is_active"] and store.now() - row["_last"] > IDLE:
            row["is_active"] = False


def woken(store: Store, scope: str) -> list[Json]:
    """The active hooks an event of this scope wakes."""
    rest(store)
    return [row for row in store.hooks.values() if row["is_active"] and matches(row["scope"], scope)]


def matches(pattern: str, scope: str) -> bool:
    """Whether a hook's scope covers an event's: equal, or a wildcard for everything below."""
    if pattern.endswith("/*"):
        return scope.startswith(pattern[:-1])
    return pattern == scope
