"""The storefront suite against the adapter over a shop in memory."""

from __future__ import annotations

from datetime import timedelta

import httpx2
from quickbutik_ministore import START, MiniShop, refusal

from kontera.storefronts.conformance import Stage, StorefrontConformance


class MemoryStage(Stage):
    page_size = 1000
    since = START - timedelta(days=1)
    signs_time = False
    signs = False

    def __init__(self) -> None:
        self.shop = MiniShop()
        self.adapter = self.shop.adapter

    def place(self, count: int) -> list[str]:
        first = max(self.shop.orders, default=1000) + 1
        for number in range(first, first + count):
            self.shop.add(number)
        return [str(number) for number in range(first, first + count)]

    def touch(self, order: str) -> None:
        self.shop.clock.advance(timedelta(seconds=1))
        self.shop.move(int(order), "2")

    def let_time_pass(self, by: timedelta) -> None:
        self.shop.clock.advance(by)

    def place_dirty(self) -> str:
        (order,) = self.place(1)
        self.shop.orders[int(order)]["total_amount"] = {"nonsense": 1}
        return order

    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        return {"User-Agent": "Quickbutik-Webhooks/1.0"}, f"event_type=order.new&order_id={order}".encode()

    def sign(self, body: bytes) -> dict[str, str]:
        return {"User-Agent": "Quickbutik-Webhooks/1.0"}

    def revoke_key(self) -> None:
        self.shop.always = lambda request: refusal(401, "Unauthorized - Invalid or missing authentication")

    def take_scopes(self) -> None:
        self.shop.always = lambda request: refusal(403, "Forbidden")

    def answer_busy(self) -> None:
        self.shop.next.append(refusal(429, "Too many requests"))

    def answer_page(self) -> None:
        self.shop.next.append(httpx2.Response(503, html="<html>Vi bygger om</html>"))


class TestQuickbutikInMemory(StorefrontConformance):
    def make_stage(self) -> Stage:
        return MemoryStage()
