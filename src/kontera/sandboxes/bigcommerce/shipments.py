"""/v2/orders/{id}/shipments: what has left the warehouse, and the status that follows.

Decides shipped quantities and, as inferred from the vendor's control panel, that a first shipment makes an order
Partially Shipped and the last one Shipped. Deleting a shipment does not take the status back.
"""

from __future__ import annotations

from starlette.responses import Response

from kontera.sandboxes.bigcommerce.amounts import ZERO
from kontera.sandboxes.bigcommerce.answers import ApiError, not_found, v2, v2_list
from kontera.sandboxes.bigcommerce.calls import Call, Endpoint
from kontera.sandboxes.bigcommerce.changes import PARTLY_SHIPPED, SHIPPED, announce_updated, set_status
from kontera.sandboxes.bigcommerce.order_input import amount, rows, whole
from kontera.sandboxes.bigcommerce.order_routes import SCOPE, order_of
from kontera.sandboxes.bigcommerce.state import Json, Order, Store
from kontera.sandboxes.kit import json_response

_TEXTS = ("tracking_number", "shipping_method", "shipping_provider", "tracking_carrier", "tracking_link", "comments")
_PROVIDERS = {
    "": "",
    "auspost": "Australia Post",
    "canadapost": "Canada Post",
    "endicia": "Endicia",
    "usps": "USPS",
    "fedex": "FedEx",
    "royalmail": "Royal Mail",
    "ups": "UPS",
    "upsready": "UPS",
    "shipperhq": "ShipperHQ",
    "upsonline": "UPS",
}
_TRACKING_LENGTH = 50


def endpoints() -> list[Endpoint]:
    """The table of this module."""
    many = "/v2/orders/{order_id:int}/shipments"
    one = many + "/{shipment_id:int}"
    return [
        Endpoint("GET", many, listed, SCOPE),
        Endpoint("POST", many, create, SCOPE),
        Endpoint("DELETE", many, delete_all, SCOPE),
        Endpoint("GET", f"{many}/count", count, SCOPE),
        Endpoint("GET", one, get, SCOPE),
        Endpoint("PUT", one, put, SCOPE),
        Endpoint("DELETE", one, delete, SCOPE),
    ]


def _shipment(call: Call) -> tuple[Order, Json]:
    order = order_of(call)
    for shipment in order.shipments:
        if shipment["id"] == call.path["shipment_id"]:
            return order, shipment
    raise not_found()


def listed(call: Call) -> Response:
    """All shipments; none gives 204."""
    return v2_list(order_of(call).shipments, call.query, v2)


def count(call: Call) -> Response:
    """How many shipments the order has."""
    return json_response({"count": len(order_of(call).shipments)})


def get(call: Call) -> Response:
    """One shipment."""
    return json_response(v2(_shipment(call)[1]))


def create(call: Call) -> Response:
    """POST: goods leave. Raises ApiError 400."""
    order, body = order_of(call), call.object()
    address = order.address(whole(body.get("order_address_id"), "order_address_id"))
    if address is None:
        raise ApiError(400, "The field 'order_address_id' is invalid.")
    texts = _texts(body)
    goods = _goods(order, address["id"], rows(body.get("items"), "items"))
    for line, pieces in goods:
        line["quantity_shipped"] += pieces
        address["items_shipped"] += pieces
        order.head["items_shipped"] += pieces
    provider = texts["shipping_provider"]
    shipment: Json = {
        "id": call.store.number("shipment"),
        "order_id": order.id,
        "customer_id": order.head["customer_id"],
        "order_address_id": address["id"],
        "date_created": call.store.now(),
        **texts,
        "merchant_shipping_cost": amount(body.get("merchant_shipping_cost", ZERO), "merchant_shipping_cost"),
        "shipping_method": texts["shipping_method"] or address.get("shipping_method", ""),
        "billing_address": {
            name: value for name, value in order.head["billing_address"].items() if name != "form_fields"
        },
        "shipping_address": {
            name: address[name]
            for name in (
                "first_name",
                "last_name",
                "company",
                "street_1",
                "street_2",
                "city",
                "state",
                "zip",
                "country",
                "country_iso2",
                "phone",
                "email",
            )
        },
        "items": [
            {"order_product_id": line["id"], "product_id": line["product_id"], "quantity": pieces}
            for line, pieces in goods
        ],
        "shipping_provider_display_name": _PROVIDERS.get(provider, provider),
        "generated_tracking_link": texts["tracking_link"],
    }
    order.shipments.append(shipment)
    call.store.emit("store/shipment/created", {"type": "shipment", "id": shipment["id"], "orderId": order.id})
    _follow(call.store, order)
    return json_response(v2(shipment), 201)


def _texts(body: Json) -> Json:
    texts = {name: str(body.get(name) or "") for name in _TEXTS}
    if len(texts["tracking_number"]) > _TRACKING_LENGTH:
        raise ApiError(400, "The field 'tracking_number' is too long.")
    provider = texts["shipping_provider"]
    if provider not in _PROVIDERS and not provider.startswith("carrier_"):
        raise ApiError(400, "The field 'shipping_provider' is invalid.")
    return texts


def _goods(order: Order, address_id: int, entries: list[Json]) -> list[tuple[Json, int]]:
    """The lines and pieces of a new shipment. Raises ApiError 400 for what is not there, or too much."""
    found: list[tuple[Json, int]] = []
    for entry in entries:
        line = order.line(whole(entry.get("order_product_id"), "order_product_id"))
        pieces = entry.get("quantity")
        if line is None or line["order_address_id"] != address_id:
            raise ApiError(400, "The field 'order_product_id' is invalid.")
        left = line["quantity"] - line["quantity_shipped"]
        if isinstance(pieces, bool) or not isinstance(pieces, int) or not 0 < pieces <= left:
            raise ApiError(400, "The field 'quantity' is invalid.")
        found.append((line, pieces))
    if not found:
        raise ApiError(400, "The field 'items' is required.")
    return found


def _follow(store: Store, order: Order) -> None:
    physical = [line for line in order.lines if line["type"] == "physical"]
    if not store.switches.shipment_moves_status:
        announce_updated(store, order)
    elif all(line["quantity_shipped"] >= line["quantity"] - line["quantity_refunded"] for line in physical):
        set_status(store, order, SHIPPED)
    else:
        set_status(store, order, PARTLY_SHIPPED)
    announce_updated(store, order)


def put(call: Call) -> Response:
    """Change what is written on a shipment, never its goods."""
    order, shipment = _shipment(call)
    body = call.object()
    if {"items", "order_address_id", "id", "order_id"} & set(body):
        raise ApiError(
            400, "The field 'items' cannot be written to. Please remove it from your request before trying again."
        )
    shipment |= _texts({**shipment, **body})
    call.store.emit("store/shipment/updated", {"type": "shipment", "id": shipment["id"], "orderId": order.id})
    return json_response(v2(shipment))


def delete(call: Call) -> Response:
    """Remove a shipment: quantities go back, the status stays."""
    order, shipment = _shipment(call)
    _remove(call.store, order, shipment)
    return Response(status_code=204)


def delete_all(call: Call) -> Response:
    """Remove all shipments of the order."""
    order = order_of(call)
    for shipment in list(order.shipments):
        _remove(call.store, order, shipment)
    return Response(status_code=204)


def _remove(store: Store, order: Order, shipment: Json) -> None:
    order.shipments.remove(shipment)
    address = order.address(shipment["order_address_id"])
    for row in shipment["items"]:
        line = order.line(row["order_product_id"])
        if line is not None:
            line["quantity_shipped"] -= row["quantity"]
        if address is not None:
            address["items_shipped"] -= row["quantity"]
        order.head["items_shipped"] -= row["quantity"]
    store.emit("store/shipment/deleted", {"type": "shipment", "id": shipment["id"], "orderId": order.id})
    announce_updated(store, order)
