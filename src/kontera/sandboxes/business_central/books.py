"""The general ledger: entries that sum to zero, in the local currency, with dimensions.

Decides how postings become entries and which accounts may be posted to. It never posts an unbalanced document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from kontera.money import ZERO
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import dialog, field_error, no_relation
from kontera.sandboxes.business_central.store import Record


@dataclass(frozen=True)
class Posting:
    """One amount on one account, debit positive, in the local currency."""

    account: str
    amount: Decimal
    dims: dict[str, str] = field(default_factory=dict)
    text: str = ""


def account_of(company: Company, number: str, direct: bool = False) -> Record:
    """An account that may be posted to. Raises ApiError when it may not."""
    account = company.table("accounts").by("number", number)
    if account is None:
        raise no_relation("G/L Account No.", "G/L Account", number)
    if account["blocked"]:
        raise field_error(f"Blocked must be equal to 'No'  in G/L Account: No.={number}. Current value is 'Yes'.")
    if account["accountType"] != "Posting":
        raise field_error(f"Account Type must be equal to 'Posting'  in G/L Account: No.={number}. Current value is "
                          f"'{account['accountType']}'.")  # fmt: skip
    if direct and not account["directPosting"]:
        raise field_error(
            f"Direct Posting must be equal to 'Yes'  in G/L Account: No.={number}. Current value is 'No'."
        )
    return account


def booked(company: Company, postings: Iterable[Posting], day: str, document: str, document_type: str) -> None:
    """Write entries, one per account and set of dimensions. Raises ApiError when unbalanced."""
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], Decimal] = {}
    texts: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    for posting in postings:
        key = (posting.account, tuple(sorted(posting.dims.items())))
        sums[key] = sums.get(key, ZERO) + posting.amount
        texts.setdefault(key, posting.text)
    if sum(sums.values(), ZERO) != 0:
        raise dialog(f"The transaction {document} is out of balance by {sum(sums.values(), ZERO)}.")
    entries = company.table("generalLedgerEntries")
    for key, amount in sums.items():
        if amount == 0:
            continue
        account = account_of(company, key[0])
        entries.add({
            "entryNumber": len(entries) + 1, "postingDate": day, "documentNumber": document,
            "documentType": document_type, "accountId": account["id"], "accountNumber": key[0],
            "description": texts[key] or account["displayName"], "debitAmount": max(amount, ZERO),
            "creditAmount": max(-amount, ZERO), "additionalCurrencyDebitAmount": ZERO,
            "additionalCurrencyCreditAmount": ZERO, "_dims": dict(key[1]),
        })  # fmt: skip
