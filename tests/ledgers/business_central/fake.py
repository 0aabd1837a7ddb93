"""A transport that answers from a function: for what no server can be made to do, and for tests without one.

Calls inside a `$batch` are answered one by one, as Business Central does, so a test only says what each call meets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import httpx2
import msgspec

from kontera.accounting.ledger_setup import FiscalYear, LedgerAccount, LedgerCurrency, LedgerSetup
from kontera.calls import Caller, Exchange, RateWindow
from kontera.clock import ManualClock
from kontera.ledgers.business_central.adapter import BusinessCentralLedger
from kontera.ledgers.business_central.settings import Options, options_from
from kontera.ledgers.business_central.snapshot import AREAS, COUNTRIES, FUNCTIONS, GROUPS, LATEST
from kontera.ledgers.samples import Chart

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
COMPANY = "5d115c9c-44e3-ea11-bb43-000d3a2feca1"
GUID = "11111111-2222-3333-4444-%012d"
CHART = Chart(
    vat={
        Decimal(25): ("VAT25", "3001", "2611"),
        Decimal(12): ("VAT12", "3002", "2621"),
        Decimal(6): ("VAT6", "3003", "2631"),
        Decimal(0): ("NO VAT", "3004", ""),
    }
)
VALUES = {"tenant_id": "t1", "company": COMPANY, "client_id": "id", "client_secret": "hemligt"}
OPTIONS: Options = options_from(VALUES)
SETUP = LedgerSetup(
    taken_at=NOW,
    currency="SEK",
    accounts={n: LedgerAccount(number=n, name=n, rows=n != "1510") for n in ("1510", "1580", "1930", "3001", "3002")},
    currencies={
        "EUR": LedgerCurrency(
            code="EUR", rate=Decimal("11.2345"), on=DAY, earlier=((date(2026, 1, 1), Decimal("11.00")),)
        )
    },
    fiscal_years=(FiscalYear(id="2026", start=date(2026, 1, 1), end=date(2026, 12, 31)),),
    functions=frozenset(FUNCTIONS),
    predefined={
        LATEST: "",
        COUNTRIES: "SE,DE,NO,JP",
        AREAS: "DOMESTIC,EU,EXPORT",
        GROUPS: "VAT25,VAT12,VAT6,NO VAT",
    },
)
KNOWN = msgspec.structs.replace(
    SETUP,
    keys={
        "area:DOMESTIC": GUID % 1,
        "area:EXPORT": GUID % 2,
        "account:1580": GUID % 3,
        "terms:30 DAYS": GUID % 4,
        "method:DHL": GUID % 5,
        "dimension:1": "DEPARTMENT",
        "dimension:2": "PROJECT",
    },
)

Reply = tuple[int, Any] | Exception
Handler = Callable[[str, str, Any], Reply]


class Fake:
    """A Business Central of `handler(method, path, body)`; keeps the requests, every call in them, and what was saved.
    The path is inside the company and decoded. known: the set-up the adapter has read, None for a fresh one."""

    def __init__(
        self,
        handler: Handler,
        settings: Mapping[str, str] | None = None,
        known: LedgerSetup | None = KNOWN,
        outer: Callable[[httpx2.Request], httpx2.Response | None] = lambda request: None,
        load: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self.requests: list[httpx2.Request] = []
        self.calls: list[str] = []
        self.bodies: list[Any] = []
        self.exchanges: list[Exchange] = []
        self.saved: list[dict[str, str]] = []
        self.clock = ManualClock(NOW)
        self.window = RateWindow(self.clock, 0, 300.0)
        self._handler, self._outer = handler, outer
        caller = Caller(
            "https://bc.test/v2.0/t1/Production/api/v2.0",
            self.clock,
            self.window,
            self.exchanges.append,
            vendor="Business Central",
            transport=httpx2.MockTransport(self._answer),
        )
        given = {**VALUES, "access_token": "t0", "access_expires": "2026-03-02T10:00:00+00:00", **(settings or {})}
        self.ledger = BusinessCentralLedger(given, caller, lambda changed: self.saved.append(dict(changed)), load)
        if known is not None:
            self.ledger.go_by(known)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        special = self._outer(request)
        if special is not None:
            return special
        if request.url.path.endswith("/$batch"):
            sent = json.loads(request.content)["requests"]
            answers = [self._inner(one) for one in sent]
            return httpx2.Response(200, json={"responses": answers})
        reply = self._reply(request.method, str(request.url), request.content)
        return httpx2.Response(reply[0], json=reply[1]) if reply[1] is not None else httpx2.Response(reply[0])

    def _inner(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(sent["body"]).encode() if "body" in sent else b""
        status, answer = self._reply(sent["method"], sent["url"], body)
        return {"id": sent["id"], "status": status, **({} if answer is None else {"body": answer})}

    def _reply(self, method: str, url: str, content: bytes) -> tuple[int, Any]:
        path = unquote(re.sub(r"^.*companies\([^)]*\)/", "", url))
        body = json.loads(content, parse_float=Decimal) if content else None
        self.calls.append(f"{method} {path.partition('?')[0]}")
        self.bodies.append(body)
        reply = self._handler(method, path, body)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def names(self) -> list[str]:
        """The calls without ids, for reading."""
        return [re.sub(r"\([0-9a-f-]{36}\)", "(id)", call) for call in self.calls]


def refusal(text: str, code: str = "Application_DialogException", status: int = 400) -> Reply:
    """A refusal as Business Central writes it."""
    message = f"{text}  CorrelationId:  0b1f5a1c-0f5e-4a2b-9c4e-1f2d3c4b5a69."
    return status, {"error": {"code": code, "message": message}}


def listed(*rows: Mapping[str, Any]) -> Reply:
    """A list."""
    return 200, {"value": list(rows)}
