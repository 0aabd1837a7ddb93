"""The parts of Business Central's JSON that we read, as frozen structs, and exact encoding of what we send.

Decides names and absences only: a blank date is 0001-01-01, a blank id is the zero GUID, " " in an enum is written
_x0020_. Never decides what a value means.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import field

T = TypeVar("T")
Number = Decimal | None
NO_ID = "00000000-0000-0000-0000-000000000000"
_NO_DATE = "0001-01-01"
_EMPTY = msgspec.Raw(b"")

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON with decimals as exact numbers."""
    return _encoder.encode(body)


def number_of(value: Number) -> Decimal:
    """A number, zero when absent."""
    return Decimal(0) if value is None else value


def day_of(text: str | None) -> date | None:
    """A date, None when blank."""
    return None if not text or text == _NO_DATE else date.fromisoformat(text[:10])


class _Wire(msgspec.Struct, frozen=True, rename="camel"):
    """Properties in Business Central's spelling: total_tax_amount is totalTaxAmount."""


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """{"value": [...], "@odata.nextLink": ...}"""

    value: tuple[T, ...] = ()
    next_link: str | None = field(name="@odata.nextLink", default=None)


class BatchAnswer(msgspec.Struct, frozen=True):
    """The answer to one call of a batch."""

    id: str
    status: int
    body: msgspec.Raw = _EMPTY


class Batch(msgspec.Struct, frozen=True):
    """{"responses": [...]}"""

    responses: tuple[BatchAnswer, ...] = ()


class Error(msgspec.Struct, frozen=True):
    """code: such as Application_DialogException; message ends in "CorrelationId: ..."."""

    code: str = ""
    message: str = ""


class ErrorWrap(msgspec.Struct, frozen=True):
    """{"error": ...}"""

    error: Error


class Company(_Wire, frozen=True):
    """A company of the environment."""

    id: str
    name: str = ""
    display_name: str = ""


class DimensionLine(_Wire, frozen=True):
    """One dimension of a line or an entry; the dimension's code and its value's. id: the dimension's."""

    id: str = ""
    code: str = ""
    value_code: str = ""


class SalesLine(_Wire, frozen=True):
    """A line of an invoice or order. tax_code as read is the VAT identifier, not the group that was written."""

    id: str = ""
    line_type: str = ""
    line_object_number: str = ""
    quantity: Number = None
    unit_price: Number = None
    net_amount: Number = None
    net_tax_amount: Number = None
    dimension_set_lines: tuple[DimensionLine, ...] = ()

    @property
    def net(self) -> Decimal:
        """The line's amount without VAT, after the invoice discount."""
        return number_of(self.net_amount)


class SalesDocument(_Wire, frozen=True):
    """An invoice (draft or posted) or an order."""

    id: str = ""
    number: str = ""
    external_document_number: str = ""
    posting_date: str | None = None
    customer_number: str = ""
    currency_code: str = ""
    order_id: str = ""
    order_number: str = ""
    prices_include_tax: bool | None = None
    total_amount_including_tax: Number = None
    total_tax_amount: Number = None
    status: str = ""
    sales_invoice_lines: tuple[SalesLine, ...] = ()
    sales_order_lines: tuple[SalesLine, ...] = ()

    @property
    def lines(self) -> tuple[SalesLine, ...]:
        """The lines, whichever kind of document it is."""
        return self.sales_invoice_lines or self.sales_order_lines

    @property
    def total(self) -> Decimal:
        """What the customer owes. Of an order the sum of its lines: the header's totals lag behind account lines."""
        if self.sales_order_lines:
            return sum((line.net + number_of(line.net_tax_amount) for line in self.sales_order_lines), Decimal(0))
        return number_of(self.total_amount_including_tax)

    @property
    def vat(self) -> Decimal:
        """All VAT; of an order the sum of its lines."""
        if self.sales_order_lines:
            return sum((number_of(line.net_tax_amount) for line in self.sales_order_lines), Decimal(0))
        return number_of(self.total_tax_amount)


class CustomerAnswer(_Wire, frozen=True):
    """A customer."""

    id: str = ""
    number: str = ""
    display_name: str = ""
    email: str = ""
    tax_registration_number: str = ""
    tax_area_id: str = ""
    tax_area_display_name: str = ""


class Payment(_Wire, frozen=True):
    """A line of a payment journal, not posted yet; amount is negative for money that came in."""

    id: str = ""
    line_number: int = 0
    customer_number: str = ""
    posting_date: str | None = None
    document_number: str = ""
    external_document_number: str = ""
    amount: Number = None
    applies_to_invoice_id: str = ""
    applies_to_invoice_number: str = ""
    description: str = ""


class Journal(_Wire, frozen=True):
    """A journal batch."""

    id: str = ""
    code: str = ""
    balancing_account_number: str = ""
    customer_payments: tuple[Payment, ...] = ()


class Identified(_Wire, frozen=True):
    """Any record of which only id, number and code matter."""

    id: str = ""
    code: str = ""
    number: str = ""


class EntryAnswer(_Wire, frozen=True):
    """One posted line of the general ledger, in the company's currency."""

    entry_number: int = 0
    posting_date: str | None = None
    document_number: str = ""
    document_type: str = ""
    account_number: str = ""
    description: str = ""
    debit_amount: Number = None
    credit_amount: Number = None
    dimension_set_lines: tuple[DimensionLine, ...] = ()

    @property
    def amount(self) -> Decimal:
        """Debit above zero, credit below."""
        return number_of(self.debit_amount) - number_of(self.credit_amount)
