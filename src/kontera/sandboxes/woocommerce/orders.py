"""/orders: list, read, create, change, trash, delete, batch, notes.

Decides which orders a query finds and what a deletion does. What a body does to an order is `order_write.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kontera.sandboxes.woocommerce import life, order_write
from kontera.sandboxes.woocommerce.listing import arranged, chosen, dated, pages
from kontera.sandboxes.woocommerce.show import Shower, dates, links
from kontera.sandboxes.woocommerce.state import Json, Order, Shop
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint, invalid, missing

_HIDDEN = frozenset({"trash", "auto-draft"})


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/orders", listed),
        Endpoint("POST", "/orders", created, "create"),
        Endpoint("POST", "/orders/batch", batched, "batch"),
        Endpoint("GET", "/orders/{id:int}", read),
        Endpoint("PUT", "/orders/{id:int}", changed, "edit"),
        Endpoint("DELETE", "/orders/{id:int}", deleted, "delete"),
        Endpoint("GET", "/orders/{order_id:int}/notes", notes),
        Endpoint("POST", "/orders/{order_id:int}/notes", noted, "create"),
    ]


def shower(call: Call) -> Shower:
    """Shows with the decimals asked for."""
    return Shower(call.shop, call.base, call.whole("dp", call.shop.switches.decimals, 0))


def find(call: Call, name: str = "id", status: int = 404) -> Order:
    """The order in the path."""
    order = call.shop.orders.get(call.number(name))
    if order is None:
        raise ApiError("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", status)
    return order


def listed(call: Call) -> Any:
    """A page of orders."""
    statuses = call.listed("status") or ["any"]
    known = {*life.STATUSES, "any", "trash", "auto-draft", *(one.status for one in call.shop.orders.values())}
    if not set(statuses) <= known:
        raise invalid("status", "status[0] is not one of any, trash, pending, processing.", "rest_not_in_enum")
    rows = [one for one in call.shop.orders.values() if _status(one, statuses)]
    rows = chosen(call, rows, lambda order: order.id)
    rows = dated(call, rows, lambda order: order.created, lambda order: order.modified)
    rows = [one for one in rows if _matches(call, one)]
    rows = arranged(
        call,
        rows,
        {
            "date": lambda order: (order.created, order.id),
            "id": lambda order: order.id,
            "modified": lambda order: (order.modified, order.id),
            "title": lambda order: order.id,
            "slug": lambda order: order.id,
        },
    )
    show = shower(call)
    dp = str(call.shop.switches.decimals)
    defaults = (*((f"status[{place}]", one) for place, one in enumerate(statuses)), ("dp", dp), ("context", "view"))
    return pages(call, rows, show.order, defaults, total_past_end=not call.shop.switches.hpos)


def _status(order: Order, statuses: list[str]) -> bool:
    return order.status in statuses or ("any" in statuses and order.status not in _HIDDEN)


def _matches(call: Call, order: Order) -> bool:
    customer, product, search = call.text("customer"), call.text("product"), call.text("search").lower()
    if customer and order.customer_id != call.whole("customer", 0, 0):
        return False
    if product and not any(str(one) == product for line in order.lines for one in (line.product_id, line.variation_id)):
        return False
    if search:
        texts = [str(order.id), *order.billing.values(), *order.shipping.values(), *(line.name for line in order.lines)]
        return search in " ".join(texts).lower()
    return True


def read(call: Call) -> Any:
    """One order, also a trashed one."""
    return shower(call).order(find(call))


def created(call: Call) -> Any:
    """A new order."""
    if call.body.get("id"):
        raise ApiError("woocommerce_rest_shop_order_exists", "Cannot create existing shop_order.", 400)
    return shower(call).order(order_write.create(call.shop, call.body))


def changed(call: Call) -> Any:
    """A change; a status other than trash restores a trashed order."""
    order = find(call, status=400)
    order_write.update(call.shop, order, call.body)
    return shower(call).order(order)


def deleted(call: Call) -> Any:
    """To the trash (the answer shows the order as it was), or away with `force`."""
    order, shop = find(call), call.shop
    answer = shower(call).order(order)
    if call.flag("force"):
        remove(shop, order)
        return answer
    if order.status == "trash":
        raise ApiError("woocommerce_rest_already_trashed", "The shop_order has already been deleted.", 410)
    order.status = "trash"
    life.touch(shop, order, quiet=True)
    shop.emit("order.deleted", order.id)
    if not shop.switches.hpos:  # a post is trashed, and the product topic listens to posts
        shop.emit("product.deleted", order.id)
    return answer


def remove(shop: Shop, order: Order) -> None:
    """An order and its refunds are gone; nobody is told."""
    del shop.orders[order.id]
    for refund in shop.refunds_of(order.id):
        del shop.refunds[refund.id]


def batched(call: Call) -> Any:
    """Several at once; each failure stands in its own place."""

    def delete(part: Call) -> Any:
        part.query["force"] = "true"
        return deleted(part)

    return batch(call, created, changed, delete)


def batch(
    call: Call, create: Callable[[Call], Any], change: Callable[[Call], Any], delete: Callable[[Call], Any]
) -> Json:
    """`create`, `update` and `delete` of a batch call, in that order. Raises ApiError over the limit."""
    groups = [(name, call.body.get(name) or []) for name in ("create", "update", "delete")]
    limit = call.shop.switches.batch_limit
    if sum(len(rows) for _, rows in groups) > limit:
        raise ApiError(
            "woocommerce_rest_request_entity_too_large",
            f"Unable to accept more than {limit} items for this request.",
            413,
        )
    answer: Json = {}
    for name, rows in groups:
        if rows:
            work = {"create": create, "update": change, "delete": delete}[name]
            answer[name] = [_one(call, work, row, name) for row in rows]
    return answer


def _one(call: Call, work: Callable[[Call], Any], row: Any, name: str) -> Any:
    number = int(row if name == "delete" else row.get("id", 0) or 0)
    body = {} if name == "delete" else {key: value for key, value in row.items() if key != "id"}
    part = Call(call.shop, call.method, call.base, {**call.path, "id": number}, {}, [], body, call.key, call.route)
    try:
        return work(part)
    except ApiError as error:
        told = {"code": error.body["code"], "message": error.body["message"], "data": error.body["data"]}
        return {"id": number, "error": told}


def notes(call: Call) -> Any:
    """An order's notes, newest first."""
    order = find(call, "order_id")
    rows = list(reversed(call.shop.notes.get(order.id, [])))
    return [_note(call, order, row) for row in rows]


def noted(call: Call) -> Any:
    """A new note; raises no event and moves no date."""
    order = find(call, "order_id")
    text = str(call.body.get("note", ""))
    if not text:
        raise missing("note")
    row = {
        "id": call.shop.number("note"),
        "note": text,
        "customer_note": bool(call.body.get("customer_note", False)),
        "_at": call.shop.now(),
    }
    call.shop.notes.setdefault(order.id, []).append(row)
    return _note(call, order, row)


def _note(call: Call, order: Order, row: Json) -> Json:
    path = f"orders/{order.id}/notes"
    return {
        "id": row["id"],
        "author": "WooCommerce",
        **dates(call.shop, date_created=row["_at"]),
        "note": row["note"],
        "customer_note": row["customer_note"],
        "_links": links(call.base, f"{path}/{row['id']}", path, allow=["GET", "DELETE"], up=f"orders/{order.id}"),
    }
