"""What we send, held against Microsoft's own description of its entities: names, lengths, and what is read-only.

The description is not shipped: KONTERA_SPECS names the folder with business-central.entities.json.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.ledgers.business_central.test_translate import CASES

SPEC = Path(os.environ.get("KONTERA_SPECS", "")) / "business-central.entities.json"
SENT_TO = {
    "invoice": "salesInvoices",
    "header": "salesInvoices",
    "euro": "salesInvoices",
    "told_quantity": "salesInvoices",
    "invoice_as_order": "salesOrders",
    "order": "salesOrders",
    "payment": "customerPayments",
    "voucher_line": "journalLines",
    "customer_private": "customers",
    "customer_company_abroad": "customers",
}
pytestmark = pytest.mark.skipif(
    "KONTERA_SPECS" not in os.environ or not SPEC.exists(),
    reason="KONTERA_SPECS does not name a folder with business-central.entities.json",
)


def faults(entity: str, body: dict[str, Any], spec: dict[str, Any]) -> list[str]:
    """What the description would not allow in a body, lines and dimensions included."""
    known = {row["name"]: row for row in spec[entity]["properties"]}
    found = []
    for name, value in body.items():
        if isinstance(value, list):
            assert name in {row["name"] for row in spec[entity]["navigation"]}, f"{entity}.{name}"
            found += [fault for row in value for fault in faults(name, row, spec)]
            continue
        if name not in known:
            found.append(f"{entity} has no {name}")
        elif known[name].get("readOnly"):
            found.append(f"{entity}.{name} is read-only")
        elif isinstance(value, str) and len(value) > known[name].get("maxLength", len(value)):
            found.append(f"{entity}.{name} is too long")
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_property_exists_and_may_be_written(case: str) -> None:
    """M2 M3 M5 M20 M77: sending a read-only property is refused, and so is an unknown one."""
    spec = json.loads(SPEC.read_text(encoding="utf-8"))["entities"]
    assert faults(SENT_TO[case], CASES[case](), spec) == []
