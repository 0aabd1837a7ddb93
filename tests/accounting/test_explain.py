"""Explanations: a booking as a table that an accountant can read and check."""

from __future__ import annotations

from kontera.accounting.explain import explain
from kontera.commerce import LineKind, OrderState, PaymentKind

from .help import line, money, order, outcome, payment, tax

TEXT = """\
Sales invoice nt-1001, 2026-03-02, 307.00 SEK of it VAT 37.44, domestic, rows with VAT

Text          Quantity   Price  Amount  VAT %    VAT  VAT code  Account  Why
Sencha 100 g         2  129.00  258.00     12  27.64  MP2       3002     revenue.goods-12 in se-bas 1: order 1001 line 1; vat.se-12
Frakt                1   49.00   49.00     25   9.80  MP1       3520     revenue.shipping in se-bas 1: order 1001 shipping (line 2); vat.se-25

Account   Debit  Credit  Text          Why
1510     307.00          1001          accounts.receivable in se-bas 1: order 1001 total
3002             230.36  Sencha 100 g  revenue.goods-12 in se-bas 1: order 1001 line 1
2621              27.64  Sencha 100 g  vat.se-12 in se-bas 1: order 1001 line 1
3520              39.20  Frakt         revenue.shipping in se-bas 1: order 1001 shipping (line 2)
2611               9.80  Frakt         vat.se-25 in se-bas 1: order 1001 shipping (line 2)

Customer payment nt-1001-p1, 2026-03-02, 307.00 SEK by gift_card, settles nt-1001

Account   Debit  Credit  Text            Why
2421     307.00          1001 gift_card  accounts.gift_card_debt in se-bas 1: order 1001 payment 1
1510             307.00  1001 gift_card  accounts.receivable in se-bas 1: order 1001 payment 1
"""  # noqa: E501


def test_a_booking_is_told_to_the_last_account() -> None:
    """N4: every row and posting with rule, rulebook version and shop fact."""
    tea = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    freight = line("49.00", tax(25, "9.80"), kind=LineKind.SHIPPING, name="Frakt")
    paid = (payment(money("307.00"), "gift_card", kind=PaymentKind.GIFT_CARD),)
    assert explain(outcome(order(tea, freight, payments=paid))) == TEXT


def test_differences_problems_and_what_is_left_out_are_told() -> None:
    """N4 N8: why not, in one place."""
    many = [line("0.99", tax(12, "0.11"), name=str(number)) for number in range(5)]
    expected = "Explained: vat 12: shop 0.55 SEK, ours 0.53 SEK: sum_then_round, at most"
    assert expected in explain(outcome(order(*many)))
    held = explain(outcome(order(line("116.00", tax(16, "16.00")), country="DE")))
    assert held.startswith("Held: 1 problem(s)\n  VAT_UNMAPPED vat:DE:16::private (order 1001, country DE")
    left = explain(outcome(order(line("1.00", tax(25, "0.20")), state=OrderState.CANCELLED)))
    assert left == "Left out by state.cancelled: the order was cancelled before it was booked\n"


def test_foreign_currency_shows_its_rate() -> None:
    """M80: the rate, whose it is and of which day."""
    tea = line("11.90", tax(19, "1.90", currency="EUR"), currency="EUR")
    told = explain(outcome(order(tea, country="DE", currency="EUR")))
    assert ", eu_distance, rows with VAT, rate 11.25 (ledger, 2026-03-02)\n" in told
