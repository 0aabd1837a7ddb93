"""Whether what Fortnox holds is what we meant: the difference between found the same and found different.

Decides which facts must agree (customer, date, currency, rate, reference, total, VAT, amount per account) and how they
are shown. Never decides what to do about a difference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from kontera.accounting.documents import CustomerPayment, SalesInvoice, SalesOrder, Voucher
from kontera.ledgers.fortnox.arithmetic import rounds, totals_of
from kontera.ledgers.fortnox.rows import ZERO, rows_of
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.wire import Payment, SalesDocument, VoucherAnswer, number_of, text_of
from kontera.ledgers.protocol import Bound, Receipt
from kontera.money import Money

Differences = dict[str, tuple[str, str]]
_SAME_RATE = Decimal("0.00001")  # relative; Fortnox keeps an unknown number of decimals of a rate


def sales_differences(
    document: SalesInvoice | SalesOrder, answer: SalesDocument, bound: Bound, options: Options
) -> Differences:
    """Field -> (ours, theirs) for an invoice or an order, in the form (with or without VAT) it has in Fortnox."""
    with_vat = document.prices_include_vat if answer.vat_included is None else answer.vat_included
    rows = rows_of(document, with_vat)
    totals = totals_of(rows, with_vat, options.vat_per_row, rounds(options.rounds_totals, document))
    found: Differences = {}
    date = answer.invoice_date if isinstance(document, SalesInvoice) else answer.order_date
    _compare(found, "customer", bound.customer, text_of(answer.customer))
    _compare(found, "date", document.date.isoformat(), text_of(date))
    _compare(found, "currency", document.currency, text_of(answer.currency))
    _compare(found, "reference", document.reference, text_of(answer.reference))
    owed = answer.to_pay if answer.to_pay is not None else number_of(answer.total)
    _money(found, "total", totals.to_pay, owed, document.currency)
    _money(found, "vat", totals.vat, number_of(answer.total_vat), document.currency)
    if document.rate is not None:
        theirs = number_of(answer.rate) / (number_of(answer.unit) or 1)
        if abs(theirs - document.rate.rate) > document.rate.rate * _SAME_RATE:
            found["rate"] = (f"{document.rate.rate:f}", f"{theirs:f}")
    ours = _by_account((str(int(row.line.account)), row.amount) for row in rows)
    held = _by_account((text_of(row.account), number_of(row.total)) for row in answer.rows)
    for account in sorted({*ours, *held}):
        _money(found, f"account {account}", ours.get(account, ZERO), held.get(account, ZERO), document.currency)
    return found


def payment_differences(document: CustomerPayment, answer: Payment, bound: Bound, currency: str) -> Differences:
    """Field -> (ours, theirs) for a payment."""
    found: Differences = {}
    _compare(found, "invoice", bound.invoice, text_of(answer.invoice))
    _compare(found, "date", document.date.isoformat(), text_of(answer.date))
    _compare(found, "account", document.account, text_of(answer.account))
    _money(
        found,
        "amount",
        document.amount.amount,
        paid(answer, document.amount.currency, currency),
        document.amount.currency,
    )
    return found


def paid(answer: Payment, currency: str, home: str) -> Decimal:
    """The payment's amount in `currency`: Amount is in the company's currency, AmountCurrency in the invoice's."""
    if currency == home or answer.amount_currency is None:
        return number_of(answer.amount)
    return answer.amount_currency


def voucher_differences(document: Voucher, answer: VoucherAnswer) -> Differences:
    """Field -> (ours, theirs) for a voucher."""
    found: Differences = {}
    _compare(found, "date", document.date.isoformat(), text_of(answer.date))
    _compare(found, "series", document.series, text_of(answer.series))
    ours = _by_account((p.account, p.amount.amount) for p in document.postings)
    held = _by_account(
        (text_of(row.account), number_of(row.debit) - number_of(row.credit)) for row in answer.rows if not row.removed
    )
    for account in sorted({*ours, *held}):
        _money(found, f"account {account}", ours.get(account, ZERO), held.get(account, ZERO), document.currency)
    return found


def sales_receipt(answer: SalesDocument) -> Receipt:
    """The receipt of an invoice or order. total: what the customer owes, round-off included."""
    currency = text_of(answer.currency) or "SEK"
    to_pay = answer.to_pay if answer.to_pay is not None else answer.total
    return Receipt(
        number=text_of(answer.number),
        url=answer.url or "",
        total=None if to_pay is None else Money(to_pay, currency),
        vat=None if answer.total_vat is None else Money(answer.total_vat, currency),
        booked=answer.booked,
        voucher_series=answer.voucher_series or "",
        voucher_number=text_of(answer.voucher_number),
        voucher_year=text_of(answer.voucher_year),
    )


def payment_receipt(answer: Payment, document: CustomerPayment, home: str) -> Receipt:
    """The receipt of a payment."""
    currency = document.amount.currency
    return Receipt(
        number=text_of(answer.number),
        url=answer.url or "",
        total=Money(paid(answer, currency, home), currency),
        booked=answer.booked,
        voucher_series=answer.voucher_series or "",
        voucher_number=text_of(answer.voucher_number),
        voucher_year=text_of(answer.voucher_year),
    )


def voucher_receipt(answer: VoucherAnswer) -> Receipt:
    """The receipt of a voucher: booked by being there; its number is only unique with series and year."""
    number = text_of(answer.number)
    return Receipt(
        number=f"{answer.series or ''}{number}",
        url=answer.url or "",
        booked=True,
        voucher_series=answer.series or "",
        voucher_number=number,
        voucher_year=text_of(answer.year),
    )


def shown(differences: Mapping[str, tuple[str, str]]) -> str:
    """Differences as one line for people."""
    return "; ".join(f"{name}: {ours} / {theirs}" for name, (ours, theirs) in differences.items())


def _compare(found: Differences, name: str, ours: str, theirs: str) -> None:
    if ours != theirs:
        found[name] = (ours, theirs)


def _money(found: Differences, name: str, ours: Decimal, theirs: Decimal, currency: str) -> None:
    if ours != theirs:
        found[name] = (f"{ours:f} {currency}", f"{theirs:f} {currency}")


def _by_account(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for account, amount in amounts:
        sums[account] = sums.get(account, ZERO) + amount
    return {account: amount for account, amount in sums.items() if amount}
