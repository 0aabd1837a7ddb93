"""Resources against Microsoft's own description of them, when KONTERA_SPECS points at a folder with
business-central.entities.json: names, types, lengths, options, what is read only, and the actions.

Every deviation stands in DEVIATIONS, with the reason. A deviation that is no longer needed fails the test.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kontera.clock import ManualClock
from kontera.sandboxes.business_central.fields import Field
from kontera.sandboxes.business_central.tables import ENTITIES
from kontera.sandboxes.business_central.tenant import Tenant
from tests.deviations import BUSINESS_CENTRAL_ENTITIES as DEVIATIONS

from .conftest import START, Api, D

SPEC = Path(os.environ.get("KONTERA_SPECS") or "/nowhere") / "business-central.entities.json"
pytestmark = pytest.mark.skipif(
    not SPEC.exists(), reason="KONTERA_SPECS does not point at a folder with business-central.entities.json"
)

KINDS = {
    "Edm.Guid": "guid",
    "GUID": "guid",
    "Edm.Date": "date",
    "Edm.DateTimeOffset": "time",
    "datetime": "time",
    "Edm.Decimal": "dec",
    "Edm.Boolean": "bool",
    "Edm.Int32": "int",
}
SHAPES = {
    "guid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
}


@cache
def described() -> dict[str, Any]:
    """Microsoft's description by resource."""
    found: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))["entities"]
    return found


def _kind(row: dict[str, Any]) -> str:
    if row["type"].startswith("enum"):
        return "enum"
    return KINDS.get(row["type"], "code" if row.get("code") else "text")


def _options(own: Field, row: dict[str, Any]) -> list[str]:
    """The described options; of what is read only those that can occur here, in their order."""
    options: list[str] = row.get("values", list(own.options))
    return [each for each in options if each in own.options] if own.read_only else options


def differences(name: str) -> set[tuple[str, str, str]]:
    """What a resource here has otherwise: (resource, property, what)."""
    theirs = {row["name"]: row for row in described()[name]["properties"]}
    ours: dict[str, Field] = dict(ENTITIES[name].fields)
    found = {(name, each, "missing") for each in theirs.keys() - ours.keys()}
    found |= {(name, each, "unknown") for each in ours.keys() - theirs.keys()}
    for each in theirs.keys() & ours.keys():
        row, own = theirs[each], ours[each]
        if _kind(row) != own.kind:
            found.add((name, each, f"{own.kind} instead of {_kind(row)}"))
        if row.get("maxLength", own.length) != own.length:
            found.add((name, each, f"length {own.length} instead of {row['maxLength']}"))
        if list(own.options) != _options(own, row):
            found.add((name, each, f"options {own.options}"))
        if bool(row.get("readOnly")) != own.read_only:
            found.add((name, each, "readOnly"))
    return found


def test_every_resource_is_as_described() -> None:
    """BC 22, BC 46, BC 206, BC 209, BC 235: properties, types, lengths, options, read only; nothing unexplained."""
    assert set() == ENTITIES.keys() - described().keys()
    found = {each for name in ENTITIES for each in differences(name)}
    used = {known for known in DEVIATIONS if any(_covers(known, each) for each in found)}
    assert set() == {each for each in found if not any(_covers(known, each) for known in DEVIATIONS)}
    assert set() == DEVIATIONS.keys() - used


def _covers(known: tuple[str, str, str], found: tuple[str, str, str]) -> bool:
    return known[0] in ("*", found[0]) and known[1:] == found[1:]


def test_every_action_is_as_described() -> None:
    """BC 71: bound actions by name."""
    for name, resource in Tenant(ManualClock(START)).resources.items():
        said = {row["url"].removeprefix("Microsoft.NAV.") for row in described()[name]["boundActions"]}
        assert said == set(resource.actions), name


def test_every_answer_has_what_is_described(api: Api) -> None:
    """BC 63, BC 67, BC 78: after a day of trade every property is there, in the JSON type of its kind."""
    order = api.order(api.line("1100", 2), shortcutDimension2Code="WOO", externalDocumentNumber="w-1")
    api.act(f"salesOrders({order['id']})", "shipAndInvoice")
    posted = api.posted(api.line(), {"description": "Hej"})
    journal = api.get("customerPaymentJournals")[0]["id"]
    body = {"amount": -1, "appliesToInvoiceId": posted["id"]}
    api.post(f"customerPaymentJournals({journal})/customerPayments", **body)
    api.order(api.line())
    api.credit(api.line())
    general = api.get("journals")[0]["id"]
    api.post(f"journals({general})/journalLines", accountNumber="1930", amount=5)
    seen = 0
    for name, path in _places(api, journal, general):
        kinds = {row["name"]: _kind(row) for row in described()[name]["properties"]}
        rows = api.get(path)
        seen += len(rows)
        for row in rows:
            shown = {each for each in row if not each.startswith("@")}
            assert shown == kinds.keys() - {each for at, each, what in DEVIATIONS if at == name and what == "missing"}
            wrong = [(each, row[each]) for each in shown if not _fits(kinds[each], row[each])]
            assert [] == wrong, name
    assert seen > 100


def _places(api: Api, journal: str, general: str) -> list[tuple[str, str]]:
    nested = {
        "customerPayments": f"customerPaymentJournals({journal})/customerPayments",
        "journalLines": f"journals({general})/journalLines",
        "dimensionSetLines": f"salesInvoices({api.get('salesInvoices')[0]['id']})/dimensionSetLines",
        "dimensionValues": f"dimensions({api.get('dimensions')[0]['id']})/dimensionValues",
        "defaultDimensions": f"customers({api.get('customers')[0]['id']})/defaultDimensions",
    }
    for kind in ("salesOrder", "salesInvoice", "salesCreditMemo", "salesShipment"):
        nested[f"{kind}Lines"] = f"{kind}s({api.get(f'{kind}s')[-1]['id']})/{kind}Lines"
    return [(name, nested.get(name, name)) for name in ENTITIES]


def _fits(kind: str, value: Any) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("dec", "int"):
        return isinstance(value, int | D) and not isinstance(value, bool)
    return isinstance(value, str) and (kind not in SHAPES or bool(SHAPES[kind].fullmatch(value)))
