"""/customers, /coupons, /taxes and tax classes.

Decides how these registers are listed, read and written. Customers are registered users only; guests exist on orders.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kontera.sandboxes.woocommerce.arithmetic import quantize, shown
from kontera.sandboxes.woocommerce.listing import arranged, chosen, dated, pages
from kontera.sandboxes.woocommerce.order_write import BILLING, SHIPPING, amount, blank, merge_meta
from kontera.sandboxes.woocommerce.product_show import slug_of
from kontera.sandboxes.woocommerce.show import dates, links, metas
from kontera.sandboxes.woocommerce.state import Coupon, Customer, Json, Rate
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint, invalid, missing

_COUPON_KINDS = ("percent", "fixed_cart", "fixed_product")


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/customers", customers),
        Endpoint("POST", "/customers", customer_created, "create"),
        Endpoint("GET", "/customers/{id:int}", lambda call: customer(call, _customer(call))),
        Endpoint("PUT", "/customers/{id:int}", customer_changed, "edit"),
        Endpoint("DELETE", "/customers/{id:int}", customer_deleted, "delete"),
        Endpoint("GET", "/coupons", coupons),
        Endpoint("POST", "/coupons", coupon_created, "create"),
        Endpoint("GET", "/coupons/{id:int}", lambda call: coupon(call, _coupon(call))),
        Endpoint("PUT", "/coupons/{id:int}", coupon_changed, "edit"),
        Endpoint("DELETE", "/coupons/{id:int}", coupon_deleted, "delete"),
        Endpoint("GET", "/taxes/classes", classes),
        Endpoint("POST", "/taxes/classes", class_created, "create"),
        Endpoint("DELETE", "/taxes/classes/{slug}", class_deleted, "delete"),
        Endpoint("GET", "/taxes", taxes),
        Endpoint("POST", "/taxes", tax_created, "create"),
        Endpoint("GET", "/taxes/{id:int}", lambda call: tax(call, _tax(call))),
        Endpoint("PUT", "/taxes/{id:int}", tax_changed, "edit"),
        Endpoint("DELETE", "/taxes/{id:int}", tax_deleted, "delete"),
    ]


# Customers


def customer(call: Call, one: Customer) -> Json:
    """A customer as the API answers it."""
    address = {name: one.billing.get(name, "") for name in _placed(BILLING)}
    shipping = {name: one.shipping.get(name, "") for name in _placed(SHIPPING)}
    digest = hashlib.sha256(one.email.encode()).hexdigest()
    return {
        "id": one.id,
        **dates(call.shop, date_created=one.created, date_modified=one.modified),
        "email": one.email,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "role": one.role,
        "username": one.username,
        "billing": address,
        "shipping": shipping,
        "is_paying_customer": one.paying,
        "avatar_url": f"https://secure.gravatar.com/avatar/{digest}?s=96&d=mm&r=g",
        "meta_data": metas(one.meta),
        "_links": links(call.base, f"customers/{one.id}", "customers"),
    }


def _placed(names: tuple[str, ...]) -> list[str]:
    """Customers name the state after the country, orders before the postcode."""
    rest = [name for name in names if name != "state"]
    rest.insert(rest.index("country") + 1, "state")
    return rest


def _customer(call: Call) -> Customer:
    one = call.shop.customers.get(call.number())
    if one is None:
        raise ApiError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
    return one


def customers(call: Call) -> Any:
    """A page of registered users; dates of change cannot be asked for, the parameter is ignored."""
    rows = list(call.shop.customers.values())
    role, email, search = call.text("role", "customer"), call.text("email"), call.text("search").lower()
    rows = [one for one in rows if role in {"all", one.role} and (not email or one.email == email)]
    rows = [one for one in rows if search in f"{one.email} {one.username}".lower()]
    rows = arranged(
        call,
        chosen(call, rows, lambda one: one.id),
        {
            "name": lambda one: (one.username, one.id),
            "id": lambda one: one.id,
            "registered_date": lambda one: (one.created, one.id),
        },
        "name",
        "asc",
    )
    return pages(call, rows, lambda one: customer(call, one))


def _check_email(call: Call, own: Customer | None) -> None:
    email = str(call.body.get("email", ""))
    if any(one.email.lower() == email.lower() and one is not own for one in call.shop.customers.values()):
        message = f"An account is already registered with {email}. Please log in or use a different email address."
        raise ApiError("registration-error-email-exists", message, 400)


def _write_customer(call: Call, one: Customer) -> None:
    body = call.body
    for name in ("email", "first_name", "last_name", "role", "username"):
        if name in body:
            setattr(one, name, str(body[name]))
    for name, fields in (("billing", BILLING), ("shipping", SHIPPING)):
        given = body.get(name) or {}
        getattr(one, name).update({key: str(given[key]) for key in fields if key in given})
    merge_meta(call.shop, one.meta, body.get("meta_data") or [])


def customer_created(call: Call) -> Any:
    """A new customer. Raises ApiError when the e-mail address is taken."""
    if not call.body.get("email"):
        raise missing("email")
    _check_email(call, None)
    now = call.shop.now()
    email = str(call.body["email"])
    one = Customer(call.shop.number("user"), email, now, now, username=email.partition("@")[0])
    one.billing, one.shipping = blank(BILLING), blank(SHIPPING)
    one.meta = [call.shop.meta("default_password_nag", "1")]
    _write_customer(call, one)
    call.shop.customers[one.id] = one
    call.shop.emit("customer.created", one.id)
    return customer(call, one)


def customer_changed(call: Call) -> Any:
    """A change."""
    one = _customer(call)
    if "email" in call.body:
        _check_email(call, one)
    _write_customer(call, one)
    one.modified = call.shop.now()
    call.shop.emit("customer.updated", one.id)
    return customer(call, one)


def customer_deleted(call: Call) -> Any:
    """Gone; a customer cannot be trashed."""
    one = _customer(call)
    if not call.flag("force"):
        raise ApiError("woocommerce_rest_trash_not_supported", "Resource does not support trashing.", 501)
    answer = customer(call, one)
    del call.shop.customers[one.id]
    call.shop.emit("customer.deleted", one.id)
    return answer


# Coupons


def coupon(call: Call, one: Coupon) -> Json:
    """A coupon as the API answers it."""
    places = call.shop.switches.decimals
    return {
        "id": one.id,
        "code": one.code,
        "amount": shown(one.amount, places),
        "status": "publish",
        **dates(call.shop, date_created=one.created, date_modified=one.modified),
        "discount_type": one.discount_type,
        "description": "",
        **dates(call.shop, date_expires=one.expires),
        "usage_count": one.usage_count,
        "individual_use": False,
        "product_ids": one.product_ids,
        "excluded_product_ids": one.excluded_product_ids,
        "usage_limit": None,
        "usage_limit_per_user": None,
        "limit_usage_to_x_items": one.limit_usage_to_x_items,
        "free_shipping": one.free_shipping,
        "product_categories": [],
        "excluded_product_categories": [],
        "exclude_sale_items": one.exclude_sale_items,
        "minimum_amount": shown(one.minimum_amount, places),
        "maximum_amount": shown(Decimal(0), places),
        "email_restrictions": [],
        "used_by": [],
        "meta_data": [],
        "_links": links(call.base, f"coupons/{one.id}", "coupons"),
    }


def _coupon(call: Call) -> Coupon:
    one = call.shop.coupons.get(call.number())
    if one is None:
        raise ApiError("woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.", 404)
    return one


def coupons(call: Call) -> Any:
    """A page of coupons."""
    code = call.text("code").lower()
    rows = [one for one in call.shop.coupons.values() if not code or one.code == code]
    rows = dated(call, chosen(call, rows, lambda one: one.id), lambda one: one.created, lambda one: one.modified)
    keys: dict[str, Any] = {"date": lambda one: (one.created, one.id), "id": lambda one: one.id}
    return pages(call, arranged(call, rows, keys), lambda one: coupon(call, one))


def _write_coupon(call: Call, one: Coupon) -> None:
    body = call.body
    if "discount_type" in body and body["discount_type"] not in _COUPON_KINDS:
        raise invalid("discount_type", f"discount_type is not one of {', '.join(_COUPON_KINDS)}.", "rest_not_in_enum")
    for name in ("discount_type", "free_shipping", "exclude_sale_items", "limit_usage_to_x_items"):
        if name in body:
            setattr(one, name, body[name])
    for name in ("product_ids", "excluded_product_ids"):
        if name in body:
            setattr(one, name, [int(number) for number in body[name]])
    for name in ("amount", "minimum_amount"):
        if name in body:
            setattr(one, name, amount(body[name], name))
    if "date_expires" in body:
        raw = body["date_expires"]
        one.expires = _moment(call, str(raw)) if raw else None


def _moment(call: Call, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid("date_expires", "Invalid date.", "rest_invalid_date") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=call.shop.zone)).astimezone(UTC)


def coupon_created(call: Call) -> Any:
    """A new coupon. Raises ApiError when the code is taken or missing."""
    code = str(call.body.get("code", "")).lower()
    if not code:
        raise ApiError("woocommerce_rest_empty_coupon_code", "The coupon code cannot be empty.", 400)
    if call.shop.coupon(code) is not None:
        raise ApiError("woocommerce_rest_coupon_code_already_exists", "The coupon code already exists", 400)
    now = call.shop.now()
    one = Coupon(call.shop.number("post"), code, now, now)
    _write_coupon(call, one)
    call.shop.coupons[one.id] = one
    call.shop.emit("coupon.created", one.id)
    return coupon(call, one)


def coupon_changed(call: Call) -> Any:
    """A change."""
    one = _coupon(call)
    _write_coupon(call, one)
    one.modified = call.shop.now()
    call.shop.emit("coupon.updated", one.id)
    return coupon(call, one)


def coupon_deleted(call: Call) -> Any:
    """Gone."""
    one = _coupon(call)
    answer = coupon(call, one)
    del call.shop.coupons[one.id]
    call.shop.emit("coupon.deleted", one.id)
    return answer


# Taxes


def _class(call: Call, slug: str, name: str, *, name_first: bool = False) -> Json:
    body = {"name": name, "slug": slug} if name_first else {"slug": slug, "name": name}
    return body | {"_links": {"collection": [{"href": f"{call.base}/taxes/classes"}]}}


def classes(call: Call) -> Any:
    """The tax classes: standard first, the others by name."""
    rows = sorted(call.shop.classes.items(), key=lambda row: row[1])
    return [_class(call, "standard", "Standard rate"), *(_class(call, slug, name) for slug, name in rows)]


def class_created(call: Call) -> Any:
    """A new class; its slug comes from the name."""
    name = str(call.body.get("name", ""))
    slug = slug_of(name)
    if not slug or slug in call.shop.classes:
        raise ApiError("woocommerce_rest_tax_class_exists", "Cannot create existing resource.", 400)
    call.shop.classes[slug] = name
    return _class(call, slug, name, name_first=True)


def class_deleted(call: Call) -> Any:
    """Gone, with its rates."""
    slug = str(call.path["slug"])
    if slug not in call.shop.classes:
        raise ApiError("woocommerce_rest_tax_class_invalid_slug", "Invalid slug.", 404)
    answer = _class(call, slug, call.shop.classes.pop(slug))
    call.shop.rates = {number: rate for number, rate in call.shop.rates.items() if rate.tax_class != slug}
    return answer


def tax(call: Call, one: Rate) -> Json:
    """A tax rate as the API answers it: the rate is text with four decimals."""
    return {
        "id": one.id,
        "country": one.country,
        "state": one.state,
        "postcode": one.postcodes[-1] if one.postcodes else "",
        "city": one.cities[-1] if one.cities else "",
        "rate": f"{quantize(one.percent, 4):f}",
        "name": one.name,
        "priority": one.priority,
        "compound": one.compound,
        "shipping": one.shipping,
        "order": one.order,
        "class": one.tax_class or "standard",
        "postcodes": one.postcodes,
        "cities": one.cities,
        "_links": links(call.base, f"taxes/{one.id}", "taxes"),
    }


def _tax(call: Call) -> Rate:
    one = call.shop.rates.get(call.number())
    if one is None:
        raise ApiError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
    return one


def taxes(call: Call) -> Any:
    """A page of rates, in the order they were entered."""
    wanted = call.text("class")
    rows = [one for one in call.shop.rates.values() if not wanted or (one.tax_class or "standard") == wanted]
    keys: dict[str, Any] = {
        "order": lambda one: (one.order, one.id),
        "id": lambda one: one.id,
        "priority": lambda one: (one.priority, one.id),
    }
    return pages(call, arranged(call, rows, keys, "order", "asc"), lambda one: tax(call, one))


def _write_tax(call: Call, one: Rate) -> None:
    body = call.body
    for name in ("country", "state", "name"):
        if name in body:
            setattr(one, name, str(body[name]))
    for name in ("priority", "order"):
        if name in body:
            setattr(one, name, int(body[name]))
    for name in ("compound", "shipping"):
        if name in body:
            setattr(one, name, bool(body[name]))
    for name in ("postcodes", "cities"):
        if name in body:
            setattr(one, name, [str(row).upper() for row in body[name]])
    if "rate" in body:
        one.percent = amount(body["rate"], "rate")
    if "class" in body:
        slug = str(body["class"])
        if slug not in {"standard", *call.shop.classes}:
            raise invalid("class", "class is not one of the tax classes.", "rest_not_in_enum")
        one.tax_class = "" if slug == "standard" else slug


def tax_created(call: Call) -> Any:
    """A new rate."""
    one = Rate(call.shop.number("rate"))
    _write_tax(call, one)
    call.shop.rates[one.id] = one
    return tax(call, one)


def tax_changed(call: Call) -> Any:
    """A change; old orders keep what they were charged."""
    one = _tax(call)
    _write_tax(call, one)
    return tax(call, one)


def tax_deleted(call: Call) -> Any:
    """Gone; old orders keep its label and percentage."""
    one = _tax(call)
    if not call.flag("force"):
        raise ApiError("woocommerce_rest_trash_not_supported", "Taxes do not support trashing.", 501)
    answer = tax(call, one)
    del call.shop.rates[one.id]
    return answer
