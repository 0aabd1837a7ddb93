"""What the quote says before anything is sent: totals, entries, and everything posting would refuse. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import Document, ExchangeRate, SalesInvoice, VatRegion
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.cases.catalogue import catalogue
from kontera.ledgers.business_central.quoting import quote
from kontera.ledgers.business_central.settings import options_from
from kontera.ledgers.business_central.snapshot import LATEST
from kontera.ledgers.samples import card, invoice, line, order, payment, voucher
from kontera.money import Money
from tests.ledgers.business_central.fake import CHART, DAY, OPTIONS, SETUP, VALUES

INVOICE = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)


def codes(document: Document, setup: LedgerSetup = SETUP) -> list[str]:
    """Problem codes of the quote, each with the facts its case needs."""
    problems = quote(document, setup, OPTIONS).problems
    for problem in problems:
        assert set(catalogue()[problem.code].facts) - set(problem.facts) == set(), problem
    return [problem.code for problem in problems]


def changed(setup: LedgerSetup = SETUP, **changes: Any) -> LedgerSetup:
    """The set-up with something else in it."""
    return msgspec.structs.replace(setup, **changes)


def with_line(**changes: Any) -> SalesInvoice:
    """INVOICE with its only row changed."""
    return msgspec.structs.replace(INVOICE, lines=(msgspec.structs.replace(INVOICE.lines[0], **changes),))


def test_an_honest_document_has_no_problems() -> None:
    """M2 M3 M5 M77: nothing is held without a reason."""
    for document in (
        INVOICE,
        order(CHART, "nt-1001", INVOICE.lines, DAY),
        payment(CHART, INVOICE),
        voucher(CHART, "payout-1", DAY),
    ):
        assert codes(document) == []


def test_the_quote_of_an_invoice() -> None:
    """M40 M41: totals, VAT per rate, and the entries on accounts."""
    rows = [line(CHART, "258.00", 12, "2"), line(CHART, "49.00", 25)]
    made = quote(invoice(CHART, "nt-1", rows, DAY, cost_centre="BUTIK"), SETUP, OPTIONS)
    assert (made.total, made.vat) == (Money.of("307.00", "SEK"), Money.of("37.44", "SEK"))
    assert made.vat_by_rate == {Decimal(12): Money.of("27.64", "SEK"), Decimal(25): Money.of("9.80", "SEK")}
    assert {(entry.account, entry.cost_centre): str(entry.amount.amount) for entry in made.entries} == {
        ("1510", "BUTIK"): "307.00",
        ("3002", "BUTIK"): "-230.36",
        ("2621", "BUTIK"): "-27.64",
        ("3001", "BUTIK"): "-39.20",
        ("2611", "BUTIK"): "-9.80",
    }


def test_an_order_posts_nothing_and_may_have_any_date() -> None:
    """M3."""
    made = quote(order(CHART, "nt-1", INVOICE.lines, date(2031, 1, 1)), SETUP, OPTIONS)
    assert (made.entries, made.problems) == ((), ())


def test_dates_that_cannot_be_posted() -> None:
    """M98: below the allowed range, above it, and in a year that is not there."""
    assert codes(INVOICE, changed(locked_through=DAY)) == ["PERIOD_LOCKED"]
    assert codes(INVOICE, changed(locked_through=DAY - timedelta(days=1))) == []
    assert codes(INVOICE, changed(predefined={**SETUP.predefined, LATEST: "2026-03-01"})) == ["LEDGER_REFUSED"]
    assert codes(INVOICE, changed(predefined={**SETUP.predefined, LATEST: "2026-03-02"})) == []
    assert codes(msgspec.structs.replace(INVOICE, date=date(2031, 1, 1))) == ["YEAR_MISSING"]


def test_permissions_that_are_missing() -> None:
    """M98 M118: only where they are needed; an invoice with VAT in its prices is written as an order."""
    assert codes(INVOICE, changed(functions=frozenset({"invoice"}))) == []
    assert codes(INVOICE, changed(functions=frozenset())) == ["LEDGER_LICENCE_MISSING"]
    gross = invoice(CHART, "nt-1", [line(CHART, "0.07")], DAY)
    assert codes(gross, changed(functions=frozenset({"invoice"}))) == ["LEDGER_LICENCE_MISSING"]
    assert codes(payment(CHART, INVOICE), changed(functions=frozenset())) == ["LEDGER_LICENCE_MISSING"]
    assert codes(voucher(CHART, "p-1", DAY), changed(functions=frozenset())) == ["LEDGER_LICENCE_MISSING"]


def test_vat_that_the_ledger_has_no_set_up_for() -> None:
    """M88 N11: the pair of groups, its rate, and both groups in the ledger."""
    assert codes(with_line(vat_code="VAT33")) == ["VAT_RATE_NOT_IN_LEDGER"]
    assert codes(with_line(vat_rate=Decimal(24))) == ["VAT_RATE_NOT_IN_LEDGER"]
    assert codes(INVOICE, changed(predefined={**SETUP.predefined, "vat_areas": "EU"})) == ["VAT_RATE_NOT_IN_LEDGER"]
    assert codes(INVOICE, changed(predefined={**SETUP.predefined, "vat_groups": "VAT6"})) == ["VAT_RATE_NOT_IN_LEDGER"]


def test_reverse_charge_and_export() -> None:
    """M88: the buyer's VAT is not ours, whatever percent the group has at home."""
    free = line(CHART, "100.00", 0)
    abroad = msgspec.structs.replace(INVOICE, lines=(free,), total=free.gross, vat=free.vat)
    company = card(country="DE", region=VatRegion.EU_REVERSE)
    reverse = msgspec.structs.replace(free, vat_code="VAT25")
    reverse_sale = msgspec.structs.replace(abroad, customer=company, region=VatRegion.EU_REVERSE, lines=(reverse,))
    export = msgspec.structs.replace(abroad, customer=card(country="NO"), region=VatRegion.EXPORT)
    for sale in (reverse_sale, export):
        made = quote(sale, SETUP, OPTIONS)
        assert made.problems == ()
        assert (made.vat, made.total) == (Money.zero("SEK"), free.gross)


def test_oss_per_country() -> None:
    """M88: one business group per country, one product group per rate."""
    options = options_from({**VALUES, "vat_setup": "OSSDE/OSS19=19:2670"})
    row = msgspec.structs.replace(
        line(CHART, "119.00", 25), vat_code="OSS19", vat_rate=Decimal(19),
        net=Money.of("100.00", "SEK"), vat=Money.of("19.00", "SEK"),
    )  # fmt: skip
    buyer = card(country="DE", region=VatRegion.EU_DISTANCE)
    sale = invoice(CHART, "nt-1", [row], DAY, customer=buyer)
    sale = msgspec.structs.replace(sale, region=VatRegion.EU_DISTANCE)
    setup = changed(predefined={**SETUP.predefined, "vat_areas": "OSSDE", "vat_groups": "OSS19"})
    made = quote(sale, setup, options)
    assert made.problems == ()
    assert {entry.account: str(entry.amount.amount) for entry in made.entries}["2670"] == "-19.00"


def test_an_account_only_the_ledger_posts_to() -> None:
    """M40: Direct Posting is off; as the receivable of the customer's group it is right."""
    assert codes(with_line(account="1510")) == ["ACCOUNT_INACTIVE"]
    assert codes(payment(CHART, INVOICE, account="1510")) == ["ACCOUNT_INACTIVE"]


def test_the_ledger_converts_by_its_own_rate() -> None:
    """M80: that of the document's date; another rate on the document is held, not silently replaced."""
    row = line(CHART, "100.00", currency="EUR")
    sale = invoice(CHART, "nt-1", [row], DAY, rate=Decimal("11.2345"))
    made = quote(sale, SETUP, OPTIONS)
    assert made.problems == ()
    assert {entry.account: str(entry.amount) for entry in made.entries}["1510"] == "1123.45 SEK"
    assert codes(invoice(CHART, "nt-1", [row], DAY, rate=Decimal("11.30"))) == ["EXCHANGE_RATE_DIFFERS"]
    early = msgspec.structs.replace(sale, date=date(2026, 2, 1))
    assert codes(early) == ["EXCHANGE_RATE_DIFFERS"]
    rate = ExchangeRate(currency="EUR", rate=Decimal("11.00"), source="ledger", on=date(2026, 1, 1))
    made = quote(msgspec.structs.replace(early, rate=rate), SETUP, OPTIONS)
    assert made.problems == ()
    assert {entry.account: str(entry.amount) for entry in made.entries}["1510"] == "1100.00 SEK"
    assert codes(sale, changed(currencies={})) == ["CURRENCY_NOT_IN_LEDGER"]
    foreign = msgspec.structs.replace(voucher(CHART, "p-1", DAY), currency="EUR")
    assert "CURRENCY_NOT_IN_LEDGER" in [problem.code for problem in _voucher_in_euro(foreign)]


def _voucher_in_euro(document: Any) -> Any:
    postings = tuple(
        msgspec.structs.replace(posting, amount=Money(posting.amount.amount, "EUR")) for posting in document.postings
    )
    return quote(msgspec.structs.replace(document, postings=postings), SETUP, OPTIONS).problems


@pytest.mark.parametrize("reference", ["nt 1001", "n" * 36])
def test_a_reference_that_would_not_survive(reference: str) -> None:
    """M100."""
    assert codes(msgspec.structs.replace(INVOICE, reference=reference)) == ["TEXT_REFUSED"]


def test_a_country_the_ledger_does_not_know() -> None:
    """M20: a customer card could not be written."""
    sale = msgspec.structs.replace(INVOICE, customer=card(country="AQ"))
    assert codes(sale) == ["CUSTOMER_REFUSED"]


def test_a_total_that_cannot_be_reached_is_held() -> None:
    """M41: rows that do not add up to what was charged."""
    assert codes(msgspec.structs.replace(INVOICE, total=Money.of("126.00", "SEK"))) == ["QUOTE_DIFFERS"]
