"""FortnoxLedger: the ledger protocol over Fortnox's API.

Decides which calls a step takes and what their answers mean for us. HTTP is `client`, JSON is `translate`, the
comparison is `compare`, refusals are `refusals`. Never retries by itself and never keeps anything but known articles,
read vouchers and the tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from urllib.parse import quote as percent

from kontera.accounting.documents import (
    CustomerCard,
    CustomerPayment,
    Document,
    SalesInvoice,
    SalesOrder,
    Voucher,
)
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import Caller, Exchange, RateWindow, ReadinessCheck, check_settings
from kontera.clock import Clock
from kontera.errors import OurFault, Problem
from kontera.ledgers.fortnox import compare, quoting, translate
from kontera.ledgers.fortnox.arithmetic import written
from kontera.ledgers.fortnox.books import Books
from kontera.ledgers.fortnox.client import FortnoxClient, Refused
from kontera.ledgers.fortnox.customers import Customers
from kontera.ledgers.fortnox.oauth import LoadSettings, SaveSettings, Tokens
from kontera.ledgers.fortnox.payments import Payments
from kontera.ledgers.fortnox.readiness import readiness
from kontera.ledgers.fortnox.refusals import explain
from kontera.ledgers.fortnox.settings import CALLS_PER_WINDOW, SETTINGS, WINDOW_SECONDS, options_from
from kontera.ledgers.fortnox.snapshot import Reader
from kontera.ledgers.fortnox.wire import InvoiceWrap, OrderWrap, SalesDocument, VoucherAnswer, VoucherWrap, text_of
from kontera.ledgers.protocol import AlreadyRecorded, Bound, Entry, Quote, Receipt, Recorded, RecordedDifferently
from kontera.ledgers.protocol import RecordOutcome as Outcome

HOME = "SEK"


def connect(
    settings: Mapping[str, str],
    clock: Clock,
    record: Callable[[Exchange], None],
    save_settings: SaveSettings,
    *,
    load_settings: LoadSettings | None = None,
    window: RateWindow | None = None,
    timeout: float = 30.0,
) -> FortnoxLedger:
    """A ledger for the settings of a connection. record: keeps every exchange. window: shared by the workers of the
    lane; by default one of Fortnox's size. save_settings, load_settings: see oauth.Tokens."""
    values = check_settings(SETTINGS, settings)
    own_window = window or RateWindow(clock, CALLS_PER_WINDOW, WINDOW_SECONDS)
    caller = Caller(values["base_url"], clock, own_window, record, vendor="Fortnox", timeout=timeout)
    return FortnoxLedger(values, caller, save_settings, load_settings)


class FortnoxLedger:
    """One company's books in Fortnox. Safe to use from several threads."""

    def __init__(
        self,
        settings: Mapping[str, str],
        caller: Caller,
        save_settings: SaveSettings,
        load_settings: LoadSettings | None = None,
    ) -> None:
        values = check_settings(SETTINGS, settings)
        self.options = options_from(values)
        self.tokens = Tokens(values, caller, save_settings, load_settings)
        self.client = FortnoxClient(caller, self.tokens)
        self._customers = Customers(self.client)
        self._payments = Payments(self.client, HOME)
        self._books = Books(self.client, HOME)
        self._articles: set[str] = set()

    def close(self) -> None:
        """Let go of open connections."""
        self.client.caller.close()

    def sign_in(self, code: str, redirect_uri: str) -> None:
        """Trade the code of a consent for tokens, saved before they are used. Raises NeedsSignIn when it is refused."""
        self.tokens.exchange(code, redirect_uri)

    def readiness(self) -> list[ReadinessCheck]:
        """See Ledger."""
        with self._explained():
            return readiness(self.client, self.options)

    def setup(self) -> LedgerSetup:
        """See Ledger."""
        with self._explained():
            reader = Reader(self.client, self.options)
            setup = reader.read()
            reader.whole()
            return setup

    def go_by(self, setup: LedgerSetup) -> None:
        """Nothing: writing needs no keys of Fortnox's own."""

    def quote(self, document: Document, setup: LedgerSetup) -> Quote:
        """See Ledger. Pure."""
        return quoting.quote(document, setup, self.options)

    def needs_article(self, number: str) -> bool:
        """Only when the connection writes article numbers, and this one is not known to exist yet."""
        return bool(number) and self.options.create_articles and number not in self._articles

    def find_customer(self, card: CustomerCard) -> str | None:
        """See Ledger."""
        with self._explained():
            return self._customers.find(card)

    def ensure_customer(self, card: CustomerCard, number: str | None) -> str:
        """See Ledger."""
        with self._explained(document="customer"):
            return self._customers.ensure(card, number)

    def ensure_article(self, number: str, text: str, unit: str = "") -> None:
        """See Ledger. The unit is left to Fortnox: it would have to exist there."""
        if number in self._articles:
            return
        with self._explained(document="article", article=number):
            if not self._has_article(number):
                try:
                    self.client.post(dict[str, object], "/3/articles", translate.article_body(number, text))
                except Refused:
                    if not self._has_article(number):  # somebody else was faster: as good as ours
                        raise
        self._articles.add(number)

    def find(self, document: Document, bound: Bound) -> Outcome | None:
        """See Ledger."""
        with self._explained(document):
            if isinstance(document, CustomerPayment):
                return self._payments.find(document, bound)
            if isinstance(document, Voucher):
                return self._find_voucher(document)
            return self._find_sales(document, bound)

    def record(self, document: Document, bound: Bound) -> Outcome:
        """See Ledger. One call; its answer is compared with the document. RecordedDifferently here means that Fortnox
        took the document and made something else of it: it is there, unbooked, and must not be booked."""
        with self._explained(document):
            if isinstance(document, CustomerPayment):
                return self._payments.record(document, bound)
            if isinstance(document, Voucher):
                body = translate.voucher_body(document)
                answer = self.client.post(VoucherWrap, "/3/vouchers", body).voucher
                differences = compare.voucher_differences(document, answer)
                return _recorded(compare.voucher_receipt(answer), differences)
            made = self._post_sales(document, bound)
            differences = compare.sales_differences(document, made, bound, self.options)
            return _recorded(compare.sales_receipt(made), differences)

    def book(self, document: Document, receipt: Receipt) -> Receipt:
        """See Ledger. An order books nothing; a voucher is booked by being recorded."""
        if isinstance(document, SalesOrder | Voucher):
            return receipt
        with self._explained(document):
            if isinstance(document, CustomerPayment):
                return self._payments.book(document, receipt)
            path = f"/3/invoices/{receipt.number}"
            try:
                booked = self.client.put(InvoiceWrap, f"{path}/bookkeep").document
            except Refused:
                booked = self.client.get(InvoiceWrap, path).document
                if not booked.booked:
                    raise
            return compare.sales_receipt(booked)

    def entries_of(self, document: Document, receipt: Receipt) -> tuple[Entry, ...]:
        """See Ledger. Empty for an order, and for what is not booked."""
        if not receipt.voucher_number:
            return ()
        with self._explained(document):
            return self._books.voucher(receipt.voucher_series, receipt.voucher_number, receipt.voucher_year)

    def entries(self, account: str, start: date, end: date) -> tuple[Entry, ...]:
        """See Ledger. One call per voucher of the period that is not known yet: the list carries no rows."""
        with self._explained():
            return self._books.entries(account, start, end)

    def _post_sales(self, document: SalesInvoice | SalesOrder, bound: Bound) -> SalesDocument:
        if not bound.customer:
            facts = {"order": document.order_number, "reason": "no customer number for the document"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts))
        form = written(document, self.options.vat_per_row, self.options.rounds_totals)
        try:
            if isinstance(document, SalesOrder):
                body = translate.order_body(document, form, bound, self.options)
                return self.client.post(OrderWrap, "/3/orders", body).document
            body = translate.invoice_body(document, form, bound, self.options)
            return self.client.post(InvoiceWrap, "/3/invoices", body).document
        except Refused:
            self._articles.difference_update(line.article for line in document.lines)  # one may be gone: look again
            raise

    def _find_sales(self, document: SalesInvoice | SalesOrder, bound: Bound) -> Outcome | None:
        kind: type[OrderWrap | InvoiceWrap] = OrderWrap if isinstance(document, SalesOrder) else InvoiceWrap
        name, path = ("Orders", "/3/orders") if isinstance(document, SalesOrder) else ("Invoices", "/3/invoices")
        params = {"externalinvoicereference1": document.reference}
        numbers = [
            text_of(row.number)
            for row in self.client.pages(SalesDocument, name, path, params)
            if row.reference == document.reference and not row.cancelled
        ]  # the search finds parts of words
        held = [self.client.get(kind, f"{path}/{number}").document for number in numbers]
        ours = [answer for answer in held if not answer.is_credit and not answer.cancelled]
        if not ours:
            return None
        differences = compare.sales_differences(document, ours[0], bound, self.options)
        if len(ours) > 1:
            differences["documents"] = ("1", ", ".join(text_of(answer.number) for answer in ours))
        return _found(compare.sales_receipt(ours[0]), differences)

    def _find_voucher(self, document: Voucher) -> Outcome | None:
        day = document.date.isoformat()
        params = {"financialyeardate": day, "fromdate": day, "todate": day}
        for row in self.client.pages(VoucherAnswer, "Vouchers", "/3/vouchers", params):
            if row.comments == document.reference and row.series == document.series:
                whole = self._books.fetch(text_of(row.series), text_of(row.number), text_of(row.year))
                return _found(compare.voucher_receipt(whole), compare.voucher_differences(document, whole))
        return None

    def _has_article(self, number: str) -> bool:
        if number.isalnum() or not set(number) & set("/\\+$,"):
            path = f"/3/articles/{percent(number, safe='')}"
            return self.client.get_or_none(dict[str, object], path) is not None
        rows = self.client.pages(dict[str, object], "Articles", "/3/articles", {"articlenumber": number})
        return any(row.get("ArticleNumber") == number for row in rows)

    @contextmanager
    def _explained(self, about: Document | None = None, **context: str) -> Iterator[None]:
        """Refusals by Fortnox leave as errors of ours."""
        try:
            yield
        except Refused as refused:
            now = self.client.caller.clock.now
            raise explain(refused, about, context, lambda: now().strftime("%Y-%m-%d %H:%M UTC")) from refused


def _recorded(receipt: Receipt, differences: compare.Differences) -> Outcome:
    return RecordedDifferently(receipt=receipt, differences=differences) if differences else Recorded(receipt=receipt)


def _found(receipt: Receipt, differences: compare.Differences) -> Outcome:
    if differences:
        return RecordedDifferently(receipt=receipt, differences=differences)
    return AlreadyRecorded(receipt=receipt)
