"""Answers against the schemas the real shop gives for OPTIONS, when KONTERA_SPECS points at a folder with
woocommerce/options-*.json.

Every deviation stands in DEVIATIONS, with the reason. A deviation that is no longer needed fails the test.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.deviations import WOOCOMMERCE_ANSWERS as DEVIATIONS

from .conftest import Shop

SPECS = Path(os.environ.get("KONTERA_SPECS") or "/nowhere") / "woocommerce"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="KONTERA_SPECS does not point at a folder with woocommerce/options-*.json"
)


def typed(node: Any) -> Any:
    """The schema with the vendor's own words for types said in JSON Schema's."""
    if isinstance(node, list):
        return [typed(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {
        name: typed(value)
        for name, value in node.items()
        if name not in {"description", "context", "readonly", "default", "required", "arg_options", "format", "enum"}
    }
    kind = found.get("type")
    if kind == "date-time":
        found["type"] = ["string", "null"]
    elif kind == "float":
        found["type"] = "number"
    elif isinstance(kind, str) and kind not in {"array", "object", "string", "number", "integer", "boolean", "null"}:
        del found["type"]
    return found


def examples(shop: Shop) -> dict[str, Any]:
    """One answer of every resource, with something in every list."""
    order = shop.order(
        {"sku": "MUG-1"},
        {"sku": "TEE-S"},
        coupon_lines=[{"code": "tio"}],
        fee_lines=[{"name": "Avgift", "total": "10"}],
        shipping_lines=[{"method_id": "flat_rate", "method_title": "PostNord", "total": "47.20"}],
        meta_data=[{"key": "_vat_number", "value": "SE556036079301"}],
        set_paid=True,
        customer_id=2,
    )
    path = f"/orders/{order['id']}"
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": "10", "refund_tax": []}
    shop.send("POST", f"{path}/refunds", {"line_items": [line], "api_refund": False, "amount": "10"}, 201)
    shop.send("POST", f"{path}/notes", {"note": "hej"}, 201)
    shop.send("POST", "/webhooks", {"topic": "order.created", "delivery_url": "http://127.0.0.1:9/"}, 201)
    shirt = shop.get("/products?sku=TEE")[0]["id"]
    return {
        "orders": shop.get(path),
        "order-refunds": shop.get(f"{path}/refunds")[0],
        "refunds": shop.get("/refunds")[0],
        "order-notes": shop.get(f"{path}/notes")[0],
        "products": shop.get("/products?sku=MUG-1")[0],
        "product-variations": shop.get(f"/products/{shirt}/variations")[0],
        "customers": shop.get("/customers")[0],
        "coupons": shop.get("/coupons?code=tio")[0],
        "taxes": shop.get("/taxes")[0],
        "tax-classes": shop.get("/taxes/classes")[0],
        "settings-tax": shop.get("/settings/tax/woocommerce_tax_based_on"),
        "shipping-zones": shop.get("/shipping/zones")[0],
        "payment-gateways": shop.get("/payment_gateways/stripe"),
        "webhooks": shop.get("/webhooks")[0],
    }


def faults(name: str, answer: Any) -> set[tuple[str, str]]:
    """Where an answer does not fit: a value of another kind, a field too many or too few."""
    schema = json.loads((SPECS / f"options-{name}.json").read_text())["schema"]
    found = {
        (name, ".".join(str(part) for part in error.absolute_path if not isinstance(part, int)))
        for error in Draft4Validator(typed(schema)).iter_errors(answer)
    }
    visible = {field for field, said in schema["properties"].items() if "view" in said.get("context", ["view"])}
    found |= {(name, f"-{field}") for field in visible - set(answer)}
    return found | {(name, f"+{field}") for field in set(answer) - set(schema["properties"]) - {"_links"}}


def test_every_answer_fits_the_published_schema(shop: Shop) -> None:
    """The listed deviations occur, and nothing else does."""
    found = {fault for name, answer in examples(shop).items() for fault in faults(name, answer)}
    assert set(DEVIATIONS) == found
