"""An order's life: its statuses, when it counts as paid, and what that does to stock.

Decides the side effects of a status and which events are raised. It never reads a request nor works out a total.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from kontera.sandboxes.woocommerce.arithmetic import ZERO
from kontera.sandboxes.woocommerce.show import Shower
from kontera.sandboxes.woocommerce.state import Line, Order, Product, Refund, Shop

STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
_TAKES_STOCK = frozenset({"on-hold", "processing", "completed"})
_GIVES_STOCK = frozenset({"cancelled", "pending"})


def touch(shop: Shop, order: Order, *, quiet: bool = False) -> None:
    """An order has been saved: its date moves and order.updated is raised."""
    order.modified = shop.now()
    if not quiet:
        shop.emit("order.updated", order.id)


def set_status(shop: Shop, order: Order, status: str) -> None:
    """Move an order to a status, with what follows from it."""
    before, order.status = order.status, status
    if status == before:
        return
    now = shop.now()
    _date_paid(shop, order, now)
    if status == "completed" and order.completed is None:
        order.completed = now
    if status in _TAKES_STOCK:
        take_stock(shop, order)
    elif status in _GIVES_STOCK:
        give_stock_back(shop, order)
    if status == "refunded":
        _refund_the_rest(shop, order)


def pay(shop: Shop, order: Order, transaction_id: str = "") -> None:
    """Payment is complete: processing, or completed when nothing has to be sent."""
    if transaction_id:
        order.transaction_id = transaction_id
    order.paid = order.paid or shop.now()
    set_status(shop, order, "processing" if Shower(shop, "").needs_processing(order) else "completed")


def _date_paid(shop: Shop, order: Order, now: datetime) -> None:
    """A status that means paid sets the date; cash on delivery is paid when completed."""
    if order.paid is not None:
        return
    needs = Shower(shop, "").needs_processing(order)
    reached = "processing" if needs and order.payment_method != "cod" else "completed"
    if order.status == reached or (reached == "processing" and order.status == "completed"):
        order.paid = now


def remaining(shop: Shop, order: Order) -> Decimal:
    """What can still be refunded."""
    return order.total - sum((one.amount for one in shop.refunds_of(order.id)), ZERO)


def _refund_the_rest(shop: Shop, order: Order) -> None:
    """Setting the status alone makes core add a refund without lines."""
    rest = remaining(shop, order)
    if rest > 0:
        number = shop.number("post")
        refund = Refund(number, order.id, shop.now(), rest, "Order fully refunded.")
        refund.meta = [shop.meta("_refund_type", "full")]
        shop.refunds[number] = refund


# Stock


def stocked(shop: Shop, line: Line) -> Product | None:
    """The product whose stock a line moves: the variation's, or its parent's when that one keeps it."""
    product = shop.products.get(line.variation_id or line.product_id)
    if product is not None and not product.manage_stock and product.parent_id:
        product = shop.products.get(product.parent_id)
    return product if product is not None and product.manage_stock else None


def move_stock(shop: Shop, product: Product, by: int) -> None:
    """Change a product's stock; the change moves its date and its parent's."""
    product.stock_quantity = (product.stock_quantity or 0) + by
    settle_stock(product)
    for one in (product, shop.products.get(product.parent_id)):
        if one is not None:
            one.modified = shop.now()
            shop.emit("product.updated", one.id)


def settle_stock(product: Product) -> None:
    """The word for a managed stock."""
    if product.manage_stock:
        enough = (product.stock_quantity or 0) > 0
        product.stock_status = "instock" if enough else ("onbackorder" if product.backorders != "no" else "outofstock")


def take_stock(shop: Shop, order: Order) -> None:
    """Take an order's goods out of stock, once; availability is not asked."""
    if order.stock_reduced:
        return
    order.stock_reduced = True
    for line in order.lines:
        product = stocked(shop, line)
        sold = shop.products.get(line.product_id)
        if sold is not None:
            sold.total_sales += line.quantity
        if product is not None:
            move_stock(shop, product, -line.quantity)
            line.meta.append(shop.meta("_reduced_stock", str(line.quantity)))


def give_stock_back(shop: Shop, order: Order) -> None:
    """Put back what an order took."""
    if not order.stock_reduced:
        return
    order.stock_reduced = False
    for line in order.lines:
        for row in [row for row in line.meta if row.key == "_reduced_stock"]:
            product = stocked(shop, line)
            if product is not None:
                move_stock(shop, product, int(row.value))
            line.meta.remove(row)


def restock(shop: Shop, line: Line, quantity: int) -> None:
    """Put back the goods of a refunded line, never more than it took."""
    row = next((row for row in line.meta if row.key == "_reduced_stock"), None)
    product = stocked(shop, line)
    if row is None or product is None or quantity <= 0:
        return
    back = min(quantity, int(row.value))
    row.value = str(int(row.value) - back)
    noted = next((one for one in line.meta if one.key == "_restock_refunded_items"), None)
    if noted is None:
        line.meta.append(shop.meta("_restock_refunded_items", str(back)))
    else:
        noted.value = str(int(noted.value) + back)
    move_stock(shop, product, back)
