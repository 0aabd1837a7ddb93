"""Payments of invoices: /3/invoicepayments.

Decides what a payment must say, when it may be booked, and what its booking does to the invoice's balance. A booked
payment is never changed or removed.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kontera.money import ZERO
from kontera.sandboxes.fortnox import bookkeeping, fields, lists, references, tables, vouchers
from kontera.sandboxes.fortnox.arithmetic import two
from kontera.sandboxes.fortnox.company import Company, Record, touch
from kontera.sandboxes.fortnox.errors import TEXT_ONLY, not_found, refuse, refuse_text
from kontera.sandboxes.fortnox.vouchers import Source
from kontera.sandboxes.fortnox.web import GONE, Answer, Call, Endpoint, created

_LIST = (
    "Amount",
    "Booked",
    "Currency",
    "CurrencyRate",
    "CurrencyUnit",
    "InvoiceNumber",
    "Number",
    "PaymentDate",
    "Source",
)
_LICENCES = ("faktura",)


def list_all(call: Call) -> Answer:
    """GET invoicepayments; invoicenumber is compared whole."""
    tests = {"invoicenumber": lambda record, wanted: str(record["InvoiceNumber"]) == wanted}
    chosen = lists.choose(list(call.company.payments.values()), call.query, tests, {}, {"paymentdate": "PaymentDate"})

    def show(record: Record) -> Record:
        full = _show(call, record)
        return {
            "@url": full["@url"],
            **{name: full[name] for name in _LIST},
            "WriteOffExist": bool(record["WriteOffs"]),
        }

    return Answer(lists.envelope("InvoicePayments", chosen, call.query, show))


def get(call: Call) -> Answer:
    """GET invoicepayments/{number}."""
    return Answer({"InvoicePayment": _show(call, _one(call))})


def create(call: Call) -> Answer:
    """POST invoicepayments."""
    company = call.company
    sent = fields.read(tables.PAYMENT, call.payload("InvoicePayment"), ignore_read_only=call.ignore_read_only)
    record = fields.apply(tables.PAYMENT, fields.blanks(tables.PAYMENT), sent)
    record["PaymentDate"] = record["PaymentDate"] or call.today.isoformat()
    _complete(company, record)
    record["Number"] = str(company.next("payments"))
    touch(record, call.now)
    company.payments[record["Number"]] = record
    return created({"InvoicePayment": _show(call, record)}, "invoicepayments")


def change(call: Call) -> Answer:
    """PUT invoicepayments/{number}: while it is not booked."""
    record = _one(call)
    if record["Booked"]:
        raise refuse_text("Betalningen är bokförd och kan inte ändras.")
    sent = fields.read(tables.PAYMENT, call.payload("InvoicePayment"), ignore_read_only=call.ignore_read_only)
    changed = fields.apply(tables.PAYMENT, record, sent)
    if "AmountCurrency" in sent and "Amount" not in sent:
        changed["Amount"] = None
    if "ModeOfPayment" in sent and "ModeOfPaymentAccount" not in sent:
        changed["ModeOfPaymentAccount"] = None
    _complete(call.company, changed)
    touch(changed, call.now)
    record.update(changed)
    return Answer({"InvoicePayment": _show(call, record)})


def delete(call: Call) -> Answer:
    """DELETE invoicepayments/{number}: unbooked ones only."""
    record = _one(call)
    if record["Booked"]:
        raise refuse_text("Betalningen är bokförd och kan inte tas bort.")
    del call.company.payments[record["Number"]]
    return GONE


def bookkeep(call: Call) -> Answer:
    """PUT invoicepayments/{number}/bookkeep: a voucher, and the invoice's balance goes down."""
    company, record = call.company, _one(call)
    if record["Booked"]:
        raise refuse_text("Betalningen är redan bokförd.")
    invoice = company.invoices[str(record["InvoiceNumber"])]
    _payable(company, invoice)
    day = date.fromisoformat(record["PaymentDate"])
    references.unlocked(company, day, 2002141)
    year_id = references.year(company, day)
    paid = record["AmountCurrency"] + sum((off["Amount"] for off in record["WriteOffs"]), ZERO)
    balance = invoice["Balance"] - paid
    claim = ZERO
    if company.profile.accounting_method == "CASH":
        postings = bookkeeping.cash_payment(company, record, invoice, year_id)
    else:
        # the last payment clears what is left in SEK, so that no rounding stays on the receivable
        claim = invoice["_claim"] if balance == 0 else bookkeeping.in_sek(invoice, paid)
        postings = bookkeeping.payment(company, record, invoice, year_id, claim)
    voucher = vouchers.post(
        company,
        company.predefined_series["INVOICEPAYMENT"],
        day,
        Source("INVOICEPAYMENT", record["Number"], f"Kundinbetalning, faktura {record['InvoiceNumber']}"),
        postings,
        call.now,
    )
    record.update(
        {
            "Booked": True,
            "VoucherNumber": voucher["VoucherNumber"],
            "VoucherSeries": voucher["VoucherSeries"],
            "VoucherYear": year_id,
        }
    )
    invoice["_claim"] = invoice.get("_claim", ZERO) - claim
    invoice["Balance"] = balance
    invoice["FinalPayDate"] = record["PaymentDate"] if balance == 0 else None
    if company.profile.accounting_method == "CASH" and balance == 0:
        invoice["Booked"] = True
    touch(record, call.now)
    touch(invoice, call.now)
    return Answer({"InvoicePayment": _show(call, record)})


def _complete(company: Company, record: Record) -> None:
    """Check a payment against its invoice and fill in what was left out. Raises ApiError."""
    number = record["InvoiceNumber"]
    invoice = company.invoices.get(str(number)) if number else None
    if invoice is None:
        raise refuse(2000434, f"Kunde inte hitta fakturan ({number or ''})")
    _payable(company, invoice)
    day = date.fromisoformat(record["PaymentDate"])
    _dated(company, invoice, day)
    year_id = references.year(company, day)
    _mode(company, record, year_id)
    record["WriteOffs"] = [_write_off(company, year_id, off) for off in record["WriteOffs"]]
    _amounts(company, record, invoice)
    record.update(
        {
            "InvoiceCustomerName": invoice["CustomerName"],
            "InvoiceCustomerNumber": invoice["CustomerNumber"],
            "InvoiceDueDate": invoice["DueDate"],
            "InvoiceOCR": invoice["OCR"],
            "InvoiceTotal": str(fields.plain(invoice["Total"])),
            "Currency": invoice["Currency"],
            "CurrencyUnit": invoice["CurrencyUnit"],
        }
    )


def _write_off(company: Company, year_id: int, sent: Record) -> Record:
    """A checked write-off: an active account that agrees with its dimensions."""
    off = fields.apply(_OFF, fields.blanks(_OFF), sent)
    if not off["AccountNumber"]:
        raise refuse_text("Konto måste anges för avskrivning.")
    account = references.account(company, year_id, off["AccountNumber"])
    references.require(company, off, {"CostCenter": "costcenters", "Project": "projects"})
    references.dimensions(company, account, off["CostCenter"], off["Project"])
    return {**off, "Amount": two(Decimal(off["Amount"])), "Description": account["Description"]}


def _payable(company: Company, invoice: Record) -> None:
    if invoice["Cancelled"]:
        raise refuse_text(f"Fakturanummer {invoice['DocumentNumber']} är makulerad.")
    if not invoice["Booked"] and company.profile.accounting_method == "ACCRUAL":
        raise refuse_text(f"Fakturanummer {invoice['DocumentNumber']} är inte bokförd.")


def _dated(company: Company, invoice: Record, day: date) -> None:
    """Not before the invoice, not in a locked period, and in the invoice's year unless that was carried over."""
    number = invoice["DocumentNumber"]
    if day.isoformat() < invoice["InvoiceDate"]:
        raise refuse_text(f"Fakturanummer {number}: Angivet betaldatum får inte vara före fakturadatum.")
    references.unlocked(company, day)
    own = company.year_of(date.fromisoformat(invoice["InvoiceDate"]))
    if own is not None and day.isoformat() > own["ToDate"] and own["Id"] not in company.carried_over:
        raise refuse_text(
            f"Fakturanummer {number}: Angivet betaldatum måste vara inom fakturans räkenskapsår om "
            "fakturan inte är överförd till nästa år."
        )


def _mode(company: Company, record: Record, year_id: int) -> None:
    """The account the money came to: named, or that of the mode of payment (the default one when none is named)."""
    if not record["ModeOfPayment"] and not record["ModeOfPaymentAccount"]:
        record["ModeOfPayment"] = company.profile.default_mode_of_payment
    if record["ModeOfPayment"]:
        mode = references.entry(company, "modesofpayments", record["ModeOfPayment"])
        record["ModeOfPaymentAccount"] = record["ModeOfPaymentAccount"] or int(mode["AccountNumber"])
    references.account(company, year_id, record["ModeOfPaymentAccount"])


def _amounts(company: Company, record: Record, invoice: Record) -> None:
    """`AmountCurrency` in the invoice's currency, `Amount` in SEK; each follows from the other where it may."""
    amount, in_currency = record["Amount"], record["AmountCurrency"]
    if invoice["Currency"] == "SEK":
        chosen = in_currency if in_currency is not None else amount
        if chosen is None:
            raise refuse_text("Belopp måste anges.")
        if amount is not None and in_currency is not None and amount != in_currency:
            raise refuse_text("Belopp och valutabelopp måste vara lika för svenska kronor.")
        record["Amount"] = record["AmountCurrency"] = two(Decimal(chosen))
        record["CurrencyRate"] = Decimal(1)
        return
    if in_currency is None:
        raise refuse_text(f"Belopp i valuta måste anges ({invoice['Currency']})")
    record["AmountCurrency"] = two(Decimal(in_currency))
    if record["CurrencyRate"] is None:
        record["CurrencyRate"] = Decimal(company.registers["currencies"][invoice["Currency"]]["BuyRate"])
    if amount is None:
        rate = record["CurrencyRate"] / Decimal(invoice["CurrencyUnit"])
        record["Amount"] = two(record["AmountCurrency"] * rate)
    else:
        record["Amount"] = two(Decimal(amount))


_OFF = tables.PAYMENT["WriteOffs"].table or {}


def _one(call: Call) -> Record:
    found = call.company.payments.get(call.path["number"])
    if found is None:
        raise not_found("betalningen", TEXT_ONLY)
    return found


def _show(call: Call, record: Record) -> Record:
    shown = {
        name: fields.plain(value) if isinstance(value, Decimal) else value
        for name, value in record.items()
        if not name.startswith("_")
    }
    shown["WriteOffs"] = [
        {name: fields.plain(value) if isinstance(value, Decimal) else value for name, value in off.items()}
        for off in record["WriteOffs"]
    ]
    return {**shown, "@url": call.url("invoicepayments", record["Number"])}


def endpoints() -> list[Endpoint]:
    """The endpoints of payments."""
    one = "invoicepayments/{number}"
    found = [
        ("GET", "invoicepayments", list_all),
        ("POST", "invoicepayments", create),
        ("GET", one, get),
        ("PUT", one, change),
        ("DELETE", one, delete),
        ("PUT", f"{one}/bookkeep", bookkeep),
    ]
    return [Endpoint(method, path, handler, "payment", _LICENCES) for method, path, handler in found]
