"""The field tables of customers, articles, prices, payments, vouchers and the small registers.

Decides names, types, lengths and blanks, as the vendor's OpenAPI file and the recorded answers give them (where they
differ the recordings win). The tables of orders and invoices are in `document_tables.py`.
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
    rows,
    shown,
    text,
)

HOUSEWORK = (
    "CONSTRUCTION", "ELECTRICITY", "GLASSMETALWORK", "GROUNDDRAINAGEWORK", "MASONRY", "PAINTINGWALLPAPERING", "HVAC",
    "MAJORAPPLIANCEREPAIR", "MOVINGSERVICES", "ITSERVICES", "CLEANING", "TEXTILECLOTHING", "COOKING", "SNOWPLOWING",
    "GARDENING", "BABYSITTING", "OTHERCARE", "TUTORING", "OTHERCOSTS", "SOLARCELLS", "STORAGESELFPRODUCEDELECTRICITY",
    "CHARGINGSTATIONELECTRICVEHICLE", "HOMEMAINTENANCE", "FURNISHING", "TRANSPORTATIONSERVICES",
    "WASHINGANDCAREOFCLOTHING", "EMPTYHOUSEWORK",
)
VAT_TYPES = ("SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT")
_DELIVERY = ("PRINT", "EMAIL", "PRINTSERVICE", "ELECTRONICINVOICE")
_SETTING = ("ALLOWED", "MANDATORY", "NOTALLOWED")
_ACCOUNT = (1000, 99999)



CUSTOMER: Table = {
    "@url": shown(), "Active": boolean(True), "Address1": text(1024, None), "Address2": text(1024, None),
    "City": text(1024, None), "Comments": text(1024, None), "CostCenter": text(0, None), "Country": shown(),
    "CountryCode": text(2, None, shortest=2), "Currency": text(3, "SEK", shortest=3),
    "CustomerNumber": text(1024, None),
    "DefaultDeliveryTypes": part({name: choice(*_DELIVERY, blank="PRINT") for name in ("Invoice", "Order", "Offer")}),
    "DefaultTemplates": part({name: text(0, "DEFAULTTEMPLATE")
                              for name in ("Order", "Offer", "Invoice", "CashInvoice")}),
    "DeliveryAddress1": text(1024, None), "DeliveryAddress2": text(1024, None), "DeliveryCity": text(1024, None),
    "DeliveryCountry": shown(), "DeliveryCountryCode": text(2, None, shortest=2), "DeliveryFax": text(1024, None),
    "DeliveryName": text(1024, None), "DeliveryPhone1": text(1024, None), "DeliveryPhone2": text(1024, None),
    "DeliveryZipCode": text(10, None), "Email": text(1024, check="email"), "EmailInvoice": text(1024, check="email"),
    "EmailInvoiceBCC": text(1024, check="email"), "EmailInvoiceCC": text(1024, check="email"),
    "EmailOffer": text(1024, check="email"), "EmailOfferBCC": text(1024, check="email"),
    "EmailOfferCC": text(1024, check="email"), "EmailOrder": text(1024, check="email"),
    "EmailOrderBCC": text(1024, check="email"), "EmailOrderCC": text(1024, check="email"),
    "ExternalReference": text(1024, None), "Fax": text(1024, None), "GLN": text(13, None, check="gln"),
    "GLNDelivery": text(13, None, check="gln"), "InvoiceAdministrationFee": text(0, None),
    "InvoiceDiscount": number(), "InvoiceFreight": text(0, None), "InvoiceRemark": text(1024),
    "Name": text(1024, shortest=1), "OrganisationNumber": text(30), "OurReference": text(50),
    "Phone1": text(1024, None), "Phone2": text(1024, None), "PriceList": text(0, "A"), "Project": text(),
    "SalesAccount": text(4, None, shortest=4, check="digits"), "ShowPriceVATIncluded": boolean(),
    "TermsOfDelivery": text(), "TermsOfPayment": text(), "Type": choice("PRIVATE", "COMPANY", blank="COMPANY"),
    "VATNumber": text(0, check="vat"), "VATType": choice(*VAT_TYPES, blank="SEVAT"),
    "VisitingAddress": text(128, None), "VisitingCity": text(128, None), "VisitingCountry": shown(),
    "VisitingCountryCode": text(2, None, shortest=2), "VisitingZipCode": text(10, None), "WWW": text(128),
    "WayOfDelivery": text(), "YourReference": text(50), "ZipCode": text(10, None),
}

ARTICLE: Table = {
    "@url": shown(), "Active": boolean(True), "ArticleNumber": text(50, None), "Bulky": boolean(),
    "ConstructionAccount": integer(*_ACCOUNT, blank=0), "CostCalculationMethod": text(0, None),
    "DefaultStockLocation": text(0, None), "DefaultStockPoint": text(0, None),
    "Depth": integer(0, 999999999, 0), "Description": text(200, shortest=1), "DirectCost": number(),
    "DisposableQuantity": shown(0), "EAN": text(30), "EUAccount": integer(*_ACCOUNT, blank=3108),
    "EUVATAccount": integer(*_ACCOUNT, blank=3106), "Expired": boolean(),
    "ExportAccount": integer(*_ACCOUNT, blank=3105), "FreightCost": number(), "Height": integer(0, 999999999, 0),
    "Housework": boolean(), "HouseworkType": choice(*HOUSEWORK), "Manufacturer": text(50, None),
    "ManufacturerArticleNumber": text(50), "Note": text(10000), "OtherCost": number(),
    "PurchaseAccount": integer(*_ACCOUNT, blank=4000), "PurchasePrice": number(0), "QuantityInStock": number(0),
    "ReservedQuantity": shown(0), "SalesAccount": integer(*_ACCOUNT, blank=3001), "SalesPrice": shown(),
    "StockAccount": integer(), "StockChangeAccount": integer(), "StockGoods": boolean(), "StockPlace": text(100, None),
    "StockValue": shown(0), "StockWarning": number(0), "SupplierName": shown(), "SupplierNumber": text(0, None),
    "Type": choice("STOCK", "SERVICE", blank="STOCK"), "Unit": text(0, None), "VAT": number(0),
    "WebshopArticle": boolean(), "Weight": integer(0, 999999999, 0), "Width": integer(0, 999999999, 0),
}

PRICE: Table = {
    "@url": shown(), "ArticleNumber": text(50), "Date": shown(), "FromQuantity": number(0), "Percent": number(0),
    "Price": number(0), "PriceList": text(100),
}

PAYMENT: Table = {
    "@url": shown(), "Amount": number(), "AmountCurrency": number(), "Booked": shown(False), "Currency": shown("SEK"),
    "CurrencyRate": number(), "CurrencyUnit": shown(1), "ExternalInvoiceReference1": text(80),
    "ExternalInvoiceReference2": text(80), "InvoiceCustomerName": shown(), "InvoiceCustomerNumber": shown(),
    "InvoiceDueDate": shown(), "InvoiceNumber": integer(1), "InvoiceOCR": shown(), "InvoiceTotal": shown(),
    "ModeOfPayment": text(), "ModeOfPaymentAccount": integer(1000, 9999), "Number": shown(), "PaymentDate": day(),
    "Source": shown("manual"), "VoucherNumber": shown(), "VoucherSeries": shown(), "VoucherYear": shown(),
    "WriteOffs": rows({
        "AccountNumber": integer(1000, 9999), "Amount": number(0), "CostCenter": text(), "Currency": text(3),
        "Description": shown(), "Project": text(), "TransactionInformation": text(100),
    }),
}

VOUCHER_ROW: Table = {
    "Account": integer(1000, 9999), "CostCenter": text(), "Credit": number(0), "Debit": number(0),
    "Description": text(), "Project": text(), "Quantity": number(0), "Removed": shown(False),
    "TransactionInformation": text(100),
}
VOUCHER: Table = {
    "@url": shown(), "ApprovalState": shown(0), "Comments": text(1000), "CostCenter": text(),
    "Description": text(200, shortest=1), "Project": text(), "ReferenceNumber": shown(""),
    "ReferenceType": shown("MANUAL"), "TransactionDate": day(), "VoucherNumber": shown(),
    "VoucherRows": rows(VOUCHER_ROW), "VoucherSeries": text(10), "Year": integer(),
}
SERIES: Table = {
    "@url": shown(), "Approver": part({"Id": integer(), "Name": text()}), "Code": text(10, shortest=1),
    "Description": text(200), "Manual": boolean(True), "NextVoucherNumber": shown(1), "Year": shown(),
}
ACCOUNT: Table = {
    "@url": shown(), "Active": boolean(True), "BalanceBroughtForward": number(0), "BalanceCarriedForward": shown(0),
    "CostCenter": text(0, None), "CostCenterSettings": choice(*_SETTING, blank="ALLOWED"),
    "Description": text(200, shortest=1), "Number": integer(1000, 9999),
    "OpeningQuantities": rows({"Balance": integer(), "Project": text()}), "Project": text(0, None),
    "ProjectSettings": choice(*_SETTING, blank="ALLOWED"), "QuantitySettings": shown("ALLOWED"),
    "QuantityUnit": shown(), "SRU": integer(), "TransactionInformation": text(0, None),
    "TransactionInformationSettings": choice(*_SETTING, blank="ALLOWED"), "VATCode": text(0, None),
    "Year": shown(),
}
FINANCIAL_YEAR: Table = {
    "@url": shown(), "AccountChartType": text(), "AccountingMethod": choice("ACCRUAL", "CASH", blank="ACCRUAL"),
    "FromDate": day(), "Id": shown(), "ToDate": day(),
}
PREDEFINED_ACCOUNT: Table = {"@url": shown(), "Account": integer(0, 99999), "Name": shown()}
PREDEFINED_SERIES: Table = {"@url": shown(), "Name": shown(), "VoucherSeries": text(1)}

CURRENCY: Table = {
    "@url": shown(), "BuyRate": number(1), "Code": text(3, shortest=3), "Date": shown(), "Description": text(50),
    "IsAutomatic": boolean(), "SellRate": number(1), "Unit": number(1),
}
COST_CENTER: Table = {
    "@url": shown(), "Active": boolean(True), "Code": text(6, shortest=1), "Description": text(0, shortest=1),
    "Note": text(0, None),
}
PROJECT: Table = {
    "@url": shown(), "Comments": text(512, None), "ContactPerson": text(50, None), "Description": text(50, shortest=1),
    "EndDate": day(), "ProjectLeader": text(50, None), "ProjectNumber": text(20),
    "StartDate": day(), "Status": choice("NOTSTARTED", "ONGOING", "COMPLETED", blank="ONGOING"),
}
TERMS_OF_PAYMENT: Table = {"@url": shown(), "Code": text(25, shortest=1), "Description": text()}
TERMS_OF_DELIVERY: Table = {
    "@url": shown(), "Code": text(20, shortest=1), "Description": text(200), "DescriptionEnglish": text(100),
}
WAY_OF_DELIVERY: Table = {
    "@url": shown(), "Code": text(50, shortest=1), "Description": text(100), "DescriptionEnglish": text(100),
}
UNIT: Table = {
    "@url": shown(), "Code": text(20, shortest=1), "CodeEnglish": text(100), "Description": text(100, shortest=1),
}
MODE_OF_PAYMENT: Table = {
    "@url": shown(), "AccountNumber": text(4, shortest=4, check="digits"), "Code": text(20, shortest=1),
    "Description": text(),
}
PRICE_LIST: Table = {
    "@url": shown(), "Code": text(100, shortest=1), "Comments": text(0, None), "Description": text(50, shortest=1),
    "PreSelected": shown(False),
}
