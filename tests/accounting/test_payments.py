"""Payments: captured money, gift cards and store credit settle the invoice; what is not there yet is left open."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kontera.accounting.documents import SalesInvoice, SalesOrder
from kontera.commerce import PaymentKind, PaymentState

from .help import booked, facts, invoice, ledger_lines, line, money, order, payment, payments, problems, rules, tax

TEA = line("500.00", tax(25, "100.00"))


@pytest.mark.parametrize(
    ("method", "account"),
    [("klarna", "1581"), ("Klarna_Pay_Later", "1581"), ("stripe", "1582"), ("paypalcommerce", ""), ("card", "1580")],
)
def test_captured_money_goes_to_the_clearing_account_of_its_means(method: str, account: str) -> None:
    """M6 M82: one clearing account per processor."""
    expected = account or "1583"
    (paid,) = payments(order(TEA, paid=method))
    assert {expected: "500.00", "1510": "-500.00"} == ledger_lines(paid)
    assert (date(2026, 3, 2), "nt-1001") == (paid.date, paid.invoice)


def test_a_gift_card_pays_against_its_debt() -> None:
    """M54: the debt falls; revenue and VAT are those of the whole sale; no discount, no negative row."""
    the_order = order(
        TEA,
        payments=(
            payment(money("200.00"), "gift_card", 1, kind=PaymentKind.GIFT_CARD, card="g1"),
            payment(money("300.00"), "klarna", 2),
        ),
    )
    document = invoice(the_order)
    assert ledger_lines(document) == {"1510": "500.00", "3001": "-400.00", "2611": "-100.00"}
    assert all(row.amount.amount >= 0 for row in document.lines)
    by_card, by_klarna = payments(the_order)
    assert ledger_lines(by_card) == {"2421": "200.00", "1510": "-200.00"}
    assert ledger_lines(by_klarna) == {"1581": "300.00", "1510": "-300.00"}
    assert [by_card.reference, by_klarna.reference] == ["nt-1001-p1", "nt-1001-p2"]


def test_an_order_paid_by_gift_card_and_store_credit_alone() -> None:
    """M54: nothing is left for a processor; nothing is left on the receivable."""
    tenders = (
        payment(money("450.00"), "gift_card", 1, kind=PaymentKind.GIFT_CARD),
        payment(money("50.00"), "store_credit", 2, kind=PaymentKind.STORE_CREDIT),
    )
    documents = booked(order(TEA, payments=tenders, payment_method="klarna")).documents
    left = sum(p.amount.amount for document in documents for p in document.postings if p.account == "1510")
    assert left == 0
    assert [each.account for each in payments(order(TEA, payments=tenders))] == ["2421", "2420"]


def test_money_that_is_not_captured_is_not_booked() -> None:
    """M5: authorised, pending, declined, voided: the receivable stays open."""
    for state in set(PaymentState) - {PaymentState.CAPTURED}:
        assert payments(order(TEA, payments=(payment(money("500.00"), state=state),))) == []


def test_means_that_are_left_open_wait_for_the_payout_or_the_bank() -> None:
    """M4 M5: invoice and bank deposit; the terms are on the invoice."""
    for method, terms in (("invoice", "30"), ("bankdeposit", "10")):
        the_order = order(TEA, paid=method)
        assert payments(the_order) == []
        assert terms == invoice(the_order).terms_of_payment
        unpaid = order(TEA, payment_method=method)
        assert terms == invoice(unpaid).terms_of_payment


def test_klarna_left_open_by_rule() -> None:
    """M5: a merchant who matches payouts to invoices leaves Klarna open; this store's rule is more specific."""
    added = (
        '[[payment]]\nid = "later"\nmatch = { method = "klarna*", store = "nt" }\n'
        'account = "1581"\nsettle = "leave_open"\nterms_of_payment = "30"\n'
    )
    assert payments(order(TEA, paid="klarna"), rules(added)) == []


def test_a_means_nobody_knows_holds_the_order() -> None:
    """M45: captured or only chosen, its money would have nowhere to go."""
    expected = [("PAYMENT_UNMAPPED", "payment:bitcoin")]
    assert expected == problems(order(TEA, paid="bitcoin"))
    assert expected == problems(order(TEA, payment_method="bitcoin"))
    assert facts(order(TEA, paid="bitcoin")) == {"order": "1001", "method": "bitcoin", "amount": "500.00 SEK"}


def test_more_gift_card_than_the_order_costs_is_held() -> None:
    """M55: mismatched gift data is raised before it reaches the books."""
    tenders = (payment(money("500.01"), "gift_card", 1, kind=PaymentKind.GIFT_CARD),)
    expected = {"order": "1001", "tenders": "500.01 SEK", "total": "500.00 SEK"}
    assert expected == facts(order(TEA, payments=tenders))
    assert problems(order(TEA, payments=tenders)) == [("TENDERS_EXCEED_TOTAL", "")]


def test_more_money_than_the_order_costs_is_held() -> None:
    """M55: paid 500.01 for 500.00; nobody invents where the öre goes."""
    assert problems(order(TEA, payments=(payment(money("500.01")),))) == [("PAYMENT_DIFFERS", "")]
    foreign = (payment(money("50.00", "EUR")),)
    assert facts(order(TEA, payments=foreign)) == {"order": "1001", "paid": "50.00 EUR", "total": "500.00 SEK"}


def test_less_money_leaves_the_rest_open() -> None:
    """M99: a part payment is booked, the rest is outstanding."""
    (paid,) = payments(order(TEA, payments=(payment(money("100.00")),)))
    assert money("100.00") == paid.amount


def test_a_payment_is_dated_when_it_was_captured_but_never_before_its_invoice() -> None:
    """M6: local dates: 23:30 UTC on 3 March is 4 March in Stockholm; a ledger refuses a payment before its invoice."""
    later, earlier = datetime(2026, 3, 3, 23, 30, tzinfo=UTC), datetime(2026, 2, 27, tzinfo=UTC)
    dates = [payments(order(TEA, payments=(payment(money("500.00"), at=at),)))[0].date for at in (later, earlier)]
    assert [date(2026, 3, 4), date(2026, 3, 2)] == dates


def test_order_mode_writes_an_order_that_posts_nothing() -> None:
    """M3 M4: the store's rule says a person handles it first; a ledger takes a payment only for a booked invoice."""
    rulebook = rules(replace=(('mode = "invoice"', 'mode = "order"'), ("book = true", "book = false")))
    (sale,) = booked(order(TEA, paid="klarna"), rulebook).documents
    assert isinstance(sale, SalesOrder)
    assert sale.postings == ()
    assert money("500.00") == sale.total


def test_booking_without_a_person_can_be_switched_off() -> None:
    """M7: per store."""
    added = '[[booking]]\nid = "nt"\nmatch = { store = "nt" }\nmode = "invoice"\nbook = false\nwhen = "placed"\n'
    for rulebook, expected in ((rules(), True), (rules(added), False)):
        document = booked(order(TEA), rulebook).documents[0]
        assert isinstance(document, SalesInvoice)
        assert expected == document.book
