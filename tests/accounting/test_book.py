"""Whole orders through `book`: what an accountant expects on each account."""

from __future__ import annotations

from kontera.accounting.documents import imbalance
from kontera.commerce import LineKind

from .help import booked, invoice, ledger_lines, line, money, order, payments, tax


def test_tea_order_is_booked_as_the_accountant_would() -> None:
    """M2 M8 M40 M41 M51: two teas at 12 %, delivery at 25 %, paid with Klarna."""
    tea = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    shipping = line("49.00", tax(25, "9.80"), kind=LineKind.SHIPPING, name="Frakt")
    the_order = order(tea, shipping, paid="klarna")
    document = invoice(the_order)
    expected = {"1510": "307.00", "3002": "-230.36", "2621": "-27.64", "3520": "-39.20", "2611": "-9.80"}
    assert expected == ledger_lines(document)
    assert money("307.00") == document.total
    assert document.prices_include_vat
    assert document.reference == "nt-1001"
    (paid,) = payments(the_order)
    assert ledger_lines(paid) == {"1581": "307.00", "1510": "-307.00"}
    assert (paid.reference, paid.invoice) == ("nt-1001-p1", "nt-1001")
    assert all(not imbalance(each) for each in booked(the_order).documents)
    assert booked(the_order).differences == ()
