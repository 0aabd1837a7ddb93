"""Wake-ups, ticks and take-over: work comes back from the dead, once (M1 M100)."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db import connection as database

from kontera.db.models import Fact, Lane, Look, OutboxDocument, ShopOrder
from kontera.work import engine, lanes, worker
from tests.waiting import comes
from tests.work.conftest import CLOCK, elsewhere


def wake_ups(connection: Any) -> list[str]:
    """What the queue holds for a lane, oldest first."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE (args->>'connection_id')::bigint = %s ORDER BY id",
            [connection.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def fetched_by_a_worker(connection: Any, heartbeat_age: float) -> int:
    """The lane's wake-up is taken by a worker whose heart last beat so many seconds ago; answers the worker's id."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [heartbeat_age],
        )
        number: int = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s"
            " WHERE (args->>'connection_id')::bigint = %s",
            [number, connection.pk],
        )
    return number


def test_many_wake_ups_are_one(pair: Any) -> None:
    """A second wake-up while one waits adds nothing."""
    shop, _ = pair
    assert [True, False, False] == [engine.wake(shop.pk) for _ in range(3)]
    assert ["todo"] == wake_ups(shop)


def test_lanes_woken_together_are_woken_once_and_after_the_commits(pair: Any) -> None:
    """What was rolled back wakes nobody."""
    shop, ledger = pair
    with engine.waking_together():
        for _ in range(2):
            with transaction.atomic():
                engine.wake_after_commit(shop.pk)
        with contextlib.suppress(ValueError), transaction.atomic():  # raised below, to roll back
            engine.wake_after_commit(ledger.pk)
            raise ValueError
        assert [] == wake_ups(shop)
    assert (["todo"], []) == (wake_ups(shop), wake_ups(ledger))


def test_a_dead_workers_lane_is_woken_again(pair: Any) -> None:
    """Its wake-up is ended and a new one waits."""
    shop, _ = pair
    engine.wake(shop.pk)
    fetched_by_a_worker(shop, engine.DEAD_AFTER_SECONDS + 5)
    assert 1 <= engine.take_over_from_the_dead()
    assert ["todo"] == wake_ups(shop)


def test_take_over_works_while_another_wake_up_waits(pair: Any) -> None:
    """The queueing lock allows one waiting wake-up: retrying the dead one would violate it."""
    shop, _ = pair
    engine.wake(shop.pk)
    fetched_by_a_worker(shop, engine.DEAD_AFTER_SECONDS + 5)
    assert engine.wake(shop.pk)
    assert ["doing", "todo"] == wake_ups(shop)
    assert 1 <= engine.take_over_from_the_dead()
    assert ["todo"] == wake_ups(shop)


def test_a_worker_that_was_forgotten_altogether_counts_as_dead(pair: Any) -> None:
    """Its row was pruned, its wake-up still says doing."""
    shop, _ = pair
    engine.wake(shop.pk)
    number = fetched_by_a_worker(shop, 0)
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [number])
    assert 1 <= engine.take_over_from_the_dead()
    assert ["todo"] == wake_ups(shop)


def test_a_living_worker_is_left_alone(pair: Any) -> None:
    """A heart that beats keeps its lane."""
    shop, _ = pair
    engine.wake(shop.pk)
    fetched_by_a_worker(shop, 0)
    engine.take_over_from_the_dead()
    assert ["doing"] == wake_ups(shop)


def test_a_frozen_worker_cannot_keep_its_lane_or_commit(pair: Any) -> None:
    """It is not dead: its session still holds the lane. Taking over ends that session; another worker gets in, and the
    frozen one finds out with its next statement."""
    shop, _ = pair
    holding, thaw, outcome = threading.Event(), threading.Event(), []

    def frozen(_: threading.Event) -> None:
        try:
            with lanes.hold(shop.pk) as lane:
                assert lane is not None
                holding.set()
                thaw.wait(20)
                Lane.objects.filter(pk=shop.pk).update(trouble="written by a zombie")
        except DatabaseError as error:
            outcome.append(error)

    engine.wake(shop.pk)
    fetched_by_a_worker(shop, engine.DEAD_AFTER_SECONDS + 5)
    with elsewhere(frozen):
        assert holding.wait(10)
        engine.take_over_from_the_dead()

        def free() -> bool:
            with lanes.hold(shop.pk) as lane:
                return lane is not None

        held = comes(free)  # the server ends a session within moments, not at once
        thaw.set()
    assert held
    assert 1 == len(outcome)
    shop.lane.refresh_from_db()
    assert "" == shop.lane.trouble


def test_a_lost_wake_up_costs_a_tick(pair: Any) -> None:
    """Something is due and nobody was woken: the next tick does it (M1)."""
    shop, _ = pair
    Look.objects.create(
        merchant=shop.merchant, connection=shop, kind="order", external_id="1", first_at=CLOCK.now(),
        due_at=CLOCK.now(),
    )  # fmt: skip
    assert [] == wake_ups(shop)
    assert 1 <= worker.tick(CLOCK)
    assert ["todo"] == wake_ups(shop)


def test_a_lane_is_not_woken_for_what_it_cannot_do_yet(pair: Any) -> None:
    """A payment whose invoice is held is planned and due, but nothing can be done about it: waking the lane for it
    would spin for as long as the case is open."""
    _, ledger = pair
    document = documents_of_an_order(pair, held=True)
    assert ledger.pk not in lanes.due_lanes(CLOCK.now())
    OutboxDocument.objects.filter(pk=document).update(step="planned", held_step="")
    assert ledger.pk in lanes.due_lanes(CLOCK.now())


def documents_of_an_order(pair: Any, *, held: bool) -> int:
    """An order with an invoice (held or not) and a payment that is planned; answers the invoice's key."""
    shop, ledger = pair
    now = CLOCK.now()
    both = {"merchant": shop.merchant, "connection": shop}
    fact = Fact.objects.create(**both, kind="order", external_id="9", version=1, digest="", raw=b"", read_at=now)
    row = ShopOrder.objects.create(
        **both,
        external_id="9",
        number="9",
        fact=fact,
        place="waiting",
        first_seen_at=now,
        looked_at=now,
        changed_at=now,
    )
    common = {"merchant": shop.merchant, "connection": ledger, "order": row, "due_at": now, "created_at": now}
    invoice = OutboxDocument.objects.create(
        **common, kind="sales_invoice", reference="nt-9", sequence=0, content={}, step="held" if held else "planned",
        held_step="planned",
    )  # fmt: skip
    OutboxDocument.objects.create(**common, kind="customer_payment", reference="nt-9-p1", sequence=1, content={})
    return invoice.pk


def test_a_resting_lane_is_not_woken_before_its_time(pair: Any) -> None:
    """The vendor asked for peace: what is due waits with it."""
    _, ledger = pair
    documents_of_an_order(pair, held=False)
    Lane.objects.filter(pk=ledger.pk).update(rest_until=CLOCK.now() + timedelta(minutes=1))
    assert ledger.pk not in lanes.due_lanes(CLOCK.now())
    assert ledger.pk in lanes.due_lanes(CLOCK.now() + timedelta(minutes=2))


def test_a_worker_frozen_in_its_tick_does_not_stop_all_ticking(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker ticks for all: were it frozen just then, the server ends its session after a moment."""
    frozen, outcome = threading.Event(), []
    monkeypatch.setattr(worker, "_TICK_MILLISECONDS", 1500)

    def freezing(done: threading.Event) -> None:
        def stand_still() -> int:
            frozen.set()
            done.wait(20)
            return 0

        monkeypatch.setattr(engine, "take_over_from_the_dead", stand_still)
        try:
            worker.tick(CLOCK)
        except DatabaseError as error:
            outcome.append(error)

    take_over = engine.take_over_from_the_dead
    shop, _ = pair
    with elsewhere(freezing):
        assert frozen.wait(10)
        monkeypatch.setattr(engine, "take_over_from_the_dead", take_over)
        Lane.objects.filter(pk=shop.pk).update(poll_at=CLOCK.now())

        def woken() -> bool:
            worker.tick(CLOCK)
            return bool(wake_ups(shop))

        assert comes(woken)
        assert ["todo"] == wake_ups(shop)
    assert 1 == len(outcome)
