"""Our documents as Fortnox's JSON. Pure.

Decides which of our facts go into which of Fortnox's fields, in its characters and lengths. Amounts come from `rows`
and are never changed here. Freight and fees are rows with their own account and VAT; the document's own fields Freight
and AdministrationFee are sent as 0, so that a default on the customer card cannot add money nobody charged.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kontera.accounting.documents import (
    CustomerCard,
    CustomerPayment,
    SalesInvoice,
    SalesOrder,
    VatRegion,
    Voucher,
)
from kontera.commerce import Address
from kontera.ledgers.fortnox import texts
from kontera.ledgers.fortnox.arithmetic import Written
from kontera.ledgers.fortnox.rows import Row
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.protocol import Bound

Body = dict[str, Any]

# OSS sales stay SEVAT with account and VAT code on the row (Fortnox support: MOSS/OSS). EUVAT is for registration in
# the buyer's country, which has accounts of its own.
VAT_TYPE = {
    VatRegion.DOMESTIC: "SEVAT",
    VatRegion.DOMESTIC_REVERSE: "SEREVERSEDVAT",
    VatRegion.EU_DISTANCE: "SEVAT",
    VatRegion.EU_REVERSE: "EUREVERSEDVAT",
    VatRegion.EXPORT: "EXPORT",
}


def invoice_body(document: SalesInvoice, written: Written, bound: Bound, options: Options) -> Body:
    """{"Invoice": ...} for POST /3/invoices."""
    body = _sales(document, written, bound, options)
    body["InvoiceDate"] = document.date.isoformat()
    body["InvoiceRows"] = [_row(row, document, options) for row in written.rows]
    return {"Invoice": body}


def order_body(document: SalesOrder, written: Written, bound: Bound, options: Options) -> Body:
    """{"Order": ...} for POST /3/orders. Totals come from DeliveredQuantity, so both quantities are sent."""
    body = _sales(document, written, bound, options)
    body["OrderDate"] = document.date.isoformat()
    body["CopyRemarks"] = True
    rows = [_row(row, document, options) for row in written.rows]
    body["OrderRows"] = [{**row, "OrderedQuantity": row["DeliveredQuantity"]} for row in rows]
    return {"Order": body}


def payment_body(document: CustomerPayment, bound: Bound, currency: str) -> Body:
    """{"InvoicePayment": ...}. Foreign money goes in AmountCurrency with its rate; the ledger makes the amount."""
    body: Body = {
        "InvoiceNumber": int(bound.invoice),
        "ModeOfPaymentAccount": int(document.account),
        "PaymentDate": document.date.isoformat(),
    }
    if document.amount.currency == currency:
        body["Amount"] = document.amount.amount
    else:
        body["AmountCurrency"] = document.amount.amount
        if document.rate is not None:
            body["CurrencyRate"] = document.rate.rate
    return {"InvoicePayment": body}


def voucher_body(document: Voucher) -> Body:
    """{"Voucher": ...}; our reference lies in Comments, by which it is found again."""
    rows = []
    for posting in document.postings:
        side = "Debit" if posting.amount.amount > 0 else "Credit"
        row: Body = {"Account": int(posting.account), side: abs(posting.amount.amount)}
        _put(row, "TransactionInformation", texts.clean(posting.text, texts.ROW_NOTE))
        _put(row, "CostCenter", posting.cost_centre)
        _put(row, "Project", posting.project)
        rows.append(row)
    return {
        "Voucher": {
            "Description": texts.label(document.text, texts.VOUCHER_TEXT, document.reference),
            "Comments": document.reference,
            "TransactionDate": document.date.isoformat(),
            "VoucherSeries": document.series,
            "VoucherRows": rows,
        }
    }


def customer_body(card: CustomerCard, number: str | None, new: bool) -> Body:
    """{"Customer": ...}. Absent facts are left out: Fortnox keeps what it has, and a person may have written it."""
    body: Body = {
        "Name": texts.label(card.name, texts.ADDRESS, "Kund"),
        "Type": "COMPANY" if card.company else "PRIVATE",
        "VATType": VAT_TYPE[card.region],
        "Currency": card.currency,
        "ShowPriceVATIncluded": not card.company,
    }
    if new:
        body["ExternalReference"] = texts.clean(card.key, texts.ADDRESS)
        _put(body, "CustomerNumber", number or "")
    if texts.email_accepted(card.email):
        body["Email"] = card.email
    _put(body, "Phone1", texts.clean(card.phone, texts.ADDRESS))
    _put(body, "OrganisationNumber", texts.clean(card.organisation_number, 30))
    _put(body, "VATNumber", _vat_number(card))
    _card_address(body, card.billing, "")
    if card.delivery is not None:
        _put(body, "DeliveryName", texts.clean(card.delivery.name or card.delivery.company, texts.ADDRESS))
        _card_address(body, card.delivery, "Delivery")
    return {"Customer": body}


def article_body(number: str, text: str) -> Body:
    """{"Article": ...}; the rest is for the article flow."""
    return {"Article": {"ArticleNumber": number, "Description": texts.label(text, 200, number)}}


def own_number(document: SalesInvoice | SalesOrder, options: Options) -> str:
    """Our own document number: the start plus the digits of the order number; empty when it has none."""
    digits = "".join(sign for sign in document.order_number if sign.isdecimal())
    return str(options.number_start + int(digits)) if digits else ""


def _sales(document: SalesInvoice | SalesOrder, written: Written, bound: Bound, options: Options) -> Body:
    card = document.customer
    body: Body = {
        "CustomerNumber": bound.customer,
        "CustomerName": texts.label(card.name, texts.ADDRESS, "Kund"),
        "ExternalInvoiceReference1": document.reference,
        "YourOrderNumber": texts.clean(document.order_number, texts.ORDER_NUMBER),
        "Currency": document.currency,
        "VATIncluded": written.with_vat,
        "Language": _language(card),
        "Freight": 0,
        "AdministrationFee": 0,
    }
    if options.own_numbers:
        body["DocumentNumber"] = own_number(document, options)
    if document.rate is not None:
        body["CurrencyRate"] = document.rate.rate
        body["CurrencyUnit"] = 1
    _put(body, "Remarks", texts.clean(document.remarks, texts.ADDRESS, lines=True))
    for field, value in (
        ("CostCenter", document.cost_centre),
        ("Project", document.project),
        ("TermsOfPayment", document.terms_of_payment),
        ("WayOfDelivery", document.way_of_delivery),
        ("TermsOfDelivery", document.terms_of_delivery),
    ):
        _put(body, field, value)
    _document_address(body, card.billing, "")
    if card.delivery is not None:
        _put(body, "DeliveryName", texts.clean(card.delivery.name or card.delivery.company, texts.ADDRESS))
        _document_address(body, card.delivery, "Delivery")
    return body


def _row(row: Row, document: SalesInvoice | SalesOrder, options: Options) -> Body:
    line = row.line
    text = f"{_plain(line.quantity)} x {line.text}" if row.told else line.text
    body: Body = {
        "Description": texts.label(text, texts.ROW_TEXT, line.article or document.order_number or "-"),
        "AccountNumber": int(line.account),
        "DeliveredQuantity": _plain(row.quantity),  # a string on the wire
        "Price": row.price,
        "Discount": row.discount,  # always sent: absent, the customer's own discount would apply
        "DiscountType": "AMOUNT",
    }
    if line.article and options.create_articles:
        body["ArticleNumber"] = line.article
    if line.vat_rate == line.vat_rate.to_integral_value():
        body["VAT"] = int(line.vat_rate)
    _put(body, "VATCode", line.vat_code)
    _put(body, "CostCenter", line.cost_centre or document.cost_centre)
    _put(body, "Project", line.project or document.project)
    return body


def _language(card: CustomerCard) -> str:
    if card.language:
        return "SV" if card.language.lower().startswith("sv") else "EN"
    return "SV" if card.billing.country in ("SE", "") else "EN"


def _document_address(body: Body, address: Address, prefix: str) -> None:
    _put(body, f"{prefix}Address1", texts.clean(address.street, texts.ADDRESS))
    _put(body, f"{prefix}Address2", texts.clean(address.street2, texts.ADDRESS))
    _put(body, f"{prefix}ZipCode", texts.clean(address.postcode, texts.ADDRESS))
    _put(body, f"{prefix}City", texts.clean(address.city, texts.ADDRESS))
    _put(body, f"{prefix}Country", texts.country_name(address.country))


def _card_address(body: Body, address: Address, prefix: str) -> None:
    _put(body, f"{prefix}Address1", texts.clean(address.street, texts.ADDRESS))
    _put(body, f"{prefix}Address2", texts.clean(address.street2, texts.ADDRESS))
    _put(body, f"{prefix}ZipCode", texts.postcode(address.postcode))
    _put(body, f"{prefix}City", texts.clean(address.city, texts.ADDRESS))
    if len(address.country) == 2:
        body[f"{prefix}CountryCode"] = address.country


def _vat_number(card: CustomerCard) -> str:
    """With its country in front: Fortnox refuses a bare number."""
    number = "".join(card.vat_number.split()).upper()
    return number if not number or number[:2].isalpha() else card.billing.country + number


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _put(body: Body, name: str, value: str) -> None:
    """Set a text that there is: "" and null would not clear anything anyway."""
    if value:
        body[name] = value
