"""A shopper at the sandboxed store: checks out as the storefront would, over the control plane.

Decides nothing: the store prices the cart. For tests, training and demonstrations; a real store has no such door.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from kontera.sandboxes.kit.shopping import Visitor


class Bought(msgspec.Struct, frozen=True):
    """An order as the shopper sees it at the end: `total` is what is charged, in `currency`."""

    id: int
    total: Decimal
    tax: Decimal
    currency: str
    status_id: int
    payment_status: str


class Shopper(Visitor):
    """Someone who shops. `base_url` is where the sandbox is served."""

    def checkout(self, *lines: dict[str, Any], **cart: Any) -> Bought:
        """Buy. Lines are {"sku", "quantity", "wrapping"?, "ship_to"?} or {"gift_certificate": {"amount"}}; the rest
        of the cart is described in the README ("The shopper"). Raises ValueError when the shop refuses."""
        return msgspec.convert(self.act("checkout", lines=list(lines), **cart), Bought)

    def pay(self, order_id: int, how: str = "card") -> Bought:
        """Pay an order that was made over the API."""
        return msgspec.convert(self.act("pay", order_id=order_id, how=how), Bought)

    def receive(self, order_id: int) -> Bought:
        """Let an offline payment arrive."""
        return msgspec.convert(self.act("receive", order_id=order_id), Bought)

    def spoil(self, order_id: int, kind: str) -> Bought:
        """Make an order dirty; see dirty.py for the kinds."""
        return msgspec.convert(self.act("dirty", order_id=order_id, kind=kind), Bought)
