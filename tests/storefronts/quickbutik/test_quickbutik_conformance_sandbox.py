"""The storefront suite against the adapter over real HTTP to the sandbox, as its switches stand and all turned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from kontera.clock import ManualClock
from kontera.sandboxes.kit.faults import Fault
from kontera.sandboxes.quickbutik import QuickbutikSandbox
from kontera.storefronts.conformance import Stage, StorefrontConformance
from kontera.storefronts.quickbutik import connect

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CARTS: tuple[dict[str, Any], ...] = (
    {"lines": [{"sku": "GARN-ULL-100", "qty": 2}], "payment": "klarna"},
    {"lines": [{"sku": "CHOK-85", "qty": 3}, {"sku": "BOK-STICKA", "qty": 1}], "code": "TIO", "payment": "swish"},
    {"lines": [{"sku": "FRIM-10", "qty": 1}, {"sku": "TE-STICK-100", "qty": 5}], "payment": "stripe"},
)
OTHERWISE: dict[str, Any] = {
    "status_words": True,
    "numbers": "json",
    "flags": "json",
    "text_ids": True,
    "missing_date": "0000-00-00 00:00:00",
    "one_order_has_details": False,
    "missing_order_is_404": True,
    "product_list": "bare",
    "bad_query_is_400": True,
    "round_vat": "order",
    "shipping_vat": "goods",
    "discount_on_shipping": True,
    "discount_negative": True,
    "total_before_discount": True,
    "refunds": "sum",
}


class SandboxStage(Stage):
    page_size = 1000
    since = START - timedelta(days=1)
    signs_time = False
    signs = False

    def __init__(self, switches: dict[str, Any]) -> None:
        self.clock = ManualClock(START)
        self.sandbox = QuickbutikSandbox(self.clock, switches=switches)
        given = {"store": "qb", "base_url": self.sandbox.start(), **self.sandbox.credentials()}
        self._connected = connect(given, self.clock, lambda _: None)
        self.adapter = self._connected
        self._carts: Iterator[dict[str, Any]] = cycle(CARTS)

    def act(self, action: str, **body: Any) -> Any:
        return self.sandbox.actions()[action](body)

    def place(self, count: int) -> list[str]:
        return [str(self.act("checkout", customer_id=1, **next(self._carts))["id"]) for _ in range(count)]

    def touch(self, order: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        self.act("send", order_id=int(order))

    def let_time_pass(self, by: timedelta) -> None:
        self.clock.advance(by)

    def place_dirty(self) -> str:
        (order,) = self.place(1)
        self.act("dirty", order_id=int(order), kind="unknown_status")
        return order

    def notice(self, order: str, *, age: timedelta = timedelta(0)) -> tuple[dict[str, str], bytes]:
        return {"user-agent": "Quickbutik-Webhooks/1.0"}, f"event_type=order.new&order_id={order}".encode()

    def sign(self, body: bytes) -> dict[str, str]:
        return {"user-agent": "Quickbutik-Webhooks/1.0"}

    def revoke_key(self) -> None:
        self.act("key", api_key="another")

    def take_scopes(self) -> None:
        self.sandbox.faults.add(Fault(kind="status", status=403))  # Quickbutik has no scopes; should it ever refuse so

    def answer_busy(self) -> None:
        self.sandbox.faults.add(Fault(kind="status", status=429, times=1))

    def answer_page(self) -> None:
        self.sandbox.faults.add(Fault(kind="maintenance", times=1))

    def close(self) -> None:
        self._connected.close()
        self.sandbox.stop()


class TestQuickbutikSandbox(StorefrontConformance):
    """Each switch where it is likeliest to stand."""

    def make_stage(self) -> Stage:
        return SandboxStage({})

    def close_stage(self) -> None:
        assert isinstance(self.stage, SandboxStage)
        self.stage.close()


class TestQuickbutikSandboxOtherwise(TestQuickbutikSandbox):
    """Every guess the other way round."""

    def make_stage(self) -> Stage:
        return SandboxStage(OTHERWISE)
