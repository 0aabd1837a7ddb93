"""Where a document stands: status, what is still owed, and the customer ledger behind it.

Decides statuses, remaining amounts and applications in the customer ledger. After facts BC 1, 9, 14, 16, 54, 55, 198.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.money import ZERO, round_to
from kontera.sandboxes.business_central.books import Posting
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import ApiError, dialog, field_error
from kontera.sandboxes.business_central.kinds import INVOICE, ORDER, Kind
from kontera.sandboxes.business_central.store import Record
from kontera.sandboxes.business_central.tables import ENTITIES


def entry_of(company: Company, number: str, document_type: str) -> Record | None:
    """The customer ledger entry of a posted document."""
    found = company.table("customerLedger").where(documentNumber=number, documentType=document_type)
    return found[0] if found else None


def status(company: Company, header: Record) -> str:
    """Draft, In Review, Open, Paid, Canceled or Corrective. Open is also what a released draft says."""
    if not header["_posted"]:
        if header["_review"]:
            return "In Review"
        return "Open" if header["_released"] else "Draft"
    if header["_canceled"]:
        return "Canceled"
    if header["_corrective"]:
        return "Corrective"
    entry = company.table("customerLedger").get(header["_entry"])
    return "Open" if entry is not None and entry["open"] else "Paid"


def remaining(company: Company, header: Record) -> Decimal:
    """What is still owed on an invoice, in its currency."""
    if not header["_posted"]:
        total: Decimal = header["totalAmountIncludingTax"]
        return total
    if header["_canceled"]:
        return ZERO
    entry = company.table("customerLedger").get(header["_entry"])
    owed: Decimal = entry["remaining"] if entry else ZERO
    return owed


def not_open(kind: Kind, header: Record) -> ApiError:
    """The refusal of a change to a released document."""
    return field_error(
        f"Status must be equal to 'Open'  in Sales Header: Document Type={kind.document_type}, No.={header['number']}. "
        "Current value is 'Released'."
    )


def move_due_date(company: Company, header: Record) -> None:
    """The ledger entry follows the due date of a posted invoice."""
    entry = entry_of(company, header["number"], INVOICE.document_type)
    if entry is not None:
        company.table("customerLedger").edit(entry, dueDate=header["dueDate"])


def show_shortcuts(company: Company, record: Record) -> None:
    """The two shortcut properties show the global dimensions' values."""
    for place, code in enumerate(company.dimensions, start=1):
        if f"shortcutDimension{place}Code" in record:
            record[f"shortcutDimension{place}Code"] = record["_dims"].get(code, "") if code else ""


def fill_gap(company: Company, kind: Kind, header: Record) -> None:
    """An empty posted document in the place of a deleted draft that already held a posting number. BC 16."""
    name = "salesInvoices" if kind is ORDER else kind.name
    fields = ENTITIES[name].fields
    kept = {each: value for each, value in header.items() if each != "id" and (each in fields or each[0] == "_")}
    company.table(name).add(
        {**{each: field.empty for each, field in fields.items() if each != "id"}, **kept,
         "number": header["_postingNumber"], "_posted": True, "_lines": (), "_discount": ZERO, "_postingNumber": "",
         "discountAmount": ZERO, "totalAmountExcludingTax": ZERO, "totalAmountIncludingTax": ZERO,
         "totalTaxAmount": ZERO}
    )  # fmt: skip


def apply_entries(company: Company, paying: Record, owed: Record, day: str) -> Decimal:
    """Settle two entries of opposite sign against each other; answers the exchange gain (a loss below zero), in the
    local currency, that this realises.

    Invoices whose status this changes count as changed; a partly paid one does not. BC 54.
    """
    if paying["currency"] != owed["currency"]:
        raise dialog("You cannot apply entries in different currencies.")
    for entry in (paying, owed):
        if entry["postingDate"] > day:
            raise dialog(
                "You cannot apply to an entry with a posting date after the posting date of the entry applied."
            )
    amount: Decimal = min(abs(paying["remaining"]), abs(owed["remaining"]))
    return _settled(company, paying, amount) - _settled(company, owed, amount)


def _settled(company: Company, entry: Record, amount: Decimal) -> Decimal:
    """Take an amount off an entry; answers what it was worth, all that is left of it when it closes."""
    sign = 1 if entry["remaining"] > 0 else -1
    left = entry["remaining"] - sign * amount
    local: Decimal = abs(entry["local"]) if left == 0 else round_to(amount * entry["rate"], company.decimals(""))
    company.table("customerLedger").edit(entry, remaining=left, open=left != 0, local=entry["local"] - sign * local)
    if left == 0:
        _touch(company, entry)
    return local


def realised(group: dict[str, str], gain: Decimal) -> list[Posting]:
    """The postings of a realised gain or loss: the receivable was worth more, or less, when it was paid."""
    if not gain:
        return []
    return [Posting(group["receivables"], gain), Posting(group["gain"] if gain > 0 else group["loss"], -gain)]


def _touch(company: Company, entry: Record) -> None:
    """A closed document's record changes with its status."""
    name = {"Invoice": "salesInvoices", "Credit Memo": "salesCreditMemos"}.get(entry["documentType"])
    header = company.table(name).by("number", entry["documentNumber"]) if name else None
    if name and header is not None:
        company.table(name).edit(header, _status=entry["open"])


def open_entry(company: Company, number: str, sign: int) -> Record:
    """The open entry of a document to apply to. Raises ApiError with the vendor's own text when it is closed."""
    wanted = "Invoice" if sign > 0 else "Credit Memo"
    entry = entry_of(company, number, wanted)
    if entry is None or not entry["open"]:
        raise ApiError(400, "Internal_DataNotFoundFilter", "There is no Cust. Ledger Entry within the filter.")
    return entry
