"""The door of a sandbox: every HTTP call passes here, is counted, and may meet a declared fault.

Decides only between control plane, fault and vendor. It never knows a vendor's paths or bodies.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kontera.sandboxes.kit.calls import NO_ANSWER, CallLog
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
        await self._vendor(fault, scope, whole, send)

    async def _vendor(self, fault: Fault | None, scope: Scope, receive: _Replay, send: Send) -> None:
        """Handle one vendor call under `fault`. A call is counted before its caller can know that it was answered."""
        kind = fault.kind if fault else ""
        count = _Count(self._sandbox.calls, scope, kind)
        if fault is None:
            await _handled(self._sandbox.app, scope, receive, send, count)
        elif kind == "refuse_before":
            count(NO_ANSWER)
            await _cut(receive)
        elif kind == "lost_answer":
            await _handled(self._sandbox.app, scope, receive, _swallow, count)
            await _cut(receive)
        elif kind in {"status", "maintenance"}:
            response = self._instead(fault)
            count(response.status_code)
            await response(scope, receive, send)
        else:
            if kind == "slow":
                await self._sandbox.pause(fault.seconds)
            elif kind == "expire_tokens":
                self._sandbox.expire_tokens()
            await _handled(self._sandbox.app, scope, receive, send, count)

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


class _Count:
    """Counts one call, once."""

    def __init__(self, calls: CallLog, scope: Scope, fault: str) -> None:
        self._calls = calls
        self._scope = scope
        self._fault = fault
        self._done = False

    def __call__(self, status: int) -> None:
        """Count it under `status`; a second time does nothing."""
        if self._done:
            return
        self._done = True
        template: str = getattr(self._scope.get("route"), "path", None) or self._scope["path"]
        self._calls.answered(self._scope["method"], template, status, self._fault)


async def _handled(app: ASGIApp, scope: Scope, receive: Receive, send: Send, count: _Count) -> None:
    """Run the vendor's application, counting the call as its answer begins."""

    async def watch(message: Message) -> None:
        if message["type"] == "http.response.start":
            count(message["status"])
        await send(message)

    await app(scope, receive, watch)


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
