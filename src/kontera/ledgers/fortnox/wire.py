"""The parts of Fortnox's JSON that we read, as frozen structs, and exact encoding of what we send.

Decides names and lenient types only: the same field comes as a number or as a string depending on year and view, and
"0" or "" stand for none. Never decides what a value means.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import field

Text = str | int | None
Number = Decimal | None

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON with decimals as exact numbers."""
    return _encoder.encode(body)


def text_of(value: Text) -> str:
    """A value that is a number or a string, as text; nothing is the empty string."""
    return "" if value is None else str(value)


def number_of(value: Number) -> Decimal:
    """A number, zero when absent."""
    return Decimal(0) if value is None else value


class Row(msgspec.Struct, frozen=True):
    """A row of an invoice or order as Fortnox answers it."""

    account: Text = field(name="AccountNumber", default=None)
    article: Text = field(name="ArticleNumber", default=None)
    description: str | None = field(name="Description", default=None)
    quantity: Number = field(name="DeliveredQuantity", default=None)
    price: Number = field(name="Price", default=None)
    total: Number = field(name="Total", default=None)
    vat: Number = field(name="VAT", default=None)
    vat_code: str | None = field(name="VATCode", default=None)


class SalesDocument(msgspec.Struct, frozen=True):
    """An invoice or an order as answered by POST, GET and the actions; in lists most of it is absent."""

    number: Text = field(name="DocumentNumber", default=None)
    url: str | None = field(name="@url", default=None)
    customer: Text = field(name="CustomerNumber", default=None)
    currency: str | None = field(name="Currency", default=None)
    rate: Number = field(name="CurrencyRate", default=None)
    unit: Number = field(name="CurrencyUnit", default=None)
    invoice_date: str | None = field(name="InvoiceDate", default=None)
    order_date: str | None = field(name="OrderDate", default=None)
    reference: str | None = field(name="ExternalInvoiceReference1", default=None)
    total: Number = field(name="Total", default=None)
    total_vat: Number = field(name="TotalVAT", default=None)
    to_pay: Number = field(name="TotalToPay", default=None)
    vat_included: bool | None = field(name="VATIncluded", default=None)
    booked: bool = field(name="Booked", default=False)
    cancelled: bool = field(name="Cancelled", default=False)
    credit: Text | bool = field(name="Credit", default=None)
    invoice_rows: tuple[Row, ...] = field(name="InvoiceRows", default=())
    order_rows: tuple[Row, ...] = field(name="OrderRows", default=())
    voucher_series: str | None = field(name="VoucherSeries", default=None)
    voucher_number: Text = field(name="VoucherNumber", default=None)
    voucher_year: Text = field(name="VoucherYear", default=None)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows, whichever kind of document it is."""
        return self.invoice_rows or self.order_rows

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note: the wire says "true" in a string."""
        return str(self.credit).lower() == "true"


class Payment(msgspec.Struct, frozen=True):
    """An invoice payment; the account is absent in lists."""

    number: Text = field(name="Number", default=None)
    url: str | None = field(name="@url", default=None)
    invoice: Text = field(name="InvoiceNumber", default=None)
    amount: Number = field(name="Amount", default=None)
    amount_currency: Number = field(name="AmountCurrency", default=None)
    currency: str | None = field(name="Currency", default=None)
    account: Text = field(name="ModeOfPaymentAccount", default=None)
    date: str | None = field(name="PaymentDate", default=None)
    booked: bool = field(name="Booked", default=False)
    voucher_series: str | None = field(name="VoucherSeries", default=None)
    voucher_number: Text = field(name="VoucherNumber", default=None)
    voucher_year: Text = field(name="VoucherYear", default=None)


class VoucherRow(msgspec.Struct, frozen=True):
    """One row of a voucher, in the company's currency."""

    account: Text = field(name="Account", default=None)
    debit: Number = field(name="Debit", default=None)
    credit: Number = field(name="Credit", default=None)
    text: str | None = field(name="TransactionInformation", default=None)
    cost_centre: str | None = field(name="CostCenter", default=None)
    project: str | None = field(name="Project", default=None)
    removed: bool = field(name="Removed", default=False)


class VoucherAnswer(msgspec.Struct, frozen=True):
    """A voucher; rows only in the single view."""

    series: str | None = field(name="VoucherSeries", default=None)
    number: Text = field(name="VoucherNumber", default=None)
    year: Text = field(name="Year", default=None)
    date: str | None = field(name="TransactionDate", default=None)
    description: str | None = field(name="Description", default=None)
    comments: str | None = field(name="Comments", default=None)
    rows: tuple[VoucherRow, ...] = field(name="VoucherRows", default=())
    url: str | None = field(name="@url", default=None)


class CustomerAnswer(msgspec.Struct, frozen=True):
    """A customer; the external reference and the VAT number only in the single view."""

    number: Text = field(name="CustomerNumber", default=None)
    name: str | None = field(name="Name", default=None)
    email: str | None = field(name="Email", default=None)
    organisation_number: str | None = field(name="OrganisationNumber", default=None)
    external_reference: str | None = field(name="ExternalReference", default=None)
    vat_number: str | None = field(name="VATNumber", default=None)
    vat_type: str | None = field(name="VATType", default=None)
    active: bool | None = field(name="Active", default=None)


class Meta(msgspec.Struct, frozen=True):
    """Paging of a list answer."""

    pages: Number = field(name="@TotalPages", default=None)


class InvoiceWrap(msgspec.Struct, frozen=True):
    """{"Invoice": ...}"""

    document: SalesDocument = field(name="Invoice")


class OrderWrap(msgspec.Struct, frozen=True):
    """{"Order": ...}"""

    document: SalesDocument = field(name="Order")


class PaymentWrap(msgspec.Struct, frozen=True):
    """{"InvoicePayment": ...}"""

    payment: Payment = field(name="InvoicePayment")


class VoucherWrap(msgspec.Struct, frozen=True):
    """{"Voucher": ...}"""

    voucher: VoucherAnswer = field(name="Voucher")


class CustomerWrap(msgspec.Struct, frozen=True):
    """{"Customer": ...}"""

    customer: CustomerAnswer = field(name="Customer")


class TokenAnswer(msgspec.Struct, frozen=True):
    """What the token endpoint grants; a refresh token only for the authorization code grant."""

    access_token: str
    expires_in: int = 3600
    refresh_token: str = ""
    scope: str = ""


class ErrorBody(msgspec.Struct, frozen=True):
    """Every error shape in one: Fortnox capitalises in 404 and not in 400; /api answers flat; the door says message."""

    upper: dict[str, Any] | None = field(name="ErrorInformation", default=None)
    error: Any = None
    message: str | None = None
    id: Any = None

    def told(self) -> tuple[str, str]:
        """The code as text and the message, from whichever shape it is."""
        if self.upper is not None:
            facts = {name.lower(): value for name, value in self.upper.items()}
            return text_of(facts.get("code")), text_of(facts.get("message"))
        return text_of(self.id or self.error), text_of(self.message)
