"""Documents against the ledger's settings, customers, currencies, and what is left out: all known before sending."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import ExchangeRate
from kontera.accounting.ledger_setup import FiscalYear, LedgerAccount, LedgerCurrency, VatCode
from kontera.accounting.rulebook import Rulebook
from kontera.commerce import Address, Customer, LineKind, OrderState, PaymentState

from .help import (
    PLACED,
    SE_BAS,
    booked,
    facts,
    invoice,
    left_out,
    line,
    money,
    order,
    payment,
    payments,
    problems,
    rules,
    setup,
    tax,
)

TEA = line("125.00", tax(25, "25.00"))
READY = setup()


def without_account(number: str) -> dict[str, LedgerAccount]:
    """The chart without one account."""
    return {key: account for key, account in READY.accounts.items() if key != number}


def account_with(number: str, **changes: Any) -> dict[str, LedgerAccount]:
    """The chart with one account changed."""
    return READY.accounts | {number: msgspec.structs.replace(READY.accounts[number], **changes)}


CLOSED_2026 = (FiscalYear(id="1", start=date(2026, 1, 1), end=date(2026, 12, 31), closed=True),)
OTHER_MP1 = READY.vat_codes | {"MP1": VatCode(code="MP1", rate=Decimal(24), account="2611")}
MOVED_MP1 = READY.vat_codes | {"MP1": VatCode(code="MP1", rate=Decimal(25), account="2610")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"accounts": without_account("3001")}, ("ACCOUNT_MISSING", "account:3001")),
        ({"accounts": without_account("2611")}, ("ACCOUNT_MISSING", "account:2611")),
        ({"accounts": without_account("1581")}, ("ACCOUNT_MISSING", "account:1581")),
        ({"accounts": without_account("1510")}, ("ACCOUNT_MISSING", "account:1510")),
        ({"accounts": account_with("3001", active=False)}, ("ACCOUNT_INACTIVE", "account:3001")),
        ({"accounts": account_with("3001", cost_centre_required=True)}, ("COST_CENTRE_REQUIRED", "account:3001")),
        ({"vat_codes": {}}, ("VAT_RATE_NOT_IN_LEDGER", "vat_rate:25")),
        ({"vat_codes": OTHER_MP1}, ("VAT_RATE_NOT_IN_LEDGER", "vat_rate:25")),
        ({"vat_codes": MOVED_MP1}, ("VAT_ACCOUNT_DIFFERS", "vat_code:MP1")),
        ({"locked_through": date(2026, 3, 2)}, ("PERIOD_LOCKED", "period:2026-03-02")),
        ({"fiscal_years": ()}, ("YEAR_MISSING", "year:2026")),
        ({"fiscal_years": CLOSED_2026}, ("YEAR_MISSING", "year:2026")),
        ({"max_rows": 0}, ("TOO_MANY_ROWS", "")),
    ],
)
def test_what_the_ledger_would_refuse_is_known_before(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    """M51 M45: one missing thing, one problem, with the cause that all such orders share."""
    assert [expected] == problems(order(TEA, paid="klarna"), SE_BAS, msgspec.structs.replace(READY, **changes))


def test_tax_goes_to_the_account_the_ledger_has_on_its_vat_code() -> None:
    """M40 M47: OSS rules leave the account to the ledger's own code; a code without account is held, not guessed."""
    german = order(line("119.00", tax(19, "19.00")), country="DE")
    for account, expected in (("2671", "2671"), ("", "")):
        codes = READY.vat_codes | {"OSSDE19": VatCode(code="OSSDE19", rate=Decimal(19), account=account)}
        accounts = READY.accounts | {"2671": LedgerAccount(number="2671", name="OSS Tyskland")}
        ledger = msgspec.structs.replace(READY, vat_codes=codes, accounts=accounts)
        if expected:
            assert invoice(german, SE_BAS, ledger).lines[0].vat_account == expected
        else:
            assert facts(german, SE_BAS, ledger) == {"order": "1001", "rate": "19", "vat_code": "OSSDE19"}


def test_a_ledger_locked_through_the_day_before_takes_the_order() -> None:
    """M51: locked through is inclusive."""
    ledger = msgspec.structs.replace(READY, locked_through=date(2026, 3, 1), max_rows=1)
    assert date(2026, 3, 2) == invoice(order(TEA), SE_BAS, ledger).date


def test_the_facts_name_account_and_rule() -> None:
    """M98: what finance needs to mend it."""
    ledger = msgspec.structs.replace(READY, accounts=without_account("3001"))
    assert facts(order(TEA), SE_BAS, ledger) == {"order": "1001", "account": "3001", "rule": "revenue.goods-25"}
    ledger = msgspec.structs.replace(READY, locked_through=date(2026, 3, 31))
    assert facts(order(TEA), SE_BAS, ledger) == {"order": "1001", "date": "2026-03-02", "locked_through": "2026-03-31"}


def test_dimensions_and_terms_must_exist_and_be_usable() -> None:
    """M42 M41: cost centre missing or inactive, project, terms, delivery codes."""
    where = ('when = "placed"\n', 'when = "placed"\ncost_centre = "NT"\nproject = "P1"\n')
    post = (
        '[[shipping]]\nid = "post"\nmatch = { method = "PostNord*" }\n'
        'way_of_delivery = "PN"\nterms_of_delivery = "FVL"\n'
    )
    rulebook = rules(post, replace=(where,))
    the_order = order(TEA, payment_method="invoice", shipping_method="PostNord Hemleverans")
    expected = [
        ("COST_CENTRE_UNUSABLE", "cost_centre:NT"),
        ("PROJECT_UNUSABLE", "project:P1"),
        ("TERMS_UNKNOWN", "terms:terms_of_payment:30"),
        ("TERMS_UNKNOWN", "terms:way_of_delivery:PN"),
        ("TERMS_UNKNOWN", "terms:terms_of_delivery:FVL"),
    ]
    assert expected == problems(the_order, rulebook, setup(rulebook, terms_of_payment=()))
    known = {"cost_centres": {"NT": True}, "projects": {"P1": True}}
    terms = {"ways_of_delivery": ("PN",), "terms_of_delivery": ("FVL",)}
    document = invoice(the_order, rulebook, setup(rulebook, **known, **terms))
    assert (document.terms_of_payment, document.way_of_delivery, document.terms_of_delivery) == ("30", "PN", "FVL")
    inactive = setup(rulebook, cost_centres={"NT": False}, projects={"P1": True}, **terms)
    assert facts(the_order, rulebook, inactive) == {"order": "1001", "cost_centre": "NT", "reason": "inactive"}


def test_an_unmapped_delivery_method_does_not_hold_the_order() -> None:
    """M41: without a rule the document has no delivery code; the books are the same."""
    assert invoice(order(TEA, shipping_method="Drone")).way_of_delivery == ""


IN_EURO = line("11.90", tax(19, "1.90", currency="EUR"), currency="EUR")


def test_a_document_is_in_the_charged_currency_with_the_ledgers_rate() -> None:
    """M80: the rate is recorded with its source and day."""
    the_order = order(IN_EURO, country="DE", currency="EUR", paid="klarna")
    document = invoice(the_order)
    expected = ExchangeRate(currency="EUR", rate=Decimal("11.25"), source="ledger", on=date(2026, 3, 2))
    assert ("EUR", expected) == (document.currency, document.rate)
    assert [expected] == [each.rate for each in payments(the_order)]
    assert {"EUR"} == {posting.amount.currency for posting in document.postings}
    assert invoice(order(TEA)).rate is None


def test_the_shops_rate_is_used_when_the_rulebook_says_so() -> None:
    """M80: and only when the shop states one against the ledger's currency."""
    rulebook = rules(replace=(('rate_source = "ledger"', 'rate_source = "shop"'),))
    known = {"country": "DE", "currency": "EUR", "paid": "klarna"}
    stated = order(IN_EURO, shop_currency="SEK", shop_rate=Decimal("11.40"), **known)
    assert (Decimal("11.40"), "shop") == (invoice(stated, rulebook).rate.rate, invoice(stated, rulebook).rate.source)  # type: ignore[union-attr]
    for silent in (
        {},
        {"shop_currency": "USD", "shop_rate": Decimal(1)},
        {"shop_currency": "SEK", "shop_rate": Decimal(0)},
    ):
        assert problems(order(IN_EURO, **known, **silent), rulebook) == [("EXCHANGE_RATE_MISSING", "rate:EUR")]


def test_a_currency_the_ledger_does_not_have_holds_the_order() -> None:
    """M80 M45: also when the shop knows a rate."""
    ledger = msgspec.structs.replace(READY, currencies={"USD": LedgerCurrency(code="USD", rate=Decimal(10))})
    the_order = order(IN_EURO, country="DE", currency="EUR", paid="klarna")
    assert problems(the_order, SE_BAS, ledger) == [("CURRENCY_NOT_IN_LEDGER", "currency:EUR")]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (Customer(id="7", email=" Kim@Example.SE ", name="Kim"), "email:kim@example.se"),
        (Customer(id="7", name="Kim"), "shop:nt:7"),
        (Customer(name="Kim"), "collective:SE"),
        (Customer(company="Te AB", organisation_number="556000-1234", email="a@b.se"), "org:5560001234"),
        (Customer(company="Te AB", vat_number="SE 5560001234 01", email="a@b.se"), "vat:SE556000123401"),
        (Customer(company="Te AB", email="a@b.se"), "email:a@b.se"),
    ],
)
def test_a_buyer_has_one_key(customer: Customer, expected: str) -> None:
    """M20 M22: the first that the order can give; a guest without e-mail is nobody's customer but the country's."""
    assert expected == invoice(order(TEA, customer=customer)).customer.key


def test_a_collective_card_says_nothing_about_the_buyer() -> None:
    """M22: and is never written over with one buyer's details."""
    card = invoice(order(TEA, customer=Customer(name="Kim Ek", phone="070"))).customer
    assert ("Kunder nt SE", "", "", Address(country="SE"), False) == (
        card.name,
        card.email,
        card.phone,
        card.billing,
        card.update,
    )


def test_a_company_that_cannot_be_identified_is_held() -> None:
    """M22: no organisation number, VAT number, e-mail or shop account."""
    assert problems(order(TEA, customer=Customer(company="Te AB"))) == [("CUSTOMER_UNIDENTIFIED", "")]


def test_whether_cards_are_updated_is_a_rule() -> None:
    """M21: always or never."""
    never = rules(replace=(('update = "always"\n\n[[customers]]', 'update = "never"\n\n[[customers]]'),))
    assert [invoice(order(TEA), rulebook).customer.update for rulebook in (SE_BAS, never)] == [True, False]


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        (OrderState.INCOMPLETE, "state.incomplete"),
        (OrderState.CANCELLED, "state.cancelled"),
        (OrderState.DECLINED, "state.declined"),
        (OrderState.HELD, "state.held"),
    ],
)
def test_orders_that_are_no_sale_are_left_out_with_a_reason(state: OrderState, rule: str) -> None:
    """M49: left out by a rule that is recorded; also when the order is unreadable otherwise."""
    answer = left_out(order(line("99.00", tax(17, "1.00")), state=state))
    assert rule == answer.rule
    assert answer.reason


@pytest.mark.parametrize(
    "state", [state for state in OrderState if state not in ("incomplete", "cancelled", "declined", "held")]
)
def test_orders_of_every_other_state_are_booked_when_placed(state: OrderState) -> None:
    """M49 M61: also refunded ones: the refund is a fact of its own and needs the sale."""
    assert booked(order(TEA, state=state)).documents


def when(moment: str) -> Rulebook:
    """The starter that books at another moment."""
    return rules(replace=(('when = "placed"', f'when = "{moment}"'),))


@pytest.mark.parametrize(
    ("moment", "state", "paid", "is_booked"),
    [
        ("paid", OrderState.AWAITING_PAYMENT, "0", False),
        ("paid", OrderState.PLACED, "124.99", False),
        ("paid", OrderState.PLACED, "125.00", True),
        ("paid", OrderState.SHIPPED, "0", True),
        ("shipped", OrderState.PLACED, "125.00", False),
        ("shipped", OrderState.SHIPPED, "0", True),
        ("shipped", OrderState.REFUNDED, "125.00", True),
        ("placed", OrderState.AWAITING_PAYMENT, "0", True),
    ],
)
def test_orders_wait_for_the_moment_the_rule_names(moment: str, state: OrderState, paid: str, is_booked: bool) -> None:
    """M2 M4: placed, paid or shipped."""
    the_order = order(TEA, state=state, payments=(payment(money(paid)),))
    if is_booked:
        assert booked(the_order, when(moment)).documents
    else:
        assert left_out(the_order, when(moment)).rule == "booking.invoice"


def test_authorised_money_is_not_paid() -> None:
    """M5: Klarna captures when it is shipped."""
    the_order = order(TEA, payments=(payment(money("125.00"), state=PaymentState.AUTHORISED),))
    assert left_out(the_order, when("paid")).rule == "booking.invoice"


def test_leave_out_rules_say_why() -> None:
    """M49: test orders of one channel, and orders that cost nothing."""
    added = (
        '[[leave_out]]\nid = "pos"\nmatch = { channel = "pos" }\nreason = "the till has its own books"\n'
        '[[leave_out]]\nid = "free"\nmatch = { zero_total = true }\nreason = "nothing was charged"\n'
    )
    answer = left_out(order(TEA, channel="pos"), rules(added))
    assert (answer.rule, answer.reason) == ("leave_out.pos", "the till has its own books")
    free = line("0.00", tax(25, "0.00"), price="0")
    assert left_out(order(free), rules(added)).rule == "leave_out.free"
    assert problems(order(free, channel="pos"), rules(added)) == [
        ("RULES_AMBIGUOUS", "rules:leave_out.pos|leave_out.free")
    ]


def test_orders_before_the_first_booking_rule_are_left_out() -> None:
    """M49: the start date is local: 23:30 UTC on 28 February is 1 March in Stockholm."""
    started = rules(replace=(('when = "placed"', 'when = "placed"\nvalid_from = 2026-03-01'),))
    late, early = datetime(2026, 2, 28, 23, 30, tzinfo=UTC), datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
    assert date(2026, 3, 1) == invoice(order(TEA, placed_at=late), started).date
    assert left_out(order(TEA, placed_at=early), started).rule == "booking"


def test_the_latest_started_booking_rule_holds() -> None:
    """M4: a store changes from order to invoice on a date."""
    how = 'mode = "order"\nbook = false\nwhen = "placed"\n'
    added = '[[booking]]\nid = "april"\nmatch = {}\nvalid_from = 2026-04-01\n' + how
    kinds = [
        type(booked(order(TEA, placed_at=at), rules(added)).documents[0]).__name__
        for at in (PLACED, datetime(2026, 4, 1, tzinfo=UTC))
    ]
    assert kinds == ["SalesInvoice", "SalesOrder"]


def test_a_cancelled_order_with_captured_money_says_so() -> None:
    """M49: the money is not forgotten: its refund is awaited."""
    assert "refund is awaited" in left_out(order(TEA, state=OrderState.CANCELLED, paid="klarna")).reason


def test_same_problem_of_many_rows_is_told_once() -> None:
    """M87: twenty rows on one missing account are one problem."""
    lines = [line("125.00", tax(25, "25.00"), name=str(number)) for number in range(20)]
    ledger = msgspec.structs.replace(READY, accounts=without_account("3001"))
    freight = line("50.00", tax(25, "10.00"), kind=LineKind.SHIPPING)
    assert problems(order(*lines, freight), SE_BAS, ledger) == [("ACCOUNT_MISSING", "account:3001")]
