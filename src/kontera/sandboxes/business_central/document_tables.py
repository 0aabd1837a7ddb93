"""The properties of orders, invoices, credit memos, shipments and their lines.

Decides names, lengths and which properties are read-only. Rules are in `documents.py` and `lines.py`.
"""

from __future__ import annotations


def _address(prefix: str, flag: str = "") -> str:
    return "; ".join(
        f"{prefix}{name}:{kind}{flag}"
        for name, kind in (
            ("AddressLine1", "text100"),
            ("AddressLine2", "text50"),
            ("City", "text30"),
            ("Country", "code10"),
            ("State", "text30"),
            ("PostCode", "code20"),
        )
    )


_CUSTOMER = """customerId:guid; customerNumber:code20; customerName:text100!; billToName:text100!;
    billToCustomerId:guid; billToCustomerNumber:code20"""
_SHIP_TO = "shipToName:text100; shipToContact:text100"
_SHORTCUTS = "shortcutDimension1Code:code20; shortcutDimension2Code:code20"
_TERMS = "paymentTermsId:guid; shipmentMethodId:guid; salesperson:code20"
_TOTALS = """discountAmount:dec; discountAppliedBeforeTax:bool~; totalAmountExcludingTax:dec!; totalTaxAmount:dec!;
    totalAmountIncludingTax:dec!"""
_TAIL = "lastModifiedDateTime:time!; phoneNumber:text30; email:text80"
_HEAD = "id:guid!; number:code20!; externalDocumentNumber:code35"

ORDER = f"""{_HEAD}; orderDate:date; postingDate:date; {_CUSTOMER}; {_SHIP_TO}; {_address("sellTo")};
    {_address("billTo", "!")}; {_address("shipTo")}; {_SHORTCUTS}; currencyId:guid; currencyCode:code10;
    pricesIncludeTax:bool; {_TERMS}; partialShipping:bool; requestedDeliveryDate:date; {_TOTALS}; fullyShipped:bool!;
    status:enum~=Draft|In Review|Open; {_TAIL}"""
INVOICE = f"""{_HEAD}; invoiceDate:date; postingDate:date; dueDate:date; promisedPayDate:date;
    customerPurchaseOrderReference:text35; {_CUSTOMER}; {_SHIP_TO}; {_address("sellTo")}; {_address("billTo", "!")};
    {_address("shipTo")}; currencyId:guid; {_SHORTCUTS}; currencyCode:code10; orderId:guid!; orderNumber:code20!;
    {_TERMS}; disputeStatusId:guid; disputeStatus:code10; pricesIncludeTax:bool!; remainingAmount:dec~; {_TOTALS};
    status:enum~=_|Draft|In Review|Open|Paid|Canceled|Corrective; {_TAIL}"""
CREDIT_MEMO = f"""{_HEAD}; creditMemoDate:date; postingDate:date; dueDate:date; {_CUSTOMER}; {_address("sellTo")};
    {_address("billTo")}; {_SHORTCUTS}; currencyId:guid; currencyCode:code10; {_TERMS}; pricesIncludeTax:bool!;
    {_TOTALS}; status:enum~=Draft|In Review|Open|Canceled|Corrective|Paid; invoiceId:guid; invoiceNumber:code20;
    customerReturnReasonId:guid; {_TAIL}"""
_LINE = """id:guid!; documentId:guid; sequence:int; itemId:guid; accountId:guid;
    lineType:enum=Comment|Account|Item|Resource|Fixed Asset|Charge|Allocation Account; lineObjectNumber:code20;
    description:text100; description2:text50; unitOfMeasureId:guid; unitOfMeasureCode:code10; quantity:dec;
    unitPrice:dec; discountAmount:dec; discountPercent:dec; discountAppliedBeforeTax:bool~; amountExcludingTax:dec~;
    taxCode:code50; taxPercent:dec~; totalTaxAmount:dec~; amountIncludingTax:dec~; invoiceDiscountAllocation:dec~;
    netAmount:dec~; netTaxAmount:dec~; netAmountIncludingTax:dec~; shipmentDate:date"""
_LINE_TAIL = "itemVariantId:guid; locationId:guid"
ORDER_LINE = f"""{_LINE}; shippedQuantity:dec!; invoicedQuantity:dec!; invoiceQuantity:dec; shipQuantity:dec;
    {_LINE_TAIL}"""
INVOICE_LINE = f"{_LINE}; {_LINE_TAIL}"
CREDIT_LINE = INVOICE_LINE
SHIPMENT = f"""id:guid!; number:code20!; externalDocumentNumber:code35!; invoiceDate:date!; postingDate:date!;
    dueDate:date!; customerPurchaseOrderReference:text35!; customerId:guid!; customerNumber:code20!;
    customerName:text100!; billToCustomerId:guid!; billToName:text100!; billToCustomerNumber:code20!;
    shipToName:text100!; shipToContact:text100!; {_address("sellTo", "!")}; {_address("billTo", "!")};
    {_address("shipTo", "!")}; currencyCode:code10!; orderNumber:code20!; paymentTermsCode:code10!;
    shipmentMethodCode:code10!; salesperson:code20!; pricesIncludeTax:bool!; lastModifiedDateTime:time!;
    phoneNumber:text30!; email:text80!"""
SHIPMENT_LINE = """id:guid!; documentId:guid!; documentNo:code20!; sequence:int!;
    lineType:enum!=_|G/L Account|Item|Resource|Fixed Asset|Charge (Item)|Allocation Account; lineObjectNumber:code20!;
    description:text100!; description2:text50!; unitOfMeasureCode:code10!; unitPrice:dec!; quantity:dec!;
    discountPercent:dec!; taxPercent:dec!; shipmentDate:date!"""
