"""What a ledger will make of a document, held against what the document says: the ledger's own arithmetic, by name.

Ledgers compute VAT themselves from the rows' amounts; the document carries the shop's. Decides whether the VAT per
rate of a quote differs by no more than rounding can: then it is LEDGER_ARITHMETIC, named with its bound; otherwise it
is VAT_DIFFERS. Totals have no such room: they must be equal (law 3). Never computes a ledger's figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from kontera.accounting.documents import SalesInvoice, SalesOrder
from kontera.accounting.outcome import Difference, DifferenceCause
from kontera.accounting.problems import bound_text, money_text, rate_text
from kontera.accounting.rounding import unit_of
from kontera.errors import Problem
from kontera.money import HUNDRED, ONE, ZERO, Money, total


def against_quote(
    document: SalesInvoice | SalesOrder, vat_by_rate: Mapping[Decimal, Money], explained: Sequence[Difference] = ()
) -> tuple[tuple[Difference, ...], tuple[Problem, ...]]:
    """Named differences and problems between the document's VAT per rate and a quote's.

    explained: the booking's own differences; what the shop's VAT differs from its rate is passed on to the ledger,
    which knows only the rate, so their bounds are added.
    """
    differences: list[Difference] = []
    problems: list[Problem] = []
    quoted = {rate.normalize(): vat for rate, vat in vat_by_rate.items()}
    for rate in sorted({row.vat_rate.normalize() for row in document.lines} | set(quoted)):
        rows = [row for row in document.lines if row.vat_rate == rate]
        ours = total((row.vat for row in rows), document.currency)
        theirs = quoted.get(rate, Money.zero(document.currency))
        if ours == theirs:
            continue
        what = f"vat {rate_text(rate)}"
        passed_on = sum((each.bound.amount for each in explained if each.what in (what, "vat all")), ZERO)
        bound = Money(_rounding(len(rows), rate, document.currency) + passed_on, document.currency)
        if abs(theirs - ours) <= bound:
            cause = DifferenceCause.LEDGER_ARITHMETIC
            differences.append(Difference(what=what, shop=ours, ours=theirs, cause=cause, bound=bound))
        else:
            problems.append(_problem(document, rate, ours, theirs, bound))
    return tuple(differences), tuple(problems)


def _rounding(rows: int, rate: Decimal, currency: str) -> Decimal:
    """Each row's VAT and amount rounded once by either side, and the sum once by the ledger; nothing without rows."""
    if not rows or not rate:
        return ZERO
    half = unit_of(currency) / 2
    return rows * half * (ONE + rate / HUNDRED) + half


def _problem(document: SalesInvoice | SalesOrder, rate: Decimal, ours: Money, theirs: Money, bound: Money) -> Problem:
    facts = {
        "order": document.order_number,
        "rate": rate_text(rate),
        "shop": money_text(ours),
        "rules": money_text(theirs),
        "difference": money_text(ours - theirs),
        "allowed": bound_text(bound),
    }
    return Problem(code="VAT_DIFFERS", facts=facts)
