"""What does not move: categories, payment methods, shipping methods, and metadata of orders, products, customers.

Decides what these answers hold. Paths and parameters are documented; the fields of the two kinds of method are only
known by their heads (README). Source: quickbutik.dev, get-payment-methods, get-shipping-methods, metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kontera.sandboxes.quickbutik.switches import Json
from kontera.sandboxes.quickbutik.web import ApiError, Call, Endpoint

FIRST_CATEGORY = 11


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        ("GET", "/categories", categories),
        ("POST", "/categories", new_category),
        ("GET", "/paymentmethods", payment_methods),
        ("GET", "/shippingmethods", shipping_methods),
        ("GET", "/metadata/{scope}/{id}", metadata),
        ("POST", "/metadata/{scope}/{id}", write_metadata),
        ("PUT", "/metadata/{scope}/{id}", write_metadata),
    ]


def categories(call: Call) -> Any:
    """All categories."""
    return [{"id": str(number), "title": title} for number, title in call.shop.categories.items()]


def new_category(call: Call) -> Any:
    """One more. Raises ApiError 400 without a title."""
    title = call.record().get("title")
    if not title:
        raise ApiError(400, "title is required")
    number = call.shop.number("category", FIRST_CATEGORY)
    call.shop.categories[number] = str(title)
    return {"success": 1, "id": str(number)}


def payment_methods(call: Call) -> Any:
    """The ways to pay."""
    asked = call.query.get("method_id")
    return [
        {"id": str(way.id), "name": way.title, "method": way.method, "active": call.show.flag(True)}
        for way in call.shop.ways
        if asked in {None, str(way.id)}
    ]


def shipping_methods(call: Call) -> Any:
    """The ways to send, with their countries."""
    asked = call.query.get("shipping_id")
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "price": call.show.amount(one.price),
            "countries": list(one.countries),
            "active": call.show.flag(True),
        }
        for one in call.shop.carriers
        if asked in {None, str(one.id)}
    ]


def _key(call: Call) -> tuple[str, int]:
    """Whose metadata. Raises ApiError 404 for a scope or record that does not exist."""
    shop, scope, number = call.shop, str(call.path["scope"]), str(call.path["id"])
    known: dict[str, Mapping[int, Any]] = {"order": shop.orders, "product": shop.products, "customer": shop.customers}
    if not number.isdecimal() or int(number) not in known.get(scope, {}):
        raise ApiError(404)
    return scope, int(number)


def metadata(call: Call) -> Any:
    """The pairs of a record."""
    return call.shop.metadata.get(_key(call), {})


def write_metadata(call: Call) -> Any:
    """One pair; an empty value deletes it. Raises ApiError 400 without a key."""
    key, body = _key(call), call.record()
    if not body.get("key"):
        raise ApiError(400, "key is required")
    pairs: Json = call.shop.metadata.setdefault(key, {})
    name, value = str(body["key"]), body.get("value")
    if value in (None, ""):
        pairs.pop(name, None)
    else:
        pairs[name] = str(value)
    return pairs
