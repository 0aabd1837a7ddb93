"""A transport that answers from a table: for what a sandbox cannot be made to do, and for tests without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from kontera.calls import Caller, Exchange, RateWindow
from kontera.clock import ManualClock
from kontera.ledgers.fortnox.adapter import FortnoxLedger

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = {
    "client_id": "id",
    "client_secret": "hemligt",
    "access_token": "t0",
    "refresh_token": "r0",
    "access_expires": "2026-03-02T10:00:00+00:00",
}

Reply = tuple[int, Any] | Exception
Handler = Callable[[httpx2.Request], Reply]


class Fake:
    """A Fortnox of `handler`; keeps the requests, the exchanges and what was saved."""

    def __init__(
        self,
        handler: Handler,
        settings: Mapping[str, str] | None = None,
        limit: int = 0,
        save: Callable[[Mapping[str, str]], None] | None = None,
        load: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self.requests: list[httpx2.Request] = []
        self.exchanges: list[Exchange] = []
        self.saved: list[dict[str, str]] = []
        self.clock = ManualClock(NOW)
        self.window = RateWindow(self.clock, limit, 5.0)
        self._handler = handler
        caller = Caller(
            "https://fortnox.test",
            self.clock,
            self.window,
            self.exchanges.append,
            vendor="Fortnox",
            transport=httpx2.MockTransport(self._answer),
        )
        self.ledger = FortnoxLedger(
            {**SETTINGS, **(settings or {})}, caller, save or (lambda changed: self.saved.append(dict(changed))), load
        )

    @property
    def calls(self) -> list[str]:
        """Method and path of every request so far."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def sent(self, number: int = -1) -> Any:
        """The JSON of a request."""
        return json.loads(self.requests[number].content)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reply = self._handler(request)
        if isinstance(reply, Exception):
            raise reply
        status, body = reply
        if isinstance(body, str):
            return httpx2.Response(status, text=body, headers={"content-type": "text/html"})
        return httpx2.Response(status, content=json.dumps(body).encode(), headers={"content-type": "application/json"})


def refusal(code: int, text: str, status: int = 400) -> Reply:
    """A refusal as Fortnox writes it: lower case in 400, capitals in 404."""
    told = {"Error": 1, "Message": text, "Code": code} if status == 404 else {"error": 1, "message": text, "code": code}
    return status, {"ErrorInformation": told}
