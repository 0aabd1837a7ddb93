"""Posted shipments and their lines, read only.

Decides how they are reached; posting (`posting.py`) makes them. After facts BC 46, 47, 207-210.
"""

from __future__ import annotations

from collections.abc import Iterable

from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record


class ShipmentLines(Resource):
    """The lines of one shipment, or of all: this one needs no filter."""

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource."""
        return self.table(company) if parent is None else self.table(company).where(documentId=parent.record["id"])


def resources() -> list[Resource]:
    """The resources of this module."""
    return [Resource("salesShipments"), ShipmentLines("salesShipmentLines")]
