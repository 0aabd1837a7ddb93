"""The Quickbutik sandbox: one shop, its API under /v1, and its control plane.

Decides how the parts are put together and what the control plane offers. Every behaviour is in the module it belongs
to; README.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response

from kontera.clock import Clock
from kontera.sandboxes.kit import Sandbox
from kontera.sandboxes.quickbutik import checkout, dirty, life, order_write, orders, products, registers
from kontera.sandboxes.quickbutik.arithmetic import totals
from kontera.sandboxes.quickbutik.audit import audit
from kontera.sandboxes.quickbutik.delivery import EVENTS, Deliverer
from kontera.sandboxes.quickbutik.seed import new_shop
from kontera.sandboxes.quickbutik.show import Shower
from kontera.sandboxes.quickbutik.state import Hook, Line, Order, Shop
from kontera.sandboxes.quickbutik.switches import Json, Switches
from kontera.sandboxes.quickbutik.web import ApiError, Door

_TICK_SECONDS = 0.02


class QuickbutikSandbox(Sandbox):
    """A Quickbutik shop over real HTTP. `switches` are set on a fresh shop, and again at every reset; an `empty` one
    has its set-up but neither products nor people."""

    name = "quickbutik"

    def __init__(
        self, clock: Clock | None = None, *, seed: int = 1, switches: Json | None = None, empty: bool = False
    ) -> None:
        super().__init__(clock, limit=None, window=1.0, seed=seed)
        self._given, self._empty = dict(switches or {}), empty
        self.deliverer = Deliverer(lambda: self.shop, self.faults)
        self.shop = self._fresh()
        parts = (orders, order_write, products, registers)
        door = Door(lambda: self.shop, self.admitted)
        self.app = Starlette(routes=door.routes([one for part in parts for one in part.endpoints()]))

    def _fresh(self) -> Shop:
        switches = Switches()
        switches.set(self._given)
        self._limit(switches)
        return new_shop(self.clock, switches, self.deliverer.emit, empty=self._empty)

    def _limit(self, switches: Switches) -> None:
        """Quickbutik documents no limit; with the switch a client's "2 calls per second" is one."""
        self.limiter.configure(switches.calls_per_second or None, self.limiter.seconds)

    # What the kit asks

    def credentials(self) -> Json:
        """See Sandbox."""
        return {"api_key": self.shop.api_key}

    def reset(self) -> None:
        """See Sandbox."""
        self.deliverer.clear()
        self.shop = self._fresh()

    def expire_tokens(self) -> None:
        """See Sandbox: as when the shop's owner makes a new key."""
        self.shop.api_key = f"new-{self.shop.number('key')}-{self.shop.api_key}"

    def fault_response(self, status: int) -> Response:
        """See Sandbox."""
        return ApiError(status).response()

    def started(self) -> None:
        """See Sandbox: webhooks go out beside the API."""
        self.beside(self.deliverer.deliver_due, _TICK_SECONDS)

    # The control plane

    def views(self) -> dict[str, Callable[[], Any]]:
        """See Sandbox."""
        return {
            "orders": lambda: [self._summary(order) for order in self.shop.orders.values()],
            "audit": lambda: audit(self.shop),
            "gateway": lambda: [row | {"amount": str(row["amount"])} for row in self.shop.gateway],
            "gift_cards": lambda: {code: str(left) for code, left in self.shop.gift_cards.items()},
            "webhooks": lambda: [vars(hook) for hook in self.shop.hooks.values()],
            "switches": lambda: vars(self.shop.switches),
            "deliveries": lambda: self.deliverer.view() | {"due": self.deliverer.due},
        }

    def actions(self) -> dict[str, Callable[[Json], Any]]:
        """See Sandbox."""
        return {
            "switches": self._switches,
            "key": self._key,
            "add_webhook": self._add_webhook,
            "remove_webhook": self._remove_webhook,
            "checkout": lambda body: self._summary(checkout.checkout(self.shop, body)),
            "abandon": lambda body: self._summary(checkout.checkout(self.shop, {**body, "abandoned": True})),
            "pay": self._pay,
            "send": self._send,
            "cancel": self._cancel,
            "refund": self._refund,
            "edit": self._edit,
            "delete_product": self._delete_product,
            "rename_sku": self._rename_sku,
            "dirty": self._dirty,
        }

    def _order(self, body: Json) -> Order:
        order = self.shop.orders.get(int(body["order_id"]))
        if order is None:
            raise ValueError(f"no order {body['order_id']}")
        return order

    def _summary(self, order: Order) -> Json:
        """An order for people, in plain numbers; a spoiled one as it is shown."""
        sums = totals(order, self.shop.switches)
        told = {"total": str(sums.total), "to_pay": str(sums.to_pay), "tax": str(sums.tax)}
        told |= {"currency": order.currency, "status": order.status}
        names = {"total_amount": "total", "total_pay_amount": "to_pay", "tax_amount": "tax"}
        told |= {names.get(name, name): str(value) for name, value in order.spoiled.items()}
        return {"id": order.id, **told}

    def _switches(self, body: Json) -> Json:
        """Set switches; answers them all."""
        self.shop.switches.set(body)
        self._limit(self.shop.switches)
        return vars(self.shop.switches)

    def _key(self, body: Json) -> Json:
        """The owner makes another key: {"api_key"}."""
        if not body.get("api_key"):
            raise ValueError("a key is not empty")
        self.shop.api_key = str(body["api_key"])
        return self.credentials()

    def _add_webhook(self, body: Json) -> Json:
        """Add an address in the panel: {"url", "events"?}; without events it gets all."""
        events, url = tuple(body.get("events") or ()), str(body["url"])
        unknown = set(events) - set(EVENTS)
        if unknown:
            raise ValueError(f"unknown events {sorted(unknown)}; known: {', '.join(EVENTS)}")
        if not url.startswith(("http://", "https://")):
            raise ValueError("a webhook address starts with http:// or https://")
        hook = Hook(self.shop.number("hook"), url, events)
        self.shop.hooks[hook.id] = hook
        return {"id": hook.id, "url": url, "events": list(events)}

    def _remove_webhook(self, body: Json) -> Json:
        """Remove an address: {"id"}."""
        self.shop.hooks.pop(int(body["id"]), None)
        return {"removed": int(body["id"])}

    def _pay(self, body: Json) -> Json:
        """A buyer comes back and finishes: {"order_id", "payment"?}."""
        order = self._order(body)
        if body.get("payment"):
            if self.shop.way(str(body["payment"])) is None:
                raise ValueError(f"unknown payment {body['payment']!r}")
            order.method = str(body["payment"])
        checkout.complete(self.shop, order)
        return self._summary(order)

    def _send(self, body: Json) -> Json:
        """The merchant sends the goods, which takes the money: {"order_id", "capture"?}."""
        order = self._order(body)
        life.move(self.shop, order, "done", capture=bool(body.get("capture", True)))
        return self._summary(order)

    def _cancel(self, body: Json) -> Json:
        """The merchant cancels: {"order_id"}."""
        order = self._order(body)
        life.move(self.shop, order, "cancelled")
        return self._summary(order)

    def _refund(self, body: Json) -> Json:
        """The merchant pays back: {"order_id", "amount"? | "lines"? {line id: pieces}}; without either everything."""
        amount = Decimal(str(body["amount"])) if "amount" in body else None
        lines = {int(number): int(qty) for number, qty in (body.get("lines") or {}).items()}
        order = self._order(body)
        life.refund(self.shop, order, amount=amount, lines=lines)
        return self._summary(order)

    def _edit(self, body: Json) -> Json:
        """The merchant edits a line: {"order_id", "line_id" | "line" (its place from 0), "qty"?, "price"?}."""
        order = self._order(body)
        line = self._line(order, body)
        qty, price = int(body.get("qty", line.qty)), order_write.money(body.get("price", line.price))
        if qty < 0:
            raise ValueError("qty is not below 0")
        line.qty, line.price = qty, price
        order.lines = [one for one in order.lines if one.qty]
        life.touch(self.shop, order)
        return self._summary(order)

    @staticmethod
    def _line(order: Order, body: Json) -> Line:
        for place, line in enumerate(order.lines):
            if line.id == body.get("line_id") or place == body.get("line"):
                return line
        raise ValueError(f"order {order.id} has no such line")

    def _delete_product(self, body: Json) -> Json:
        """The merchant deletes a product: {"product_id" | "sku"}."""
        product, _ = order_write.found(self.shop, body)
        products.remove(self.shop, product.id)
        return {"deleted": product.id}

    def _rename_sku(self, body: Json) -> Json:
        """The merchant changes an article number: {"product_id" | "sku", "to"}. Orders keep the old one."""
        product, variant = order_write.found(self.shop, body)
        (variant or product).sku = str(body["to"])
        product.modified = self.shop.now()
        self.shop.emit("product.update", product.id)
        return Shower(self.shop).product(product, details=True)

    def _dirty(self, body: Json) -> Json:
        """Spoil an order: {"order_id", "kind"}."""
        order = self._order(body)
        dirty.spoil(self.shop, order, str(body["kind"]))
        return self._summary(order)
