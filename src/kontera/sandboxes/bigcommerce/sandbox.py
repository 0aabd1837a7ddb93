"""The BigCommerce sandbox: one store, its API under /stores/{hash}/v2 and /v3, and its control plane.

Decides how the parts are put together and what the control plane offers. Every behaviour is in the module it belongs
to; README.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.responses import Response

from kontera.clock import Clock
from kontera.sandboxes.bigcommerce import (
    dirty,
    hooks,
    money_routes,
    order_routes,
    payments,
    registers_v2,
    registers_v3,
    shipments,
)
from kontera.sandboxes.bigcommerce.answers import ApiError, v3
from kontera.sandboxes.bigcommerce.audit import audit
from kontera.sandboxes.bigcommerce.calls import Door
from kontera.sandboxes.bigcommerce.changes import AWAITING_FULFILLMENT, AWAITING_PAYMENT, PENDING, set_status
from kontera.sandboxes.bigcommerce.checkout import checkout
from kontera.sandboxes.bigcommerce.delivery import Deliverer
from kontera.sandboxes.bigcommerce.seed import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, SCOPES, STORE_HASH, new_store
from kontera.sandboxes.bigcommerce.state import Json, Order, Store, Switches, Token
from kontera.sandboxes.kit import Sandbox

_TICK_SECONDS = 0.02


class BigCommerceSandbox(Sandbox):
    """A BigCommerce store over real HTTP. `switches` are set on a fresh store, and again at every reset."""

    name = "bigcommerce"

    def __init__(self, clock: Clock | None = None, *, seed: int = 1, switches: Json | None = None) -> None:
        super().__init__(clock, limit=None, window=30.0, seed=seed)
        self._given = dict(switches or {})
        self.deliverer = Deliverer(lambda: self.store, self.faults)
        self.store = self._fresh()
        door = Door(lambda: self.store, self.calls.arrived)
        self.app = Starlette(
            routes=door.routes(
                [
                    *order_routes.endpoints(),
                    *shipments.endpoints(),
                    *money_routes.endpoints(),
                    *registers_v2.endpoints(),
                    *registers_v3.endpoints(),
                    *hooks.endpoints(),
                ]
            )
        )

    def _fresh(self) -> Store:
        switches = Switches()
        switches.set(self._given)
        store = new_store(self.clock, switches)
        store.emit = self.deliverer.emit
        return store

    # What the kit asks

    def credentials(self) -> Json:
        """See Sandbox. The client secret is what notices are signed with."""
        return {
            "store_hash": STORE_HASH,
            "access_token": ACCESS_TOKEN,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def reset(self) -> None:
        """See Sandbox."""
        self.deliverer.clear()
        self.store = self._fresh()

    def expire_tokens(self) -> None:
        """See Sandbox: as when somebody changes an API account's scopes."""
        self.store.tokens.clear()

    def fault_response(self, status: int) -> Response:
        """See Sandbox: the newer error shape, and no quota headers, as under platform load."""
        return ApiError(status).response("v3")

    def started(self) -> None:
        """See Sandbox: what has become due happens, and notices go out beside the API."""
        self.beside(self._step, _TICK_SECONDS)

    async def _step(self, client: httpx2.AsyncClient) -> int:
        self.store.settle()
        return await self.deliverer.deliver_due(client)

    # The control plane

    def views(self) -> dict[str, Callable[[], Any]]:
        """See Sandbox."""
        return {
            "orders": lambda: [
                v3(
                    {
                        "id": order.id,
                        "status_id": order.head["status_id"],
                        "total": order.head["total_inc_tax"],
                        "currency": order.currency,
                    }
                )
                for order in self.store.orders.values()
            ],
            "audit": lambda: audit(self.store),
            "gateway": lambda: v3(self.store.gateway),
            "switches": lambda: vars(self.store.switches),
            "deliveries": lambda: self.deliverer.view(),
        }

    def actions(self) -> dict[str, Callable[[Json], Any]]:
        """See Sandbox."""
        return {
            "switches": self._switches,
            "checkout": self._checkout,
            "pay": self._pay,
            "receive": self._receive,
            "dirty": self._dirty,
            "token": self._token,
            "promotion": self._promotion,
            "settle": self._settle,
        }

    def _order(self, body: Json) -> Order:
        order = self.store.orders.get(int(body["order_id"]))
        if order is None:
            raise ValueError(f"no order {body['order_id']}")
        return order

    def _summary(self, order: Order) -> Json:
        head = order.head
        shown: Json = v3(
            {
                "id": order.id,
                "total": head["total_inc_tax"],
                "tax": head["total_tax"],
                "currency": order.currency,
                "status_id": head["status_id"],
                "payment_status": head["payment_status"],
            }
        )
        return shown

    def _switches(self, body: Json) -> Any:
        self.store.switches.set(body)
        return vars(self.store.switches)

    def _checkout(self, body: Json) -> Json:
        """Check a cart out as the storefront does; see checkout.py."""
        return self._summary(checkout(self.store, body))

    def _pay(self, body: Json) -> Json:
        """An order made over the API is paid at the till: {"order_id", "how"}."""
        order = self._order(body)
        outstanding = order.head["total_inc_tax"] - payments.captured(order)
        certain = payments.pay(self.store, order, str(body.get("how", "card")), Decimal(outstanding))
        if order.head["status_id"] in {PENDING, AWAITING_PAYMENT}:
            set_status(self.store, order, AWAITING_FULFILLMENT if certain else AWAITING_PAYMENT)
        return self._summary(order)

    def _receive(self, body: Json) -> Json:
        """An offline payment arrives: {"order_id"}."""
        order = self._order(body)
        payments.receive_offline(self.store, order)
        return self._summary(order)

    def _dirty(self, body: Json) -> Json:
        """Spoil an order: {"order_id", "kind"}."""
        order = self._order(body)
        dirty.spoil(self.store, order, str(body["kind"]))
        return self._summary(order)

    def _token(self, body: Json) -> Json:
        """Make a token {"scopes": [...], "token"?, "client_id"?, "client_secret"?}, or {"revoke": token}."""
        if "revoke" in body:
            self.store.tokens.pop(str(body["revoke"]), None)
            return {"revoked": body["revoke"]}
        name = str(body.get("token") or f"sandbox-token-{self.store.number('token')}")
        made = Token(
            str(body.get("client_id", CLIENT_ID)),
            str(body.get("client_secret", CLIENT_SECRET)),
            frozenset(body.get("scopes", SCOPES)),
        )
        self.store.tokens[name] = made
        return {
            "access_token": name,
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "scopes": sorted(made.scopes),
        }

    def _promotion(self, body: Json) -> Any:
        """Switch an automatic promotion on or off: {"id": 7, "enabled": true}."""
        for promotion in self.store.promotions:
            if promotion["id"] == body["id"]:
                promotion["enabled"] = bool(body["enabled"])
                return v3(promotion)
        raise ValueError(f"no promotion {body['id']}")

    def _settle(self, body: Json) -> Json:
        """Do now what waits for time to pass (captures, refunds, stock)."""
        due, self.store.due = self.store.due, []
        for _, work in due:
            work()
        return {"done": len(due)}
