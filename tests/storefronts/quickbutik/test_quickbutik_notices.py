"""Notices: unsigned calls of an address, which ask for a look at one order and no more."""

from __future__ import annotations

import pytest
from quickbutik_ministore import MiniShop

from kontera.storefronts.protocol import Capability, Change, FactKind, NoticeRefused
from kontera.storefronts.quickbutik.notices import LARGEST, read_notice


@pytest.mark.parametrize("event", ["order.new", "order.done", "order.cancelled", "order.something"])
def test_events_about_orders_name_one(event: str) -> None:
    """M11: whatever it says happened."""
    content = read_notice(f"event_type={event}&order_id=17".encode())
    assert (Change(kind=FactKind.ORDER, id="17"),) == content.changes


def test_more_in_the_query_is_no_harm() -> None:
    """M11: a secret of the merchant's own, an empty field."""
    content = read_notice(b"secret=s%26s&event_type=order.new&order_id=17&x=1")
    assert ["17"] == [change.id for change in content.changes]


@pytest.mark.parametrize("event", ["product.add", "product.update", "product.delete", "app.gone"])
def test_events_about_other_things_are_thanked_for(event: str) -> None:
    """M11: the shop is not told that it failed."""
    assert () == read_notice(f"event_type={event}&product_id=4".encode()).changes


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (b"", 400),
        (b"order_id=17", 400),
        (b"event_type=order.new", 400),
        (b"event_type=order.new&order_id=", 400),
        (b"event_type=order.new&order_id=17%3B+drop", 400),
        (b"event_type=order.new&order_id=%00", 400),
        ("event_type=order.new&order_id=\u0661\u0667".encode(), 400),
        (b"event_type=order.new&order_id=" + b"9" * 30, 400),
        (b"event_type=order.new&product_id=17", 400),
        (b'{"event_type": "order.new", "order_id": 17}', 400),
        (b"&".join(b"a=1" for _ in range(50)), 400),
        (b"\xff\xfe=1", 400),
        (b"a=" + b"x" * LARGEST, 413),
    ],
)
def test_nonsense_is_refused(query: bytes, status: int) -> None:
    """M100."""
    with pytest.raises(NoticeRefused) as caught:
        read_notice(query)
    assert status == caught.value.status
    assert caught.value.reason


def test_a_repeated_delivery_is_known_by_its_query() -> None:
    """M1: the vendor numbers none of them; two events about one order are two."""
    new, again, done = (read_notice(f"event_type=order.{kind}&order_id=17".encode()) for kind in ("new", "new", "done"))
    assert new.event == again.event != done.event


def test_nothing_can_be_set_up_from_here() -> None:
    """M117: by hand, in the shop; nothing is called."""
    shop = MiniShop()
    assert Capability.NOTICES in shop.adapter.capabilities()
    assert not shop.adapter.ensure_notices("https://hub.example/hooks/x")
    assert [] == shop.requests


def test_done_is_never_sent() -> None:
    """M74: it draws the payment; fulfilment is declined rather than half done."""
    assert frozenset({Capability.READ_ORDERS, Capability.NOTICES}) == MiniShop().adapter.capabilities()
