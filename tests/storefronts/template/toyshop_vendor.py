"""A vendor of a few lines with an API of its own: the shop the template is written for, under another name."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kontera.clock import Clock
from kontera.sandboxes.kit import Sandbox, json_bytes, json_response, parse_json

_EVER = "2000-01-01T00:00:00+00:00"
KEY, SECRET = "toy-key", "toy-secret"


class ToyShop(Sandbox):
    """Orders, a list by the time of change, hooks, and a key that can be taken away."""

    name = "toyshop"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.app = Starlette(
            routes=[
                Route("/orders", self._list),
                Route("/orders/{order}", self._one),
                Route("/hooks", self._hooks, methods=["GET", "POST"]),
            ]
        )
        self.reset()

    def reset(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.hooks: list[dict[str, Any]] = []
        self.keys = {KEY: {"orders", "hooks"}}

    def place(self) -> str:
        """One order: two cups, a delivery, 25 % VAT, paid by card."""
        number, now = len(self.orders) + 1, self._now()
        lines = [
            _line(f"{number}-1", "goods", "Kopp", 2, "49.50", "99.00", "19.80"),
            _line(f"{number}-2", "delivery", "Frakt", 1, "49.00", "49.00", "9.80"),
        ]
        person = {"name": "Åsa Öström", "city": "Malmö", "postcode": "211 34", "country": "SE"}
        paid = {"id": f"p{number}", "method": "Card", "amount": "148.00", "paid_at": now, "reference": f"ch_{number}"}
        self.orders[number] = {
            "id": str(number), "number": f"T{number}", "state": "paid", "placed_at": now, "changed_at": now,
            "currency": "SEK", "total": "148.00", "vat": "29.60", "lines": lines, "billing": person,
            "delivery": person, "payments": [paid],
        }  # fmt: skip
        return str(number)

    def touch(self, order: str) -> None:
        """Its time of change moves on."""
        self.orders[int(order)]["changed_at"] = self._now()

    def signed(self, body: bytes, sent_at: datetime) -> dict[str, str]:
        """The headers of a notice."""
        stamp = str(int(sent_at.timestamp()))
        made = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).digest()
        return {"X-ToyShop-Time": stamp, "X-ToyShop-Signature": base64.b64encode(made).decode()}

    def notice(self, order: str) -> bytes:
        """What it says about an order."""
        return json_bytes({"event": f"evt-{order}", "order": order})

    def fault_response(self, status: int) -> Response:
        return json_response({"error": f"status {status}"}, status, {"Retry-After": "7"} if status == 429 else None)

    async def _list(self, request: Request) -> Response:
        refusal = self._refusal(request, "orders")
        if refusal:
            return refusal
        query = request.query_params
        first = (datetime.fromisoformat(query.get("changed_from", _EVER)), int(query.get("after") or -1))
        rows = sorted((datetime.fromisoformat(order["changed_at"]), number) for number, order in self.orders.items())
        found = [number for at, number in rows if (at, number) > first][: int(query.get("limit", 20))]
        names = ("id", "changed_at")
        return json_response({"orders": [{name: self.orders[number][name] for name in names} for number in found]})

    async def _one(self, request: Request) -> Response:
        refusal = self._refusal(request, "orders")
        if refusal:
            return refusal
        number = request.path_params["order"]
        if not number.isdecimal() or int(number) not in self.orders:
            return json_response({"error": "no such order"}, 404)
        return json_response(self.orders[int(number)])

    async def _hooks(self, request: Request) -> Response:
        refusal = self._refusal(request, "hooks")
        if refusal:
            return refusal
        if request.method == "POST":
            self.hooks.append({**parse_json(await request.body()), "active": True})
        return json_response({"hooks": self.hooks}, 201 if request.method == "POST" else 200)

    def _refusal(self, request: Request, scope: str) -> Response | None:
        scopes = self.keys.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if scopes is None:
            return json_response({"error": "unknown key"}, 401)
        return None if scope in scopes else json_response({"error": f"the key lacks {scope}"}, 403)

    def _now(self) -> str:
        return self.clock.now().replace(microsecond=0).isoformat()


def _line(identity: str, kind: str, name: str, quantity: int, price: str, charged: str, vat: str) -> dict[str, Any]:
    return {
        "id": identity, "kind": kind, "sku": identity.upper(), "name": name, "quantity": quantity, "price": price,
        "charged": charged, "vat_rate": "25", "vat": vat,
    }  # fmt: skip
