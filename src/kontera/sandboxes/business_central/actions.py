"""The bound actions of documents: post, send, cancel, correct, ship and invoice.

Decides which action a document's state allows and what cancelling creates. After facts BC 12, 58, 59, 178-190, 197-199.
"""

from __future__ import annotations

from kontera.sandboxes.business_central import amounts, posting, state
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import asked_a_person, dialog
from kontera.sandboxes.business_central.kinds import CREDIT_MEMO, INVOICE, Kind
from kontera.sandboxes.business_central.partners import check_customer
from kontera.sandboxes.business_central.store import Record
from kontera.sandboxes.business_central.tables import ENTITIES

_COMMON = ("post", "postAndSend", "send", "cancel", "cancelAndSend")
OF = {
    "salesOrders": ("shipAndInvoice",),
    "salesInvoices": (*_COMMON, "makeCorrectiveCreditMemo"),
    "salesCreditMemos": _COMMON,
}
_NO_EMAIL = "The send-to email is empty. Specify email either for the customer or for the invoice in email preview."


def carry_out(company: Company, kind: Kind, header: Record, action: str) -> None:
    """One action on one document. Raises ApiError when its state does not allow it."""
    if action == "shipAndInvoice":
        posting.ship_and_invoice(company, kind, header)
    elif action in ("post", "postAndSend"):
        if header["_posted"]:
            raise dialog(f"The action can be applied to a draft {kind.word} only.")
        posting.post(company, kind, header)
        if action == "postAndSend":
            company.log.commit()  # the mail comes after: BC 58
            _send(company, kind, header)
    elif action == "send":
        if kind is CREDIT_MEMO:
            _need_posted(kind, header)
        _send(company, kind, header)
    elif action in ("cancel", "cancelAndSend"):
        _need_posted(kind, header)
        _cancel(company, kind, header)
        if action == "cancelAndSend":
            company.log.commit()
            _send(company, kind, header)
    else:
        _need_posted(kind, header)
        _corrective_draft(company, header)


def _need_posted(kind: Kind, header: Record) -> None:
    if not header["_posted"]:
        raise dialog(f"The action can be applied to a posted {kind.word} only.")


def _send(company: Company, kind: Kind, header: Record) -> None:
    customer = company.table("customers").rows[header["billToCustomerId"]]
    if not header["email"] and not customer["email"]:
        raise dialog(_NO_EMAIL)


def _cancel(company: Company, kind: Kind, header: Record) -> None:
    """Take a posted document back by its opposite, posted and applied in one go."""
    if kind is INVOICE:
        _check_cancel(company, header)
        _opposite(company, CREDIT_MEMO, header)
        return
    if header["_canceled"]:
        raise dialog("The credit memo cannot be cancelled because it has already been canceled.")
    if not header["_corrective"]:
        raise dialog("You cannot cancel this posted sales credit memo because it is not a corrective document.")
    first = company.table("salesInvoices").get(header["_corrects"])
    entry = state.entry_of(company, header["number"], "Credit Memo")
    if first is not None and entry is not None:
        _unapply(company, first, entry)
    _opposite(company, INVOICE, header)
    if first is not None:
        company.table("salesInvoices").edit(first, _canceled=False)


def _check_cancel(company: Company, header: Record) -> None:
    """In the vendor's order: date, canceled, corrective, paid, customer. BC 59, 184, 185."""
    company.check_posting_date(header["postingDate"])
    if header["_canceled"]:
        raise dialog("The invoice cannot be canceled because it has already been canceled.")
    if header["_corrective"]:
        raise dialog("You cannot cancel this posted sales invoice because it represents a correction of a credit memo.")
    if state.remaining(company, header) != header["totalAmountIncludingTax"]:
        raise dialog("You cannot cancel this posted sales invoice because it is fully or partially paid.\\\\To reverse "
                     "a paid sales invoice, you must manually create a sales credit memo.")  # fmt: skip
    for name in ("customerId", "billToCustomerId"):
        check_customer(company.table("customers").rows[header[name]], "salesInvoices", posting=True)


def _unapply(company: Company, invoice: Record, credit: Record) -> None:
    """Open both entries of a cancellation again."""
    ledger = company.table("customerLedger")
    owed = state.entry_of(company, invoice["number"], "Invoice")
    for entry in (owed, credit):
        if entry is not None:
            ledger.edit(entry, remaining=entry["amount"], local=entry["localAmount"], open=True)


def _opposite(company: Company, kind: Kind, source: Record) -> Record:
    """The posted, corrective opposite of a posted document, applied to it."""
    source_kind = INVOICE if kind is CREDIT_MEMO else CREDIT_MEMO
    draft = _copied(company, kind, source_kind, source)
    draft["_corrective"], draft["_corrects"] = True, source["id"]
    draft["number"] = company.next_number(kind.series)
    if kind is CREDIT_MEMO:
        draft["invoiceId"], draft["invoiceNumber"] = source["id"], source["number"]
    posting.post(company, kind, draft)
    if kind is INVOICE:
        ours = state.entry_of(company, draft["number"], "Invoice")
        theirs = state.entry_of(company, source["number"], "Credit Memo")
        if ours and theirs:
            state.apply_entries(company, ours, theirs, draft["postingDate"])
    company.table(source_kind.name).edit(source, _canceled=True)
    _give_back_to_order(company, source)
    return draft


def _copied(company: Company, kind: Kind, source_kind: Kind, source: Record) -> Record:
    """A draft of `kind` with everything the posted source has, its lines included."""
    fields = ENTITIES[kind.name].fields
    known = {name: value for name, value in source.items() if (name in fields or name[0] == "_") and name != "id"}
    today = company.today()
    draft = company.table(kind.name).add({
        **{name: each.empty for name, each in fields.items() if name != "id" and not each.calculated}, **known,
        "_posted": False, "_lines": (), "_canceled": False, "_corrective": False, "_corrects": "", "_entry": "",
        "number": "",
        "postingDate": max(source["postingDate"], today), kind.day: max(source["postingDate"], today),
        "dueDate": max(source["postingDate"], today), "_postingNumber": "", "_shippingNumber": "",
    })  # fmt: skip
    names = set(ENTITIES[kind.lines].fields) - {"id", "documentId"}
    for old in amounts.lines_of(company, source_kind, source):
        line = {name: value for name, value in old.items() if name in names or name[0] == "_"}
        if line["description"] == "Invoice Rounding":
            continue  # posting rounds anew
        line["documentId"], line["_itemEntry"] = draft["id"], ""
        company.table(kind.lines).add(line)
        draft["_lines"] += (line["id"],)
    return draft


def _corrective_draft(company: Company, header: Record) -> None:
    """A draft credit memo that applies to the invoice; the invoice stays as it is. BC 187-189."""
    if company.table("salesOrders").get(header["orderId"]) is not None:
        raise asked_a_person("The invoice was posted from an order. Do you want to create a credit memo for it?")
    left = state.remaining(company, header)
    if left != header["totalAmountIncludingTax"]:
        if left == 0:
            raise dialog("The invoice is closed. The corrective credit memo will not be applied to the invoice.")
        raise dialog("The invoice is partially paid or credited. The corrective credit memo may not be fully closed by "
                     "the invoice.")  # fmt: skip
    draft = _copied(company, CREDIT_MEMO, INVOICE, header)
    draft["number"] = company.next_number(CREDIT_MEMO.series)
    draft["invoiceId"], draft["invoiceNumber"] = header["id"], header["number"]


def _give_back_to_order(company: Company, invoice: Record) -> None:
    """An order that still exists gets its quantities back. BC 186."""
    order = company.table("salesOrders").get(invoice.get("orderId", ""))
    if order is None:
        return
    table = company.table("salesOrderLines")
    for posted in amounts.lines_of(company, INVOICE, invoice):
        line = table.get(posted["_orderLine"])
        if line is not None:
            table.edit(
                line, shippedQuantity=line["shippedQuantity"] - posted["quantity"],
                invoicedQuantity=line["invoicedQuantity"] - posted["quantity"],
                shipQuantity=line["shipQuantity"] + posted["quantity"],
                invoiceQuantity=line["invoiceQuantity"] + posted["quantity"],
            )  # fmt: skip
    company.table("salesOrders").edit(order, fullyShipped=False)
