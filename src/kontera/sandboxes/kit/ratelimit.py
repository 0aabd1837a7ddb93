"""An exact sliding window: at most `count` calls in any span of `seconds`, per key, on the sandbox's clock.

Decides whether one more call is admitted. A refused call does not use up the window. It never waits and never answers
HTTP itself; the vendor does, in its own words.
"""

from __future__ import annotations

from collections import deque

from kontera.clock import Clock


class SlidingWindow:
    """A limiter for calls of one kind. `count` None means that nothing is ever refused."""

    def __init__(self, clock: Clock, count: int | None, seconds: float) -> None:
        self.count = count
        self.seconds = seconds
        self._clock = clock
        self._admitted: dict[str, deque[float]] = {}

    def admit(self, key: str) -> bool:
        """Whether a call for `key` fits in the window now; if so it is remembered."""
        if self.count is None:
            return True
        now = self._clock.seconds()
        past = self._admitted.setdefault(key, deque())
        while past and (past[0] <= now - self.seconds or past[0] > now):  # the second: the clock was set back
            past.popleft()
        if len(past) >= self.count:
            return False
        past.append(now)
        return True

    def free_after(self, key: str) -> float:
        """Seconds until one more call for `key` would be admitted; 0 when it would be now."""
        past = self._admitted.get(key)
        if self.count is None or not past or len(past) < self.count:
            return 0.0
        return max(0.0, past[-self.count] + self.seconds - self._clock.seconds())

    def configure(self, count: int | None, seconds: float) -> None:
        """Change the limit from now on; the calls already admitted still count."""
        self.count = count
        self.seconds = seconds
