"""Whose notice it is, what it is about, and whether the shop sends them."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from woocommerce_ministore import SECRET, MiniShop, order_json, refusal

from kontera.errors import NeedsOperator
from kontera.storefronts.protocol import Capability, Change, FactKind, NoticeContent, NoticeRefused
from kontera.storefronts.woocommerce.notices import TOPICS, signature

URL = "https://books.example/hooks/abc"


def deliver(body: bytes, topic: str = "order.updated", *, secret: str = SECRET, **changed: str) -> NoticeContent:
    headers = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Signature": signature(secret, body), **changed}
    return MiniShop().adapter.read_notice(headers, body)


def hook(number: int, topic: str, status: str = "active", url: str = URL) -> dict[str, Any]:
    return {"id": number, "topic": topic, "status": status, "delivery_url": url}


@pytest.mark.parametrize("topic", TOPICS)
def test_an_order_notice_names_its_order(topic: str) -> None:
    """M11: the whole order is in it, only the id is believed; of a deleted one nothing else is."""
    body = b'{"id":7}' if topic == "order.deleted" else json.dumps(order_json(7)).encode()
    content = deliver(body, topic)
    assert (Change(kind=FactKind.ORDER, id="7"),) == content.changes
    assert content.sent_at is None


def test_the_event_is_what_was_said_not_when() -> None:
    """M1: deliveries of one second share the shop's delivery id; topic and body tell them apart."""
    ours = {"X-WC-Webhook-Delivery-ID": "same"}
    first = deliver(b'{"id":7}', **ours).event
    assert first == deliver(b'{"id":7}', **ours).event
    assert 3 == len({first, deliver(b'{"id":8}', **ours).event, deliver(b'{"id":7}', "order.deleted", **ours).event})


def test_the_first_unsigned_ping_is_answered_well() -> None:
    """M11: or the shop repeats it for ever; it asks for nothing."""
    assert () == MiniShop().adapter.read_notice({}, b"webhook_id=7").changes
    for body in (b"webhook_id=7&x=1", b"webhook_id=", b"webhook_id=7\n"):
        with pytest.raises(NoticeRefused):
            MiniShop().adapter.read_notice({}, body)


def test_other_topics_ask_for_nothing() -> None:
    """M11: without order tables of its own the shop announces a trashed order as a product as well."""
    assert () == deliver(b'{"id":7}', "product.deleted").changes


def test_the_signature_is_plain_hmac() -> None:
    """M100: base64 of HMAC-SHA256 over the body, nothing else. RFC 4231, test case 2."""
    assert signature("Jefe", b"what do ya want for nothing?") == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


def test_refusals() -> None:
    """M100."""
    with pytest.raises(NoticeRefused) as other:
        deliver(b'{"id":7}', secret="another")
    assert 401 == other.value.status
    with pytest.raises(NoticeRefused) as unset:
        MiniShop(webhook_secret="").adapter.read_notice({"x-wc-webhook-signature": "x"}, b"{}")
    assert 401 == unset.value.status
    # When the webhook's owner lost its rights the body is the shop's error object.
    with pytest.raises(NoticeRefused) as error:
        deliver(b'{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":401}}')
    assert (400, "unreadable at $.id") == (error.value.status, error.value.reason)
    for order in ("0", "-7", '"seven"', "9" * 300):
        with pytest.raises(NoticeRefused) as nobody:
            deliver(b'{"id":%s}' % order.encode())
        assert 400 == nobody.value.status


def test_hooks_are_made_and_then_left_alone() -> None:
    """M11: one per topic, signed with our secret; somebody else's are not touched."""
    shop = MiniShop()
    shop.lists["/webhooks"] = [hook(1, "order.updated", url="https://other.example/x")]
    assert shop.adapter.ensure_notices(URL)
    assert [("POST", "/webhooks")] * 4 == [(method, path) for method, path, _ in shop.sent]
    assert [(topic, URL, SECRET, "active") for topic in TOPICS] == [
        (body["topic"], body["delivery_url"], body["secret"], body["status"]) for _, _, body in shop.sent
    ]
    shop.lists["/webhooks"] = [hook(place, topic) for place, topic in enumerate(TOPICS)]
    assert not shop.adapter.ensure_notices(URL)


def test_a_hook_the_shop_switched_off_is_mended() -> None:
    """M97: after seven failures in a row, without a word. One that a person paused stays paused."""
    shop = MiniShop()
    shop.lists["/webhooks"] = [
        hook(11, "order.created", "disabled"),
        hook(12, "order.updated", "paused"),
        hook(13, "order.deleted", "disabled"),
        hook(14, "order.deleted"),
        hook(15, "order.restored"),
    ]
    assert shop.adapter.ensure_notices(URL)
    ((method, path, body),) = shop.sent
    assert ("PUT", "/webhooks/11", "active", SECRET) == (method, path, body["status"], body["secret"])


def test_many_hooks_are_all_seen() -> None:
    """M11: a shop with a hundred hooks of others."""
    shop = MiniShop()
    shop.lists["/webhooks"] = [hook(n, "order.updated", url=f"https://other.example/{n}") for n in range(100)]
    shop.lists["/webhooks"] += [hook(200 + place, topic) for place, topic in enumerate(TOPICS)]
    assert not shop.adapter.ensure_notices(URL)


def test_without_a_secret_there_are_no_notices() -> None:
    """M11: then a key that may only read is enough."""
    assert Capability.NOTICES not in MiniShop(webhook_secret="").adapter.capabilities()
    assert {Capability.NOTICES, Capability.READ_ORDERS} == MiniShop().adapter.capabilities()


def test_a_key_that_may_only_read_cannot_register_them() -> None:
    """M98: named as what is missing."""
    shop = MiniShop()
    said = ("woocommerce_rest_authentication_error", "The API key provided does not have write permissions.")

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        return refusal(401, *said) if request.method == "POST" else None

    shop.always = answer
    with pytest.raises(NeedsOperator) as caught:
        shop.adapter.ensure_notices(URL)
    assert ("SHOP_SCOPE_MISSING", "write") == (caught.value.problem.code, caught.value.problem.facts["scope"])
