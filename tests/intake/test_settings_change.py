"""What other settings of a connection mean for orders that are here already, or were passed by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kontera.connections import store
from kontera.db.models import Case, Connection, Cursor, Fact, Lane, Look, OutboxDocument, ShopOrder
from kontera.intake.facts import keep_read
from kontera.intake.notices import Arrival, keep
from kontera.posting.release import decide
from kontera.proof import laws
from kontera.storefronts.bigcommerce.adapter import BigCommerceStorefront
from kontera.storefronts.protocol import ChangePage, FactKind, Read
from kontera.work import lanes
from tests.intake.pair import CLOCK, Pair
from tests.posting.test_once import sale

IN_MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


def connect(pair: Pair, given: dict[str, str] | None = None, **more: Any) -> None:
    """The shop is connected again, as a person would with other settings."""
    pair.shop = store.connect(
        pair.merchant, "bigcommerce", "nt", given or {}, now=CLOCK.now(), author="Kim", **more
    )  # fmt: skip


def places(pair: Pair) -> dict[str, str]:
    """Where every order of the shop stands."""
    return dict(pair.shop.orders.values_list("external_id", "place"))


def sound(pair: Pair) -> bool:
    """Law 1 holds."""
    (finding,) = laws.check(pair.merchant, ["accounted"])
    return finding.count == 0


def in_march(pair: Pair, order: int, *, changed: bool = True) -> None:
    """Let the order have been placed (and last changed) months ago."""
    head = pair.shop_sandbox.store.orders[order].head
    head["date_created"] = IN_MARCH
    if changed:
        head["date_modified"] = IN_MARCH


# An earlier cut-off


def test_an_earlier_cut_off_reads_the_orders_in_between(pair: Pair) -> None:
    """M4, law 1: with `since` moved back, orders that polling had passed by and those left out by it are booked."""
    pair.drain()
    unseen, left_out = pair.buys(), pair.buys()
    in_march(pair, unseen.id)
    in_march(pair, left_out.id, changed=False)
    connect(pair, since=CLOCK.now() - timedelta(days=1))
    booked = pair.buys()
    pair.works(2)
    assert {str(left_out.id): "left_out", str(booked.id): "booked"} == places(pair)
    connect(pair, since=datetime(2026, 1, 1, tzinfo=UTC))
    pair.works(2)
    assert dict.fromkeys([str(one.id) for one in (unseen, left_out, booked)], "booked") == places(pair)
    assert (3, True) == (pair.audit()["invoices"], sound(pair))


def test_settings_given_again_walk_nothing_again(pair: Pair) -> None:
    """Only what differs drops the cursor: a new key does not."""
    pair.drain()
    pair.buys()
    pair.works()
    token = pair.shop_sandbox.credentials()["access_token"]
    connect(pair, {"access_token": token}, since=pair.shop.since)
    assert Cursor.objects.filter(connection=pair.shop).exists()
    connect(pair, {"vat_number_field": "Moms"})
    assert not Cursor.objects.filter(connection=pair.shop).exists()


def test_settings_changed_while_polling_are_not_overlooked(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 1: the answer to the old question moves no cursor; the lane is due at once and asks the new one."""
    pair.drain()
    bought = pair.buys()
    in_march(pair, bought.id)
    connect(pair, since=CLOCK.now() - timedelta(days=1))
    real: Callable[..., ChangePage] = BigCommerceStorefront.changes

    def slow(self: BigCommerceStorefront, kind: FactKind, cursor: str | None, since: datetime) -> ChangePage:
        page = real(self, kind, cursor, since)
        monkeypatch.setattr(BigCommerceStorefront, "changes", real)
        connect(pair, since=datetime(2026, 1, 1, tzinfo=UTC))
        return page

    monkeypatch.setattr(BigCommerceStorefront, "changes", slow)
    pair.works()
    assert (False, True) == (
        Cursor.objects.filter(connection=pair.shop).exists(),
        pair.shop.pk in lanes.due_lanes(CLOCK.now()),
    )
    pair.works()
    assert "booked" == pair.standing(bought).place


# Channels


def test_a_channel_taken_back_in_is_booked(pair: Pair) -> None:
    """M4 M97: left out by the connection's channels; with the channel chosen it is read again though it did not
    change in the shop."""
    pair.drain()
    bought = pair.buys()
    keep([_notice(pair, str(bought.id))], CLOCK.now())
    connect(pair, {"channel_ids": "77"})
    pair.works()
    row = pair.standing(bought)
    assert ("left_out", "connection") == (row.place, row.left_out_rule)
    ShopOrder.objects.filter(pk=row.pk).update(looked_at=row.fact.read_at + timedelta(seconds=2))
    connect(pair, {"channel_ids": ""})
    pair.works()
    row = pair.standing(bought)
    assert ("booked", "", 1) == (row.place, row.left_out_rule, pair.audit()["invoices"])


def test_a_booked_order_is_followed_whatever_the_channels_say(pair: Pair) -> None:
    """Laws 1 and 6: a channel no longer taken leaves a booked order in its place, and a cancellation of it is told."""
    pair.drain()
    bought = pair.buys(payment="card")
    pair.works()
    connect(pair, {"channel_ids": "77"})
    keep([_notice(pair, str(bought.id))], CLOCK.now())
    pair.works()
    row = pair.standing(bought)
    assert ("booked", "", True) == (row.place, row.left_out_rule, sound(pair))
    pair.puts(bought.id, status_id=5)
    keep([_notice(pair, str(bought.id))], CLOCK.now())
    pair.works()
    assert ["ORDER_CANCELLED_AFTER_BOOKING"] == pair.cases(pair.standing(bought))


def test_what_was_only_planned_is_taken_back_with_its_channel(pair: Pair) -> None:
    """Law 2: an order that is left out before anything of it was sent is never sent."""
    pair.drain()
    Connection.objects.filter(pk=pair.ledger.pk).update(live=False)
    bought = pair.buys()
    pair.works()
    assert "posting" == pair.standing(bought).place
    connect(pair, {"channel_ids": "77"})
    keep([_notice(pair, str(bought.id))], CLOCK.now())
    Connection.objects.filter(pk=pair.ledger.pk).update(live=True)
    Lane.objects.filter(pk=pair.shop.pk).update(poll_at=None)
    pair.works()
    row = pair.standing(bought)
    assert ("left_out", {"abandoned"}) == (row.place, set(row.documents.values_list("step", flat=True)))
    assert 0 == pair.audit()["invoices"]


def test_an_order_half_way_is_not_left_out(pair: Pair) -> None:
    """Laws 1 and 2: its invoice is in the ledger, its payment planned: neither is taken back."""
    pair.drain()
    Connection.objects.filter(pk=pair.shop.pk).update(live=False)
    row = pair.arrives(sale("1"))
    invoice = row.documents.get(kind="sales_invoice")
    OutboxDocument.objects.filter(pk=invoice.pk).update(step="recorded", number="1")
    look = Look.objects.create(
        merchant=pair.merchant, connection=pair.shop, kind="order", external_id="1", first_at=CLOCK.now(),
        due_at=CLOCK.now(),
    )  # fmt: skip
    read = Read(kind=FactKind.ORDER, id="1", raw=b"{}", order=sale("1"), left_out="another channel")
    keep_read(pair.shop, look, read, [], CLOCK.now())
    steps = list(row.documents.order_by("sequence").values_list("step", flat=True))
    assert ("posting", ["recorded", "planned"]) == (pair.order("1").place, steps)


# Gone, paused, and connected in the wrong order


def test_an_order_gone_before_it_was_read_is_a_case(pair: Pair) -> None:
    """Law 1, ORDER_GONE: a notice told of it and the shop knows it no more; a person says what it was."""
    pair.drain()
    keep([_notice(pair, "7777")], CLOCK.now())
    pair.works(2)
    row = pair.order("7777")
    assert ("waiting", ["ORDER_GONE"], 1) == (row.place, pair.cases(row), pair.facts("7777"))
    case = Case.objects.get(merchant=pair.merchant, code="ORDER_GONE")
    decide(case, "leave_out", author="Kim", reason="a test", clock=CLOCK)
    row.refresh_from_db()
    assert ("left_out", "decision", True) == (row.place, row.left_out_rule, sound(pair))


def test_a_paused_shop_sends_nothing(pair: Pair) -> None:
    """Law 8: everything is received, kept and shown, nothing is sent; other shops go on; resumed, all is sent."""
    pair.drain()
    connect(pair)
    Connection.objects.filter(pk=pair.shop.pk).update(live=False)
    bought = pair.buys(payment="card")
    pair.works(2)
    row = pair.standing(bought)
    assert ("posting", {"planned"}) == (row.place, set(row.documents.values_list("step", flat=True)))
    assert (0, False) == (pair.audit()["invoices"], pair.ledger.pk in lanes.due_lanes(CLOCK.now()))
    Connection.objects.filter(pk=pair.shop.pk).update(live=True)
    assert pair.ledger.pk in lanes.due_lanes(CLOCK.now())
    pair.drain(2)
    assert ("booked", 1, 1) == (pair.standing(bought).place, pair.audit()["invoices"], pair.audit()["payments"])


def test_pausing_one_shop_stops_no_other(pair: Pair) -> None:
    """Law 8: two shops, one ledger."""
    pair.drain()
    pair.arrives(sale("1"))
    Connection.objects.filter(pk=pair.shop.pk).update(live=False)
    paused, pair.shop = pair.shop, _second_shop(pair)
    pair.arrives(sale("2"))
    pair.drain(2)
    assert ("posting", "booked") == (paused.orders.get().place, pair.shop.orders.get().place)


def test_store_connected_before_ledger(pair: Pair) -> None:
    """Law 1: orders of a shop without ledger have arrived; with the ledger given they are judged and booked."""
    pair.drain()
    first, pair.shop = pair.shop, _second_shop(pair, ledger=False)
    row = pair.arrives(sale("1"))
    pair.drain()
    assert ("arrived", True) == (pair.order("1").place, sound(pair))
    ShopOrder.objects.filter(pk=row.pk).update(changed_at=CLOCK.now() - timedelta(hours=2))
    assert sound(pair)  # nothing to judge it with: shown as arrived, not broken
    Connection.objects.filter(pk=pair.shop.pk).update(ledger=pair.ledger)
    assert not sound(pair)
    Connection.objects.filter(pk=pair.shop.pk).update(ledger=None)
    store.connect(pair.merchant, "bigcommerce", "ab", {}, now=CLOCK.now(), author="Kim", ledger=pair.ledger)
    assert pair.ledger.pk in lanes.due_lanes(CLOCK.now())
    pair.drain(2)
    assert ("booked", True, 0) == (pair.order("1").place, sound(pair), first.orders.count())


def test_every_reading_of_a_gone_order_is_kept_once(pair: Pair) -> None:
    """The same nothing again is nothing new."""
    pair.drain()
    for _ in range(3):
        keep([_notice(pair, "7777")], CLOCK.now())
        pair.works()
    assert 1 == Fact.objects.filter(connection=pair.shop).count()


def _notice(pair: Pair, order: str) -> Arrival:
    return Arrival(
        connection=pair.shop.pk, merchant=pair.merchant.pk, source="webhook", kind="order", external_id=order
    )


def _second_shop(pair: Pair, *, ledger: bool = True) -> Connection:
    keys = {"store_hash": "abc123", "access_token": "token", "client_secret": "secret"}
    return store.connect(
        pair.merchant, "bigcommerce", "ab", keys, now=CLOCK.now(), author="Kim", since=datetime(2000, 1, 1, tzinfo=UTC),
        ledger=pair.ledger if ledger else None,
    )  # fmt: skip
