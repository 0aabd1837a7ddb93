"""The door of a sandbox: every HTTP call passes here, is counted, and may meet a declared fault.

Decides only between control plane, fault and vendor. It never knows a vendor's paths or bodies.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kontera.sandboxes.kit.calls import NO_ANSWER
from kontera.sandboxes.kit.faults import Fault
from kontera.sandboxes.kit.wire import json_bytes

if TYPE_CHECKING:
    from kontera.sandboxes.kit.base import Sandbox

CONTROL = "/_sandbox"
_MAINTENANCE_PAGE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head>"
    "<body><h1>Planned maintenance</h1><p>We will be back shortly.</p></body></html>"
)


class Gate:
    """The outermost ASGI application of a sandbox."""

    def __init__(self, sandbox: Sandbox, control: ASGIApp) -> None:
        self._sandbox = sandbox
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        path: str = scope.get("path", "")
        if path == CONTROL or path.startswith(CONTROL + "/"):
            await self._control(scope, receive, send)
            return
        whole = await _whole_body(receive)
        if whole is None:
            return  # the client left before it had finished asking: nothing to handle
        fault = self._sandbox.faults.for_call(scope["method"], path)
        status = await self._vendor(fault, scope, whole, send)
        route = scope.get("route")
        template = getattr(route, "path", path)
        self._sandbox.calls.answered(scope["method"], template, status, fault.kind if fault else "")

    async def _vendor(self, fault: Fault | None, scope: Scope, receive: _Replay, send: Send) -> int:
        """Handle one vendor call under `fault`; answers the status it is counted under."""
        if fault is None:
            return await _handled(self._sandbox.app, scope, receive, send)
        if fault.kind == "refuse_before":
            await _cut(receive)
            return NO_ANSWER
        if fault.kind == "lost_answer":
            status = await _handled(self._sandbox.app, scope, receive, _swallow)
            await _cut(receive)
            return status
        if fault.kind in {"status", "maintenance"}:
            response = self._instead(fault)
            await response(scope, receive, send)
            return response.status_code
        if fault.kind == "slow":
            await self._sandbox.pause(fault.seconds)
        elif fault.kind == "expire_tokens":
            self._sandbox.expire_tokens()
        return await _handled(self._sandbox.app, scope, receive, send)

    def _instead(self, fault: Fault) -> Response:
        """The answer given in place of handling."""
        if fault.kind == "maintenance":
            page = fault.body if isinstance(fault.body, str) else _MAINTENANCE_PAGE
            return HTMLResponse(page, status_code=fault.status or 503, headers=fault.headers)
        status = fault.status or 500
        if fault.body is None:
            response = self._sandbox.fault_response(status)
            response.headers.update(fault.headers)
            return response
        return Response(json_bytes(fault.body), status, headers=fault.headers, media_type="application/json")


async def _handled(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> int:
    """Run the vendor's application and answer the status it sent."""
    status = 500  # what the server sends by itself when a handler fails before it answers

    async def watch(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    await app(scope, receive, watch)
    return status


class _Replay:
    """A `receive` that gives a body already read: whoever asked is served, also when it has hung up since."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self.connection = receive

    async def __call__(self) -> Message:
        """The body once, then whatever the connection says."""
        if self._body is None:
            return await self.connection()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _whole_body(receive: Receive) -> _Replay | None:
    """Read the body; None when the client disconnects first."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return _Replay(b"".join(parts), receive)


async def _swallow(message: Message) -> None:
    """Send nothing."""


async def _cut(whole: _Replay) -> None:
    """Cut the connection without a byte of answer, as a dead proxy does.

    ASGI has no word for this; the server's own request object, of which its `receive` is a method, holds the transport.
    Giving the loop two turns lets the server notice, so that it does not try to send its own 500.
    """
    cycle = whole.connection.__self__  # type: ignore[attr-defined]
    cycle.transport.abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
