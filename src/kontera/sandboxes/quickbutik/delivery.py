"""Webhooks: bare GET requests that name an event and a number, sent again until somebody answers 200.

Decides where an event goes, when and how often. It carries no order, no body and no signature. Source: quickbutik.dev,
webhooks/introduction, setup and events; number and spacing of the tries are switches.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2

from kontera.sandboxes.kit import Faults
from kontera.sandboxes.quickbutik.state import Hook, Shop
from kontera.sandboxes.quickbutik.switches import Json

EVENTS = ("order.new", "order.done", "order.cancelled", "product.add", "product.update", "product.delete")
AGENT = "Quickbutik-Webhooks/1.0"
TIMEOUT = 10.0


@dataclass(frozen=True)
class Delivery:
    """One delivery that waits for its turn."""

    hook_id: int
    event: str
    number: int
    due: float
    tries: int = 0


def address(hook: Hook, event: str, number: int) -> str:
    """The address called: its own query stays, the event's is added."""
    parts = urlsplit(hook.url)
    about = "order_id" if event.startswith("order.") else "product_id"
    added = urlencode({"event_type": event, about: number})
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


class Deliverer:
    """Keeps deliveries until they are due, and sends each until it is answered with 200 or its tries are used up."""

    def __init__(self, shop: Callable[[], Shop], faults: Faults) -> None:
        self._shop, self._faults = shop, faults
        self._waiting: list[Delivery] = []
        self._held: list[Delivery] = []  # struck by `reorder`: goes out after the next one
        self._flying = 0
        self.sent: deque[Json] = deque(maxlen=2000)
        self.struck: Counter[str] = Counter()

    def emit(self, event: str, number: int) -> None:
        """Something happened: one delivery per address that listens."""
        shop = self._shop()
        for hook in shop.hooks.values():
            if not hook.events or event in hook.events:
                self._queue(Delivery(hook.id, event, number, shop.clock.seconds()))

    def _queue(self, one: Delivery) -> None:
        fault = self._faults.for_webhook(one.event)
        kind = fault.kind if fault else ""
        self.struck[kind] += 1
        if kind == "drop":
            self._note(one, "dropped", 0)
        elif kind == "reorder":
            self._held.append(one)
        else:
            self._waiting += [one, *([replace(one)] if kind == "duplicate" else []), *self._held]
            self._held = []

    def clear(self) -> None:
        """Forget everything on its way."""
        self._waiting, self._held = [], []
        self.sent.clear()
        self.struck.clear()

    @property
    def pending(self) -> int:
        """Deliveries not yet done with, those that wait for another try included."""
        return len(self._waiting) + len(self._held) + self._flying

    @property
    def due(self) -> int:
        """Deliveries that go out now."""
        now = self._shop().clock.seconds()
        return sum(one.due <= now for one in (*self._waiting, *self._held)) + self._flying

    async def deliver_due(self, client: httpx2.AsyncClient) -> int:
        """Send what is due, one after the other; answers how many attempts were made."""
        now = self._shop().clock.seconds()
        ready = [one for one in self._waiting if one.due <= now]
        self._waiting = [one for one in self._waiting if one.due > now]
        self._flying = len(ready)
        for one in ready:
            await self._send(client, one)
            self._flying -= 1
        if not ready:  # nothing came after what was held back
            self._waiting += self._held
            self._held = []
        return len(ready)

    async def _send(self, client: httpx2.AsyncClient, one: Delivery) -> None:
        shop = self._shop()
        hook = shop.hooks.get(one.hook_id)
        if hook is None:
            self._note(one, "address gone", 0)
            return
        try:
            answer = await client.get(
                address(hook, one.event, one.number), headers={"user-agent": AGENT}, timeout=TIMEOUT
            )
            status = int(answer.status_code)
        except httpx2.HTTPError:
            status = 0
        again = replace(one, due=shop.clock.seconds() + float(shop.switches.webhook_spacing), tries=one.tries + 1)
        if status == 200:
            self._note(one, "delivered", status)
        elif again.tries < shop.switches.webhook_tries:
            self._note(one, "will be sent again", status)
            self._waiting.append(again)
        else:
            self._note(one, "given up", status)

    def _note(self, one: Delivery, outcome: str, status: int) -> None:
        self.sent.append(
            {"hook_id": one.hook_id, "event": one.event, "id": one.number, "outcome": outcome, "status": status}
        )
