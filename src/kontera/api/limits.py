"""How much and how slowly anyone may send us something.

Decides when a request's body is refused: larger than a megabyte, or not here within ten seconds. What is behind gets
the whole body at once, so that nobody can hold one of the console's few threads by sending slowly. Never reads a
body's meaning.
"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1_000_000
SECONDS = 10.0
_CLOSE = {"connection": "close"}  # what is still to come is not read


class TooLarge(Exception):
    """More than we take."""


class Limits:
    """An ASGI application that answers 413 or 408 itself and passes everything else on."""

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BYTES, seconds: float = SECONDS) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._whole(scope, receive)
        except TooLarge:
            await JSONResponse({"error": "too large"}, 413, _CLOSE)(scope, receive, send)
        except TimeoutError:
            await JSONResponse({"error": "too slow"}, 408, _CLOSE)(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            await self._app(scope, _replayed(body, receive), send)

    async def _whole(self, scope: Scope, receive: Receive) -> bytes:
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and (len(told) > 15 or int(told) > self._most_bytes):
            raise TooLarge
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            part = message.get("body", b"")
            size += len(part)
            if size > self._most_bytes:
                raise TooLarge
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body in one message, then whatever else comes (that the caller hung up)."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
