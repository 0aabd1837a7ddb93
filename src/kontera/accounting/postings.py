"""The debits and credits a document will cause, balanced by construction: the receivable is the sum of the rest.

Decides which side an amount goes to and nothing else. Amounts of zero cause no posting.
"""

from __future__ import annotations

from collections.abc import Sequence

from kontera.accounting.documents import DocumentLine, Posting, Why
from kontera.money import Money, total


def sales_postings(
    rows: Sequence[DocumentLine], receivable: str, why: Why, text: str, currency: str
) -> tuple[Posting, ...]:
    """Receivable in debit; revenue, debts and VAT in credit, one posting per row and tax."""
    credits: list[Posting] = []
    for row in rows:
        credits.append(
            Posting(
                account=row.account,
                amount=-row.net,
                text=row.text,
                cost_centre=row.cost_centre,
                project=row.project,
                why=row.why,
            )
        )
        credits.append(Posting(account=row.vat_account, amount=-row.vat, text=row.text, why=row.vat_why))
    debit = Posting(
        account=receivable, amount=-total((posting.amount for posting in credits), currency), text=text, why=why
    )
    return tuple(posting for posting in (debit, *credits) if posting.amount)


def payment_postings(
    amount: Money, account: str, receivable: str, text: str, why: Why, owed: Why
) -> tuple[Posting, ...]:
    """The account that takes the payment in debit, the receivable in credit."""
    debit = Posting(account=account, amount=amount, text=text, why=why)
    return (debit, Posting(account=receivable, amount=-amount, text=text, why=owed)) if amount else ()
