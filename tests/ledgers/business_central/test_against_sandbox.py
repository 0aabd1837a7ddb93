"""What the conformance suite does not ask of every ledger: orders for gross prices, poisoned journals, VAT abroad."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import DocumentLine, SalesInvoice, VatRegion
from kontera.errors import NeedsOperator, Uncertain
from kontera.ledgers.conformance import bind, booked_invoice, places
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Recorded
from kontera.ledgers.samples import card, invoice, line, payment, voucher
from kontera.money import Money
from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox
from tests.ledgers.business_central.world import BusinessCentralWorld


@pytest.fixture
def world() -> Iterator[BusinessCentralWorld]:
    with BusinessCentralSandbox(limit=None) as sandbox:
        made = BusinessCentralWorld(sandbox)
        try:
            yield made
        finally:
            made.close()


def gross(world: Any, reference: str = "nt-1002") -> SalesInvoice:
    """Two lines whose total no prices without VAT reach."""
    return invoice(world.chart, reference, [line(world.chart, "0.07"), line(world.chart, "10.00")], world.day)


def test_an_invoice_as_an_order_is_booked_in_two_requests(world: Any) -> None:
    """M2 M41: to the öre, its entries as predicted; found again before and after."""
    document = gross(world)
    quote = world.ledger.quote(document, world.ledger.setup())
    assert quote.problems == ()
    assert quote.total == document.total
    bound = bind(world, document)
    before = world.calls()
    made = world.ledger.record(document, bound)
    assert isinstance(made, Recorded)
    receipt = world.ledger.book(document, made.receipt)
    assert world.calls() - before == 2
    assert (receipt.total, receipt.booked) == (document.total, True)
    assert places(quote.entries) == places(world.ledger.entries_of(document, receipt))
    found = world.again().find(document, bound)
    assert isinstance(found, AlreadyRecorded)
    assert found.receipt == receipt
    assert receipt == world.ledger.book(document, made.receipt)
    assert [world.counted(what) for what in ("orders", "invoices", "vouchers")] == [0, 1, 1]


def test_totals_and_vat_are_those_that_were_predicted(world: Any) -> None:
    """M41 N8: of many random documents in either form; `record` compares total, VAT and every account. See
    test_properties for thousands, without HTTP."""
    chance = random.Random(20261124)
    bound = bind(world, gross(world))
    forms = set()
    for number in range(150):
        rows = [_random_row(world, chance) for _ in range(chance.randint(1, 5))]
        if number % 3 == 0:  # a rebate as a line of its own, below what the others come to
            worth = sum(row.gross.amount for row in rows)
            rows.append(line(world.chart, f"-{worth * chance.randint(1, 99) / 100:.2f}", chance.choice((25, 12, 6))))
        document = invoice(world.chart, f"nt-{number}", rows, world.day)
        quote = world.ledger.quote(document, world.ledger._known())
        forms.add(quote.problems)
        outcome = world.ledger.record(document, bound)
        assert isinstance(outcome, Recorded), outcome
        assert outcome.receipt.total == document.total
        if number % 5 == 0:
            receipt = world.ledger.book(document, outcome.receipt)
            assert (receipt.total, receipt.vat) == (quote.total, quote.vat)
            assert places(quote.entries) == places(world.ledger.entries_of(document, receipt))
        forms.add("/salesOrders(" in outcome.receipt.url)
    assert forms == {(), True, False}


def _random_row(world: Any, chance: random.Random) -> DocumentLine:
    charged = f"{chance.randint(1, 99999) / 100:.2f}"
    rate, quantity = chance.choice((25, 12, 6, 0)), chance.choice(("1", "2", "3", "7", "0.5"))
    return line(world.chart, charged, rate, quantity, discount=chance.choice(("0", "0", "5.00")))


def test_an_order_whose_posting_was_lost_is_posted_once(world: Any) -> None:
    """M1 M100: the order is gone, its invoice tells."""
    document = gross(world)
    made = world.ledger.record(document, bind(world, document))
    world.lose_answer("book_invoice")
    with pytest.raises(Uncertain):
        world.ledger.book(document, made.receipt)
    assert world.ledger.book(document, made.receipt).booked
    assert world.counted("invoices") == 1


def test_a_company_that_proposes_to_ship_nothing(world: Any) -> None:
    """M41: quantities to ship and invoice are said on the lines."""
    world.pull("switches", quantity_to_ship="Blank")
    document = gross(world)
    assert booked_invoice(world, document, bind(world, document)).booked


def test_one_bad_payment_stops_no_other(world: Any) -> None:
    """M98 M100: the invoice of the bad one is paid already."""
    first, second = (
        invoice(world.chart, f"nt-{n}", [line(world.chart, "125.00")], world.day, number=str(n)) for n in (1, 2)
    )
    bound = bind(world, first)
    numbers = [booked_invoice(world, document, bound).number for document in (first, second)]
    paid, twice = payment(world.chart, first, sequence=1), payment(world.chart, first, sequence=2)
    good = payment(world.chart, second)
    made = [
        world.ledger.record(document, Bound(invoice=number))
        for document, number in ((paid, numbers[0]), (twice, numbers[0]), (good, numbers[1]))
    ]
    outcomes = []
    for document, outcome in zip((paid, twice, good), made, strict=True):
        try:
            outcomes.append(world.ledger.book(document, outcome.receipt).booked)
        except NeedsOperator:
            outcomes.append(False)
    assert sorted(outcomes) == [False, True, True]
    assert world.counted("payments") == 2
    assert world.sandbox.views()["audit"]()["unposted_journal_lines"] == 1
    assert world.sandbox.views()["audit"]()["unpaid_invoices"] == []


@pytest.mark.parametrize(
    ("country", "region", "group", "rate"),
    [("DE", VatRegion.EU_REVERSE, "VAT25", 0), ("NO", VatRegion.EXPORT, "NO VAT", 0)],
)
def test_a_sale_without_our_vat(
    world: Any, country: str, region: VatRegion, group: str, rate: int
) -> None:  # fmt: skip
    """M88: the customer's VAT business posting group, set from the country, makes it."""
    row = msgspec.structs.replace(line(world.chart, "100.00", rate), vat_code=group)
    buyer = card(f"email:a@{country.lower()}.example", country=country, region=region,
                 email=f"a@{country.lower()}.example")  # fmt: skip
    document = invoice(world.chart, "nt-1", [row], world.day, customer=buyer)
    document = msgspec.structs.replace(document, region=region)
    quote = world.ledger.quote(document, world.ledger.setup())
    assert quote.problems == ()
    receipt = booked_invoice(world, document, bind(world, document))
    assert (receipt.total, receipt.vat) == (document.total, document.vat)
    assert places(quote.entries) == places(world.ledger.entries_of(document, receipt))


def test_oss_goes_by_country(world: Any) -> None:
    """M88: German VAT on its own account."""
    world.pull("vat", business="OSSDE", product="OSS19", percent="19", identifier="OSS19", account="2670")
    world.pull("vat", business="OSSDE", product="VAT25", percent="0")  # of the account, looked up before the line's
    settings = {"vat_setup": "OSSDE/OSS19=19:2670"}
    other: Any = BusinessCentralWorld(world.sandbox, settings)
    row = _at_19(line(other.chart, "119.00", account="3106"))
    buyer = card("email:kai@example.de", country="DE", region=VatRegion.EU_DISTANCE, email="kai@example.de")
    document = invoice(other.chart, "nt-1", [row], other.day, customer=buyer)
    document = msgspec.structs.replace(document, region=VatRegion.EU_DISTANCE)
    quote = other.ledger.quote(document, other.ledger.setup())
    assert quote.problems == ()
    receipt = booked_invoice(other, document, bind(other, document))
    found = places(other.ledger.entries_of(document, receipt))
    other.close()
    assert places(quote.entries) == found
    assert found["2670", "", ""] == Decimal("-19.00")


def _at_19(row: DocumentLine) -> DocumentLine:
    changes: dict[str, Any] = {"vat_code": "OSS19", "vat_rate": Decimal(19)}
    return msgspec.structs.replace(row, net=Money.of("100.00", "SEK"), vat=Money.of("19.00", "SEK"), **changes)


def test_a_line_with_its_own_cost_centre(world: Any) -> None:
    """M42: the line's entries carry it, the receivable the document's."""
    rows = [
        msgspec.structs.replace(line(world.chart, "125.00"), cost_centre="WEBB"),
        line(world.chart, "112.00", 12),
    ]
    document = invoice(world.chart, "nt-1", rows, world.day, cost_centre="BUTIK")
    quote = world.ledger.quote(document, world.ledger.setup())
    receipt = booked_invoice(world, document, bind(world, document))
    found = places(world.ledger.entries_of(document, receipt))
    assert places(quote.entries) == found
    assert {(account, centre) for account, centre, _ in found} >= {
        ("3001", "WEBB"),
        ("3002", "BUTIK"),
        ("1510", "BUTIK"),
    }


def test_a_voucher_with_cost_centres(world: Any) -> None:
    """M42 M77: each posting its own."""
    document = voucher(world.chart, "payout-77", world.day)
    postings = (msgspec.structs.replace(document.postings[0], cost_centre="WEBB"), document.postings[1])
    document = msgspec.structs.replace(document, postings=postings)
    quote = world.ledger.quote(document, world.ledger.setup())
    outcome = world.ledger.record(document, Bound())
    assert isinstance(outcome, Recorded)
    assert places(quote.entries) == places(world.ledger.entries_of(document, outcome.receipt))


def test_a_customer_the_template_gives_nothing_is_named(world: Any) -> None:
    """M20 M98: posting groups come from the company's template only."""
    world.pull("customer_templates", templates=[])
    document = gross(world)
    with pytest.raises(NeedsOperator) as caught:
        booked_invoice(world, document, bind(world, document))
    assert caught.value.problem.code == "CUSTOMER_REFUSED"


def test_the_set_up_of_the_demo_company(world: Any) -> None:
    """M40 M118: read in one request."""
    world.ledger.readiness()
    before = world.calls()
    setup = world.ledger.setup()
    assert world.calls() - before == 1
    assert (setup.currency, setup.country) == ("SEK", "SE")
    assert setup.accounts["1510"].rows is False
    assert setup.cost_centres == {"BUTIK": True, "WEBB": True}
    assert setup.year_of(world.day) is not None
