"""Payments and vouchers through journals: posted once, found again, and one bad line stops nobody else."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from kontera.errors import NeedsLedgerSetup, NeedsOperator, OurFault, Uncertain
from kontera.ledgers.business_central import names
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently
from kontera.ledgers.samples import invoice, line, payment, voucher
from tests.ledgers.business_central.fake import CHART, DAY, GUID, Fake, Reply, listed, refusal

INVOICE = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)
PAID = payment(CHART, INVOICE)
BOUND = Bound(customer="10000", invoice="PS-1")


class Journals:
    """Journals that post all their lines or none: a line whose document number is in `bad` refuses them all."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.lines: dict[str, list[dict[str, Any]]] = {}
        self.entries: list[dict[str, Any]] = []
        self.bad: set[str] = set()
        self.fake = Fake(self.answer)

    def answer(self, method: str, path: str, body: Any) -> Reply:
        """One call."""
        name = path.partition("?")[0]
        journal = re.search(r"\(([0-9a-f-]{36})\)", name)
        wanted = re.search(r"eq '([^']*)'", path)
        if name == "generalLedgerEntries":
            return listed(*(row for row in self.entries if wanted and row["documentNumber"] == wanted.group(1)))
        if name == "salesInvoices":
            return listed({"number": "PS-1", "status": "Open"})
        if name in ("customerPaymentJournals", "journals"):
            return self._journals(method, wanted.group(1) if wanted else "", body)
        assert journal is not None, path
        key = journal.group(1)
        if name.endswith("Microsoft.NAV.post"):
            return self._post(key)
        if method == "DELETE" and name.endswith(f"({key})") and name.count("(") == 1:
            self.codes = {code: held for code, held in self.codes.items() if held != key}
            return 204, None
        return self._lines(method, key, name, wanted.group(1) if wanted else "", body)

    def _journals(self, method: str, code: str, body: Any) -> Reply:
        if method == "GET":
            return listed(*({"id": key, "code": held} for held, key in self.codes.items() if held == code))
        if body["code"] in self.codes:
            return refusal("The record already exists.", "Internal_EntityWithSameKeyExists")
        key = GUID % (100 + len(self.lines))
        self.codes[body["code"]], self.lines[key] = key, []
        return 201, {"id": key, "code": body["code"]}

    def _lines(self, method: str, key: str, name: str, number: str, body: Any) -> Reply:
        held = self.lines[key]
        if method == "GET":
            return listed(*(row for row in held if not number or row["documentNumber"] == number))
        if method == "DELETE":
            self.lines[key] = [row for row in held if row["id"] not in name]
            return 204, None
        if any(row["lineNumber"] == body["lineNumber"] for row in held):
            return refusal("The record already exists.", "Internal_EntityWithSameKeyExists")
        row = {"id": GUID % (1000 + body["lineNumber"]), "appliesToInvoiceId": GUID % 5, **_floats(body)}
        held.append(row)
        return 201, row

    def _post(self, key: str) -> Reply:
        held = self.lines[key]
        if not held:
            return refusal("There is nothing to post.")
        if self.bad & {row["documentNumber"] for row in held}:
            return refusal("There is no Cust. Ledger Entry within the filter.")
        for row in held:
            payment_line = "appliesToInvoiceNumber" in row
            sides = [("1580", -row["amount"]), ("1510", row["amount"])] if payment_line else [
                (row["accountNumber"], row["amount"])
            ]  # fmt: skip
            self.entries += [
                {
                    "accountNumber": account, "debitAmount": amount, "documentNumber": row["documentNumber"],
                    "documentType": "Payment" if payment_line else "_x0020_", "postingDate": row["postingDate"],
                }
                for account, amount in sides
            ]  # fmt: skip
        self.lines[key] = []
        return 204, None

    def numbers(self) -> list[str]:
        """The documents posted, once for each entry on the first account."""
        return [row["documentNumber"] for row in self.entries if row["accountNumber"] in ("1580", "1930")]


def _floats(body: dict[str, Any]) -> dict[str, Any]:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in body.items()}


def test_a_payment_is_written_and_posted_in_two_requests() -> None:
    """M5 M48: once the journal of its clearing account is known; negative, since money came in."""
    books = Journals()
    books.fake.ledger.payments.journal("1580")
    before = len(books.fake.requests)
    outcome = books.fake.ledger.record(PAID, BOUND)
    assert isinstance(outcome, Recorded)
    assert outcome.receipt == Receipt(number="NT-1001-P1", total=PAID.amount)
    sent = books.fake.bodies[-1]
    assert (sent["amount"], sent["appliesToInvoiceNumber"], sent["documentNumber"]) == (-125, "PS-1", "NT-1001-P1")
    receipt = books.fake.ledger.book(PAID, outcome.receipt)
    assert receipt == Receipt(number="NT-1001-P1", total=PAID.amount, booked=True, voucher_number="NT-1001-P1")
    assert len(books.fake.requests) - before == 2
    assert receipt == books.fake.ledger.book(PAID, outcome.receipt)
    assert books.numbers() == ["NT-1001-P1"]


def test_the_journal_of_an_account_is_made_once() -> None:
    """M5: balanced on the clearing account, its code without digits; an account that is not there is named."""
    books = Journals()
    assert books.fake.ledger.payments.journal("1580") == books.fake.ledger.payments.journal("1580")
    made = [body for call, body in zip(books.fake.calls, books.fake.bodies, strict=True) if call.startswith("POST")]
    assert made == [{"code": "KBFIA", "displayName": "Kontera 1580", "balancingAccountId": GUID % 3}]
    with pytest.raises(NeedsLedgerSetup) as caught:
        books.fake.ledger.record(payment(CHART, INVOICE, account="1599"), BOUND)
    assert caught.value.problem.cause == "account:1599"


def test_a_journal_that_another_call_made_meanwhile_is_used() -> None:
    """M100: the first payments of an account leave together; each looks, and only one makes the journal."""
    books = Journals()
    look, others = books._journals, GUID % 77

    def raced(method: str, code: str, body: Any) -> Reply:
        found = look(method, code, body)
        if method == "GET":  # made by the other call right after we looked
            books.codes.setdefault(code, others)
            books.lines.setdefault(others, [])
        return found

    books._journals = raced  # type: ignore[method-assign]
    assert others == books.fake.ledger.payments.journal("1580")


def test_a_payment_is_found_written_and_posted() -> None:
    """M1 M100: by an adapter that remembers nothing; another amount is a decision."""
    books = Journals()
    assert books.fake.ledger.find(PAID, BOUND) is None
    made = books.fake.ledger.record(PAID, BOUND)
    found = books.fake.ledger.find(PAID, BOUND)
    assert found == AlreadyRecorded(receipt=made.receipt)
    books.fake.ledger.book(PAID, made.receipt)
    booked = books.fake.ledger.find(PAID, BOUND)
    assert isinstance(booked, AlreadyRecorded)
    assert booked.receipt.booked
    smaller = books.fake.ledger.find(payment(CHART, INVOICE, "100.00"), BOUND)
    assert isinstance(smaller, RecordedDifferently)
    assert set(smaller.differences) == {"account 1510", "account 1580"}


def test_the_same_payment_written_twice_is_the_first_one() -> None:
    """M100: its line number is its own, so the journal refuses a second one."""
    books = Journals()
    books.fake.ledger.record(PAID, BOUND)
    again = books.fake.ledger.record(PAID, BOUND)
    assert isinstance(again, AlreadyRecorded)
    assert [len(held) for held in books.lines.values()] == [1]


def test_a_payment_for_an_invoice_that_is_not_posted_is_told() -> None:
    """M5: any number is accepted by the journal; the invoice's id stays blank."""
    books = Journals()
    original = books._lines

    zero = "00000000-0000-0000-0000-000000000000"
    books._lines = lambda *given: _without_id(original(*given), zero)  # type: ignore[method-assign]
    outcome = books.fake.ledger.record(PAID, BOUND)
    assert isinstance(outcome, RecordedDifferently)
    assert "invoice" in outcome.differences
    with pytest.raises(OurFault):
        books.fake.ledger.record(PAID, Bound(customer="10000"))


def _without_id(reply: Reply, zero: str) -> Reply:
    assert not isinstance(reply, Exception)
    status, row = reply
    return status, ({**row, "appliesToInvoiceId": zero} if row and "id" in row else row)


def test_one_bad_payment_stops_no_other() -> None:
    """M98 M100: each that meets the refusal moves to a journal of its own; the good ones are posted, once."""
    books = Journals()
    good, bad = payment(CHART, INVOICE, "25.00", 1), payment(CHART, INVOICE, "100.00", 2)
    receipts = [books.fake.ledger.record(document, BOUND).receipt for document in (good, bad)]
    books.bad = {"NT-1001-P2"}
    assert books.fake.ledger.book(good, receipts[0]).booked
    with pytest.raises(NeedsOperator) as caught:
        books.fake.ledger.book(bad, receipts[1])
    assert "Cust. Ledger Entry" in caught.value.problem.facts["reason"]
    later = payment(CHART, INVOICE, "10.00", 3)
    made = books.fake.ledger.record(later, BOUND)
    assert books.fake.ledger.book(later, made.receipt).booked
    found = books.fake.ledger.find(bad, BOUND)
    assert isinstance(found, AlreadyRecorded)
    assert not found.receipt.booked
    books.bad = set()
    assert books.fake.ledger.book(bad, receipts[1]).booked
    assert sorted(books.numbers()) == ["NT-1001-P1", "NT-1001-P2", "NT-1001-P3"]


def test_a_line_that_got_lost_between_two_journals_is_made_again() -> None:
    """M100: a crash after it was taken away; the invoice is found by its reference."""
    books = Journals()
    made = books.fake.ledger.record(PAID, BOUND)
    books.lines = {key: [] for key in books.lines}
    assert books.fake.ledger.book(PAID, made.receipt).booked
    assert books.numbers() == ["NT-1001-P1"]


def test_posting_whose_answer_is_lost_inside_is_uncertain() -> None:
    """M100."""
    books = Journals()
    made = books.fake.ledger.record(PAID, BOUND)
    books._post = lambda key: (504, {})  # type: ignore[method-assign]
    with pytest.raises(Uncertain):
        books.fake.ledger.book(PAID, made.receipt)


def test_a_voucher_is_written_once_and_its_journal_is_gone() -> None:
    """M77 M100: found by its document number; what an earlier attempt left unposted goes first."""
    books = Journals()
    document = voucher(CHART, "payout-77", DAY)
    key = GUID % 500
    books.codes[names.own_journal("payout-77")] = key
    books.lines[key] = [{"id": GUID % 501, "lineNumber": 10000, "documentNumber": "PAYOUT-77"}]
    outcome = books.fake.ledger.record(document, Bound())
    assert isinstance(outcome, Recorded)
    assert (outcome.receipt.booked, outcome.receipt.number) == (True, "PAYOUT-77")
    assert [(row["accountNumber"], row["debitAmount"]) for row in books.entries] == [("1930", 169.1), ("1580", -169.1)]
    assert books.codes == {}
    assert isinstance(books.fake.ledger.find(document, Bound()), AlreadyRecorded)
    assert isinstance(books.fake.ledger.find(voucher(CHART, "payout-77", DAY, "1.00"), Bound()), RecordedDifferently)
    assert books.fake.ledger.find(voucher(CHART, "payout-7", DAY), Bound()) is None
    entries = books.fake.ledger.entries_of(document, outcome.receipt)
    assert [str(entry.amount.amount) for entry in entries] == ["169.1", "-169.1"]
