"""The sandbox's answers against the vendor's published OpenAPI file, where that file is at hand.

The file is not ours to ship. With KONTERA_SPECS naming a folder that holds `fortnox.openapi.json` ("Download OpenAPI
specification" on the vendor's documentation page) every answer is checked: type, enumeration, length, range, unknown
keys, missing keys. Where real recorded traffic differs from the file the recordings win; those places are listed in
`DEVIATIONS` with their reason, and a deviation that no longer occurs fails the test.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.deviations import FORTNOX_ANSWERS as DEVIATIONS

from .conftest import Api

SPECS = os.environ.get("KONTERA_SPECS", "")
FILE = Path(SPECS) / "fortnox.openapi.json"


def schema(node: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema: null allowed (recorded everywhere), no key beyond those named, formats
    left out (unset dates are recorded as "")."""
    if isinstance(node, list):
        return [schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {name: schema(value) for name, value in node.items() if name != "format"}
    if "properties" in node and node.get("type", "object") == "object":
        result["additionalProperties"] = False
    if isinstance(node.get("type"), str):
        result["type"] = [node["type"], "null"]
    if "enum" in node and isinstance(node["enum"], list):
        result["enum"] = [*node["enum"], None]
    if "minLength" in result:
        result["minLength"] = 0  # a required length binds what is sent; unset texts are "" in answers
    return result


def keys_of(spec: Any, node: Any, answer: Any, where: str) -> set[str]:
    """Keys the file names and the answer lacks."""
    if "$ref" in node:
        return keys_of(spec, spec["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]], answer, where)
    if isinstance(answer, list):
        return set().union(*(keys_of(spec, node.get("items", {}), each, where) for each in answer[:3]))
    found: set[str] = set()
    if isinstance(answer, dict):
        for name, child in node.get("properties", {}).items():
            here = f"{where}/{name}".lstrip("/")
            found |= keys_of(spec, child, answer[name], here) if name in answer else {f"{here} missing"}
    return found


def faults(spec: Any, path: str, answer: Any) -> set[str]:
    """Where `answer` differs from what the file says of `GET path`."""
    root = spec["paths"][path]["get"]["responses"]["200"]["content"]
    node = next(iter(root.values()))["schema"]
    validator = Draft202012Validator({"components": schema(spec["components"]), **schema(node)})
    found: set[str] = set()
    for error in validator.iter_errors(answer):
        where = "/".join(str(part) for part in error.absolute_path if not isinstance(part, int))
        if error.validator == "additionalProperties":
            names = re.findall(r"'([^']+)'", error.message.split("(", 1)[1].split(" were ")[0].split(" was ")[0])
            found |= {f"{where}/{name} extra".lstrip("/") for name in names}
        else:
            found.add(where)
    return found | keys_of(spec, node, answer, "")


@pytest.fixture(scope="module")
def spec() -> Any:
    if not FILE.is_file():
        pytest.skip("KONTERA_SPECS names no folder with the vendor's fortnox.openapi.json")
    return json.loads(FILE.read_text())


def test_every_answer_fits_the_published_file(spec: Any, api: Api) -> None:
    """One answer of every resource and list; the listed deviations occur, and nothing else does."""
    row = {"ArticleNumber": "CUP", "DeliveredQuantity": "1", "Price": 100, "VAT": 25}
    api.post("invoices", "Invoice", CustomerNumber="1", InvoiceRows=[row])
    api.put("invoices/1/bookkeep")
    api.post(
        "invoicepayments",
        "InvoicePayment",
        InvoiceNumber=1,
        Amount=10,
        WriteOffs=[{"AccountNumber": 6570, "Amount": 1}],
    )
    api.put("invoicepayments/1/bookkeep")
    api.post("orders", "Order", CustomerNumber="1", OrderRows=[row])
    api.post("prices", "Price", PriceList="A", ArticleNumber="CUP", Price=100)
    api.pull("lock_period", until="2026-01-31")
    answers = {
        "customer": ("/3/customers/{CustomerNumber}", "customers/1"),
        "customers": ("/3/customers", "customers"),
        "article": ("/3/articles/{ArticleNumber}", "articles/CUP"),
        "articles": ("/3/articles", "articles"),
        "invoice": ("/3/invoices/{DocumentNumber}", "invoices/1"),
        "invoices": ("/3/invoices", "invoices"),
        "order": ("/3/orders/{DocumentNumber}", "orders/1"),
        "orders": ("/3/orders", "orders"),
        "payment": ("/3/invoicepayments/{Number}", "invoicepayments/1"),
        "payments": ("/3/invoicepayments", "invoicepayments"),
        "voucher": ("/3/vouchers/{VoucherSeries}/{VoucherNumber}", "vouchers/B/1?financialyear=2"),
        "vouchers": ("/3/vouchers", "vouchers"),
        "series": ("/3/voucherseries/{Code}", "voucherseries/A"),
        "account": ("/3/accounts/{Number}", "accounts/3001"),
        "accounts": ("/3/accounts", "accounts"),
        "year": ("/3/financialyears/{Id}", "financialyears/2"),
        "years": ("/3/financialyears", "financialyears"),
        "information": ("/3/companyinformation", "companyinformation"),
        "settings": ("/3/settings/company", "settings/company"),
        "locked": ("/3/settings/lockedperiod", "settings/lockedperiod"),
        "me": ("/3/me", "me"),
        "predefined": ("/3/predefinedaccounts/{name}", "predefinedaccounts/FREIGHT"),
        "price": ("/3/prices/{PriceList}/{ArticleNumber}", "prices/A/CUP"),
        "price list": ("/3/pricelists/{Code}", "pricelists/A"),
        "unit": ("/3/units/{Code}", "units/st"),
        "currency": ("/3/currencies/{Code}", "currencies/EUR"),
        "cost centre": ("/3/costcenters/{Code}", "costcenters/WEBB"),
        "project": ("/3/projects/{ProjectNumber}", "projects/1"),
        "terms": ("/3/termsofpayments/{Code}", "termsofpayments/30"),
        "delivery terms": ("/3/termsofdeliveries/{Code}", "termsofdeliveries/FVL"),
        "way": ("/3/wayofdeliveries/{Code}", "wayofdeliveries/P"),
        "mode": ("/3/modesofpayments/{Code}", "modesofpayments/BG"),
    }
    found: set[str] = set()
    for name, (path, call) in answers.items():
        answer = json.loads(api.http.get(f"/3/{call}").content)
        answer.pop("MetaInformation", None)  # every recorded list has it, the file's wrappers never do
        found |= {f"{name}: {fault}" for fault in faults(spec, path, answer)}
    assert found == DEVIATIONS.keys()
