"""The auditor's view of a company: what must never be, counted over everything it holds.

Decides which documents look doubled, which entries do not balance, and what is still open. It changes nothing, and is
read through the control plane, never through the API.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.business_central import state
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.store import Record


def audit(company: Company) -> dict[str, Any]:
    """Figures and lists of numbers; every list that names a fault is empty when all is well."""
    invoices = list(company.table("salesInvoices"))
    credits_ = list(company.table("salesCreditMemos"))
    posted = [row for row in invoices if row["_posted"]]
    payments = [row for row in company.table("customerLedger") if row["documentType"] == "Payment"]
    entries = list(company.table("generalLedgerEntries"))
    return {
        "customers": len(company.table("customers")),
        "items": len(company.table("items")),
        "orders": len(company.table("salesOrders")),
        "invoices": len(posted),
        "draft_invoices": len(invoices) - len(posted),
        "credit_memos": sum(1 for row in credits_ if row["_posted"]),
        "draft_credit_memos": sum(1 for row in credits_ if not row["_posted"]),
        "payments": len(payments),
        "entries": len(entries),
        "invoices_by_reference": dict(_counts(posted, "externalDocumentNumber")),
        "duplicate_invoices": _twice([row for row in invoices if not row["_corrective"]], "externalDocumentNumber"),
        "duplicate_credits": _twice([row for row in credits_ if not row["_corrective"]], "externalDocumentNumber"),
        "duplicate_orders": _twice(company.table("salesOrders"), "externalDocumentNumber"),
        "duplicate_customers": _twice(company.table("customers"), "email"),
        "duplicate_payments": _twice(payments, "externalDocumentNumber", "customerNumber", "amount"),
        "unbalanced_documents": unbalanced(entries),
        "unpaid_invoices": [row["number"] for row in posted if state.status(company, row) == "Open"],
        "unposted_journal_lines": len(company.table("journalLines")),
        "receivables_differ": _receivables(company),
        "balances": {
            number: f"{amount.normalize() + ZERO:f}" for number, amount in sorted(balances_of(company).items())
        },
    }


def setup(company: Company) -> dict[str, Any]:
    """The posting set-up the API does not show: cells of VAT and of general business x product groups."""
    return {
        "vat": [
            {"business": business, "product": product, **asdict(cell)}
            for (business, product), cell in sorted(company.vat.items())
        ],
        "general": [
            {"business": business, "product": product, **asdict(cell)}
            for (business, product), cell in sorted(company.general.items())
        ],
    }


def unbalanced(entries: Iterable[Record]) -> list[str]:
    """Numbers of documents whose entries do not sum to zero."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        number = entry["documentNumber"]
        sums[number] = sums.get(number, ZERO) + entry["debitAmount"] - entry["creditAmount"]
    return sorted(number for number, amount in sums.items() if amount)


def balances_of(company: Company) -> dict[str, Decimal]:
    """What was moved on each account, debit positive, local currency; accounts at zero are left out."""
    result: dict[str, Decimal] = {}
    for entry in company.table("generalLedgerEntries"):
        number = entry["accountNumber"]
        result[number] = result.get(number, ZERO) + entry["debitAmount"] - entry["creditAmount"]
    return {number: amount for number, amount in result.items() if amount}


def _receivables(company: Company) -> str:
    """By how much what is left of the customer ledger differs from its accounts, local currency; "0" as it must."""
    accounts = {group["receivables"] for group in company.customer_groups.values()}
    booked = sum((amount for number, amount in balances_of(company).items() if number in accounts), ZERO)
    owed = sum((row["local"] for row in company.table("customerLedger")), ZERO)
    return f"{(booked - owed).normalize() + ZERO:f}"


def _counts(records: Iterable[Record], *names: str) -> Counter[str]:
    """How often each value occurs; records without the first value do not count."""
    return Counter(" | ".join(str(record[each]) for each in names) for record in records if record[names[0]])


def _twice(records: Iterable[Record], *names: str) -> list[str]:
    return sorted(value for value, count in _counts(records, *names).items() if count > 1)
