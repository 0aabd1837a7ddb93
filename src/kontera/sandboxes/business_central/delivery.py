"""Delivery of webhook notices and the handshake that precedes a subscription.

Decides when notices are sent, the retry ladder, and when a subscription is given up. After facts A5 and BC 254, 255.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx2

from kontera.sandboxes.business_central.store import Record
from kontera.sandboxes.kit import Faults, json_bytes

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.tenant import Tenant

DELAY = 30.0
LADDER = (60.0, 60.0, 600.0, 6000.0, 60000.0)
ANSWER_SECONDS, HANDSHAKE_SECONDS = 30.0, 5.0
NO_ANSWER = 0


@dataclass
class Address:
    """How one notification address is doing. due: on the vendor's clock."""

    due: float
    attempt: int = 0


class Deliverer:
    """Sends what waits, one POST per address. speed: how many times faster than the vendor."""

    def __init__(self, tenant: Tenant, faults: Faults) -> None:
        self._tenant = tenant
        self._faults = faults
        self._addresses: dict[tuple[str, str], Address] = {}
        self.speed = 1.0
        self.sent: deque[Record] = deque(maxlen=2000)  # each attempt and its answer, for the control plane

    async def shake_hands(self, client: httpx2.AsyncClient, url: str) -> bool:
        """Whether the address answers 200 with the token it was given, in time."""
        token = f"validation-{len(self.sent) + 1}"
        address = f"{url}{'&' if '?' in url else '?'}{urlencode({'validationToken': token})}"
        try:
            answer = await client.post(address, content=b"", timeout=HANDSHAKE_SECONDS)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200 and answer.text == token

    async def deliver_due(self, client: httpx2.AsyncClient) -> int:
        """Send what is due; answers how many attempts were made."""
        hooks = self._tenant.hooks
        hooks.expire()
        now = self._tenant.clock.seconds()
        groups: dict[tuple[str, str], list[str]] = {}
        for key, waiting in hooks.pending.items():
            found = hooks.subscriptions[key]
            place = (found.company, found.url)
            groups.setdefault(place, []).append(key)
            first = waiting.first.timestamp() + DELAY / self.speed
            self._addresses.setdefault(place, Address(first))
        due = [place for place in groups if self._addresses[place].due <= now]
        for place in due:
            await self._send(client, place, groups[place])
        return len(due)

    async def _send(self, client: httpx2.AsyncClient, place: tuple[str, str], keys: list[str]) -> None:
        hooks = self._tenant.hooks
        body = hooks.payload(keys)
        fault = self._faults.for_webhook(hooks.subscriptions[keys[0]].entity)
        kind = fault.kind if fault else ""
        if kind == "drop":
            self._done(place, keys, "dropped", NO_ANSWER)
            return
        if kind == "reorder":
            body["value"].reverse()
        taken = {key: hooks.pending.pop(key) for key in keys}
        status = NO_ANSWER
        for _ in range(2 if kind == "duplicate" else 1):
            status = await self._post(client, place[1], json_bytes(body))
        if 200 <= status < 300:
            self._done(place, keys, "delivered", status)
            return
        for key, waiting in taken.items():  # what came meanwhile is added to the next attempt
            later = hooks.pending.get(key)
            if later is not None:
                waiting.entries += later.entries
                waiting.deletes |= later.deletes
                waiting.collection |= later.collection or len(waiting.entries) > hooks.most_changes
            if key in hooks.subscriptions:
                hooks.pending[key] = waiting
        address = self._addresses[place]
        if status not in (NO_ANSWER, 408, 429) and status < 500:
            self._give_up(place, "refused", status)
        elif address.attempt >= len(LADDER):
            self._give_up(place, "given up", status)
        else:
            self._note(place, "failed", status)
            address.due = self._tenant.clock.seconds() + LADDER[address.attempt] / self.speed
            address.attempt += 1

    @staticmethod
    async def _post(client: httpx2.AsyncClient, url: str, body: bytes) -> int:
        headers = {"content-type": "application/json; charset=utf-8"}
        try:
            answer = await client.post(url, content=body, headers=headers, timeout=ANSWER_SECONDS)
        except httpx2.HTTPError:
            return NO_ANSWER
        return answer.status_code

    def _done(self, place: tuple[str, str], keys: list[str], outcome: str, status: int) -> None:
        if outcome == "dropped":
            for key in keys:
                self._tenant.hooks.pending.pop(key, None)
        self._addresses.pop(place, None)
        self._note(place, outcome, status)

    def _give_up(self, place: tuple[str, str], outcome: str, status: int) -> None:
        """Every subscription of this company with this address is deleted."""
        hooks = self._tenant.hooks
        for found in list(hooks.subscriptions.values()):
            if (found.company, found.url) == place:
                hooks.drop(found.id)
        self._addresses.pop(place, None)
        self._note(place, outcome, status)

    def _note(self, place: tuple[str, str], outcome: str, status: int) -> None:
        self.sent.append({"url": place[1], "outcome": outcome, "status": status})
