"""The vendor's rate limit, kept exactly: at most `limit` calls in any `seconds`, across threads and across workers.

Decides when the next call may leave. A sliding log: call n waits for call n - limit to leave the window. The vendor
counts at arrival, we at departure; a call that was answered has surely arrived, one that was not is assumed to
arrive at most `slack` seconds late. Never sleeps on its own clock and never talks to anyone.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence

from kontera.clock import Clock

PATIENCE = 60.0  # the longest a thread waits because the vendor asked: it holds a lane, and a worker, meanwhile


class AskedToWait(Exception):
    """The vendor wants to be let be for longer than a thread waits. seconds: what is left of it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:.0f} s")
        self.seconds = seconds


class RateWindow:
    """A window shared by the threads of one lane: `enter()` waits for a slot, `left(ticket)` notes the answer.

    limit 0 means no limit. `log()` and `restore()` carry the window from one worker to the next. `well` counts calls
    the vendor answered as it should. Writes may leave until the instant a lane's holder last set with `allow_writes`:
    who was frozen, and has been taken over meanwhile, sends nothing when it wakes up.
    """

    def __init__(self, clock: Clock, limit: int, seconds: float, slack: float = 0.25) -> None:
        self._clock = clock
        self._limit = limit
        self._seconds = seconds
        self._slack = slack
        self._arrivals: deque[list[float]] = deque(maxlen=limit or 1)
        self._blocked_until = 0.0
        self._writes_until = math.inf
        self._lock = threading.Lock()
        self.well = 0

    def enter(self) -> list[float]:
        """Wait until one more call may leave; answers the ticket to hand to `left`. Raises AskedToWait instead of
        waiting for longer than PATIENCE after `block`."""
        while True:
            with self._lock:
                now = self._clock.seconds()
                free_at = self._blocked_until
                if free_at - now > PATIENCE:
                    raise AskedToWait(free_at - now)
                if self._limit and len(self._arrivals) == self._limit:
                    free_at = max(free_at, self._arrivals[0][0] + self._seconds)
                if now >= free_at:
                    ticket = [now + self._slack]
                    if self._limit:
                        self._arrivals.append(ticket)
                    return ticket
            self._clock.sleep(min(free_at - now, self._seconds or 1.0))

    def left(self, ticket: list[float]) -> None:
        """The call was answered: it arrived no later than now."""
        with self._lock:
            ticket[0] = min(ticket[0], self._clock.seconds())

    def answered(self, status: int) -> None:
        """The vendor answered with this HTTP status; anything but busy and broken counts as well."""
        if status < 500 and status != 429:
            with self._lock:
                self.well += 1

    def allow_writes(self, until: float) -> None:
        """Writes may leave until then, on the scale of `Clock.seconds`."""
        self._writes_until = until

    def may_write(self) -> bool:
        """Whether a write may leave now."""
        return self._clock.seconds() < self._writes_until

    def block(self, seconds: float) -> None:
        """The vendor said wait: nobody enters for `seconds`. Who wants to meanwhile waits, or is told to come again."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, self._clock.seconds() + seconds)

    def log(self) -> list[float]:
        """Latest arrival times, oldest first, for the next worker of the lane."""
        with self._lock:
            return [ticket[0] for ticket in self._arrivals]

    def restore(self, log: Sequence[float]) -> None:
        """Continue where another worker was."""
        with self._lock:
            for arrival in sorted(log)[-self._limit :] if self._limit else ():
                self._arrivals.append([arrival])

    def assume_full(self) -> None:
        """Somebody died without leaving a log: assume they used the whole window until now."""
        with self._lock:
            now = self._clock.seconds()
            for _ in range(self._limit):
                self._arrivals.append([now])
