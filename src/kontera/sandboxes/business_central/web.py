"""HTTP: addresses, tokens, limits and JSON around `service.py`.

Decides who is let in, how many at once, and the headers of every answer. After facts A1, A2, A4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.sandboxes.business_central import batch
from kontera.sandboxes.business_central.auth import EntraError
from kontera.sandboxes.business_central.errors import ApiError
from kontera.sandboxes.business_central.service import Answer, Call, handle
from kontera.sandboxes.kit import json_bytes, json_response, parse_json

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox

_JSON = "application/json; odata.metadata=minimal; odata.streaming=true"
_API = "/v2.0/{tenant}/{environment}/api/v2.0"
_SHORT = "/v2.0/{environment}/api/v2.0"
_VERBS = ["GET", "POST", "PATCH", "DELETE", "PUT"]
BUSY = ApiError(429, "Application_TooManyRequests", "Too many requests: the maximum number of requests is exceeded.")


class Doors:
    """How many calls run at once and how many wait: five and ninety-five, as the vendor has it."""

    def __init__(self) -> None:
        self.running = self.queue = 0
        self.most_running, self.most_queued = 5, 95
        self.peak = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def enter(self) -> bool:
        """Wait for a place; False when even the queue is full."""
        if self.running < self.most_running:
            self.running += 1
        elif self.queue >= self.most_queued:
            return False
        else:
            self.queue += 1
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn  # whoever leaves hands its place over
            self.queue -= 1
        self.peak = max(self.peak, self.running)
        return True

    def leave(self) -> None:
        """Give the place to the next in the queue."""
        if self._waiting:
            self._waiting.pop(0).set_result(None)
        else:
            self.running -= 1


class Web:
    """The routes of the sandbox."""

    def __init__(self, sandbox: BusinessCentralSandbox) -> None:
        self._sandbox = sandbox
        self._number = 0

    def routes(self) -> list[Route]:
        """Token endpoint and API, with and without the tenant in the address."""
        return [
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            *(Route(f"{root}/{{path:path}}", self._guarded(self._api), methods=_VERBS) for root in (_API, _SHORT)),
            *(Route(root, self._guarded(self._api), methods=["GET"]) for root in (_API, _SHORT)),
        ]

    def correlation(self) -> str:
        """The id that the next answer carries."""
        self._number += 1
        return str(UUID(int=self._number))

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        entra, now = self._sandbox.entra, self._sandbox.clock.now()
        try:
            return json_response(entra.grant(request.path_params["tenant"], form, now))
        except EntraError as error:
            trace = self.correlation()
            text = f"AADSTS{error.number}: {error.text} Trace ID: {trace} Correlation ID: {trace}"
            body = {"error": error.error, "error_description": text, "error_codes": [error.number],
                    "timestamp": now.strftime("%Y-%m-%d %H:%M:%SZ"), "trace_id": trace,
                    "correlation_id": trace}  # fmt: skip
            return json_response(body, error.status)

    def _guarded(self, handler: Callable[[Request], Awaitable[Answer]]) -> Callable[[Request], Awaitable[Response]]:
        """Token, limits, then the handler; a refusal becomes the vendor's envelope."""

        async def answer(request: Request) -> Response:
            try:
                self._let_in(request)
                if not await self._sandbox.doors.enter():
                    raise BUSY
                try:
                    await self._sandbox.pause(self._sandbox.latency)
                    return self._response(await handler(request))
                finally:
                    self._sandbox.doors.leave()
            except ApiError as error:
                return self.refusal(error)

        return answer

    def _let_in(self, request: Request) -> None:
        sandbox = self._sandbox
        tenant, environment = request.path_params.get("tenant"), request.path_params["environment"]
        if not sandbox.entra.admits(request.headers.get("authorization", ""), sandbox.clock.now()):
            raise ApiError(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
        if tenant not in (None, sandbox.entra.tenant, f"{sandbox.entra.tenant}.onmicrosoft.com"):
            raise ApiError(404, "Internal_TenantNotFound", f"Tenant '{tenant}' was not found.")
        if environment.lower() != sandbox.environment.lower():
            raise ApiError(404, "NoEnvironment", f"Environment '{environment}' does not exist.")
        if not sandbox.admitted(sandbox.entra.client_id):
            raise BUSY

    async def _api(self, request: Request) -> Answer:
        root, _, path = request.url.path.partition("/api/v2.0")
        path = path.lstrip("/")
        headers = {name.lower(): value for name, value in request.headers.items()}
        writes = request.method != "GET"
        if writes and headers.get("data-access-intent", "").lower() == "readonly":
            raise ApiError(400, "BadRequest_InvalidOperation", "Data-Access-Intent ReadOnly is for GET requests only.")
        address = f"{self._sandbox.base_url}{root}/api/v2.0"
        call = Call(request.method, path, request.url.query, headers, await self._body(request), address)
        if path == "$batch":
            if request.method != "POST":
                raise ApiError(405, "BadRequest_MethodNotAllowed", "A batch is sent with POST.")
            return batch.run(self._sandbox.tenant, call, self.correlation())
        if path.startswith("subscriptions") and request.method in ("POST", "PATCH"):
            await self._handshake(call)
        return handle(self._sandbox.tenant, call)

    async def _handshake(self, call: Call) -> None:
        """The address of a new or renewed subscription has to answer before anything is kept."""
        hooks = self._sandbox.tenant.hooks
        if call.method == "POST":
            url = hooks.checked(call)["url"]
        else:
            key = call.path.partition("(")[2].rstrip(")").strip("'")
            found = hooks.subscriptions.get(key)
            sent = call.body.get("notificationUrl") if isinstance(call.body, dict) else None
            url = sent or (found.url if found else "")
            if found is None:
                return  # refused as unknown by the handler
        if not await self._sandbox.handshake(url):
            raise ApiError(
                400, "Application_DialogException",
                f"The notification URL '{url}' did not answer the validation request with the token it was given.",
            )  # fmt: skip

    @staticmethod
    async def _body(request: Request) -> object:
        data = await request.body()
        if not data:
            return None
        kind = request.headers.get("content-type", "application/json")
        if kind.startswith("application/octet-stream"):
            return data
        if not kind.startswith("application/json"):
            raise ApiError(415, "BadRequest", f"The content type '{kind}' is not supported.")
        try:
            return parse_json(data)
        except ValueError as error:
            raise ApiError(400, "BadRequest", f"The request body is not valid JSON: {error}") from error

    def _response(self, answer: Answer) -> Response:
        headers = {"OData-Version": "4.0", "request-id": self.correlation(), **answer.headers}
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        if isinstance(answer.body, bytes):
            return Response(answer.body, answer.status, headers, "application/octet-stream")
        return Response(json_bytes(answer.body), answer.status, headers, _JSON)

    def refusal(self, error: ApiError) -> Response:
        """A refusal in the vendor's envelope."""
        response = self._response(Answer(error.status, error.body(self.correlation())))
        sandbox = self._sandbox
        if error.status == 429 and sandbox.retry_after:
            response.headers["Retry-After"] = str(max(1, int(sandbox.limiter.free_after(sandbox.entra.client_id)) + 1))
        if error.status in (502, 503):
            response.headers["Retry-After"] = "10"
        return response
