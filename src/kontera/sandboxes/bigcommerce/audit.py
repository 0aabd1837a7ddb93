"""The sandbox's own check of its orders, for the control plane: do the identities of the vendor's order hold?

Decides nothing; it says where an order's amounts disagree. Spoiled orders are meant to appear here.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.sandboxes.bigcommerce.amounts import ZERO
from kontera.sandboxes.bigcommerce.payments import captured
from kontera.sandboxes.bigcommerce.state import Json, Order, Store

_CHARGES = ("shipping_cost", "handling_cost", "wrapping_cost")


def audit(store: Store) -> Json:
    """Every order whose amounts disagree, with the identity that fails and by how much."""
    wrong = {str(order.id): gaps for order in store.orders.values() if (gaps := disagreements(store, order))}
    return {"orders": len(store.orders), "wrong": wrong}


def disagreements(store: Store, order: Order) -> Json:
    """The identities that fail for an order, each with the difference; none for an honest order."""
    head = order.head
    side = {name: sum((head[f"{charge}_{name}"] for charge in _CHARGES), ZERO) for name in ("inc_tax", "tax")}
    reductions = head["discount_amount"] + head["coupon_discount"]
    tolerance = Decimal(1).scaleb(-store.rules(order.currency).decimals) if _drifts(store) else ZERO
    fees = sum((fee["cost_inc_tax"] for fee in order.fees), ZERO)
    lines = sum((line["discounted_total_inc_tax"] for line in order.lines), ZERO)
    tax_rows = sum((row["line_amount"] for row in order.taxes), ZERO)
    fee_tax = sum((fee["cost_tax"] for fee in order.fees), ZERO)
    gaps = {
        "total = subtotal + charges - reductions": head["total_inc_tax"]
        - (head["subtotal_inc_tax"] + side["inc_tax"] - reductions),
        "total without tax = total - tax": head["total_ex_tax"] - (head["total_inc_tax"] - head["total_tax"]),
        "tax = tax of the parts": head["total_tax"] - head["subtotal_tax"] - side["tax"],
    }
    drifting = {
        "total = charged lines + fees + charges": head["total_inc_tax"] - lines - fees - side["inc_tax"],
        "tax = tax rows + tax of fees": head["total_tax"] - tax_rows - fee_tax,
    }
    if head["payment_status"] in {"captured", "paid"}:
        gaps["payments = total"] = captured(order) - head["total_inc_tax"]
    found = {name: str(gap) for name, gap in gaps.items() if gap}
    # with NO_ROUNDING the parts carry four decimals and only the total is rounded
    return found | {name: str(gap) for name, gap in drifting.items() if abs(gap) > tolerance}


def _drifts(store: Store) -> bool:
    return store.switches.rounding_strategy == "NO_ROUNDING"
