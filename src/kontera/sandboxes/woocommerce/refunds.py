"""/orders/{id}/refunds and /refunds.

Decides what a refund is allowed to be, what its lines look like, and what it does to order, stock and gateway. Errors
of this part of the vendor's API come as HTTP 500 with the meant status inside. It never edits the order's totals.
"""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from kontera.sandboxes.woocommerce import life
from kontera.sandboxes.woocommerce.arithmetic import ZERO, shown, stored
from kontera.sandboxes.woocommerce.listing import arranged, chosen, dated, pages
from kontera.sandboxes.woocommerce.order_write import amount
from kontera.sandboxes.woocommerce.orders import shower
from kontera.sandboxes.woocommerce.state import Json, Line, Order, Part, Refund, Shop
from kontera.sandboxes.woocommerce.totals import rules_of, update_taxes
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/refunds", listed_all),
        Endpoint("GET", "/orders/{order_id:int}/refunds", listed),
        Endpoint("POST", "/orders/{order_id:int}/refunds", created, "create"),
        Endpoint("GET", "/orders/{order_id:int}/refunds/{id:int}", read),
        Endpoint("DELETE", "/orders/{order_id:int}/refunds/{id:int}", deleted, "delete"),
    ]


def _refused(code: str, message: str, inside: int) -> ApiError:
    """The vendor hands the status over as bare data, so that HTTP says 500."""
    return ApiError(code, message, 500, inside)


def listed_all(call: Call) -> Any:
    """The refunds of all orders. There is no date of change in the answer, yet it can be asked for."""
    rows = chosen(call, list(call.shop.refunds.values()), lambda one: one.id)
    rows = dated(call, rows, lambda one: one.created, lambda one: one.created)
    rows = _arranged(call, rows)
    show = shower(call)
    return pages(call, rows, lambda one: show.refund(one, with_parent=True))


def listed(call: Call) -> Any:
    """An order's refunds, newest first; an unknown order has none."""
    rows = dated(call, call.shop.refunds_of(call.number("order_id")), lambda one: one.created, lambda one: one.created)
    return pages(call, _arranged(call, rows), shower(call).refund)


def _arranged(call: Call, rows: list[Refund]) -> list[Refund]:
    return arranged(call, rows, {"date": lambda one: (one.created, one.id), "id": lambda one: one.id})


def _find(call: Call) -> Refund:
    order = call.shop.orders.get(call.number("order_id"))
    if order is None:
        raise _refused("woocommerce_rest_invalid_order", "Invalid order ID.", 404)
    refund = call.shop.refunds.get(call.number())
    if refund is None or refund.order_id != order.id:
        raise _refused("woocommerce_rest_invalid_order_refund", "Invalid order refund ID.", 404)
    return refund


def read(call: Call) -> Any:
    """One refund."""
    return shower(call).refund(_find(call))


def deleted(call: Call) -> Any:
    """Gone for good, with or without force; raises no event and does not move the order's date."""
    refund = _find(call)
    answer = shower(call).refund(refund)
    del call.shop.refunds[refund.id]
    return answer


def created(call: Call) -> Any:
    """A refund from a client's body."""
    order = call.shop.orders.get(call.number("order_id"))
    if order is None:
        raise _refused("woocommerce_rest_invalid_order", "Invalid order ID.", 404)
    lines = call.body.get("line_items") or []
    asked = call.body.get("amount")
    value = _sum(lines) if asked is None else amount(asked, "amount")
    if value < 0:
        raise _refused("woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.", 400)
    refund = make(
        call.shop,
        order,
        value,
        reason=str(call.body.get("reason") or ""),
        lines=lines,
        pay_back=call.body.get("api_refund", True) is not False,
        restock=call.body.get("api_restock", True) is not False,
    )
    return shower(call).refund(refund)


def _sum(rows: list[Json]) -> Decimal:
    """What the lines come to, tax included."""
    total = ZERO
    for row in rows:
        total += amount(row.get("refund_total", 0), "refund_total")
        total += sum((amount(tax.get("refund_total", 0), "refund_tax") for tax in row.get("refund_tax") or []), ZERO)
    return total


def make(
    shop: Shop,
    order: Order,
    value: Decimal,
    *,
    reason: str = "",
    lines: list[Json] | None = None,
    pay_back: bool = False,
    restock: bool = True,
) -> Refund:
    """Make a refund of `value`. Raises ApiError when the vendor refuses it."""
    rows, rest = lines or [], life.remaining(shop, order)
    if value > rest:
        raise _refused("woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", 500)
    if pay_back:
        _gateway(shop, order, value)
    refund = Refund(shop.number("post"), order.id, shop.now(), stored(value), reason, pay_back)
    full = value >= rest
    refund.meta = [shop.meta("_refund_type", "full" if full else "partial")]
    for row in rows:
        _row(shop, order, refund, row, restock)
    update_taxes(shop, rules_of(shop, order), refund)
    shop.refunds[refund.id] = refund
    if full and order.status != "refunded":
        order.status = "refunded"
    life.touch(shop, order)
    shop.emit("action.woocommerce_order_refunded", order.id)
    return refund


def _gateway(shop: Shop, order: Order, value: Decimal) -> None:
    """The payment provider pays back, if there is one that can."""
    gateway = shop.gateways.get(order.payment_method)
    code = "woocommerce_rest_cannot_create_order_refund"
    if gateway is None:
        raise _refused(code, "The payment gateway for this order does not exist.", 500)
    if "refunds" not in gateway["method_supports"]:
        raise _refused(code, "The payment gateway for this order does not support automatic refunds.", 500)
    shop.ledgered.append({"order_id": order.id, "gateway": order.payment_method, "amount": value})
    for row in order.meta:  # the Stripe plugin adds a refund's net to what it noted at the sale
        if row.key == "_stripe_net":
            row.value = shown(Decimal(row.value) - value, 2)


def _row(shop: Shop, order: Order, refund: Refund, row: Json, restock: bool) -> None:
    """One line of a refund, turned round; an unknown line is ignored."""
    number, quantity = int(row.get("id", 0)), int(row.get("quantity", 0) or 0)
    total = amount(row.get("refund_total", 0) or 0, "refund_total")
    taxes = {
        int(tax["id"]): -stored(amount(tax.get("refund_total", 0) or 0, "refund_tax"))
        for tax in row.get("refund_tax") or []
    }
    if not quantity and not total and not taxes:
        return
    rules = rules_of(shop, order)
    for line in order.lines:
        if line.id == number:
            turned = Line(shop.number("line"), line.name, line.product_id, line.variation_id, -quantity, line.tax_class)
            turned.subtotal = turned.total = -stored(total)
            turned.taxes, turned.subtotal_taxes = taxes, dict(taxes)
            turned.total_tax = turned.subtotal_tax = sum((rules.line_tax(tax) for tax in taxes.values()), ZERO)
            turned.meta = [shop.meta("_refunded_item_id", str(number))]
            refund.lines.append(turned)
            if restock:
                life.restock(shop, line, quantity)
    for parts, into in ((order.shipping_lines, refund.shipping_lines), (order.fees, refund.fees)):
        for part in parts:
            if part.id == number:
                into.append(_turned(shop, part, -stored(total), taxes, rules.line_tax(sum(taxes.values(), ZERO))))


def _turned(shop: Shop, part: Part, total: Decimal, taxes: dict[int, Decimal], tax: Decimal) -> Part:
    turned = deepcopy(part)
    turned.id, turned.total, turned.taxes, turned.total_tax = shop.number("line"), total, taxes, tax
    turned.meta = [shop.meta("_refunded_item_id", str(part.id))]
    return turned
