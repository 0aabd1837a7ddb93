"""A shop of a few lines, answering in memory as Quickbutik's documents and clients say: for tests of what is asked and
when.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from kontera.calls import Exchange
from kontera.clock import ManualClock
from kontera.storefronts.quickbutik import connect

START = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
ZONE = ZoneInfo("Europe/Stockholm")
KEY = "a#(*+ å/:key"
LEAN = ("order_id", "date_created", "total_amount", "status")


class MiniShop:
    """Orders and products, the filters the adapter uses, and answers to put in the way of the next calls."""

    def __init__(self, **settings: str) -> None:
        self.clock = ManualClock(START)
        self.orders: dict[int, dict[str, Any]] = {}
        self.status_dates: dict[int, datetime] = {}
        self.products: list[dict[str, Any]] = [product_json(10), product_json(11, sku="KAFFE1", tax_rate="12")]
        self.requests: list[httpx2.Request] = []
        self.exchanges: list[Exchange] = []
        self.next: list[httpx2.Response] = []
        self.always: Callable[[httpx2.Request], httpx2.Response | None] = lambda request: None
        self.largest = 1000  # the most the shop gives of products at once
        self.page = 1000  # and of orders
        given = {"store": "qb", "api_key": KEY, **settings}
        self.adapter = connect(given, self.clock, self.exchanges.append, transport=httpx2.MockTransport(self._answer))

    def now(self) -> str:
        """The shop's date and time, as it writes them."""
        return f"{self.clock.now().astimezone(ZONE):%Y-%m-%d %H:%M:%S}"

    def add(self, number: int, **fields: Any) -> None:
        self.orders[number] = order_json(number, date_created=self.now(), date_paid=self.now()) | fields
        self.status_dates[number] = self.clock.now()

    def move(self, number: int, status: str) -> None:
        """Another status; the only change that can be asked for."""
        self.orders[number]["status"] = status
        self.status_dates[number] = self.clock.now()

    def paths(self) -> list[str]:
        """What was asked, in order, without the address before the version."""
        return [request.url.path.partition("/v1")[2] for request in self.requests]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        blocked = self.next.pop(0) if self.next else self.always(request)
        if blocked is not None:
            return blocked
        assert request.method == "GET", "nothing is ever written to this shop"
        path, query = request.url.path.partition("/v1")[2], dict(request.url.params)
        if path == "/orders":
            return httpx2.Response(200, json=self._listed(query))
        if path == "/products/count":
            return httpx2.Response(200, json={"count": str(len(self.products))})
        assert path == "/products"
        return self._products(query)

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        rows = sorted(self.orders.items(), reverse=query.get("sort_order") != "asc")
        if "order_id" in query:
            rows = [(number, row) for number, row in rows if str(number) == query["order_id"]]
        if "from_status_date" in query:
            since = int(query["from_status_date"])
            rows = [(number, row) for number, row in rows if self.status_dates[number].timestamp() >= since]
        start, size = int(query.get("offset", "0")), int(query.get("limit", "1000"))
        assert 1 <= size <= 1000, "the shop's largest page"
        assert start >= 0
        details = query.get("include_details") == "true"
        return [
            {name: value for name, value in row.items() if details or name in LEAN}
            for _, row in rows[start : start + min(size, self.page)]
        ]

    def _products(self, query: dict[str, str]) -> httpx2.Response:
        assert query.get("include_details") == "true"
        if "product_id" in query or "sku" in query:
            for product in self.products:
                numbers = [product["sku"], *(variant["sku"] for variant in product.get("variants", ()))]
                if query.get("product_id") == product["id"] or query.get("sku") in numbers:
                    return httpx2.Response(200, json={"product": product})
            return refusal(404, "Resource not found")
        start, size = int(query.get("offset", "0")), min(int(query.get("limit", "50")), self.largest)
        return httpx2.Response(200, json={"product": self.products[start : start + size]})


def refusal(status: int, text: str) -> httpx2.Response:
    return httpx2.Response(status, json={"code": status, "error": text})


def product_json(number: int, **fields: Any) -> dict[str, Any]:
    """A teapot at 25 %, unless `fields` say otherwise."""
    return {
        "id": str(number),
        "sku": f"TE{number}",
        "title": f"Tekanna {number}",
        "price": "250",
        "tax_rate": "25",
        "is_giftcard": "0",
        "variants": [],
        **fields,
    }


def line_json(number: Any, price: str, qty: Any = 1, *, product: Any = 10, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "product_id": product,
        "variant_id": 0,
        "title": "Tekanna",
        "variant": "",
        "price": price,
        "qty": qty,
        "sku": "TE10",
        "weight": "0",
        "status": "",
        "image": "",
        "app": {"productpackages": []},
        **fields,
    }


PERSON = {
    "email": "karin@example.test",
    "phone": "0701234567",
    "customer_type": "consumer",
    "company_name": "",
    "full_name": "Karin Lindqvist",
    "address": "Storgatan 1",
    "address2": "",
    "city": "Malmö",
    "zipcode": "211 34",
    "country": "SE",
    "shipping_details": {"firstname": "Karin", "lastname": "Lindqvist", "city": "Malmö", "country": "SE"},
    "billing_details": {"firstname": "Karin", "lastname": "Lindqvist", "city": "Malmö", "country": "SE"},
}


def order_json(number: int, /, **fields: Any) -> dict[str, Any]:
    """An honest order: one teapot, 250.00 SEK with 25 % VAT, paid by Swish."""
    return {
        "order_id": str(number),
        "date_created": "2026-03-02 09:00:00",
        "date_paid": "2026-03-02 09:00:05",
        "status": "1",
        "shipping_amount": "0",
        "shipping_id": "1",
        "shipping_name": "PostNord",
        "items_amount": "250",
        "total_amount": "250",
        "discount_amount": "0",
        "total_pay_amount": "250",
        "tax_amount": "50",
        "currency": "SEK",
        "notes": "",
        "is_taxfree": "0",
        "is_taxontop": "0",
        "products": [line_json(number * 10, "250")],
        "customer": PERSON,
        "paymethod": {"method": "Swish", "transaction_id": "sw_1"},
        "refunds": [],
        **fields,
    }


def document(order: dict[str, Any], **products: Any) -> bytes:
    """An order joined with its products: those named by id, else a teapot at 25 %."""
    known = {f"{line['product_id']}": product_json(10) for line in order["products"] if line["product_id"]}
    given = {key.removeprefix("p"): value for key, value in products.items()}
    return json.dumps({"order": order, "products": known | given}).encode()
