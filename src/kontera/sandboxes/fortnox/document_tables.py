"""The field tables of orders and invoices and of their rows.

Decides names, types, lengths and blanks of the two document resources, from the vendor's OpenAPI file and recorded
answers. What only one of the two has is added to what both have.
"""

from __future__ import annotations

from kontera.sandboxes.fortnox.fields import (
    Table,
    boolean,
    choice,
    day,
    integer,
    number,
    part,
    quantity,
    rows,
    shown,
    text,
)
from kontera.sandboxes.fortnox.tables import HOUSEWORK

_EMAIL_INFORMATION: Table = {
    "EmailAddressBCC": text(1024, None, check="email"), "EmailAddressCC": text(1024, None, check="email"),
    "EmailAddressFrom": text(1024, None, check="email"), "EmailAddressTo": text(1024, check="email"),
    "EmailBody": text(20000, " ", check="free"), "EmailSubject": text(100, check="free"),
}
_EDI: Table = {
    "EDIGlobalLocationNumber": text(13, None, check="gln"),
    "EDIGlobalLocationNumberDelivery": text(13, None, check="gln"), "EDIInvoiceExtra1": text(0, None),
    "EDIInvoiceExtra2": text(0, None), "EDIOurElectronicReference": text(0, None), "EDIStatus": shown(""),
    "EDIYourElectronicReference": text(0, None),
}
_ROW: Table = {
    "AccountNumber": integer(1000, 9999), "ArticleNumber": text(50), "ContributionPercent": shown("0"),
    "ContributionValue": shown("0"), "Cost": shown(0), "CostCenter": text(), "DeliveredQuantity": quantity(),
    "Description": text(255), "Discount": number(0), "DiscountType": choice("AMOUNT", "PERCENT", blank="PERCENT"),
    "HouseWork": boolean(), "HouseWorkHoursToReport": integer(0, 999), "HouseWorkType": choice(*HOUSEWORK),
    "Price": number(0), "Project": text(), "RowId": integer(), "StockPointCode": text(0, None), "Total": shown(0),
    "Unit": text(), "VAT": number(0), "VATCode": text(0, None),
}
ORDER_ROW: Table = {
    **_ROW, "OrderedQuantity": quantity(), "ReservedQuantity": shown("0"), "StockPointId": text(0, None),
}
INVOICE_ROW: Table = {**_ROW, "PriceExcludingVAT": shown(0), "TotalExcludingVAT": shown(0)}

_DOCUMENT: Table = {
    "@url": shown(), "@urlTaxReductionList": shown(), "Address1": text(1024), "Address2": text(1024),
    "AdministrationFee": number(0), "AdministrationFeeVAT": shown(0), "BasisTaxReduction": shown(0),
    "Cancelled": shown(False), "City": text(1024), "Comments": text(1024), "ContributionPercent": shown(0),
    "ContributionValue": shown(0), "CostCenter": text(), "Country": text(), "Currency": text(3, "SEK", shortest=3),
    "CurrencyRate": number(1), "CurrencyUnit": number(1), "CustomerName": text(1024), "CustomerNumber": text(1024),
    "DeliveryAddress1": text(1024), "DeliveryAddress2": text(1024), "DeliveryCity": text(1024),
    "DeliveryCountry": text(), "DeliveryDate": day(), "DeliveryName": text(1024), "DeliveryZipCode": text(1024),
    "DocumentNumber": text(20, check="digits"), "EmailInformation": part(_EMAIL_INFORMATION),
    "ExternalInvoiceReference1": text(80), "ExternalInvoiceReference2": text(80), "Freight": number(0),
    "FreightVAT": shown(0), "Gross": shown(0), "HouseWork": shown(False), "Labels": rows({"Id": integer()}),
    "Language": choice("SV", "EN", blank="SV"), "Net": shown(0), "NotCompleted": boolean(),
    "OfferReference": shown("0"),
    "OrganisationNumber": shown(""), "OurReference": text(50), "OutboundDate": day(), "Phone1": text(1024),
    "Phone2": text(1024), "PriceList": text(0, "A"), "PrintTemplate": text(), "Project": text(),
    "Remarks": text(1024), "RoundOff": shown(0), "Sent": shown(False), "TaxReduction": shown(),
    "TaxReductionType": choice("none", "rot", "rut", "green", blank="none"), "TermsOfDelivery": text(),
    "TermsOfPayment": text(), "TimeBasisReference": shown(), "Total": shown(0), "TotalToPay": shown(0),
    "TotalVAT": shown(0), "VATIncluded": boolean(), "WarehouseReady": shown(True), "WayOfDelivery": text(),
    "YourOrderNumber": text(75), "YourReference": text(50), "ZipCode": text(1024),
}
ORDER: Table = {
    **_DOCUMENT, "CopyRemarks": boolean(),
    "DeliveryState": choice("registration", "reservation", "delivery", blank="delivery"),
    "InvoiceReference": shown("0"), "OrderDate": day(), "OrderRows": rows(ORDER_ROW), "OrderType": shown("Order"),
    "StockPointCode": text(0, None), "StockPointId": text(0, None),
}
INVOICE: Table = {
    **_DOCUMENT, "AccountingMethod": shown("ACCRUAL"), "Balance": shown(0), "Booked": shown(False),
    "ContractReference": shown("0"), "Credit": shown("false"), "CreditInvoiceReference": text(20, "0"),
    "DueDate": day(), "EDIInformation": part(_EDI), "EUQuarterlyReport": boolean(), "FinalPayDate": shown(),
    "InvoiceDate": day(), "InvoicePeriodEnd": shown(""), "InvoicePeriodReference": shown(None),
    "InvoicePeriodStart": shown(""), "InvoiceReference": shown("0"), "InvoiceRows": rows(INVOICE_ROW),
    "InvoiceType": choice("INVOICE", "AGREEMENTINVOICE", "INTRESTINVOICE", "SUMMARYINVOICE", "CASHINVOICE",
                          blank="INVOICE"),
    "LastRemindDate": shown(), "NoxFinans": shown(False), "OCR": text(25, check="digits"),
    "OrderReference": shown("0"), "PaymentWay": choice("CASH", "CARD", "AG", blank=""), "Reminders": shown(0),
    "VoucherNumber": shown(), "VoucherSeries": shown(), "VoucherYear": shown(),
}
ORDER_LIST = (
    "Cancelled", "Currency", "CustomerName", "CustomerNumber", "DeliveryDate", "DocumentNumber",
    "ExternalInvoiceReference1", "ExternalInvoiceReference2", "OrderDate", "OrderType", "Project", "Sent", "Total",
)
INVOICE_LIST = (
    "Balance", "Booked", "Cancelled", "CostCenter", "Currency", "CurrencyRate", "CurrencyUnit", "CustomerName",
    "CustomerNumber", "DocumentNumber", "DueDate", "ExternalInvoiceReference1", "ExternalInvoiceReference2",
    "FinalPayDate", "InvoiceDate", "InvoiceType", "NoxFinans", "OCR", "Project", "Sent", "TermsOfPayment", "Total",
    "VoucherNumber", "VoucherSeries", "VoucherYear", "WayOfDelivery",
)
