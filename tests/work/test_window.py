"""The rate window keeps the vendor's limit exactly, whatever the answers' pace (M100)."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kontera.calls import RateWindow
from kontera.clock import ManualClock

START = datetime(2026, 3, 1, tzinfo=UTC)
SLACK = 0.08
GRAIN = 0.000002  # a datetime keeps microseconds

travels = st.floats(0.0, SLACK)
thinks = st.floats(0.0, 3.0)
pauses = st.one_of(st.just(0.0), st.floats(0.0, 4.0))
calls = st.lists(st.tuples(travels, thinks, pauses, st.booleans()), min_size=1, max_size=120)


@settings(max_examples=300, deadline=None)
@given(limit=st.integers(1, 30), seconds=st.sampled_from([0.5, 1.0, 5.0]), asked=calls, restart=st.integers(0, 120))
def test_never_more_arrivals_than_the_limit_in_any_window(
    limit: int, seconds: float, asked: list[tuple[float, float, float, bool]], restart: int
) -> None:
    """Calls travel up to the slack, answers take any time, are overlapped, or never come; a new worker takes over in
    between: the vendor never counts more than its limit in any window of its own."""
    clock = ManualClock(START)
    window = RateWindow(clock, limit, seconds, slack=SLACK)
    arrivals: list[float] = []
    open_until: list[tuple[float, list[float]]] = []
    for number, (travel, think, pause, lost) in enumerate(asked):
        if number == restart:
            clock.sleep(max([answered - clock.seconds() for answered, _ in open_until], default=0.0))
            for _, ticket in open_until:  # calls in flight are awaited before a lane is left
                window.left(ticket)
            log, open_until = window.log(), []
            window = RateWindow(clock, limit, seconds, slack=SLACK)
            window.restore(log)
        ticket = window.enter()
        arrivals.append(clock.seconds() + travel)
        if not lost:
            open_until.append((clock.seconds() + travel + think, ticket))
        clock.sleep(pause)
        now = clock.seconds()
        for answered, one in [each for each in open_until if each[0] <= now]:
            window.left(one)
            open_until.remove((answered, one))
    arrivals.sort()
    crowded = [
        (first, last) for first, last in zip(arrivals, arrivals[limit:], strict=False) if last - first < seconds - GRAIN
    ]
    assert [] == crowded


def test_the_whole_limit_is_used() -> None:
    """Answers at once: 25 calls leave together, the 26th exactly when the first leaves the window."""
    clock = ManualClock(START)
    window = RateWindow(clock, 25, 5.0)
    for _ in range(100):
        window.left(window.enter())
    assert 15.0 == round(clock.seconds() - START.timestamp(), 3)


def test_nobody_enters_while_the_vendor_asks_for_peace() -> None:
    """`block` holds every thread back, also without a limit."""
    clock = ManualClock(START)
    window = RateWindow(clock, 0, 0)
    window.block(7.5)
    window.enter()
    assert 7.5 == clock.seconds() - START.timestamp()


def test_a_full_window_is_assumed_when_a_worker_died() -> None:
    """The unknown calls of a dead worker are all counted as made just now."""
    clock = ManualClock(START)
    window = RateWindow(clock, 3, 2.0)
    window.assume_full()
    window.enter()
    assert 2.0 == clock.seconds() - START.timestamp()
