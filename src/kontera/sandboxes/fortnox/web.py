"""From an HTTP call to a handler and back: sign-in, limit, scope, licence, envelope, headers.

Decides the order of the vendor's refusals and the look of every answer. A handler is a plain function from a `Call`
to an `Answer`; it runs without awaiting, so it is atomic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.clock import local_date
from kontera.sandboxes.fortnox.auth import Access
from kontera.sandboxes.fortnox.company import ZONE, Company
from kontera.sandboxes.fortnox.errors import ApiError, TooMany, Unauthorized, refuse
from kontera.sandboxes.kit.wire import json_bytes, parse_json

if TYPE_CHECKING:
    from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox

_NON_ASCII = re.compile("[\u0080-\U0010ffff]")
BUILD = "sandbox"


@dataclass(frozen=True)
class Call:
    """One call to a handler."""

    company: Company
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    now: datetime
    base_url: str

    @property
    def today(self) -> date:
        """The Swedish date of the call."""
        return local_date(self.now, ZONE)

    def payload(self, envelope: str) -> Any:
        """What is inside the singular envelope. Raises 2001392 without one."""
        if not isinstance(self.body, dict) or envelope not in self.body:
            raise refuse(2001392, "Ingen eller felaktig typ av data.")
        if len(self.body) > 1:
            extra = next(key for key in self.body if key != envelope)
            raise refuse(2001399, f"Felaktigt fältnamn ({extra})")
        return self.body[envelope]

    @property
    def ignore_read_only(self) -> bool:
        """Whether read-only keys in a body are passed over instead of refused."""
        return self.company.profile.read_only_fields == "ignore"

    def url(self, *parts: object) -> str:
        """The address of a resource, for "@url"."""
        return "/".join([f"{self.base_url}/3", *(str(part) for part in parts)])


@dataclass(frozen=True)
class Answer:
    """What a handler answers: JSON, or raw bytes of another type."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    media_type: str = "application/json"


def created(body: Any, location: str) -> Answer:
    """201 with the vendor's Location, which names the collection only."""
    return Answer(body, 201, {"Location": location})


GONE = Answer(status=204)
Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """A method on a path, the scope it needs, and the licences of which the company must hold one."""

    method: str
    path: str
    handler: Handler
    scope: str
    licences: tuple[str, ...] = ()


def routes(sandbox: FortnoxSandbox, endpoints: list[Endpoint]) -> list[Route]:
    """Starlette routes for the endpoints under /3."""
    return [
        Route(f"/3/{endpoint.path}", _serve(sandbox, endpoint), methods=[endpoint.method]) for endpoint in endpoints
    ]


def _serve(sandbox: FortnoxSandbox, endpoint: Endpoint) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        data = await request.body()
        try:
            answer = handle(sandbox, endpoint, request, data)
        except ApiError as error:
            return response(sandbox, Answer(error.body(), error.status))
        except Unauthorized as error:
            return response(sandbox, Answer(error.body(), 401))
        except TooMany as error:
            return response(sandbox, Answer(error.body(), 429))
        return response(sandbox, answer)

    return serve


def handle(sandbox: FortnoxSandbox, endpoint: Endpoint, request: Request, data: bytes) -> Answer:
    """Check who calls, then let the handler answer."""
    access = sandbox.signed_in(request)
    if access is None:
        raise Unauthorized
    if not sandbox.admitted(f"{access.client}@{access.tenant}"):
        raise TooMany
    company = sandbox.companies[access.tenant]
    _permitted(company, access, endpoint)
    body = None
    if request.method in {"POST", "PUT"} and data:
        try:
            body = parse_json(data)
        except ValueError as error:
            raise refuse(2002115, "Error deserializing JSON: JSON_ERROR_SYNTAX") from error
    call = Call(
        company, dict(request.path_params), dict(request.query_params), body, sandbox.clock.now(), sandbox.base_url
    )
    return endpoint.handler(call)


def _permitted(company: Company, access: Access, endpoint: Endpoint) -> None:
    """Refuse a token without the scope, and a company without a licence for it."""
    status, licences = company.profile.permission_status, company.profile.licences
    if "integration" not in licences:
        raise ApiError(status, 2001103, "Api-licens saknas.")
    if endpoint.scope not in access.scopes:
        raise ApiError(status, 2000663, "Har inte behörighet för scope.")
    if endpoint.licences and not licences.intersection(endpoint.licences):
        raise ApiError(status, 2001101, "Det finns ingen aktiv licens för önskat scope.")


def response(sandbox: FortnoxSandbox, answer: Answer) -> Response:
    """The HTTP answer, with the vendor's headers and its escaped JSON."""
    headers = {
        "Server": "Fortnox",
        "X-Uid": sandbox.next_uid(),
        "X-Build": BUILD,
        "X-Rack-Responsetime": "1",
        **answer.headers,
    }
    if answer.raw is not None:
        return Response(answer.raw, answer.status, headers, answer.media_type)
    if answer.status == 204:
        return Response(status_code=204, headers=headers)
    return Response(escaped(json_bytes(answer.body)), answer.status, headers, "application/json")


def escaped(data: bytes) -> bytes:
    r"""JSON as the vendor writes it: "/" as "\/" and everything beyond ASCII as \uXXXX."""
    text = data.decode().replace("/", "\\/")
    return _NON_ASCII.sub(lambda match: _unicode(match.group()), text).encode()


def _unicode(character: str) -> str:
    pair = character.encode("utf-16-be")
    return "".join(f"\\u{pair[index : index + 2].hex()}" for index in range(0, len(pair), 2))
