"""Webhooks: registration, signature, retries, blocking, faults: behaviour 4.9."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from kontera.clock import SystemClock
from kontera.sandboxes.bigcommerce.checkout import checkout
from kontera.sandboxes.bigcommerce.hooks import matches
from kontera.sandboxes.kit import json_bytes
from tests.sandboxes.shop import Door
from tests.waiting import comes

from .conftest import START, Shop

RETRIES = [60, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 50400, 86400]


class Listener(Door):
    """Somebody who takes notices; `status` is what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        super().__init__("hooks", self._came)

    def _came(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        self.got.append(({name.lower(): value for name, value in headers.items()}, body))

    @property
    def events(self) -> list[Any]:
        """The bodies, read."""
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener on a free port."""
    made = Listener()
    yield made
    made.close()


def hook(shop: Shop, listener: Listener, scope: str = "store/order/created", **more: Any) -> Any:
    """Register a hook."""
    return shop.send("POST", "/v3/hooks", {"scope": scope, "destination": listener.url, **more}, 200)["data"]


def attempts(shop: Shop) -> int:
    """Deliveries tried and judged so far."""
    return len(shop.shopper.look("deliveries")["attempts"])


def buy(shop: Shop) -> int:
    """An order."""
    return shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11).id


def test_4_9_payload(shop: Shop, listener: Listener) -> None:
    """Light: scope, store, what and which; a hash over the content."""
    hook(shop, listener)
    order = buy(shop)
    assert comes(lambda: len(listener.got) == 1)
    event = listener.events[0]
    assert {
        "scope": "store/order/created",
        "store_id": "1004242",
        "data": {"type": "order", "id": order},
        "created_at": int(START.timestamp()),
        "producer": "stores/nordiskte",
    } == {name: value for name, value in event.items() if name != "hash"}
    content = {name: event[name] for name in ("scope", "store_id", "data", "created_at")}
    assert hashlib.sha1(json_bytes(content)).hexdigest() == event["hash"]


def test_4_9_signature_is_verified_by_the_standard_library(shop: Shop, listener: Listener) -> None:
    """N5. standardwebhooks accepts it with the client secret, and refuses a changed body and another secret."""
    shop.sandbox.clock.set(SystemClock().now())  # the verifying library knows no other time
    hook(shop, listener, headers={"X-Own-Secret": "hemlig"})
    buy(shop)
    assert comes(lambda: len(listener.got) == 1)
    headers, body = listener.got[0]
    key = base64.b64encode(b"sandbox-bigcommerce-client-secret").decode()
    assert "store/order/created" == Webhook(key).verify(body, headers)["scope"]
    assert "hemlig" == headers["x-own-secret"]
    for wrong_key, wrong_body in ((key, body + b" "), (base64.b64encode(b"guess").decode(), body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(wrong_key).verify(wrong_body, headers)


def test_4_9_burst(shop: Shop, listener: Listener) -> None:
    """One order: created while Incomplete, the transaction, the status, and updated."""
    hook(shop, listener, "store/order/*")
    order = buy(shop)
    assert comes(lambda: len(listener.got) == 4)
    assert [
        "store/order/created",
        "store/order/transaction/created",
        "store/order/statusUpdated",
        "store/order/updated",
    ] == [event["scope"] for event in listener.events]
    assert {"type": "order", "id": order, "status": {"previous_status_id": 0, "new_status_id": 11}} == (
        listener.events[2]["data"]
    )
    assert str(order) == listener.events[1]["data"]["order_id"]


def test_4_9_incomplete_orders_are_told_too(shop: Shop, listener: Listener) -> None:
    """An abandoned checkout fires created."""
    hook(shop, listener)
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, incomplete=True)
    assert comes(lambda: len(listener.got) == 1)
    assert (0, bought.id) == (bought.status_id, listener.events[0]["data"]["id"])


def test_4_9_refund_fires_three(shop: Shop, listener: Listener) -> None:
    """refund/created with the refund's number, then status and updated."""
    order = buy(shop)
    for scope in ("store/order/refund/created", "store/order/statusUpdated"):
        hook(shop, listener, scope)
    shop.send(
        "POST",
        f"/v3/orders/{order}/payment_actions/refunds",
        {
            "items": [{"item_type": "ORDER", "item_id": order, "amount": 10}],
            "payments": [{"provider_id": "stripe", "amount": 10}],
        },
        201,
    )
    shop.advance(3)
    assert comes(lambda: len(listener.got) == 2)
    assert [{"refund_id": 1}, None] == [event["data"].get("refund") for event in listener.events]


@pytest.mark.parametrize(
    ("pattern", "scope", "expected"),
    [
        ("store/order/created", "store/order/created", True),
        ("store/order/*", "store/order/refund/created", True),
        ("store/*", "store/sku/inventory/updated", True),
        ("store/order/*", "store/orderly/created", False),
        ("store/order/created", "store/order/updated", False),
        ("store/cart/lineItem/*", "store/cart/created", False),
    ],
)
def test_4_9_wildcards(pattern: str, scope: str, expected: bool) -> None:
    """A star stands for everything below."""
    assert expected is matches(pattern, scope)


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "orders/created"},
        {"scope": "store/banana/created"},
        {"destination": "ftp://example.com/x"},
        {"destination": "not a url"},
        {"headers": {"a": 1}},
        {"scope": None},
        {"destination": ""},
    ],
)
def test_4_9_registration_refused(shop: Shop, listener: Listener, change: dict[str, Any]) -> None:
    """Unknown scopes, impossible destinations."""
    shop.send("POST", "/v3/hooks", {"scope": "store/order/created", "destination": listener.url} | change, 422)


def test_4_9_registration_rules(shop: Shop, listener: Listener) -> None:
    """Unique per scope and destination, ten per scope, seen only by the client that made it, https when enforced."""
    first = hook(shop, listener)
    shop.send("POST", "/v3/hooks", {"scope": "store/order/created", "destination": listener.url}, 422)
    for number in range(9):
        hook(shop, listener, destination=f"{listener.url}/{number}")
    shop.send("POST", "/v3/hooks", {"scope": "store/order/created", "destination": f"{listener.url}/x"}, 422)
    other = shop.control("actions/token", {"client_id": "another-app"})["access_token"]
    assert (10, []) == (len(shop.get("/v3/hooks")["data"]), shop.call("GET", "/v3/hooks", token=other).json()["data"])
    assert 404 == shop.call("GET", f"/v3/hooks/{first['id']}", token=other).status_code
    shop.shopper.switch(http_destinations=False)
    shop.send("POST", "/v3/hooks", {"scope": "store/order/updated", "destination": listener.url}, 422)
    shop.send("POST", "/v3/hooks", {"scope": "store/order/updated", "destination": "https://hub.example/bc"}, 200)
    assert first["id"] == shop.send("DELETE", f"/v3/hooks/{first['id']}", None, 200)["data"]["id"]
    shop.send("PUT", f"/v3/hooks/{first['id']}", {"is_active": True}, 404)


def test_4_9_retries_come_at_the_documented_times(shop: Shop, listener: Listener) -> None:
    """Refused every time: twelve attempts with the same id over 48 hours, then the hook is switched off."""
    listener.status = 500
    made = hook(shop, listener)
    buy(shop)
    assert comes(lambda: len(listener.got) == 1)
    for attempt, seconds in enumerate(RETRIES, start=2):
        assert comes(lambda wanted=attempt: attempts(shop) == wanted - 1)
        shop.advance(seconds - 1)
        assert attempt - 1 == len(listener.got)
        shop.advance(1)
        assert comes(lambda wanted=attempt: len(listener.got) == wanted)
    assert comes(lambda: not shop.get(f"/v3/hooks/{made['id']}")["data"]["is_active"])
    assert (12, 1) == (len(listener.got), len({headers["webhook-id"] for headers, _ in listener.got}))
    listener.status = 200
    shop.send("PUT", f"/v3/hooks/{made['id']}", {"is_active": True}, 200)
    buy(shop)
    assert comes(lambda: len(listener.got) == 13)


def test_4_9_compressed_time(shop: Shop, listener: Listener) -> None:
    """With the switch the first retry comes after one second in place of sixty."""
    shop.shopper.switch(webhook_speed=60.0)
    listener.status = 500
    hook(shop, listener)
    buy(shop)
    assert comes(lambda: attempts(shop) == 1)
    listener.status = 200
    shop.advance(1)
    assert comes(lambda: len(listener.got) == 2)


def test_4_9_delivery_trouble_is_told_elsewhere(shop: Shop, listener: Listener) -> None:
    """store/hook/deliveryException with code 90001 for a retry."""
    good = Listener()
    hook(shop, good, "store/hook/deliveryException")
    listener.status = 503
    hook(shop, listener)
    buy(shop)
    assert comes(lambda: len(good.got) == 1)
    assert 90001 == good.events[0]["data"]["code"]
    good.close()


def test_4_9_a_failing_destination_is_blocked(shop: Shop, listener: Listener) -> None:
    """More than 100 in two minutes with under 90 % success: nothing for three minutes, then again."""
    shop.shopper.switch(quota=None)
    hook(shop, listener, "store/order/*")
    listener.status = 500
    order = buy(shop)
    for _ in range(98):
        shop.send("PUT", f"/v2/orders/{order}", {"staff_notes": "x"}, 200)
    assert comes(lambda: len(listener.got) >= 101)
    before = len(listener.got)
    listener.status = 200
    buy(shop)
    assert comes(lambda: shop.shopper.look("deliveries")["pending"] >= before)
    assert before == len(listener.got)
    shop.advance(241)
    assert comes(lambda: len(listener.got) > before)


def test_4_9_hooks_fall_asleep_after_90_days(shop: Shop, listener: Listener) -> None:
    """Without any event."""
    made = hook(shop, listener)
    shop.sandbox.clock.advance(timedelta(days=91))
    assert False is shop.get(f"/v3/hooks/{made['id']}")["data"]["is_active"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate", [1001, 1001, 1002, 1003]),
        ("drop", [1002, 1003]),
        ("reorder", [1002, 1001, 1003]),
    ],
)
def test_4_9_faults(shop: Shop, listener: Listener, kind: str, expected: list[int]) -> None:
    """A notice twice, never, or after the next one. Twice: the same id and the same body."""
    hook(shop, listener)
    shop.control("faults", {"kind": kind, "path": "store/order/created", "times": 1})
    shop.sandbox.clock.advance(timedelta(seconds=0))
    placed = threading.Event()

    async def three() -> None:
        for _ in range(3):
            checkout(shop.sandbox.store, {"customer_id": 11, "lines": [{"sku": "TE-SEN-100"}]})
        placed.set()

    run_on_the_sandbox(shop, three)
    assert comes(placed.is_set)
    assert comes(lambda: len(listener.got) == len(expected))
    assert expected == [event["data"]["id"] for event in listener.events]
    if kind == "duplicate":
        (first, body), (second, again) = listener.got[:2]
        assert (first["webhook-id"], body) == (second["webhook-id"], again)


def run_on_the_sandbox(shop: Shop, work: Callable[[], Any]) -> None:
    """Do `work` on the sandbox's own loop, so that no delivery falls between its steps."""
    shop.sandbox.store.later(0, lambda: shop.sandbox.chore(work()))


def test_4_9_a_held_back_notice_goes_out_in_the_end(shop: Shop, listener: Listener) -> None:
    """Reordered with nothing after it: late, not lost."""
    hook(shop, listener)
    shop.control("faults", {"kind": "reorder", "times": 1})
    buy(shop)
    assert comes(lambda: len(listener.got) == 1)


def test_4_9_slow_listeners_do_not_slow_the_api(shop: Shop) -> None:
    """The API answers while a delivery hangs: calls are served by the same loop that waits for the listener."""
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    shop.send("POST", "/v3/hooks", {"scope": "store/order/created", "destination": url}, 200)
    buy(shop)
    connection, _ = silent.accept()  # the delivery is under way and gets no answer
    assert 200 == shop.call("GET", "/v2/orders").status_code
    assert [] == shop.shopper.look("deliveries")["attempts"]
    connection.close()
    silent.close()
