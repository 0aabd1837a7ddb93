"""The auditor's view of a company: what must never be, counted over everything it holds.

Decides which documents look doubled, which vouchers do not balance, and what is still open. It changes nothing, and
is read through the control plane, never through the API.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.fortnox import fields
from kontera.sandboxes.fortnox.company import Company, Record


def audit(company: Company) -> dict[str, Any]:
    """Figures and lists of numbers; every list that names a fault is empty when all is well."""
    live = [invoice for invoice in company.invoices.values() if not invoice["Cancelled"]]
    debits = [invoice for invoice in live if invoice["Credit"] == "false"]
    credits_ = [invoice for invoice in live if invoice["Credit"] == "true"]
    orders = [order for order in company.orders.values() if not order["Cancelled"]]
    return {
        "customers": len(company.customers),
        "orders": len(company.orders),
        "invoices": len(company.invoices),
        "payments": len(company.payments),
        "vouchers": len(company.vouchers),
        "invoices_by_reference": dict(_counts(live, "ExternalInvoiceReference1")),
        "duplicate_invoices": _twice(debits, "ExternalInvoiceReference1"),
        "duplicate_credits": _twice(credits_, "ExternalInvoiceReference1", "ExternalInvoiceReference2"),
        "duplicate_orders": _twice(orders, "ExternalInvoiceReference1"),
        "duplicate_customers": _twice(company.customers.values(), "Email"),
        "duplicate_payments": _twice(
            company.payments.values(), "InvoiceNumber", "AmountCurrency", "PaymentDate", "ModeOfPaymentAccount"
        ),
        "duplicate_vouchers": _twice(
            [voucher for voucher in company.vouchers.values() if voucher["ReferenceType"] == "MANUAL"],
            "Description",
            "TransactionDate",
        ),
        "unbalanced_vouchers": [name(voucher) for voucher in company.vouchers.values() if not balances(voucher)],
        "unbooked_invoices": [invoice["DocumentNumber"] for invoice in live if not invoice["Booked"]],
        "unpaid_invoices": [
            invoice["DocumentNumber"] for invoice in live if invoice["Booked"] and not invoice["FinalPayDate"]
        ],
        "unbooked_payments": [each["Number"] for each in company.payments.values() if not each["Booked"]],
        "balances": {str(account): fields.plain(amount) for account, amount in sorted(balances_of(company).items())},
    }


def balances(voucher: Record) -> bool:
    """Whether debit equals credit."""
    return sum((row["Debit"] - row["Credit"] for row in voucher["VoucherRows"]), ZERO) == 0


def balances_of(company: Company) -> dict[int, Decimal]:
    """What was moved on each account in all years, debit positive, SEK; accounts at zero are left out."""
    result: dict[int, Decimal] = {}
    for voucher in company.vouchers.values():
        for row in voucher["VoucherRows"]:
            result[row["Account"]] = result.get(row["Account"], ZERO) + row["Debit"] - row["Credit"]
    return {account: amount for account, amount in result.items() if amount}


def name(voucher: Record) -> str:
    """How people name a voucher: "B12 (2)", series, number and year id."""
    return f"{voucher['VoucherSeries']}{voucher['VoucherNumber']} ({voucher['Year']})"


def _counts(records: Iterable[Record], *names: str) -> Counter[str]:
    """How often each value occurs; records without the first value do not count."""
    return Counter(" | ".join(str(record[each] or "") for each in names) for record in records if record[names[0]])


def _twice(records: Iterable[Record], *names: str) -> list[str]:
    return sorted(value for value, count in _counts(records, *names).items() if count > 1)
