"""Posting a sales document: what it refuses, the numbers it takes, and what it leaves in the ledgers.

Decides posted invoices, credit memos and shipments. Numbers are committed before the ledgers are written, so a posting
that fails afterwards keeps them (BC 15). After facts B7 and BC 2, 3, 12-21, 146-152, 172, 179, 210.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kontera.money import ZERO, round_to
from kontera.sandboxes.business_central import amounts, state
from kontera.sandboxes.business_central.arithmetic import Value, in_local, line_amount, rounding_of, shared_out
from kontera.sandboxes.business_central.books import Posting, account_of, booked
from kontera.sandboxes.business_central.company import Company, due_date
from kontera.sandboxes.business_central.errors import dialog, field_error, must_have_value
from kontera.sandboxes.business_central.fields import NO_DATE, ZERO_GUID
from kontera.sandboxes.business_central.kinds import INVOICE, Kind
from kontera.sandboxes.business_central.partners import check_customer, move_stock
from kontera.sandboxes.business_central.store import Record
from kontera.sandboxes.business_central.tables import ENTITIES

NOTHING = "There is nothing to post because the document does not contain a quantity or amount."
_NO_LINES = {
    "salesOrders": "Please add at least one line item to the estimate.",
    "salesInvoices": "Please add at least one line item to the invoice.",
    "salesCreditMemos": "Please add at least one line item to the credit memo.",
}
_SHIPMENT_TYPES = {"Account": "G/L Account", "Charge": "Charge (Item)", "Comment": " "}


@dataclass(frozen=True)
class Part:
    """What is invoiced of one line. line: the draft's; amounts in the document's currency, after all discounts, and
    (home) in the company's."""

    line: Record
    quantity: Decimal
    discount: Decimal
    amount: Decimal
    invoice_discount: Decimal
    net: Decimal = ZERO
    gross: Decimal = ZERO
    home_net: Decimal = ZERO
    home_gross: Decimal = ZERO


def post(company: Company, kind: Kind, header: Record) -> None:
    """Post a draft invoice or credit memo: its record lives on under a new number. BC 2, 197."""
    lines = amounts.lines_of(company, kind, header)
    _check_header(company, kind, header, lines)
    if not any(line["quantity"] for line in lines):
        raise dialog(NOTHING)
    _take_numbers(company, kind, header, shipment=kind is INVOICE and company.switches.shipment_on_invoice)
    parts = _parts(company, header, [(line, line["quantity"]) for line in lines])
    _check_lines(company, kind, header, parts)
    if kind is INVOICE:
        wanted = [(part.line, part.quantity) for part in parts]
        _check_stock(company, wanted)
        if company.switches.shipment_on_invoice:
            ship(company, kind, header, wanted)
    table = company.table(kind.name)
    table.edit(header, number=header["_postingNumber"], _postingNumber="", _posted=True, _released=False)
    for part in parts:
        _settle_line(company, kind, part, part.line)
    _ledgers(company, kind, header, header, parts)


def ship_and_invoice(company: Company, kind: Kind, order: Record) -> None:
    """Post what an order's lines say is to be shipped and invoiced; the order goes when nothing is left. BC 12-14."""
    lines = amounts.lines_of(company, kind, order)
    _check_header(company, kind, order, lines)
    to_ship = [(line, line["shipQuantity"]) for line in lines if line["shipQuantity"]]
    to_invoice = [(line, line["invoiceQuantity"]) for line in lines if line["invoiceQuantity"]]
    if not to_ship and not to_invoice:
        raise dialog(NOTHING)
    whole = all(line["shipQuantity"] == line["quantity"] - line["shippedQuantity"] for line in lines)
    if to_ship and not whole and not order["partialShipping"]:
        raise dialog("This document cannot be shipped completely. Change the value in the Shipping Advice field to "
                     "Partial.")  # fmt: skip
    _take_numbers(company, kind, order, shipment=bool(to_ship), invoice=bool(to_invoice))
    parts = _parts(company, order, [
        (line, line["invoiceQuantity"]) for line in lines if line["invoiceQuantity"] or line["lineType"] == "Comment"
    ]) if to_invoice else []  # fmt: skip
    _check_lines(company, kind, order, parts)
    _check_stock(company, to_ship)
    if to_ship:
        ship(company, kind, order, [(line, line["shipQuantity"]) for line in lines if line["shipQuantity"]
                              or line["lineType"] == "Comment"])  # fmt: skip
    if parts:
        _invoice_of(company, kind, order, parts)
    company.table(kind.name).edit(order, _postingNumber="", _shippingNumber="", _released=True)
    for line in lines:
        company.table(kind.lines).edit(
            line, shippedQuantity=line["shippedQuantity"] + line["shipQuantity"],
            invoicedQuantity=line["invoicedQuantity"] + line["invoiceQuantity"],
        )  # fmt: skip
        proposed = company.switches.quantity_to_ship == "Remainder"
        line["shipQuantity"] = line["quantity"] - line["shippedQuantity"] if proposed else ZERO
        line["invoiceQuantity"] = line["quantity"] - line["invoicedQuantity"] if proposed else ZERO
    if all(line["invoicedQuantity"] == line["quantity"] for line in lines):
        for line in lines:
            company.table(kind.lines).remove(line)
        company.table(kind.name).remove(order)
        return
    order["fullyShipped"] = all(
        line["shippedQuantity"] == line["quantity"] for line in lines if line["lineType"] != "Comment"
    )


def _check_header(company: Company, kind: Kind, header: Record, lines: list[Record]) -> None:
    """What is refused before any number is taken; the first error only. BC 70, 262."""
    if not lines:
        raise dialog(_NO_LINES[kind.name])
    company.check_posting_date(header["postingDate"])
    for name, caption in (("postingDate", "Posting Date"), (kind.day, "Document Date"), ("dueDate", "Due Date")):
        if name in header and header[name] == NO_DATE:
            raise must_have_value(caption, "Sales Header", "No.", header["number"])
    for name in ("customerId", "billToCustomerId"):
        customer = company.table("customers").rows[header[name]]
        check_customer(customer, kind.name, posting=True, shipping=kind.ships)
    if company.switches.external_number_mandatory and not header["externalDocumentNumber"]:
        raise must_have_value("External Document No.", "Sales Header", "No.", header["number"])


def _check_lines(company: Company, kind: Kind, header: Record, parts: list[Part]) -> None:
    """What is refused after the numbers are taken: set-up, accounts, stock, the document's sign."""
    sign = -1 if kind.name == "salesCreditMemos" else 1
    if sum((part.gross for part in parts), ZERO) < 0:
        raise dialog(f"The total amount for the {'invoice' if sign > 0 else 'credit memo'} must be 0 or greater.")
    for part in parts:
        line = part.line
        if line["lineType"] == "Comment" or not part.quantity:
            continue
        if line["lineType"] == "Charge":
            raise dialog(f"You must assign item charge {line['lineObjectNumber']} if you want to invoice it.")
        vat = company.vat_setup(header["_vatBus"], line["_vatProd"])
        if vat.blocked:
            raise dialog("Setup is blocked in VAT Posting Setup for VAT Bus. Posting Group "
                         f"{header['_vatBus']} and VAT Prod. Posting Group {line['_vatProd']}.")  # fmt: skip
        _account_for(company, kind, header, line)
        item = company.table("items").get(line["itemId"])
        if item is not None and item["blocked"]:
            raise field_error(f"Blocked must be equal to 'No'  in Item: No.={item['number']}. Current value is 'Yes'.")


def _check_stock(company: Company, wanted: list[tuple[Record, Decimal]]) -> None:
    """Refuse what would leave less than nothing, where the company forbids that."""
    for line, quantity in wanted:
        item = company.table("items").get(line["itemId"])
        short = item is not None and item["type"] == "Inventory" and item["inventory"] < quantity
        if item is not None and short and company.switches.prevent_negative_inventory:
            raise dialog(f"You have insufficient quantity of Item {item['number']} on inventory.")


def _account_for(company: Company, kind: Kind, header: Record, line: Record) -> str:
    """The account a line's revenue goes to. Raises ApiError when the set-up has none."""
    if line["lineType"] == "Account":
        return str(account_of(company, line["lineObjectNumber"], direct=True)["number"])
    setup = company.general_setup(header["_genBus"], line["_genProd"])
    groups = f"Gen. Bus. Posting Group={header['_genBus']},Gen. Prod. Posting Group"
    if setup.blocked:
        raise dialog(f"Setup is blocked in General Posting Setup for {groups} {line['_genProd']}.")
    credit = kind.name == "salesCreditMemos"
    number = setup.credits if credit else setup.sales
    if not number:
        name = "Sales Credit Memo Account" if credit else "Sales Account"
        raise must_have_value(name, "General Posting Setup", groups, line["_genProd"])
    return str(account_of(company, number)["number"])


def _take_numbers(company: Company, kind: Kind, header: Record, shipment: bool, invoice: bool = True) -> None:
    """Give the posting its numbers for good; a later try uses them again."""
    company.table(kind.name).edit(header)
    if invoice and not header["_postingNumber"]:
        header["_postingNumber"] = company.next_number(kind.posted_series)
    if shipment and not header["_shippingNumber"]:
        header["_shippingNumber"] = company.next_number("S-SHPT")
    company.log.commit()


def _parts(company: Company, header: Record, wanted: list[tuple[Record, Decimal]]) -> list[Part]:
    """The amounts of what is invoiced: the VAT of each identifier, shared out over its lines."""
    decimals = company.decimals(header["currencyCode"])
    parts = []
    for line, quantity in wanted:
        share = quantity / line["quantity"] if line["quantity"] else ZERO
        discount = round_to(line["discountAmount"] * share, decimals)
        amount = line_amount(quantity, line["unitPrice"], discount, decimals)
        parts.append(Part(line, quantity, discount, amount, round_to(line["_invDisc"] * share, decimals)))
    values = [
        Value(part.line["_identifier"], part.line["_percent"], part.amount, part.invoice_discount,
              kind=part.line["_vatKind"]) for part in parts
    ]  # fmt: skip
    found = shared_out(values, header["pricesIncludeTax"], decimals)
    home = in_local(found, header["_rate"], company.decimals(""))
    return [
        Part(part.line, part.quantity, part.discount, part.amount, part.invoice_discount, *own, *local)
        for part, own, local in zip(parts, found, home, strict=True)
    ]


def _settle_line(company: Company, kind: Kind, part: Part, line: Record) -> None:
    """Bring a posted line to what was posted of it."""
    company.table(kind.lines).edit(
        line, quantity=part.quantity, discountAmount=part.discount, _lineAmount=part.amount,
        _invDisc=part.invoice_discount, _net=part.net, _incl=part.gross,
    )  # fmt: skip


def ship(company: Company, kind: Kind, header: Record, wanted: list[tuple[Record, Decimal]]) -> None:
    """A posted shipment of some quantities; the goods leave the stock. BC 12, 46, 149, 207-210."""
    fields = ENTITIES["salesShipments"].fields
    known = {name: header[name] for name in fields if name in header and name != "id"}
    terms = company.table("paymentTerms").get(header["paymentTermsId"])
    method = company.table("shipmentMethods").get(header["shipmentMethodId"])
    shipment = company.table("salesShipments").add({
        **{name: each.empty for name, each in fields.items() if name != "id"}, **known,
        "number": header["_shippingNumber"], "orderNumber": header["number"],
        "invoiceDate": header.get("orderDate", header["postingDate"]),
        "paymentTermsCode": terms["code"] if terms else "", "shipmentMethodCode": method["code"] if method else "",
        "_dims": header["_dims"],
    })  # fmt: skip
    line_fields = ENTITIES["salesShipmentLines"].fields
    for line, quantity in wanted:
        company.table("salesShipmentLines").add({
            **{name: line[name] for name in line_fields if name in line and name != "id"},
            "documentId": shipment["id"], "documentNo": shipment["number"], "quantity": quantity,
            "lineType": _SHIPMENT_TYPES.get(line["lineType"], line["lineType"]), "taxPercent": line["_percent"],
            "_dims": line["_dims"],
        })  # fmt: skip
        item = company.table("items").get(line["itemId"])
        if item is not None:
            entry = move_stock(company, item, -quantity, "Sale", header["postingDate"], shipment["number"],
                               document_type="Sales Shipment", source=header["customerNumber"])  # fmt: skip
            company.table(kind.lines).edit(line, _itemEntry=entry["id"])


def _invoice_of(company: Company, kind: Kind, order: Record, parts: list[Part]) -> None:
    """The posted invoice of an order: an id of its own, lines that keep theirs the first time. BC 3, 172."""
    fields = ENTITIES["salesInvoices"].fields
    known = {name: value for name, value in order.items() if (name in fields or name[0] == "_") and name != "id"}
    invoice = company.table("salesInvoices").add({
        **{name: each.empty for name, each in fields.items() if name != "id" and not each.calculated}, **known,
        "number": order["_postingNumber"], "invoiceDate": order["orderDate"], "dueDate": _due(company, order),
        "orderId": order["id"], "orderNumber": order["number"], "_posted": True, "_released": False, "_lines": (),
        "_postingNumber": "", "_shippingNumber": "",
    })  # fmt: skip
    table = company.table("salesInvoiceLines")
    names = {name for name in ENTITIES["salesInvoiceLines"].fields if name not in ("id", "documentId")}
    for part in parts:
        line = {name: value for name, value in part.line.items() if name in names or name[0] == "_"}
        if part.line["invoicedQuantity"] == 0 and table.get(part.line["id"]) is None:
            line["id"] = part.line["id"]
        line["documentId"], line["_orderLine"] = invoice["id"], part.line["id"]
        table.add(line)
        invoice["_lines"] += (line["id"],)
        _settle_line(company, INVOICE, part, line)
    _ledgers(company, INVOICE, order, invoice, parts)


def _due(company: Company, order: Record) -> str:
    terms = company.table("paymentTerms").get(order["paymentTermsId"])
    return due_date(order["orderDate"], terms["dueDateCalculation"] if terms else "")


def _ledgers(company: Company, kind: Kind, draft: Record, posted: Record, parts: list[Part]) -> None:
    """General, customer, item and VAT ledgers of a posted document, and its totals."""
    sign = -1 if kind.name == "salesCreditMemos" else 1
    number, day, rate = posted["number"], posted["postingDate"], posted["_rate"]
    customer = company.table("customers").rows[posted["billToCustomerId"]]
    group = company.customer_groups[customer["_customerGroup"]]
    postings = []
    for part in parts:
        line = part.line
        if not part.quantity and not part.gross:
            continue
        vat = company.vat_setup(posted["_vatBus"], line["_vatProd"])
        if part.home_net:
            account = _account_for(company, kind, posted, line)
            postings.append(Posting(account, -sign * part.home_net, line["_dims"]))
        vat_amount = sign * (part.home_net - part.home_gross)
        if vat_amount:
            postings.append(Posting(vat.account, vat_amount, line["_dims"], f"{vat.identifier}"))
        company.table("vatEntries").add({
            "documentNumber": number, "business": posted["_vatBus"], "product": line["_vatProd"],
            "identifier": vat.identifier, "base": -sign * part.home_net, "amount": vat_amount,
        })  # fmt: skip
        _goods(company, kind, posted, part, sign)
    total = sum((part.gross for part in parts), ZERO)
    net = sum((part.net for part in parts), ZERO)
    rounding = _rounding_line(company, kind, posted, total, group)
    total, net = total + rounding, net + rounding
    home = round_to(total * rate, company.decimals(""))
    home_rounding = home - sum((part.home_gross for part in parts), ZERO)
    if home_rounding:
        postings.append(Posting(group["rounding"], -sign * home_rounding, posted["_dims"], "Invoice Rounding"))
    postings.append(Posting(group["receivables"], sign * home, posted["_dims"], f"{kind.document_type} {number}"))
    booked(company, postings, day, number, kind.document_type)
    posted.update(
        totalAmountExcludingTax=net, totalAmountIncludingTax=total, totalTaxAmount=total - net,
        discountAmount=sum((part.invoice_discount for part in parts), ZERO),
    )  # fmt: skip
    if total:
        entry = _customer_entry(company, kind, posted, sign * total)
        posted["_entry"] = entry["id"]
        if kind.name == "salesCreditMemos" and draft["invoiceNumber"]:
            gain = state.apply_entries(company, entry, state.open_entry(company, draft["invoiceNumber"], 1), day)
            booked(company, state.realised(group, gain), day, number, kind.document_type)


def _rounding_line(company: Company, kind: Kind, posted: Record, total: Decimal, group: dict[str, str]) -> Decimal:
    """The invoice rounding, as a line of its own on the posted document. A foreign currency has its own precision."""
    currency = company.table("currencies").by("code", posted["currencyCode"])
    precision = company.switches.invoice_rounding
    if currency is not None and precision:
        precision = currency["amountRoundingPrecision"]
    rounding = rounding_of(total, precision)
    if rounding:
        account = account_of(company, group["rounding"])
        sequences = [line["sequence"] for line in amounts.lines_of(company, kind, posted)]
        line = kind.blank_line() | {
            "documentId": posted["id"], "sequence": max(sequences) + 10000, "lineType": "Account",
            "accountId": account["id"], "itemId": ZERO_GUID, "lineObjectNumber": account["number"],
            "description": "Invoice Rounding", "quantity": Decimal(1), "unitPrice": rounding,
            "_lineAmount": rounding, "_net": rounding, "_incl": rounding, "_identifier": "NO VAT",
        }  # fmt: skip
        company.table(kind.lines).add(line)
        posted["_lines"] += (line["id"],)
    return rounding


def _goods(company: Company, kind: Kind, posted: Record, part: Part, sign: int) -> None:
    """The stock that leaves (or comes back), and its cost where the company books it with the sale."""
    item = company.table("items").get(part.line["itemId"])
    if item is None or not part.quantity:
        return
    moved = -sign * part.quantity
    local = sign * part.home_net
    shipped = company.table("itemLedgerEntries").get(part.line["_itemEntry"])
    if shipped is not None:  # the goods left with the shipment; the invoice says what they were sold for
        amount = shipped["salesAmountActual"] + local
        company.table("itemLedgerEntries").edit(shipped, salesAmountActual=amount)
    else:
        move_stock(company, item, moved, "Sale", posted["postingDate"], posted["number"], local,
                   "Sales Invoice" if sign > 0 else "Sales Credit Memo", posted["customerNumber"])  # fmt: skip
    cost = round_to(moved * item["unitCost"], company.decimals(""))
    setup = company.general.get((posted["_genBus"], part.line["_genProd"]))
    stock = company.inventory_accounts.get(item["inventoryPostingGroupCode"], "")
    if company.switches.post_cost and cost and setup and setup.cost and stock:
        booked(company, [Posting(stock, cost, part.line["_dims"]), Posting(setup.cost, -cost, part.line["_dims"])],
               posted["postingDate"], posted["number"], kind.document_type)  # fmt: skip


def _customer_entry(company: Company, kind: Kind, posted: Record, amount: Decimal) -> Record:
    local = round_to(amount * posted["_rate"], company.decimals(""))
    return company.table("customerLedger").add({
        "customerNumber": posted["billToCustomerNumber"], "documentType": kind.document_type,
        "documentNumber": posted["number"], "externalDocumentNumber": posted["externalDocumentNumber"],
        "postingDate": posted["postingDate"], "dueDate": posted.get("dueDate", posted["postingDate"]),
        "currency": posted["currencyCode"], "rate": posted["_rate"], "amount": amount, "remaining": amount,
        "open": True, "local": local, "localAmount": local,
    })  # fmt: skip
