"""Webhooks: the register as recorded, the ping, signed deliveries made once, and the silent end of a failing one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from kontera.sandboxes.kit import parse_json
from tests.sandboxes.shop import Door
from tests.waiting import comes

from .conftest import SWEDEN, Shop
from .test_replay import differences, plain, recording

SECRET = "hemligt"


class Catch:
    """One delivery as it came in."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body

    @property
    def topic(self) -> str:
        """The event, "" for a ping."""
        return self.headers.get("X-WC-Webhook-Topic", "")

    @property
    def json(self) -> Any:
        """The record it carries."""
        return parse_json(self.body)


class Receiver(Door):
    """A hub's door for webhooks: keeps everything, answers `status`."""

    def __init__(self) -> None:
        self.caught: list[Catch] = []
        super().__init__("wc", lambda _, *came: self.caught.append(Catch(*came)))

    def wait(self, shop: Shop, topics: list[str]) -> list[Catch]:
        """The deliveries since the last look, once these topics have come and the queue is empty."""
        comes(lambda: len(self.caught) >= len(topics) and not shop.shopper.look("deliveries")["pending"])
        assert topics == [one.topic for one in self.caught]
        caught, self.caught = self.caught, []
        return caught


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    made = Receiver()
    yield made
    made.close()


def listen(shop: Shop, receiver: Receiver, *topics: str) -> list[int]:
    """Webhooks for these topics, pinged."""
    numbers = []
    for topic in topics:
        body = {"topic": topic, "delivery_url": receiver.url, "secret": SECRET}
        numbers.append(shop.send("POST", "/webhooks", body, 201)["id"])
    pings = receiver.wait(shop, [""] * len(topics))
    assert [f"webhook_id={number}".encode() for number in numbers] == [ping.body for ping in pings]
    assert {"application/x-www-form-urlencoded"} == {ping.headers["content-type"] for ping in pings}
    return numbers


def test_recorded_register(shop: Shop) -> None:
    """Creation of every recorded topic, both refusals, the list and one: the same answers."""
    host = shop.sandbox.base_url.partition("//")[2]
    for exchange in recording("20")[:14]:
        body = dict(exchange["request"]["body"])
        answer = shop.call("POST", "/webhooks", body)
        want = exchange["response"]
        assert want["status"] == answer.status_code
        assert [] == differences(plain(want["body"], host), plain(parse_json(answer.content), host))
    listed, one = (exchange["response"] for exchange in recording("20")[14:])
    answer = shop.call("GET", "/webhooks")
    assert (listed["headers"]["X-WP-Total"], listed["headers"]["Link"]) == (
        answer.headers["X-WP-Total"],
        answer.headers["Link"].replace(host, "127.0.0.1:8976"),
    )
    assert [] == differences(plain(one["body"], host), plain(shop.get("/webhooks/1"), host))


def test_signed_delivery(shop: Shop, receiver: Receiver) -> None:
    """Body is the API's answer, signed with the secret; no time stamp, and an id that repeats within a second."""
    number = listen(shop, receiver, "order.created")[0]
    orders = [shop.order({"sku": "MUG-1"}) for _ in range(2)]
    caught = receiver.wait(shop, ["order.created"] * 2)
    first = caught[0]
    digest = hmac.new(SECRET.encode(), first.body, hashlib.sha256).digest()
    assert base64.b64encode(digest).decode() == first.headers["X-WC-Webhook-Signature"]
    assert (str(number), "order", "created", "application/json") == (
        first.headers["X-WC-Webhook-ID"],
        first.headers["X-WC-Webhook-Resource"],
        first.headers["X-WC-Webhook-Event"],
        first.headers["content-type"],
    )
    assert "Hookshot" in first.headers["user-agent"]
    assert 1 == len({one.headers["X-WC-Webhook-Delivery-ID"] for one in caught})
    assert [order["id"] for order in orders] == [one.json["id"] for one in caught]
    assert set(orders[0]) == set(first.json)


def test_payload_is_the_state_at_delivery(shop: Shop, receiver: Receiver) -> None:
    """While WP-Cron sleeps two changes become one delivery, of an order already cancelled."""
    listen(shop, receiver, "order.created", "order.updated")
    shop.shopper.switch(webhook_delay=300)
    number = shop.order({"sku": "MUG-1"})["id"]
    shop.send("PUT", f"/orders/{number}", {"status": "on-hold"}, 200)
    shop.send("PUT", f"/orders/{number}", {"status": "cancelled"}, 200)
    shop.advance(301)
    caught = receiver.wait(shop, ["order.created", "order.updated"])
    assert ["cancelled", "cancelled"] == [one.json["status"] for one in caught]


def test_checkout_says_updated_first(shop: Shop, receiver: Receiver) -> None:
    """An opened checkout raises order.updated, before order.created; an abandoned one never says created."""
    listen(shop, receiver, "order.created", "order.updated")
    shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN, incomplete=True)
    assert "checkout-draft" == receiver.wait(shop, ["order.updated"])[0].json["status"]
    shop.shopper.switch(webhook_delay=1)
    shop.shopper.checkout({"sku": "MUG-1"}, billing=SWEDEN)
    shop.advance(2)
    receiver.wait(shop, ["order.updated", "order.created"])


def test_what_is_told_and_what_is_not(shop: Shop, receiver: Receiver) -> None:
    """Trash says {"id"}; force, a restored order, a deleted refund and a note say nothing; a refund says updated."""
    listen(shop, receiver, "order.updated", "order.deleted", "action.woocommerce_order_refunded")
    number = shop.order({"sku": "MUG-1"})["id"]
    receiver.wait(shop, ["order.updated"])
    refund = shop.send("POST", f"/orders/{number}/refunds", {"amount": "10", "api_refund": False}, 201)
    caught = receiver.wait(shop, ["order.updated", "action.woocommerce_order_refunded"])
    assert {"action": "woocommerce_order_refunded", "arg": number} == caught[1].json
    shop.send("DELETE", f"/orders/{number}/refunds/{refund['id']}", None, 200)
    shop.send("POST", f"/orders/{number}/notes", {"note": "hej"}, 201)
    shop.send("DELETE", f"/orders/{number}", None, 200)
    assert {"id": number} == receiver.wait(shop, ["order.deleted"])[0].json
    shop.send("PUT", f"/orders/{number}", {"status": "pending"}, 200)
    shop.send("DELETE", f"/orders/{number}?force=true", None, 200)
    receiver.wait(shop, [])


def test_without_hpos(shop: Shop, receiver: Receiver) -> None:
    """A trashed order is a trashed post: product.deleted with the order's number; a restored one says updated."""
    shop.shopper.switch(hpos=False)
    listen(shop, receiver, "product.deleted", "order.updated")
    number = shop.order({"sku": "FRIM-1"})["id"]
    receiver.wait(shop, ["order.updated"])
    shop.send("DELETE", f"/orders/{number}", None, 200)
    assert {"id": number} == receiver.wait(shop, ["product.deleted"])[0].json
    shop.send("PUT", f"/orders/{number}", {"status": "pending"}, 200)
    receiver.wait(shop, ["order.updated"])


def test_a_failed_delivery_is_lost_and_the_seventh_disables(shop: Shop, receiver: Receiver) -> None:
    """No retry, no word; a success in between starts the count anew; `status: active` brings it back."""
    number = listen(shop, receiver, "order.created")[0]
    receiver.status = 500
    for _ in range(6):
        shop.order({"sku": "MUG-1"})
    receiver.wait(shop, ["order.created"] * 6)
    assert "active" == shop.get(f"/webhooks/{number}")["status"]
    receiver.status = 302  # counts as well done, and the data is lost
    shop.order({"sku": "MUG-1"})
    receiver.wait(shop, ["order.created"])
    receiver.status = 404
    for _ in range(8):
        shop.order({"sku": "MUG-1"})
    receiver.wait(shop, ["order.created"] * 7)
    assert "disabled" == shop.get(f"/webhooks/{number}")["status"]
    receiver.status = 200
    shop.send("PUT", f"/webhooks/{number}", {"status": "active"}, 200)
    receiver.wait(shop, [""])
    shop.order({"sku": "MUG-1"})
    receiver.wait(shop, ["order.created"])


def test_faults(shop: Shop, receiver: Receiver) -> None:
    """Lost, doubled and reordered on demand."""
    listen(shop, receiver, "order.created")
    shop.control("faults", {"kind": "drop", "path": "order.created", "times": 1})
    shop.control("faults", {"kind": "duplicate", "path": "order.created", "times": 1})
    shop.control("faults", {"kind": "reorder", "path": "order.created", "times": 1})
    numbers = []
    for _ in range(4):
        shop.shopper.switch(webhook_delay=5)
        numbers.append(shop.order({"sku": "MUG-1"})["id"])
    shop.advance(6)
    caught = receiver.wait(shop, ["order.created"] * 4)
    assert [numbers[1], numbers[1], numbers[3], numbers[2]] == [one.json["id"] for one in caught]


def test_private_hosts_can_be_refused(shop: Shop, receiver: Receiver) -> None:
    """WordPress calls no private host unless it is told to; the hub never hears a word."""
    shop.shopper.switch(private_hosts=False)
    body = {"topic": "order.created", "delivery_url": receiver.url}
    number = shop.send("POST", "/webhooks", body, 201)["id"]
    shop.order({"sku": "MUG-1"})
    receiver.wait(shop, [])
    assert {("ping", 0), ("failed", 0)} == {
        (row["outcome"], row["status"]) for row in shop.shopper.look("deliveries")["attempts"]
    }
    assert 501 == shop.call("DELETE", f"/webhooks/{number}").status_code
    shop.send("DELETE", f"/webhooks/{number}?force=true", None, 200)
    assert "secret" not in shop.send("POST", "/webhooks", body, 201)


def test_owner_without_rights(shop: Shop, receiver: Receiver) -> None:
    """The record is read as the webhook's owner would; without rights the body is an error object, signed and all."""
    listen(shop, receiver, "order.created")
    shop.shopper.switch(owner_lost_rights=True)
    shop.order({"sku": "MUG-1"})
    caught = receiver.wait(shop, ["order.created"])
    assert "woocommerce_rest_cannot_view" == caught[0].json["code"]


def test_other_records(shop: Shop, receiver: Receiver) -> None:
    """Products (also moved stock), customers and coupons; one that is gone when the queue runs."""
    topics = ("product.created", "product.updated", "customer.created", "coupon.created")
    listen(shop, receiver, *topics)
    shop.send("POST", "/products", {"name": "Ny", "sku": "NY-1"}, 201)
    shop.send("POST", "/customers", {"email": "ny@example.test"}, 201)
    shop.send("POST", "/coupons", {"code": "ny", "amount": "5"}, 201)
    shop.order({"sku": "MUG-1"}, set_paid=True)
    caught = receiver.wait(shop, ["product.created", "customer.created", "coupon.created", "product.updated"])
    assert ["NY-1", "ny@example.test", "ny", 499] == [
        caught[0].json["sku"],
        caught[1].json["email"],
        caught[2].json["code"],
        caught[3].json["stock_quantity"],
    ]
    shop.shopper.switch(webhook_delay=60)
    gone = shop.send("POST", "/products", {"name": "Borta"}, 201)["id"]
    shop.send("DELETE", f"/products/{gone}?force=true", None, 200)
    shop.advance(61)
    assert 404 == receiver.wait(shop, ["product.created"])[0].json["data"]["status"]
