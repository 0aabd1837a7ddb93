"""Waiting for what another thread or process does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kontera.clock import SystemClock, until

T = TypeVar("T")


def comes(look: Callable[[], T], seconds: float = 20.0, every: float = 0.02) -> T:
    """Wait until what is seen is true; answers what was seen last, to be asserted."""
    return until(look, seconds, every=every, clock=SystemClock())
