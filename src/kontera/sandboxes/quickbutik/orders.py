"""GET /orders: which orders a call sees, in which order, how much of them.

Decides the documented filters, sorting and paging; always answers an array. There is no filter on changes: only on
the moment of a status change. Source: quickbutik.dev, get-orders.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kontera.sandboxes.quickbutik.state import Order
from kontera.sandboxes.quickbutik.web import ApiError, Call, Endpoint

MOST = 1000


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [("GET", "/orders", listed)]


def listed(call: Call) -> Any:
    """The orders asked for."""
    rows = [order for order in _candidates(call) if _wanted(call, order)]
    if "order_id" in call.query and not rows and call.shop.switches.missing_order_is_404:
        raise ApiError(404)
    keys: dict[str, Callable[[Order], Any]] = {
        "order_id": lambda order: order.id,
        "date": lambda order: (order.created, order.id),
        "price": lambda order: (call.show.total_amount(order), order.id),
    }
    key = keys[call.word("order_by", "order_id", "date", "price")]
    rows.sort(key=key, reverse=call.word("sort_order", "desc", "asc") == "desc")
    offset, limit = call.whole("offset", 0), call.whole("limit", MOST, 1, MOST)
    one = "order_id" in call.query and call.shop.switches.one_order_has_details
    details = call.truth("include_details") or one
    return [call.show.order(order, details=details) for order in rows[offset : offset + limit]]


def _candidates(call: Call) -> list[Order]:
    """All orders, or the one asked for."""
    if "order_id" not in call.query:
        return list(call.shop.orders.values())
    number = call.query["order_id"]
    order = call.shop.orders.get(int(number)) if number.isdecimal() else None
    return [order] if order else []


def _wanted(call: Call, order: Order) -> bool:
    query = call.query
    if query.get("status") and query["status"] not in {order.status, call.show.status(order.status)}:
        return False
    if query.get("search") and not _found(order, query["search"].casefold()):
        return False
    return (
        _since(call, "from_date_paid", order.paid)
        and _until(call, "to_date_paid", order.paid)
        and _since(call, "from_status_date", order.status_date or order.created)
    )


def _found(order: Order, text: str) -> bool:
    customer = order.customer
    return any(text in str(word).casefold() for word in (customer.get("full_name"), customer.get("email"), order.id))


def _since(call: Call, name: str, instant: datetime | None) -> bool:
    bound = call.whole(name, 0)
    return not bound or (instant is not None and instant.timestamp() >= bound)


def _until(call: Call, name: str, instant: datetime | None) -> bool:
    bound = call.whole(name, 0)
    return not bound or (instant is not None and instant.timestamp() <= bound)
