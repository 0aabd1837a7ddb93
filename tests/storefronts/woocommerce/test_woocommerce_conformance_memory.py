"""The storefront suite against the adapter over a shop in memory."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx2
from woocommerce_ministore import SECRET, START, MiniShop, refusal

from kontera.storefronts.conformance import Stage, StorefrontConformance
from kontera.storefronts.woocommerce.notices import signature


class MemoryStage(Stage):
    page_size = 100
    since = START - timedelta(days=1)
    signs_time = False

    def __init__(self, **settings: str) -> None:
        self.shop = MiniShop(**settings)
        self.adapter = self.shop.adapter

    def place(self, count: int) -> list[str]:
        first = max(self.shop.orders, default=1000) + 1
        for number in range(first, first + count):
            self.shop.add(number)
        return [str(number) for number in range(first, first + count)]

    def touch(self, order: str) -> None:
        self.shop.clock.advance(timedelta(seconds=1))
        self.shop.touch(int(order))

    def let_time_pass(self, by: timedelta) -> None:
        self.shop.clock.advance(by)

    def place_dirty(self) -> str:
        (order,) = self.place(1)
        self.shop.orders[int(order)]["total"] = {"nonsense": 1}
        return order

    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        body = json.dumps(self.shop.orders[int(order)]).encode()
        return self.sign(body), body

    def sign(self, body: bytes) -> dict[str, str]:
        return {
            "X-WC-Webhook-Signature": signature(SECRET, body),
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Delivery-ID": "aa",
        }

    def revoke_key(self) -> None:
        said = ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        self.shop.always = lambda request: refusal(401, *said)

    def take_scopes(self) -> None:
        said = ("woocommerce_rest_authentication_error", "The API key provided does not have read permissions.")
        self.shop.always = lambda request: refusal(401, *said)

    def answer_busy(self) -> None:
        self.shop.next.append(httpx2.Response(429, html="<html>Slow down</html>"))

    def answer_page(self) -> None:
        self.shop.next.append(httpx2.Response(503, html="<html>Briefly unavailable for maintenance</html>"))


class TestWooCommerceInMemory(StorefrontConformance):
    def make_stage(self) -> Stage:
        return MemoryStage()


class TestWooCommerceOverPlainHttp(StorefrontConformance):
    """The same, every call signed with OAuth 1.0a."""

    def make_stage(self) -> Stage:
        return MemoryStage(base_url="http://shop.example")
