"""A shop of a few lines, answering in memory as a real one was seen to: for tests of what is asked and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2

from kontera.calls import Exchange
from kontera.clock import ManualClock
from kontera.storefronts.woocommerce import connect

START = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
SECRET = "a-webhook-secret"
SITE = "https://shop.example/butik"


class MiniShop:
    """Orders, the list filters the adapter uses (strict comparison, whole seconds, dates converted twice when a zone
    meets the switch), and answers to put in the way of the next calls."""

    def __init__(self, **settings: str) -> None:
        self.clock = ManualClock(START)
        self.orders: dict[int, dict[str, Any]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {"/webhooks": [], "/taxes": []}
        self.values: dict[str, str] = {}  # path of a setting -> value
        self.requests: list[httpx2.Request] = []
        self.sent: list[tuple[str, str, Any]] = []
        self.exchanges: list[Exchange] = []
        self.next: list[httpx2.Response] = []
        self.always: Callable[[httpx2.Request], httpx2.Response | None] = lambda request: None
        given = {"store": "wo", "base_url": SITE, "consumer_key": "ck_1", "consumer_secret": "cs_2"}
        given |= {"webhook_secret": SECRET, **settings}
        self.adapter = connect(given, self.clock, self.exchanges.append, transport=httpx2.MockTransport(self._answer))

    def add(self, number: int, **fields: Any) -> None:
        now = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
        self.orders[number] = order_json(number, date_created_gmt=now, date_modified_gmt=now) | fields

    def touch(self, number: int) -> None:
        self.orders[number]["date_modified_gmt"] = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")

    def paths(self) -> list[str]:
        """What was asked, in order, without the address before the version."""
        return [request.url.path.partition("/wc/v3")[2] for request in self.requests]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        blocked = self.next.pop(0) if self.next else self.always(request)
        if blocked is not None:
            return blocked
        path = request.url.path.partition("/wc/v3")[2]
        if request.method != "GET":
            self.sent.append((request.method, path, json.loads(request.content)))
            return httpx2.Response(201, json={"id": 1})
        return self._read(path, dict(request.url.params))

    def _read(self, path: str, query: dict[str, str]) -> httpx2.Response:
        if path in self.lists:
            size = int(query.get("per_page", "10"))
            start = (int(query.get("page", "1")) - 1) * size
            return httpx2.Response(200, json=self.lists[path][start : start + size])
        if path.startswith("/settings/"):
            name = path.removeprefix("/settings/").partition("/")[2]
            return httpx2.Response(200, json={"id": name, "value": self.values.get(name, "")})
        if path == "/orders":
            return httpx2.Response(200, json=self._listed(query))
        number = path.removeprefix("/orders/")
        if number.isdecimal() and int(number) in self.orders:
            return httpx2.Response(200, json=self.orders[int(number)])
        return refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        rows = [row for row in self.orders.values() if row["status"] != "trash"]
        if "include" in query:
            wanted = {int(part) for part in query["include"].split(",")}
            rows = [row for row in rows if row["id"] in wanted]
        if "modified_after" in query:
            rows = [row for row in rows if row["date_modified_gmt"] > asked(query, "modified_after")]
        if "modified_before" in query:
            rows = [row for row in rows if row["date_modified_gmt"] < asked(query, "modified_before")]
        rows.sort(key=lambda row: row["id"], reverse=query.get("order") != "asc")
        if query.get("orderby") == "modified":
            rows.sort(key=lambda row: row["date_modified_gmt"], reverse=query.get("order") != "asc")
        size = int(query.get("per_page", "10"))
        assert 1 <= size <= 100, "the shop's largest page"
        start = int(query.get("offset", (int(query.get("page", "1")) - 1) * size))
        fields = query.get("_fields", "").split(",")
        return [
            {name: value for name, value in row.items() if fields == [""] or name in fields}
            for row in rows[start : start + size]
        ]


def asked(query: dict[str, str], name: str) -> str:
    """The instant a date parameter means, GMT: a zone and the switch together are converted twice (Stockholm)."""
    text = query[name]
    assert "Z" not in text, "a zone together with dates_are_gmt hides changes"
    assert "+" not in text, "a zone together with dates_are_gmt hides changes"
    if query.get("dates_are_gmt") == "true":
        return text
    return (datetime.fromisoformat(text) - timedelta(hours=1)).isoformat()


def refusal(status: int, code: str, message: str) -> httpx2.Response:
    return httpx2.Response(status, json={"code": code, "message": message, "data": {"status": status}})


def line_json(number: int, net: str, tax: str, *, rate: int = 1, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    """A line whose price was not reduced, unless `fields` say so."""
    return {
        "id": number,
        "name": "Tekanna",
        "product_id": 10,
        "variation_id": 0,
        "quantity": quantity,
        "tax_class": "",
        "subtotal": net,
        "subtotal_tax": tax,
        "total": net,
        "total_tax": tax,
        "taxes": [{"id": rate, "total": tax, "subtotal": tax}] if rate else [],
        "meta_data": [],
        "sku": "TE-1",
        "price": 0.1,
        **fields,
    }


def rate_json(identity: int, percent: Any) -> dict[str, Any]:
    return {"rate_id": identity, "rate_code": f"SE-MOMS {percent}%-1", "label": f"Moms {percent}%"} | (
        {} if percent is None else {"rate_percent": percent}
    )


def order_json(number: int, /, **fields: Any) -> dict[str, Any]:
    """An honest order: one teapot, 250.00 SEK with 25 % VAT, paid by card."""
    return {
        "id": number,
        "number": str(number),
        "status": "processing",
        "currency": "SEK",
        "prices_include_tax": True,
        "date_created_gmt": "2026-03-02T08:00:00",
        "date_modified_gmt": "2026-03-02T08:00:00",
        "date_paid_gmt": "2026-03-02T08:00:05",
        "total": "250.00",
        "total_tax": "50.00",
        "customer_id": 0,
        "billing": {"first_name": "Karin", "last_name": "Lindqvist", "country": "SE", "email": "karin@example.test"},
        "shipping": {"first_name": "Karin", "last_name": "Lindqvist", "city": "Malmö", "country": "SE"},
        "payment_method": "stripe",
        "payment_method_title": "Kort",
        "transaction_id": "ch_1",
        "created_via": "checkout",
        "meta_data": [],
        "line_items": [line_json(number * 10, "200.000000", "50.000000")],
        "tax_lines": [rate_json(1, 25)],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        **fields,
    }
