"""The vendor's clock: a clock of ours that can be moved from outside, over HTTP.

Decides only what a sandbox believes the time is. Over the system clock it keeps running after a move (an offset);
over a manual clock it stands still between moves. It never sleeps for real on a manual clock.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from kontera.clock import Clock, ManualClock, SystemClock, utc


class SandboxClock:
    """A `Clock` with `set` and `advance`, whatever clock it stands on. Safe across threads."""

    def __init__(self, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._offset = timedelta(0)
        self._lock = threading.Lock()

    @property
    def manual(self) -> bool:
        """Whether time stands still unless it is moved."""
        return isinstance(self._base, ManualClock)

    def now(self) -> datetime:
        """This instant as the vendor sees it, UTC."""
        with self._lock:
            return self._base.now() + self._offset

    def seconds(self) -> float:
        """Seconds on the vendor's scale, for rate windows."""
        with self._lock:
            return self._base.seconds() + self._offset.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Wait as the base clock waits."""
        self._base.sleep(seconds)

    def advance(self, by: timedelta) -> datetime:
        """Move forward by `by` and answer the new instant."""
        if isinstance(self._base, ManualClock):
            self._base.advance(by)
        else:
            with self._lock:
                self._offset += by
        return self.now()

    def set(self, instant: datetime) -> datetime:
        """Jump to `instant` (aware), also backwards, and answer the new instant."""
        if isinstance(self._base, ManualClock):
            self._base.set(instant)
        else:
            with self._lock:
                self._offset = utc(instant) - self._base.now()
        return self.now()
