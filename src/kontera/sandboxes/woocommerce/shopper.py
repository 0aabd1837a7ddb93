"""A shopper at the sandboxed shop: checks out as the storefront would, over the control plane.

Decides nothing: the shop prices the cart. For tests, training and demonstrations; a real shop has no such door.
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
    status: str


class Shopper(Visitor):
    """Someone who shops. `base_url` is where the sandbox is served."""

    def checkout(self, *lines: dict[str, Any], **cart: Any) -> Bought:
        """Buy. Lines are {"sku" or "product_id", "quantity"}; the rest of the cart is described in the README ("The
        shopper"). Raises ValueError when the shop refuses."""
        return msgspec.convert(self.act("checkout", lines=list(lines), **cart), Bought, strict=False)

    def pay(self, order_id: int, how: str = "stripe") -> Bought:
        """Pay an order that waits for money."""
        return msgspec.convert(self.act("pay", order_id=order_id, how=how), Bought, strict=False)

    def refund(self, order_id: int, **refund: Any) -> Bought:
        """Refund as an administrator does: `amount`, `reason`, `lines` (see the README)."""
        return msgspec.convert(self.act("refund", order_id=order_id, **refund), Bought, strict=False)

    def status(self, order_id: int, status: str) -> Bought:
        """Move an order to a status, as an administrator does."""
        return msgspec.convert(self.act("status", order_id=order_id, status=status), Bought, strict=False)

    def spoil(self, order_id: int, kind: str) -> Bought:
        """Make an order dirty; see dirty.py for the kinds."""
        return msgspec.convert(self.act("dirty", order_id=order_id, kind=kind), Bought, strict=False)
