"""The clock of the console: what "now" is on every page. Tests set it to a clock that stands still."""

from __future__ import annotations

from datetime import datetime

from kontera.clock import Clock, SystemClock

_clock: list[Clock] = [SystemClock()]


def clock() -> Clock:
    """The clock in use."""
    return _clock[0]


def set_clock(new: Clock) -> None:
    """Use another clock from now on."""
    _clock[0] = new


def now() -> datetime:
    """This instant, UTC."""
    return _clock[0].now()
