"""A resource: how its records are listed, rendered, inserted, changed and deleted.

Decides the verbs that all resources share. A subclass decides its own rules; the service (`service.py`) decides
addresses, etags and transactions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import ApiError, dialog, exists_already
from kontera.sandboxes.business_central.fields import read_body, written
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.store import Record, Table
from kontera.sandboxes.business_central.tables import ENTITIES


@dataclass(frozen=True)
class Parent:
    """The record an address passes through before it reaches a resource."""

    resource: str
    record: Record


class Resource:
    """One entity set over one table; the base of all of them."""

    key = "code"
    actions: tuple[str, ...] = ()
    always_calculated: frozenset[str] = frozenset()  # stored names whose shown value is computed

    def __init__(self, name: str) -> None:
        self.name = name
        self.entity = ENTITIES[name]

    def table(self, company: Company) -> Table:
        """Where its records are kept."""
        return company.table(self.name)

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """Its records under a parent. Raises ApiError where the vendor wants a parent or a filter."""
        return self.table(company)

    def find(self, company: Company, identity: str, parent: Parent | None) -> Record | None:
        """The record with this key under a parent."""
        if parent is None:
            return self.table(company).get(identity)
        rows = self.rows(company, parent, Query(equals={"id": [identity]}))
        return next((row for row in rows if row["id"] == identity), None)

    def touched(self, company: Company, record: Record) -> None:
        """Called before a record is read: some pages compute pending values then."""

    def calculated(self, company: Company, record: Record) -> Record:
        """The values of properties that are not stored."""
        return {}

    def render(self, company: Company, record: Record) -> Record:
        """The record as it stands in an answer."""
        values = self.calculated(company, record)
        return {
            name: written(each, values[name] if name in values else record[name])
            for name, each in self.entity.fields.items()
        }

    def read(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body's values, checked."""
        return read_body(self.entity.fields, body, self.entity.type_name)

    def blank(self) -> Record:
        """A record with nothing in it, without id."""
        return {name: each.empty for name, each in self.entity.fields.items() if name != "id" and not each.calculated}

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """A new record from a body."""
        record = self.blank()
        record.update(self.read(body))
        self.check_key(company, record, None)
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """Change a record by a body."""
        values = self.read(body)
        self.table(company).edit(record)
        record.update(values)
        self.check_key(company, record, record)

    def remove(self, company: Company, record: Record) -> None:
        """Delete a record."""
        self.table(company).remove(record)

    def act(self, company: Company, record: Record, action: str) -> None:
        """Carry out a bound action."""
        raise dialog(f"The action {action} is not available.")

    def check_key(self, company: Company, record: Record, own: Record | None) -> None:
        """Refuse an empty or used code. BC 117."""
        value = record[self.key]
        name = {"code": "Code", "number": "No."}[self.key]
        if not value:
            raise ApiError(
                400, "Application_FieldValidationException",
                f"{name} must be filled in. Enter a value in {self.entity.caption}.",
            )  # fmt: skip
        if any(row is not own and row[self.key] == value for row in self.table(company)):
            raise exists_already(self.entity.caption, f"{name}='{value}'")
