"""Our documents and customers as the JSON bodies Business Central takes. Pure.

Decides fields, their order (it validates them in the order they come, and a later one overwrites what an earlier one
set) and lengths. Tax amounts and totals are never sent: they are Business Central's. Never does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kontera.accounting.documents import CustomerCard, CustomerPayment, Posting, SalesInvoice, SalesOrder
from kontera.commerce import Address
from kontera.ledgers.business_central import names, texts
from kontera.ledgers.business_central.arithmetic import Written
from kontera.ledgers.business_central.rows import Row
from kontera.ledgers.protocol import Bound

Body = dict[str, Any]
Dimensions = tuple[str, str]  # codes of the global dimensions that cost centre and project are


def sales_body(document: SalesInvoice | SalesOrder, form: Written, bound: Bound, ids: Mapping[str, str]) -> Body:
    """The header with its lines. ids: the ids of payment terms ("terms:10") and shipment methods ("method:DHL")."""
    day = document.date.isoformat()
    body: Body = {
        "customerNumber": bound.customer,
        "externalDocumentNumber": names.code_of(document.reference),
        "orderDate" if form.as_order else "invoiceDate": day,
        "postingDate": day,
        "currencyCode": document.currency,
    }
    if form.as_order:
        body["pricesIncludeTax"] = form.gross
    else:
        _put(body, "customerPurchaseOrderReference", texts.clean(document.order_number, texts.ORDER_NUMBER))
    _put(body, "paymentTermsId", ids.get(f"terms:{document.terms_of_payment}", ""))
    _put(body, "shipmentMethodId", ids.get(f"method:{document.way_of_delivery}", ""))
    _put(body, "shortcutDimension1Code", document.cost_centre)
    _put(body, "shortcutDimension2Code", document.project)
    card = document.customer
    _address(body, card.billing, "sellTo")
    if card.delivery is not None:
        _put(body, "shipToName", texts.clean(card.delivery.name or card.delivery.company or card.name, texts.NAME))
        _address(body, card.delivery, "shipTo")
    body["salesOrderLines" if form.as_order else "salesInvoiceLines"] = [
        _line(row, document, isinstance(document, SalesInvoice) and form.as_order) for row in form.rows
    ]
    return body


def payment_body(document: CustomerPayment, bound: Bound) -> Body:
    """A line of a payment journal: money that came in is negative. The balancing account is the journal's."""
    return {
        "lineNumber": names.line_number(document.reference),
        "postingDate": document.date.isoformat(),
        "documentNumber": names.number_of(document.reference),
        "externalDocumentNumber": names.code_of(document.reference),
        "amount": -document.amount.amount,
        "appliesToInvoiceNumber": bound.invoice,
        "description": texts.label(f"{document.order_number} {document.method}", texts.LINE, document.reference),
    }


def voucher_line(posting: Posting, place: int, reference: str, day: str, text: str) -> Body:
    """A line of a general journal: debit above zero, credit below."""
    return {
        "lineNumber": place * 10000,
        "accountType": "G_x002F_L_x0020_Account",
        "accountNumber": posting.account,
        "postingDate": day,
        "documentNumber": names.number_of(reference),
        "externalDocumentNumber": names.code_of(reference),
        "amount": posting.amount.amount,
        "description": texts.label(posting.text or text, texts.LINE, reference),
    }


def customer_body(card: CustomerCard, area_id: str) -> Body:
    """A customer. Posting groups come from the template Business Central itself chooses; taxAreaId (the VAT business
    posting group under VAT) is ours, because the buyer's country decides it."""
    body: Body = {
        "displayName": texts.label(card.name, texts.NAME, "Kund"),
        "type": "Company" if card.company else "Person",
    }
    _put(body, "addressLine1", texts.clean(card.billing.street, texts.STREET))
    _put(body, "addressLine2", texts.clean(card.billing.street2, texts.STREET2))
    _put(body, "city", texts.clean(card.billing.city, texts.CITY))
    _put(body, "country", card.billing.country)
    _put(body, "postalCode", texts.clean(card.billing.postcode, texts.POSTCODE))
    _put(body, "phoneNumber", texts.phone(card.phone))
    if len(card.email) <= texts.EMAIL:
        _put(body, "email", card.email)
    _put(body, "taxRegistrationNumber", tax_number(card))
    _put(body, "taxAreaId", area_id)
    body["currencyCode"] = card.currency
    return body


def tax_number(card: CustomerCard) -> str:
    """The number the customer is registered under: the VAT number, else the organisation number."""
    return texts.clean(card.vat_number or card.organisation_number, texts.TAX_NUMBER)


def _line(row: Row, document: SalesInvoice | SalesOrder, ships: bool) -> Body:
    """lineType first, or the number would be looked up as a standard text; the price after the quantity, which resets
    it. ships: said, since a company may propose to ship nothing."""
    line = row.line
    text = f"{plain(line.quantity)} x {line.text}" if row.told else line.text
    body: Body = {
        "lineType": "Account",
        "lineObjectNumber": line.account,
        "description": texts.label(text, texts.LINE, line.article or document.order_number or "-"),
    }
    _put(body, "description2", texts.clean(line.article, texts.LINE2))
    body["quantity"] = row.quantity
    body["unitPrice"] = row.price
    _put(body, "taxCode", line.vat_code)
    if row.discount:
        body["discountAmount"] = row.discount
    if ships:
        body["shipQuantity"] = row.quantity
        body["invoiceQuantity"] = row.quantity
    return body


def _address(body: Body, address: Address, prefix: str) -> None:
    _put(body, f"{prefix}AddressLine1", texts.clean(address.street, texts.STREET))
    _put(body, f"{prefix}AddressLine2", texts.clean(address.street2, texts.STREET2))
    _put(body, f"{prefix}City", texts.clean(address.city, texts.CITY))
    _put(body, f"{prefix}Country", address.country)
    _put(body, f"{prefix}PostCode", texts.clean(address.postcode, texts.POSTCODE))


def plain(number: Decimal) -> str:
    """A quantity as people write it."""
    return f"{number.normalize():f}"


def _put(body: Body, name: str, value: str) -> None:
    """Set a text that there is: an empty one would blank what the customer's card gave."""
    if value:
        body[name] = value
