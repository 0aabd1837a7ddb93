"""Cost centre and project on single lines: what the header does not say for all of them.

Decides which dimensions of which lines are written, and never twice: they are read first, so that repeating is
harmless. A line is given its header's dimensions by Business Central; another value for one of them is a change.
"""

from __future__ import annotations

from kontera.accounting.documents import DocumentLine, SalesInvoice, SalesOrder
from kontera.errors import NeedsDecision, Problem
from kontera.ledgers.business_central.client import BusinessCentralClient, Call, Refused
from kontera.ledgers.business_central.translate import Dimensions
from kontera.ledgers.business_central.wire import SalesDocument, SalesLine

Sale = SalesInvoice | SalesOrder


def own_dimensions(line: DocumentLine, document: Sale) -> tuple[str, str]:
    """Cost centre and project of a line where they are not the header's; empty where they are."""
    centre = line.cost_centre if line.cost_centre != document.cost_centre else ""
    project = line.project if line.project != document.project else ""
    return centre, project


def write_line_dimensions(
    client: BusinessCentralClient, dimensions: Dimensions, document: Sale, path: str, key: str, number: str
) -> None:
    """Bring the draft's lines to the document's dimensions; nothing for one that is posted already (`number` is the
    draft's) or gone. Raises as any write; NeedsDecision when the lines are no longer ours."""
    own = [own_dimensions(line, document) for line in document.lines]
    if not any(centre or project for centre, project in own):
        return
    lines = "salesOrderLines" if path == "salesOrders" else "salesInvoiceLines"
    try:
        held = client.get(SalesDocument, f"{path}({key})?$expand={lines}($expand=dimensionSetLines)")
    except Refused as refused:
        if refused.status == 404:
            return
        raise
    if held.number != number:
        return
    if len(held.lines) != len(own):
        facts = {"order": document.order_number, "document": document.reference, "number": number}
        told = f"lines: {len(own)} / {len(held.lines)}"
        raise NeedsDecision(Problem(code="RECORDED_DIFFERENTLY", facts={**facts, "differences": told}))
    calls = [
        call
        for line, wanted in zip(held.lines, own, strict=True)
        for code, value in zip(dimensions, wanted, strict=True)
        if code and value
        for call in _change(f"{lines}({line.id})/dimensionSetLines", line, code, value)
    ]
    if calls:
        for result in client.batch(calls, writes=True):
            client.check(result)


def _change(path: str, line: SalesLine, code: str, value: str) -> list[Call]:
    held = next((row for row in line.dimension_set_lines if row.code == code), None)
    if held is None:
        return [Call("POST", path, {"code": code, "valueCode": value})]
    return [] if held.value_code == value else [Call("PATCH", f"{path}({held.id})", {"valueCode": value})]
