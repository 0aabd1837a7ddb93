"""A lane is drained by one worker at a time, and what a lost worker may still do is bounded (M1 M100 N6)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections

from kontera.calls import RateWindow
from kontera.clock import ManualClock
from kontera.work import lanes
from tests.work.conftest import CLOCK, elsewhere


def held_elsewhere(connection: Any, holding: threading.Event, outcome: list[object]) -> Any:
    """Work for `elsewhere`: enter the lane, say so, hold it until done, then leave; what happened goes to `outcome`."""

    def work(done: threading.Event) -> None:
        window = RateWindow(CLOCK, 5, 1.0)
        try:
            with lanes.hold(connection.pk) as lane:
                assert lane is not None
                outcome.append(lanes.enter(lane, window))
                holding.set()
                done.wait(10)
                lanes.leave(lane, window, CLOCK.now())
                outcome.append("left")
        except DatabaseError as error:
            outcome.append(error)

    return work


def test_a_lane_is_held_by_one_session_at_a_time(pair: Any) -> None:
    """Who comes second is told so at once, and may enter when the first has left."""
    shop, _ = pair
    holding, outcome = threading.Event(), []
    with elsewhere(held_elsewhere(shop, holding, outcome)):
        assert holding.wait(10)
        with lanes.hold(shop.pk) as lane:
            assert lane is None
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        assert "" == lane.worker
    assert [False, "left"] == outcome


def test_two_lanes_are_held_side_by_side(pair: Any) -> None:
    """One connection's lane never keeps another's waiting."""
    shop, ledger = pair
    with lanes.hold(shop.pk) as first, lanes.hold(ledger.pk) as second:
        assert None not in (first, second)


def test_a_lost_session_is_noticed_and_changes_nothing_any_more(pair: Any) -> None:
    """A worker that was taken over finds its session ended; opened anew, it neither leaves nor rests the lane that
    somebody else holds by then."""
    shop, _ = pair
    window = RateWindow(CLOCK, 5, 1.0)
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        lanes.enter(lane, window)
        lease = lanes.Lease(shop.pk, window, CLOCK)
        lease.renew()
        assert lanes.is_held(shop.pk)
        with elsewhere(lambda _: lanes.end_session_of_holder(shop.pk) and None):
            pass
        with pytest.raises(DatabaseError):
            lanes.is_held(shop.pk)
        connections["default"].close()  # as leaving a broken transaction does; the next query opens a new session
        assert not lanes.is_held(shop.pk)
        with pytest.raises(lanes.LaneLost):
            lanes.Lease(shop.pk, window, CLOCK).renew()
        shop.lane.refresh_from_db()
        mine = shop.lane.worker
        lanes.leave(lane, window, CLOCK.now())
        lanes.rest(lane, CLOCK.now(), "busy")
        shop.lane.refresh_from_db()
        assert (mine, None, 0) == (shop.lane.worker, shop.lane.rest_until, shop.lane.failures)
    assert mine


def test_the_rate_window_is_carried_from_worker_to_worker(pair: Any) -> None:
    """Calls the last worker made count for the next one (M100)."""
    shop, _ = pair
    clock = ManualClock(CLOCK.now())
    first = RateWindow(clock, 5, 60.0, slack=0)
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        lanes.enter(lane, first)
        for _ in range(5):
            first.left(first.enter())
        lanes.leave(lane, first, clock.now())
    second = RateWindow(clock, 5, 60.0, slack=0)
    before = clock.seconds()
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        assert lanes.enter(lane, second) is False
        second.enter()
        lanes.leave(lane, second, clock.now())
    assert 60.0 == round(clock.seconds() - before, 3)


def test_an_abandoned_lane_waits_out_the_dead_workers_right_to_send(pair: Any) -> None:
    """Nobody knows what a killed worker called last: the window counts as used up, and nothing leaves before whatever
    the dead one could still send has left."""
    shop, _ = pair
    clock = ManualClock(CLOCK.now())
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        lanes.enter(lane, RateWindow(clock, 5, 1.0))  # and is killed: it never leaves
    window = RateWindow(clock, 5, 1.0)
    before = clock.seconds()
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        assert lanes.enter(lane, window) is True
        window.enter()
        lanes.leave(lane, window, clock.now())
    assert lanes.LEASE_SECONDS <= clock.seconds() - before


def test_the_right_to_send_lapses_unless_it_is_renewed(pair: Any) -> None:
    """A frozen worker that wakes up after its lease may not write; a living one may."""
    shop, _ = pair
    clock = ManualClock(CLOCK.now())
    window = RateWindow(clock, 0, 0)
    assert window.may_write()
    with lanes.hold(shop.pk):
        lease = lanes.Lease(shop.pk, window, clock)
        lease.renew()
        clock.advance(timedelta(seconds=lanes.LEASE_SECONDS - 0.1))
        assert window.may_write()
        clock.advance(timedelta(seconds=0.2))
        assert not window.may_write()
        lease.renew()
        assert window.may_write()


def test_rest_grows_while_nothing_works_and_starts_anew_after_progress(pair: Any) -> None:
    """A vendor that is down is asked less and less; one that loses an answer now and then is not punished for it."""
    shop, _ = pair
    now = CLOCK.now()
    rests = []
    with lanes.hold(shop.pk) as lane:
        assert lane is not None
        for progress in (False, False, False, True, False):
            lanes.rest(lane, now, "down", progress=progress)
            rests.append(int((lane.rest_until - now).total_seconds()))
        lanes.rest(lane, now, "busy", 90.0)
        assert 90 == int((lane.rest_until - now).total_seconds())
        lanes.well_again(lane)
        assert (0, None) == (lane.failures, lane.rest_until)
    assert [5, 10, 20, 5, 10] == rests
