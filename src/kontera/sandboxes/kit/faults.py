"""Faults as declared data: what goes wrong, where, and how often.

Decides which declared fault, if any, strikes a call or a webhook delivery. It never carries the fault out; the gate
(for calls) and the vendor's deliverer (for webhooks) do.
"""

from __future__ import annotations

import random
import threading
from fnmatch import fnmatchcase
from typing import Any

import msgspec

CALL_KINDS = frozenset({"lost_answer", "refuse_before", "status", "maintenance", "slow", "expire_tokens"})
WEBHOOK_KINDS = frozenset({"duplicate", "reorder", "drop"})


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One declared fault. Permanent unless `times` or `rate` says otherwise.

    kind: lost_answer (handled and committed, then the connection is cut), refuse_before (cut before handling), status
    (answered with `status` and `body` instead of handling), maintenance (an HTML page with `status`, 503 unless said),
    slow (`seconds` pass before handling), expire_tokens (the vendor's access tokens expire, then handling); for
    webhooks duplicate, reorder, drop.
    """

    kind: str
    method: str = "*"  # an HTTP method; ignored for webhooks
    path: str = "*"  # a shell pattern on the path, or on the webhook's topic
    times: int | None = None  # strikes this often, then is spent
    rate: float | None = None  # strikes with this probability (seeded)
    skip: int = 0  # lets this many matching calls pass first
    status: int | None = None
    body: Any = None  # JSON, or text for maintenance; None = what the vendor says for the status
    headers: dict[str, str] = {}
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in CALL_KINDS | WEBHOOK_KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}")
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise ValueError("rate is a probability from 0 to 1")
        if self.kind == "status" and self.status is None:
            raise ValueError("a status fault names its status")


class _Armed:
    """A fault with what is left of it."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.left = fault.times
        self.skip = fault.skip


class Faults:
    """The faults in force, struck in the order they were declared; one per call. Safe across threads."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._number = 0
        self._random = random.Random(seed)

    def add(self, fault: Fault) -> int:
        """Declare a fault; answers the number by which it can be removed."""
        with self._lock:
            self._number += 1
            self._armed.append(_Armed(self._number, fault))
            return self._number

    def seed(self, seed: int) -> None:
        """Restart the random numbers behind `rate`."""
        with self._lock:
            self._random.seed(seed)

    def remove(self, number: int | None = None) -> None:
        """Remove one fault, or all of them."""
        with self._lock:
            self._armed = [armed for armed in self._armed if number is not None and armed.number != number]

    def for_call(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this call, if any; it is used up by that."""
        return self._strike(CALL_KINDS, method, path)

    def for_webhook(self, topic: str) -> Fault | None:
        """The fault that strikes this delivery, if any; it is used up by that."""
        return self._strike(WEBHOOK_KINDS, "*", topic)

    def listed(self) -> list[dict[str, Any]]:
        """The faults in force, for the control plane."""
        with self._lock:
            return [
                {"id": armed.number, "left": armed.left, **msgspec.to_builtins(armed.fault)} for armed in self._armed
            ]

    def _strike(self, kinds: frozenset[str], method: str, path: str) -> Fault | None:
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if fault.kind not in kinds or not fnmatchcase(path, fault.path):
                    continue
                if "*" not in (fault.method, method) and fault.method.upper() != method:
                    continue
                if armed.skip > 0:
                    armed.skip -= 1
                    continue
                if fault.rate is not None and self._random.random() >= fault.rate:
                    continue
                if armed.left is not None:
                    armed.left -= 1
                    if armed.left <= 0:
                        self._armed.remove(armed)
                return fault
        return None
