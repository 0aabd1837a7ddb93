"""Everything the adapter sends, held against Fortnox's own OpenAPI file.

The file is Fortnox's and not part of this project: KONTERA_SPECS names a folder that holds `fortnox.openapi.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kontera.calls import Exchange
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import card, invoice, line, order, payment, voucher
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox
from tests.deviations import FORTNOX_REQUESTS as DEVIATIONS
from tests.ledgers.fortnox.world import FortnoxWorld

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = {
    "Invoice": "fortnox_InvoicePayload_Wrap",
    "Order": "fortnox_Order_Wrap",
    "InvoicePayment": "fortnox_InvoicePayment_Wrap",
    "Voucher": "fortnox_Voucher_Wrap",
    "Customer": "fortnox_Customer_Wrap",
    "Article": "fortnox_Article_Wrap",
}
# Where the adapter knowingly differs from the file: (what the validator says) -> why
# Query parameters that Fortnox documents for all lists (developer portal: parameters) but not in the file
EVERYWHERE = {"limit", "page", "financialyear", "financialyeardate", "fromdate", "todate", "date"}


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    folder = os.environ.get("KONTERA_SPECS")
    path = Path(folder or "") / "fortnox.openapi.json"
    if not folder or not path.is_file():
        pytest.skip("KONTERA_SPECS does not name a folder with fortnox.openapi.json")
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def closed(spec: dict[str, Any]) -> dict[str, Any]:
    """The schemas with unknown keys forbidden: Fortnox refuses them (2001399)."""
    schemas = json.loads(json.dumps(spec["components"]["schemas"]))
    for schema in schemas.values():
        if schema.get("type") == "object" or "properties" in schema:
            schema["additionalProperties"] = False
    return {"components": {"schemas": schemas}}


def faults(spec: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """What the file says against a body, deviations left out."""
    schema = {**closed(spec), "$ref": f"#/components/schemas/{SCHEMAS[next(iter(body))]}"}
    found = jsonschema.Draft202012Validator(schema).iter_errors(body)
    return [f"{error.json_path}: {error.message}" for error in found if error.message not in DEVIATIONS]


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_golden_translations_fit(spec: dict[str, Any], name: str) -> None:
    """M2 M8: every body of the golden translations, keys, types and lengths."""
    text = (GOLDEN / f"{name}.json").read_text()
    golden = json.loads(text)

    def numbers(value: Any) -> Any:  # the files keep decimals as text, so that they stay exact
        if isinstance(value, dict):
            decimal = {"Price", "Discount", "CurrencyRate", "Amount", "AmountCurrency", "Debit", "Credit"}
            return {
                key: float(inner) if key in decimal and isinstance(inner, str) else numbers(inner)
                for key, inner in value.items()
            }
        return [numbers(inner) for inner in value] if isinstance(value, list) else value

    assert faults(spec, numbers(golden)) == []


def test_the_check_bites(spec: dict[str, Any]) -> None:
    """An unknown key, a wrong type and a text that is too long are found."""
    body = {"Invoice": {"CustomerNumber": 17, "Colour": "red", "YourOrderNumber": "x" * 76}}
    assert sorted(fault.partition(":")[0] for fault in faults(spec, body)) == [
        "$.Invoice",
        "$.Invoice.CustomerNumber",
        "$.Invoice.YourOrderNumber",
    ]


def conversation() -> Iterator[Exchange]:
    """All calls of a day: set-up, readiness, customer, article, order, invoice, payment, voucher, searches."""
    with FortnoxSandbox(limit=None) as sandbox:
        world = FortnoxWorld(sandbox, {"create_articles": "yes", "documents": "both"})
        ledger, chart = world.ledger, world.chart
        ledger.readiness()
        rows = [line(chart, "125.00", article="T-100")]
        document = invoice(chart, "nt-1001", rows, world.day)
        ledger.ensure_article("T-100", "Te")
        ledger.find_customer(card(key="shop:nt:17"))
        bound = Bound(customer=ledger.ensure_customer(document.customer, None))
        ledger.ensure_customer(document.customer, bound.customer)
        ordered = order(chart, "nt-1002", rows, world.day)
        for each in (ordered, document, voucher(chart, "payout-77", world.day)):
            outcome = ledger.record(each, bound)
            ledger.find(each, bound)
            ledger.entries_of(each, ledger.book(each, outcome.receipt))
            if each is document:
                bound = Bound(customer=bound.customer, invoice=outcome.receipt.number)
        paid = payment(chart, document)
        ledger.book(paid, ledger.record(paid, bound).receipt)
        ledger.find(paid, bound)
        ledger.entries("1510", world.day, world.day)
        world.close()
        yield from world.exchanges


def test_every_call_of_a_day_is_in_the_file(spec: dict[str, Any]) -> None:
    """M48: paths, methods, query parameters and bodies."""
    wrong: list[str] = []
    paths = {tuple(path.strip("/").split("/")): methods for path, methods in spec["paths"].items()}
    seen = 0
    for exchange in conversation():
        where, _, query = exchange.url.partition("/3/")[2].partition("?")
        parts = ("3", *where.split("/"))
        fits = [
            methods
            for template, methods in paths.items()
            if len(template) == len(parts)
            and all(t == p or t.startswith("{") for t, p in zip(template, parts, strict=True))
        ]
        operations = [methods[exchange.method.lower()] for methods in fits if exchange.method.lower() in methods]
        if not operations:
            wrong.append(f"{exchange.method} {where}")
            continue
        known = {each["name"] for operation in operations for each in operation.get("parameters", ())} | EVERYWHERE
        named = {pair.partition("=")[0] for pair in query.split("&") if pair}
        wrong += [f"{exchange.method} {where}?{name}" for name in sorted(named - known)]
        if exchange.request:
            wrong += faults(spec, json.loads(exchange.request))
        seen += 1
    assert wrong == []
    assert seen > 40
