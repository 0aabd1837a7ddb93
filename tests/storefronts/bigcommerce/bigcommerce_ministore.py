"""A store of a few lines, answering in memory as the vendor's reference says: for tests of what is asked and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2

from kontera.calls import Exchange
from kontera.clock import ManualClock, parse_instant
from kontera.storefronts.bigcommerce import connect

START = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
SECRET = "a-client-secret"
Answering = Callable[[httpx2.Request], httpx2.Response]


class MiniStore:
    """Orders with their parts, the V2 filters the adapter uses, and answers to put in the way of the next calls."""

    def __init__(self, **settings: str) -> None:
        self.clock = ManualClock(START)
        self.orders: dict[int, dict[str, Any]] = {}
        self.parts: dict[str, Any] = {}  # path -> body of a list
        self.asked: list[str] = []
        self.sent: list[tuple[str, str, Any]] = []
        self.exchanges: list[Exchange] = []
        self.next: list[httpx2.Response] = []
        self.always: Callable[[str], httpx2.Response | None] = lambda path: None
        self.consignments_as_links = False
        given = {"store": "nt", "store_hash": "abc123", "access_token": "tok", "client_secret": SECRET, **settings}
        self.adapter = connect(given, self.clock, self.exchanges.append, transport=httpx2.MockTransport(self._answer))

    def add(self, number: int, **fields: Any) -> None:
        now = format_datetime(self.clock.now())
        self.orders[number] = order_json(number, date_created=now, date_modified=now) | fields

    def touch(self, number: int) -> None:
        self.orders[number]["date_modified"] = format_datetime(self.clock.now())

    def paths(self) -> list[str]:
        """What was asked, without the store's prefix."""
        return [url.split("/stores/abc123", 1)[1] for url in self.asked]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(f"{request.method} {request.url}")
        path = request.url.path.removeprefix("/stores/abc123")
        blocked = self.next.pop(0) if self.next else self.always(path)
        if blocked is not None:
            return blocked
        if request.method != "GET":
            self.sent.append((request.method, path, json.loads(request.content)))
            return httpx2.Response(200, json={"data": {"id": 1}, "meta": {}})
        return self._read(path, dict(request.url.params))

    def _read(self, path: str, query: dict[str, str]) -> httpx2.Response:
        if path in self.parts:
            rows = self.parts[path]
            if isinstance(rows, list):
                size = int(query.get("limit", "50"))
                start = (int(query.get("page", "1")) - 1) * size
                rows = rows[start : start + size]
            if path.startswith("/v3/"):
                return httpx2.Response(200, json={"data": rows, "meta": {}})
            return httpx2.Response(200, json=rows) if rows else httpx2.Response(204)
        if path == "/v2/orders":
            rows = self._listed(query)
            return httpx2.Response(200, json=rows) if rows else httpx2.Response(204)
        words = path.strip("/").split("/")
        if len(words) >= 3 and words[1] == "orders" and int(words[2]) in self.orders:
            if len(words) == 3:
                return httpx2.Response(200, json=self._shown(self.orders[int(words[2])], query))
            return httpx2.Response(204)
        return httpx2.Response(404, json=[{"status": 404, "message": "The requested resource was not found."}])

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        def when(row: dict[str, Any]) -> datetime:
            return parse_instant(row["date_modified"])

        rows = list(self.orders.values())
        if "min_date_modified" in query:
            rows = [row for row in rows if when(row) >= parse_instant(query["min_date_modified"])]
        if "max_date_modified" in query:
            rows = [row for row in rows if when(row) <= parse_instant(query["max_date_modified"])]
        rows = [row for row in rows if row["id"] >= int(query.get("min_id", "0"))]
        rows = [row for row in rows if row["id"] <= int(query.get("max_id", "999999999"))]
        if "channel_id" in query:
            rows = [row for row in rows if str(row["channel_id"]) == query["channel_id"]]
        rows.sort(key=lambda row: row["id"])
        if query.get("sort") == "date_modified:asc":
            rows.sort(key=when)
        size = int(query.get("limit", "50"))
        assert size <= 250, "the vendor's largest page"
        start = (int(query.get("page", "1")) - 1) * size
        return [self._shown(row, query) for row in rows[start : start + size]]

    def _shown(self, row: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        if "consignments" not in query.get("include", "") or self.consignments_as_links:
            path = f"/orders/{row['id']}/consignments"
            return row | {"consignments": {"url": f"https://api.example/stores/abc123/v2{path}", "resource": path}}
        return row


def order_json(number: int, **fields: Any) -> dict[str, Any]:
    """An honest order: one teapot, 250.00 SEK with 25 % VAT, paid."""
    line = {
        "id": number * 10,
        "order_address_id": 51,
        "name": "Tekanna",
        "sku": "TE-1",
        "type": "physical",
        "quantity": 1,
        "price_ex_tax": "200.0000",
        "price_inc_tax": "250.0000",
        "total_ex_tax": "200.0000",
        "total_inc_tax": "250.0000",
        "total_tax": "50.0000",
        "discounted_total_inc_tax": "250.0000",
        "quantity_refunded": 0,
    }
    place = {"id": 51, "country_iso2": "SE", "shipping_method": "Postnord", "line_items": [line]}
    empty = {"pickups": [], "downloads": [], "email": {"gift_certificates": []}}
    return {
        "id": number,
        "customer_id": 0,
        "date_created": "Mon, 02 Mar 2026 08:00:00 +0000",
        "date_modified": "Mon, 02 Mar 2026 08:00:00 +0000",
        "status_id": 11,
        "total_inc_tax": "250.0000",
        "total_ex_tax": "200.0000",
        "total_tax": "50.0000",
        "is_tax_inclusive_pricing": True,
        "items_total": 1,
        "payment_method": "Klarna",
        "payment_provider_id": "kl-1",
        "payment_status": "captured",
        "store_credit_amount": "0.0000",
        "gift_certificate_amount": "0.0000",
        "default_currency_code": "SEK",
        "coupon_discount": "0.0000",
        "discount_amount": "0.0000",
        "channel_id": 1,
        "billing_address": {"first_name": "Karin", "last_name": "Lindqvist", "country_iso2": "SE"},
        "fees": [],
        "consignments": {"shipping": [place], **empty},
        **fields,
    }


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
