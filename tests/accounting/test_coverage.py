"""Coverage: every sale a shop's settings allow is known by the rulebook and the ledger, or listed as a gap."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from kontera.accounting.coverage import Gap, Means, Sale, ShopTax, gaps, reachable
from kontera.accounting.starter import STARTERS, starter
from kontera.commerce import Customer, LineKind

from .help import SE_BAS, line, order, outcome, problems, rules, setup, tax

# Rates in force in the EU in 2026, written down a second time from the Commission's table.
STANDARD = [
    "AT20",
    "BE21",
    "BG20",
    "CY19",
    "CZ21",
    "DE19",
    "DK25",
    "EE24",
    "ES21",
    "FI25.5",
    "FR20",
    "GR24",
    "HR25",
    "HU27",
    "IE23",
    "IT22",
    "LT21",
    "LU17",
    "LV21",
    "MT18",
    "NL21",
    "PL23",
    "PT23",
    "RO21",
    "SE25",
    "SI22",
    "SK23",
]
REDUCED = [
    "AT13",
    "AT10",
    "BE12",
    "BE6",
    "BG9",
    "CY9",
    "CY5",
    "CZ12",
    "DE7",
    "EE13",
    "EE9",
    "ES10",
    "ES4",
    "FI13.5",
    "FI10",
    "FR10",
    "FR5.5",
    "FR2.1",
    "GR13",
    "GR6",
    "HR13",
    "HR5",
    "HU18",
    "HU5",
    "IE13.5",
    "IE9",
    "IT10",
    "IT5",
    "IT4",
    "LT12",
    "LT5",
    "LU8",
    "LU3",
    "LV12",
    "LV5",
    "MT7",
    "MT5",
    "NL9",
    "PL8",
    "PL5",
    "PT13",
    "PT6",
    "RO11",
    "SE12",
    "SE6",
    "SI9.5",
    "SI5",
    "SK19",
    "SK5",
]
TAXES = [ShopTax(country=each[:2], rate=Decimal(each[2:])) for each in STANDARD + REDUCED]
EXPORTS = [ShopTax(country=country, rate=Decimal(0)) for country in ("NO", "US", "GB", "CH", "AX")]
MEANS = [Means(method=method, currency="SEK") for method in ("klarna", "stripe", "paypal", "invoice", "card")]
NOT_CARDS = [kind for kind in LineKind if kind is not LineKind.GIFT_CARD]


def test_the_swedish_starter_covers_every_rate_of_the_eu() -> None:
    """N11 M43 M47: 27 countries, standard and reduced rates, private and company, every kind of line, five exports."""
    sales = reachable(TAXES + EXPORTS, "SE", NOT_CARDS, currencies=("SEK", "EUR"))
    assert len(sales) > 1500
    assert gaps(SE_BAS, sales, MEANS, setup()) == ()


def test_a_gap_is_listed_with_an_example_and_how_many_meet_it() -> None:
    """N11: an old German rate, an unknown class of payment, a currency and an account the ledger lacks."""
    ledger = setup()
    accounts = {key: account for key, account in ledger.accounts.items() if key != "3105"}
    ledger = msgspec.structs.replace(ledger, accounts=accounts)
    taxes = [ShopTax(country="DE", rate=Decimal(16)), ShopTax(country="NO", rate=Decimal(0))]
    found = gaps(SE_BAS, reachable(taxes, "SE", companies=False), [Means(method="x", currency="GBP")], ledger)
    expected = (
        Gap(code="VAT_UNMAPPED", cause="vat:DE:16::private", example="product 16 % to DE private", combinations=2),
        Gap(code="ACCOUNT_MISSING", cause="account:3105", example="product 0 % to NO private"),
        Gap(code="PAYMENT_UNMAPPED", cause="payment:x", example="x in GBP"),
        Gap(code="CURRENCY_NOT_IN_LEDGER", cause="currency:GBP", example="x in GBP"),
    )
    assert expected == found


def test_missing_vat_codes_of_the_ledger_are_gaps() -> None:
    """N11 M43: the ledger must have a code per OSS country and rate."""
    ledger = setup()
    codes = {code: known for code, known in ledger.vat_codes.items() if not code.startswith("OSSDE")}
    ledger = msgspec.structs.replace(ledger, vat_codes=codes)
    taxes = [ShopTax(country="DE", rate=Decimal(19)), ShopTax(country="DE", rate=Decimal(7))]
    causes = [gap.cause for gap in gaps(SE_BAS, reachable(taxes, "SE"), (), ledger)]
    assert causes == ["vat_rate:19:OSSDE19", "vat_rate:7:OSSDE7"]


def test_ties_are_gaps() -> None:
    """N11: two rules that match equally well would hold every such order."""
    rulebook = rules(
        '[[vat]]\nid = "mine"\nmatch = { country = "SE", rate = 25 }\nvat_code = "X"\nvat_account = "2611"\n'
    )
    found = gaps(rulebook, reachable([ShopTax(country="SE", rate=Decimal(25))], "SE"), (), setup())
    assert [gap.code for gap in found] == ["RULES_AMBIGUOUS"]


SALES = [
    Sale(country="SE", rate=Decimal(25)),
    Sale(country="DE", rate=Decimal(16)),
    Sale(country="DE", rate=Decimal(0), customer="company"),
    Sale(country="DE", rate=Decimal(0)),
    Sale(country="NO", rate=Decimal(25)),
    Sale(country="NO", rate=Decimal(0), kind=LineKind.SHIPPING),
    Sale(country="", rate=Decimal(25)),
]


@pytest.mark.parametrize("sale", SALES)
def test_coverage_and_booking_agree(sale: Sale) -> None:
    """N11: what coverage calls a gap holds an order with the same code and cause, and nothing else does."""
    vat = f"{Decimal(1000) * sale.rate / (100 + sale.rate):.2f}"
    buyer = Customer(email="a@b.de", company="Kai GmbH", vat_number="DE136695976")
    customer = buyer if sale.customer == "company" else Customer(email="a@b.de")
    goods = line("1000.00", tax(str(sale.rate), vat), kind=sale.kind)
    the_order = order(goods, country=sale.country, customer=customer)
    found = [(gap.code, gap.cause) for gap in gaps(SE_BAS, [sale], (), setup())]
    if found:
        assert found == problems(the_order)
    else:
        assert type(outcome(the_order)).__name__ == "Booking"


def test_starters_are_shipped_and_readable() -> None:
    """M117: every starter loads; an unknown name is an error."""
    assert [starter(name).name for name in STARTERS] == ["se-bas", "bc-se"]
    with pytest.raises(KeyError):
        starter("no-such")
