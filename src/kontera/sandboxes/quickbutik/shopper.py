"""A shopper and a merchant at the sandboxed shop: the storefront and the panel, over the control plane.

Decides nothing: the shop prices the cart. For tests, training and demonstrations; a real shop has no such door.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from kontera.sandboxes.kit.shopping import Visitor


class Bought(msgspec.Struct, frozen=True):
    """An order as the shopper sees it at the end: `total` is what it costs, `to_pay` what is left after gift cards."""

    id: int
    total: Decimal
    to_pay: Decimal
    tax: Decimal
    currency: str
    status: str


class Shopper(Visitor):
    """Someone who shops, and the merchant who looks after it. `base_url` is where the sandbox is served."""

    def _bought(self, action: str, **body: Any) -> Bought:
        return msgspec.convert(self.act(action, **body), Bought, strict=False)

    def checkout(self, *lines: dict[str, Any], **cart: Any) -> Bought:
        """Buy. Lines are {"sku" or "product_id", "qty"}; the rest of the cart is described in the README ("The
        shopper"). Raises ValueError when the shop refuses."""
        return self._bought("checkout", lines=list(lines), **cart)

    def abandon(self, *lines: dict[str, Any], **cart: Any) -> Bought:
        """Begin a checkout and leave: an unpaid order."""
        return self._bought("abandon", lines=list(lines), **cart)

    def pay(self, order_id: int, **how: Any) -> Bought:
        """Come back to an unpaid order and finish it."""
        return self._bought("pay", order_id=order_id, **how)

    def send(self, order_id: int, **how: Any) -> Bought:
        """Send the goods as the merchant does; takes the money unless `capture` is False."""
        return self._bought("send", order_id=order_id, **how)

    def cancel(self, order_id: int) -> Bought:
        """Cancel as the merchant does."""
        return self._bought("cancel", order_id=order_id)

    def refund(self, order_id: int, **refund: Any) -> Bought:
        """Pay back as the merchant does: `amount`, `lines`, or everything."""
        return self._bought("refund", order_id=order_id, **refund)

    def edit(self, order_id: int, **edit: Any) -> Bought:
        """Change a line as the merchant does: `line` or `line_id`, `qty`, `price`."""
        return self._bought("edit", order_id=order_id, **edit)

    def spoil(self, order_id: int, kind: str) -> Bought:
        """Make an order dirty; see dirty.py for the kinds."""
        return self._bought("dirty", order_id=order_id, kind=kind)
