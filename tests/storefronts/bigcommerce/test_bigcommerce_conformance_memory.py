"""The storefront suite against the adapter over a store in memory."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx2
from bigcommerce_ministore import SECRET, START, MiniStore

from kontera.storefronts.bigcommerce.notices import signature
from kontera.storefronts.conformance import Stage, StorefrontConformance


class MemoryStage(Stage):
    page_size = 250
    since = START - timedelta(days=1)

    def __init__(self) -> None:
        self.store = MiniStore()
        self.adapter = self.store.adapter

    def place(self, count: int) -> list[str]:
        first = max(self.store.orders, default=1000) + 1
        for number in range(first, first + count):
            self.store.add(number)
        return [str(number) for number in range(first, first + count)]

    def touch(self, order: str) -> None:
        self.store.clock.advance(timedelta(seconds=1))
        self.store.touch(int(order))

    def let_time_pass(self, by: timedelta) -> None:
        self.store.clock.advance(by)

    def place_dirty(self) -> str:
        (order,) = self.place(1)
        self.store.orders[int(order)]["total_inc_tax"] = {"nonsense": 1}
        return order

    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        body = json.dumps(
            {
                "scope": "store/order/updated",
                "store_id": "1",
                "data": {"type": "order", "id": int(order)},
                "hash": "aa",
                "created_at": 1,
                "producer": "stores/abc123",
            }
        ).encode()
        return self._signed(body, age), body

    def sign(self, body: bytes) -> dict[str, str]:
        return self._signed(body, timedelta(0))

    def _signed(self, body: bytes, age: timedelta) -> dict[str, str]:
        stamp = str(int((self.store.clock.now() - age).timestamp()))
        made = signature(SECRET, "msg_1", stamp, body)
        return {"Webhook-Id": "msg_1", "Webhook-Timestamp": stamp, "Webhook-Signature": made}

    def revoke_key(self) -> None:
        self.store.always = lambda path: httpx2.Response(401, json={"status": 401, "title": "Unauthorized"})

    def take_scopes(self) -> None:
        self.store.always = lambda path: httpx2.Response(403, json=[{"status": 403, "message": "no scope"}])

    def answer_busy(self) -> None:
        self.store.next.append(httpx2.Response(429, json={"status": 429, "title": "Too many requests"}))

    def answer_page(self) -> None:
        self.store.next.append(httpx2.Response(503, html="<html>Down for maintenance</html>"))


class TestBigCommerceInMemory(StorefrontConformance):
    def make_stage(self) -> Stage:
        return MemoryStage()
