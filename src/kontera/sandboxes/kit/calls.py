"""What the vendor was asked: the figures a test or a bench compares.

Counts every vendor call (never the control plane) in total, per method and path template, and per status, and keeps
the highest number of calls that ever fell into one rolling window. It decides nothing and refuses nothing.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

from kontera.clock import Clock

NO_ANSWER = 0  # the status under which a call is counted whose connection was dropped


class CallLog:
    """Counters of vendor calls since the last reset. Safe across threads."""

    def __init__(self, clock: Clock, window: float) -> None:
        self._clock = clock
        self._window = window
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._by_path: Counter[str] = Counter()
        self._by_status: Counter[int] = Counter()
        self._faults: Counter[str] = Counter()
        self._recent: dict[str, deque[float]] = {}
        self._peak = 0

    def arrived(self, key: str) -> None:
        """Note one call against the vendor's limit for `key` (a tenant, a store), admitted or not."""
        now = self._clock.seconds()
        with self._lock:
            recent = self._recent.setdefault(key, deque())
            while recent and (recent[0] <= now - self._window or recent[0] > now):
                recent.popleft()
            recent.append(now)
            self._peak = max(self._peak, len(recent))

    def answered(self, method: str, template: str, status: int, fault: str = "") -> None:
        """Count one finished call; `status` is NO_ANSWER when the connection was dropped unhandled."""
        with self._lock:
            self._by_path[f"{method} {template}"] += 1
            self._by_status[status] += 1
            if fault:
                self._faults[fault] += 1

    @property
    def total(self) -> int:
        """All vendor calls."""
        with self._lock:
            return self._by_path.total()

    @property
    def peak(self) -> int:
        """The most calls that ever arrived within one rolling window of the vendor's limit, for one key."""
        with self._lock:
            return self._peak

    def of(self, method: str, template: str) -> int:
        """Calls of one kind, e.g. `of("POST", "/3/invoices")`."""
        with self._lock:
            return self._by_path[f"{method} {template}"]

    def with_status(self, status: int) -> int:
        """Calls answered with `status`, e.g. 429."""
        with self._lock:
            return self._by_status[status]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._clear()

    def summary(self) -> dict[str, Any]:
        """All figures, for the control plane."""
        with self._lock:
            return {
                "total": self._by_path.total(),
                "by_path": dict(sorted(self._by_path.items())),
                "by_status": {str(status): count for status, count in sorted(self._by_status.items())},
                "refused_429": self._by_status[429],
                "faults": dict(self._faults),
                "window_seconds": self._window,
                "peak_in_window": self._peak,
            }
