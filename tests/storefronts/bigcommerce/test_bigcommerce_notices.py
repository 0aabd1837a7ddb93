"""Whose notice it is, what it is about, and whether the store sends them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from bigcommerce_ministore import SECRET, MiniStore, minutes
from standardwebhooks.webhooks import Webhook

from kontera.storefronts.bigcommerce.notices import SCOPES, signature
from kontera.storefronts.protocol import Capability, FactKind, NoticeContent, NoticeRefused

URL = "https://books.example/notices/nt"


def body_of(scope: str, data: dict[str, Any], producer: str = "stores/abc123") -> bytes:
    return json.dumps({"scope": scope, "data": data, "hash": "h", "producer": producer}).encode()


def deliver(store: MiniStore, body: bytes, *, secret: str = SECRET, **changed: str) -> NoticeContent:
    stamp = str(int(store.clock.seconds()))
    headers = {"webhook-id": "msg_9", "webhook-timestamp": stamp}
    headers["webhook-signature"] = signature(secret, "msg_9", stamp, body)
    return store.adapter.read_notice(headers | changed, body)


@pytest.mark.parametrize(
    ("scope", "data", "kind", "identity"),
    [
        ("store/order/created", {"type": "order", "id": 173331}, FactKind.ORDER, "173331"),
        ("store/order/statusUpdated", {"type": "order", "id": 7, "status": {}}, FactKind.ORDER, "7"),
        ("store/order/refund/created", {"type": "order", "id": 7, "refund": {"refund_id": 2}}, FactKind.ORDER, "7"),
        ("store/order/transaction/created", {"type": "transaction", "order_id": "8"}, FactKind.ORDER, "8"),
        ("store/shipment/created", {"type": "shipment", "id": 3, "orderId": 9}, FactKind.ORDER, "9"),
        ("store/customer/updated", {"type": "customer", "id": 4}, FactKind.CUSTOMER, "4"),
        ("store/product/updated", {"type": "product", "id": 5}, FactKind.PRODUCT, "5"),
    ],
)
def test_a_notice_says_what_to_look_at(scope: str, data: dict[str, Any], kind: FactKind, identity: str) -> None:
    """M11: ids in every shape the vendor uses."""
    content = deliver(MiniStore(), body_of(scope, data))
    assert [(change.kind, change.id) for change in content.changes] == [(kind, identity)]


def test_a_repeated_delivery_has_the_same_event() -> None:
    """M1: intake recognises it."""
    store = MiniStore()
    body = body_of("store/order/updated", {"id": 1})
    first = deliver(store, body)
    store.clock.advance(minutes(1))
    assert first.event == deliver(store, body).event == "msg_9"


def test_a_scope_we_do_not_know_is_accepted_and_asks_for_nothing() -> None:
    """M97: refusing it would get the hook switched off."""
    assert deliver(MiniStore(), body_of("store/cart/created", {"id": "x"})).changes == ()


def test_other_peoples_signatures_are_accepted() -> None:
    """M100: the scheme as an independent library signs it, keyed as the vendor says."""
    store = MiniStore()
    body = body_of("store/order/updated", {"id": 1})
    made = Webhook(base64.b64encode(SECRET.encode()).decode()).sign("msg_9", store.clock.now(), body.decode())
    stamp = str(int(store.clock.seconds()))
    headers = {"webhook-id": "msg_9", "webhook-timestamp": stamp, "webhook-signature": made}
    assert store.adapter.read_notice(headers, body).event == "msg_9"


def test_one_of_several_signatures_is_enough() -> None:
    """M100: a secret being changed signs twice."""
    store = MiniStore()
    body = body_of("store/order/updated", {"id": 1})
    stamp = str(int(store.clock.seconds()))
    good = signature(SECRET, "msg_9", stamp, body)
    assert deliver(store, body, **{"webhook-signature": f"v1,AAAA v2,zzz {good}"}).event == "msg_9"


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_8"},
        {"webhook-timestamp": "1772438401"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-signature": "ö"},
        {"webhook-id": ""},
    ],
)
def test_every_signed_part_counts(changed: dict[str, str]) -> None:
    """M100: id, time and body are covered."""
    with pytest.raises(NoticeRefused) as refused:
        deliver(MiniStore(), body_of("store/order/updated", {"id": 1}), **changed)
    assert refused.value.status == 401


def test_a_good_value_under_another_version_is_refused() -> None:
    """M100: a version is a promise about how the value is made."""
    store = MiniStore()
    body = body_of("store/order/updated", {"id": 1})
    value = signature(SECRET, "msg_9", str(int(store.clock.seconds())), body).removeprefix("v1,")
    with pytest.raises(NoticeRefused):
        deliver(store, body, **{"webhook-signature": f"v2,{value}"})


def test_another_secret_is_refused() -> None:
    """M100."""
    with pytest.raises(NoticeRefused):
        deliver(MiniStore(), body_of("store/order/updated", {"id": 1}), secret="another")


@pytest.mark.parametrize("stamp", ["99999999999", "0", "1772438400"])
def test_any_signed_time_outside_the_window_is_refused(stamp: str) -> None:
    """M100: also one in the year 5138."""
    store = MiniStore()
    store.clock.advance(minutes(60))
    body = body_of("store/order/updated", {"id": 1})
    made = signature(SECRET, "msg_9", stamp, body)
    with pytest.raises(NoticeRefused) as refused:
        deliver(store, body, **{"webhook-timestamp": stamp, "webhook-signature": made})
    assert refused.value.status == 401


def test_another_stores_notice_is_refused() -> None:
    """M100: one app's secret serves all its stores."""
    with pytest.raises(NoticeRefused) as refused:
        deliver(MiniStore(), body_of("store/order/updated", {"id": 1}, "stores/other"))
    assert refused.value.status == 401


@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": "x/../y"}, {"id": [1]}, {"id": -1}])
def test_a_notice_without_a_usable_id_is_refused(data: dict[str, Any]) -> None:
    """M100: an id becomes part of an address."""
    with pytest.raises(NoticeRefused) as refused:
        deliver(MiniStore(), body_of("store/order/updated", data))
    assert refused.value.status == 400


def test_without_a_client_secret_notices_are_declined() -> None:
    """Polling alone: said by capabilities, and no notice is believed."""
    store = MiniStore(client_secret="")
    assert store.adapter.capabilities() == {Capability.READ_ORDERS}
    with pytest.raises(NoticeRefused):
        deliver(store, body_of("store/order/updated", {"id": 1}), secret="")


def hook(number: int, scope: str, destination: str = URL, active: bool = True) -> dict[str, Any]:
    return {"id": number, "scope": scope, "destination": destination, "is_active": active, "headers": {}}


def test_missing_hooks_are_made() -> None:
    """M11: one per scope, active."""
    store = MiniStore()
    store.parts["/v3/hooks"] = [hook(1, SCOPES[0], "https://elsewhere.example/")]
    assert store.adapter.ensure_notices(URL)
    wanted = [{"scope": scope, "destination": URL, "is_active": True} for scope in SCOPES]
    assert store.sent == [("POST", "/v3/hooks", entry) for entry in wanted]


def test_a_hook_switched_off_is_mended() -> None:
    """M11: BigCommerce switches hooks off after two days of failed deliveries."""
    store = MiniStore()
    store.parts["/v3/hooks"] = [hook(n, scope, active=n != 3) for n, scope in enumerate(SCOPES, 1)]
    assert store.adapter.ensure_notices(URL)
    assert [(method, path) for method, path, _ in store.sent] == [("PUT", "/v3/hooks/3")]


def test_good_hooks_are_left_alone() -> None:
    """M1: repeating it does nothing."""
    store = MiniStore()
    store.parts["/v3/hooks"] = [hook(n, scope) for n, scope in enumerate(SCOPES, 1)]
    assert (store.adapter.ensure_notices(URL), store.sent) == (False, [])
