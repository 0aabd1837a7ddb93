"""V3 of orders: transactions, capture, void, refund quotes, refunds and order metafields, over HTTP.

Decides scopes, filters and answers; amounts and effects are `payments.py` and `refunds.py`.
"""

from __future__ import annotations

from starlette.responses import Response

from kontera.clock import parse_instant
from kontera.sandboxes.bigcommerce import payments, refunds
from kontera.sandboxes.bigcommerce.answers import ApiError, not_found, v3_list, v3_one
from kontera.sandboxes.bigcommerce.calls import Call, Endpoint
from kontera.sandboxes.bigcommerce.order_routes import order_of
from kontera.sandboxes.bigcommerce.state import Json, Order
from kontera.sandboxes.kit import json_response

TRANSACTIONS = ("store_v2_transactions",)
EITHER = ("store_v2_orders", "store_v2_transactions")
ORDERS = ("store_v2_orders",)
_METAFIELDS_PER_CLIENT = 250


def endpoints() -> list[Endpoint]:
    """The table of this module."""
    one = "/v3/orders/{order_id:int}"
    actions = f"{one}/payment_actions"
    return [
        Endpoint("GET", f"{one}/transactions", transactions, TRANSACTIONS),
        Endpoint("POST", f"{actions}/capture", capture, EITHER),
        Endpoint("POST", f"{actions}/void", void, EITHER),
        Endpoint("POST", f"{actions}/refund_quotes", quote, EITHER),
        Endpoint("GET", f"{actions}/refunds", of_order, EITHER),
        Endpoint("POST", f"{actions}/refunds", refund, EITHER),
        Endpoint("GET", "/v3/orders/payment_actions/refunds", all_refunds, EITHER),
        Endpoint("GET", "/v3/orders/payment_actions/refunds/{refund_id:int}", one_refund, EITHER),
        Endpoint("GET", f"{one}/metafields", metafields, ORDERS),
        Endpoint("POST", f"{one}/metafields", add_metafield, ORDERS),
        Endpoint("GET", f"{one}/metafields/{{metafield_id:int}}", get_metafield, ORDERS),
        Endpoint("PUT", f"{one}/metafields/{{metafield_id:int}}", put_metafield, ORDERS),
        Endpoint("DELETE", f"{one}/metafields/{{metafield_id:int}}", delete_metafield, ORDERS),
    ]


def transactions(call: Call) -> Response:
    """The order's transactions; 204 when it has none."""
    order = order_of(call)
    return v3_list(order.transactions, call.query) if order.transactions else Response(status_code=204)


def capture(call: Call) -> Response:
    """Take the authorized money; it happens later."""
    payments.start_capture(call.store, order_of(call))
    return json_response({}, 201)


def void(call: Call) -> Response:
    """Let the authorized money go; it happens later."""
    payments.start_void(call.store, order_of(call))
    return json_response({}, 201)


def quote(call: Call) -> Response:
    """What a refund would be worth."""
    return v3_one(refunds.quote(call.store, order_of(call), call.object()), 201)


def refund(call: Call) -> Response:
    """Refund; the payments behind it finish later."""
    return v3_one(refunds.create(call.store, order_of(call), call.object()), 201)


def of_order(call: Call) -> Response:
    """The refunds of one order; this list has no pagination."""
    return v3_one(order_of(call).refunds)


def all_refunds(call: Call) -> Response:
    """The refunds of the store, by number: the feed for credit notes."""
    orders, ids, query = call.ids("order_id:in"), call.ids("id:in"), call.query
    rows = sorted((row for order in call.store.orders.values() for row in order.refunds), key=lambda row: row["id"])
    try:
        least, most = (parse_instant(query[name]) if name in query else None for name in ("created:min", "created:max"))
    except ValueError as error:
        raise ApiError(422, errors={"created": "must be a date with a time zone"}) from error
    found = [
        row
        for row in rows
        if (orders is None or row["order_id"] in orders)
        and (ids is None or row["id"] in ids)
        and (least is None or row["created"] >= least)
        and (most is None or row["created"] <= most)
        and (
            "transaction_id" not in query
            or query["transaction_id"] in {payment["transaction_id"] for payment in row["payments"]}
        )
    ]
    return v3_list(found, query)


def one_refund(call: Call) -> Response:
    """One refund by its own number."""
    for order in call.store.orders.values():
        for row in order.refunds:
            if row["id"] == call.path["refund_id"]:
                return v3_one(row)
    raise not_found()


def _visible(call: Call, order: Order) -> list[Json]:
    """Metafields this client may see: its own, and those others share."""
    return [
        row
        for row in order.metafields
        if row["owner_client_id"] == call.token.client_id or row["permission_set"] != "app_only"
    ]


def metafields(call: Call) -> Response:
    """The metafields of an order, by namespace and key when asked."""
    rows = [
        row
        for row in _visible(call, order_of(call))
        if all(call.query.get(name, row[name]) == row[name] for name in ("namespace", "key"))
    ]
    return v3_list(rows, call.query)


def add_metafield(call: Call) -> Response:
    """Write a metafield once; a second one of the same name gives 409, too many 422."""
    order, body = order_of(call), call.object()
    for name, most in (("namespace", 64), ("key", 64), ("value", 65535)):
        if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= most:
            raise ApiError(422, errors={name: f"must be text of 1 to {most} characters"})
    if body.get("permission_set") not in {"app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"}:
        raise ApiError(422, errors={"permission_set": "error.path.missing"})
    own = [row for row in order.metafields if row["owner_client_id"] == call.token.client_id]
    if any((row["namespace"], row["key"]) == (body["namespace"], body["key"]) for row in own):
        raise ApiError(409)
    if len(own) >= _METAFIELDS_PER_CLIENT:
        raise ApiError(422, errors={"limit": f"at most {_METAFIELDS_PER_CLIENT} metafields per client and order"})
    now = call.store.now()
    row = {
        "id": call.store.number("metafield"),
        "permission_set": body["permission_set"],
        "namespace": body["namespace"],
        "key": body["key"],
        "value": body["value"],
        "description": str(body.get("description", "")),
        "resource_type": "order",
        "resource_id": order.id,
        "date_created": now,
        "date_modified": now,
        "owner_client_id": call.token.client_id,
    }
    order.metafields.append(row)
    _announce(call, "created", row)
    return v3_one(row)


def _metafield(call: Call) -> tuple[Order, Json]:
    order = order_of(call)
    for row in _visible(call, order):
        if row["id"] == call.path["metafield_id"]:
            return order, row
    raise not_found()


def get_metafield(call: Call) -> Response:
    """One metafield."""
    return v3_one(_metafield(call)[1])


def put_metafield(call: Call) -> Response:
    """Change the value of a metafield."""
    _, row = _metafield(call)
    body = call.object()
    row |= {name: str(body[name]) for name in ("value", "description") if name in body}
    row["date_modified"] = call.store.now()
    _announce(call, "updated", row)
    return v3_one(row)


def delete_metafield(call: Call) -> Response:
    """Remove a metafield."""
    order, row = _metafield(call)
    order.metafields.remove(row)
    _announce(call, "deleted", row)
    return Response(status_code=204)


def _announce(call: Call, what: str, row: Json) -> None:
    call.store.emit(
        f"store/order/metafield/{what}",
        {
            "metafield_id": str(row["id"]),
            "resource_id": str(row["resource_id"]),
            "resource_type": "order",
            "namespace": row["namespace"],
            "key": row["key"],
        },
    )
