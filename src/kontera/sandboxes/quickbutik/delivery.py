"""Webhooks: bare GET requests that name an event and a number, sent again until somebody answers 200.

Decides where an event goes, when and how often. It carries no order, no body and no signature. Source: quickbutik.dev,
webhooks/introduction, setup and events; number and spacing of the tries are switches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2

from kontera.sandboxes.kit import Faults
from kontera.sandboxes.kit.deliveries import Deliveries
from kontera.sandboxes.quickbutik.state import Hook, Shop

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


class Deliverer(Deliveries[Delivery]):
    """Keeps deliveries until they are due, and sends each until it is answered with 200 or its tries are used up."""

    def __init__(self, shop: Callable[[], Shop], faults: Faults) -> None:
        super().__init__(faults, lambda: shop().clock.seconds())
        self._shop = shop

    def emit(self, event: str, number: int) -> None:
        """Something happened: one delivery per address that listens."""
        shop = self._shop()
        for hook in shop.hooks.values():
            if not hook.events or event in hook.events:
                self._queue(Delivery(hook.id, event, number, shop.clock.seconds()), event)

    @property
    def due(self) -> int:
        """Deliveries that go out now."""
        now = self._shop().clock.seconds()
        return sum(one.due <= now for one in (*self._waiting, *self._held)) + self._flying

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
