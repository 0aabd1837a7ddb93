"""The store's V3 registers: tax settings, zones and rates, channels, customers, products and their stock.

Decides filters and answers, and the few writes a hub needs: tax settings, articles and stock.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from kontera.clock import parse_instant
from kontera.sandboxes.bigcommerce.amounts import NO_ROUNDING, RATE_ROUNDING
from kontera.sandboxes.bigcommerce.answers import ApiError, not_found, v3_list, v3_one
from kontera.sandboxes.bigcommerce.calls import Call, Endpoint
from kontera.sandboxes.bigcommerce.changes import change_stock
from kontera.sandboxes.bigcommerce.seed import article
from kontera.sandboxes.bigcommerce.state import Json, Store

PRODUCTS = ("store_v2_products",)
CUSTOMERS = ("store_v2_customers",)
CHANNELS = ("store_channel_settings",)
INFORMATION = ("store_v2_information",)
_WRITABLE = (
    "name",
    "sku",
    "price",
    "cost_price",
    "tax_class_id",
    "inventory_level",
    "inventory_tracking",
    "is_visible",
    "description",
    "upc",
    "gtin",
    "mpn",
    "bin_picking_number",
    "weight",
)
_TEXTS = frozenset({"name", "sku", "description", "upc", "gtin", "mpn", "bin_picking_number", "inventory_tracking"})


def endpoints() -> list[Endpoint]:
    """The table of this module."""
    product = "/v3/catalog/products/{product_id:int}"
    return [
        Endpoint("GET", "/v3/tax/settings", tax_settings, INFORMATION),
        Endpoint("PUT", "/v3/tax/settings", put_tax_settings, INFORMATION),
        Endpoint("GET", "/v3/tax/zones", zones, INFORMATION),
        Endpoint("GET", "/v3/tax/rates", rates, INFORMATION),
        Endpoint("GET", "/v3/channels", channels, CHANNELS),
        Endpoint("GET", "/v3/channels/{channel_id:int}", channel, CHANNELS),
        Endpoint("GET", "/v3/channels/currency-assignments", currency_assignments, CHANNELS),
        Endpoint("GET", "/v3/customers", customers, CUSTOMERS),
        Endpoint("GET", "/v3/customers/addresses", addresses, CUSTOMERS),
        Endpoint("GET", "/v3/customers/form-field-values", form_fields, CUSTOMERS),
        Endpoint("GET", "/v3/catalog/products", products, PRODUCTS),
        Endpoint("POST", "/v3/catalog/products", create_product, PRODUCTS),
        Endpoint("GET", product, get_product, PRODUCTS),
        Endpoint("PUT", product, put_product, PRODUCTS),
        Endpoint("DELETE", product, delete_product, PRODUCTS),
        Endpoint("GET", f"{product}/variants", product_variants, PRODUCTS),
        Endpoint("GET", "/v3/catalog/variants", variants, PRODUCTS),
        Endpoint("PUT", "/v3/inventory/adjustments/absolute", adjust("absolute"), ("store_inventory",)),
        Endpoint("POST", "/v3/inventory/adjustments/relative", adjust("relative"), ("store_inventory",)),
    ]


def tax_settings(call: Call) -> Response:
    """How the shop calculates tax."""
    switches = call.store.switches
    return v3_one(
        {
            "tax_entered_with_prices": switches.prices_include_tax,
            "price_display_settings": {
                "control_panel_price_display_strategy": "INCLUSIVE",
                "invoice_price_display_strategy": "INCLUSIVE",
            },
            "fallback_strategy": switches.fallback_strategy,
            "should_subtract_store_tax": switches.subtract_store_tax,
            "should_use_geolocation_to_determine_guest_shopper_tax_zone": False,
            "guest_shopper_tax_zone_id": 1,
            "store_tax_zone_id": 1,
            "document_submission_strategy": "ON_ORDER_CREATION",
            "rounding_strategy": switches.rounding_strategy,
        }
    )


def put_tax_settings(call: Call) -> Response:
    """Change how the shop calculates, from the next order on."""
    body, switches = call.object(), call.store.switches
    allowed: dict[str, tuple[str, tuple[Any, ...]]] = {
        "tax_entered_with_prices": ("prices_include_tax", (True, False)),
        "should_subtract_store_tax": ("subtract_store_tax", (True, False)),
        "fallback_strategy": ("fallback_strategy", ("FIXED", "BASIC", "DISABLE")),
        "rounding_strategy": ("rounding_strategy", (RATE_ROUNDING, NO_ROUNDING)),
    }
    for name, value in body.items():
        if name in allowed and value not in allowed[name][1]:
            raise ApiError(422, errors={name: "invalid value"})
    switches.set({allowed[name][0]: value for name, value in body.items() if name in allowed})
    return tax_settings(call)


def zones(call: Call) -> Response:
    """The tax zones; this list has no pagination."""
    ids = call.ids("id:in")
    return v3_one([row for row in call.store.tax_zones if ids is None or row["id"] in ids])


def rates(call: Call) -> Response:
    """The tax rates of the zones."""
    ids, zone_ids = call.ids("id:in"), call.ids("tax_zone_id:in")
    return v3_list(
        [
            row
            for row in call.store.tax_rates
            if (ids is None or row["id"] in ids) and (zone_ids is None or row["tax_zone_id"] in zone_ids)
        ],
        call.query,
    )


def channels(call: Call) -> Response:
    """The channels: storefronts, marketplaces, tills."""
    return v3_list(
        [
            row
            for row in call.store.channels
            if row["type"] in call.query.get("type:in", str(row["type"])).split(",")
            and row["status"] in call.query.get("status:in", str(row["status"])).split(",")
        ],
        call.query,
    )


def channel(call: Call) -> Response:
    """One channel."""
    for row in call.store.channels:
        if row["id"] == call.path["channel_id"]:
            return v3_one(row)
    raise not_found()


def currency_assignments(call: Call) -> Response:
    """Which currencies each channel takes."""
    codes = [row["currency_code"] for row in call.store.currencies if row["is_transactional"]]
    return v3_one(
        [
            {
                "channel_id": row["id"],
                "enabled_currencies": codes if row["id"] != 1 else ["SEK"],
                "default_currency": "SEK" if row["id"] != 2 else "EUR",
            }
            for row in call.store.channels
        ]
    )


def _matches(row: Json, query: dict[str, str], texts: dict[str, str]) -> bool:
    """`field:in`, and date `:min` and `:max` filters, as V3 has them. Raises ApiError 422 for a bad date."""
    for name, field in texts.items():
        if f"{name}:in" in query and str(row[field]) not in query[f"{name}:in"].split(","):
            return False
    for name in ("date_modified", "date_created"):
        for side in ("min", "max"):
            text = query.get(f"{name}:{side}")
            if text is None:
                continue
            try:
                limit = parse_instant(text)
            except ValueError as error:
                raise ApiError(422, errors={f"{name}:{side}": "invalid date"}) from error
            if (row[name] < limit) if side == "min" else (row[name] > limit):
                return False
    return True


def customers(call: Call) -> Response:
    """The customers; addresses, form fields, credit and the like only when `include` asks."""
    include = set(call.query.get("include", "").split(","))
    kept = {
        "addresses": "addresses",
        "formfields": "form_fields",
        "storecredit": "store_credit_amounts",
        "attributes": "attributes",
    }
    hidden = {field for name, field in kept.items() if name not in include}
    rows = [
        {name: value for name, value in row.items() if name not in hidden}
        for row in call.store.customers.values()
        if _matches(
            row,
            call.query,
            {"id": "id", "email": "email", "company": "company", "customer_group_id": "customer_group_id"},
        )
    ]
    if "formfields" in include:
        rows = [
            {
                **row,
                "form_fields": [
                    {"name": field["name"], "value": field["value"], "customer_id": field["customer_id"]}
                    for field in row["form_fields"]
                ],
            }
            for row in rows
        ]
    return v3_list(rows, call.query, cursors=True)


def addresses(call: Call) -> Response:
    """The customers' addresses."""
    ids = call.ids("customer_id:in")
    return v3_list(
        [
            row
            for customer in call.store.customers.values()
            for row in customer["addresses"]
            if ids is None or row["customer_id"] in ids
        ],
        call.query,
    )


def form_fields(call: Call) -> Response:
    """The values of form fields, among them the VAT number."""
    wanted, name = call.query.get("customer_id"), call.query.get("field_name")
    return v3_list(
        [
            row
            for customer in call.store.customers.values()
            for row in customer["form_fields"]
            if wanted in (None, str(row["customer_id"])) and name in (None, row["name"])
        ],
        call.query,
        cursors=True,
    )


_INCLUDED = frozenset({"variants"})
_NOTES = frozenset({"bundle_parts", "is_gift_certificate", "is_deleted"})


def _product(row: Json, query: dict[str, str]) -> Json:
    include = set(query.get("include", "").split(","))
    shown = {
        name: value for name, value in row.items() if name not in _NOTES and (name not in _INCLUDED or name in include)
    }
    if query.get("include_fields"):
        fields = set(query["include_fields"].split(",")) | {"id"}
        shown = {name: value for name, value in shown.items() if name in fields}
    for name in filter(None, query.get("exclude_fields", "").split(",")):
        if name != "id":
            shown.pop(name, None)
    return shown


def products(call: Call) -> Response:
    """The catalogue."""
    query = call.query
    rows = [
        row
        for row in call.store.products.values()
        if not row["is_deleted"]
        and _matches(row, query, {"id": "id", "sku": "sku"})
        and query.get("sku", row["sku"]) == row["sku"]
        and query.get("name", row["name"]) == row["name"]
        and query.get("keyword", "").lower() in f"{row['name']} {row['sku']}".lower()
    ]
    return v3_list([_product(row, query) for row in rows], query, cursors=True)


def _find(call: Call) -> Json:
    row = call.store.products.get(call.path["product_id"])
    if row is None or row["is_deleted"]:
        raise not_found()
    return row


def get_product(call: Call) -> Response:
    """One article."""
    return v3_one(_product(_find(call), call.query))


def _values(body: Json) -> Json:
    values: Json = {}
    for name in (field for field in _WRITABLE if field in body):
        value = body[name]
        if name in {"tax_class_id", "inventory_level"} and (isinstance(value, bool) or not isinstance(value, int)):
            raise ApiError(422, errors={name: "must be a whole number"})
        if name in _TEXTS and not isinstance(value, str):
            raise ApiError(422, errors={name: "must be text"})
        if name in {"price", "cost_price", "weight"}:
            if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
                raise ApiError(422, errors={name: "must be a number, not negative"})
            value = Decimal(value)
        values[name] = value
    return values


def create_product(call: Call) -> Response:
    """A new article. Raises ApiError 422 for missing fields, 409 for a name or number in use."""
    body, store = call.object(), call.store
    for name in ("name", "type", "weight", "price"):
        if name not in body:
            raise ApiError(422, errors={name: "error.path.missing"})
    values = _values(body)
    live = [row for row in store.products.values() if not row["is_deleted"]]
    if any(row["name"] == values["name"] or (values.get("sku") and row["sku"] == values["sku"]) for row in live):
        raise ApiError(409, "The product name or sku is a duplicate", errors={"name": "duplicate"})
    number = store.number("product")
    row = article(
        store,
        number,
        values.get("sku", ""),
        values["name"],
        values["price"],
        int(values.get("tax_class_id", 0)),
        str(body["type"]),
        int(values.get("inventory_level", 0)),
    )
    row |= values
    store.products[number] = row
    store.emit("store/product/created", {"type": "product", "id": number})
    return v3_one(_product(row, call.query))


def put_product(call: Call) -> Response:
    """Change an article."""
    row = _find(call)
    row |= _values(call.object())
    row["date_modified"] = call.store.now()
    call.store.emit("store/product/updated", {"type": "product", "id": row["id"]})
    return v3_one(_product(row, call.query))


def delete_product(call: Call) -> Response:
    """Remove an article; orders that hold it keep their lines."""
    row = _find(call)
    row["is_deleted"] = True
    call.store.emit("store/product/deleted", {"type": "product", "id": row["id"]})
    return Response(status_code=204)


def product_variants(call: Call) -> Response:
    """The variants of one article; an article without choices has one."""
    return v3_list(_find(call)["variants"], call.query, cursors=True)


def variants(call: Call) -> Response:
    """All variants, by article number when asked."""
    rows = [
        variant
        for product in call.store.products.values()
        if not product["is_deleted"]
        for variant in product["variants"]
    ]
    return v3_list(
        [
            row
            for row in rows
            if call.query.get("sku", row["sku"]) == row["sku"]
            and (call.ids("id:in") is None or row["id"] in (call.ids("id:in") or set()))
        ],
        call.query,
        cursors=True,
    )


def adjust(method: str) -> Callable[[Call], Response]:
    """Set or change stock levels in one batch, later, as the vendor does."""

    def answer(call: Call) -> Response:
        rows = call.object().get("items")
        if not isinstance(rows, list) or not 0 < len(rows) <= 2000:
            raise ApiError(422, errors={"items": "1 to 2000 items"})
        changes = [_stock_target(call.store, row, method) for row in rows]
        number = call.store.number("inventory_transaction")

        def run() -> None:
            for product, variant_id, value in changes:
                change_stock(call.store, product, variant_id, value, method)

        if call.store.switches.async_payments:
            call.store.later(call.store.switches.async_seconds, run)
        else:
            run()
        return v3_one({"transaction_id": f"inv-{number}"})

    return answer


def _stock_target(store: Store, row: Json, method: str) -> tuple[Json, int, int]:
    """The article, the variant (0: none) and the value of one adjustment. Raises ApiError 422."""
    if not isinstance(row, dict):
        raise ApiError(422, errors={"items": "must be objects"})
    value = row.get("quantity")
    found: tuple[Json, Json | None] | None = None
    if "sku" in row:
        found = store.product_by_sku(str(row["sku"]))
    elif isinstance(row.get("product_id"), int) and row["product_id"] in store.products:
        found = (store.products[row["product_id"]], None)
    elif "variant_id" in row:
        found = next(
            (
                (product, variant)
                for product in store.products.values()
                for variant in product["variants"]
                if variant["id"] == row["variant_id"]
            ),
            None,
        )
    if row.get("location_id") != 1 or isinstance(value, bool) or not isinstance(value, int):
        raise ApiError(422, errors={"items": "location_id 1 and a whole quantity are required"})
    if found is None or found[0]["inventory_tracking"] == "none":
        raise ApiError(422, "The item is not found or its stock is not tracked.", errors={"items": "not tracked"})
    product, variant = found
    if variant is not None and product["inventory_tracking"] == "product" and product["sku"] != variant["sku"]:
        raise ApiError(422, "is tracked by product, please update stock by product id", errors={"items": "tracking"})
    level = (variant or product)["inventory_level"]
    if method == "relative" and level + value < 0:
        raise ApiError(422, "The adjustment would take the stock below safety stock.", errors={"items": "shortage"})
    return product, variant["id"] if variant is not None else 0, value
