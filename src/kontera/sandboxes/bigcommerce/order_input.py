"""What an API client may write on an order, and how its values are read: the vendor's rules as tables and checks.

Decides which fields are refused, required or copied. It never changes an order. Every refusal is an `ApiError` 400.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from kontera.clock import parse_instant
from kontera.sandboxes.bigcommerce.amounts import Split
from kontera.sandboxes.bigcommerce.answers import ApiError
from kontera.sandboxes.bigcommerce.seed_data import COUNTRY_NAMES, STATUS_NAMES
from kontera.sandboxes.bigcommerce.state import Json, Store

READ_ONLY = frozenset(
    {
        "id",
        "date_modified",
        "date_shipped",
        "cart_id",
        "status",
        "subtotal_tax",
        "shipping_cost_tax",
        "shipping_cost_tax_class_id",
        "handling_cost_tax",
        "handling_cost_tax_class_id",
        "wrapping_cost_tax",
        "wrapping_cost_tax_class_id",
        "payment_status",
        "store_credit_amount",
        "gift_certificate_amount",
        "currency_id",
        "currency_code",
        "currency_exchange_rate",
        "default_currency_id",
        "coupon_discount",
        "shipping_address_count",
        "total_tax",
        "is_email_opt_in",
        "coupons",
        "custom_status",
        "external_id",
        "is_tax_inclusive_pricing",
        "store_default_currency_code",
        "store_default_to_transactional_exchange_rate",
    }
)
_TEXTS = (
    "staff_notes",
    "customer_message",
    "payment_method",
    "payment_provider_id",
    "ip_address",
    "ip_address_v6",
    "geoip_country",
    "geoip_country_iso2",
    "external_source",
    "external_merchant_id",
    "external_order_id",
    "customer_locale",
    "tax_provider_id",
    "ebay_order_id",
)
_POSTAL = (
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
# amounts that override what was calculated; each pair is written together or not at all
PAIRS = ("subtotal", "total", "shipping_cost", "handling_cost", "wrapping_cost")
_KNOWN = (
    READ_ONLY
    | frozenset(_TEXTS)
    | frozenset(
        {
            "products",
            "shipping_addresses",
            "consignments",
            "billing_address",
            "fees",
            "customer_id",
            "status_id",
            "date_created",
            "channel_id",
            "discount_amount",
            "default_currency_code",
            "is_deleted",
            "items_total",
            "items_shipped",
            "order_is_digital",
            "order_source",
            "refunded_amount",
            "base_shipping_cost",
            "base_handling_cost",
            "base_wrapping_cost",
            "credit_card_type",
        }
    )
    | frozenset(f"{name}_{side}_tax" for name in PAIRS for side in ("ex", "inc"))
)


def refuse(message: str, **details: Any) -> ApiError:
    """400 with the vendor's words."""
    return ApiError(400, message, details=details)


def check_fields(body: Json, store: Store) -> None:
    """Refuse fields that cannot be written, amounts without their other side, and values of the wrong kind."""
    for name in body:
        if name in READ_ONLY:
            raise refuse(
                f"The field '{name}' cannot be written to. Please remove it from your request before trying again."
            )
        if name not in _KNOWN:
            raise refuse(f"The field '{name}' is not supported by this resource.", field=name)
    for name in PAIRS:
        sides = (f"{name}_ex_tax", f"{name}_inc_tax")
        if (sides[0] in body) != (sides[1] in body):
            missing = sides[1] if sides[0] in body else sides[0]
            raise refuse(f"The field '{missing}' is required when the other tax value is specified.", field=missing)
        for side in sides:
            if side in body:
                amount(body[side], side)
    if "status_id" in body and whole(body["status_id"], "status_id") not in STATUS_NAMES:
        raise refuse("The field 'status_id' is invalid.", field="status_id")
    if whole(body.get("customer_id"), "customer_id") not in {0, *store.customers}:
        raise refuse("The field 'customer_id' is invalid.", field="customer_id")
    for name in ("products", "shipping_addresses", "fees"):
        rows(body.get(name), name)
    if "channel_id" in body and not any(channel["id"] == body["channel_id"] for channel in store.channels):
        raise refuse("The field 'channel_id' is invalid.", field="channel_id")


def check_create(body: Json) -> None:
    """What only a new order must have."""
    if "products" in body and "consignments" in body:
        raise refuse("Use either products or consignments, not both.")
    if not body.get("products") and not body.get("consignments"):
        raise refuse("The field 'products' is required.", field="products")
    if not isinstance(body.get("billing_address"), dict) or not body["billing_address"]:
        raise refuse("The field 'billing_address' is required.", field="billing_address")
    if not isinstance(body.get("consignments", {}), dict):
        raise refuse("The field 'consignments' is invalid.", field="consignments")
    if "shipping_addresses" in body and "consignments" in body:
        raise refuse("Use either shipping_addresses or consignments, not both.")


def amount(value: Any, name: str) -> Decimal:
    """A number that is not negative: number, or number in a string. Raises ApiError 400."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise refuse(f"The field '{name}' is invalid.", field=name)
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise refuse(f"The field '{name}' is invalid.", field=name) from error
    if not number.is_finite() or number < 0:
        raise refuse(f"The field '{name}' must not be negative.", field=name)
    return number


def whole(value: Any, name: str) -> int:
    """A number of a record: whole, not negative; nothing counts as 0. Raises ApiError 400."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isdecimal():
        raise refuse(f"The field '{name}' is invalid.", field=name)
    return int(value)


def rows(value: Any, name: str) -> list[Json]:
    """A list of objects; nothing counts as an empty one. Raises ApiError 400."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise refuse(f"The field '{name}' is invalid.", field=name)
    return value


def quantity(value: Any) -> int:
    """A whole number of pieces, 0 or more. Raises ApiError 400."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise refuse("The field 'quantity' is invalid.", field="quantity")
    return value


def unit_price(entry: Json) -> Split | None:
    """The unit price when the client gives it: both sides. Raises ApiError 400 for one side alone."""
    sides = [entry.get("price_ex_tax"), entry.get("price_inc_tax")]
    if sides == [None, None]:
        return None
    if None in sides:
        missing = "price_inc_tax" if sides[1] is None else "price_ex_tax"
        raise refuse(f"The field '{missing}' is required when the other price is specified.", field=missing)
    ex, inc = amount(sides[0], "price_ex_tax"), amount(sides[1], "price_inc_tax")
    if inc < ex:
        raise refuse("The field 'price_inc_tax' must not be lower than 'price_ex_tax'.", field="price_inc_tax")
    return Split(ex, inc)


def fee_split(entry: Json) -> Split:
    """What a fee costs: at least two of the three amounts. Raises ApiError 400."""
    if not (entry.get("display_name_customer") or entry.get("display_name_merchant")):
        raise refuse("A fee needs display_name_customer or display_name_merchant.", field="fees")
    given = {name: amount(entry[name], name) for name in ("cost_ex_tax", "cost_inc_tax", "cost_tax") if name in entry}
    if len(given) < 2:
        raise refuse("A fee needs at least two of cost_ex_tax, cost_inc_tax and cost_tax.", field="fees")
    ex = given.get("cost_ex_tax", given.get("cost_inc_tax", Decimal(0)) - given.get("cost_tax", Decimal(0)))
    inc = given.get("cost_inc_tax", ex + given.get("cost_tax", Decimal(0)))
    return Split(ex, inc)


def postal(entry: Mapping[str, Any], *, billing: bool) -> Json:
    """An address as it is stored. Raises ApiError 400; the zip of a billing address has two characters or more."""
    if not isinstance(entry, Mapping):
        raise refuse("An address is invalid.", field="address")
    unknown = set(entry) - set(_POSTAL) - {"form_fields", "shipping_method", "id"}
    if unknown:
        raise refuse(f"The field '{sorted(unknown)[0]}' is not supported by this resource.")
    found: Json = {name: str(entry.get(name) or "") for name in _POSTAL}
    code = found["country_iso2"] or next((code for code, name in COUNTRY_NAMES.items() if name == found["country"]), "")
    if not code:
        raise refuse("The field 'country' or 'country_iso2' is required.", field="country_iso2")
    if billing and len(found["zip"]) < 2:
        raise refuse("The field 'zip' is required.", field="billing_address.zip")
    found["country_iso2"] = code
    found["country"] = found["country"] or COUNTRY_NAMES.get(code, code)
    found["form_fields"] = [
        {"name": str(row.get("name", "")), "value": row.get("value")}
        for row in rows(entry.get("form_fields"), "form_fields")
    ]
    return found


def plain_fields(body: Json) -> Json:
    """The head fields that are simply kept. Raises ApiError 400 for a date that is none."""
    found: Json = {name: body[name] for name in _TEXTS if name in body}
    if "date_created" in body:
        try:
            found["date_created"] = parse_instant(str(body["date_created"]))
        except ValueError as error:
            raise refuse("The field 'date_created' is invalid.", field="date_created") from error
    if "customer_id" in body:
        found["customer_id"] = whole(body["customer_id"], "customer_id")
    return found
