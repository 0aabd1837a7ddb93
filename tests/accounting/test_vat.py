"""VAT of orders: every combination of country, rate, class and buyer is known by a rule or holds the order."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from kontera.accounting.documents import VatRegion
from kontera.accounting.ledger_setup import VatCode
from kontera.commerce import Address, Customer, Line, LineKind, LineTax
from kontera.money import exact

from .help import booked, facts, invoice, ledger_lines, line, money, order, problems, rules, setup, tax

GERMAN_COMPANY = Customer(email="a@b.de", name="Kai", company="Kai GmbH", vat_number="DE136695976")


@pytest.mark.parametrize(
    ("country", "rate", "vat", "code", "expected"),
    [
        ("SE", "25", "25.00", "MP1", {"1510": "125.00", "3001": "-100.00", "2611": "-25.00"}),
        ("SE", "12", "13.39", "MP2", {"1510": "125.00", "3002": "-111.61", "2621": "-13.39"}),
        ("SE", "6", "7.08", "MP3", {"1510": "125.00", "3003": "-117.92", "2631": "-7.08"}),
        ("SE", "0", "0.00", "MF", {"1510": "125.00", "3004": "-125.00"}),
        ("DE", "19", "19.96", "OSSDE19", {"1510": "125.00", "3106": "-105.04", "2670": "-19.96"}),
        ("FI", "25.5000", "25.40", "OSSFI255", {"1510": "125.00", "3106": "-99.60", "2670": "-25.40"}),
        ("MC", "20", "20.83", "OSSFR20", {"1510": "125.00", "3106": "-104.17", "2670": "-20.83"}),
        ("NO", "0", "0.00", "", {"1510": "125.00", "3105": "-125.00"}),
    ],
)
def test_each_rate_and_country_has_its_accounts(
    country: str, rate: str, vat: str, code: str, expected: dict[str, str]
) -> None:
    """M40 M47 M50: Swedish rates, OSS per country and rate, export."""
    document = invoice(order(line("125.00", tax(rate, vat)), country=country, paid="klarna"))
    assert expected == ledger_lines(document)
    assert code == document.lines[0].vat_code
    assert money(vat) == document.vat


def test_a_german_company_with_a_right_number_accounts_for_the_vat_itself() -> None:
    """M47: reverse charge; rows are net because nothing carries VAT."""
    document = invoice(order(line("100.00"), country="DE", customer=GERMAN_COMPANY, paid="klarna"))
    assert ledger_lines(document) == {"1510": "100.00", "3108": "-100.00"}
    assert (document.region, document.prices_include_vat) == (VatRegion.EU_REVERSE, False)


@pytest.mark.parametrize("number", ["DE136695975", "SE556188840401", ""])
def test_no_vat_without_a_right_foreign_number_is_held(number: str) -> None:
    """M45 M47: a wrong check digit, a Swedish number on goods sent to Germany, or a company that gave none."""
    buyer = msgspec.structs.replace(GERMAN_COMPANY, vat_number=number)
    expected = {"order": "1001", "vat_number": number or "–", "country": "DE"}
    assert expected == facts(order(line("100.00"), country="DE", customer=buyer, paid="klarna"))


def test_a_german_company_that_was_charged_vat_is_booked_with_it() -> None:
    """M47: the shop charged it, so it is owed, number or not."""
    document = invoice(order(line("119.00", tax(19, "19.00")), country="DE", customer=GERMAN_COMPANY, paid="klarna"))
    assert ledger_lines(document) == {"1510": "119.00", "3106": "-100.00", "2670": "-19.00"}


@pytest.mark.parametrize(
    ("country", "taxes", "cause"),
    [
        ("DE", (tax(16, "17.24"),), "vat:DE:16::private"),
        ("DE", (), "vat:DE:0::private"),
        ("NO", (tax(25, "25.00"),), "vat:NO:25::private"),
        ("SE", (tax(17, "18.16"),), "vat:SE:17::private"),
        ("", (tax(25, "25.00"),), "vat::25::private"),
        ("", (), "vat::0::private"),
    ],
)
def test_an_unknown_combination_holds_the_order(country: str, taxes: tuple[LineTax, ...], cause: str) -> None:
    """M45: an old German rate, EU without VAT or number, VAT in Norway, a rate that does not exist, nowhere."""
    assert [("VAT_UNMAPPED", cause)] == problems(order(line("125.00", *taxes), country=country, paid="klarna"))


def test_a_held_combination_tells_what_finance_needs() -> None:
    """M45: the facts of the case."""
    the_order = order(line("116.00", tax(16, "16.00"), tax_class="standard"), country="DE", paid="klarna")
    expected = {"order": "1001", "country": "DE", "rate": "16", "tax_class": "standard", "customer": "private"}
    assert expected == facts(the_order)


def test_one_line_without_a_mapping_holds_the_whole_order() -> None:
    """M44: of ten lines nine have a rule; nothing of the order may reach the books until the tenth has one too. With
    all mapped, every row carries the VAT code of its own line."""
    rates = (25, 12, 6) * 3
    mapped = [line("125.00", tax(rate, str(vat_of(rate))), id=f"l-{place}") for place, rate in enumerate(rates)]
    odd = line("117.00", tax(17, "17.00"), id="l-9")
    assert [("VAT_UNMAPPED", "vat:SE:17::private")] == problems(order(*mapped, odd, paid="klarna"))
    document = invoice(order(*mapped, paid="klarna"))
    assert ["MP1", "MP2", "MP3"] * 3 == [row.vat_code for row in document.lines]


def vat_of(rate: int) -> Decimal:
    """The VAT in 125.00, to the öre."""
    return (Decimal(125) * rate / (100 + rate)).quantize(Decimal("0.01"))


def test_a_rule_for_a_tax_class_beats_the_general_one() -> None:
    """M40: margin goods of their own class."""
    added = '[[vat]]\nid = "used"\nmatch = { region = "domestic", rate = 25, tax_class = "used*" }\n'
    rulebook = rules(added + 'vat_code = "VMB"\nvat_account = "2616"\n')
    ledger = setup(rulebook)
    ledger = msgspec.structs.replace(
        ledger, vat_codes=ledger.vat_codes | {"VMB": VatCode(code="VMB", rate=exact(25), account="2616")}
    )
    the_order = order(line("125.00", tax(25, "25.00"), tax_class="used books"), paid="klarna")
    assert ledger_lines(invoice(the_order, rulebook, ledger)) == {"1510": "125.00", "3001": "-100.00", "2616": "-25.00"}


def test_a_rule_may_decide_the_region() -> None:
    """M47: Swedish reverse charge on construction services: a tax class of the shop, a region of the rule."""
    added = (
        '[[vat]]\nid = "building"\nmatch = { region = "domestic", rate = 0, tax_class = "building" }\n'
        'region = "domestic_reverse"\n[[revenue]]\nid = "building"\n'
        'match = { kind = "product", region = "domestic_reverse" }\naccount = "3231"\n'
    )
    rulebook = rules(added)
    document = invoice(order(line("1000.00", tax_class="building"), paid="klarna"), rulebook)
    assert (
        document.region,
        ledger_lines(document),
    ) == (VatRegion.DOMESTIC_REVERSE, {"1510": "1000.00", "3231": "-1000.00"})


def test_a_line_of_its_own_country_has_its_own_vat() -> None:
    """M47: one order to two addresses: each line by where it goes; the document by where most of it goes."""
    home = line("500.00", tax(25, "100.00"), country="SE")
    abroad = line("119.00", tax(19, "19.00"), country="DE", name="Gift")
    document = invoice(order(home, abroad, paid="klarna"))
    assert [row.vat_code for row in document.lines] == ["MP1", "OSSDE19"]
    assert document.region == VatRegion.DOMESTIC


def test_delivery_address_decides_before_billing() -> None:
    """M47: a Swede sends a present to Finland."""
    the_order = order(line("125.50", tax("25.5", "25.50")), paid="klarna", delivery=Address(country="FI"))
    assert invoice(the_order).lines[0].vat_code == "OSSFI255"


def test_free_goods_need_no_rule_of_their_own() -> None:
    """M52: a present in the parcel costs nothing; it takes the rate of the goods it lies beside."""
    present = line("0.00", price="0", name="Sample")
    document = invoice(order(line("119.00", tax(19, "19.00")), present, country="DE", paid="klarna"))
    assert [("3106", money("0.00")), ("3106", money("119.00"))] == sorted(
        (row.account, row.amount) for row in document.lines
    )


def test_stacked_taxes_are_one_tax_that_a_rule_must_know() -> None:
    """M45: two taxes on one line (Quebec) are 14.975 % together; no rule of ours knows that."""
    both = line("114.98", tax(5, "5.00"), tax("9.975", "9.98"))
    assert problems(order(both, country="CA", paid="klarna")) == [("VAT_UNMAPPED", "vat:CA:14.975::private")]


def test_every_problem_of_an_order_is_told_at_once() -> None:
    """M45 M87: an unknown rate, an unknown account and an unknown means of payment in one answer."""
    rulebook = rules(without=("shipping",))
    freight = line("49.00", tax(25, "9.80"), kind=LineKind.SHIPPING)
    the_order = order(line("116.00", tax(17, "16.85")), freight, paid="bitcoin")
    expected = [
        ("VAT_UNMAPPED", "vat:SE:17::private"),
        ("ACCOUNT_UNMAPPED", "revenue:shipping:domestic:25"),
        ("PAYMENT_UNMAPPED", "payment:bitcoin"),
    ]
    assert expected == problems(the_order, rulebook)


def test_why_every_row_is_as_it_is() -> None:
    """N4: rule, rulebook version and shop fact on each row and each posting."""
    document = invoice(order(line("125.00", tax(25, "25.00")), paid="klarna"))
    row = document.lines[0]
    assert (row.why.rule, row.why.rulebook, row.why.fact) == ("revenue.goods-25", "se-bas 1", "order 1001 line 1")
    assert row.vat_why.rule == "vat.se-25"
    assert all(posting.why.fact.startswith("order 1001") for posting in document.postings)


def lines_of(*amounts: str) -> list[Line]:
    """Lines at 25 %, VAT rounded per line."""
    return [line(amount, tax(25, str((exact(amount) / 5).quantize(exact("0.01")))), name=amount) for amount in amounts]


def test_booking_twice_gives_the_same_bytes() -> None:
    """M1: `book` is a function: equal orders give equal documents."""
    the_order = order(*lines_of("10.00", "99.90", "3.33"), paid="klarna")
    assert msgspec.json.encode(booked(the_order)) == msgspec.json.encode(booked(the_order))
