"""The sandbox's own check of its orders, for the control plane: do the vendor's identities hold?

Decides nothing; it says where an order's shown amounts disagree. Shops that round at subtotal, gift cards that lower
the total and spoiled orders are meant to appear here.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.sandboxes.woocommerce.arithmetic import ZERO, quantize
from kontera.sandboxes.woocommerce.state import Json, Line, Order, Part, Shop


def audit(shop: Shop) -> Json:
    """Every order whose amounts, as shown, disagree, with the identity that fails and by how much."""
    wrong = {str(order.id): gaps for order in shop.orders.values() if (gaps := disagreements(shop, order))}
    return {"orders": len(shop.orders), "wrong": wrong}


def disagreements(shop: Shop, order: Order) -> Json:
    """The identities that fail for an order, each with the difference."""
    places = shop.switches.decimals

    def seen(value: Decimal) -> Decimal:
        return quantize(value, places)

    parts: list[Line | Part] = [*order.lines, *order.shipping_lines, *order.fees]
    lines = sum((seen(part.total) for part in parts), ZERO)
    line_tax = sum((seen(part.total_tax) for part in parts), ZERO)
    rows = sum((seen(row.tax_total) + seen(row.shipping_tax_total) for row in order.tax_lines), ZERO)
    total, tax = seen(order.total), seen(order.total_tax)
    gaps = {
        "total = lines + tax": total - lines - tax,
        "tax = tax of lines": tax - line_tax,
        "tax = tax lines": tax - rows,
        "refunded within total": min(ZERO, total - sum((one.amount for one in shop.refunds_of(order.id)), ZERO)),
    }
    return {name: str(gap) for name, gap in gaps.items() if gap}
