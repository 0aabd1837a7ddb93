"""What a client writes into an order: fields, lines, shipping, fees, coupons.

Decides how a body becomes an order and when its totals are worked out anew. Statuses and stock are `life.py`, amounts
`totals.py`. Unknown fields are ignored, as the vendor does.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal, InvalidOperation
from typing import Any

from kontera.money import is_currency
from kontera.sandboxes.woocommerce import life, totals
from kontera.sandboxes.woocommerce.arithmetic import ZERO, stored
from kontera.sandboxes.woocommerce.cart import coupon_info
from kontera.sandboxes.woocommerce.rates import place_of
from kontera.sandboxes.woocommerce.state import Coupon, CouponLine, Json, Line, Meta, Order, Part, Product, Shop
from kontera.sandboxes.woocommerce.web import ApiError, invalid

_NAMES = ("first_name", "last_name", "company")
_STREET = ("address_1", "address_2", "city", "state", "postcode", "country")
BILLING = (*_NAMES, *_STREET, "email", "phone")
SHIPPING = tuple(name for name in BILLING if name != "email")
_TEXTS = ("payment_method", "payment_method_title", "transaction_id", "customer_note", "created_via")
_PARTS = ("billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines")


def amount(value: Any, name: str) -> Decimal:
    """A number sent as text or number. Raises ApiError when it is neither."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise invalid(name, f"{name} is not of type string.", "rest_invalid_type") from error


def blank(names: tuple[str, ...]) -> dict[str, str]:
    """An address with every field empty."""
    return dict.fromkeys(names, "")


def create(shop: Shop, body: Json) -> Order:
    """A new order from a client's body; it is kept, paid when `set_paid` says so, and announced."""
    _check(shop, body)
    now = shop.now()
    here = shop.switches
    order = Order(shop.number("post"), now, now, currency=here.currency, prices_include_tax=here.prices_include_tax)
    order.order_key = key_of(order.id)
    order.billing, order.shipping = blank(BILLING), blank(SHIPPING)
    _fields(shop, order, body)
    _lines(shop, order, body)
    shop.orders[order.id] = order
    totals.calculate(shop, order)
    if body.get("coupon_lines"):
        try:
            _coupons(shop, order, body["coupon_lines"])
        except ApiError as error:  # the vendor keeps what it had begun
            order.status = "checkout-draft"
            error.body["data"]["new_draft_order_id"] = order.id
            raise
    shop.emit("order.created", order.id)
    if body.get("status"):
        life.set_status(shop, order, str(body["status"]))
    if body.get("set_paid") is True:
        life.pay(shop, order)
    life.touch(shop, order)
    return order


def update(shop: Shop, order: Order, body: Json) -> None:
    """A client's change; every one moves the date, also one that changes nothing."""
    _check(shop, body)
    restores = order.status == "trash" and body.get("status") not in {None, "trash"}
    _fields(shop, order, body)
    _lines(shop, order, body)
    if any(name in body for name in _PARTS):
        if "coupon_lines" in body:
            totals.calculate(shop, order)
            _coupons(shop, order, body["coupon_lines"])
        else:
            totals.calculate(shop, order)
    if body.get("set_paid") is True:
        life.pay(shop, order)
    if body.get("status"):
        life.set_status(shop, order, str(body["status"]))
    life.touch(shop, order, quiet=restores and shop.switches.hpos)  # a restored order raises nothing there


def key_of(number: int) -> str:
    """An order's key: thirteen characters that nobody guesses, the same for the same number."""
    return "wc_order_" + hashlib.sha256(f"order {number}".encode()).hexdigest()[:13]


def _check_kinds(body: Json) -> None:
    """Lists are lists of objects, addresses objects, and numbers of pieces whole."""
    for name in ("line_items", "shipping_lines", "fee_lines", "coupon_lines", "meta_data"):
        rows = body.get(name)
        if rows is not None and not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            raise invalid(name, f"{name} is not of type array.", "rest_invalid_type")
    for name in ("billing", "shipping"):
        if body.get(name) is not None and not isinstance(body[name], dict):
            raise invalid(name, f"{name} is not of type object.", "rest_invalid_type")
    for name in ("product_id", "variation_id", "quantity"):
        for row in body.get("line_items") or []:
            value = row.get(name)
            if value is not None and not str(value).isdigit():
                raise invalid("line_items", f"line_items[0][{name}] is not of type integer.", "rest_invalid_type")
    if body.get("customer_id") is not None and not str(body["customer_id"]).isdigit():
        raise invalid("customer_id", "customer_id is not of type integer.", "rest_invalid_type")


def _check(shop: Shop, body: Json) -> None:
    _check_kinds(body)
    status = body.get("status")
    if status is not None and status not in life.STATUSES and status not in {"auto-draft", "trash"}:
        raise invalid("status", f"status is not one of {', '.join(life.STATUSES)}.", "rest_not_in_enum")
    currency = body.get("currency")
    if currency is not None and not is_currency(str(currency)):
        raise invalid("currency", "currency is not one of the shop's currencies.", "rest_not_in_enum")
    customer = body.get("customer_id")
    if customer and int(customer) not in shop.customers:
        raise ApiError("woocommerce_rest_invalid_customer_id", "Customer ID is invalid.", 400)
    for row in body.get("line_items") or []:
        if not row.get("id") and not (row.get("product_id") or row.get("variation_id") or row.get("sku")):
            raise ApiError("woocommerce_rest_required_product_reference", "Product ID or SKU is required.", 400)


def _fields(shop: Shop, order: Order, body: Json) -> None:
    for name in _TEXTS:
        if name in body:
            setattr(order, name, str(body[name]))
    if "currency" in body:
        order.currency = str(body["currency"])
    if "customer_id" in body:
        order.customer_id = int(body["customer_id"])
    for name, fields in (("billing", BILLING), ("shipping", SHIPPING)):
        given = body.get(name) or {}
        getattr(order, name).update({key: str(given[key]) for key in fields if key in given})
    merge_meta(shop, order.meta, body.get("meta_data") or [])


def merge_meta(shop: Shop, rows: list[Meta], given: list[Json]) -> None:
    """Meta data as a client writes it: by id or key; null takes a row away."""
    for one in given:
        known = next(
            (row for row in rows if row.id == one.get("id") or ("id" not in one and row.key == one.get("key"))), None
        )
        if known is None and one.get("value") is not None:
            rows.append(shop.meta(str(one.get("key", "")), one["value"]))
        elif known is not None and one.get("value") is None:
            rows.remove(known)
        elif known is not None:
            known.value = one["value"]


def _lines(shop: Shop, order: Order, body: Json) -> None:
    for row in body.get("line_items") or []:
        _line(shop, order, row)
    for row in body.get("shipping_lines") or []:
        _part(shop, order.shipping_lines, row, "shipping")
    for row in body.get("fee_lines") or []:
        _part(shop, order.fees, row, "fee")


def _product(shop: Shop, row: Json) -> Product | None:
    if row.get("sku"):
        return shop.by_sku(str(row["sku"]))
    return shop.products.get(int(row.get("variation_id") or row.get("product_id") or 0))


def _line(shop: Shop, order: Order, row: Json) -> None:
    """A line is added, changed or (quantity 0, product null) removed."""
    line = next((one for one in order.lines if one.id == row.get("id")), None)
    if row.get("id") and line is None:
        raise ApiError("woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order.", 400)
    if line is not None and (row.get("quantity") == 0 or ("product_id" in row and row["product_id"] is None)):
        order.lines.remove(line)
        return
    if line is None:
        line = _new_line(shop, order, row)
        order.lines.append(line)
    elif "quantity" in row:
        line.quantity = int(row["quantity"])  # alone it does not change the amounts
    if "name" in row:
        line.name = str(row["name"])
    if "tax_class" in row:
        line.tax_class = str(row["tax_class"])
    if "subtotal" in row:
        line.subtotal = stored(amount(row["subtotal"], "subtotal"))
    if "total" in row:
        line.total = stored(amount(row["total"], "total"))
        line.subtotal = max(line.subtotal, line.total)
    merge_meta(shop, line.meta, row.get("meta_data") or [])


def _new_line(shop: Shop, order: Order, row: Json) -> Line:
    product, quantity = _product(shop, row), int(row.get("quantity", 1))
    number = shop.number("line")
    if product is None:  # the vendor takes an unknown product and makes a line of nothing
        return Line(number, "", 0, 0, quantity)
    price = totals.without_tax(shop, product, quantity, place_of(shop, order))
    parent = product.parent_id
    return Line(
        number,
        product.name,
        parent or product.id,
        product.id if parent else 0,
        quantity,
        product.tax_class,
        product.tax_status,
        subtotal=price,
        total=price,
    )


def _part(shop: Shop, parts: list[Part], row: Json, kind: str) -> None:
    """A shipping or fee line is added, changed or (method or name null) removed."""
    title = "method_title" if kind == "shipping" else "name"
    marker = "method_id" if kind == "shipping" else "name"
    part = next((one for one in parts if one.id == row.get("id")), None)
    if part is not None and marker in row and row[marker] is None:
        parts.remove(part)
        return
    if part is None:
        if kind == "shipping" and not row.get("method_id"):
            raise ApiError("woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.", 400)
        part = Part(shop.number("line"), kind, "")
        parts.append(part)
    part.title = str(row.get(title, part.title) or "")
    for name in ("method_id", "instance_id", "tax_class", "tax_status"):
        if name in row:
            setattr(part, name, str(row[name]))
    if "total" in row:
        part.total = stored(amount(row["total"], "total"))
    merge_meta(shop, part.meta, row.get("meta_data") or [])


def _coupons(shop: Shop, order: Order, given: list[Json]) -> None:
    """The coupons of an order become exactly those given. Raises ApiError for one that cannot be used."""
    codes = list(dict.fromkeys(str(row.get("code", "")).lower() for row in given))
    spend = sum((line.subtotal for line in order.lines), ZERO)
    coupons = [usable_coupon(shop, code, spend) for code in codes]
    kept = {row.code: row for row in order.coupons}
    order.coupons = []
    for coupon in coupons:
        row = kept.get(coupon.code)
        if row is None:
            row = CouponLine(shop.number("line"), coupon.code, meta=[shop.meta("coupon_info", coupon_info(coupon))])
            coupon.usage_count += 1
        order.coupons.append(row)
    for line in order.lines:
        line.total = line.subtotal
    totals.apply_coupons(shop, order, coupons)


def usable_coupon(shop: Shop, code: str, spend: Decimal) -> Coupon:
    """The coupon with this code, for goods worth `spend`. Raises ApiError in the vendor's words."""
    coupon = shop.coupon(code)
    quoted = f"&quot;{code}&quot;"
    if coupon is None:
        reason = f"Coupon {quoted} cannot be applied because it does not exist."
    elif coupon.expires is not None and coupon.expires <= shop.now():
        reason = f"Coupon {quoted} has expired."
    elif coupon.minimum_amount > spend:
        reason = f"The minimum spend for coupon {quoted} is {coupon.minimum_amount}."
    else:
        return coupon
    raise ApiError("woocommerce_rest_invalid_coupon", reason, 400)
