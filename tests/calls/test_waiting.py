"""A vendor that says wait is let be for as long as it says, and no thread, lane or worker is stuck on it (M97 M100)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
import pytest

from kontera.calls import Caller, RateWindow, asked_to_wait
from kontera.calls.waiting import LONGEST_WAIT
from kontera.calls.window import PATIENCE
from kontera.clock import ManualClock, until
from kontera.errors import KonteraError, WillRetry

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("86400", LONGEST_WAIT),
        ("9" * 400, LONGEST_WAIT),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("", None),
        ("Tue, 24 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_what_a_vendor_writes_in_retry_after(text: str, seconds: float | None) -> None:
    """Whole seconds count, at most an hour of them; anything else is as if nothing was said."""
    assert seconds == asked_to_wait({"retry-after": text})


def test_the_first_header_that_is_a_number_counts() -> None:
    """Shops name the header differently, and some count milliseconds."""
    headers = {"x-reset-ms": "1500", "retry-after": "2", "x-odd": "later"}
    assert 1.5 == asked_to_wait(headers, "x-reset-ms", "retry-after", per_second=1000)
    assert 2 == asked_to_wait(headers, "x-odd", "retry-after")
    assert asked_to_wait(headers, "x-missing") is None


def caller(clock: ManualClock) -> tuple[Caller, list[str]]:
    """A caller whose vendor answers everything with 200, and the paths that reached it."""
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return httpx2.Response(200, content=b"{}")

    window = RateWindow(clock, 0, 0)
    transport = httpx2.MockTransport(answer)
    return Caller("https://vendor.test", clock, window, lambda _: None, vendor="Shop", transport=transport), asked


def in_threads(count: int, work: Callable[[], object]) -> list[KonteraError]:
    """What `work` raised in each of `count` threads at once."""
    raised: list[KonteraError] = []

    def run() -> None:
        try:
            work()
        except KonteraError as error:
            raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return raised


def test_nobody_sleeps_through_an_hour_that_the_vendor_asked_for() -> None:
    """Each call answers at once that it will be tried again then, and nothing was sent."""
    clock = ManualClock(NOON)
    vendor, asked = caller(clock)
    vendor.window.block(LONGEST_WAIT)
    raised = in_threads(4, lambda: vendor.send("GET", "/orders"))
    assert [(WillRetry, "VENDOR_BUSY", LONGEST_WAIT)] * 4 == [
        (type(error), error.problem.code, getattr(error, "after", None)) for error in raised
    ]
    assert ([], NOON) == (asked, clock.now())


def test_a_short_wait_is_waited_out() -> None:
    """A minute or less is slept, so that what is in flight goes on by itself."""
    clock = ManualClock(NOON)
    vendor, asked = caller(clock)
    vendor.window.block(LONGEST_WAIT)
    clock.sleep(LONGEST_WAIT - PATIENCE)
    assert 200 == vendor.send("GET", "/orders").status
    assert ["/orders"] == asked
    assert LONGEST_WAIT == (clock.now() - NOON).total_seconds()


@pytest.mark.parametrize(("seconds", "comes_at", "seen"), [(0, 1, True), (0, 2, False), (10, 4, True), (10, 5, False)])
def test_what_is_waited_for_is_looked_at_once_and_not_for_ever(seconds: float, comes_at: int, seen: bool) -> None:
    """The first look costs no time; the last one is at or after the end; what was seen last is the answer."""
    clock, looks = ManualClock(NOON), []

    def look() -> bool:
        looks.append(clock.seconds() - NOON.timestamp())
        return len(looks) == comes_at

    assert seen is until(look, seconds, every=4, clock=clock)
    assert [0.0, 4.0, 8.0, 12.0][: len(looks)] == looks
    assert 12.0 >= looks[-1] >= (0 if seen else seconds)
