"""Answers in a form people read: a document as a table, each row and posting with the rule and the fact behind it.

Decides the layout only. The text is for the terminal, logs of a trial and tests; the console draws its own tables
from the same fields.
"""

from __future__ import annotations

from collections.abc import Sequence

from kontera.accounting.documents import (
    CustomerPayment,
    Planned,
    SalesInvoice,
    SalesOrder,
    SummaryPayment,
    SummarySale,
    Voucher,
    Why,
    kind_of,
)
from kontera.accounting.outcome import Booking, LeftOut, Outcome
from kontera.accounting.problems import money_text, rate_text
from kontera.money import Money

_LEFT_ALIGNED = frozenset({"Text", "Account", "Why", "VAT code", "Cost centre"})


def explain(outcome: Outcome) -> str:
    """The whole answer about an order: its documents, its problems, or why it is left out."""
    if isinstance(outcome, LeftOut):
        return f"Left out by {outcome.rule}: {outcome.reason}\n"
    if not isinstance(outcome, Booking):
        lines = [f"Held: {len(outcome.problems)} problem(s)"]
        for problem in outcome.problems:
            facts = ", ".join(f"{name} {value}" for name, value in problem.facts.items())
            lines.append(f"  {problem.code} {problem.cause}".rstrip() + f" ({facts})")
        return "\n".join(lines) + "\n"
    texts = [explain_document(document) for document in outcome.documents]
    for difference in outcome.differences:
        shop, ours, bound = (money_text(each) for each in (difference.shop, difference.ours, difference.bound))
        texts.append(f"Explained: {difference.what}: shop {shop}, ours {ours}: {difference.cause}, at most {bound}\n")
    return "\n".join(texts)


def explain_document(document: Planned) -> str:
    """One document: what it is, its rows, its postings."""
    lines = [_title(document)]
    if isinstance(document, SalesInvoice | SalesOrder):
        lines += ["", *_rows(document)]
    if document.postings:
        lines += ["", *_postings(document)]
    return "\n".join(lines) + "\n"


def why_text(why: Why) -> str:
    """The rule, the rulebook and the fact in one line."""
    return f"{why.rule} in {why.rulebook}: {why.fact}"


def _title(document: Planned) -> str:
    kind = kind_of(document).replace("_", " ").capitalize()
    head = f"{kind} {document.reference}, {document.date.isoformat()}"
    match document:
        case CustomerPayment():
            return f"{head}, {money_text(document.amount)} by {document.method}, settles {document.invoice}"
        case Voucher():
            return f"{head}, series {document.series}: {document.text}"
        case SummarySale():
            return f"{head}, {money_text(document.total)} of it VAT {_number(document.vat)}, for {document.processor}"
        case SummaryPayment():
            return f"{head}, {money_text(document.amount)} by {document.method}, for {document.processor}"
        case _:
            told = "rows with VAT" if document.prices_include_vat else "rows without VAT"
            words = [head, f"{money_text(document.total)} of it VAT {_number(document.vat)}", document.region, told]
            if document.rate is not None:
                rate = document.rate
                words.append(f"rate {rate.rate:f} ({rate.source}, {rate.on.isoformat()})")
            return ", ".join(words)


def _rows(document: SalesInvoice | SalesOrder) -> list[str]:
    heads = ("Text", "Quantity", "Price", "Discount", "Amount", "VAT %", "VAT", "VAT code", "Account", "Why")
    table = [
        (
            row.text,
            rate_text(row.quantity),
            _number(row.unit_price),
            _number(row.discount) if row.discount else "",
            _number(row.amount),
            rate_text(row.vat_rate),
            _number(row.vat),
            row.vat_code,
            row.account,
            f"{why_text(row.why)}; {row.vat_why.rule}",
        )
        for row in document.lines
    ]
    return _table(heads, table)


def _postings(document: Planned) -> list[str]:
    heads = ("Account", "Debit", "Credit", "Cost centre", "Text", "Why")
    table = [
        (
            posting.account,
            _number(posting.amount) if posting.amount.amount > 0 else "",
            _number(-posting.amount) if posting.amount.amount < 0 else "",
            posting.cost_centre,
            posting.text,
            why_text(posting.why),
        )
        for posting in document.postings
    ]
    return _table(heads, table)


def _number(amount: Money) -> str:
    return money_text(amount).rpartition(" ")[0]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as they need to be; columns that say nothing are left away."""
    used = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    width = {place: max(len(heads[place]), *(len(row[place]) for row in rows)) for place in used}

    def line(cells: Sequence[str]) -> str:
        aligned = (
            cells[place].ljust(width[place]) if heads[place] in _LEFT_ALIGNED else cells[place].rjust(width[place])
            for place in used
        )
        return "  ".join(aligned).rstrip()

    return [line(heads), *(line(row) for row in rows)]
