"""The sandbox's own check of its orders, for the control plane: do the amounts an order shows hold together?

Decides nothing; it says where shown amounts disagree. It reads what the API shows and the rates the shop charged, and
adds them up in another way than `arithmetic.py`: from the total backwards. Spoiled orders are meant to appear here.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.money import HUNDRED, ZERO
from kontera.sandboxes.quickbutik.show import Shower
from kontera.sandboxes.quickbutik.state import Order, Shop
from kontera.sandboxes.quickbutik.switches import Json

_OERE = Decimal("0.01")


def audit(shop: Shop) -> Json:
    """Every order whose amounts, as shown, disagree, with what fails and by how much."""
    wrong = {str(order.id): gaps for order in shop.orders.values() if (gaps := disagreements(shop, order))}
    return {"orders": len(shop.orders), "wrong": wrong}


def disagreements(shop: Shop, order: Order) -> Json:
    """What does not hold for an order as it is shown."""
    shown, switches = Shower(shop).order(order, details=True), shop.switches

    def seen(name: str) -> Decimal:
        return Decimal(str(shown[name]))

    lines = sum((Decimal(str(row["price"])) * int(row["qty"]) for row in shown["products"]), ZERO)
    total = seen("total_amount")
    if switches.refund_lowers_total:
        total += sum((refund.amount for refund in order.refunds), ZERO)
    made = seen("items_amount") + seen("shipping_amount")
    if switches.payment_fee != "line":
        made += order.fee
    if not switches.total_before_discount:
        made -= abs(seen("discount_amount"))
    if order.tax_on_top:
        made += seen("tax_amount")
    gaps = {"items = lines": seen("items_amount") - lines, "total = parts": total - made}
    # Whatever the discount and the way of rounding, VAT lies between what the lowest and the highest rate would give.
    low, high = _bounds(order)
    tax = seen("tax_amount")
    if tax < low:
        gaps["tax within rates"] = tax - low
    elif tax > high:
        gaps["tax within rates"] = tax - high
    return {name: str(gap) for name, gap in gaps.items() if gap}


def _bounds(order: Order) -> tuple[Decimal, Decimal]:
    """The least and the most VAT the order can carry."""
    rates = [line.rate for line in order.lines if not line.gift_card]
    if order.shipping.price or order.fee:
        rates.append(ZERO if order.tax_free else order.standard)
    taxed = sum((line.amount for line in order.lines if not line.gift_card), ZERO)
    taxed += order.shipping.price + order.fee - order.discount
    slack = _OERE * (len(order.lines) + 2)
    least, most = min(rates, default=ZERO), max(rates, default=ZERO)
    ends = [taxed * rate / (HUNDRED if order.tax_on_top else HUNDRED + rate) for rate in (least, most)]
    return ends[0] - slack, ends[1] + slack
