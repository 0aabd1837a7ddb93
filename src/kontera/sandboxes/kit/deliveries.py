"""Webhooks on their way: kept until they are due, with what declared faults make of them.

Decides the order in which they go out and what a struck one does (dropped, doubled, behind the next one). Who is told,
what is sent, and what follows a failure is the vendor's.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from copy import copy
from typing import Any, Generic, Protocol, TypeVar

import httpx2

from kontera.sandboxes.kit.faults import Faults


class _Due(Protocol):
    @property
    def due(self) -> float:
        """On the vendor's clock."""


T = TypeVar("T", bound=_Due)


class Deliveries(Generic[T]):
    """The queue of one sandbox. seconds: the vendor's clock now."""

    def __init__(self, faults: Faults, seconds: Callable[[], float]) -> None:
        self._faults = faults
        self._seconds = seconds
        self._waiting: list[T] = []
        self._held: list[T] = []  # struck by `reorder`: goes out after the next one
        self._flying = 0
        self.sent: deque[dict[str, Any]] = deque(maxlen=2000)  # what happened to each attempt, for the control plane
        self.struck: Counter[str] = Counter()  # how many each kind of fault struck; "" = none

    def clear(self) -> None:
        """Forget everything on its way."""
        self._waiting, self._held = [], []
        self.sent.clear()
        self.struck.clear()

    @property
    def pending(self) -> int:
        """Deliveries not yet done with, those that wait for another try included."""
        return len(self._waiting) + len(self._held) + self._flying

    def view(self) -> dict[str, Any]:
        """For the control plane."""
        return {
            "pending": self.pending,
            "attempts": list(self.sent),
            "notices": self.struck.total(),
            "faults": dict(self.struck),
        }

    async def deliver_due(self, client: httpx2.AsyncClient) -> int:
        """Send what is due; answers how many attempts were made."""
        now = self._seconds()
        ready = [one for one in self._waiting if one.due <= now]
        self._waiting = [one for one in self._waiting if one.due > now]
        self._flying = len(ready)
        await self._deliver(client, ready)
        if not ready:  # nothing came after what was held back
            self._waiting += [one for one in self._held if one.due <= now]
            self._held = [one for one in self._held if one.due > now]
        return len(ready)

    async def _deliver(self, client: httpx2.AsyncClient, ready: list[T]) -> None:
        """One after the other."""
        for one in ready:
            await self._send(client, one)
            self._flying -= 1

    def _queue(self, one: T, topic: str) -> None:
        """It waits for its turn, unless a fault strikes it."""
        fault = self._faults.for_webhook(topic)
        kind = fault.kind if fault else ""
        self.struck[kind] += 1
        if kind == "drop":
            self._note(one, "dropped", 0)
        elif kind == "reorder":
            self._held.append(one)
        else:
            self._waiting += [one, *([copy(one)] if kind == "duplicate" else []), *self._held]
            self._held = []

    async def _send(self, client: httpx2.AsyncClient, one: T) -> None:
        """One attempt, noted, and what follows from its outcome."""
        raise NotImplementedError

    def _note(self, one: T, outcome: str, status: int) -> None:
        """Add the attempt to `sent`. status: 0 without an answer."""
        raise NotImplementedError
