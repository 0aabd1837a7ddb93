"""The storefront suite against the adapter over real HTTP to the sandbox: signed over http, and behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from woocommerce_proxy import BehindProxy

from kontera.clock import ManualClock
from kontera.sandboxes.kit import json_bytes
from kontera.sandboxes.kit.faults import Fault
from kontera.sandboxes.woocommerce import WooCommerceSandbox, life
from kontera.sandboxes.woocommerce.delivery import sign
from kontera.sandboxes.woocommerce.show import Shower
from kontera.storefronts.conformance import Stage, StorefrontConformance
from kontera.storefronts.woocommerce import connect

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = "a-webhook-secret"
HOME = {"first_name": "Åsa", "last_name": "Öström", "city": "Malmö", "postcode": "211 34", "country": "SE"}
CARTS: tuple[dict[str, Any], ...] = (
    {"lines": [{"sku": "MUG-1", "quantity": 2}], "payment": "klarna"},
    {"lines": [{"sku": "KAFFE-450", "quantity": 3}, {"sku": "BOK-1", "quantity": 1}], "coupons": ["tio"]},
    {"lines": [{"sku": "FILTER-1", "quantity": 7}, {"sku": "CHOK-70", "quantity": 5}], "payment": "bacs"},
)


class SandboxStage(Stage):
    page_size = 100
    since = START - timedelta(days=1)
    signs_time = False

    def __init__(self, *, https: bool) -> None:
        self.clock = ManualClock(START)
        self.sandbox = WooCommerceSandbox(self.clock)
        url = self.sandbox.start()
        known = self.sandbox.credentials()
        self.key = known["consumer_key"]
        self.secret = known["consumer_secret"]
        given = {"store": "wo", "consumer_key": self.key, "consumer_secret": self.secret, "webhook_secret": SECRET}
        given["base_url"] = "https://shop.example" if https else url
        transport = BehindProxy(url) if https else None
        self.adapter = connect(given, self.clock, lambda _: None, transport=transport)
        self._carts: Iterator[dict[str, Any]] = cycle(CARTS)

    def act(self, action: str, **body: Any) -> Any:
        return self.sandbox.actions()[action](body)

    def place(self, count: int) -> list[str]:
        return [str(self.act("checkout", billing=HOME, **next(self._carts))["id"]) for _ in range(count)]

    def touch(self, order: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        life.touch(self.sandbox.shop, self.sandbox.shop.orders[int(order)])

    def let_time_pass(self, by: timedelta) -> None:
        self.clock.advance(by)

    def place_dirty(self) -> str:
        (order,) = self.place(1)
        self.act("dirty", order_id=int(order), kind="unknown_status")
        return order

    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        shop = self.sandbox.shop
        body = json_bytes(Shower(shop, self.sandbox.base_url).order(shop.orders[int(order)]))
        return self.sign(body), body

    def sign(self, body: bytes) -> dict[str, str]:
        return {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Signature": sign(SECRET, body)}

    def revoke_key(self) -> None:
        self.act("key", revoke=self.key)

    def take_scopes(self) -> None:
        self.act("key", consumer_key=self.key, consumer_secret=self.secret, permissions="write")

    def answer_busy(self) -> None:
        self.sandbox.faults.add(Fault(kind="status", status=429, times=1))

    def answer_page(self) -> None:
        self.sandbox.faults.add(Fault(kind="maintenance", times=1))

    def close(self) -> None:
        self.adapter.close()
        self.sandbox.stop()


class TestWooCommerceSandboxOverHttp(StorefrontConformance):
    """OAuth 1.0a."""

    def make_stage(self) -> Stage:
        return SandboxStage(https=False)

    def close_stage(self) -> None:
        assert isinstance(self.stage, SandboxStage)
        self.stage.close()


class TestWooCommerceSandboxOverHttps(TestWooCommerceSandboxOverHttp):
    """The key itself."""

    def make_stage(self) -> Stage:
        return SandboxStage(https=True)
