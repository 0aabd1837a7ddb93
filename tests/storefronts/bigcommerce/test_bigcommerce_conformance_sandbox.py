"""The storefront suite against the adapter over real HTTP to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any

from kontera.clock import ManualClock
from kontera.sandboxes.bigcommerce import BigCommerceSandbox
from kontera.sandboxes.bigcommerce.changes import announce_updated
from kontera.sandboxes.bigcommerce.delivery import payload, sign
from kontera.sandboxes.kit.faults import Fault
from kontera.storefronts.bigcommerce import connect
from kontera.storefronts.conformance import Stage, StorefrontConformance

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CARTS: tuple[dict[str, Any], ...] = (
    {"lines": [{"sku": "TE-ROO-100-L", "quantity": 2}], "customer_id": 11, "payment": "klarna"},
    {"lines": [{"sku": "KO-KOP-025-BLA", "quantity": 1}], "customer_id": 12, "payment": "card", "coupons": ["VAR15"]},
    {"lines": [{"gift_certificate": {"amount": "500"}}], "customer_id": 13, "payment": "swish"},
    {"lines": [{"sku": "TE-ROO-100-L", "quantity": 3, "wrapping": 1}], "customer_id": 14, "manual_discount": "7.77"},
)


class SandboxStage(Stage):
    page_size = 250
    since = START - timedelta(days=1)

    def __init__(self) -> None:
        clock = ManualClock(START)
        self.sandbox = BigCommerceSandbox(clock)
        url = self.sandbox.start()
        known = self.sandbox.credentials()
        self.token = known["access_token"]
        self.secret = known["client_secret"]
        given = {name: known[name] for name in ("store_hash", "access_token", "client_secret")}
        self.adapter = connect({"store": "nt", "base_url": url, **given}, clock, lambda _: None)
        self.clock = clock
        self._carts: Iterator[dict[str, Any]] = cycle(CARTS)
        self._messages = count(1)

    def act(self, action: str, **body: Any) -> Any:
        return self.sandbox.actions()[action](body)

    def place(self, count: int) -> list[str]:
        return [str(self.act("checkout", **next(self._carts))["id"]) for _ in range(count)]

    def touch(self, order: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        announce_updated(self.sandbox.store, self.sandbox.store.orders[int(order)])

    def let_time_pass(self, by: timedelta) -> None:
        self.clock.advance(by)

    def place_dirty(self) -> str:
        (order,) = self.place(1)
        self.act("dirty", order_id=int(order), kind="unknown_status")
        return order

    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        body = payload(self.sandbox.store, "store/order/updated", {"type": "order", "id": int(order)})
        return self._signed(body, age), body

    def sign(self, body: bytes) -> dict[str, str]:
        return self._signed(body, timedelta(0))

    def _signed(self, body: bytes, age: timedelta) -> dict[str, str]:
        stamp = int((self.clock.now() - age).timestamp())
        message = f"msg_{next(self._messages)}"
        made = sign(self.secret, message, stamp, body)
        return {"webhook-id": message, "webhook-timestamp": str(stamp), "webhook-signature": made}

    def revoke_key(self) -> None:
        self.act("token", revoke=self.token)

    def take_scopes(self) -> None:
        self.act("token", token=self.token, scopes=["store_v2_products"])

    def answer_busy(self) -> None:
        self.sandbox.faults.add(Fault(kind="status", status=429, times=1))

    def answer_page(self) -> None:
        self.sandbox.faults.add(Fault(kind="maintenance", times=1))

    def close(self) -> None:
        self.adapter.close()
        self.sandbox.stop()


class TestBigCommerceSandbox(StorefrontConformance):
    def make_stage(self) -> Stage:
        return SandboxStage()

    def close_stage(self) -> None:
        assert isinstance(self.stage, SandboxStage)
        self.stage.close()
