"""Shopping in a sandboxed shop: over its control plane, and over the vendor's API by one who waits when told to.

Decides how many of the orders are spoiled and which, from a seed, and when a call is made once more. What is bought and
how it is spoiled is the vendor's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self

import httpx2
import msgspec

from kontera.clock import Clock
from kontera.sandboxes.kit.wire import json_bytes, parse_json

_BAD_SHARE = Decimal("0.03")
_BUSY = 429
_TIMEOUT = 30.0


class PlacedOrder(msgspec.Struct, frozen=True):
    """An order that now exists; total as the vendor's API shows it. expected_trouble names what is wrong with it on
    purpose, if anything."""

    id: int
    total: Decimal
    currency: str
    expected_trouble: str | None = None


class Buyer(Protocol):
    """Buys one order after the other."""

    def good(self) -> PlacedOrder:
        """An honest order."""

    def bad(self, kind: str, index: int) -> PlacedOrder:
        """An order with one kind of trouble."""


def buy(
    count: int, seed: int, bad: Sequence[str], known: Sequence[str], buyer: Callable[[random.Random], Buyer]
) -> list[PlacedOrder]:
    """Let a buyer place `count` orders. With `bad`, about three in a hundred (each kind at least once, if there is
    room) are spoiled in one of these ways. Raises ValueError for a kind that is not known."""
    unknown = set(bad) - set(known)
    if unknown:
        raise ValueError(f"unknown kind of bad order {sorted(unknown)}; known: {', '.join(known)}")
    rng = random.Random(seed)
    spoiled: dict[int, str] = {}
    if bad:
        wanted = min(count, max(len(bad), int(count * _BAD_SHARE)))
        for position, index in enumerate(sorted(rng.sample(range(count), wanted))):
            spoiled[index] = bad[position % len(bad)]
    one = buyer(rng)
    return [one.bad(spoiled[index], index) if index in spoiled else one.good() for index in range(count)]


class _Client:
    """Something with connections to let go of."""

    _client: httpx2.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        self._client.close()


class Visitor(_Client):
    """Somebody at the control plane. base_url: where the sandbox is served."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx2.Client(base_url=base_url, trust_env=False, timeout=_TIMEOUT)

    def act(self, action: str, **body: Any) -> Any:
        """Any action of the control plane. Raises ValueError with the shop's reason when it refuses."""
        answer = self._client.post(f"/_sandbox/actions/{action}", content=json_bytes(body))
        result = parse_json(answer.content)
        if answer.status_code >= 400:
            raise ValueError(str(result.get("error", result)))
        return result

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Set switches of the shop; answers them all."""
        result: dict[str, Any] = self.act("switches", **switches)
        return result

    def look(self, view: str) -> Any:
        """Any view of the control plane."""
        return parse_json(self._client.get(f"/_sandbox/{view}").content)


class PatientApi(_Client):
    """The vendor's API, for one who waits when told to. root: where it begins; wait: the header that says how many
    seconds (one when it is not there)."""

    def __init__(
        self,
        root: str,
        clock: Clock,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str | bytes, str | bytes] | None = None,
        wait: str = "retry-after",
    ) -> None:
        told = {"content-type": "application/json", **(headers or {})}
        self._client = httpx2.Client(base_url=root, trust_env=False, headers=told, auth=auth, timeout=_TIMEOUT)
        self._clock = clock
        self._wait = wait

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call; made again when the shop is busy, or when the answer to a question was lost. Raises RuntimeError
        with the vendor's own words for other refusals."""
        content = None if body is None else json_bytes(body)
        while True:
            try:
                answer = self._client.request(method, path, content=content)
            except httpx2.TransportError:
                if method != "GET":
                    raise
                continue
            if answer.status_code != _BUSY:
                break
            self._clock.sleep(int(answer.headers.get(self._wait, "1")))
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return parse_json(answer.content) if answer.content else None
