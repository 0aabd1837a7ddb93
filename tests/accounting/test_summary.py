"""Summaries: the sum of the shares is what the orders' own invoices and payments would have posted, to the öre."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kontera.accounting.book import book
from kontera.accounting.documents import (
    CustomerPayment,
    SalesInvoice,
    Share,
    SummarySale,
    imbalance,
    share_from,
)
from kontera.accounting.explain import explain
from kontera.accounting.outcome import Booking, LeftOut
from kontera.accounting.rulebook import Rulebook
from kontera.accounting.rulebook_toml import RulebookError, dump, load
from kontera.accounting.starter import starter_text
from kontera.accounting.summary import REFERENCE, DayVoucher, Group, Manner, closes_at, group_of
from kontera.commerce import LineKind, Order, OrderState, PaymentKind, PaymentState
from kontera.money import to_plain

from .generate import orders
from .help import SE_BAS, ZONE, booked, left_out, line, money, order, payment, problems, rules, setup, tax

RULE = """
[[booking]]
id = "daily"
match = { store = "nt" }
mode = "summary"
book = true
when = "placed"
close_hour = 3
series = "A"
"""
DAILY = rules(RULE)
SETUP = setup()
Sums = dict[tuple[str, str, Decimal | None], Decimal]


def shares(of: Order, rulebook: Rulebook = DAILY) -> tuple[Share, ...]:
    """The order's shares."""
    documents = booked(of, rulebook).documents
    assert all(isinstance(each, Share) for each in documents)
    return tuple(each for each in documents if isinstance(each, Share))


def vouchers(of: list[Share]) -> list[Any]:
    """The vouchers of these shares."""
    days: dict[Group, DayVoucher] = {}
    for share in of:
        days.setdefault(group_of(share), DayVoucher(group_of(share))).add(share)
    return [day.document(group.reference(1), "SEK") for group, day in days.items()]


def as_invoices(of: Order) -> Sums:
    """What invoice mode posts, per account, currency and VAT rate; the receivable left out."""
    sums: Sums = {}
    answer = book(of, SE_BAS, SETUP, ZONE)
    assert isinstance(answer, Booking), answer
    for document in answer.documents:
        if isinstance(document, SalesInvoice):
            for row in document.lines:
                rate = None if row.why == row.vat_why else row.vat_rate.normalize()
                _add(sums, row.account, of.currency, rate, -row.net.amount)
                _add(sums, row.vat_account, of.currency, rate, -row.vat.amount)
        if isinstance(document, CustomerPayment):
            _add(sums, document.account, of.currency, None, document.amount.amount)
    return {key: amount for key, amount in sums.items() if amount}


def as_shares(of: list[Share]) -> Sums:
    """The same of shares."""
    sums: Sums = {}
    for share in of:
        for posting in share.postings:
            if posting.account != "1510":
                rate = None if posting.vat_rate is None else posting.vat_rate.normalize()
                _add(sums, posting.account, share.currency, rate, posting.amount.amount)
    return {key: amount for key, amount in sums.items() if amount}


def _add(sums: Sums, account: str, currency: str, rate: Decimal | None, amount: Decimal) -> None:
    key = (account, currency, rate)
    sums[key] = sums.get(key, Decimal(0)) + amount


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_the_shares_are_what_invoices_would_have_posted(seed: int) -> None:
    """M8 M46 M50 M53 M54 N8: every account, currency and VAT rate, over orders of a shop that rounds in three ways."""
    kept: list[Share] = []
    wanted: Counter[tuple[str, str, Decimal | None]] = Counter()
    for each, _ in orders(seed, 25):
        answer = book(each, DAILY, SETUP, ZONE)
        if isinstance(answer, LeftOut):
            continue
        assert isinstance(answer, Booking), answer
        if any(not isinstance(document, Share) for document in answer.documents):
            assert "invoice" in {payment.method for payment in each.payments} or each.payment_method == "invoice"
            continue
        made = [document for document in answer.documents if isinstance(document, Share)]
        assert not any(imbalance(share) for share in made)
        assert answer.differences == booked(each).differences
        wanted.update(as_invoices(each))
        kept += made
    assert {key: amount for key, amount in wanted.items() if amount} == as_shares(kept)
    home: dict[str, Decimal] = {}
    for voucher in vouchers(kept):
        assert not imbalance(voucher)
        assert voucher.postings
        home["1510"] = home.get("1510", Decimal(0)) + sum(
            posting.amount.amount for posting in voucher.postings if posting.account == "1510"
        )
    assert not any(home.values()), "nobody owes anything in a summary"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**9), st.randoms())
def test_the_order_of_adding_changes_nothing(seed: int, rng: Any) -> None:
    """The same shares give the same voucher, to the byte, whichever came first."""
    kept = [
        share
        for each, _ in orders(seed, 12)
        if isinstance(answer := book(each, DAILY, SETUP, ZONE), Booking)
        for share in answer.documents
        if isinstance(share, Share)
    ]
    told = {voucher.reference: to_plain(voucher) for voucher in vouchers(kept)}
    rng.shuffle(kept)
    assert told == {voucher.reference: to_plain(voucher) for voucher in vouchers(kept)}


def tea(**more: Any) -> Order:
    """Two teas at 12 % and freight at 25 %."""
    goods = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    freight = line("49.00", tax(25, "9.80"), kind=LineKind.SHIPPING, name="Frakt")
    return order(goods, freight, paid=more.pop("paid", "klarna"), **more)


def test_a_voucher_reads_as_an_accountant_would_write_it() -> None:
    """M8 M41 M51: clearing account first, then revenue and VAT per rate, each line with how many orders and why."""
    (voucher,) = vouchers([*shares(tea(id="1", number="1")), *shares(tea(id="2", number="2"))])
    told = [(one.account, f"{one.amount.amount:f}", one.text, one.why.rule) for one in voucher.postings]
    assert [
        ("1581", "614.00", "2 order", "payment.klarna"),
        ("2611", "-19.60", "2 order, moms 25 %", "vat.se-25"),
        ("2621", "-55.28", "2 order, moms 12 %", "vat.se-12"),
        ("3002", "-460.72", "2 order, underlag 12 %", "revenue.goods-12"),
        ("3520", "-78.40", "2 order, underlag 25 %", "revenue.shipping"),
    ] == told
    assert "Dagsförsäljning nt 2026-03-02 klarna, 2 order" == voucher.text
    assert ("nt-2026-03-02-SEK-klarna-1", "A", "SEK") == (voucher.reference, voucher.series, voucher.currency)


def test_shares_survive_being_kept_and_can_be_explained() -> None:
    """What is frozen in the outbox is read back the same, and told in words."""
    for share in shares(tea()):
        assert share == share_from(to_plain(share))
    told = explain(booked(tea(), DAILY))
    assert ("Summary sale nt-1001" in told, "Summary payment nt-1001-p1" in told) == (True, True)


def test_no_customer_and_no_vat_code_is_needed() -> None:
    """A guest without e-mail is no problem, and a VAT code only the invoice register knows is none either."""
    nobody = tea(customer=msgspec.structs.replace(tea().customer, email="", id=""))
    no_guest = rules(RULE, replace=(('["email", "shop_id", "collective"]', '["email"]'),))
    assert 2 == len(shares(nobody, no_guest))


def test_an_account_the_ledger_lacks_holds_the_order_before_its_day_is_closed() -> None:
    """M98, law 5: each order is held for itself; the voucher is never the first to find out."""
    lacking = msgspec.structs.replace(SETUP, accounts={k: v for k, v in SETUP.accounts.items() if k != "1581"})
    assert problems(tea(), DAILY, lacking) == [("ACCOUNT_MISSING", "account:1581")]


def test_what_the_customer_owes_is_an_invoice() -> None:
    """M5: a means that is left open to the customer is never summarised, captured or not."""
    for of in (tea(paid="", payment_method="bankdeposit"), tea(paid="bankdeposit")):
        assert isinstance(booked(of, DAILY).documents[0], SalesInvoice)


def test_an_order_is_summarised_on_the_day_it_is_paid() -> None:
    """M5 M18: until then it is left out by name; then sale and payment are on one day, and nobody owes anything."""
    assert "not paid yet" in left_out(tea(paid="", payment_method="klarna"), DAILY).reason
    assert "booking.daily" == left_out(tea(paid=""), DAILY).rule
    at = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # the 5th in Stockholm
    of = tea(paid="", payments=(payment(money("307.00"), "klarna", at=at),), payment_method="klarna")
    assert {date(2026, 3, 5)} == {share.date for share in shares(of)}


def test_an_unknown_means_of_payment_is_a_case_paid_or_not() -> None:
    """M45: when its money comes nobody would know where to book it."""
    for of in (tea(paid="newpay"), tea(paid="", payment_method="newpay")):
        assert problems(of, DAILY) == [("PAYMENT_UNMAPPED", "payment:newpay")]


def test_the_account_of_what_a_processor_owes_may_be_named() -> None:
    """M5: sold against it when placed; each payment on its own day."""
    owing = rules(RULE, replace=(('account = "1581" # Fordran Klarna', 'account = "1581"\nreceivable = "1510"'),))
    (sale,) = shares(tea(paid="", payment_method="klarna"), owing)
    assert (date(2026, 3, 2), "klarna") == (sale.date, sale.processor)
    at = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    of = tea(paid="", payments=(payment(money("307.00"), "klarna", at=at),), payment_method="klarna")
    first, second = shares(of, owing)
    assert first == sale
    assert (date(2026, 3, 4), {"1581": "307.00", "1510": "-307.00"}) == (
        second.date, {one.account: f"{one.amount.amount:f}" for one in second.postings},
    )  # fmt: skip


def test_an_order_that_costs_nothing_adds_nothing() -> None:
    """Law 1: it is left out by name, not lost."""
    free = order(line("0.00", tax(12, "0.00"), price="0.00"), id="1", number="1")
    assert "adds nothing" in left_out(free, DAILY).reason


def test_a_gift_card_bought_with_a_gift_card_is_seen_on_both_sides() -> None:
    """M53: a debt paid and a debt made; they are told, not netted to an empty voucher."""
    card = line("500.00", name="Presentkort", kind=LineKind.GIFT_CARD, sku="", gift_card="GC-2")
    used = payment(money("500.00"), "gift_card", kind=PaymentKind.GIFT_CARD, card="GC-1")
    (voucher,) = vouchers(list(shares(order(card, payments=(used,)))))
    assert [("2421", "500.00"), ("2421", "-500.00")] == [
        (one.account, f"{one.amount.amount:f}") for one in voucher.postings
    ]
    assert "nt-2026-03-02-SEK-gift_card-1" == voucher.reference


def test_two_processors_in_one_order_are_one_sale_and_two_clearing_accounts() -> None:
    """M6 M82: the sale is in the summary of the first, and so is what the second took."""
    paid = (payment(money("200.00"), "klarna"), payment(money("107.00"), "stripe", place=2))
    (voucher,) = vouchers(list(shares(tea(paid="", payments=paid))))
    debits = {one.account: f"{one.amount.amount:f}" for one in voucher.postings if one.amount.amount > 0}
    assert {"1581": "200.00", "1582": "107.00"} == debits


def test_foreign_money_is_converted_once_and_the_odd_öre_named() -> None:
    """M80, law 3: the clearing account is what was captured, at the recorded rate; the rest is on the rounding one."""
    many: list[Share] = []
    for number in range(7):
        goods = line("20.03", tax(25, "4.01", currency="EUR"), currency="EUR")
        of = order(goods, paid="stripe", currency="EUR", id=f"{number}", number=f"{number}")
        many += shares(of)
    (voucher,) = vouchers(many)
    sums = {one.account: one.amount.amount for one in voucher.postings}
    assert Decimal("1577.36") == sums["1582"]  # 140.21 x 11.25 = 1577.3625
    assert not imbalance(voucher)
    assert voucher.text.endswith("stripe, 7 order, EUR kurs 11.25")
    parts = [amount for account, amount in sums.items() if account not in ("1582", "3740")]
    assert -sum(parts) - sums["3740"] == sums["1582"]
    assert Decimal("0.01") == sums["3740"]  # 315.79 + 1261.58 = 1577.37
    assert "140.21 EUR" in voucher.postings[0].text


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        ("2026-03-02T10:00:00+00:00", "2026-03-03T02:00:00+00:00"),
        ("2026-03-03T01:59:59+00:00", "2026-03-03T02:00:00+00:00"),
        ("2026-03-03T02:00:00+00:00", "2026-03-04T02:00:00+00:00"),
        ("2026-03-05T00:30:00+00:00", "2026-03-05T02:00:00+00:00"),
        (
            "2026-03-28T12:00:00+00:00",
            "2026-03-29T01:00:00+00:00",
        ),  # summer time begins: three o'clock is an hour earlier
    ],
)
def test_a_day_is_closed_at_the_hour_of_the_next(now: str, closed: str) -> None:
    """On the merchant's own clock; what comes later waits for the next time days are closed."""
    (share, _) = shares(tea())
    assert datetime.fromisoformat(closed) == closes_at(share, ZONE, datetime.fromisoformat(now))


def test_references_are_short_enough_for_every_ledger_and_never_two_alike() -> None:
    """Law 2: also for long store codes, and for rules whose ids no reference can hold."""
    (share, _) = shares(tea())
    names = set()
    for store in ("nt", "a-very-long-store-co", "a-very-long-store-cp"):
        for processor in ("klarna", "Klarna", "klarna betala senare", "klarna.betala.senare", "none"):
            group = group_of(msgspec.structs.replace(share, store=store, processor=processor))
            reference = group.reference(12)
            names.add(reference)
            assert len(reference) + sum(sign.isupper() for sign in reference) <= REFERENCE
            assert re.fullmatch(r"[\w-]+", reference, re.ASCII)
    assert 15 == len(names)


def test_an_order_stays_as_it_was_written() -> None:
    """The store turns from one mode to the other: what comes later of an order follows the first."""
    paid = tea()
    answer = book(paid, DAILY, SETUP, ZONE, manner=Manner(mode="invoice"))
    assert isinstance(answer, Booking)
    assert isinstance(answer.documents[0], SalesInvoice)
    answer = book(paid, SE_BAS, SETUP, ZONE, manner=Manner(mode="summary", series="A", close_hour=3))
    assert isinstance(answer, Booking)
    assert isinstance(answer.documents[0], SummarySale)
    assert answer.documents == booked(paid, DAILY).documents


def test_cancelled_and_authorised_orders_are_left_out_as_ever() -> None:
    """M1 M13: the mode changes how a sale is written, not what is one."""
    assert left_out(tea(state=OrderState.CANCELLED), DAILY).rule == "state.cancelled"
    waiting = payment(money("307.00"), "klarna", state=PaymentState.AUTHORISED)
    assert "not paid yet" in left_out(tea(paid="", payments=(waiting,), payment_method="klarna"), DAILY).reason


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("book = true", "book = false", "a summary is always booked"),
        ("close_hour = 3\n", "", "needs close_hour"),
        ("close_hour = 3", "close_hour = 24", "needs close_hour"),
        ('series = "A"\n', "", "needs series"),
        ('mode = "summary"', 'mode = "invoice"', "belong to mode"),
    ],
)
def test_a_summary_rule_says_all_it_must(old: str, new: str, says: str) -> None:
    """A rulebook that cannot work is refused when it is read, with the line."""
    assert RULE.count(old) == 1
    with pytest.raises(RulebookError, match=says):
        load(starter_text("se-bas") + RULE.replace(old, new))


def test_summary_rules_are_written_and_read_without_loss() -> None:
    """N9: also midnight, which is no missing hour."""
    midnight = rules(RULE.replace("close_hour = 3", "close_hour = 0"))
    assert midnight == load(dump(midnight))
