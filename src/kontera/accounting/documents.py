"""The documents the books need: what will be written to a ledger, each line with the rule behind it.

Decides their shape and that they balance: `postings` are the debits (positive) and credits (negative) a document
will cause, in the document's currency, and they sum to zero. Never knows how a ledger writes a document down.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from kontera.commerce import Address
from kontera.money import Money, total


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line is as it is: the rule ("vat.se-25"), the rulebook and version it is from ("se-bas 3") and the shop
    fact it answers to ("order 1001 line 2", "order 1001 shipping")."""

    rule: str
    rulebook: str
    fact: str


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One debit (amount above zero) or credit (below zero) on one account."""

    account: str
    amount: Money
    text: str = ""
    cost_centre: str = ""
    project: str = ""
    why: Why


class SummaryPosting(Posting, frozen=True, kw_only=True):
    """A posting that a summary adds up. vat_rate: of the sale it belongs to, None outside VAT; tax: it is the VAT."""

    vat_rate: Decimal | None = None
    tax: bool = False


class VatRegion(StrEnum):
    """How the sale is seen by VAT law: who buys and where the goods go."""

    DOMESTIC = "domestic"
    DOMESTIC_REVERSE = "domestic_reverse"  # seller's country, the buyer accounts for VAT (construction services)
    EU_DISTANCE = "eu_distance"  # EU consumer: the buyer's country's VAT (OSS), or the seller's below the threshold
    EU_REVERSE = "eu_reverse"  # EU company with a checked VAT number
    EXPORT = "export"


class CustomerCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger's customer register should say about the buyer.

    key: how we recognise the customer again ("email:a@b.se", "org:5560001234", "vat:DE123456789",
        "shop:nt:17", "collective:SE"); one key = one customer number in a ledger.
    update: a card that exists already is written over with this one (M21); else it is the bookkeeper's: made when there
        is none, never written again, and held against what decides the VAT of a document.
    """

    key: str
    name: str
    company: bool
    email: str = ""
    phone: str = ""
    organisation_number: str = ""
    vat_number: str = ""
    region: VatRegion
    currency: str
    language: str = ""
    billing: Address
    delivery: Address | None = None
    update: bool = True


class ExchangeRate(msgspec.Struct, frozen=True, kw_only=True):
    """Value of one unit of `currency` in the ledger's currency, and who says so (shop, ledger, table)."""

    currency: str
    rate: Decimal
    source: str
    on: date


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an invoice or order.

    quantity x unit_price - discount = amount, all with VAT exactly when the document's prices include VAT. `amount`
    is what law 3 holds exact; an adapter may write quantity and price differently (ledgers round unit prices), never
    the amount. net + vat = the amount with VAT. vat_rate in percent; account takes `net`, vat_account takes `vat`.
    """

    text: str
    article: str = ""
    quantity: Decimal
    unit_price: Money
    discount: Money
    amount: Money
    net: Money
    vat: Money
    vat_rate: Decimal
    vat_code: str = ""
    account: str
    vat_account: str = ""
    unit: str = ""
    cost_centre: str = ""
    project: str = ""
    why: Why
    vat_why: Why

    @property
    def gross(self) -> Money:
        """The row's amount with VAT."""
        return self.net + self.vat


class _SalesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice and an order share.

    reference: our key in their books; unique per ledger. order: the shop's order key, order_number what people call it.
    date: the local date it is booked on. total: what the customer was charged, with VAT.
    """

    reference: str
    store: str
    order: str
    order_number: str
    date: date
    currency: str
    rate: ExchangeRate | None = None
    customer: CustomerCard
    region: VatRegion
    prices_include_vat: bool
    lines: tuple[DocumentLine, ...]
    total: Money
    vat: Money
    receivable: str
    cost_centre: str = ""
    project: str = ""
    terms_of_payment: str = ""
    way_of_delivery: str = ""
    terms_of_delivery: str = ""
    remarks: str = ""
    postings: tuple[Posting, ...]


class SalesInvoice(_SalesDocument, frozen=True, kw_only=True, tag="sales_invoice"):
    """An invoice to the customer; `book`: the rules want it booked without a person (M7)."""

    book: bool = True


class SalesOrder(_SalesDocument, frozen=True, kw_only=True, tag="sales_order"):
    """An order in the ledger that a person handles before it becomes an invoice; books nothing itself."""


class CustomerPayment(msgspec.Struct, frozen=True, kw_only=True, tag="customer_payment"):
    """A payment that settles an invoice of ours: debit `account` (a processor's clearing account, a gift card debt),
    credit the receivable. `invoice` is the reference of the invoice document."""

    reference: str
    store: str
    order: str
    order_number: str
    invoice: str
    date: date
    amount: Money
    rate: ExchangeRate | None = None
    account: str
    method: str
    cost_centre: str = ""
    project: str = ""
    postings: tuple[Posting, ...]
    book: bool = True


class Voucher(msgspec.Struct, frozen=True, kw_only=True, tag="voucher"):
    """Bare postings in a voucher series, for what no invoice or payment says. rate: what amounts in another currency
    were converted with; the postings are in `currency`, the ledger's own."""

    reference: str
    date: date
    currency: str
    rate: ExchangeRate | None = None
    series: str
    text: str
    postings: tuple[Posting, ...]


class _Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one order adds to a day's summary: never written to a ledger by itself, but added up in a voucher.

    reference: our key, as the invoice's would be. processor: whose voucher of the day it belongs to (a payment rule's
    id, a tender). close_hour: the hour of the day after `date`, merchant's time, at which the day is closed. rounding:
    the account for what conversion from a foreign currency leaves.
    """

    reference: str
    store: str
    order: str
    order_number: str
    date: date
    currency: str
    rate: ExchangeRate | None = None
    processor: str
    series: str
    close_hour: int
    rounding: str
    postings: tuple[SummaryPosting, ...]


class SummarySale(_Share, frozen=True, kw_only=True, tag="summary_sale"):
    """The sale of one order: revenue, debts and VAT, against what is owed for it. total and vat are the order's."""

    total: Money
    vat: Money


class SummaryPayment(_Share, frozen=True, kw_only=True, tag="summary_payment"):
    """A payment of one order: what takes it in debit, what was owed in credit."""

    amount: Money
    account: str
    method: str


Document = SalesInvoice | SalesOrder | CustomerPayment | Voucher
"""What is written to a ledger."""
Share = SummarySale | SummaryPayment
"""What is carried by a voucher."""
Planned = Document | Share
"""What an order can be booked as."""


def document_from(plain: Any) -> Document:
    """A document from its plain form (`money.to_plain`), whatever its kind."""
    document: Document = msgspec.convert(plain, Document)
    return document


def planned_from(plain: Any) -> Planned:
    """A document or a share of a summary from its plain form."""
    planned: Planned = msgspec.convert(plain, Planned)
    return planned


def voucher_from(plain: Any) -> Voucher:
    """A voucher from its plain form."""
    voucher: Voucher = msgspec.convert(plain, Voucher)
    return voucher


def share_from(plain: Any) -> Share:
    """A share of a summary from its plain form."""
    share: Share = msgspec.convert(plain, Share)
    return share


def imbalance(document: Planned) -> Money:
    """Debits minus credits of the postings; zero for every document that may leave (law 3)."""
    return total((posting.amount for posting in document.postings), currency_of(document))


def currency_of(document: Planned) -> str:
    """The currency the document's amounts are in."""
    return document.amount.currency if isinstance(document, CustomerPayment) else document.currency


def order_of(document: Planned) -> str:
    """The shop order the document belongs to, empty for a voucher."""
    return "" if isinstance(document, Voucher) else document.order


def kind_of(document: Planned) -> str:
    """The document's kind as a word: sales_invoice, sales_order, customer_payment, voucher, summary_sale,
    summary_payment."""
    return str(type(document).__struct_config__.tag)
