"""Every resource of the API that is served: its properties, navigations and which verbs it takes.

Decides shapes only. The rules behind a property are in the modules of the resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kontera.sandboxes.business_central.document_tables import (
    CREDIT_LINE,
    CREDIT_MEMO,
    INVOICE,
    INVOICE_LINE,
    ORDER,
    ORDER_LINE,
    SHIPMENT,
    SHIPMENT_LINE,
)
from kontera.sandboxes.business_central.fields import Field, fields_of


@dataclass(frozen=True)
class Entity:
    """A resource's shape. many/one: navigation name to resource; verbs: which of POST, PATCH, DELETE it takes."""

    name: str
    type_name: str
    fields: Mapping[str, Field]
    many: Mapping[str, str] = field(default_factory=dict)
    one: Mapping[str, str] = field(default_factory=dict)
    verbs: frozenset[str] = frozenset({"POST", "PATCH", "DELETE"})
    caption: str = ""


_CODED = "id:guid!; code:code{0}; displayName:text{1}; lastModifiedDateTime:time!"
_ADDRESS = (
    "addressLine1:text100; addressLine2:text50; city:text30; state:text30; country:code10; postalCode:code20; "
    "phoneNumber:text30; email:text80; website:text80"
)
_BALANCE = "balancingAccountId:guid; balancingAccountNumber:code20!"
_ACCOUNT_TYPES = "G/L Account|Customer|Vendor|Bank Account|Fixed Asset|IC Partner|Employee|Allocation Account"
_CUSTOMER = f"""id:guid!; number:code20; displayName:text100; type:enum=Company|Person; {_ADDRESS};
    salespersonCode:code20; balanceDue:dec~; creditLimit:dec; taxLiable:bool; taxAreaId:guid; taxAreaDisplayName:text~;
    taxRegistrationNumber:text50; currencyId:guid; currencyCode:code10; paymentTermsId:guid; shipmentMethodId:guid;
    paymentMethodId:guid; blocked:enum=_|Ship|Invoice|All; lastModifiedDateTime:time!"""
_ITEM = """id:guid!; number:code20; displayName:text100; displayName2:text50;
    type:enum=Inventory|Service|Non-Inventory; itemCategoryId:guid; itemCategoryCode:code20; blocked:bool; gtin:code14;
    inventory:dec; unitPrice:dec; priceIncludesTax:bool; unitCost:dec; taxGroupId:guid; taxGroupCode:code20;
    baseUnitOfMeasureId:guid; baseUnitOfMeasureCode:code10; generalProductPostingGroupId:guid;
    generalProductPostingGroupCode:code20; inventoryPostingGroupId:guid; inventoryPostingGroupCode:code20;
    lastModifiedDateTime:time!"""
_JOURNAL_LINE = f"""id:guid!; journalId:guid; journalDisplayName:code10; lineNumber:int;
    accountType:enum={_ACCOUNT_TYPES}; accountId:guid; accountNumber:code20; postingDate:date; documentNumber:code20;
    externalDocumentNumber:code35; amount:dec; description:text100; comment:text250; taxCode:code20;
    balanceAccountType:enum={_ACCOUNT_TYPES}; balancingAccountId:guid; balancingAccountNumber:code20;
    lastModifiedDateTime:time!"""
_PAYMENT = """id:guid!; journalId:guid; journalDisplayName:code10; lineNumber:int; customerId:guid;
    customerNumber:code20; postingDate:date; documentNumber:code20; externalDocumentNumber:code35; amount:dec;
    appliesToInvoiceId:guid; appliesToInvoiceNumber:code20; description:text100; comment:text250;
    lastModifiedDateTime:time!"""
_GL_ENTRY = """id:guid!; entryNumber:int!; postingDate:date!; documentNumber:code20!;
    documentType:enum!=_|Payment|Invoice|Credit Memo|Finance Charge Memo|Reminder|Refund; accountId:guid!;
    accountNumber:code20!; description:text100!; debitAmount:dec!; creditAmount:dec!;
    additionalCurrencyDebitAmount:dec!; additionalCurrencyCreditAmount:dec!; lastModifiedDateTime:time!"""
_ITEM_ENTRY = """id:guid!; entryNumber:int!; itemNumber:code20!; postingDate:date!;
    entryType:enum!=Purchase|Sale|Positive Adjmt.|Negative Adjmt.|Transfer|Consumption|Output|_|
    Assembly Consumption|Assembly Output; sourceNumber:code20!;
    sourceType:enum!=_|Customer|Vendor|Item; documentNumber:code20!;
    documentType:enum!=_|Sales Shipment|Sales Invoice|Sales Return Receipt|Sales Credit Memo; description:text100!;
    quantity:dec!; salesAmountActual:dec!; costAmountActual:dec!; lastModifiedDateTime:time!"""
_ACCOUNT = """id:guid!; number:code20!; displayName:text100!;
    category:enum!=_|Assets|Liabilities|Equity|Income|Cost of Goods Sold|Expense; subCategory:text80!; blocked:bool!;
    accountType:enum!=Posting|Heading|Total|Begin-Total|End-Total; directPosting:bool!; netChange:dec~;
    consolidationTranslationMethod:enum!=Average Rate (Manual)|Closing Rate|Historical Rate|
    Composite Rate|Equity Rate; consolidationDebitAccount:code20!;
    consolidationCreditAccount:code20!; excludeFromConsolidation:bool!; lastModifiedDateTime:time!"""
_COMPANY_INFORMATION = """id:guid!; displayName:text100; addressLine1:text100; addressLine2:text50; city:text30;
    state:text30; country:code10; postalCode:code20; phoneNumber:text30; faxNumber:text30; email:text80;
    website:text80; taxRegistrationNumber:text50; currencyCode:code10~; currentFiscalYearStartDate:date~;
    industry:text30; experience:text; lastModifiedDateTime:time!"""
_DIMENSION_SET_LINE = """id:guid; code:code20; consolidationCode:code20!; parentId:guid!; parentType:enum!=_|
    Journal Line|Sales Order|Sales Order Line|Sales Credit Memo|Sales Credit Memo Line|Sales Invoice|Sales Invoice Line|
    General Ledger Entry|Sales Shipment|Sales Shipment Line;
    displayName:text30; valueId:guid; valueCode:code20; valueConsolidationCode:code20!; valueDisplayName:text50"""
_DEFAULT_DIMENSION = """id:guid!; parentType:enum=_|Customer|Item|Vendor|Employee; parentId:guid; dimensionId:guid;
    dimensionCode:code20!; dimensionValueId:guid; dimensionValueCode:code20!;
    postingValidation:enum=_|Code Mandatory|Same Code|No Code; lastModifiedDateTime:time!"""
_SETUP = """id:guid!; allowPostingFrom:date~; allowPostingTo:date~; additionalReportingCurrency:code10!;
    localCurrencyCode:code10~; localCurrencySymbol:text10!; lastModifiedDateTime:time!;
    allowQueryFromConsolidation:bool!; shortcutDimension1Code:code20~; shortcutDimension2Code:code20~;
    shortcutDimension3Code:code20!; shortcutDimension4Code:code20!; shortcutDimension5Code:code20!;
    shortcutDimension6Code:code20!; shortcutDimension7Code:code20!; shortcutDimension8Code:code20!"""
_TAX = "id:guid!; code:code20; displayName:text100; taxType:enum!=Sales Tax|VAT; lastModifiedDateTime:time!"
_DIMS = {"dimensionSetLines": "dimensionSetLines"}

ENTITIES: dict[str, Entity] = {}


def _add(
    name: str,
    type_name: str,
    spec: str,
    caption: str,
    verbs: str = "POST PATCH DELETE",
    many: Mapping[str, str] | None = None,
    one: Mapping[str, str] | None = None,
) -> None:
    ENTITIES[name] = Entity(name, type_name, fields_of(spec), many or {}, one or {}, frozenset(verbs.split()), caption)


_add(
    "customers", "customer", _CUSTOMER, "Customer", many={"defaultDimensions": "defaultDimensions"},
    one={"currency": "currencies", "paymentTerm": "paymentTerms", "shipmentMethod": "shipmentMethods",
         "paymentMethod": "paymentMethods"},
)  # fmt: skip
_add(
    "items", "item", _ITEM, "Item", many={"itemVariants": "itemVariants", "defaultDimensions": "defaultDimensions"},
    one={"inventoryPostingGroup": "inventoryPostingGroups", "unitOfMeasure": "unitsOfMeasure",
         "generalProductPostingGroup": "generalProductPostingGroups", "baseUnitOfMeasure": "unitsOfMeasure",
         "itemCategory": "itemCategories"},
)  # fmt: skip
_add(
    "itemVariants", "itemVariant", "id:guid!; itemId:guid; itemNumber:code20; code:code10; description:text100; "
    "lastModifiedDateTime:time!", "Item Variant",
)  # fmt: skip
_add("itemCategories", "itemCategory", _CODED.format(20, 100), "Item Category")
_add(
    "unitsOfMeasure", "unitOfMeasure", "id:guid!; code:code10; displayName:text50; internationalStandardCode:code10; "
    "symbol:text10; lastModifiedDateTime:time!", "Unit of Measure",
)  # fmt: skip
_add("locations", "location", f"id:guid!; code:code10; displayName:text100; contact:text100; {_ADDRESS}; "
     "lastModifiedDateTime:time!", "Location")  # fmt: skip
_add("paymentMethods", "paymentMethod", _CODED.format(10, 100), "Payment Method")
_add("shipmentMethods", "shipmentMethod", _CODED.format(10, 100), "Shipment Method")
_add(
    "paymentTerms", "paymentTerm", "id:guid!; code:code10; displayName:text100; dueDateCalculation:text; "
    "discountDateCalculation:text; discountPercent:dec; calculateDiscountOnCreditMemos:bool; "
    "lastModifiedDateTime:time!", "Payment Terms",
)  # fmt: skip
_add(
    "countriesRegions", "countryRegion", "id:guid!; code:code10; displayName:text50; "
    "addressFormat:enum=Post Code+City|City+Post Code|City+County+Post Code|Blank Line+Post Code+City|Custom; "
    "lastModifiedDateTime:time!", "Country/Region",
)  # fmt: skip
_add(
    "currencies", "currency", "id:guid!; code:code10; displayName:text30; symbol:text10; amountDecimalPlaces:text5; "
    "amountRoundingPrecision:dec; lastModifiedDateTime:time!", "Currency",
)  # fmt: skip
_add(
    "currencyExchangeRates", "currencyExchangeRate", "id:guid!; currencyCode:code10!; startingDate:date!; "
    "exchangeRateAmount:dec!; relationalCurrencyCode:code10!; relationalExchangeRateAmount:dec!; "
    "lastModifiedDateTime:time!", "Currency Exchange Rate", verbs="",
)  # fmt: skip
_add("taxGroups", "taxGroup", _TAX, "VAT Product Posting Group")
_add("taxAreas", "taxArea", _TAX, "VAT Business Posting Group")
_add(
    "generalProductPostingGroups", "generalProductPostingGroup", "id:guid!; code:code20!; description:text100!; "
    "defaultVATProductPostingGroup:code20!; autoInsertDefault:bool!; lastModifiedDateTime:time!",
    "Gen. Product Posting Group", verbs="",
)  # fmt: skip
_add(
    "inventoryPostingGroups", "inventoryPostingGroup", "id:guid!; code:code20!; description:text100!; "
    "lastModifiedDateTime:time!", "Inventory Posting Group", verbs="",
)  # fmt: skip
_add("accounts", "account", _ACCOUNT, "G/L Account", verbs="")
_add(
    "dimensions", "dimension", "id:guid!; code:code20!; displayName:text30!; consolidationCode:code20!; "
    "lastModifiedDateTime:time!", "Dimension", verbs="", many={"dimensionValues": "dimensionValues"},
)  # fmt: skip
_add(
    "dimensionValues", "dimensionValue", "id:guid!; code:code20!; dimensionId:guid!; displayName:text50!; "
    "consolidationCode:code20!; lastModifiedDateTime:time!", "Dimension Value", verbs="",
)  # fmt: skip
_add("dimensionSetLines", "dimensionSetLine", _DIMENSION_SET_LINE, "Dimension Set Entry Buffer")
_add("defaultDimensions", "defaultDimension", _DEFAULT_DIMENSION, "Default Dimension")
_add("companyInformation", "companyInformation", _COMPANY_INFORMATION, "Company Information", verbs="PATCH")
_add("generalLedgerSetup", "generalLedgerSetup", _SETUP, "General Ledger Setup", verbs="")
_add(
    "accountingPeriods", "accountingPeriod", "id:guid!; startingDate:date!; name:text10!; newFiscalYear:bool!; "
    "closed:bool!; dateLocked:bool!; lastModifiedDateTime:time!", "Accounting Period", verbs="",
)  # fmt: skip
_add("generalLedgerEntries", "generalLedgerEntry", _GL_ENTRY, "G/L Entry", verbs="", many=_DIMS,
     one={"account": "accounts"})  # fmt: skip
_add("itemLedgerEntries", "itemLedgerEntry", _ITEM_ENTRY, "Item Ledger Entry", verbs="")
_add(
    "journals", "journal", "id:guid!; code:code10; displayName:text100; templateDisplayName:code10; "
    f"lastModifiedDateTime:time!; {_BALANCE}", "Gen. Journal Batch", many={"journalLines": "journalLines"},
)  # fmt: skip
_add(
    "customerPaymentJournals", "customerPaymentJournal", "id:guid!; code:code10; displayName:text100; "
    f"lastModifiedDateTime:time!; {_BALANCE}", "Gen. Journal Batch", many={"customerPayments": "customerPayments"},
)  # fmt: skip
_add("journalLines", "journalLine", _JOURNAL_LINE, "Gen. Journal Line", many=_DIMS)
_add("customerPayments", "customerPayment", _PAYMENT, "Gen. Journal Line", many=_DIMS)
_HEADER_ONE = {"customer": "customers", "currency": "currencies", "paymentTerm": "paymentTerms",
               "shipmentMethod": "shipmentMethods"}  # fmt: skip
_LINE_ONE = {"item": "items", "account": "accounts", "location": "locations", "itemVariant": "itemVariants"}
for _name, _type, _spec, _lines, _line_type, _line_spec, _caption in (
    ("salesOrders", "salesOrder", ORDER, "salesOrderLines", "salesOrderLine", ORDER_LINE, "Sales Order"),
    ("salesInvoices", "salesInvoice", INVOICE, "salesInvoiceLines", "salesInvoiceLine", INVOICE_LINE, "Sales Invoice"),
    ("salesCreditMemos", "salesCreditMemo", CREDIT_MEMO, "salesCreditMemoLines", "salesCreditMemoLine", CREDIT_LINE,
     "Sales Credit Memo"),
):  # fmt: skip
    _add(_name, _type, _spec, _caption, many={_lines: _lines, **_DIMS}, one=_HEADER_ONE)
    _add(_lines, _line_type, _line_spec, f"{_caption} Line", many=_DIMS, one=_LINE_ONE)
_add("salesShipments", "salesShipment", SHIPMENT, "Sales Shipment", verbs="",
     many={"salesShipmentLines": "salesShipmentLines", **_DIMS})  # fmt: skip
_add("salesShipmentLines", "salesShipmentLine", SHIPMENT_LINE, "Sales Shipment Line", verbs="", many=_DIMS)
