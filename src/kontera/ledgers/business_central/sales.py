"""Invoices and orders: written, found again, posted.

Decides which record of Business Central is ours and whether it is posted. An invoice of ours is a salesInvoice, or a
salesOrder where only prices with VAT reach the total (`arithmetic.written`); an order is then shipped and invoiced at
once. What became of a posting whose answer was lost is read, not guessed: the posted invoice has another number, a
posted order is gone and its invoice names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kontera.accounting.documents import SalesInvoice, SalesOrder
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import vendor_problem
from kontera.errors import NeedsDecision, OurFault, Problem, Uncertain, WillRetry
from kontera.ledgers.business_central import compare, names
from kontera.ledgers.business_central.arithmetic import written
from kontera.ledgers.business_central.books import INVOICE, Books
from kontera.ledgers.business_central.client import (
    VENDOR,
    BusinessCentralClient,
    Call,
    Refused,
    Result,
    filtered,
    literal,
)
from kontera.ledgers.business_central.dimensions import write_line_dimensions
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.business_central.snapshot import dimensions_of
from kontera.ledgers.business_central.translate import sales_body
from kontera.ledgers.business_central.wire import SalesDocument
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Receipt, Recorded, RecordedDifferently, RecordOutcome

_WITHDRAWN = frozenset({"Canceled", "Corrective"})
_UNPOSTED = frozenset({"Draft", "In Review", "In_x0020_Review"})
_ADDRESS = re.compile(r"/(salesInvoices|salesOrders)\(([0-9a-fA-F-]{36})\)$")
Sale = SalesInvoice | SalesOrder


class Sales:
    """The sales documents of one company."""

    def __init__(
        self, client: BusinessCentralClient, options: Options, known: Callable[[], LedgerSetup], books: Books
    ) -> None:  # fmt: skip
        self._client = client
        self._options = options
        self._known = known
        self._books = books

    def record(self, document: Sale, bound: Bound) -> RecordOutcome:
        """Write it and read it back in one request."""
        form, known = written(document, self._options), self._known()
        body = sales_body(document, form, bound, known.keys)
        path = "salesOrders" if form.as_order else "salesInvoices"
        results = self._client.batch([Call("POST", path, body), _by_reference(path, document)], writes=True)
        made = self._client.read(SalesDocument, results[0])
        held = next((row for row in self._read_back(results[1]) if row.id == made.id), None)
        if held is None:
            raise Uncertain(vendor_problem("DELIVERY_UNCERTAIN", VENDOR, f"POST {path}", "written, but not read back"))
        receipt = compare.sales_receipt(held, False, self._client.url, form.as_order)
        differences = compare.sales_differences(document, form, held, bound)
        if differences:
            return RecordedDifferently(receipt=receipt, differences=differences)
        return Recorded(receipt=receipt)

    def find(self, document: Sale, bound: Bound) -> RecordOutcome | None:
        """Ours among invoices and orders, whatever a person made of it since; what was cancelled is not."""
        calls = [_by_reference(path, document) for path in ("salesInvoices", "salesOrders")]
        results = self._client.batch(calls, writes=False)
        reference = names.code_of(document.reference)
        found: list[tuple[SalesDocument, bool]] = []
        for result, as_order in zip(results, (False, True), strict=True):
            rows = self._client.rows(SalesDocument, result)
            ours = (row for row in rows if row.external_document_number == reference and not _withdrawn(row, document))
            found += [(row, as_order) for row in ours]
        if not found:
            return None
        held, as_order = found[0]
        booked = not as_order and self._is_posted(held)
        receipt = compare.sales_receipt(held, booked, self._client.url, as_order)
        differences = compare.sales_differences(document, written(document, self._options), held, bound)
        if len(found) > 1:
            differences["documents"] = ("1", ", ".join(row.number for row, _ in found))
        if differences:
            return RecordedDifferently(receipt=receipt, differences=differences)
        return AlreadyRecorded(receipt=receipt)

    def book(self, document: SalesInvoice, receipt: Receipt) -> Receipt:
        """Post it and read it back in one request; posted already is success. Lines with dimensions of their own are
        given them first."""
        place = _ADDRESS.search(receipt.url)
        if place is None:
            facts = {"order": document.order_number, "reason": f"the receipt names no document: {receipt.url}"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts))
        path, key = place.groups()
        write_line_dimensions(self._client, dimensions_of(self._known()), document, path, key, receipt.number)
        post = self._post_order if path == "salesOrders" else self._post_invoice
        posted = post(key, receipt)
        total = posted.total
        if receipt.total is not None and receipt.total.amount != total:
            facts = {"order": document.order_number, "document": document.reference, "number": posted.number}
            told = f"total: {receipt.total} / {total:f} {posted.currency_code}"
            raise NeedsDecision(Problem(code="RECORDED_DIFFERENTLY", facts={**facts, "differences": told}))
        return compare.sales_receipt(posted, True, self._client.url, False)

    def _post_invoice(self, key: str, receipt: Receipt) -> SalesDocument:
        path = f"salesInvoices({key})"
        calls = [Call("POST", f"{path}/Microsoft.NAV.post"), Call("GET", path)]
        posting, reading = self._client.batch(calls, writes=True)
        held = self._one(reading)
        renumbered = held.number != receipt.number and held.status not in _UNPOSTED
        if renumbered or self._is_posted(held):
            return held
        self._client.check(posting)
        raise WillRetry(vendor_problem("VENDOR_BUSY", VENDOR, posting.call.request, "accepted, but not posted yet"), 30)

    def _post_order(self, key: str, receipt: Receipt) -> SalesDocument:
        calls = [
            Call("POST", f"salesOrders({key})/Microsoft.NAV.shipAndInvoice"),
            Call("GET", filtered("salesInvoices", f"orderNumber eq {literal(receipt.number)}")),
        ]
        posting, reading = self._client.batch(calls, writes=True)
        rows = self._client.rows(SalesDocument, reading) if reading.status == 200 else self._invoices_of(receipt.number)
        held = next((row for row in rows if row.order_id == key and row.status not in _WITHDRAWN), None)
        if held is not None:
            return held
        self._client.check(posting)
        raise WillRetry(vendor_problem("VENDOR_BUSY", VENDOR, posting.call.request, "accepted, but no invoice yet"), 30)

    def _invoices_of(self, order: str) -> list[SalesDocument]:
        return list(self._client.pages(SalesDocument, filtered("salesInvoices", f"orderNumber eq {literal(order)}")))

    def _one(self, reading: Result) -> SalesDocument:
        if reading.status == 200:
            return self._client.read(SalesDocument, reading)
        return self._client.get(SalesDocument, reading.call.path)

    def _is_posted(self, held: SalesDocument) -> bool:
        """Open is said of a released draft too: then the general ledger decides."""
        if held.status == "Open":
            return bool(self._books.posted(held.number, INVOICE))
        return held.status not in _UNPOSTED

    def _read_back(self, result: Result) -> list[SalesDocument]:
        """After a write that succeeded nothing may look as if it had not."""
        try:
            return self._client.rows(SalesDocument, result)
        except (Refused, WillRetry) as error:
            problem = vendor_problem("DELIVERY_UNCERTAIN", VENDOR, result.call.request, str(error))
            raise Uncertain(problem) from error


def _by_reference(path: str, document: Sale) -> Call:
    condition = f"externalDocumentNumber eq {literal(names.code_of(document.reference))}"
    lines = "salesOrderLines" if path == "salesOrders" else "salesInvoiceLines"
    return Call("GET", filtered(path, condition, expand=lines))


def _withdrawn(row: SalesDocument, document: Sale) -> bool:
    """Cancelled; or the empty invoice Business Central posts to fill the gap of a deleted draft's number."""
    empty = not row.total and not row.lines and bool(document.total)
    return row.status in _WITHDRAWN or (empty and row.status not in _UNPOSTED)
