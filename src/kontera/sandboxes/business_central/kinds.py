"""The three kinds of sales documents: what differs between order, invoice and credit memo.

Decides names and number series; rules are in `documents.py`, `lines.py` and `posting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kontera.money import ZERO
from kontera.sandboxes.business_central.fields import Field
from kontera.sandboxes.business_central.store import Record
from kontera.sandboxes.business_central.tables import ENTITIES


@dataclass(frozen=True)
class Kind:
    """One kind of document. day: its document date; word: what texts call it; ships: has quantities to ship."""

    name: str
    lines: str
    day: str
    word: str
    document_type: str
    series: str
    posted_series: str
    ships: bool = False

    @property
    def line_fields(self) -> dict[str, Field]:
        """The properties of its lines."""
        return dict(ENTITIES[self.lines].fields)

    def blank_line(self) -> Record:
        """A line with nothing on it."""
        fields = {name: each.empty for name, each in self.line_fields.items() if not each.calculated and name != "id"}
        return fields | {
            "_vatProd": "", "_genProd": "", "_identifier": "", "_percent": ZERO, "_vatKind": "Normal VAT",
            "_allowDisc": False, "_lineAmount": ZERO, "_invDisc": ZERO, "_net": ZERO, "_incl": ZERO, "_dims": {},
            "_orderLine": "", "_itemEntry": "",
        }  # fmt: skip


ORDER = Kind("salesOrders", "salesOrderLines", "orderDate", "order", "Order", "S-ORD", "S-INV+", ships=True)
INVOICE = Kind("salesInvoices", "salesInvoiceLines", "invoiceDate", "invoice", "Invoice", "S-INV", "S-INV+")
CREDIT_MEMO = Kind(
    "salesCreditMemos", "salesCreditMemoLines", "creditMemoDate", "credit memo", "Credit Memo", "S-CR", "S-CR+"
)
KINDS = {kind.name: kind for kind in (ORDER, INVOICE, CREDIT_MEMO)}
BY_LINES = {kind.lines: kind for kind in KINDS.values()}
