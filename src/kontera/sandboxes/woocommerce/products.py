"""/products and /products/{id}/variations: list, read, create, change, delete, batch.

Decides which products a query finds and what a body does to one. How they look is `product_show.py`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from kontera.sandboxes.woocommerce import product_show as show
from kontera.sandboxes.woocommerce.life import settle_stock
from kontera.sandboxes.woocommerce.listing import arranged, chosen, dated, pages
from kontera.sandboxes.woocommerce.order_write import merge_meta
from kontera.sandboxes.woocommerce.orders import batch
from kontera.sandboxes.woocommerce.state import Json, Product, Shop
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint, invalid

_TEXTS = ("name", "status", "sku", "tax_status", "stock_status", "backorders", "weight", "description")
_FLAGS = ("manage_stock", "virtual", "downloadable")
_UNDER = "/products/{product_id:int}/variations"


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/products", listed),
        Endpoint("POST", "/products", created, "create"),
        Endpoint("POST", "/products/batch", batched, "batch"),
        Endpoint("GET", "/products/{id:int}", read),
        Endpoint("PUT", "/products/{id:int}", changed, "edit"),
        Endpoint("DELETE", "/products/{id:int}", deleted, "delete"),
        Endpoint("GET", _UNDER, listed_variations),
        Endpoint("POST", _UNDER, created, "create"),
        Endpoint("POST", f"{_UNDER}/batch", batched, "batch"),
        Endpoint("GET", f"{_UNDER}/{{id:int}}", read),
        Endpoint("PUT", f"{_UNDER}/{{id:int}}", changed, "edit"),
        Endpoint("DELETE", f"{_UNDER}/{{id:int}}", deleted, "delete"),
    ]


def _shown(call: Call, one: Product, *, fresh: bool = False) -> Json:
    look = show.variation if "product_id" in call.path else show.product
    return look(call.shop, call.base, one, fresh=fresh)


def _find(call: Call, status: int = 404) -> Product:
    one = call.shop.products.get(call.number())
    parent = call.path.get("product_id")
    if one is None or (parent is not None and one.parent_id != int(parent)):
        kind = "product" if parent is None else "product_variation"
        raise ApiError(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", status)
    return one


def _parent(call: Call) -> Product | None:
    if "product_id" not in call.path:
        return None
    parent = call.shop.products.get(call.number("product_id"))
    if parent is None:
        raise ApiError("woocommerce_rest_product_invalid_id", "Invalid product ID.", 404)
    return parent


_ORDERS: dict[str, Any] = {
    "date": lambda one: (one.created, one.id),
    "id": lambda one: one.id,
    "modified": lambda one: (one.modified, one.id),
    "title": lambda one: (one.name, one.id),
    "slug": lambda one: (show.slug_of(one.name), one.id),
}


def listed(call: Call) -> Any:
    """A page of products. Variations appear only when asked for by SKU."""
    skus = set(call.listed("sku"))
    rows = [one for one in call.shop.products.values() if one.sku in skus or (not skus and not one.parent_id)]
    wanted = call.text("status", "any")
    rows = [one for one in rows if (one.status == wanted if wanted != "any" else one.status != "trash")]
    for name, value in (("type", call.text("type")), ("tax_class", call.text("tax_class"))):
        if value:
            rows = [one for one in rows if (getattr(one, name) or "standard") == value]
    if call.text("stock_status"):
        rows = [one for one in rows if one.type != "variable" and one.stock_status == call.text("stock_status")]
    search = call.text("search").lower()
    rows = [one for one in rows if search in f"{one.name} {one.sku} {one.description}".lower()]
    rows = chosen(call, rows, lambda one: one.id)
    rows = dated(call, rows, lambda one: one.created, lambda one: one.modified)
    return pages(call, arranged(call, rows, _ORDERS), lambda one: show.product(call.shop, call.base, one))


def listed_variations(call: Call) -> Any:
    """A page of a product's variations."""
    parent = _parent(call)
    rows = call.shop.variations_of(parent.id) if parent else []
    skus = set(call.listed("sku"))
    rows = [one for one in rows if not skus or one.sku in skus]
    rows = dated(call, chosen(call, rows, lambda one: one.id), lambda one: one.created, lambda one: one.modified)
    return pages(call, arranged(call, rows, _ORDERS), lambda one: _shown(call, one))


def read(call: Call) -> Any:
    """One product or variation."""
    return _shown(call, _find(call))


def created(call: Call) -> Any:
    """A new product or variation."""
    shop, parent = call.shop, _parent(call)
    _check_sku(shop, call.body, None)
    now = shop.now()
    one = Product(shop.number("post"), str(call.body.get("name", "Product")), now, now)
    one.type = "variation" if parent else str(call.body.get("type", "simple"))
    if parent:
        one.parent_id, one.tax_class, one.name = parent.id, parent.tax_class, ""
    _write(shop, one, call.body)
    shop.products[one.id] = one
    if parent:
        one.name = show.full_name(shop, one)
    if one.type == "variable":
        one.stock_status = "outofstock"
    shop.emit("product.created", one.id)
    return _shown(call, one, fresh=True)


def changed(call: Call) -> Any:
    """A change; it moves the date also when nothing changes."""
    one = _find(call, 400)
    _check_sku(call.shop, call.body, one)
    _write(call.shop, one, call.body)
    one.modified = call.shop.now()
    call.shop.emit("product.updated", one.id)
    return _shown(call, one, fresh=True)


def deleted(call: Call) -> Any:
    """To the trash, or away with `force`; old orders then show no SKU for it."""
    one = _find(call)
    answer = _shown(call, one)
    if call.flag("force") or one.parent_id:
        remove(call.shop, one.id)
    else:
        one.status = "trash"
        call.shop.emit("product.deleted", one.id)
    return answer


def remove(shop: Shop, number: int) -> None:
    """A product and its variations are gone."""
    for child in shop.variations_of(number):
        del shop.products[child.id]
    shop.products.pop(number, None)


def batched(call: Call) -> Any:
    """Several at once."""

    def delete(part: Call) -> Any:
        part.query["force"] = "true"
        return deleted(part)

    return batch(call, created, changed, delete)


def _check_sku(shop: Shop, body: Json, own: Product | None) -> None:
    sku = body.get("sku")
    other = shop.by_sku(str(sku)) if sku else None
    if other is not None and other is not own:
        free = next(f"{sku}-{count}" for count in range(1, 10000) if shop.by_sku(f"{sku}-{count}") is None)
        raise ApiError("product_invalid_sku", "Invalid or duplicated SKU.", 400, resource_id=other.id, unique_sku=free)


def _price(value: Any) -> str:
    """A price as entered; what is not a number empties it, without a word."""
    try:
        return f"{Decimal(str(value)):f}"
    except InvalidOperation:
        return ""


def _write(shop: Shop, one: Product, body: Json) -> None:
    for name in _TEXTS:
        if name in body:
            setattr(one, name, str(body[name]))
    for name in _FLAGS:
        if name in body:
            setattr(one, name, bool(body[name]))
    if "global_unique_id" in body:
        one.gtin = str(body["global_unique_id"])
    for name in ("regular_price", "sale_price"):
        if name in body:
            setattr(one, name, _price(body[name]))
    if "tax_class" in body and body["tax_class"] != "parent":
        one.tax_class = "" if body["tax_class"] == "standard" else str(body["tax_class"])
    _write_stock(one, body)
    if "attributes" in body:
        one.attributes = [_attribute(shop, one, row, place) for place, row in enumerate(body["attributes"])]
    merge_meta(shop, one.meta, body.get("meta_data") or [])


def _write_stock(one: Product, body: Json) -> None:
    """Stock is written only where it is managed; `inventory_delta` changes it relatively."""
    for name in ("stock_quantity", "inventory_delta"):
        value = body.get(name)
        if value is None:
            continue
        try:
            whole = Decimal(str(value))
        except InvalidOperation as error:
            raise invalid(name, f"{name} is not of type integer.", "rest_invalid_type") from error
        if whole != whole.to_integral_value():
            raise invalid(name, f"{name} is not of type integer.", "rest_invalid_type")
        if one.manage_stock:
            before = (one.stock_quantity or 0) if name == "inventory_delta" else 0
            one.stock_quantity = before + int(whole)
    if one.manage_stock and one.stock_quantity is None:
        one.stock_quantity = 0
    settle_stock(one)


def _attribute(shop: Shop, one: Product, row: Json, place: int) -> Json:
    known = shop.attributes.get(int(row.get("id", 0) or 0))
    name = known["name"] if known else str(row.get("name", ""))
    slug = known["slug"] if known else name
    number = int(row.get("id", 0) or 0)
    if one.parent_id:
        return {"id": number, "name": name, "slug": slug, "option": row.get("option", "")}
    return {
        "id": number,
        "name": name,
        "slug": slug,
        "position": place,
        "visible": bool(row.get("visible", False)),
        "variation": bool(row.get("variation", False)),
        "options": sorted(row.get("options") or []) if known else list(row.get("options") or []),
    }
