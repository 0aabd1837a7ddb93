"""/products: read in three shapes, counted, created, changed, deleted.

Decides which products a call sees and what a written one becomes. Stock is read as `qty` and written as `stock`,
always the whole number: a sale between reading and writing is overwritten. Sources: quickbutik.dev, get-, create- and
update-products; a client's classes for the answers to writes.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.quickbutik.order_write import NONSENSE, found, money
from kontera.sandboxes.quickbutik.pricing import HOME_RATE
from kontera.sandboxes.quickbutik.show import TEXTS, VARIANT_TEXTS
from kontera.sandboxes.quickbutik.state import Product, Shop, Variant
from kontera.sandboxes.quickbutik.switches import Json
from kontera.sandboxes.quickbutik.web import ApiError, Call, Endpoint, is_true

FIRST_PRODUCT, FIRST_VARIANT = 101, 1001
_MOST = 1000
_OPTIONS = range(1, 6)


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        ("GET", "/products", listed),
        ("GET", "/products/count", counted),
        ("POST", "/products", created),
        ("PUT", "/products", updated),
        ("DELETE", "/products", deleted),
    ]


def listed(call: Call) -> Any:
    """One product, those that match a search, or a page of the latest."""
    bare = call.shop.switches.product_list == "bare"
    if call.query.get("product_id") or call.query.get("sku"):
        one = call.show.product(_one(call), details=True)
        return [one] if bare else {"product": one}
    rows = sorted(call.shop.products.values(), key=lambda product: product.id, reverse=True)
    text = call.query.get("search", "").casefold()
    if text:
        rows = [product for product in rows if _matches(product, text)]
    offset, limit = call.whole("offset", 0), call.whole("limit", call.shop.switches.product_page, 1, _MOST)
    details = call.truth("include_details")
    shown = [call.show.product(product, details=details) for product in rows[offset : offset + limit]]
    return shown if bare or text else {"product": shown}


def _matches(product: Product, text: str) -> bool:
    words = [product.title, product.sku, str(product.more.get("gtin", "")), *(one.sku for one in product.variants)]
    return any(text in word.casefold() for word in words)


def _one(call: Call) -> Product:
    number, sku = call.query.get("product_id"), call.query.get("sku", "")
    if number:
        product = call.shop.products.get(int(number)) if number.isdecimal() else None
    else:
        same = call.shop.by_sku(sku)
        product = same[0][0] if same else None
    if product is None:
        raise ApiError(404)
    return product


def counted(call: Call) -> Any:
    """How many products there are, as text."""
    return {"count": str(len(call.shop.products))}


def created(call: Call) -> Any:
    """A new product. Raises ApiError 400 without a title, or when a field cannot be read."""
    body, shop = call.record(), call.shop
    if not body.get("title"):
        raise ApiError(400, "title is required")
    sku = str(body.get("sku", ""))
    if is_true(body.get("skipIfDuplicate", False)) and sku and shop.by_sku(sku):
        return {"success": 0, "variants": [], "notices": ["Product with the same SKU exists"]}
    product = Product(0, sku, str(body["title"]), ZERO, HOME_RATE, shop.now())
    try:
        notices = _written(shop, product, body)
    except NONSENSE as error:
        raise ApiError(400, str(error)) from error
    product.id = shop.number("product", FIRST_PRODUCT)
    shop.products[product.id] = product
    _raise(shop, "product.add", product)
    return {
        "success": 1,
        "product_id": str(product.id),
        "variants": [str(one.id) for one in product.variants],
        "notices": notices,
    }


def updated(call: Call) -> Any:
    """Changes to one product or to many; what cannot be changed is told in `errors`, with HTTP 200."""
    bodies = call.body if isinstance(call.body, list) else [call.record()]
    done, errors, variants = 0, [], []
    for body in bodies:
        try:
            product, variant = found(call.shop, body)
            if variant is None:
                _written(call.shop, product, {name: value for name, value in body.items() if name != "sku"})
                if "sku" in body and body.get("product_id"):  # without an id the number only finds the product
                    product.sku = str(body["sku"])
            else:
                _variant_written(variant, {"qty": body["stock"], **body} if "stock" in body else body)
                variants.append(str(variant.id))
        except NONSENSE as error:
            errors.append(str(error))
            continue
        product.modified = call.shop.now()
        _raise(call.shop, "product.update", product)
        done += 1
    return {"success": done, "variants": variants, "errors": errors}


def deleted(call: Call) -> Any:
    """Products that go for good, named in the body or the query. Orders keep their lines, nobody keeps the VAT."""
    bodies = call.body if isinstance(call.body, list) else [call.body or call.query]
    done, errors = 0, []
    for body in bodies:
        try:
            product, _ = found(call.shop, body)
        except NONSENSE as error:
            errors.append(str(error))
            continue
        remove(call.shop, product.id)
        done += 1
    return {"success": done, "errors": errors}


def remove(shop: Shop, number: int) -> None:
    """Delete a product. Raises KeyError for an unknown one."""
    product = shop.products.pop(number)
    shop.metadata.pop(("product", number), None)
    _raise(shop, "product.delete", product)


def _raise(shop: Shop, event: str, product: Product) -> None:
    if shop.switches.api_raises_product_events:
        shop.emit(event, product.id)


def _written(shop: Shop, product: Product, body: Json) -> list[str]:
    """Take the fields of a body into a product; answers what was left out. Everything is read before any is kept."""
    price = money(body.get("price", product.price))
    rate = money(body.get("tax_rate", product.rate))
    qty = int(body.get("stock", product.qty))
    variants, notices = _variants(shop, product, body.get("variants") or {})
    product.price, product.rate, product.qty, product.variants = price, rate, qty, variants
    product.title = str(body.get("title", product.title))
    product.visible = is_true(body.get("visible", product.visible))
    product.disable_minusqty = is_true(body.get("disable_minusqty", product.disable_minusqty))
    product.is_giftcard = is_true(body.get("is_giftcard", product.is_giftcard))
    product.category = str(body.get("headcategory_name", product.category))
    product.more |= {name: body[name] for name in (*TEXTS, "images") if name in body}
    if product.disable_minusqty:
        product.qty = max(0, product.qty)
    if "qty" in body:
        notices.append("qty is written as stock")
    return notices


def _variants(shop: Shop, product: Product, body: Json) -> tuple[list[Variant], list[str]]:
    """`sync` replaces the variants, `add` adds; a variant with the same choices keeps its id."""
    rows = [*body.get("sync", []), *body.get("add", [])]
    kept = [] if "sync" in body else list(product.variants)
    notices = []
    for row in rows:
        choices = {
            str(row[f"variant_option{place}_name"]): str(row[f"variant_option{place}_value"])
            for place in _OPTIONS
            if row.get(f"variant_option{place}_name")
        }
        if not choices:
            notices.append("A variant without options was left out")
            continue
        same = next((one for one in product.variants if one.choices == choices), None)
        variant = deepcopy(same) if same else Variant(shop.number("variant", FIRST_VARIANT), "", choices)
        _variant_written(variant, row)
        kept = [one for one in kept if one.id != variant.id] + [variant]
    return kept, notices


def _variant_written(variant: Variant, body: Json) -> None:
    price, qty = money(body.get("price", variant.price)), int(body.get("qty", variant.qty))
    variant.price, variant.qty = price, qty
    if "variant_id" not in body or body.get("product_id"):
        variant.sku = str(body.get("sku", variant.sku))
    variant.gtin = str(body.get("gtin", variant.gtin))
    variant.hidden = not is_true(body.get("visible", not variant.hidden))
    variant.more |= {name: body[name] for name in VARIANT_TEXTS if name in body}
