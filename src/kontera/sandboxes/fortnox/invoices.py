"""Invoices: /3/invoices and their actions.

Decides numbers, OCR, locks, booking, crediting and the calls with side effects. Booked is final: a booked or
cancelled invoice is never changed, only credited, and an invoice links one credit invoice at most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.fortnox import bookkeeping, documents, lists, references, vouchers
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.document_tables import INVOICE, INVOICE_LIST, INVOICE_ROW
from kontera.sandboxes.fortnox.documents import Kind
from kontera.sandboxes.fortnox.errors import refuse, refuse_text
from kontera.sandboxes.fortnox.fields import CLEAR
from kontera.sandboxes.fortnox.vouchers import Source
from kontera.sandboxes.fortnox.web import Answer, Call, Endpoint, created

KIND = Kind(
    "invoices",
    "Invoice",
    "Invoices",
    "InvoiceRows",
    INVOICE,
    INVOICE_ROW,
    "InvoiceDate",
    "Faktura {no} bifogas",
    "st",
    "fakturan",
    2000434,
    2001304,
    INVOICE_LIST,
)
_FILTERS: dict[str, Callable[[Record], bool]] = {
    "cancelled": lambda invoice: bool(invoice["Cancelled"]),
    "fullypaid": lambda invoice: bool(invoice["FinalPayDate"]),
    "unpaid": lambda invoice: bool(invoice["Booked"] and not invoice["FinalPayDate"]),
    "unbooked": lambda invoice: not invoice["Booked"] and not invoice["Cancelled"],
}
_SORTS = {
    "customername": "CustomerName",
    "customernumber": "CustomerNumber",
    "documentnumber": "DocumentNumber",
    "invoicedate": "InvoiceDate",
    "ocr": "OCR",
    "total": "Total",
}
_TESTS = {
    **documents.common_tests(KIND),
    "ocr": lists.contains("OCR"),
    "invoicetype": lists.contains("InvoiceType"),
    "currency": lists.contains("Currency"),
    "yourordernumber": lists.contains("YourOrderNumber"),
    "credit": lists.contains("Credit"),
    "fromfinalpaydate": lists.at_least("FinalPayDate"),
    "tofinalpaydate": lists.at_most("FinalPayDate"),
    "articlenumber": documents.in_rows(KIND, "ArticleNumber"),
    "articledescription": documents.in_rows(KIND, "Description"),
    "accountnumberfrom": documents.account_from(KIND, True),
    "accountnumberto": documents.account_from(KIND, False),
}
_LICENCES = ("faktura",)


def ocr_of(number: str) -> str:
    """The OCR of a document number: the number, the length of the whole, a Luhn digit (20 gives 2048)."""
    base = f"{number}{(len(number) + 2) % 10}"
    return f"{base}{luhn(base)}"


def luhn(digits: str) -> int:
    """The check digit that makes `digits` followed by it pass the Luhn test."""
    doubled = [int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def list_all(call: Call) -> Answer:
    """GET invoices."""
    today = call.today.isoformat()

    def overdue(invoice: Record) -> bool:
        return bool(_FILTERS["unpaid"](invoice) and invoice["DueDate"] < today)

    return documents.list_all(call, KIND, _TESTS, {**_FILTERS, "unpaidoverdue": overdue}, _SORTS)


def get(call: Call) -> Answer:
    """GET invoices/{number}."""
    return KIND.answer(call, KIND.one(call))


def create(call: Call) -> Answer:
    """POST invoices."""
    sent = documents.read(call, KIND)
    invoice = store(call, sent, documents.create(call, KIND, sent))
    return created({"Invoice": documents.show(call, KIND, invoice)}, "invoices")


def store(call: Call, sent: dict[str, Any], invoice: Record) -> Record:
    """Check date, OCR and credit link of a new invoice, then keep it."""
    company = call.company
    _open(company, invoice)
    invoice["AccountingMethod"] = company.profile.accounting_method
    invoice["OCR"] = _ocr(company, sent.get("OCR"), invoice["DocumentNumber"])
    if not isinstance(sent.get("DueDate"), str):
        invoice["DueDate"] = documents.due_date(company, invoice["TermsOfPayment"], invoice["InvoiceDate"])
    original = _original(company, invoice)
    invoice["_credits"] = original is not None
    _settle(invoice)
    if original is not None:
        original["CreditInvoiceReference"] = invoice["DocumentNumber"]
        touch(original, call.now)
    company.invoices[invoice["DocumentNumber"]] = invoice
    return invoice


def change(call: Call) -> Answer:
    """PUT invoices/{number}: partial, while it is neither booked, cancelled nor otherwise locked."""
    company, invoice = call.company, KIND.one(call)
    _changeable(company, invoice)
    sent = documents.read(call, KIND)
    if isinstance(sent.get("CreditInvoiceReference"), str):
        raise refuse_text("Kreditreferens kan bara anges när fakturan skapas.")
    changed = documents.change(call, KIND, invoice, sent)
    _open(company, changed)
    if isinstance(sent.get("OCR"), str) and sent["OCR"] != invoice["OCR"]:
        changed["OCR"] = _ocr(company, sent["OCR"], invoice["DocumentNumber"])
    if "DueDate" not in sent and {"InvoiceDate", "TermsOfPayment"} & sent.keys():
        changed["DueDate"] = documents.due_date(company, changed["TermsOfPayment"], changed["InvoiceDate"])
    _settle(changed)
    invoice.update(changed)
    return KIND.answer(call, invoice)


def bookkeep(call: Call) -> Answer:
    """PUT invoices/{number}/bookkeep: a voucher in the series for invoices, dated as the invoice."""
    company, invoice = call.company, KIND.one(call)
    number = invoice["DocumentNumber"]
    if invoice["Cancelled"] or invoice["Booked"]:
        raise refuse_text(
            f"Kunde inte bokföra fakturanummer {number}. Fakturan är "
            f"{'makulerad' if invoice['Cancelled'] else 'redan bokförd'}."
        )
    if company.profile.accounting_method == "CASH":
        raise refuse(2003007, f"Kunde inte bokföra fakturanummer {number}.")
    if not invoice["WarehouseReady"]:
        raise refuse_text(f"Kunde inte bokföra fakturanummer {number}. Faktura som bokförs måste var klarmarkerad.")
    if invoice["NotCompleted"]:
        raise refuse_text(f"Kunde inte bokföra fakturanummer {number}. Fakturan är ej färdig.")
    day = date.fromisoformat(invoice["InvoiceDate"])
    references.unlocked(company, day, 2002141)
    year_id = references.year(company, day)
    voucher = vouchers.post(
        company,
        company.predefined_series["INVOICE"],
        day,
        Source("INVOICE", number, f"Kundfaktura {number}, {invoice['CustomerName']}"),
        bookkeeping.invoice(company, invoice, year_id),
        call.now,
    )
    invoice.update(
        {
            "Booked": True,
            "VoucherNumber": voucher["VoucherNumber"],
            "VoucherSeries": voucher["VoucherSeries"],
            "VoucherYear": year_id,
            "_claim": bookkeeping.in_sek(invoice, invoice["Total"]),
        }
    )
    if not invoice["Balance"]:
        invoice["FinalPayDate"] = invoice["InvoiceDate"]
    touch(invoice, call.now)
    return KIND.answer(call, invoice)


def cancel(call: Call) -> Answer:
    """PUT invoices/{number}/cancel: not once it is booked; printed or e-mailed ones can."""
    invoice = KIND.one(call)
    if invoice["Booked"]:
        raise refuse_text("Fakturan är bokförd och kan inte makuleras.")
    if invoice["Cancelled"]:
        raise refuse_text("Fakturan är redan makulerad.")
    invoice.update({"Cancelled": True, "Balance": ZERO})
    touch(invoice, call.now)
    return KIND.answer(call, invoice)


def credit(call: Call) -> Answer:
    """PUT invoices/{number}/credit: a new unbooked invoice with all quantities turned; answers the ORIGINAL."""
    company, invoice = call.company, KIND.one(call)
    if invoice["Cancelled"] or invoice["Credit"] == "true":
        raise refuse_text("Fakturan kan inte krediteras.")
    if not invoice["Booked"] and company.profile.accounting_method == "ACCRUAL":
        raise refuse_text("Fakturan måste vara bokförd för att kunna krediteras.")
    sent = _copied_header(invoice)
    sent["CreditInvoiceReference"] = invoice["DocumentNumber"]
    for name in ("Freight", "AdministrationFee"):
        sent[name] = -Decimal(invoice[name])
    rows = [{**row, "DeliveredQuantity": -row["DeliveredQuantity"]} for row in invoice["InvoiceRows"]]
    store(call, sent, documents.create(call, KIND, sent, rows))
    return KIND.answer(call, invoice)


def warehouse_ready(call: Call) -> Answer:
    """PUT invoices/{number}/warehouseready: goods leave the stock, and the invoice can no longer change."""
    return mark_ready(call, KIND)


def mark_ready(call: Call, kind: Kind) -> Answer:
    """The same for orders and invoices."""
    document = kind.one(call)
    if document["Cancelled"]:
        raise refuse(2003399, "Dokumentet är makulerat i lagermodulen")
    if document.get("_ready"):
        raise refuse(2003125, "Ett klarmarkerat dokument kan inte ändras")
    if str(document["OutboundDate"] or "") > call.today.isoformat():
        raise refuse(2003126, "Utleveransdatum kan inte vara senare än dagens datum")
    for row in document[kind.rows]:
        article = call.company.articles.get(row["ArticleNumber"])
        if article is not None and article["StockGoods"]:
            article["QuantityInStock"] = Decimal(article["QuantityInStock"]) - row["DeliveredQuantity"]
            touch(article, call.now)
    document.update({"WarehouseReady": True, "_ready": True})
    touch(document, call.now)
    return kind.answer(call, document)


def external_print(call: Call) -> Answer:
    """PUT invoices/{number}/externalprint: marked as sent."""
    return mark_sent(call, KIND)


def mark_sent(call: Call, kind: Kind) -> Answer:
    """The same for orders and invoices."""
    document = kind.one(call)
    document["Sent"] = True
    touch(document, call.now)
    return kind.answer(call, document)


def email(call: Call) -> Answer:
    """GET invoices/{number}/email: a GET that sends, and marks as sent."""
    return send_email(call, KIND)


def send_email(call: Call, kind: Kind) -> Answer:
    """The same for orders and invoices. Raises ApiError without an address."""
    document = kind.one(call)
    if not document["EmailInformation"]["EmailAddressTo"]:
        raise refuse_text("E-postadress saknas.")
    return mark_sent(call, kind)


def pdf(call: Call, kind: Kind, *, sent: bool) -> Answer:
    """A PDF of the document; `print` marks it as sent, `preview` does not."""
    document = kind.one(call)
    if sent:
        mark_sent(call, kind)
    text = f"%PDF-1.4\n% {kind.single} {document['DocumentNumber']} {document['Total']}\n%%EOF\n"
    return Answer(raw=text.encode(), media_type="application/pdf")


def reminder(call: Call) -> Answer:
    """GET invoices/{number}/printreminder: a PDF; the reminder is counted."""
    invoice = KIND.one(call)
    invoice["Reminders"] += 1
    invoice["LastRemindDate"] = call.today.isoformat()
    return pdf(call, KIND, sent=False)


def _settle(invoice: Record) -> None:
    """What follows from the total while an invoice is not booked."""
    invoice["Balance"] = invoice["Total"]
    invoice["Credit"] = "true" if invoice.get("_credits") or invoice["Total"] < 0 else "false"


def _open(company: Company, invoice: Record) -> None:
    """The invoice date lies in an open year and period (2000401 when it is locked)."""
    day = date.fromisoformat(invoice["InvoiceDate"])
    references.year(company, day)
    references.unlocked(company, day)


def _changeable(company: Company, invoice: Record) -> None:
    if invoice["Booked"]:
        raise refuse_text("Fakturan är bokförd och kan inte ändras.")
    if invoice["Cancelled"]:
        raise refuse_text("Fakturan är makulerad och kan inte ändras.")
    if invoice.get("_ready"):
        raise refuse(2003125, "Ett klarmarkerat dokument kan inte ändras")
    if company.profile.accounting_method == "CASH" and (invoice["Sent"] or invoice["Balance"] != invoice["Total"]):
        raise refuse_text("Fakturan är skickad eller betald och kan inte ändras.")


def _ocr(company: Company, sent: Any, number: str) -> str:
    if not isinstance(sent, str):
        return ocr_of(number)
    if str(luhn(sent[:-1])) != sent[-1]:
        raise refuse_text(f"OCR-numret är inte giltigt ({sent})")
    if any(invoice["OCR"] == sent for invoice in company.invoices.values()):
        raise refuse_text("OCR-numret används redan")
    return sent


def _original(company: Company, credit_invoice: Record) -> Record | None:
    """The invoice a new credit invoice names. Raises ApiError when it is missing or has its one link already."""
    reference = credit_invoice["CreditInvoiceReference"]
    if reference == "0":
        return None
    found = company.invoices.get(reference)
    if found is None:
        raise refuse_text(f"Kunde inte hitta fakturan ({reference})")
    if found["CreditInvoiceReference"] != "0":
        raise refuse_text(f"Fakturan är redan krediterad ({found['CreditInvoiceReference']})")
    return found


def _copied_header(invoice: Record) -> dict[str, Any]:
    """The writable header fields of an invoice, for a copy dated today under a new number."""
    left_out = {
        "DocumentNumber",
        "OCR",
        "InvoiceDate",
        "DueDate",
        "InvoiceRows",
        "DeliveryDate",
        "OutboundDate",
        "CreditInvoiceReference",
    }
    return {
        name: CLEAR if invoice[name] in ("", None) else invoice[name]
        for name, field in INVOICE.items()
        if not field.read_only and name not in left_out and field.kind not in {"rows", "object"}
    }


def endpoints() -> list[Endpoint]:
    """The endpoints of invoices."""
    one = "invoices/{number}"
    found = [
        ("GET", "invoices", list_all),
        ("POST", "invoices", create),
        ("GET", one, get),
        ("PUT", one, change),
        ("PUT", f"{one}/bookkeep", bookkeep),
        ("PUT", f"{one}/cancel", cancel),
        ("PUT", f"{one}/credit", credit),
        ("PUT", f"{one}/externalprint", external_print),
        ("PUT", f"{one}/warehouseready", warehouse_ready),
        ("GET", f"{one}/email", email),
        ("GET", f"{one}/einvoice", external_print),
        ("GET", f"{one}/eprint", external_print),
        ("GET", f"{one}/print", lambda call: pdf(call, KIND, sent=True)),
        ("GET", f"{one}/preview", lambda call: pdf(call, KIND, sent=False)),
        ("GET", f"{one}/printreminder", reminder),
    ]
    return [Endpoint(method, path, handler, "invoice", _LICENCES) for method, path, handler in found]
