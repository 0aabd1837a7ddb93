"""Customers, items and item variants.

Decides their numbers, templates, relations between ids and codes, blocks, and the stock number. After facts BC 42-45
and 84-116.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import ApiError, dialog, exists_already, must_have_value, no_relation
from kontera.sandboxes.business_central.fields import ZERO_GUID
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record

_LINES = (
    ("salesOrderLines", "Sales Line"),
    ("salesInvoiceLines", "Sales Line"),
    ("salesCreditMemoLines", "Sales Line"),
)


def pair(
    company: Company, record: Record, values: Record, names: tuple[str, str], table: str, texts: tuple[str, str, str]
) -> None:
    """Keep an id and its code in step on `record`, whichever was sent. texts: wrong id, wrong code, both differ."""
    by_id, by_code = names
    found = None
    if by_id in values:
        identity = values[by_id]
        found = company.table(table).get(identity)
        if found is None and identity != ZERO_GUID:
            raise dialog(texts[0])
        if by_code in values and (found["code"] if found else "") != values[by_code]:
            raise dialog(texts[2])
    elif by_code in values:
        found = company.table(table).by("code", values[by_code])
        if found is None and values[by_code]:
            raise dialog(texts[1])
    else:
        return
    record[by_id] = found["id"] if found else ZERO_GUID
    record[by_code] = found["code"] if found else ""


def need_id(company: Company, values: Record, name: str, table: str, what: str) -> None:
    """Refuse an id that leads nowhere; the zero GUID clears."""
    identity = values.get(name, ZERO_GUID)
    if identity != ZERO_GUID and company.table(table).get(identity) is None:
        raise dialog(f'The "{name}" does not match to a {what}.')


def currency_pair(company: Company, record: Record, values: Record) -> None:
    """Keep currencyId and currencyCode in step; the local currency is stored as none. BC 41, 93, 131."""
    sent = dict(values)
    if sent.get("currencyCode") == company.currency:
        sent["currencyCode"] = ""
    pair(company, record, sent, ("currencyId", "currencyCode"), "currencies", (
        'The "currencyId" does not match to a Currency.', 'The "currencyCode" does not match to a Currency.',
        "The currency values do not match to a specific Currency.",
    ))  # fmt: skip


def applied_template(templates: list[dict[str, Any]], record: Record, sent: Record) -> None:
    """The first template whose criteria the record meets fills what was not sent. BC 88, 89."""
    for template in templates:
        if all(record.get(name) == value for name, value in template.get("when", {}).items()):
            record.update({name: value for name, value in template["values"].items() if name not in sent})
            return


class Customers(Resource):
    """The customers."""

    key = "number"

    def calculated(self, company: Company, record: Record) -> Record:
        """See Resource."""
        ledger = company.table("customerLedger").where(customerNumber=record["number"])
        area = company.table("taxAreas").get(record["taxAreaId"])
        return {
            "balanceDue": sum((row["remaining"] for row in ledger if row["dueDate"] <= company.today()), ZERO),
            "taxAreaDisplayName": area["displayName"] if area else "",
            "currencyCode": record["currencyCode"] or company.currency,
        }

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        values = self.read(body)
        if "displayName" not in values:
            raise dialog('A "displayName" must be provided.')
        record = self.blank() | {"_customerGroup": "", "_genBus": "", "_vatBus": "", "_pricesIncludeTax": False,
                                 "_location": ZERO_GUID, "_privacy": False}  # fmt: skip
        series = company.series["CUST"]
        if values.get("number"):
            if not series.manual:
                raise dialog("You may not enter numbers manually. If you want to enter numbers manually, please "
                             "activate Manual Nos. in No. Series CUST.")  # fmt: skip
        else:
            values["number"] = company.next_number("CUST")
        self._fill(company, record, values)
        applied_template(
            company.customer_templates, record, values | ({"_vatBus": ""} if "taxAreaId" in values else {})
        )
        record["taxAreaId"] = company.id_of("taxAreas", record["_vatBus"])
        self.check_key(company, record, None)
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource. A new number is a rename: documents follow."""
        values = self.read(body)
        before = record["number"]
        self.table(company).edit(record)
        self._fill(company, record, values)
        self.check_key(company, record, record)
        if record["number"] != before:
            for table in ("salesOrders", "salesInvoices", "salesCreditMemos"):
                for row in company.table(table).where(customerId=record["id"]):
                    company.table(table).edit(row, customerNumber=record["number"])
            for row in company.table("customerLedger").where(customerNumber=before):
                company.table("customerLedger").edit(row, customerNumber=record["number"])

    def remove(self, company: Company, record: Record) -> None:
        """See Resource."""
        open_documents = [
            row for name in ("salesOrders", "salesInvoices", "salesCreditMemos")
            for row in company.table(name).where(customerId=record["id"]) if not row.get("_posted")
        ]  # fmt: skip
        if open_documents:
            raise dialog(f"You cannot delete Customer {record['number']} because there is at least one outstanding "
                         "Sales Order for this customer.")  # fmt: skip
        if any(company.table("customerLedger").where(customerNumber=record["number"], open=True)):
            raise dialog(f"You cannot delete Customer {record['number']} because there are one or more open ledger "
                         "entries.")  # fmt: skip
        self.table(company).remove(record)

    def _fill(self, company: Company, record: Record, values: Record) -> None:
        if "displayName" in values and not values["displayName"].strip():
            raise dialog('The blank "displayName" is not allowed.')
        if any(sign.isalpha() for sign in values.get("phoneNumber", "")):
            raise ApiError(400, "Application_FieldValidationException", "Phone No. must not contain letters.")
        country = values.get("country", "")
        if country and company.table("countriesRegions").by("code", country) is None:
            raise no_relation("Country/Region Code", "Country/Region", country)
        for name, table, what in (
            ("paymentTermsId", "paymentTerms", "Payment Terms"),
            ("shipmentMethodId", "shipmentMethods", "Shipment Method"),
            ("paymentMethodId", "paymentMethods", "Payment Method"),
            ("taxAreaId", "taxAreas", "Tax Area"),
        ):
            need_id(company, values, name, table, what)
        record.update(values)
        currency_pair(company, record, values)
        if "taxAreaId" in values:
            area = company.table("taxAreas").get(values["taxAreaId"])
            record["_vatBus"] = area["code"] if area else ""


class Items(Resource):
    """The items."""

    key = "number"

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        values = self.read(body)
        if "inventory" in values:
            raise dialog("Inventory cannot be changed during on insert.")
        record = self.blank() | {"_vatProd": "", "_salesBlocked": False}
        if not values.get("number"):
            values["number"] = company.next_number("ITEM")
        self._fill(company, record, values)
        sent = values | {f"{name.removesuffix('Id')}Code": "" for name in values if name.endswith("Id")}
        applied_template(company.item_templates, record, sent)
        _groups_in_step(company, record)
        self.check_key(company, record, None)
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource. Stock sent is what the stock becomes. BC 43, 44, 104, 111."""
        values = self.read(body)
        before = dict(record)
        self.table(company).edit(record)
        wanted = values.pop("inventory", None)
        self._fill(company, record, values)
        used = company.table("itemLedgerEntries").by("itemNumber", before["number"]) is not None
        if used and record["baseUnitOfMeasureCode"] != before["baseUnitOfMeasureCode"]:
            raise dialog("You cannot change Base Unit of Measure because there are one or more open ledger entries "
                         "for this item.")  # fmt: skip
        self.check_key(company, record, record)
        if record["number"] != before["number"]:
            for table, name in (*((each, "lineObjectNumber") for each, _ in _LINES), ("itemVariants", "itemNumber"),
                                ("itemLedgerEntries", "itemNumber")):  # fmt: skip
                for row in company.table(table).where(**{name: before["number"]}):
                    company.table(table).edit(row, **{name: record["number"]})
        if wanted is not None and wanted != record["inventory"]:
            adjust_stock(company, record, wanted - record["inventory"])

    def remove(self, company: Company, record: Record) -> None:
        """See Resource."""
        for table, what in _LINES:
            if company.table(table).where(itemId=record["id"]):
                raise dialog(f"You cannot delete Item {record['number']} because there is at least one {what} that "
                             "includes this item.")  # fmt: skip
        self.table(company).remove(record)

    def _fill(self, company: Company, record: Record, values: Record) -> None:
        need_id(company, values, "taxGroupId", "taxGroups", "Tax Group")
        record.update(values)
        pair(company, record, values, ("itemCategoryId", "itemCategoryCode"), "itemCategories", (
            'The "itemCategoryId" does not match to a specific Item Category group.',
            'The "itemCategoryCode" does not match to a Item Category.',
            "The item categories values do not match to a specific item category.",
        ))  # fmt: skip
        unit = values.get("baseUnitOfMeasureCode", "")
        standard = company.table("unitsOfMeasure").by("internationalStandardCode", unit) if unit else None
        if standard is not None and company.table("unitsOfMeasure").by("code", unit) is None:
            values = values | {"baseUnitOfMeasureCode": standard["code"]}
        pair(company, record, values, ("baseUnitOfMeasureId", "baseUnitOfMeasureCode"), "unitsOfMeasure", (
            'The "baseUnitOfMeasureId" does not match to a Unit of Measure.',
            f"The Unit of Measure with Code {unit} does not exist.",
            "The unit of measure values do not match to a specific Unit of Measure.",
        ))  # fmt: skip
        for names, table, what in (
            (("generalProductPostingGroupId", "generalProductPostingGroupCode"), "generalProductPostingGroups",
             "Gen. Product Posting Group"),
            (("inventoryPostingGroupId", "inventoryPostingGroupCode"), "inventoryPostingGroups",
             "Inventory Posting Group"),
        ):  # fmt: skip
            texts = tuple(f'The "{name}" does not match to a {what}.' for name in names)
            pair(company, record, values, names, table, (*texts, f"The {what} values do not match."))  # type: ignore[arg-type]
        if {"generalProductPostingGroupId", "generalProductPostingGroupCode"} & set(values):
            group = company.table("generalProductPostingGroups").get(record["generalProductPostingGroupId"])
            record["_vatProd"] = group["defaultVATProductPostingGroup"] if group else ""


def _groups_in_step(company: Company, record: Record) -> None:
    """Ids and the VAT group behind codes a template has filled in."""
    for name, table in (
        ("generalProductPostingGroup", "generalProductPostingGroups"),
        ("inventoryPostingGroup", "inventoryPostingGroups"),
        ("baseUnitOfMeasure", "unitsOfMeasure"),
    ):
        record[f"{name}Id"] = company.id_of(table, record[f"{name}Code"])
    group = company.table("generalProductPostingGroups").by("code", record["generalProductPostingGroupCode"])
    record["_vatProd"] = group["defaultVATProductPostingGroup"] if group else ""


def adjust_stock(company: Company, item: Record, change: Decimal) -> None:
    """A positive or negative adjustment, posted today. BC 44, 108."""
    for name, caption in (
        ("baseUnitOfMeasureCode", "Base Unit of Measure"),
        ("generalProductPostingGroupCode", "Gen. Prod. Posting Group"),
        ("inventoryPostingGroupCode", "Inventory Posting Group"),
    ):
        if not item[name]:
            raise must_have_value(caption, "Item", "No.", item["number"])
    kind = "Positive Adjmt." if change > 0 else "Negative Adjmt."
    move_stock(company, item, change, kind, company.today(), item["number"])


def move_stock(
    company: Company, item: Record, change: Decimal, kind: str, day: str, document: str, amount: Decimal = ZERO,
    document_type: str = " ", source: str = "",
) -> Record:  # fmt: skip
    """Append one item ledger entry and move the item's stock; the item record itself does not count as changed."""
    entries = company.table("itemLedgerEntries")
    entry = entries.add({
        "entryNumber": len(entries) + 1, "itemNumber": item["number"], "postingDate": day, "entryType": kind,
        "sourceNumber": source or item["number"], "sourceType": "Customer" if source else "Item",
        "documentNumber": document, "documentType": document_type, "description": "", "quantity": change,
        "salesAmountActual": amount, "costAmountActual": change * item["unitCost"],
    })  # fmt: skip
    if item["type"] == "Inventory":
        company.table("items").quietly(item, inventory=item["inventory"] + change)
    return entry


class ItemVariants(Resource):
    """The variants of items. BC 112-115."""

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource."""
        return self.table(company) if parent is None else self.table(company).where(itemId=parent.record["id"])

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        record = self.blank()
        values = self.read(body)
        if parent is not None:
            values.setdefault("itemId", parent.record["id"])
        self._fill(company, record, values)
        self._check(company, record)
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource. Another item moves the variant."""
        values = self.read(body)
        self.table(company).edit(record)
        self._fill(company, record, values)
        self._check(company, record)

    def remove(self, company: Company, record: Record) -> None:
        """See Resource."""
        for table, what in _LINES:
            if company.table(table).where(itemVariantId=record["id"]):
                raise dialog(f"You cannot delete Item Variant {record['code']} because there is at least one {what} "
                             "that includes this variant.")  # fmt: skip
        self.table(company).remove(record)

    def _fill(self, company: Company, record: Record, values: Record) -> None:
        record.update(values)
        items = company.table("items")
        if {"itemId", "itemNumber"} & set(values):
            item = items.get(values["itemId"]) if "itemId" in values else items.by("number", values["itemNumber"])
            if item is None or values.get("itemNumber", item["number"]) != item["number"]:
                raise dialog("The item values do not match to a specific Item.")
            record["itemId"], record["itemNumber"] = item["id"], item["number"]

    def _check(self, company: Company, record: Record) -> None:
        if not record["itemNumber"] or not record["code"]:
            raise must_have_value(
                "Code" if record["itemNumber"] else "Item No.", "Item Variant", "Code", record["code"]
            )
        same = self.table(company).where(itemId=record["itemId"], code=record["code"])
        if any(row is not record for row in same):
            raise exists_already("Item Variant", f"Item No.='{record['itemNumber']}',Code='{record['code']}'")


def check_customer(customer: Record, kind: str, posting: bool, shipping: bool = False) -> None:
    """Refuse a blocked customer. kind: the resource of the document. BC 96."""
    if customer["_privacy"]:
        raise dialog(f"Customer {customer['number']} is blocked for privacy.")
    stopped = {"All"}
    if kind != "salesCreditMemos":
        stopped.add("Invoice")
    if (kind == "salesOrders" and not posting) or shipping:
        stopped.add("Ship")
    if customer["blocked"] in stopped:
        verb = "post" if posting else "create"
        raise dialog(f"You cannot {verb} this type of document when Customer {customer['number']} is blocked with "
                     f"type {customer['blocked']}")  # fmt: skip


def resources() -> list[Resource]:
    """The resources of this module."""
    return [Customers("customers"), Items("items"), ItemVariants("itemVariants")]
