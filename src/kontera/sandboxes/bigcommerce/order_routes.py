"""/v2/orders and what hangs on an order, over HTTP.

Decides filters, sorting, paging and how an order is shown. What a write changes is `order_write.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import Response

from kontera.clock import parse_instant
from kontera.sandboxes.bigcommerce import order_write
from kontera.sandboxes.bigcommerce.answers import ApiError, not_found, plain_number, v2, v2_list, v3
from kontera.sandboxes.bigcommerce.build import tax_rows
from kontera.sandboxes.bigcommerce.calls import Call, Endpoint
from kontera.sandboxes.bigcommerce.seed_data import ORDER_STATUSES
from kontera.sandboxes.bigcommerce.state import Json, Order, Store
from kontera.sandboxes.kit import json_response

SCOPE = ("store_v2_orders",)
_EQUAL = ("customer_id", "status_id", "channel_id", "cart_id", "payment_method", "external_order_id", "email")
_SORTS = {"id", "customer_id", "date_created", "date_modified", "status_id", "channel_id", "external_id"}


def endpoints() -> list[Endpoint]:
    """The table of this module."""
    one = "/v2/orders/{order_id:int}"
    return [
        Endpoint("GET", "/v2/orders", list_orders, SCOPE),
        Endpoint("POST", "/v2/orders", create, SCOPE),
        Endpoint("DELETE", "/v2/orders", archive_all, SCOPE),
        Endpoint("GET", "/v2/orders/count", count, SCOPE),
        Endpoint("GET", one, get, SCOPE),
        Endpoint("PUT", one, put, SCOPE),
        Endpoint("DELETE", one, archive, SCOPE),
        Endpoint("GET", f"{one}/products", _sub(lambda order: order.lines), SCOPE),
        Endpoint("GET", f"{one}/products/{{line_id:int}}", get_line, SCOPE),
        Endpoint("GET", f"{one}/shipping_addresses", addresses, SCOPE),
        Endpoint("GET", f"{one}/shippingaddresses", addresses, SCOPE),
        Endpoint("GET", f"{one}/shipping_addresses/{{address_id:int}}", get_address, SCOPE),
        Endpoint("PUT", f"{one}/shipping_addresses/{{address_id:int}}", put_address, SCOPE),
        Endpoint("GET", f"{one}/coupons", coupons, SCOPE),
        Endpoint("GET", f"{one}/taxes", taxes, SCOPE),
        Endpoint("GET", f"{one}/fees", fees, SCOPE),
        Endpoint("GET", f"{one}/messages", _sub(lambda order: []), SCOPE),
        Endpoint("GET", f"{one}/consignments", get_consignments, SCOPE),
        Endpoint("GET", "/v2/order_statuses", statuses, SCOPE),
        Endpoint("GET", "/v2/order_statuses/{status_id:int}", get_status, SCOPE),
    ]


def order_of(call: Call) -> Order:
    """The order of the call's path. Raises ApiError 404."""
    order = call.store.orders.get(call.path["order_id"])
    if order is None:
        raise not_found()
    return order


def numbers(store: Store) -> Callable[[Decimal], Any]:
    """How V2 writes money: four decimals in a string, or in the loose ways real answers also have."""
    if not store.switches.loose_numbers:
        return plain_number

    def loose(value: Decimal) -> Any:
        kind = int(abs(value) * 100) % 3
        if kind == 0:
            return plain_number(value)
        if kind == 1:
            return f"{v3(value):f}"
        return v3(value) if value != value.to_integral_value() else int(value)

    return loose


def shown(call: Call, order: Order) -> Json:
    """The order as V2 shows it, with links to what hangs on it, or the things themselves by `include`."""
    store, include = call.store, set(call.query.get("include", "").split(","))
    head: Json = v2(order.head, numbers(store))
    head["status"] = _label(store, head["status_id"], head["status"])
    head["custom_status"] = head["status"]

    def link(resource: str) -> Json:
        return {"url": f"{call.api_root}/v2/orders/{order.id}/{resource}", "resource": f"/orders/{order.id}/{resource}"}

    head |= {
        "products": link("products"),
        "shipping_addresses": link("shippingaddresses"),
        "coupons": link("coupons"),
        "consignments": link("consignments"),
        "fees": link("fees"),
    }
    if "fees" in include:
        head["fees"] = [v2(fee, numbers(store)) for fee in order.fees]
    if {"consignments", "consignments.line_items"} & include and call.query.get("consignment_structure") == "object":
        head["consignments"] = consignments(call, order, full="consignments.line_items" in include)
    return head


def _label(store: Store, status_id: int, name: str) -> str:
    return store.switches.status_labels.get(status_id, name)


def list_orders(call: Call) -> Response:
    """GET /v2/orders."""
    wanted = _filter(call.query)
    found = [order for order in call.store.orders.values() if wanted(order)]
    field, _, direction = call.query.get("sort", "id:asc").partition(":")
    if field not in _SORTS or direction not in {"", "asc", "desc"}:
        raise ApiError(400, "The field 'sort' is invalid.")
    found.sort(key=lambda order: order.id)
    found.sort(key=lambda order: _sortable(order.head[field]), reverse=direction == "desc")
    return v2_list(found, call.query, lambda order: shown(call, order))


def _sortable(value: Any) -> Any:
    return "" if value is None else value


def _text(head: Json, name: str) -> str:
    return str(head["billing_address"]["email"] if name == "email" else head[name])


def _filter(query: dict[str, str]) -> Callable[[Order], bool]:
    """The filters of the list, read once. Raises ApiError 400 when one of them is nonsense."""
    deleted = query.get("is_deleted", "false").lower() in {"true", "1"}
    asked = {name: query[name] for name in _EQUAL if name in query}
    limits: list[tuple[str, Any, Any]] = []
    for name, field, reader in _RANGES:
        least, most = (
            reader(query[f"{side}_{name}"]) if f"{side}_{name}" in query else None for side in ("min", "max")
        )
        limits.append((field, least, most))

    def wanted(order: Order) -> bool:
        head = order.head
        return (
            head["is_deleted"] == deleted
            and all(_text(head, name) == value for name, value in asked.items())
            and all(
                (least is None or head[field] >= least) and (most is None or head[field] <= most)
                for field, least, most in limits
            )
        )

    return wanted


def _instant(text: str) -> Any:
    """A date filter: RFC 2822 or ISO 8601; without a zone it is UTC. Raises ApiError 400."""
    text = text.replace(" ", "+") if "T" in text and " " in text else text  # a plus sign lost on the way
    for candidate in (text, f"{text}+00:00", f"{text}T00:00:00+00:00"):
        try:
            return parse_instant(candidate)
        except ValueError:
            continue  # the next spelling is tried
    raise ApiError(400, "A date filter is invalid.", details={"invalid": text})


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ApiError(400, "A filter is invalid.", details={"invalid": text}) from error


_RANGES: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    ("date_created", "date_created", _instant),
    ("date_modified", "date_modified", _instant),
    ("id", "id", _number),
    ("total", "total_inc_tax", _number),
)


def create(call: Call) -> Response:
    """POST /v2/orders."""
    order = order_write.create(call.store, call.object())
    return json_response(shown(call, order), call.store.switches.post_order_status)


def get(call: Call) -> Response:
    """GET one; archived orders can still be read."""
    return json_response(shown(call, order_of(call)))


def put(call: Call) -> Response:
    """PUT one."""
    order = order_of(call)
    order_write.update(call.store, order, call.object())
    return json_response(shown(call, order))


def archive(call: Call) -> Response:
    """DELETE one: archived."""
    order_write.archive(call.store, order_of(call))
    return Response(status_code=204)


def archive_all(call: Call) -> Response:
    """DELETE all: the vendor archives every order of the store, without asking."""
    for order in call.store.orders.values():
        if not order.head["is_deleted"]:
            order_write.archive(call.store, order)
    return Response(status_code=204)


def count(call: Call) -> Response:
    """How many orders there are, in all and by status."""
    live = [order for order in call.store.orders.values() if not order.head["is_deleted"]]
    rows = [
        {
            **_status(call.store, row),
            "count": sum(order.head["status_id"] == row[0] for order in live),
            "sort_order": row[2],
        }
        for row in ORDER_STATUSES
    ]
    for row in rows:
        row.pop("order")
    return json_response({"statuses": rows, "count": len(live)})


def _sub(rows: Callable[[Order], list[Json]]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        return v2_list(rows(order_of(call)), call.query, lambda row: v2(row, numbers(call.store)))

    return answer


def get_line(call: Call) -> Response:
    """One line of an order."""
    line = order_of(call).line(call.path["line_id"])
    if line is None:
        raise not_found()
    return json_response(v2(line, numbers(call.store)))


def _address(call: Call, order: Order, address: Json) -> Json:
    resource = f"/orders/{order.id}/shippingaddresses/{address['id']}/shippingquotes"
    return {
        **v2(address, numbers(call.store)),
        "shipping_quotes": {"url": f"{call.api_root}/v2{resource}", "resource": resource},
    }


def addresses(call: Call) -> Response:
    """The shipping addresses of an order."""
    order = order_of(call)
    return v2_list(order.addresses, call.query, lambda row: _address(call, order, row))


def get_address(call: Call) -> Response:
    """One shipping address."""
    order = order_of(call)
    address = order.address(call.path["address_id"])
    if address is None:
        raise not_found()
    return json_response(_address(call, order, address))


def put_address(call: Call) -> Response:
    """Change a shipping address: tax is not calculated again."""
    order, body = order_of(call), call.object()
    if order.address(call.path["address_id"]) is None:
        raise not_found()
    refused = sorted(
        set(body)
        & {
            "id",
            "order_id",
            "items_total",
            "items_shipped",
            "base_cost",
            "cost_ex_tax",
            "cost_inc_tax",
            "cost_tax",
            "shipping_zone_id",
            "shipping_zone_name",
        }
    )
    if refused:
        raise ApiError(
            400,
            f"The field '{refused[0]}' cannot be written to. Please remove it from your request before trying again.",
        )
    order_write.update(call.store, order, {"shipping_addresses": [{**body, "id": call.path["address_id"]}]})
    return get_address(call)


def coupons(call: Call) -> Response:
    """The coupons of an order; this list alone has plain numbers."""
    return v2_list(order_of(call).coupons, call.query, v3)


def taxes(call: Call) -> Response:
    """The tax rows; `details=true` gives them per line and charge."""
    rows = tax_rows(order_of(call), call.query.get("details", "").lower() == "true")
    return v2_list(rows, call.query, lambda row: v2(row, numbers(call.store)))


def consignments(call: Call, order: Order, *, full: bool) -> Json:
    """The order's goods grouped by how they reach the shopper; lines as links or in full. Amounts are numbers."""

    def lines(wanted: Callable[[Json], bool]) -> list[Json]:
        rows = [line for line in order.lines if wanted(line)]
        if full:
            return [v2(line, numbers(call.store)) for line in rows]
        return [
            {
                "url": f"{call.api_root}/v2/orders/{order.id}/products/{line['id']}",
                "resource": f"/orders/{order.id}/products/{line['id']}",
            }
            for line in rows
        ]

    email = order.head["billing_address"]["email"]
    digital = lines(lambda line: line["type"] == "digital")
    cards = lines(lambda line: line["type"] == "giftcertificate")
    resource = f"/orders/{order.id}/consignments/shipping"
    return {
        "pickups": [v3(row) for row in order.pickups],
        "shipping": [
            {
                **v3({name: value for name, value in address.items() if name != "order_id"}),
                "shipping_quotes": {
                    "url": f"{call.api_root}/v2{resource}/{address['id']}/shipping_quotes",
                    "resource": f"{resource}/{address['id']}/shipping_quotes",
                },
                "line_items": lines(_going_to(address["id"])),
            }
            for address in order.addresses
        ],
        "downloads": [{"recipient_email": email, "line_items": digital}] if digital else [],
        "email": {"gift_certificates": [{"recipient_email": email, "line_items": cards}] if cards else []},
    }


def fees(call: Call) -> Response:
    """The fees of an order, in an object of their own as the vendor's example shows; 204 when there is none."""
    order = order_of(call)
    if not order.fees:
        return Response(status_code=204)
    return json_response({"fees": [v2(fee, numbers(call.store)) for fee in order.fees]})


def _going_to(address_id: int) -> Callable[[Json], bool]:
    return lambda line: bool(line["order_address_id"] == address_id)


def get_consignments(call: Call) -> Response:
    """GET /v2/orders/{id}/consignments."""
    return json_response(consignments(call, order_of(call), full=False))


def _status(store: Store, row: tuple[int, str, int, str]) -> Json:
    number, name, place, text = row
    return {
        "id": number,
        "name": name,
        "system_label": name,
        "custom_label": _label(store, number, name),
        "system_description": text,
        "order": place,
    }


def statuses(call: Call) -> Response:
    """All order statuses; the custom label is what the merchant calls it."""
    return json_response([_status(call.store, row) for row in sorted(ORDER_STATUSES)])


def get_status(call: Call) -> Response:
    """One order status."""
    for row in ORDER_STATUSES:
        if row[0] == call.path["status_id"]:
            return json_response(_status(call.store, row))
    raise not_found()
