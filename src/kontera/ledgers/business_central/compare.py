"""Whether what Business Central holds is what we meant: the difference between found the same and found different.

Decides which facts must agree (customer, date, currency, total, VAT, amount per account) and how they are shown. Never
decides what to do about a difference. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from kontera.accounting.documents import CustomerPayment, SalesInvoice, SalesOrder
from kontera.ledgers.business_central import names
from kontera.ledgers.business_central.arithmetic import Written
from kontera.ledgers.business_central.predict import by_account
from kontera.ledgers.business_central.wire import NO_ID, EntryAnswer, Payment, SalesDocument, day_of, number_of
from kontera.ledgers.protocol import Bound, Entry, Receipt
from kontera.money import ZERO, Money

Differences = dict[str, tuple[str, str]]


def sales_differences(
    document: SalesInvoice | SalesOrder, form: Written, answer: SalesDocument, bound: Bound
) -> Differences:
    """Field -> (ours, theirs) for an invoice or an order."""
    found: Differences = {}
    _compare(found, "customer", bound.customer, answer.customer_number)
    _compare(found, "date", document.date.isoformat(), str(day_of(answer.posting_date) or ""))
    _compare(found, "currency", document.currency, answer.currency_code)
    _compare(found, "reference", names.code_of(document.reference), answer.external_document_number)
    held: dict[str, Decimal] = {}
    for line in answer.lines:
        held[line.line_object_number] = held.get(line.line_object_number, ZERO) + line.net
    as_posted = (form.total_posted, form.vat_posted, form.net_by_account(posted=True))
    if as_posted != (answer.total, answer.vat, held):  # a posted document's lines were shared out anew
        _money(found, "total", form.total, answer.total, document.currency)
        _money(found, "vat", form.vat, answer.vat, document.currency)
        _accounts(found, form.net_by_account(posted=False), held, document.currency)
    return found


def payment_differences(document: CustomerPayment, answer: Payment, bound: Bound) -> Differences:
    """Field -> (ours, theirs) for a payment that is not posted yet."""
    found: Differences = {}
    _compare(found, "invoice", bound.invoice, answer.applies_to_invoice_number)
    if answer.applies_to_invoice_id in ("", NO_ID):
        found["invoice"] = (bound.invoice, "no posted invoice has that number")
    _compare(found, "date", document.date.isoformat(), str(day_of(answer.posting_date) or ""))
    _money(found, "amount", document.amount.amount, -number_of(answer.amount), document.amount.currency)
    return found


def entry_differences(
    day: str, expected: Iterable[Entry], held: Iterable[EntryAnswer], currency: str
) -> Differences:  # fmt: skip
    """Field -> (ours, theirs) for what is posted: a payment or a voucher."""
    found: Differences = {}
    held = list(held)
    days = sorted({str(day_of(entry.posting_date) or "") for entry in held})
    _compare(found, "date", day, ", ".join(days))
    theirs: dict[str, Decimal] = {}
    for entry in held:
        theirs[entry.account_number] = theirs.get(entry.account_number, ZERO) + entry.amount
    _accounts(found, by_account(expected), theirs, currency)
    return found


def sales_receipt(answer: SalesDocument, booked: bool, url: Callable[[str], str], as_order: bool) -> Receipt:
    """The receipt of an invoice or order; its address carries the id, which survives posting."""
    currency = answer.currency_code
    return Receipt(
        number=answer.number,
        url=url(f"{'salesOrders' if as_order else 'salesInvoices'}({answer.id})"),
        total=Money(answer.total, currency),
        vat=Money(answer.vat, currency),
        booked=booked,
        voucher_number=answer.number if booked else "",
    )


def _accounts(found: Differences, ours: dict[str, Decimal], theirs: dict[str, Decimal], currency: str) -> None:
    for account in sorted({*ours, *theirs}):
        _money(found, f"account {account}", ours.get(account, ZERO), theirs.get(account, ZERO), currency)


def _compare(found: Differences, name: str, ours: str, theirs: str) -> None:
    if ours != theirs:
        found[name] = (ours, theirs)


def _money(found: Differences, name: str, ours: Decimal, theirs: Decimal, currency: str) -> None:
    if ours != theirs:
        found[name] = (f"{ours:f} {currency}", f"{theirs:f} {currency}")
