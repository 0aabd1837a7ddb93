"""Dimension set lines: the dimension values of one document, line, journal line or entry, reached through it.

Decides which parents can be written and what a write refuses. After facts BC 11, 37, 38, 236-240.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kontera.sandboxes.business_central import state
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import dialog
from kontera.sandboxes.business_central.fields import ZERO_GUID
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.registers import check_dimension
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record

_TYPES = {
    "salesOrders": "Sales Order", "salesInvoices": "Sales Invoice", "salesCreditMemos": "Sales Credit Memo",
    "salesOrderLines": "Sales Order Line", "salesInvoiceLines": "Sales Invoice Line",
    "salesCreditMemoLines": "Sales Credit Memo Line", "journalLines": "Journal Line",
    "customerPayments": "Journal Line", "generalLedgerEntries": "General Ledger Entry",
    "salesShipments": "Sales Shipment", "salesShipmentLines": "Sales Shipment Line",
}  # fmt: skip
_READ_ONLY = frozenset({"generalLedgerEntries", "salesShipments", "salesShipmentLines"})


class DimensionSetLines(Resource):
    """One row per dimension of the parent; the row's id is the dimension's. BC 38."""

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource."""
        if parent is None:
            raise dialog("You must get to the parent first to get to the dimension set line.")
        return [self._row(company, parent, code, value) for code, value in sorted(parent.record["_dims"].items())]

    def find(self, company: Company, identity: str, parent: Parent | None) -> Record | None:
        """See Resource."""
        return next((row for row in self.rows(company, parent, Query()) if row["id"] == identity), None)

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        if parent is None:
            raise dialog("You must get to the parent first to create a dimension set line.")
        values = self.read(body)
        if not {"id", "code"} & set(values):
            raise dialog('The "id" or "code" field must be filled in.')
        dimension = self._dimension(company, values)
        if dimension["code"] in parent.record["_dims"]:
            raise dialog("The dimension set line already exists. Check existing dimension set lines and the default "
                         "dimension set lines on the parent.")  # fmt: skip
        if not {"valueId", "valueCode"} & set(values):
            raise dialog('The "valueId" or "valueCode" field must be filled in.')
        value = self._value(company, dimension, values)
        self._save(company, parent, dimension["code"], value["code"])
        return self._row(company, parent, dimension["code"], value["code"])

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource."""
        values = self.read(body)
        if any(values.get(name, record[name]) != record[name] for name in ("id", "code")):
            raise dialog('The "id" and "code" fields cannot be modified.')
        dimension = company.table("dimensions").rows[record["id"]]
        value = self._value(company, dimension, values)
        parent: Parent = record["_parent"]
        self._save(company, parent, dimension["code"], value["code"])
        record.update(self._row(company, parent, dimension["code"], value["code"]))

    def remove(self, company: Company, record: Record) -> None:
        """See Resource."""
        self._save(company, record["_parent"], record["code"], "")

    def _dimension(self, company: Company, values: Record) -> Record:
        table = company.table("dimensions")
        if values.get("id", ZERO_GUID) != ZERO_GUID:
            found = table.get(values["id"])
            if found is None:
                raise dialog('The "id" does not match to a Dimension.')
            if values.get("code", found["code"]) != found["code"]:
                raise dialog("The dimension field values do not match to a specific Dimension.")
            return found
        found = table.by("code", values["code"])
        if found is None:
            raise dialog('The "code" does not match to a Dimension.')
        return found

    def _value(self, company: Company, dimension: Record, values: Record) -> Record:
        table = company.table("dimensionValues")
        if values.get("valueId", ZERO_GUID) != ZERO_GUID:
            found = table.get(values["valueId"])
            if found is None or found["dimensionId"] != dimension["id"]:
                raise dialog('The "valueId" does not match to a Dimension Value.')
        else:
            rows = table.where(dimensionId=dimension["id"], code=values.get("valueCode", ""))
            if not rows:
                raise dialog('The "valueCode" does not match to a Dimension Value.')
            found = rows[0]
        check_dimension(company, dimension["code"], found["code"])
        return found

    def _save(self, company: Company, parent: Parent, code: str, value: str) -> None:
        """Write the parent's set: a header's lines do not follow, nor do entries already made. BC 11, 37, 239."""
        if parent.resource in _READ_ONLY:
            raise dialog(f"Parent with ID {parent.record['id']} does not exist or dimension set lines are read only "
                         f"for parent type {_TYPES[parent.resource]}.")  # fmt: skip
        table = company.table("journalLines" if parent.resource == "customerPayments" else parent.resource)
        dims = {name: each for name, each in parent.record["_dims"].items() if name != code}
        table.edit(parent.record, _dims={**dims, code: value} if value else dims)
        state.show_shortcuts(company, parent.record)

    def _row(self, company: Company, parent: Parent, code: str, value: str) -> Record:
        dimension = company.table("dimensions").by("code", code)
        assert dimension is not None
        found = company.table("dimensionValues").where(dimensionId=dimension["id"], code=value)
        return {
            "id": dimension["id"], "code": code, "consolidationCode": "", "parentId": parent.record["id"],
            "parentType": _TYPES[parent.resource], "displayName": dimension["displayName"],
            "valueId": found[0]["id"] if found else ZERO_GUID, "valueCode": value, "valueConsolidationCode": "",
            "valueDisplayName": found[0]["displayName"] if found else "", "_version": parent.record["_version"],
            "_parent": parent,
        }  # fmt: skip


def resources() -> list[Resource]:
    """The resources of this module."""
    return [DimensionSetLines("dimensionSetLines")]
