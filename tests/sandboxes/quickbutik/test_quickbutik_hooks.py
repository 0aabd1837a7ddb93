"""Webhooks: bare GETs with an event and a number, sent again until answered with 200; the kit's faults on them."""

from __future__ import annotations

from typing import Any

import pytest

from kontera.sandboxes.quickbutik.delivery import EVENTS, address
from kontera.sandboxes.quickbutik.state import Hook

from .conftest import ASA, Receiver, Shop


def listen(shop: Shop, receiver: Receiver, *events: str, query: str = "") -> int:
    """Add the receiver's address in the panel."""
    return int(shop.shopper.act("add_webhook", url=receiver.url + query, events=list(events))["id"])


def heard(shop: Shop, receiver: Receiver) -> list[tuple[str, str]]:
    """The events that have come, once nothing is on its way."""
    shop.settled()
    return receiver.events()


@pytest.mark.parametrize(
    ("url", "event", "called"),
    [
        ("https://a.test/qb", "order.new", "https://a.test/qb?event_type=order.new&order_id=7"),
        ("https://a.test/qb?k=%2F%20x", "order.done", "https://a.test/qb?k=%2F%20x&event_type=order.done&order_id=7"),
        ("http://a.test:81/", "product.add", "http://a.test:81/?event_type=product.add&product_id=7"),
    ],
)
def test_address(url: str, event: str, called: str) -> None:
    """The owner's own query stays to the letter."""
    assert called == address(Hook(1, url), event, 7)


def test_a_bare_get(shop: Shop, receiver: Receiver) -> None:
    """The documented User-Agent, the secret of the address, no body and no signature."""
    listen(shop, receiver, query="/hemlig?secret=s3%2F")
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    shop.settled()
    method, path, headers, body = receiver.caught[0]
    assert ("GET", b"") == (method, body)
    assert f"/qb/hemlig?secret=s3%2F&event_type=order.new&order_id={order_id}" == path
    assert "Quickbutik-Webhooks/1.0" == headers["user-agent"]
    assert not [name for name in headers if "signature" in name.lower() or "auth" in name.lower()]


def test_order_events(shop: Shop, receiver: Receiver) -> None:
    """Paid, sent, cancelled; a checkout begun is no event."""
    listen(shop, receiver)
    order_id = shop.shopper.abandon({"sku": "SAX-1"}, customer_id=ASA).id
    assert [] == heard(shop, receiver)
    shop.shopper.pay(order_id)
    shop.shopper.send(order_id)
    shop.shopper.cancel(order_id)
    number = str(order_id)
    assert [("order.new", number), ("order.done", number), ("order.cancelled", number)] == heard(shop, receiver)


def test_no_event_for_refunds_edits_and_stock(shop: Shop, receiver: Receiver) -> None:
    """A hub has to look."""
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    listen(shop, receiver)
    shop.shopper.refund(order_id, amount="1")
    shop.shopper.edit(order_id, line=0, price="70")
    shop.put(order_id, discount_add={"amount": 1})
    shop.send("POST", f"/metadata/order/{order_id}", {"key": "a", "value": "b"})
    assert [] == heard(shop, receiver)


def test_over_the_api(shop: Shop, receiver: Receiver) -> None:
    """The same events as from the panel; skip_webhook keeps them back, as a flag or as text."""
    listen(shop, receiver)
    first, second, third = (shop.create({"sku": "SAX-1"}) for _ in range(3))
    shop.put(first, status="paid")
    shop.put(second, status="paid", skip_webhook=True)
    shop.put(third, status="paid", skip_webhook="true")
    shop.put(second, status="done", skip_webhook="false")
    assert [("order.new", str(first)), ("order.done", str(second))] == heard(shop, receiver)


def test_no_second_event_without_a_change(shop: Shop, receiver: Receiver) -> None:
    """Paid again is not new again."""
    listen(shop, receiver)
    order_id = shop.create({"sku": "SAX-1"})
    for _ in range(3):
        shop.put(order_id, status="paid")
    assert [("order.new", str(order_id))] == heard(shop, receiver)


@pytest.mark.parametrize("tells", [True, False])
def test_product_events(shop: Shop, receiver: Receiver, tells: bool) -> None:
    """From the API only with the switch; from the panel always."""
    shop.shopper.switch(api_raises_product_events=tells)
    listen(shop, receiver)
    made = shop.send("POST", "/products", {"title": "Ny", "sku": "NY"})["product_id"]
    shop.send("PUT", "/products", {"sku": "NY", "stock": 3})
    shop.send("DELETE", "/products", {"sku": "NY"})
    shop.shopper.act("rename_sku", sku="SAX-1", to="SAX-9")
    api = [("product.add", made), ("product.update", made), ("product.delete", made)] if tells else []
    assert [*api, ("product.update", "104")] == heard(shop, receiver)


def test_only_the_events_asked_for(shop: Shop, receiver: Receiver) -> None:
    """An address may listen to some; a removed one hears nothing."""
    hook = listen(shop, receiver, "order.done")
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    shop.shopper.send(order_id)
    assert [("order.done", str(order_id))] == heard(shop, receiver)
    shop.shopper.act("remove_webhook", id=hook)
    shop.shopper.send(shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id)
    assert [] == heard(shop, receiver)
    assert [] == shop.shopper.look("webhooks")


def test_two_addresses(shop: Shop, receiver: Receiver) -> None:
    """Each is called."""
    listen(shop, receiver, query="?to=a")
    listen(shop, receiver, query="?to=b")
    shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    shop.settled()
    assert ["/qb?to=a", "/qb?to=b"] == sorted(path.partition("&")[0] for _, path, _, _ in receiver.caught)


def outcomes(shop: Shop) -> list[str]:
    """What became of each attempt."""
    return [row["outcome"] for row in shop.shopper.look("deliveries")["attempts"]]


@pytest.mark.parametrize("status", [201, 204, 302, 404, 500])
def test_only_200_counts(shop: Shop, receiver: Receiver, status: int) -> None:
    """Anything else is sent again after a while, and in the end given up."""
    listen(shop, receiver)
    receiver.status = status
    order_id = shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id
    event = ("order.new", str(order_id))
    assert [event] == heard(shop, receiver)
    assert 1 == shop.shopper.look("deliveries")["pending"]
    for _ in range(2):
        shop.advance(61)
        assert [event] == heard(shop, receiver)
    shop.advance(3600)
    assert [] == heard(shop, receiver)
    assert ["will be sent again", "will be sent again", "given up"] == outcomes(shop)
    assert 0 == shop.shopper.look("deliveries")["pending"]


def test_the_second_try_is_answered(shop: Shop, receiver: Receiver) -> None:
    """And then it is over; not before its time."""
    shop.shopper.switch(webhook_spacing=300)
    listen(shop, receiver)
    receiver.status = 500
    shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    assert 1 == len(heard(shop, receiver))
    receiver.status = 200
    shop.advance(200)
    assert [] == heard(shop, receiver)
    shop.advance(101)
    assert 1 == len(heard(shop, receiver))
    assert ["will be sent again", "delivered"] == outcomes(shop)


def test_one_try_only(shop: Shop, receiver: Receiver) -> None:
    """The number of tries is a switch."""
    shop.shopper.switch(webhook_tries=1)
    listen(shop, receiver)
    receiver.status = 500
    shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    shop.settled()
    assert ["given up"] == outcomes(shop)


def test_nobody_there(shop: Shop) -> None:
    """A dead address is a failed try, not the end of the shop."""
    shop.shopper.act("add_webhook", url="http://127.0.0.1:9/qb")
    shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    shop.settled()
    assert [(0, "will be sent again")] == [
        (row["status"], row["outcome"]) for row in shop.shopper.look("deliveries")["attempts"]
    ]
    assert 1 == len(shop.get("/orders"))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate", ["order.new", "order.new", "order.done"]),
        ("drop", ["order.done"]),
        ("", ["order.new", "order.done"]),
    ],
)
def test_faults(shop: Shop, receiver: Receiver, kind: str, expected: list[str]) -> None:
    """Twice, or never."""
    listen(shop, receiver)
    if kind:
        shop.control("faults", {"kind": kind, "path": "order.new", "times": 1})
    shop.shopper.send(shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA).id)
    assert expected == [event for event, _ in heard(shop, receiver)]


def test_reordered(shop: Shop, receiver: Receiver) -> None:
    """What was held back comes after what came later; alone it comes by itself."""
    listen(shop, receiver)
    order_id = shop.create({"sku": "SAX-1"})
    shop.control("faults", {"kind": "reorder", "path": "order.new", "times": 1})
    bodies: list[dict[str, Any]] = [
        {"order_id": order_id, "status": "paid"},
        {"order_id": order_id, "status": "done"},
    ]
    shop.send("PUT", "/orders", bodies)
    assert ["order.done", "order.new"] == [event for event, _ in heard(shop, receiver)]
    shop.control("faults", {"kind": "reorder", "times": 1})
    shop.put(order_id, status="cancelled")
    assert ["order.cancelled"] == [event for event, _ in heard(shop, receiver)]


def test_an_address_removed_meanwhile(shop: Shop, receiver: Receiver) -> None:
    """A try that waits for an address that is gone goes nowhere."""
    hook = listen(shop, receiver)
    receiver.status = 500
    shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    heard(shop, receiver)
    shop.shopper.act("remove_webhook", id=hook)
    shop.advance(61)
    assert [] == heard(shop, receiver)
    assert "address gone" == outcomes(shop)[-1]


def test_the_six_events() -> None:
    """Those of the documents, no others."""
    assert {"order.new", "order.done", "order.cancelled", "product.add", "product.update", "product.delete"} == set(
        EVENTS
    )
