"""What happens to an order after it exists: its status, the stock that follows it, and the notices that go out.

Decides the side effects of a status: date_modified, stock taken and put back, webhooks. A status never moves money:
that is `payments.py` and `refunds.py`.
"""

from __future__ import annotations

from kontera.sandboxes.bigcommerce.build import touch
from kontera.sandboxes.bigcommerce.seed_data import STATUS_NAMES
from kontera.sandboxes.bigcommerce.state import Json, Order, Store

INCOMPLETE, PENDING, SHIPPED, PARTLY_SHIPPED, REFUNDED, CANCELLED, DECLINED = range(7)
AWAITING_PAYMENT, AWAITING_PICKUP, AWAITING_SHIPMENT, COMPLETED, AWAITING_FULFILLMENT = range(7, 12)
PARTLY_REFUNDED = 14
_UNPLACED = frozenset({INCOMPLETE, DECLINED})
_DONE = frozenset({SHIPPED, COMPLETED})


def announce_created(store: Store, order: Order) -> None:
    """The order has come into being."""
    store.emit("store/order/created", {"type": "order", "id": order.id})


def announce_updated(store: Store, order: Order) -> None:
    """Something about the order has changed; date_modified follows."""
    touch(store, order)
    store.emit("store/order/updated", {"type": "order", "id": order.id})


def set_status(store: Store, order: Order, status_id: int) -> None:
    """Give the order a status, with what the vendor does then; nothing when it has it already."""
    before = order.head["status_id"]
    if before == status_id:
        return
    order.head["status_id"] = status_id
    order.head["status"] = STATUS_NAMES.get(status_id, "")
    if status_id in _DONE and not order.head["date_shipped"] and not order.head["order_is_digital"]:
        order.head["date_shipped"] = store.now()
    _move_stock(store, order)
    store.emit(
        "store/order/statusUpdated",
        {"type": "order", "id": order.id, "status": {"previous_status_id": before, "new_status_id": status_id}},
    )
    if store.switches.webhook_bursts:
        announce_updated(store, order)
    else:
        touch(store, order)


def _move_stock(store: Store, order: Order) -> None:
    """Take the goods out of stock, or put them back, as the shop's inventory settings say."""
    status = order.head["status_id"]
    taken = bool(order.head.get("_stock_taken"))
    placed = status not in _UNPLACED
    takes = placed if store.switches.decrement_stock == "order_placed" else status in _DONE
    if not taken and takes and status not in {CANCELLED, REFUNDED}:
        _adjust(store, order, -1)
    elif taken and status in {CANCELLED, REFUNDED} and store.switches.restock_on_status:
        _adjust(store, order, 1)


def _adjust(store: Store, order: Order, sign: int) -> None:
    order.head["_stock_taken"] = sign < 0
    for line in order.lines:
        product = store.products.get(line["product_id"])
        if product is None or product["inventory_tracking"] == "none":
            continue
        change_stock(store, product, line["variant_id"], sign * line["quantity"], "relative")


def change_stock(store: Store, product: Json, variant_id: int, value: int, method: str) -> None:
    """Change or set a stock level of an article, or of its variant when variants are tracked; a notice goes out."""
    variant = next((entry for entry in product["variants"] if entry["id"] == variant_id), None)
    if product["inventory_tracking"] == "variant" and variant is not None:
        target, data = variant, {"type": "sku", "id": variant["id"]}
        scope = "store/sku/inventory/updated"
    else:
        target, data = product, {"type": "product", "id": product["id"]}
        scope = "store/product/inventory/updated"
    target["inventory_level"] = value if method == "absolute" else target["inventory_level"] + value
    inventory = {"product_id": product["id"], "method": method, "value": value}
    if target is variant:
        inventory["variant_id"] = variant["id"]
    store.emit(scope, {**data, "inventory": inventory})
