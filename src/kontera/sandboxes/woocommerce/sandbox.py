"""The WooCommerce sandbox: one shop, its API under /wp-json/wc/v3, and its control plane.

Decides how the parts are put together and what the control plane offers. Every behaviour is in the module it belongs
to; README.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kontera.clock import Clock
from kontera.sandboxes.kit import Sandbox, json_response
from kontera.sandboxes.woocommerce import (
    checkout,
    dirty,
    hooks,
    life,
    orders,
    products,
    refunds,
    registers,
    settings,
    setup,
)
from kontera.sandboxes.woocommerce.arithmetic import shown
from kontera.sandboxes.woocommerce.audit import audit
from kontera.sandboxes.woocommerce.delivery import Deliverer
from kontera.sandboxes.woocommerce.handover import HandOver
from kontera.sandboxes.woocommerce.seed import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    READ_KEY,
    READ_SECRET,
    WRITE_KEY,
    WRITE_SECRET,
    new_shop,
)
from kontera.sandboxes.woocommerce.state import Json, Key, Order, Shop, Switches
from kontera.sandboxes.woocommerce.web import ROOT, ApiError, Door, base_of, finished

_TICK_SECONDS = 0.02
_NAMESPACES = ("oembed/1.0", "wc/v3", "wc/v1", "wc/v2", "wc/store", "wc/store/v1", "wp/v2")


class WooCommerceSandbox(Sandbox):
    """A WooCommerce shop over real HTTP. `switches` are set on a fresh shop, and again at every reset; an `empty` one
    has set-up and keys but no rates, products or people."""

    name = "woocommerce"

    def __init__(
        self, clock: Clock | None = None, *, seed: int = 1, switches: Json | None = None, empty: bool = False
    ) -> None:
        super().__init__(clock, limit=None, window=30.0, seed=seed)
        self._given, self._empty = dict(switches or {}), empty
        self.deliverer = Deliverer(lambda: self.shop, self.faults, lambda: f"{self.base_url}{ROOT}")
        self.shop = self._fresh()
        endpoints = [
            one for part in (orders, refunds, products, registers, settings, setup, hooks) for one in part.endpoints()
        ]
        self._routes = sorted({ROOT.removeprefix("/wp-json") + one.path for one in endpoints})
        door = Door(lambda: self.shop, self.calls.arrived)
        self.app = _PlainLinks(
            Starlette(
                routes=[
                    *door.routes(endpoints),
                    *HandOver(lambda: self.shop).routes(),
                    Route("/wp-json/", self._index),
                    Route("/wp-json", self._index),
                    Route(ROOT, self._namespace),
                    Route("/wp-json/{rest:path}", self._unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
                ],
                exception_handlers={405: self._unknown_error},
            )
        )

    def _fresh(self) -> Shop:
        switches = Switches()
        switches.set(self._given)
        return new_shop(self.clock, switches, self.deliverer.emit, empty=self._empty)

    # What WordPress itself answers

    async def _index(self, request: Request) -> Response:
        site = str(request.base_url).rstrip("/")
        body = {
            "name": "Nordisk Kaffe",
            "description": "",
            "url": site,
            "home": site,
            "gmt_offset": self._offset(),
            "timezone_string": self.shop.switches.timezone,
            "namespaces": list(_NAMESPACES),
            "authentication": {
                "application-passwords": {"endpoints": {"authorization": f"{site}/wp-admin/authorize-application.php"}}
            },
        }
        return finished(json_response(body), base_of(self.shop, request))

    def _offset(self) -> int:
        """Whole hours the shop's clock is ahead of GMT."""
        ahead = self.shop.now().astimezone(self.shop.zone).utcoffset()
        return int(ahead.total_seconds() // 3600) if ahead else 0

    async def _namespace(self, request: Request) -> Response:
        routes = {route: {"namespace": "wc/v3"} for route in self._routes}
        return finished(json_response({"namespace": "wc/v3", "routes": routes}), base_of(self.shop, request))

    async def _unknown(self, request: Request) -> Response:
        message = "No route was found matching the URL and request method."
        return finished(ApiError("rest_no_route", message, 404).response(), base_of(self.shop, request))

    async def _unknown_error(self, request: Request, error: Exception) -> Response:
        return await self._unknown(request)

    # What the kit asks

    def credentials(self) -> Json:
        """See Sandbox. Two more keys can only read, or only write."""
        return {
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": CONSUMER_SECRET,
            "read_key": READ_KEY,
            "read_secret": READ_SECRET,
            "write_key": WRITE_KEY,
            "write_secret": WRITE_SECRET,
        }

    def reset(self) -> None:
        """See Sandbox."""
        self.deliverer.clear()
        self.shop = self._fresh()

    def expire_tokens(self) -> None:
        """See Sandbox: as when the administrator who made the keys is removed."""
        self.shop.keys.clear()

    def fault_response(self, status: int) -> Response:
        """See Sandbox: what PHP says when it has died, or a host's limiter."""
        if status >= 500:
            message = "<p>There has been a critical error on this website.</p>"
            return ApiError("internal_server_error", message, status, {"status": status}).response()
        return ApiError("rest_forbidden", "Sorry, you are not allowed to do that.", status).response()

    def started(self) -> None:
        """See Sandbox: webhooks go out beside the API."""
        self.beside(self.deliverer.deliver_due, _TICK_SECONDS)

    # The control plane

    def views(self) -> dict[str, Callable[[], Any]]:
        """See Sandbox."""
        return {
            "orders": lambda: [self._summary(order) for order in self.shop.orders.values()],
            "audit": lambda: audit(self.shop),
            "gateway": lambda: [row | {"amount": str(row["amount"])} for row in self.shop.ledgered],
            "switches": lambda: vars(self.shop.switches),
            "deliveries": lambda: self.deliverer.view(),
        }

    def actions(self) -> dict[str, Callable[[Json], Any]]:
        """See Sandbox."""
        return {
            "switches": self._switches,
            "checkout": lambda body: self._summary(checkout.checkout(self.shop, body)),
            "pay": self._pay,
            "refund": self._refund,
            "status": self._status,
            "dirty": self._dirty,
            "key": self._key,
            "number": self._number,
        }

    def _order(self, body: Json) -> Order:
        order = self.shop.orders.get(int(body["order_id"]))
        if order is None:
            raise ValueError(f"no order {body['order_id']}")
        return order

    def _summary(self, order: Order) -> Json:
        places = self.shop.switches.decimals
        return {
            "id": order.id,
            "total": shown(order.total, places),
            "tax": shown(order.total_tax, places),
            "currency": order.currency,
            "status": order.status,
        }

    def _switches(self, body: Json) -> Any:
        self.shop.switches.set(body)
        return vars(self.shop.switches)

    def _pay(self, body: Json) -> Json:
        """An order that waits for money is paid: {"order_id", "how"}."""
        order, how = self._order(body), str(body.get("how", "stripe"))
        if how not in checkout.WAYS:
            raise ValueError(f"unknown way of paying {how!r}; known: {', '.join(checkout.WAYS)}")
        if not order.payment_method:
            order.payment_method, order.payment_method_title, _ = checkout.WAYS[how]
        checkout.charge(self.shop, order, how)
        life.touch(self.shop, order)
        return self._summary(order)

    def _refund(self, body: Json) -> Json:
        """An administrator refunds: {"order_id", "amount", "reason"?, "lines"?, "pay_back"?, "restock"?}."""
        order = self._order(body)
        try:
            refunds.make(
                self.shop,
                order,
                Decimal(str(body["amount"])),
                reason=str(body.get("reason", "")),
                lines=body.get("lines"),
                pay_back=bool(body.get("pay_back", False)),
                restock=bool(body.get("restock", True)),
            )
        except ApiError as error:
            raise ValueError(str(error)) from error
        return self._summary(order)

    def _status(self, body: Json) -> Json:
        """An administrator moves an order: {"order_id", "status"}."""
        order = self._order(body)
        life.set_status(self.shop, order, str(body["status"]))
        life.touch(self.shop, order)
        return self._summary(order)

    def _dirty(self, body: Json) -> Json:
        """Spoil an order: {"order_id", "kind"}."""
        order = self._order(body)
        dirty.spoil(self.shop, order, str(body["kind"]))
        return self._summary(order)

    def _key(self, body: Json) -> Json:
        """Make a key {"consumer_key", "consumer_secret", "permissions"?}, or {"revoke": key}."""
        if "revoke" in body:
            self.shop.keys.pop(str(body["revoke"]), None)
            return {"revoked": body["revoke"]}
        made = Key(str(body["consumer_key"]), str(body["consumer_secret"]), str(body.get("permissions", "read_write")))
        if made.permissions not in {"read", "write", "read_write"}:
            raise ValueError(f"unknown permissions {made.permissions!r}")
        self.shop.keys[made.consumer_key] = made
        return {"consumer_key": made.consumer_key, "permissions": made.permissions}

    def _number(self, body: Json) -> Json:
        """Make `next` the next number of a kind: {"kind": "post" | "line" | "user" | "rate" | "hook", "next"}."""
        self.shop.start_at(str(body["kind"]), int(body["next"]))
        return {"kind": body["kind"], "next": body["next"]}


class _PlainLinks:
    """Shops without pretty links are called with ?rest_route=/wc/v3/...: the same routes under another address."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Move the route from the query into the path."""
        if scope["type"] == "http" and scope["path"] in {"/", "/index.php"}:
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("rest_route", [""])[0]
            if asked:
                scope = {**scope, "path": "/wp-json" + asked.rstrip("/"), "raw_path": b""}
        await self._app(scope, receive, send)
