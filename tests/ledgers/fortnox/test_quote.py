"""What the quote says before anything is sent, and that the sandbox refuses the same things with a named problem."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import Document, SalesInvoice
from kontera.accounting.ledger_setup import LedgerCurrency, LedgerSetup, VatCode
from kontera.errors import KonteraError
from kontera.ledgers.fortnox.quoting import quote
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import Chart, card, invoice, line, order, payment, voucher
from kontera.money import Money
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox
from tests.ledgers.fortnox.world import FortnoxWorld

CHART = Chart()
DAY = date(2026, 3, 2)
SETUP = LedgerSetup(
    taken_at=datetime(2026, 3, 2, tzinfo=UTC),
    currency="SEK",
    vat_codes={
        "MP1": VatCode(code="MP1", rate=Decimal(25), account="2611"),
        "MP2": VatCode(code="MP2", rate=Decimal(12), account="2621"),
        "MF": VatCode(code="MF", rate=Decimal(0), account=""),
    },
    currencies={"EUR": LedgerCurrency(code="EUR", rate=Decimal("11.25"))},
    predefined={"CUSTCLAIM": "1510", "ROUNDOFF": "3740"},
    functions=frozenset({"invoice", "order", "payment", "bookkeeping"}),
    voucher_series={"A": True, "B": False},
)
INVOICE = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)


def codes(document: Document, setup: LedgerSetup = SETUP, options: Options | None = None) -> list[str]:
    """Problem codes of the quote."""
    return [problem.code for problem in quote(document, setup, options or Options()).problems]


def with_line(**changes: Any) -> SalesInvoice:
    """INVOICE with its only row changed."""
    return msgspec.structs.replace(INVOICE, lines=(msgspec.structs.replace(INVOICE.lines[0], **changes),))


def test_an_honest_document_has_no_problems() -> None:
    """M2 M3 M5: nothing is held without a reason."""
    assert codes(INVOICE) == []
    assert codes(order(CHART, "nt-1001", INVOICE.lines, DAY)) == []
    assert codes(payment(CHART, INVOICE)) == []
    assert codes(voucher(CHART, "payout-1", DAY)) == []


def test_an_order_posts_nothing() -> None:
    """M3."""
    assert quote(order(CHART, "nt-1001", INVOICE.lines, DAY), SETUP, Options()).entries == ()


def test_vat_by_rate() -> None:
    """M40 M50."""
    document = invoice(CHART, "nt-1", [line(CHART, "125.00"), line(CHART, "112.00", 12), line(CHART, "25.00")], DAY)
    found = quote(document, SETUP, Options())
    assert found.vat_by_rate == {Decimal(25): Money.of("30", "SEK"), Decimal(12): Money.of("12", "SEK")}


@pytest.mark.parametrize("number", ["T 100", "Åäö", "T.100", "x" * 51])
def test_article_number_that_fortnox_refuses(number: str) -> None:
    """M14 M36: known before anything is sent, and only when article numbers are sent at all."""
    document = with_line(article=number)
    assert codes(document, options=Options(create_articles=True)) == ["ARTICLE_NUMBER_REFUSED"]
    assert codes(document) == []


@pytest.mark.parametrize(("code", "rate"), [("OSSDE19", "19"), ("", "19"), ("MP1", "12"), ("MP2", "25")])
def test_vat_that_fortnox_does_not_have(code: str, rate: str) -> None:
    """M40 M45: an unknown code, an unknown rate, a code at another rate."""
    assert "VAT_RATE_NOT_IN_LEDGER" in codes(with_line(vat_code=code, vat_rate=Decimal(rate)))


@pytest.mark.parametrize("reference", ["x" * 81, "nt|1001", "nt-1001 "])
def test_a_reference_that_would_not_come_back_the_same(reference: str) -> None:
    """M1 M100: it would never be found again, so it is never sent."""
    assert codes(msgspec.structs.replace(INVOICE, reference=reference)) == ["TEXT_REFUSED"]


def test_own_number_needs_digits() -> None:
    """M98: an order number without digits gives no document number of ours."""
    document = msgspec.structs.replace(INVOICE, order_number="web")
    assert codes(document, options=Options(own_numbers=True)) == ["TEXT_REFUSED"]


@pytest.mark.parametrize("function", ["invoice", "order", "payment", "bookkeeping"])
def test_missing_function(function: str) -> None:
    """M118."""
    setup = msgspec.structs.replace(SETUP, functions=SETUP.functions - {function})
    documents = {
        "invoice": INVOICE,
        "order": order(CHART, "nt-1", INVOICE.lines, DAY),
        "payment": payment(CHART, INVOICE),
        "bookkeeping": voucher(CHART, "p-1", DAY),
    }
    assert {name for name, document in documents.items() if codes(document, setup)} == {function}
    found = quote(documents[function], setup, Options()).problems[0]
    assert (found.code, found.cause) == ("LEDGER_LICENCE_MISSING", f"licence:{function}")


def test_oresavrundning_that_changes_what_is_owed() -> None:
    """M46 M92: the customer paid 125.40; Fortnox would ask for 125. That is said, never plugged."""
    setup = msgspec.structs.replace(SETUP, rounds_totals=True)
    document = invoice(CHART, "nt-1", [line(CHART, "125.40")], DAY)
    found = quote(document, setup, Options(rounds_totals=True))
    assert [(problem.code, problem.facts["expected"], problem.facts["found"]) for problem in found.problems] == [
        ("QUOTE_DIFFERS", "125.40 SEK", "125.00 SEK")
    ]
    assert codes(INVOICE, setup, Options(rounds_totals=True)) == []


def test_vouchers_need_a_manual_series_and_kronor() -> None:
    """M98: Fortnox takes vouchers in manual series and kronor only."""
    assert codes(msgspec.structs.replace(voucher(CHART, "p-1", DAY), series="B")) == ["LEDGER_REFUSED"]
    assert codes(msgspec.structs.replace(voucher(CHART, "p-1", DAY), series="X")) == ["LEDGER_REFUSED"]
    made = voucher(CHART, "p-1", DAY)
    euros = tuple(msgspec.structs.replace(row, amount=Money(row.amount.amount, "EUR")) for row in made.postings)
    foreign = msgspec.structs.replace(made, currency="EUR", postings=euros)
    assert codes(foreign) == ["CURRENCY_NOT_IN_LEDGER"]


def test_conversion_that_needs_an_account_for_what_is_left_over() -> None:
    """M80: three kronor amounts that do not add up need ROUNDOFF; without it the document is held."""
    document = invoice(CHART, "nt-1", [line(CHART, "33.33", currency="EUR")], DAY, rate=Decimal("11.2345"))
    assert codes(document) == []
    setup = msgspec.structs.replace(SETUP, predefined={"CUSTCLAIM": "1510"})
    found = quote(document, setup, Options())
    assert [problem.cause for problem in found.problems] == ["predefined:ROUNDOFF"]


@pytest.fixture(scope="module")
def world() -> Iterator[FortnoxWorld]:
    with FortnoxSandbox(limit=None) as sandbox:
        made = FortnoxWorld(sandbox)
        sandbox.actions()["account"]({"number": 3041, "change": {"CostCenterSettings": "MANDATORY"}})
        sandbox.actions()["account"]({"number": 3042, "change": {"ProjectSettings": "MANDATORY"}})
        yield made
        made.close()


@pytest.mark.parametrize(
    ("changes", "code", "cause"),
    [
        ({"cost_centre": "GAMMAL"}, "COST_CENTRE_UNUSABLE", "cost_centre:GAMMAL"),
        ({"cost_centre": "NO"}, "COST_CENTRE_UNUSABLE", "cost_centre:NO"),
        ({"project": "99"}, "PROJECT_UNUSABLE", "project:99"),
        ({"terms_of_payment": "99X"}, "TERMS_UNKNOWN", "terms:terms_of_payment:99X"),
        ({"way_of_delivery": "DRONE"}, "TERMS_UNKNOWN", "terms:way_of_delivery:DRONE"),
        ({"terms_of_delivery": "DDP"}, "TERMS_UNKNOWN", "terms:terms_of_delivery:DDP"),
        ({"currency": "JPY"}, "CURRENCY_NOT_IN_LEDGER", "currency:JPY"),
        ({"account": "3041"}, "COST_CENTRE_REQUIRED", "account:3041"),
        ({"account": "3042"}, "PROJECT_REQUIRED", "account:3042"),
        ({"account": "3999"}, "ACCOUNT_MISSING", "account:3999"),
        ({"vat_code": "OSSNO25"}, "VAT_RATE_NOT_IN_LEDGER", "vat_rate:25"),
        ({"bound": "9999"}, "CUSTOMER_REFUSED", ""),
    ],
)
def test_refusals_over_http(world: FortnoxWorld, changes: dict[str, str], code: str, cause: str) -> None:
    """M41 M42 M80 M98: what the snapshot did not stop is named by the refusal, and nothing is written."""
    rows = {name: value for name, value in changes.items() if name in ("account", "vat_code")}
    head = {name: value for name, value in changes.items() if name not in ("account", "vat_code", "bound")}
    number = changes.get("bound") or world.ledger.ensure_customer(card(), None)
    document = msgspec.structs.replace(with_line(**rows), date=world.day, **head)
    with pytest.raises(KonteraError) as caught:
        world.ledger.record(document, Bound(customer=number))
    assert (caught.value.problem.code, caught.value.problem.cause) == (code, cause)
    assert caught.value.problem.facts["order"] == "1001"
    assert "Fortnox >" in caught.value.problem.facts["where"]
    assert world.counted("invoices") == 0
