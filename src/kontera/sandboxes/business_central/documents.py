"""Orders, invoices and credit memos as drafts: headers, their lines, and what may still be changed.

Decides who the customer is, which properties act on which others, and what a posted or released document refuses.
Posting itself is `posting.py`. After facts BC 1, 8-10, 14-16, 22-24, 34-41, 131-153, 174-206.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kontera.money import ONE, ZERO
from kontera.sandboxes.business_central import actions, amounts, lines, state
from kontera.sandboxes.business_central.company import Company, due_date
from kontera.sandboxes.business_central.errors import ApiError, dialog, field_error, must_have_value
from kontera.sandboxes.business_central.fields import ZERO_GUID
from kontera.sandboxes.business_central.kinds import BY_LINES, KINDS, Kind
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.partners import check_customer, currency_pair, need_id
from kontera.sandboxes.business_central.registers import check_dimension, default_dimensions
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record

_LINE_NEED = "You must specify an Id or a Document Id to get the lines."
_ADDRESS = ("AddressLine1", "AddressLine2", "City", "Country", "State", "PostCode")
_CUSTOMER_ADDRESS = ("addressLine1", "addressLine2", "city", "country", "state", "postalCode")
_CUSTOMER_NAMES = ("customerId", "customerNumber", "billToCustomerId", "billToCustomerNumber")
_POSTED_MAY = frozenset({"dueDate", "promisedPayDate", "disputeStatus", "disputeStatusId"})
_RELEASED_MAY = frozenset({"postingDate", "externalDocumentNumber", "dueDate", "email", "phoneNumber",
                           "requestedDeliveryDate"})  # fmt: skip
_HIDDEN: Record = {
    "_lines": (), "_rate": ONE, "_vatBus": "", "_genBus": "", "_location": ZERO_GUID, "_discountKind": "none",
    "_discount": ZERO, "_pending": False, "_posted": False, "_released": False, "_postingNumber": "",
    "_shippingNumber": "", "_dims": {}, "_canceled": False, "_corrective": False, "_corrects": "", "_entry": "",
    "_review": False,
}  # fmt: skip


class Documents(Resource):
    """Orders, invoices or credit memos."""

    key = "number"
    always_calculated = frozenset({"currencyCode"})

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.kind = KINDS[name]
        self.actions = actions.OF[name]

    def act(self, company: Company, record: Record, action: str) -> None:
        """See Resource."""
        actions.carry_out(company, self.kind, record, action)

    def touched(self, company: Company, record: Record) -> None:
        """Reading a draft settles totals that are pending. BC 8."""
        if record["_pending"] and not record["_posted"]:
            self.table(company).edit(record)
            amounts.refresh(company, self.kind, record)

    def calculated(self, company: Company, record: Record) -> Record:
        """See Resource."""
        values: Record = {
            "status": state.status(company, record),
            "discountAppliedBeforeTax": not record["pricesIncludeTax"],
            "currencyCode": record["currencyCode"] or company.currency,
        }
        if self.name == "salesInvoices":
            values["remainingAmount"] = state.remaining(company, record)
        return values

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        values = self.read(body)
        if not {"customerId", "customerNumber"} & set(values):
            raise dialog('A "customerNumber" or a "customerId" must be provided.')
        today = company.today()
        record = {**self.blank(), **_HIDDEN, "number": company.next_number(self.kind.series),
                  "postingDate": today, self.kind.day: today}  # fmt: skip
        if self.kind.ships:
            record["partialShipping"] = True
        self.table(company).add(record)
        editor = HeaderEditor(company, self.kind, record)
        editor.customers(values)
        discount = values.pop("discountAmount", None)
        editor.apply({name: value for name, value in values.items() if name not in _CUSTOMER_NAMES})
        for name in (self.kind.day, "postingDate", "dueDate"):  # applied again, in this order: BC 23
            if name in values:
                record[name] = values[name]
                editor.dated(name)
        if discount is not None:
            amounts.set_discount(company, self.kind, record, discount)
        return record

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource."""
        values = self.read(body)
        changed = {name: value for name, value in values.items() if record[name] != value}
        if record["_posted"]:
            if self.name == "salesCreditMemos" or not values or not set(values) <= _POSTED_MAY:
                raise dialog(f"The {self.kind.word} has been posted and can no longer be modified.")
            self.table(company).edit(record, **values)
            state.move_due_date(company, record)
            return
        if (record["_released"] or record["_review"]) and not set(changed) <= _RELEASED_MAY:
            raise state.not_open(self.kind, record)
        if {"promisedPayDate", "disputeStatus", "disputeStatusId"} & set(changed):
            raise field_error("Posted must be equal to 'Yes' in Sales Invoice Entity Aggregate.")
        self.table(company).edit(record)
        editor = HeaderEditor(company, self.kind, record)
        if set(_CUSTOMER_NAMES) & set(changed):
            editor.customers(changed)
            editor.recreate_lines()
        editor.apply({name: value for name, value in changed.items() if name not in _CUSTOMER_NAMES})
        amounts.refresh(company, self.kind, record)

    def remove(self, company: Company, record: Record) -> None:
        """Delete a draft; one that already holds a posting number leaves an empty posted document. BC 10, 16."""
        if record["_posted"] and not company.switches.delete_before > record["postingDate"]:
            raise dialog("The date Allow Document Deletion Before must be set on the page Sales & Receivables Setup "
                         "before deleting sales documents.")  # fmt: skip
        for line in amounts.lines_of(company, self.kind, record):
            company.table(self.kind.lines).remove(line)
        self.table(company).remove(record)
        if record["_postingNumber"] and not record["_posted"]:
            state.fill_gap(company, self.kind, record)


class HeaderEditor:
    """Sets properties of one draft's header, one after the other."""

    def __init__(self, company: Company, kind: Kind, header: Record) -> None:
        self.company, self.kind, self.header = company, kind, header
        self._setters: dict[str, Callable[[Any], None]] = {
            "pricesIncludeTax": self._prices,
            "shortcutDimension1Code": lambda value: self._shortcut(0, value),
            "shortcutDimension2Code": lambda value: self._shortcut(1, value),
            "discountAmount": lambda value: amounts.set_discount(company, kind, header, value),
            "invoiceId": self._invoice,
            "invoiceNumber": self._invoice_number,
        }

    def customers(self, values: Record) -> None:
        """Who buys and who is billed. BC 133, 136, 137."""
        table = self.company.table("customers")
        if {"customerId", "customerNumber"} & set(values):
            by_id = next(iter(name for name in values if name in ("customerId", "customerNumber"))) == "customerId"
            if "customerId" in values:
                customer = table.get(values["customerId"])
                if by_id and customer and values.get("customerNumber", customer["number"]) != customer["number"]:
                    raise dialog("The sell-to customer values do not match to a specific Customer.")
            else:
                customer = table.by("number", values["customerNumber"])
            if customer is None:
                raise dialog("The sell-to customer cannot be found.")
            self._sell_to(customer)
        if {"billToCustomerId", "billToCustomerNumber"} & set(values):
            bill = (
                table.get(values["billToCustomerId"]) if "billToCustomerId" in values
                else table.by("number", values["billToCustomerNumber"])
            )  # fmt: skip
            if bill is None:
                raise dialog("The bill-to customer cannot be found.")
            self._bill_to(bill)

    def _sell_to(self, customer: Record) -> None:
        header = self.header
        check_customer(customer, self.kind.name, posting=False)
        if not customer["_genBus"]:
            raise must_have_value("Gen. Bus. Posting Group", "Customer", "No.", customer["number"])
        header.update(
            customerId=customer["id"], customerNumber=customer["number"], customerName=customer["displayName"],
            email=customer["email"], phoneNumber=customer["phoneNumber"], salesperson=customer["salespersonCode"],
            shipmentMethodId=customer["shipmentMethodId"], _location=customer["_location"],
        )  # fmt: skip
        for name, own in zip(_ADDRESS, _CUSTOMER_ADDRESS, strict=True):
            header[f"sellTo{name}"] = customer[own]
            if f"shipTo{name}" in header:
                header[f"shipTo{name}"] = customer[own]
        if "shipToName" in header:
            header["shipToName"] = customer["displayName"]
        header["_dims"] = default_dimensions(self.company, customer["id"])
        self._shown_shortcuts()
        self._bill_to(customer)

    def _bill_to(self, customer: Record) -> None:
        header = self.header
        check_customer(customer, self.kind.name, posting=False)
        if not customer["_customerGroup"]:
            raise must_have_value("Customer Posting Group", "Customer", "No.", customer["number"])
        header.update(
            billToCustomerId=customer["id"], billToCustomerNumber=customer["number"],
            billToName=customer["displayName"], pricesIncludeTax=customer["_pricesIncludeTax"],
            paymentTermsId=customer["paymentTermsId"], _genBus=customer["_genBus"], _vatBus=customer["_vatBus"],
        )  # fmt: skip
        for name, own in zip(_ADDRESS, _CUSTOMER_ADDRESS, strict=True):
            header[f"billTo{name}"] = customer[own]
        if header["_discountKind"] == "amount":  # BC 34
            header["_discountKind"], header["_discount"] = "none", ZERO
        self._currency({"currencyCode": customer["currencyCode"]})
        self.dated(self.kind.day)

    def apply(self, values: Record) -> None:
        """Set what differs from what is stored, in the order it was sent."""
        for name, table, what in (
            ("paymentTermsId", "paymentTerms", "Payment Terms"),
            ("shipmentMethodId", "shipmentMethods", "Shipment Method"),
        ):
            need_id(self.company, values, name, table, what)
        header = self.header
        currency: Record = {name: values[name] for name in ("currencyId", "currencyCode") if name in values}
        billed_apart = header["billToCustomerNumber"] != header["customerNumber"]
        for name, value in values.items():
            if name in currency:
                if currency:
                    self._currency(currency)
                    currency = {}
                continue
            if header[name] == value:
                continue
            if name in self._setters:
                self._setters[name](value)
                continue
            header[name] = value
            self.dated(name)
            mirrored = name.startswith("sellTo") and not billed_apart and self.kind.name != "salesCreditMemos"
            if mirrored:  # BC 39; not for credit memos, BC 204
                header["billTo" + name.removeprefix("sellTo")] = value

    def dated(self, name: str) -> None:
        """What follows from a date or the payment terms: the due date and the currency's rate."""
        header = self.header
        if name in (self.kind.day, "paymentTermsId") and "dueDate" in header:
            terms = self.company.table("paymentTerms").get(header["paymentTermsId"])
            header["dueDate"] = due_date(header[self.kind.day], terms["dueDateCalculation"] if terms else "")
        if name == "postingDate" and header["currencyCode"]:
            header["_rate"] = self.company.rate(header["currencyCode"], header["postingDate"])

    def _currency(self, values: Record) -> None:
        before = self.header["currencyCode"]
        currency_pair(self.company, self.header, values)
        self.header["_rate"] = self.company.rate(self.header["currencyCode"], self.header["postingDate"])
        if before != self.header["currencyCode"]:
            self.recreate_lines()

    def recreate_lines(self) -> None:
        """Lines are made anew with new defaults, without asking. BC 35."""
        table = self.company.table(self.kind.lines)
        for old in amounts.lines_of(self.company, self.kind, self.header):
            table.remove(old)
            self.header["_lines"] = tuple(each for each in self.header["_lines"] if each != old["id"])
            line = self.kind.blank_line() | {"documentId": self.header["id"], "sequence": old["sequence"]}
            table.add(line)
            self.header["_lines"] += (line["id"],)
            kept = {"itemId": old["itemId"], "accountId": old["accountId"], "description": old["description"],
                    "description2": old["description2"], "itemVariantId": old["itemVariantId"],
                    "locationId": old["locationId"], "quantity": old["quantity"]}  # fmt: skip
            if old["lineType"] == "Account":
                kept["unitPrice"] = old["unitPrice"]
            lines.Editor(self.company, self.kind, self.header, line, new=True).apply(kept)

    def _prices(self, value: bool) -> None:
        """Prices change between with and without VAT; amounts stay. BC 36."""
        header = self.header
        header["pricesIncludeTax"] = value
        decimals = self.company.decimals(header["currencyCode"])
        for line in amounts.lines_of(self.company, self.kind, header):
            self.company.table(self.kind.lines).edit(line, unitPrice=lines.converted_price(line, value))
            lines.restated(line, decimals)
        for line in amounts.lines_of(self.company, self.kind, header):
            amounts.revalue(self.company, self.kind, header, line)

    def _shortcut(self, which: int, value: str) -> None:
        """A global dimension's value, on the header and on every line. BC 37."""
        code = self.company.dimensions[which]
        if not code:
            raise dialog(f"Shortcut Dimension {which + 1} Code is not set up in General Ledger Setup.")
        if value:
            dimension = self.company.table("dimensions").by("code", code)
            if dimension is None or not self.company.table("dimensionValues").where(
                dimensionId=dimension["id"], code=value
            ):
                raise dialog('The "valueCode" does not match to a Dimension Value.')
            check_dimension(self.company, code, value)
        for record in (self.header, *amounts.lines_of(self.company, self.kind, self.header)):
            dims = {name: each for name, each in record["_dims"].items() if name != code}
            if record is not self.header:
                self.company.table(self.kind.lines).edit(record)
            record["_dims"] = {**dims, code: value} if value else dims
        self._shown_shortcuts()

    def _shown_shortcuts(self) -> None:
        state.show_shortcuts(self.company, self.header)

    def _invoice(self, value: str) -> None:
        """The invoice a credit memo is applied to. BC 202."""
        found = self.company.table("salesInvoices").get(value)
        if value != ZERO_GUID and (found is None or not found["_posted"]):
            raise dialog('The "invoiceId" does not match to an Invoice.')
        self.header["invoiceId"] = value
        self.header["invoiceNumber"] = found["number"] if found else ""

    def _invoice_number(self, value: str) -> None:
        found = self.company.table("salesInvoices").by("number", value)
        sent = self.header["invoiceId"]
        if sent != ZERO_GUID and (found is None or found["id"] != sent):
            raise dialog('The "invoiceId" and "invoiceNumber" do not match to a specific Invoice.')
        if value and (found is None or not found["_posted"]):
            raise dialog('The "invoiceId" does not match to an Invoice.')
        self.header["invoiceNumber"] = value
        self.header["invoiceId"] = found["id"] if found else ZERO_GUID


class DocumentLines(Resource):
    """The lines of one kind of document."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.kind = BY_LINES[name]

    always_calculated = frozenset({"taxCode"})

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource. Without a document, a filter on documentId or id is needed. BC 47, 72, 75."""
        if parent is None:
            if query.equals.get("id"):
                return [row for row in map(self.table(company).get, query.equals["id"]) if row]
            documents = (company.table(self.kind.name).get(each) for each in query.equals.get("documentId", ()))
            if not query.equals.get("documentId"):
                raise dialog(_LINE_NEED)
            header = next((each for each in documents if each), None)
            return amounts.lines_of(company, self.kind, header) if header else []
        return amounts.lines_of(company, self.kind, parent.record)

    def calculated(self, company: Company, record: Record) -> Record:
        """See Resource."""
        return amounts.shown_line(company, self._header(company, record), record)

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        values = self.read(body)
        header = parent.record if parent else company.table(self.kind.name).get(values.get("documentId", ZERO_GUID))
        if header is None:
            raise dialog("No document with the specified ID exists.")
        self._changeable(header)
        existing = amounts.lines_of(company, self.kind, header)
        sequence = values.get("sequence", 0)
        if any(line["sequence"] == sequence for line in existing):
            raise ApiError(
                400, "Application_DialogException", "You cannot insert a line because a line already exists."
            )
        last = max((line["sequence"] for line in existing), default=0)
        line = self.kind.blank_line() | {
            "documentId": header["id"], "sequence": sequence or last + 10000, "_dims": dict(header["_dims"]),
        }  # fmt: skip
        if "shipmentDate" in line:
            line["shipmentDate"] = company.today()
        company.table(self.kind.name).edit(header)
        self.table(company).add(line)
        header["_lines"] += (line["id"],)
        lines.Editor(company, self.kind, header, line, new=True).apply(values)
        self._settle(company, header, line)
        return line

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource."""
        values = self.read(body)
        header = self._header(company, record)
        if values.get("documentId", record["documentId"]) != record["documentId"]:
            raise dialog('The value for "documentId" cannot be modified.')
        if values.get("sequence", record["sequence"]) != record["sequence"]:
            raise dialog("The value for sequence cannot be modified. Delete and insert the line again.")
        self._changeable(header, frozenset(name for name, value in values.items() if record.get(name) != value))
        company.table(self.kind.name).edit(header)
        self.table(company).edit(record)
        before = record["_allowDisc"]
        lines.Editor(company, self.kind, header, record, new=False).apply(values)
        self._settle(company, header, record, before)

    def remove(self, company: Company, record: Record) -> None:
        """See Resource. The discount is shared again over what is left. BC 6, 158."""
        header = self._header(company, record)
        self._changeable(header)
        company.table(self.kind.name).edit(header)
        header["_lines"] = tuple(each for each in header["_lines"] if each != record["id"])
        self.table(company).remove(record)
        amounts.refresh(company, self.kind, header)

    def _settle(self, company: Company, header: Record, line: Record, before: bool = False) -> None:
        """Bring the totals up to date; those of an order do not follow a line without invoice discount. BC 31."""
        if not self.kind.ships or line["_allowDisc"] or before:
            amounts.refresh(company, self.kind, header)
        else:
            amounts.settle_shipped(self.kind, header, amounts.lines_of(company, self.kind, header))

    def _header(self, company: Company, line: Record) -> Record:
        return company.table(self.kind.name).rows[line["documentId"]]

    def _changeable(self, header: Record, changed: frozenset[str] = frozenset({"quantity"})) -> None:
        if header["_posted"]:
            raise dialog(f"The {self.kind.word} has been posted and can no longer be modified.")
        if (header["_released"] or header["_review"]) and not changed <= {"shipQuantity", "invoiceQuantity"}:
            raise state.not_open(self.kind, header)


def resources() -> list[Resource]:
    """The resources of this module."""
    return [*map(Documents, KINDS), *map(DocumentLines, BY_LINES)]
