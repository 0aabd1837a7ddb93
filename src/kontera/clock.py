"""The only source of time: every other room is handed a `Clock` or an instant.

Decides what "now" is, how long a wait is, and which local date an instant is booked on. Instants are UTC and aware;
a merchant's books use the date in the merchant's own time zone. Nothing else may call the system clock or sleep.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """This instant, UTC."""

    def seconds(self) -> float:
        """Seconds on one scale for all processes of a machine: for rate windows, never for booking."""

    def sleep(self, seconds: float) -> None:
        """Wait; a manual clock moves itself instead."""


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """See Clock."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """See Clock. Wall-clock seconds, so that the processes that share a rate window agree."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """See Clock."""
        if seconds > 0:
            time.sleep(seconds)


class ManualClock:
    """A clock that stands still until told otherwise: for tests, sandboxes and simulation. Safe across threads."""

    def __init__(self, start: datetime) -> None:
        self._now = utc(start)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """See Clock."""
        with self._lock:
            return self._now

    def seconds(self) -> float:
        """See Clock."""
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Move forward instead of waiting."""
        self.advance(timedelta(seconds=max(seconds, 0)))

    def advance(self, by: timedelta) -> datetime:
        """Move forward by `by` and answer the new instant."""
        with self._lock:
            self._now += by
            return self._now

    def set(self, instant: datetime) -> None:
        """Jump to `instant`, also backwards (a vendor's clock may)."""
        with self._lock:
            self._now = utc(instant)


def until(look: Callable[[], T], seconds: float, *, every: float, clock: Clock) -> T:
    """Look again and again until what is seen is true, at most so many seconds; answers what was seen last."""
    end = clock.seconds() + seconds
    while not (seen := look()) and clock.seconds() < end:
        clock.sleep(every)
    return seen


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError when it carries no zone: then it is not an instant."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    return instant.astimezone(UTC)


def local_date(instant: datetime, zone: str) -> date:
    """The calendar date of the instant in the merchant's time zone, the date a document is booked on."""
    return utc(instant).astimezone(ZoneInfo(zone)).date()


def local_instant(day: date, hour: int, zone: str) -> datetime:
    """The instant at which the merchant's clock shows `hour` on `day`; an hour that the clock skips or shows twice is
    taken as before the change."""
    return utc(datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)))


def parse_local(text: str, zone: str) -> datetime:
    """An instant written as wall-clock time of a zone ("2026-03-02 09:00:00"); one that carries its own zone keeps it.
    The hour that the end of summer time repeats is its first. Raises ValueError."""
    instant = datetime.fromisoformat(text.strip())
    return utc(instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone)))


def local_iso(instant: datetime | None, zone: str) -> str | None:
    """The instant in the merchant's own time, with its offset (ISO 8601): for data that people read too."""
    return utc(instant).astimezone(ZoneInfo(zone)).isoformat() if instant is not None else None


def parse_instant(text: str) -> datetime:
    """An instant from ISO 8601 (with zone) or RFC 2822, as the vendors write them. Raises ValueError."""
    text = text.strip()
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError:
        pass  # the other spelling is tried
    try:
        return utc(parsedate_to_datetime(text))
    except (TypeError, ValueError, IndexError) as error:
        raise ValueError(f"not an instant with a time zone: {text!r}") from error
