"""BusinessCentralLedger: the ledger protocol over Business Central's API v2.0.

Decides which calls a step takes and what their answers mean for us. A document is written and read back in one
`$batch`, posted and read back in another. HTTP is `client`, JSON is `translate`, the comparison is `compare`, payments
and vouchers are `journals`, refusals are `refusals`. Never retries by itself and keeps nothing but the last set-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

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
from kontera.errors import NeedsLedgerSetup, OurFault, Problem
from kontera.ledgers.business_central import quoting, texts
from kontera.ledgers.business_central.books import INVOICE, OTHER, PAYMENT, Books, entries_from
from kontera.ledgers.business_central.client import BusinessCentralClient, Refused, filtered, literal
from kontera.ledgers.business_central.customers import Customers
from kontera.ledgers.business_central.journals import Payments, Vouchers
from kontera.ledgers.business_central.readiness import readiness
from kontera.ledgers.business_central.refusals import explain
from kontera.ledgers.business_central.sales import Sales
from kontera.ledgers.business_central.settings import CALLS_PER_WINDOW, SETTINGS, WINDOW_SECONDS, options_from
from kontera.ledgers.business_central.snapshot import Reader, dimensions_of
from kontera.ledgers.business_central.tokens import LoadSettings, SaveSettings, Tokens
from kontera.ledgers.business_central.wire import Identified
from kontera.ledgers.protocol import Bound, Entry, Quote, Receipt
from kontera.ledgers.protocol import RecordOutcome as Outcome


def connect(
    settings: Mapping[str, str],
    clock: Clock,
    record: Callable[[Exchange], None],
    save_settings: SaveSettings,
    *,
    load_settings: LoadSettings | None = None,
    window: RateWindow | None = None,
    timeout: float = 30.0,
) -> BusinessCentralLedger:
    """A ledger for the settings of a connection. record: keeps every exchange. window: shared by the workers of the
    lane; by default one of Business Central's size. save_settings, load_settings: see tokens.Tokens."""
    values = check_settings(SETTINGS, settings)
    own_window = window or RateWindow(clock, CALLS_PER_WINDOW, WINDOW_SECONDS)
    root = f"{values['base_url'].rstrip('/')}/{values['tenant_id']}/{values['environment']}/api/v2.0"
    caller = Caller(root, clock, own_window, record, vendor="Business Central", timeout=timeout)
    return BusinessCentralLedger(values, caller, save_settings, load_settings)


class BusinessCentralLedger:
    """One company's books in Business Central. Safe to use from several threads."""

    def __init__(
        self,
        settings: Mapping[str, str],
        caller: Caller,
        save_settings: SaveSettings,
        load_settings: LoadSettings | None = None,
    ) -> None:
        values = check_settings(SETTINGS, settings)
        self.options = options_from(values)
        tokens = Tokens(values, caller, save_settings, load_settings)
        self.client = BusinessCentralClient(
            caller,
            tokens,
            values["company"],
            values.get("company_found", ""),
            lambda found: save_settings({"company_found": found}),
        )
        self._held: LedgerSetup | None = None
        self._books = Books(self.client)
        self._customers = Customers(self.client, self.options, self._known)
        self.payments = Payments(self.client, self.options, self._known, self._books)
        self._vouchers = Vouchers(self.client, self._known, self._books)
        self._sales = Sales(self.client, self.options, self._known, self._books)

    def close(self) -> None:
        """Let go of open connections."""
        self.client.caller.close()

    def readiness(self) -> list[ReadinessCheck]:
        """See Ledger."""
        with self._explained():
            return readiness(self.client, self.options)

    def setup(self) -> LedgerSetup:
        """See Ledger. Writing goes by the set-up last read."""
        with self._explained():
            self._held = Reader(self.client, self.options).read()
            return self._held

    def go_by(self, setup: LedgerSetup) -> None:
        """See Ledger."""
        self._held = setup

    def quote(self, document: Document, setup: LedgerSetup) -> Quote:
        """See Ledger. Pure."""
        return quoting.quote(document, setup, self.options)

    def needs_article(self, number: str) -> bool:
        """Never: rows name the account our rules chose, and an item would bring its own. The SKU is on the row."""
        return False

    def find_customer(self, card: CustomerCard) -> str | None:
        """See Ledger."""
        with self._explained():
            return self._customers.find(card)

    def ensure_customer(self, card: CustomerCard, number: str | None) -> str:
        """See Ledger."""
        with self._explained(document="customer"):
            return self._customers.ensure(card, number)

    def ensure_article(self, number: str, text: str, unit: str = "") -> None:
        """See Ledger. The unit and the posting groups are left to the item template."""
        with self._explained(document="article", article=number):
            rows = self.client.pages(Identified, filtered("items", f"number eq {literal(number)}"))
            if not any(row.number == number.upper() for row in rows):
                body = {
                    "number": number,
                    "displayName": texts.label(text, texts.NAME, number),
                    "type": "Non_x002D_Inventory",
                }
                self.client.post(Identified, "items", body)

    def find(self, document: Document, bound: Bound) -> Outcome | None:
        """See Ledger."""
        with self._explained(document):
            if isinstance(document, CustomerPayment):
                return self.payments.find(document, bound)
            if isinstance(document, Voucher):
                return self._vouchers.find(document)
            return self._sales.find(document, bound)

    def record(self, document: Document, bound: Bound) -> Outcome:
        """See Ledger. Drafts are taken with any date, so the date is held against the set-up first: nothing is written
        that could never be posted. RecordedDifferently here means that Business Central took the document and made
        something else of it: it is there, not posted, and must not be."""
        with self._explained(document):
            refused = next(quoting.dates(document, self._known()), None)
            if refused is not None:
                raise NeedsLedgerSetup(refused)
            if isinstance(document, CustomerPayment):
                return self.payments.record(document, bound)
            if isinstance(document, Voucher):
                return self._vouchers.record(document)
            if not bound.customer:
                facts = {"order": document.order_number, "reason": "no customer number for the document"}
                raise OurFault(Problem(code="OUR_FAULT", facts=facts))
            return self._sales.record(document, bound)

    def book(self, document: Document, receipt: Receipt) -> Receipt:
        """See Ledger. An order books nothing; a voucher is booked by being recorded."""
        if isinstance(document, SalesOrder | Voucher) or receipt.booked:
            return receipt
        with self._explained(document):
            if isinstance(document, CustomerPayment):
                return self.payments.book(document, receipt)
            return self._sales.book(document, receipt)

    def entries_of(self, document: Document, receipt: Receipt) -> tuple[Entry, ...]:
        """See Ledger. Empty for an order, and for what is not booked."""
        if isinstance(document, SalesOrder) or not receipt.booked:
            return ()
        kind = {SalesInvoice: INVOICE, CustomerPayment: PAYMENT, Voucher: OTHER}[type(document)]
        with self._explained(document):
            known = self._known()
            posted = self._books.posted(receipt.number, kind)
            return entries_from(posted, known.currency, dimensions_of(known))

    def entries(self, account: str, start: date, end: date) -> tuple[Entry, ...]:
        """See Ledger."""
        with self._explained():
            known = self._known()
            return self._books.entries(account, start, end, known.currency, dimensions_of(known))

    def _known(self) -> LedgerSetup:
        """The set-up last read; read now by an adapter that has none yet."""
        if self._held is None:
            self._held = Reader(self.client, self.options).read()
        return self._held

    @contextmanager
    def _explained(self, about: Document | None = None, **context: str) -> Iterator[None]:
        """Refusals by Business Central leave as errors of ours."""
        try:
            yield
        except Refused as refused:
            now = self.client.caller.clock.now
            locked = self._held.locked_through if self._held else None
            known = {"locked_through": str(locked or ""), **context}
            raise explain(refused, about, known, lambda: now().strftime("%Y-%m-%d %H:%M UTC")) from refused
