"""Delivery of notices: signed, at least once, retried, and never in the way of the API.

Decides when a notice is sent, how it is signed (Standard Webhooks over the client secret), which faults strike it, and
when a failing destination is blocked or its hook switched off. It runs beside the API on the sandbox's event loop.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from kontera.sandboxes.bigcommerce.hooks import woken
from kontera.sandboxes.bigcommerce.state import Json, Store
from kontera.sandboxes.kit import Faults, json_bytes
from kontera.sandboxes.kit.deliveries import Deliveries

RETRY_SECONDS = (60, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 50400, 86400)
WINDOW_SECONDS = 120.0
FREE_EVENTS = 100  # the ratio counts only after so many in one window
LEAST_RATIO = 0.9
BLOCK_SECONDS = 180.0
_TIMEOUT = 10.0
EXCEPTION_SCOPE = "store/hook/deliveryException"


@dataclass
class Notice:
    """One message on its way to one hook."""

    hook: Json
    body: bytes
    id: str
    scope: str
    due: float  # on the store's clock
    attempt: int = 0


@dataclass
class Destination:
    """How a client's destination has been doing."""

    outcomes: deque[tuple[float, bool]] = field(default_factory=deque)
    blocked_until: float = 0.0


def payload(store: Store, scope: str, data: Json) -> bytes:
    """The light body of a notice; the same event always has the same hash."""
    created = int(store.now().timestamp())
    content = {"scope": scope, "store_id": str(store.info["store_id"]), "data": data}
    digest = hashlib.sha1(json_bytes({**content, "created_at": created})).hexdigest()
    return json_bytes({**content, "hash": digest, "created_at": created, "producer": f"stores/{store.hash}"})


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature header's value: version 1, HMAC-SHA256 over id, time and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


class Deliverer(Deliveries[Notice]):
    """Keeps notices until they are due and sends them."""

    def __init__(self, store: Callable[[], Store], faults: Faults) -> None:
        super().__init__(faults, lambda: store().clock.seconds())
        self._store = store
        self._destinations: dict[tuple[str, str], Destination] = {}
        self._number = 0

    def emit(self, scope: str, data: Json) -> None:
        """An event has happened: one notice for every hook it wakes, with what declared faults make of it."""
        store = self._store()
        body = payload(store, scope, data)
        for hook in woken(store, scope):
            hook["_last"] = store.now()
            self._number += 1
            notice = Notice(hook, body, f"msg_{store.hash}_{self._number}", scope, store.clock.seconds())
            self._queue(notice, scope)

    def clear(self) -> None:
        """See Deliveries; destinations are forgiven."""
        super().clear()
        self._destinations = {}

    async def _deliver(self, client: httpx2.AsyncClient, ready: list[Notice]) -> None:
        """One destination's notices one after the other; a slow destination delays nobody else."""
        lanes: dict[str, list[Notice]] = {}
        for notice in ready:
            lanes.setdefault(notice.hook["destination"], []).append(notice)
        in_turn = super()._deliver
        await asyncio.gather(*(in_turn(client, notices) for notices in lanes.values()))

    async def _send(self, client: httpx2.AsyncClient, notice: Notice) -> None:
        store, hook = self._store(), notice.hook
        if hook["id"] not in store.hooks or not hook["is_active"]:
            self._note(notice, "hook gone", 0)
            return
        place = self._place(hook)
        now = store.clock.seconds()
        if place.blocked_until > now:
            self._exception(hook, 90003, "destination blocked")
            self._again(notice)
            return
        timestamp = int(now)
        headers = {
            "content-type": "application/json",
            "user-agent": "BigCommerce/webhooks",
            **hook["headers"],
            "webhook-id": notice.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(hook["_secret"], notice.id, timestamp, notice.body),
        }
        status = 0
        try:
            answer = await client.post(hook["destination"], content=notice.body, headers=headers, timeout=_TIMEOUT)
            status = answer.status_code
        except httpx2.HTTPError:
            status = 0  # no answer at all: the same as a refusal
        ok = 200 <= status < 300
        self._note(notice, "delivered" if ok else "failed", status)
        self._judge(place, ok)
        if not ok:
            self._again(notice)

    def _place(self, hook: Json) -> Destination:
        key = (hook["client_id"], urlsplit(hook["destination"]).netloc)
        return self._destinations.setdefault(key, Destination())

    def _judge(self, place: Destination, ok: bool) -> None:
        """Block a destination that fails more than one in ten, once enough has been sent within the window."""
        now = self._store().clock.seconds()
        place.outcomes.append((now, ok))
        while place.outcomes and place.outcomes[0][0] < now - WINDOW_SECONDS:
            place.outcomes.popleft()
        good = sum(1 for _, well in place.outcomes if well)
        if len(place.outcomes) > FREE_EVENTS and good / len(place.outcomes) < LEAST_RATIO:
            place.blocked_until = now + BLOCK_SECONDS / self._store().switches.webhook_speed
            place.outcomes.clear()

    def _again(self, notice: Notice) -> None:
        """Try later; after the last time the hook is switched off."""
        store = self._store()
        if notice.attempt >= len(RETRY_SECONDS):
            notice.hook["is_active"] = False
            self._exception(notice.hook, 90002, "hook disabled")
            return
        notice.due = store.clock.seconds() + RETRY_SECONDS[notice.attempt] / store.switches.webhook_speed
        notice.attempt += 1
        self._waiting.append(notice)
        self._exception(notice.hook, 90001, "will retry")

    def _exception(self, hook: Json, code: int, text: str) -> None:
        """Tell those who listen for delivery trouble; trouble with such a notice itself is not told."""
        if hook["scope"].startswith("store/hook/"):
            return
        self.emit(
            EXCEPTION_SCOPE,
            {
                "type": "hook",
                "id": hook["id"],
                "code": code,
                "message": text,
                "scope": hook["scope"],
                "destination": hook["destination"],
            },
        )

    def _note(self, notice: Notice, outcome: str, status: int) -> None:
        self.sent.append(
            {
                "webhook_id": notice.id,
                "hook_id": notice.hook["id"],
                "scope": notice.scope,
                "attempt": notice.attempt + 1,
                "outcome": outcome,
                "status": status,
            }
        )
