"""The store's small V2 registers: profile, time, currencies, tax classes, coupons, gift certificates, groups.

Decides how they are read and, for gift certificates, written. Prices and taxes are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from starlette.responses import Response

from kontera.sandboxes.bigcommerce.answers import ApiError, not_found, v2, v2_list
from kontera.sandboxes.bigcommerce.calls import Call, Endpoint
from kontera.sandboxes.bigcommerce.order_input import amount, whole
from kontera.sandboxes.bigcommerce.state import Json, Store
from kontera.sandboxes.kit import json_response

MARKETING = ("store_v2_marketing",)
CUSTOMERS = ("store_v2_customers",)
_MOST = str(2**31)


def endpoints() -> list[Endpoint]:
    """The table of this module. Profile, currencies and tax classes need no scope of their own."""
    card = "/v2/gift_certificates"
    return [
        Endpoint("GET", "/v2/store", store_information),
        Endpoint("GET", "/v2/time", time),
        Endpoint("GET", "/v2/currencies", _list(lambda store: store.currencies)),
        Endpoint("POST", "/v2/currencies", create_currency),
        Endpoint("GET", "/v2/currencies/{number:int}", _one(lambda store: store.currencies)),
        Endpoint("GET", "/v2/tax_classes", _list(lambda store: store.tax_classes)),
        Endpoint("GET", "/v2/tax_classes/{number:int}", _one(lambda store: store.tax_classes)),
        Endpoint("GET", "/v2/coupons", coupons, MARKETING),
        Endpoint("GET", "/v2/customer_groups", _list(lambda store: store.customer_groups), CUSTOMERS),
        Endpoint("GET", "/v2/customer_groups/{number:int}", _one(lambda store: store.customer_groups), CUSTOMERS),
        Endpoint("GET", card, certificates, MARKETING),
        Endpoint("POST", card, create_certificate, MARKETING),
        Endpoint("GET", card + "/{number:int}", _one(lambda store: list(store.certificates.values())), MARKETING),
        Endpoint("PUT", card + "/{number:int}", put_certificate, MARKETING),
    ]


def _list(rows: Callable[[Store], list[Json]]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        return v2_list(rows(call.store), call.query, v2)

    return answer


def _one(rows: Callable[[Store], list[Json]]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        return json_response(v2(_find(call, rows(call.store))))

    return answer


def _find(call: Call, rows: list[Json]) -> Json:
    for row in rows:
        if str(row["id"]) == str(call.path["number"]):
            return row
    raise not_found()


def store_information(call: Call) -> Response:
    """The store's profile."""
    return json_response({**call.store.info, "is_price_entered_with_tax": call.store.switches.prices_include_tax})


def time(call: Call) -> Response:
    """The store's clock as unix seconds."""
    return json_response({"time": int(call.store.now().timestamp())})


def create_currency(call: Call) -> Response:
    """A display currency; transactional ones cannot be created over the API."""
    body = call.object()
    if body.get("is_transactional"):
        raise ApiError(400, "Transactional currencies cannot be created.")
    missing = [name for name in ("currency_code", "name", "currency_exchange_rate", "token") if name not in body]
    if missing:
        raise ApiError(400, f"The field '{missing[0]}' is required.")
    rate = amount(body["currency_exchange_rate"], "currency_exchange_rate")
    row = {
        **call.store.default_currency,
        "id": len(call.store.currencies) + 1,
        "is_default": False,
        "currency_code": str(body["currency_code"]),
        "name": str(body["name"]),
        "token": str(body["token"]),
        "currency_exchange_rate": f"{rate:.10f}",
        "is_transactional": False,
        "enabled": bool(body.get("enabled", True)),
        "decimal_places": whole(body.get("decimal_places", 2), "decimal_places"),
        "last_updated": call.store.now(),
    }
    call.store.currencies.append(row)
    return json_response(v2(row), 201)


def coupons(call: Call) -> Response:
    """The coupons, by code or type when asked."""
    rows = [
        row
        for row in call.store.coupons
        if all(call.query.get(name, row[name]) == row[name] for name in ("code", "name", "type"))
    ]
    return v2_list(rows, call.query, v2)


def certificates(call: Call) -> Response:
    """The gift certificates with their balances: the only way to see what the shop owes on them."""
    query = call.query
    rows = [
        row
        for row in call.store.certificates.values()
        if query.get("code", row["code"]) == row["code"]
        and query.get("order_id", str(row["order_id"])) == str(row["order_id"])
        and whole(query.get("min_id", "0"), "min_id") <= row["id"] <= whole(query.get("max_id", _MOST), "max_id")
    ]
    return v2_list(rows, query, v2)


def create_certificate(call: Call) -> Response:
    """A gift certificate given out by the merchant, outside any order. Raises ApiError 400."""
    body, store = call.object(), call.store
    for name in ("to_name", "to_email", "from_name", "from_email", "amount"):
        if not body.get(name):
            raise ApiError(400, f"The field '{name}' is required.")
    currency = str(body.get("currency_code", store.default_currency["currency_code"]))
    if store.currency(currency) is None:
        raise ApiError(400, "The field 'currency_code' is invalid.")
    worth = amount(body["amount"], "amount")
    balance = amount(body.get("balance", worth), "balance")
    number = store.number("certificate")
    code = str(body.get("code") or f"NT{number}-API-{store.hash[:3].upper()}")
    if store.certificate(code) is not None:
        raise ApiError(409, f"The code {code} is used already.")
    store.certificates[number] = {
        "id": number,
        "customer_id": whole(body.get("customer_id"), "customer_id"),
        "order_id": 0,
        "code": code,
        "amount": worth,
        "balance": balance,
        "status": str(body.get("status", "active")),
        **{name: str(body[name]) for name in ("to_name", "to_email", "from_name", "from_email")},
        "template": str(body.get("template", "general.html")),
        "message": str(body.get("message", "")),
        "purchase_date": str(int(store.now().timestamp())),
        "expiry_date": str(body.get("expiry_date", "0")),
        "currency_code": currency,
    }
    return json_response(v2(store.certificates[number]), 201)


def put_certificate(call: Call) -> Response:
    """Change balance or status by hand. Raises ApiError 400 and 404."""
    row, body = _find(call, list(call.store.certificates.values())), call.object()
    if "currency_code" in body and body["currency_code"] != row["currency_code"]:
        raise ApiError(400, "The field 'currency_code' cannot be written to.")
    changes: dict[str, str | Decimal] = {name: str(body[name]) for name in ("status", "message") if name in body}
    changes |= {name: amount(body[name], name) for name in ("amount", "balance") if name in body}
    if changes.get("status", "active") not in {"active", "pending", "disabled", "expired"}:
        raise ApiError(400, "The field 'status' is invalid.")
    row |= changes
    return json_response(v2(row))
