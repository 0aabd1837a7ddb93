"""Which calls a step takes, and what their answers mean: what happened to a write is read, never guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kontera.accounting.documents import VatRegion
from kontera.errors import NeedsDecision, NeedsLedgerSetup, NeedsOperator, OurFault, Uncertain, WillRetry
from kontera.ledgers.business_central import names
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently
from kontera.ledgers.samples import card, invoice, line, order, payment, voucher
from kontera.money import Money
from tests.ledgers.business_central.fake import CHART, COMPANY, DAY, GUID, KNOWN, Fake, Reply, listed, refusal

INVOICE = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)
GROSS = invoice(CHART, "nt-1002", [line(CHART, "0.07")], DAY)
BOUND = Bound(customer="10000")
ID = GUID % 77
URL = f"https://bc.test/v2.0/t1/Production/api/v2.0/companies({COMPANY})"
DRAFT = Receipt(number="DRAFT-1", url=f"{URL}/salesInvoices({ID})", total=INVOICE.total, vat=INVOICE.vat)
ORDER = Receipt(number="SO-1", url=f"{URL}/salesOrders({ID})", total=GROSS.total, vat=GROSS.vat)


def sale(**changes: Any) -> dict[str, Any]:
    """INVOICE as Business Central answers it."""
    lines = [{"lineType": "Account", "lineObjectNumber": "3001", "netAmount": 100.00}]
    return {
        "id": ID, "number": "DRAFT-1", "externalDocumentNumber": "NT-1001", "postingDate": "2026-03-02",
        "customerNumber": "10000", "currencyCode": "SEK", "totalAmountIncludingTax": 125.00, "totalTaxAmount": 25.00,
        "status": "Draft", "salesInvoiceLines": lines, **changes,
    }  # fmt: skip


def entry(account: str, amount: str, number: str = "PS-1", kind: str = "Invoice", **changes: Any) -> dict[str, Any]:
    """A posted line."""
    side = "debitAmount" if Decimal(amount) > 0 else "creditAmount"
    return {
        "accountNumber": account, side: float(abs(Decimal(amount))), "documentNumber": number, "documentType": kind,
        "postingDate": "2026-03-02", **changes,
    }  # fmt: skip


def test_an_invoice_is_written_and_read_back_in_one_request() -> None:
    """M2 M40: what is compared is what is there, not what the first answer says."""

    def handler(method: str, path: str, body: Any) -> Reply:
        return (201, {"id": ID, "totalAmountIncludingTax": 0}) if method == "POST" else listed(sale())

    fake = Fake(handler)
    outcome = fake.ledger.record(INVOICE, BOUND)
    assert isinstance(outcome, Recorded)
    assert outcome.receipt == DRAFT
    assert (len(fake.requests), fake.names()) == (1, ["POST salesInvoices", "GET salesInvoices"])


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"totalAmountIncludingTax": 126.00, "totalTaxAmount": 26.00}, {"total", "vat"}),
        ({"customerNumber": "10001"}, {"customer"}),
        ({"postingDate": "2026-03-01"}, {"date"}),
        ({"currencyCode": "EUR"}, {"currency"}),
        ({"salesInvoiceLines": [{"lineObjectNumber": "3002", "netAmount": 100}]}, {"account 3001", "account 3002"}),
        ({"salesInvoiceLines": []}, {"account 3001"}),
    ],
)
def test_an_invoice_made_differently_says_how(changes: dict[str, Any], differs: set[str]) -> None:
    """M100: a deep insert whose lines did not come, or came twice, is seen at once."""
    held = sale(**changes)
    fake = Fake(lambda method, *_: (201, {"id": ID}) if method == "POST" else listed(held))
    outcome = fake.ledger.record(INVOICE, BOUND)
    assert isinstance(outcome, RecordedDifferently)
    assert differs == set(outcome.differences)


@pytest.mark.parametrize("reading", [(503, {}), refusal("No."), listed(), listed(sale(id=GUID % 9))])
def test_written_but_not_read_back_is_uncertain(reading: Reply) -> None:
    """M100: nothing after a write may look as if it had not happened."""
    fake = Fake(lambda method, *_: (201, {"id": ID}) if method == "POST" else reading)
    with pytest.raises(Uncertain):
        fake.ledger.record(INVOICE, BOUND)


def test_a_refused_invoice_was_not_written() -> None:
    """M98."""
    fake = Fake(lambda method, *_: refusal("Account does not exist.") if method == "POST" else listed())
    with pytest.raises(NeedsLedgerSetup) as caught:
        fake.ledger.record(INVOICE, BOUND)
    assert caught.value.problem.cause == "account:1510 ¦ 2611 ¦ 3001"


def test_a_date_that_cannot_be_posted_writes_nothing() -> None:
    """M98: drafts are taken with any date, so the set-up last read decides."""
    closed = msgspec.structs.replace(KNOWN, locked_through=DAY)
    fake = Fake(lambda *_: listed(), known=closed)
    for document in (INVOICE, payment(CHART, INVOICE), voucher(CHART, "p-1", DAY)):
        with pytest.raises(NeedsLedgerSetup) as caught:
            fake.ledger.record(document, Bound(customer="10000", invoice="PS-1"))
        assert caught.value.problem.cause == "period:2026-03-02"
    assert fake.requests == []


def test_no_customer_is_our_fault() -> None:
    """M20."""
    with pytest.raises(OurFault):
        Fake(lambda *_: listed()).ledger.record(INVOICE, Bound())


def found(*rows: dict[str, Any], orders: tuple[dict[str, Any], ...] = (), posted: tuple[Any, ...] = ()) -> Any:
    """What `find` makes of these invoices and orders."""

    def handler(method: str, path: str, body: Any) -> Reply:
        if path.startswith("generalLedgerEntries"):
            return listed(*posted)
        return listed(*(rows if path.startswith("salesInvoices") else orders))

    return Fake(handler).ledger.find(INVOICE, BOUND)


def test_ours_is_found_as_a_draft_and_as_posted() -> None:
    """M1 M100: Open is said of a released draft too, so the general ledger decides."""
    draft = found(sale())
    assert isinstance(draft, AlreadyRecorded)
    assert draft.receipt == DRAFT
    assert found(sale(status="Open")).receipt.booked is False
    booked = found(sale(status="Open", number="PS-1"), posted=(entry("1510", "125.00"),)).receipt
    assert (booked.booked, booked.number, booked.voucher_number) == (True, "PS-1", "PS-1")
    assert found(sale(status="Open"), posted=(entry("1510", "125.00", kind="Payment"),)).receipt.booked is False
    assert found(sale(status="Paid")).receipt.booked is True


def test_what_is_not_ours_is_not_found() -> None:
    """M100: cancelled, corrective, of another reference, or the empty one that fills the gap of a deleted draft."""
    assert found() is None
    for row in (
        sale(status="Canceled"),
        sale(status="Corrective"),
        sale(externalDocumentNumber="NT-10011"),
        sale(status="Paid", totalAmountIncludingTax=0, totalTaxAmount=0, salesInvoiceLines=[]),
    ):
        assert found(row) is None


def test_two_of_ours_are_a_decision() -> None:
    """M100: an invoice and an order, or two invoices, under one reference."""
    other = sale(number="SO-9", id=GUID % 9)
    for outcome in (found(sale(), other), found(sale(), orders=(other,))):
        assert isinstance(outcome, RecordedDifferently)
        assert outcome.differences["documents"] == ("1", "DRAFT-1, SO-9")


def posting(post: Reply, read: Reply, posted: tuple[Any, ...] = ()) -> Fake:
    """A fake whose posting and reading answer so."""

    def handler(method: str, path: str, body: Any) -> Reply:
        if method == "POST":
            return post
        return listed(*posted) if path.startswith("generalLedgerEntries") else read

    return Fake(handler)


def test_posting_takes_one_request() -> None:
    """M7 M48: the number changes, the id stays."""
    fake = posting((204, None), (200, sale(number="PS-1", status="Open")))
    receipt = fake.ledger.book(INVOICE, DRAFT)
    expected = msgspec.structs.replace(DRAFT, number="PS-1", booked=True, voucher_number="PS-1")
    assert expected == receipt
    assert len(fake.requests) == 1
    assert fake.names() == ["POST salesInvoices(id)/Microsoft.NAV.post", "GET salesInvoices(id)"]
    assert receipt == fake.ledger.book(INVOICE, receipt)
    assert len(fake.requests) == 1


def test_the_outcome_of_a_posting_that_went_wrong_is_read() -> None:
    """M100: refused because it is posted already, or an answer lost inside: the document says which."""
    posted = (200, sale(number="PS-1", status="Open"))
    answers: tuple[Reply, ...] = (refusal("The action can be applied to a draft invoice only."), (504, {}))
    for answer in answers:
        assert posting(answer, posted).ledger.book(INVOICE, DRAFT).booked
    with pytest.raises(Uncertain):
        posting((504, {}), (200, sale())).ledger.book(INVOICE, DRAFT)
    with pytest.raises(NeedsOperator) as caught:
        posting(refusal("You must not."), (200, sale())).ledger.book(INVOICE, DRAFT)
    assert caught.value.problem.code == "LEDGER_REFUSED"


def test_a_released_draft_is_not_taken_for_posted() -> None:
    """M100: Open under the draft's number and with nothing in the general ledger."""
    with pytest.raises(NeedsOperator):
        posting(refusal("You must not."), (200, sale(status="Open"))).ledger.book(INVOICE, DRAFT)
    held = (200, sale(status="Open"))
    assert posting(refusal("No."), held, (entry("1510", "125", "DRAFT-1"),)).ledger.book(INVOICE, DRAFT).booked


def test_a_posting_that_is_only_scheduled_is_looked_at_again() -> None:
    """M7: accepted for the job queue, still a draft."""
    with pytest.raises(WillRetry):
        posting((204, None), (200, sale())).ledger.book(INVOICE, DRAFT)


def test_an_order_with_vat_in_its_prices_is_shipped_and_invoiced() -> None:
    """M41: written as an order since no price without VAT reaches 0.07; the invoice that came of it is the receipt."""
    held = sale(
        number="SO-1", externalDocumentNumber="NT-1002", totalAmountIncludingTax=0, totalTaxAmount=0,  # they lag
        salesInvoiceLines=[],
        salesOrderLines=[{"lineObjectNumber": "3001", "netAmount": 0.06, "netTaxAmount": 0.01}],
    )  # fmt: skip
    fake = Fake(lambda method, *_: (201, {"id": ID}) if method == "POST" else listed(held))
    outcome = fake.ledger.record(GROSS, BOUND)
    assert outcome == Recorded(receipt=ORDER)
    body = fake.bodies[0]
    assert (body["pricesIncludeTax"], body["salesOrderLines"][0]["unitPrice"]) == (True, Decimal("0.07"))
    assert (body["salesOrderLines"][0]["shipQuantity"], body["salesOrderLines"][0]["invoiceQuantity"]) == (1, 1)
    invoiced = sale(id=GUID % 8, number="PS-2", orderId=ID, orderNumber="SO-1", status="Open",
                    totalAmountIncludingTax=0.07, totalTaxAmount=0.01)  # fmt: skip
    stranger = sale(id=GUID % 9, number="PS-1", orderId=GUID % 6, orderNumber="SO-1", status="Open")
    for answer in ((204, None), refusal("gone", "BadRequest_ResourceNotFound", 404)):
        posted = posting(answer, listed(stranger, invoiced))
        receipt = posted.ledger.book(GROSS, ORDER)
        assert (receipt.number, receipt.booked, receipt.url) == ("PS-2", True, f"{URL}/salesInvoices({GUID % 8})")
        assert len(posted.requests) == 1


def test_an_order_that_is_invoiced_in_part_is_a_decision() -> None:
    """M41: 204 is answered then too; the total tells."""
    part = sale(number="PS-2", orderId=ID, status="Open", totalAmountIncludingTax=0.03)
    with pytest.raises(NeedsDecision) as caught:
        posting((204, None), listed(part)).ledger.book(GROSS, ORDER)
    assert caught.value.problem.code == "RECORDED_DIFFERENTLY"
    with pytest.raises(WillRetry):
        posting((204, None), listed()).ledger.book(GROSS, ORDER)


def test_an_order_is_not_booked() -> None:
    """M3."""
    document = order(CHART, "nt-1001", INVOICE.lines, DAY)
    fake = Fake(lambda *_: listed())
    assert fake.ledger.book(document, ORDER) == ORDER
    assert fake.ledger.entries_of(document, ORDER) == ()
    assert fake.requests == []


def test_entries_with_their_dimensions() -> None:
    """M42 M48: only those of the document's own kind; global dimensions as cost centre and project."""
    dimensions = [{"code": "DEPARTMENT", "valueCode": "BUTIK"}, {"code": "AREA", "valueCode": "30"}]
    rows = [entry("1510", "125.00", dimensionSetLines=dimensions), entry("1580", "1.00", kind="Payment")]
    fake = Fake(lambda *_: listed(*rows))
    booked = msgspec.structs.replace(DRAFT, number="PS-1", booked=True)
    entries = fake.ledger.entries_of(INVOICE, booked)
    assert [(e.account, str(e.amount), e.cost_centre, e.project) for e in entries] == [
        ("1510", "125.0 SEK", "BUTIK", "")
    ]
    assert fake.ledger.entries_of(INVOICE, DRAFT) == ()
    assert len(fake.ledger.entries("1510", DAY, DAY)) == 2


def test_a_customer_in_one_group_and_another() -> None:
    """M20 M22 M88: the group is the country's, sent as an id; a group the ledger lacks is held."""

    def handler(method: str, path: str, body: Any) -> Reply:
        same = {"id": ID, "number": "C1", "email": "EVA@example.com"}
        longer = {"id": GUID % 9, "number": "C0", "email": "eva@example.com.au"}
        return listed(longer, same) if method == "GET" else (200, same)

    fake = Fake(handler)
    assert fake.ledger.find_customer(card()) == "C1"
    assert fake.ledger.ensure_customer(card(country="NO", region=VatRegion.EXPORT), None) == "C1"
    assert (fake.names()[-1], fake.bodies[-1]["taxAreaId"]) == ("PATCH customers(id)", GUID % 2)
    with pytest.raises(NeedsLedgerSetup) as caught:
        fake.ledger.ensure_customer(card(country="DE", region=VatRegion.EU_DISTANCE), None)
    assert caught.value.problem.cause == "vat_area:OSSDE"


LONG = f"{'a' * 90}@example.com"  # longer than the e-mail field, so it is not kept there


def test_a_customer_without_an_address_to_search_by() -> None:
    """M22: its number is made from our key, so that looking again finds it."""
    held: list[dict[str, Any]] = []

    def handler(method: str, path: str, body: Any) -> Reply:
        if method == "GET":
            return listed(*held)
        held.append({"id": ID, **body})
        return 201, held[-1]

    fake = Fake(handler)
    for key, number in (("shop:nt:17", "SHOP:NT:17"), ("collective:SE", "COLLECTIVE:^S^E")):
        held.clear()
        assert fake.ledger.find_customer(card(key=key)) is None
        assert fake.ledger.ensure_customer(card(key=key), None) == number
        assert fake.ledger.find_customer(card(key=key)) == number
    held.clear()
    long = card(key=f"email:{LONG}", email=LONG)
    assert fake.ledger.ensure_customer(long, None) == names.number_of(long.key)
    assert "email" not in held[0]
    assert fake.ledger.find_customer(long) == held[0]["number"]


def test_an_article_is_made_once() -> None:
    """M10: rows name accounts, so none is ever needed; asked for, it is made when it is not there."""
    held: list[dict[str, Any]] = []

    def handler(method: str, path: str, body: Any) -> Reply:
        if method == "GET":
            return listed(*held)
        held.append({**body, "number": body["number"].upper()})
        return 201, held[-1]

    fake = Fake(handler)
    assert fake.ledger.needs_article("t-100") is False
    for _ in range(2):
        fake.ledger.ensure_article("t-100", "Te")
    assert [row["number"] for row in held] == ["T-100"]


def test_a_receipt_that_names_nothing_is_our_fault() -> None:
    """M48."""
    with pytest.raises(OurFault):
        Fake(lambda *_: listed()).ledger.book(INVOICE, Receipt(number="1", total=Money.of("1", "SEK")))
