"""The ledger's own arithmetic against the document: öre get a name, more is a problem."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kontera.accounting.outcome import DifferenceCause
from kontera.accounting.quoted import against_quote
from kontera.money import Money

from .help import booked, invoice, line, money, order, tax

MANY = order(*(line("0.99", tax(12, "0.11"), name=str(number)) for number in range(5)), paid="klarna")


def quote(**rates: str) -> dict[Decimal, Money]:
    """VAT per rate as a ledger would quote it: `quote(r12="0.53")`."""
    return {Decimal(rate[1:]): money(amount) for rate, amount in rates.items()}


def test_a_ledger_that_agrees_has_nothing_to_explain() -> None:
    """M50: 25.0000 and 25 are one rate."""
    document = invoice(order(line("125.00", tax("25.0000", "25.00"))))
    assert against_quote(document, quote(r25="25.00")) == ((), ())


def test_a_ledger_that_rounds_the_sum_is_explained() -> None:
    """N8 M46: the shop has 5 x 0.11, Fortnox makes 0.53 of 4.95."""
    answer = booked(MANY)
    (found,), wrong = against_quote(invoice(MANY), quote(r12="0.53"), answer.differences)
    assert wrong == ()
    assert (found.what, found.shop, found.ours) == ("vat 12", money("0.55"), money("0.53"))
    assert found.cause is DifferenceCause.LEDGER_ARITHMETIC


@pytest.mark.parametrize("rates", [{"r25": "25.02"}, {}, {"r12": "25.00"}, {"r25": "25.00", "r12": "1.00"}])
def test_more_than_rounding_is_a_problem(rates: dict[str, str]) -> None:
    """M46 M92: two öre on one row, no VAT at all, the wrong rate, a rate that no row has."""
    found, wrong = against_quote(invoice(order(line("125.00", tax(25, "25.00")))), quote(**rates))
    assert found == ()
    assert {problem.code for problem in wrong} == {"VAT_DIFFERS"}
