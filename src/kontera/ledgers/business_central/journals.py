"""Payments and vouchers: written into journals of ours, posted, found again.

Decides which journal carries what. A customer payment's balancing account is its journal's, so there is one journal per
clearing account; posting takes all its lines or none, so a line that is refused moves to a journal of its own, where it
stops nobody else. Their document numbers are made from our references, which is how they are found once posted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kontera.accounting.documents import CustomerPayment, Voucher
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import vendor_problem
from kontera.errors import NeedsLedgerSetup, OurFault, Problem, Uncertain
from kontera.ledgers.business_central import compare, menus, names
from kontera.ledgers.business_central.books import OTHER, PAYMENT, Books, of_document, of_kind
from kontera.ledgers.business_central.client import (
    VENDOR,
    BusinessCentralClient,
    Call,
    Refused,
    Result,
    filtered,
    literal,
)
from kontera.ledgers.business_central.predict import payment_entries, voucher_entries
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.business_central.snapshot import dimensions_of
from kontera.ledgers.business_central.translate import payment_body, voucher_line
from kontera.ledgers.business_central.wire import EntryAnswer, Identified, Journal, Payment, SalesDocument
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently, RecordOutcome
from kontera.ledgers.subjects import NONE_OF_OURS

_JOURNALS = "customerPaymentJournals"
_DUPLICATE = "Internal_EntityWithSameKeyExists"


class Payments:
    """The customer payments of one company."""

    def __init__(
        self, client: BusinessCentralClient, options: Options, known: Callable[[], LedgerSetup], books: Books
    ) -> None:  # fmt: skip
        self._client = client
        self._options = options
        self._known = known
        self._books = books
        self._ids: dict[str, str] = {}

    def journal(self, account: str, code: str = "", rule: str = NONE_OF_OURS) -> str:
        """The id of the journal for a clearing account (or with that code), made when there is none. rule: the one that
        chose the account."""
        code = code or names.journal_of(account)
        found = self._journal(code)
        if found is None:
            account_id = self._known().keys.get(f"account:{account}", "")
            if not account_id:
                facts = {"order": "", "account": account, "rule": rule, "where": menus.ACCOUNTS}
                raise NeedsLedgerSetup(Problem(code="ACCOUNT_MISSING", cause=f"account:{account}", facts=facts))
            found = self._ids[code] = self._made(code, account, account_id)
        return found

    def _made(self, code: str, account: str, account_id: str) -> str:
        """Make it; another call in flight may have made it since we looked."""
        body = {"code": code, "displayName": f"Kontera {account}", "balancingAccountId": account_id}
        try:
            return self._client.post(Journal, _JOURNALS, body).id
        except Refused as refused:
            found = self._journal(code) if refused.code == _DUPLICATE else None
            if found is None:
                raise
            return found

    def record(self, document: CustomerPayment, bound: Bound) -> RecordOutcome:
        """Write the line; it is not posted yet."""
        if not bound.invoice:
            facts = {"order": document.order_number, "reason": "no invoice number for the payment"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts))
        journal = self.journal(document.account, rule=document.postings[0].why.rule)
        try:
            made = self._insert(journal, document, bound)
        except Refused as refused:
            held = self.find(document, bound) if refused.code == _DUPLICATE else None
            if held is None:
                raise
            return held
        differences = compare.payment_differences(document, made, bound)
        if differences:
            return RecordedDifferently(receipt=self._receipt(document, False), differences=differences)
        return Recorded(receipt=self._receipt(document, False))

    def find(self, document: CustomerPayment, bound: Bound) -> RecordOutcome | None:
        """Ours, posted or in one of our journals."""
        posted = self._books.posted(names.number_of(document.reference), PAYMENT)
        if posted:
            known = self._known()
            expected = payment_entries(document, known, self._options)
            differences = compare.entry_differences(
                document.date.isoformat(), expected, posted, known.currency
            )  # fmt: skip
            return _found(self._receipt(document, True), differences)
        for code in (names.journal_of(document.account), names.own_journal(document.reference)):
            line = self._line(self._journal(code), document)
            if line is not None:
                differences = compare.payment_differences(document, line, bound)
                return _found(self._receipt(document, False), differences)
        return None

    def book(self, document: CustomerPayment, receipt: Receipt) -> Receipt:
        """Post; posted already is success. When the journal is refused, ours is moved and posted alone."""
        if receipt.booked:
            return receipt
        booked = self._receipt(document, True)
        journal = self.journal(document.account, rule=document.postings[0].why.rule)
        if self._posted(self._post(journal, document), document):
            return booked
        own = self._isolated(document)
        results = self._post(own, document)
        if self._posted(results, document):
            return booked
        self._client.check(results[0])
        raise Uncertain(
            vendor_problem("DELIVERY_UNCERTAIN", VENDOR, results[0].call.request, "posted, but no entries yet")
        )

    def _isolated(self, document: CustomerPayment) -> str:
        """The id of the document's own journal, with its line in it and nowhere else. Taken away first: a crash
        between the two leaves no line, and this makes it again; the other way round it would be posted twice."""
        own = self.journal(document.account, names.own_journal(document.reference), document.postings[0].why.rule)
        if self._line(own, document) is not None:
            return own
        shared = self._journal(names.journal_of(document.account))
        line = self._line(shared, document)
        invoice = line.applies_to_invoice_number if line else self._invoice_number(document)
        if line is not None:
            self._client.delete(f"{_JOURNALS}({shared})/customerPayments({line.id})")
        self._insert(own, document, Bound(invoice=invoice))
        return own

    def _invoice_number(self, document: CustomerPayment) -> str:
        reference = names.code_of(document.invoice)
        path = filtered("salesInvoices", f"externalDocumentNumber eq {literal(reference)}")
        held = [row for row in self._client.pages(SalesDocument, path) if row.status in ("Open", "Paid")]
        if len(held) == 1:
            return held[0].number
        facts = {"order": document.order_number, "document": "customer_payment"}
        reason = f"{len(held)} posted invoices carry the reference {reference}"
        raise NeedsLedgerSetup(Problem(code="LEDGER_REFUSED", facts={**facts, "reason": reason}))

    def _insert(self, journal: str, document: CustomerPayment, bound: Bound) -> Payment:
        return self._client.post(Payment, f"{_JOURNALS}({journal})/customerPayments", payment_body(document, bound))

    def _post(self, journal: str, document: CustomerPayment) -> list[Result]:
        post = Call("POST", f"journals({journal})/Microsoft.NAV.post")
        return self._client.batch([post, of_document(names.number_of(document.reference))], writes=True)

    def _posted(self, results: list[Result], document: CustomerPayment) -> bool:
        """The entries decide, not the answer to `post`: another call may have posted the line with its own."""
        if results[0].status >= 500 or results[0].status in (0, 408, 429):
            self._client.check(results[0])
        if results[1].status != 200:
            return bool(self._books.posted(names.number_of(document.reference), PAYMENT))
        return bool(of_kind(self._client.rows(EntryAnswer, results[1]), PAYMENT))

    def _journal(self, code: str) -> str | None:
        if code not in self._ids:
            rows = self._client.pages(Journal, filtered(_JOURNALS, f"code eq {literal(code)}"))
            found = next((row.id for row in rows if row.code == code), None)
            if found is None:
                return None
            self._ids[code] = found
        return self._ids[code]

    def _line(self, journal: str | None, document: CustomerPayment) -> Payment | None:
        if journal is None:
            return None
        number = names.number_of(document.reference)
        path = filtered(f"{_JOURNALS}({journal})/customerPayments", f"documentNumber eq {literal(number)}")
        return next((row for row in self._client.pages(Payment, path) if row.document_number == number), None)

    def _receipt(self, document: CustomerPayment, booked: bool) -> Receipt:
        number = names.number_of(document.reference)
        return Receipt(
            number=number,
            total=document.amount,
            booked=booked,
            voucher_number=number if booked else "",
        )


class Vouchers:
    """The vouchers of one company: each in a general journal of its own, gone again once it is posted."""

    def __init__(self, client: BusinessCentralClient, known: Callable[[], LedgerSetup], books: Books) -> None:
        self._client = client
        self._known = known
        self._books = books

    def record(self, document: Voucher) -> RecordOutcome:
        """Write the lines, post them, read them back. What an earlier attempt left in the journal goes first."""
        code, number = names.own_journal(document.reference), names.number_of(document.reference)
        rows = self._client.pages(Journal, filtered("journals", f"code eq {literal(code)}"))
        journal = next((row.id for row in rows if row.code == code), "")
        if not journal:
            journal = self._client.post(Journal, "journals", {"code": code, "displayName": "Kontera"}).id
        lines = f"journals({journal})/journalLines"
        left = [Call("DELETE", f"{lines}({row.id})") for row in self._client.pages(Identified, lines)]
        calls = left + [Call("POST", lines, body) for body in self._bodies(document)]
        made = self._client.batch(calls, writes=True)
        for result in made:
            self._client.check(result)
        self._write_dimensions(document, [self._client.read(Identified, result).id for result in made[len(left) :]])
        self._client.act(f"journals({journal})/Microsoft.NAV.post")
        posted = self._books.posted(number, OTHER)
        self._client.delete(f"journals({journal})")
        differences = self._differences(document, posted)
        if differences:
            return RecordedDifferently(receipt=_voucher_receipt(document), differences=differences)
        return Recorded(receipt=_voucher_receipt(document))

    def find(self, document: Voucher) -> RecordOutcome | None:
        """Ours among what is posted; lines that were never posted do not count."""
        posted = self._books.posted(names.number_of(document.reference), OTHER)
        return _found(_voucher_receipt(document), self._differences(document, posted)) if posted else None

    def _bodies(self, document: Voucher) -> list[Mapping[str, Any]]:
        day = document.date.isoformat()
        return [
            voucher_line(posting, place, document.reference, day, document.text)
            for place, posting in enumerate(document.postings, 1)
        ]

    def _write_dimensions(self, document: Voucher, keys: list[str]) -> None:
        calls = [
            Call("POST", f"journalLines({key})/dimensionSetLines", {"code": code, "valueCode": value})
            for key, posting in zip(keys, document.postings, strict=True)
            for code, value in zip(dimensions_of(self._known()), (posting.cost_centre, posting.project), strict=True)
            if code and value
        ]
        if calls:
            for result in self._client.batch(calls, writes=True):
                self._client.check(result)

    def _differences(self, document: Voucher, posted: list[EntryAnswer]) -> compare.Differences:
        currency = self._known().currency
        return compare.entry_differences(document.date.isoformat(), voucher_entries(document), posted, currency)


def _voucher_receipt(document: Voucher) -> Receipt:
    """Booked by being there."""
    number = names.number_of(document.reference)
    return Receipt(number=number, booked=True, voucher_number=number)


def _found(receipt: Receipt, differences: compare.Differences) -> RecordOutcome:
    if differences:
        return RecordedDifferently(receipt=receipt, differences=differences)
    return AlreadyRecorded(receipt=receipt)
