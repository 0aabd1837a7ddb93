"""Delivery of webhooks: signed, once, never retried, and silently switched off after too many failures.

Decides when a webhook goes out (when WP-Cron runs), what it carries (the record as it is then) and when a failing one
is disabled. It runs beside the API on the sandbox's event loop.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from kontera.sandboxes.kit import Faults, json_bytes
from kontera.sandboxes.kit.deliveries import Deliveries
from kontera.sandboxes.woocommerce import product_show, registers
from kontera.sandboxes.woocommerce.setup import WP_VERSION
from kontera.sandboxes.woocommerce.show import VERSION, Shower, site
from kontera.sandboxes.woocommerce.state import Hook, Key, Shop
from kontera.sandboxes.woocommerce.web import Call

MAX_FAILURES = 5  # the one that finds the count above this disables: the 7th in a row
_TIMEOUT = 60.0
_PORTS = frozenset({80, 443, 8080})


@dataclass
class Delivery:
    """One delivery that waits for its turn."""

    hook_id: int
    topic: str  # the event's; "ping" for the first knock
    number: int
    due: float


def sign(secret: str, body: bytes) -> str:
    """The signature header's value."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Deliverer(Deliveries[Delivery]):
    """Keeps deliveries until they are due and sends each once. `base` answers the REST root the shop calls itself."""

    def __init__(self, shop: Callable[[], Shop], faults: Faults, base: Callable[[], str]) -> None:
        super().__init__(faults, lambda: shop().clock.seconds())
        self._shop, self._base = shop, base

    def emit(self, topic: str, number: int) -> None:
        """Something happened to record `number`: one delivery per webhook that listens, unless one waits already."""
        shop = self._shop()
        due = shop.clock.seconds() + shop.switches.webhook_delay
        if topic == "ping":
            self._waiting.append(Delivery(number, topic, number, shop.clock.seconds()))
            return
        for hook in shop.hooks.values():
            if hook.topic != topic or hook.status != "active":
                continue
            if any((one.hook_id, one.number) == (hook.id, number) for one in self._waiting if one.topic != "ping"):
                continue
            self._queue(Delivery(hook.id, topic, number, due), topic)

    async def _send(self, client: httpx2.AsyncClient, one: Delivery) -> None:
        hook = self._shop().hooks.get(one.hook_id)
        if hook is None or hook.status != "active":
            self._note(one, "webhook gone", 0)
        elif one.topic == "ping":
            await self._ping(client, hook, one)
        else:
            await self._call(client, hook, one)

    async def _ping(self, client: httpx2.AsyncClient, hook: Hook, one: Delivery) -> None:
        """The unsigned knock at creation; it counts for nothing but its own end."""
        status = await self._post(client, hook, f"webhook_id={hook.id}".encode(), {
            "content-type": "application/x-www-form-urlencoded",
            "user-agent": self._agent(),
        })  # fmt: skip
        hook.pending_ping = status != 200
        self._note(one, "ping", status)

    async def _call(self, client: httpx2.AsyncClient, hook: Hook, one: Delivery) -> None:
        shop = self._shop()
        if hook.pending_ping:
            await self._ping(client, hook, Delivery(hook.id, "ping", hook.id, 0.0))
        body = json_bytes(self.payload(hook, one.topic, one.number))
        resource, _, event = one.topic.partition(".")
        moment = int(shop.now().timestamp())
        status = await self._post(client, hook, body, {
            "content-type": "application/json",
            "user-agent": self._agent(),
            "X-WC-Webhook-Source": site(self._base()) + "/",
            "X-WC-Webhook-Topic": one.topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": sign(hook.secret, body),
            "X-WC-Webhook-ID": str(hook.id),
            # the vendor's mistake: the same for all deliveries of one webhook within a second
            "X-WC-Webhook-Delivery-ID": hashlib.md5(f"{hook.id}{moment}".encode(), usedforsecurity=False).hexdigest(),
        })  # fmt: skip
        well = 200 <= status <= 302
        self._note(one, "delivered" if well else "failed", status)
        if well:
            hook.failures = 0
        elif hook.failures > MAX_FAILURES:
            hook.status = "disabled"
        else:
            hook.failures += 1

    def _agent(self) -> str:
        return f"WooCommerce/{VERSION} Hookshot (WordPress/{WP_VERSION})"

    async def _post(self, client: httpx2.AsyncClient, hook: Hook, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; 0 without one."""
        if not self._shop().switches.private_hosts and not _public(hook.delivery_url):
            return 0
        try:
            answer = await client.post(hook.delivery_url, content=body, headers=headers, timeout=_TIMEOUT)
        except httpx2.HTTPError:
            return 0
        return int(answer.status_code)

    def payload(self, hook: Hook, topic: str, number: int) -> Any:
        """The record as the API would answer it now; of a deleted one only its number, of an action its name."""
        resource, _, event = topic.partition(".")
        if resource == "action":
            return {"action": event, "arg": number}
        if event == "deleted":
            return {"id": number}
        shop, base = self._shop(), self._base()
        if shop.switches.owner_lost_rights:
            message = "Sorry, you cannot view this resource."
            return {"code": "woocommerce_rest_cannot_view", "message": message, "data": {"status": 403}}
        call = Call(shop, "GET", base, {"id": number}, {}, [], {}, Key("", ""), "")
        looks: dict[str, Callable[[], Any]] = {
            "order": lambda: Shower(shop, base).order(shop.orders[number]),
            "product": lambda: product_show.product(shop, base, shop.products[number]),
            "customer": lambda: registers.customer(call, shop.customers[number]),
            "coupon": lambda: registers.coupon(call, shop.coupons[number]),
        }
        known: dict[str, Mapping[int, Any]] = {
            "order": shop.orders,
            "product": shop.products,
            "customer": shop.customers,
            "coupon": shop.coupons,
        }
        if number not in known[resource]:  # gone before the queue ran
            return {
                "code": f"woocommerce_rest_{resource}_invalid_id",
                "message": "Invalid ID.",
                "data": {"status": 404},
            }
        return looks[resource]()

    def _note(self, one: Delivery, outcome: str, status: int) -> None:
        self.sent.append(
            {"hook_id": one.hook_id, "topic": one.topic, "id": one.number, "outcome": outcome, "status": status}
        )


def _public(url: str) -> bool:
    """Whether WordPress would call this address: a public host on a usual port."""
    parts = urlsplit(url)
    if parts.port is not None and parts.port not in _PORTS:
        return False
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost"
