"""POST and PUT /orders: many at once, each with its own result, HTTP 200 whatever comes of them.

Decides what a written order becomes. One bad object does not stop the others, and of a bad object nothing is kept.
Sources: quickbutik.dev, create-orders, update-orders, update-order-status.
"""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from kontera.money import ZERO, MoneyError, exact
from kontera.sandboxes.quickbutik import life
from kontera.sandboxes.quickbutik.pricing import line_of, place_of
from kontera.sandboxes.quickbutik.state import Order, Product, Shipping, Shop, Variant
from kontera.sandboxes.quickbutik.switches import Json
from kontera.sandboxes.quickbutik.web import Call, Endpoint, is_true

FIRST_ORDER, MOST_PIECES = 1001, 1_000_000
_ADDRESS = ("company_name", "firstname", "lastname", "address", "address2", "city", "zipcode", "country")
NONSENSE = (ValueError, KeyError, TypeError, AttributeError)
"""What reading a body of wrong shape raises: the caller's mistake, told in its result."""
_NO_VARIANT = frozenset({"", "0", "NULL", "None"})


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [("POST", "/orders", created), ("PUT", "/orders", updated)]


def created(call: Call) -> Any:
    """New orders, always unpaid; results are called create_1, create_2, …"""
    results: Json = {}
    for place, body in enumerate(call.objects(), 1):
        try:
            order = _new(call.shop, body)
        except NONSENSE as error:
            results[f"create_{place}"] = _failed(error)
            continue
        call.shop.orders[order.id] = order
        told = {"order_id": str(order.id)} if call.shop.switches.create_tells_id else {}
        results[f"create_{place}"] = {"success": True, "errors": [], **told}
    return {"results": results}


def updated(call: Call) -> Any:
    """Changes to existing orders; results are called by the order's id."""
    results: Json = {}
    for place, body in enumerate(call.objects(), 1):
        number = str(body.get("order_id", ""))
        order = call.shop.orders.get(int(number)) if number.isdecimal() else None
        if order is None:
            results[number or f"update_{place}"] = {"success": False, "errors": ["Order not found"]}
            continue
        before = deepcopy(vars(order))
        try:
            _change(call.shop, order, body)
        except NONSENSE as error:
            vars(order).update(before)
            results[number] = _failed(error)
            continue
        results[number] = {"success": True, "errors": []}
    return {"results": results}


def _failed(error: Exception) -> Json:
    text = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
    return {"success": False, "errors": [text]}


def _new(shop: Shop, body: Json) -> Order:
    if body.get("order_id") != "create":
        raise ValueError('order_id must be "create"')
    if not body.get("products"):
        raise ValueError("products are required")
    customer = customer_of(body.get("customer") or {})
    payment = body.get("payment") or {}
    place = place_of(shop, customer)
    currency = str(payment.get("currency") or shop.switches.currency)
    order = Order(0, shop.now(), customer, currency, place.standard)
    order.tax_free, order.tax_on_top = place.tax_free, not shop.switches.prices_include_vat and not place.tax_free
    for row in body["products"]:
        _add(shop, order, row)
    _content(shop, order, body)
    pairs = {str(key): str(value) for key, value in (body.get("metadata") or {}).items()}
    order.id = shop.number("order", FIRST_ORDER)
    order.status_date = order.created
    if pairs:
        shop.metadata[("order", order.id)] = pairs
    return order


def customer_of(body: Json) -> Json:
    """A customer as an order shows it, from the fields a caller writes."""
    billing = {name: str((body.get("billing_details") or {}).get(name, "")) for name in _ADDRESS}
    written = body.get("shipping_details") or body.get("billing_details") or {}
    sent_to = {name: str(written.get(name, "")) for name in _ADDRESS}
    kind = str(body.get("type") or ("company" if billing["company_name"] else "consumer"))
    if kind not in {"consumer", "company"}:
        raise ValueError("customer type must be consumer or company")
    return {
        "email": str(body.get("email", "")),
        "phone": str(body.get("phone", "")),
        "customer_type": kind,
        "company_name": billing["company_name"],
        "full_name": _full_name(billing),
        **{name: billing[name] for name in _ADDRESS[3:]},
        "notes": str(body.get("note", "")),
        "shipping_details": sent_to | {"full_name": _full_name(sent_to)},
        "billing_details": billing,
        "vat_number": str(body.get("vat_number", "")),
    }


def _full_name(address: Json) -> str:
    return f"{address['firstname']} {address['lastname']}".strip()


def _change(shop: Shop, order: Order, body: Json) -> None:
    if "customer" in body:
        order.customer = order.customer | customer_of(body["customer"])
    if "products" in body:  # replaces what the order holds
        order.lines = []
        for row in body["products"]:
            _add(shop, order, row)
    for row in body.get("products_add") or []:
        _add(shop, order, row)
    for row in body.get("products_remove") or []:
        _remove(order, row)
    _content(shop, order, body)
    if isinstance(body.get("shipping_info"), dict):
        order.shipping_info = body["shipping_info"]
    if body.get("status"):
        life.move(
            shop,
            order,
            str(body["status"]),
            capture=is_true(body.get("paymethod_activate", True)),
            silent=is_true(body.get("skip_webhook", False)),
        )
    else:
        life.touch(shop, order)


def _content(shop: Shop, order: Order, body: Json) -> None:
    """Payment, shipping and discount, the same in both calls."""
    if body.get("payment"):
        order.method = str(body["payment"].get("method", order.method))
        order.transaction_id = str(body["payment"].get("transaction_id", order.transaction_id))
        order.currency = str(body["payment"].get("currency") or order.currency)
    if body.get("shipping"):
        sent = body["shipping"]
        order.shipping = Shipping(int(sent.get("id") or 0), str(sent.get("name", "")), money(sent.get("price", 0)))
    if is_true(body.get("discount_remove", False)):
        order.discount = ZERO
    if body.get("discount_add") is not None:
        off = money(body["discount_add"]["amount"])
        if not ZERO <= off <= sum((line.amount for line in order.lines), ZERO):
            raise ValueError("The discount is larger than the order")
        order.discount = off


def money(value: object) -> Decimal:
    """An amount somebody wrote, as text or number. Raises ValueError."""
    try:
        return exact(value)
    except MoneyError as error:
        raise ValueError(f"{value!r} is not an amount") from error


def _add(shop: Shop, order: Order, row: Json) -> None:
    product, variant = found(shop, row)
    qty = int(row.get("qty", 1))
    if not 1 <= qty <= MOST_PIECES:
        raise ValueError(f"qty must be 1 to {MOST_PIECES}")
    line = line_of(shop, product, variant, qty, order, place_of(shop, order.customer))
    if row.get("price") is not None:
        line.price = money(row["price"])
    order.lines.append(line)


def _remove(order: Order, row: Json) -> None:
    for line in order.lines:
        if str(row.get("sku", "")) == line.sku if row.get("sku") else _says(row.get("product_id"), line.product_id):
            order.lines.remove(line)
            return
    raise ValueError("Product is not in the order")


def _says(value: object, number: int) -> bool:
    return str(value) == str(number)


def found(shop: Shop, row: Json) -> tuple[Product, Variant | None]:
    """The product and variant an object names, by id or by unique article number. Raises ValueError."""
    if row.get("product_id"):
        product = shop.products.get(int(row["product_id"]))
        if product is None:
            raise ValueError("Product not found")
        wanted = str(row.get("variant_id") or "")
        if wanted in _NO_VARIANT or wanted.startswith("NULL"):
            return product, None
        variant = product.variant(int(wanted))
        if variant is None:
            raise ValueError("Variant not found")
        return product, variant
    if row.get("variant_id"):
        number = int(row["variant_id"])
        for product in shop.products.values():
            if (variant := product.variant(number)) is not None:
                return product, variant
        raise ValueError("Variant not found")
    same = shop.by_sku(str(row.get("sku", "")))
    if len(same) != 1:
        raise ValueError("SKU is not unique" if same else "Product not found")
    return same[0]
