"""Posting a journal batch: all of its lines or none.

Decides what a line is refused for, the balance per document, the ledger entries, applications, and what is left of
the batch. After facts B5 and BC 51-53, 226, 228, 265, 266.
"""

from __future__ import annotations

import re
from decimal import Decimal

from kontera.money import ZERO, round_to
from kontera.sandboxes.business_central import state
from kontera.sandboxes.business_central.books import Posting, account_of, booked
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import dialog, field_error, must_have_value, no_relation
from kontera.sandboxes.business_central.partners import check_customer
from kontera.sandboxes.business_central.store import Record

_CHECK = "Please check that Posting Date, Document Type, Document No. and Amount are correct for each line."


def post(company: Company, batch: Record) -> None:
    """Post every line of a batch. Raises ApiError on the first line that cannot be posted."""
    table = company.table("journalLines")
    lines = sorted(table.where(journalId=batch["id"]), key=lambda line: int(line["lineNumber"]))
    if not lines:
        raise dialog("There is nothing to post.")
    real = [line for line in lines if line["accountNumber"] or line["amount"]]
    for line in real:
        _check(company, line)
    _check_balance(company, real)
    documents: dict[tuple[str, str], list[Record]] = {}
    for line in real:
        documents.setdefault((line["documentNumber"], line["postingDate"]), []).append(line)
    for (number, day), group in documents.items():
        _post_document(company, number, day, group)
    for line in lines:
        table.remove(line)
    _after(company, batch, real)


def _check(company: Company, line: Record) -> None:
    company.check_posting_date(line["postingDate"])
    if not line["documentNumber"]:
        raise must_have_value("Document No.", "Gen. Journal Line", "Line No.", str(line["lineNumber"]))
    if not line["accountNumber"]:
        raise must_have_value("Account No.", "Gen. Journal Line", "Line No.", str(line["lineNumber"]))
    for side, number in (("accountType", "accountNumber"), ("balanceAccountType", "balancingAccountNumber")):
        if line[side] == "G/L Account" and line[number]:
            account_of(company, line[number], direct=True)
        if line[side] == "Customer" and line[number]:
            customer = company.table("customers").by("number", line[number])
            if customer is None:
                raise no_relation("Account No.", "Customer", line[number])
            if customer["blocked"] == "All":
                check_customer(customer, "salesCreditMemos", posting=True)
    if line["_documentType"] == "Payment" and line["amount"] > 0:
        raise field_error("Amount must be negative in Gen. Journal Line Journal Template Name='CASHRCPT'.")
    applied = line["appliesToInvoiceNumber"]
    if applied:
        invoice = company.table("salesInvoices").by("number", applied)
        if invoice is None or not invoice["_posted"]:
            raise dialog("Invoice for given Applies-to Invoice Id does not exist.")


def _check_balance(company: Company, lines: list[Record]) -> None:
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if not line["balancingAccountNumber"]:
            key = (line["documentNumber"], line["postingDate"])
            sums[key] = sums.get(key, ZERO) + _local(company, line)
    for (number, _), amount in sums.items():
        if amount:
            raise dialog(f"Document No. {number} is out of balance by {amount.normalize() + ZERO:f}. {_CHECK}")


def _local(company: Company, line: Record) -> Decimal:
    rate = company.rate(line["_currency"], line["postingDate"])
    return round_to(line["amount"] * rate, company.decimals(""))


def _post_document(company: Company, number: str, day: str, lines: list[Record]) -> None:
    """The entries of one document; a line with a balancing account balances itself."""
    postings = []
    kind = lines[0]["_documentType"]
    for line in lines:
        amount, dims, text = _local(company, line), line["_dims"], line["description"]
        gross = [(line["accountType"], line["accountNumber"], amount)]
        if line["balancingAccountNumber"]:
            gross.append((line["balanceAccountType"], line["balancingAccountNumber"], -amount))
        for side, account, value in gross:
            if side == "Customer":
                postings += _customer(company, line, account, line["amount"] if value == amount else -line["amount"])
                account_number = _receivables(company, account)
            elif side == "Bank Account":
                account_number = company.banks[account]["account"]
            else:
                account_number = account
            postings.append(Posting(account_number, value, dims, text))
    booked(company, postings, day, number, kind)


def _group(company: Company, number: str) -> dict[str, str]:
    customer = company.table("customers").by("number", number)
    if customer is None:
        raise no_relation("Account No.", "Customer", number)
    if not customer["_customerGroup"]:
        raise must_have_value("Customer Posting Group", "Customer", "No.", number)
    return company.customer_groups[customer["_customerGroup"]]


def _receivables(company: Company, number: str) -> str:
    return _group(company, number)["receivables"]


def _customer(company: Company, line: Record, number: str, amount: Decimal) -> list[Posting]:
    """The customer's entry, applied; answers the exchange gain or loss that applying realises."""
    rate = company.rate(line["_currency"], line["postingDate"])
    local = round_to(amount * rate, company.decimals(""))
    entry = company.table("customerLedger").add({
        "customerNumber": number, "documentType": line["_documentType"], "documentNumber": line["documentNumber"],
        "externalDocumentNumber": line["externalDocumentNumber"], "postingDate": line["postingDate"],
        "dueDate": line["postingDate"], "currency": line["_currency"], "rate": rate, "amount": amount,
        "remaining": amount, "open": amount != 0, "local": local, "localAmount": local,
    })  # fmt: skip
    applied = line["appliesToInvoiceNumber"]
    if not applied:
        return []
    owed = state.open_entry(company, applied, 1)
    if owed["customerNumber"] != number:
        raise dialog(f"Customer No. must be equal to '{owed['customerNumber']}' in Cust. Ledger Entry {applied}.")
    return state.realised(_group(company, number), state.apply_entries(company, entry, owed, line["postingDate"]))


def _after(company: Company, batch: Record, lines: list[Record]) -> None:
    """The series moves on, the batch may change its name or keep a blank line. BC 52, 53."""
    series = company.series.get(batch["_series"])
    if series is not None:
        before = series.next
        company.log.also(lambda: setattr(series, "next", before))
        used = [line["documentNumber"].removeprefix(series.prefix) for line in lines
                if line["documentNumber"].startswith(series.prefix)]  # fmt: skip
        series.next = max([series.next, *(int(each) + 1 for each in used if each.isdigit())])
    elif lines:
        blank = {name: value for name, value in lines[-1].items() if name != "id"}
        company.table("journalLines").add({
            **blank, "lineNumber": 10000, "accountNumber": "", "accountType": "G/L Account", "amount": ZERO,
            "_documentType": " ", "appliesToInvoiceNumber": "", "description": "", "balancingAccountNumber": "",
        })  # fmt: skip
    found = re.search(r"\d+", batch["code"])
    if company.switches.increment_batch_name and found:
        code = f"{batch['code'][: found.start()]}{int(found[0]) + 1}{batch['code'][found.end() :]}"
        company.table("journals").remove(batch)
        company.table("journals").add({**{k: v for k, v in batch.items() if k != "id"}, "code": code})
