"""Documents held against the ledger's own settings before they leave (law 5): what would be refused is found here.

Decides whether accounts, VAT codes, years, locks, dimensions, terms and sizes fit. Never changes a document and
never asks the ledger: the copy of its settings is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kontera.accounting.documents import CustomerPayment, Planned, SalesInvoice, SalesOrder, Share, VatRegion
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.problems import on_day, on_order, rate_text
from kontera.commerce import Order
from kontera.errors import Problem

BUYER_ACCOUNTS = frozenset({VatRegion.EU_REVERSE, VatRegion.DOMESTIC_REVERSE})


def check(order: Order, documents: Sequence[Planned], setup: LedgerSetup) -> list[Problem]:
    """Everything the ledger would refuse about the documents, each thing once."""
    problems: list[Problem] = []
    for document in documents:
        problems += _date(order, document, setup)
        problems += _accounts(order, document, setup)
        problems += _dimensions(order, document, setup)
        if isinstance(document, SalesInvoice | SalesOrder):
            problems += _vat_codes(order, document, setup)
            problems += _terms(order, document, setup)
            if setup.max_rows is not None and len(document.lines) > setup.max_rows:
                rows, allowed = str(len(document.lines)), str(setup.max_rows)
                problems.append(on_order(order, "TOO_MANY_ROWS", rows=rows, allowed=allowed))
    return unique(problems)


def unique(problems: Sequence[Problem]) -> list[Problem]:
    """Each problem once, in order; problems with a cause of their own differ by their facts."""
    seen: dict[tuple[str, str, str], Problem] = {}
    for problem in problems:
        facts = "" if problem.cause else str(sorted(problem.facts.items()))
        seen.setdefault((problem.code, problem.cause, facts), problem)
    return list(seen.values())


def _date(order: Order, document: Planned, setup: LedgerSetup) -> Iterator[Problem]:
    locked = setup.locked_through
    if locked is not None and document.date <= locked:
        cause = f"period:{locked.isoformat()}"
        yield on_day(order, "PERIOD_LOCKED", cause, document.date, locked_through=locked.isoformat())
    year = setup.year_of(document.date)
    if year is None or year.closed:
        yield on_day(order, "YEAR_MISSING", f"year:{document.date.year}", document.date)


def _accounts(order: Order, document: Planned, setup: LedgerSetup) -> Iterator[Problem]:
    """Every account a row names or a posting touches (an order posts nothing yet, its rows name what will be)."""
    named = [(posting.account, posting.why.rule) for posting in document.postings]
    if isinstance(document, SalesInvoice | SalesOrder):
        named.append((document.receivable, "accounts.receivable"))
        for row in document.lines:
            named.append((row.account, row.why.rule))
            named += [(row.vat_account, row.vat_why.rule)] if row.vat else []
    bare = isinstance(document, Share)  # in a summary every account, VAT's too, is named by a line of a voucher
    for number, rule in dict(named).items():
        account = setup.accounts.get(number)
        if account is None:
            yield on_order(order, "ACCOUNT_MISSING", f"account:{number}", account=number, rule=rule)
        elif not account.active or (bare and not account.rows and rule != "accounts.receivable"):
            yield on_order(order, "ACCOUNT_INACTIVE", f"account:{number}", account=number, rule=rule)


def has_vat_code(setup: LedgerSetup, code: str, rate: Decimal, reverse: bool) -> bool:
    """Whether the ledger can write a row with this VAT code and percent. Without a code the percent must be known;
    where the buyer accounts for the VAT (`reverse`) the ledger's code may carry the rate the buyer owes."""
    if not code:
        return not rate or any(known.rate == rate for known in setup.vat_codes.values())
    known = setup.vat_codes.get(code)
    return known is not None and (known.rate == rate or reverse)


def _vat_codes(order: Order, document: SalesInvoice | SalesOrder, setup: LedgerSetup) -> Iterator[Problem]:
    """A row's VAT code exists with its rate and posts to the account the rule says."""
    for row in document.lines:
        rate = rate_text(row.vat_rate)
        code = setup.vat_codes.get(row.vat_code)
        if not has_vat_code(setup, row.vat_code, row.vat_rate, document.region in BUYER_ACCOUNTS and not row.vat):
            yield on_order(order, "VAT_RATE_NOT_IN_LEDGER", f"vat_rate:{rate}", rate=rate, vat_code=row.vat_code)
        elif code is not None and row.vat and code.account not in ("", row.vat_account):
            facts = {"vat_code": row.vat_code, "rules": row.vat_account, "ledger": code.account}
            yield on_order(order, "VAT_ACCOUNT_DIFFERS", f"vat_code:{row.vat_code}", **facts)


def _dimensions(order: Order, document: Planned, setup: LedgerSetup) -> Iterator[Problem]:
    centres = {posting.cost_centre for posting in document.postings}
    projects = {posting.project for posting in document.postings}
    if isinstance(document, SalesInvoice | SalesOrder | CustomerPayment):
        centres.add(document.cost_centre)
        projects.add(document.project)
    if isinstance(document, SalesInvoice | SalesOrder):
        centres |= {row.cost_centre for row in document.lines}
        projects |= {row.project for row in document.lines}
    for code in sorted(centres - {""}):
        if not setup.cost_centres.get(code, False):
            reason = "inactive" if code in setup.cost_centres else "missing"
            yield on_order(order, "COST_CENTRE_UNUSABLE", f"cost_centre:{code}", cost_centre=code, reason=reason)
    for code in sorted(projects - {""}):
        if not setup.projects.get(code, False):
            yield on_order(order, "PROJECT_UNUSABLE", f"project:{code}", project=code)
    for posting in document.postings:
        account = setup.accounts.get(posting.account)
        if account is not None and account.cost_centre_required and not posting.cost_centre:
            yield on_order(order, "COST_CENTRE_REQUIRED", f"account:{account.number}", account=account.number)


def _terms(order: Order, document: SalesInvoice | SalesOrder, setup: LedgerSetup) -> Iterator[Problem]:
    for kind, value, known in (
        ("terms_of_payment", document.terms_of_payment, setup.terms_of_payment),
        ("way_of_delivery", document.way_of_delivery, setup.ways_of_delivery),
        ("terms_of_delivery", document.terms_of_delivery, setup.terms_of_delivery),
    ):
        if value and value not in known:
            yield on_order(order, "TERMS_UNKNOWN", f"terms:{kind}:{value}", kind=kind, value=value)
