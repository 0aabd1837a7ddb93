"""What the adapter makes of answers a sandbox would not give: doubles, other people's documents, odd arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from kontera.errors import NeedsLedgerSetup, NeedsOperator, OurFault
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently
from kontera.ledgers.samples import Chart, card, invoice, line, payment
from tests.ledgers.fortnox.fake import Fake, Reply, refusal

CHART = Chart()
DAY = date(2026, 3, 2)
INVOICE = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)
EURO = invoice(CHART, "nt-1002", [line(CHART, "125.00", currency="EUR")], DAY, rate=Decimal("11.25"))
BOUND = Bound(customer="17", invoice="45")


def held(number: str = "45", **changes: Any) -> dict[str, Any]:
    """INVOICE as Fortnox shows it."""
    rows = [{"AccountNumber": 3001, "DeliveredQuantity": "1", "Price": 125, "Total": 125, "VAT": 25}]
    return {
        "DocumentNumber": number,
        "CustomerNumber": "17",
        "Currency": "SEK",
        "CurrencyRate": 1,
        "CurrencyUnit": 1,
        "InvoiceDate": "2026-03-02",
        "ExternalInvoiceReference1": "nt-1001",
        "Total": 125,
        "TotalVAT": 25,
        "TotalToPay": 125,
        "VATIncluded": True,
        "Booked": False,
        "Cancelled": False,
        "Credit": "false",
        "InvoiceRows": rows,
        "VoucherNumber": None,
        **changes,
    }


def paid(number: str, **changes: Any) -> dict[str, Any]:
    """A payment of INVOICE as Fortnox shows it."""
    return {
        "Number": number,
        "InvoiceNumber": 45,
        "Amount": 125,
        "AmountCurrency": 125,
        "PaymentDate": "2026-03-02",
        "ModeOfPaymentAccount": 1580,
        "Booked": False,
        **changes,
    }


def shelf(
    invoices: Mapping[str, Mapping[str, Any]] | None = None, payments: Mapping[str, Mapping[str, Any]] | None = None
) -> Fake:
    """A Fortnox that holds these documents and finds every one of them, whatever is searched."""

    def answer(request: httpx2.Request) -> Reply:
        _, _, kind, *number = request.url.path.split("/")
        single, shelved = ("Invoice", invoices or {}) if kind == "invoices" else ("InvoicePayment", payments or {})
        if number:
            return 200, {single: shelved[number[0]]}
        return 200, {"MetaInformation": {"@TotalPages": 1}, f"{single}s": list(shelved.values())}

    return Fake(answer)


def answering(body: Mapping[str, Any], status: int = 201) -> Fake:
    return Fake(lambda request: (status, body))


def test_recorded_in_one_call() -> None:
    """M2: the answer to the write is enough."""
    fake = answering({"Invoice": held()})
    assert isinstance(fake.ledger.record(INVOICE, BOUND), Recorded)
    assert fake.calls == ["POST /3/invoices"]


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({"Total": 124, "TotalToPay": 124}, {"total": ("125.00 SEK", "124 SEK")}),
        ({"TotalToPay": 125, "Total": 125, "TotalVAT": 24}, {"vat": ("25.00 SEK", "24 SEK")}),
        ({"CustomerNumber": "18"}, {"customer": ("17", "18")}),
        ({"ExternalInvoiceReference1": ""}, {"reference": ("nt-1001", "")}),
        ({"InvoiceDate": "2026-03-03"}, {"date": ("2026-03-02", "2026-03-03")}),
        ({"Currency": "EUR"}, {"currency": ("SEK", "EUR")}),
    ],
)
def test_what_fortnox_made_otherwise_is_said(changes: dict[str, Any], differences: dict[str, Any]) -> None:
    """M48 M92 M100: a document that Fortnox understood otherwise is never booked as if it were ours."""
    outcome = answering({"Invoice": held(**changes)}).ledger.record(INVOICE, BOUND)
    assert isinstance(outcome, RecordedDifferently)
    assert outcome.differences == differences


def test_another_account_is_a_difference() -> None:
    """M40."""
    rows = [{"AccountNumber": 3041, "Total": 125}]
    outcome = answering({"Invoice": held(InvoiceRows=rows)}).ledger.record(INVOICE, BOUND)
    assert isinstance(outcome, RecordedDifferently)
    assert outcome.differences == {
        "account 3001": ("125.00 SEK", "0 SEK"),
        "account 3041": ("0 SEK", "125 SEK"),
    }


def test_a_rate_that_became_one_is_a_difference() -> None:
    """M80: Fortnox was seen to reset the rate of foreign documents."""
    foreign = {"Currency": "EUR", "ExternalInvoiceReference1": "nt-1002"}
    outcome = answering({"Invoice": held(**foreign)}).ledger.record(EURO, BOUND)
    assert isinstance(outcome, RecordedDifferently)
    assert outcome.differences == {"rate": ("11.25", "1")}
    kept = answering({"Invoice": held(**foreign, CurrencyRate="1125", CurrencyUnit=100)}).ledger.record(EURO, BOUND)
    assert isinstance(kept, Recorded)


def test_credit_notes_and_cancelled_ones_are_not_ours() -> None:
    """M100: a credit note carries the reference of what it credits."""
    fake = shelf({"46": held("46", Credit="true", Total=-125), "47": held("47", Cancelled=True)})
    assert fake.ledger.find(INVOICE, BOUND) is None
    both = shelf({"45": held(), "46": held("46", Credit="true", Total=-125)})
    found = both.ledger.find(INVOICE, BOUND)
    assert isinstance(found, AlreadyRecorded)
    assert found.receipt.number == "45"


def test_a_double_is_a_decision() -> None:
    """M1 M100: two documents with our reference are shown to a person."""
    found = shelf({"45": held(), "46": held("46")}).ledger.find(INVOICE, BOUND)
    assert isinstance(found, RecordedDifferently)
    assert found.differences == {"documents": ("1", "45, 46")}


def test_found_in_the_other_form_is_the_same() -> None:
    """Written without VAT by an earlier setting, it is still the same document."""
    rows = [{"AccountNumber": 3001, "Total": 100}]
    found = shelf({"45": held(VATIncluded=False, InvoiceRows=rows)}).ledger.find(INVOICE, BOUND)
    assert isinstance(found, AlreadyRecorded)


def test_a_document_needs_its_customer_and_a_payment_its_invoice() -> None:
    """A call that could only be refused is never made: the numbers it needs come first."""
    fake = answering({})
    with pytest.raises(OurFault):
        fake.ledger.record(INVOICE, Bound())
    with pytest.raises(OurFault):
        fake.ledger.record(payment(CHART, INVOICE), Bound())
    assert fake.calls == []


def test_a_payment_is_known_by_invoice_date_amount_and_account() -> None:
    """M5 M100."""
    mine = payment(CHART, INVOICE)
    strangers = {
        "1": paid("1", Amount=25, AmountCurrency=25),
        "2": paid("2", PaymentDate="2026-03-03"),
        "3": paid("3", ModeOfPaymentAccount=1930),
        "4": paid("4", InvoiceNumber=145),
    }
    assert shelf(payments=strangers).ledger.find(mine, BOUND) is None
    found = shelf(payments={**strangers, "5": paid("5")}).ledger.find(mine, BOUND)
    assert isinstance(found, AlreadyRecorded)
    assert found.receipt.number == "5"


def test_payments_alike_without_a_binding_are_held() -> None:
    """M100: two alike are there and neither is known: nobody can tell whose they are. The one there is, is ours, also
    when the shop's number of the payment is a large one."""
    second = payment(CHART, INVOICE, sequence=31)
    alone = shelf(payments={"5": paid("5")}).ledger.find(second, BOUND)
    assert isinstance(alone, AlreadyRecorded)
    both = shelf(payments={"5": paid("5"), "6": paid("6")}).ledger.find(second, BOUND)
    assert isinstance(both, RecordedDifferently)
    assert both.differences == {"payment": ("nt-1001-p31", "5, 6")}
    taken = Bound(customer="17", invoice="45", taken=("5",))
    assert shelf(payments={"5": paid("5")}).ledger.find(second, taken) is None
    known = shelf(payments={"5": paid("5"), "6": paid("6")}).ledger.find(second, taken)
    assert isinstance(known, AlreadyRecorded)
    assert known.receipt.number == "6"


def test_a_refused_booking_is_success_only_when_it_is_booked() -> None:
    """M7 M48."""
    for booked in (True, False):

        def answer(request: httpx2.Request, booked: bool = booked) -> Reply:
            if request.method == "PUT":
                return refusal(2002141, "Administratören har låst perioden t.o.m. 2026-03-31.")
            return 200, {"Invoice": held(Booked=booked, VoucherSeries="B", VoucherNumber=7, VoucherYear=2)}

        ledger = Fake(answer).ledger
        receipt = Receipt(number="45")
        if booked:
            assert ledger.book(INVOICE, receipt).voucher_number == "7"
            continue
        with pytest.raises(NeedsLedgerSetup) as caught:
            ledger.book(INVOICE, receipt)
        assert caught.value.problem.code == "PERIOD_LOCKED"


def test_own_document_numbers() -> None:
    """M100: chosen by us, the document's number is the start plus the digits of the order number."""
    fake = Fake(
        lambda request: (201, {"Invoice": held("501001")}), {"document_numbers": "own", "number_start": "500000"}
    )
    fake.ledger.record(INVOICE, BOUND)
    assert fake.sent()["Invoice"]["DocumentNumber"] == "501001"


def test_articles_are_asked_for_once_and_made_when_missing() -> None:
    """M10 M34: with number and text; supplier, its article number and everything else never travel by themselves."""
    fake = Fake(
        lambda request: (201, {}) if request.method == "POST" else refusal(2000428, "Kan inte hitta artikeln.", 404),
        {"create_articles": "yes"},
    )
    assert fake.ledger.needs_article("T-100")
    fake.ledger.ensure_article("T-100", "Sencha 🍵")
    fake.ledger.ensure_article("T-100", "Sencha 🍵")
    assert fake.calls == ["GET /3/articles/T-100", "POST /3/articles"]
    assert fake.sent() == {"Article": {"ArticleNumber": "T-100", "Description": "Sencha *"}}
    assert not fake.ledger.needs_article("T-100")
    assert not answering({}).ledger.needs_article("T-100")


def test_an_article_with_a_slash_is_searched() -> None:
    """The number cannot stand in a path; the search finds parts, so it is compared."""
    near = {"Articles": [{"ArticleNumber": "T/100-X"}], "MetaInformation": {"@TotalPages": 1}}
    fake = Fake(lambda request: (200, near) if request.method == "GET" else (201, {}), {"create_articles": "yes"})
    fake.ledger.ensure_article("T/100", "Te")
    assert fake.calls == ["GET /3/articles", "POST /3/articles"]


def test_an_article_somebody_else_just_made_is_as_good() -> None:
    """M35: refused because it exists by now: it is looked for again, and that is enough."""
    asked: list[str] = []

    def answer(request: httpx2.Request) -> Reply:
        asked.append(request.method)
        if request.method == "POST":
            return refusal(2000013, "Artikelnumret används redan")
        return (200, {"Article": {}}) if len(asked) > 1 else refusal(2000428, "Kan inte hitta artikeln.", 404)

    Fake(answer, {"create_articles": "yes"}).ledger.ensure_article("T-100", "Te")
    assert asked == ["GET", "POST", "GET"]


def test_two_customers_with_one_email() -> None:
    """M22: the merchant had doubles; the one that carries our key is ours, else the oldest."""
    rows = [{"CustomerNumber": number, "Email": "EVA@example.com"} for number in ("12", "9", "100")]

    def register(ours: str) -> Fake:
        def answer(request: httpx2.Request) -> Reply:
            number = request.url.path.removeprefix("/3/customers").strip("/")
            if not number:
                return 200, {"Customers": rows, "MetaInformation": {"@TotalPages": 1}}
            key = "email:eva@example.com" if number == ours else None
            return 200, {"Customer": {"CustomerNumber": number, "ExternalReference": key}}

        return Fake(answer)

    assert register("100").ledger.find_customer(card()) == "100"
    assert register("none").ledger.find_customer(card()) == "9"


def test_a_number_of_ours_that_a_stranger_has_is_left_alone() -> None:
    """M22: customer nt-17 exists and does not carry our key: it is not touched, another number is taken."""

    def answer(request: httpx2.Request) -> Reply:
        if request.method == "POST":
            return 201, {"Customer": {"CustomerNumber": "made"}}
        if request.url.path.endswith("/nt-17"):
            return 200, {"Customer": {"CustomerNumber": "nt-17", "ExternalReference": None}}
        return refusal(2000433, "Kan inte hitta kunden.", 404)

    fake = Fake(answer)
    assert fake.ledger.ensure_customer(card(key="shop:nt:17"), None) == "made"
    assert fake.sent()["Customer"]["CustomerNumber"].startswith("nt-17-")
    assert [call.split()[0] for call in fake.calls] == ["GET", "GET", "POST"]


def test_a_register_refused_for_another_reason_is_not_a_missing_licence() -> None:
    """M118: only licence and consent leave a function out; anything else is raised, never swallowed."""
    with pytest.raises(NeedsOperator) as caught:
        Fake(lambda request: refusal(2009999, "Något nytt")).ledger.setup()
    assert caught.value.problem.code == "LEDGER_REFUSED"
