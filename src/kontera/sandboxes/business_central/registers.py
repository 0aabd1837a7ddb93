"""The registers: units, terms, methods, currencies, groups, accounts, dimensions, company information, set-up.

Decides their small rules. Customers and items have modules of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.business_central.company import Company, due_date
from kontera.sandboxes.business_central.errors import ApiError, dialog, no_relation
from kontera.sandboxes.business_central.fields import NO_DATE
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record

_PLAIN = """itemCategories unitsOfMeasure locations paymentMethods shipmentMethods paymentTerms countriesRegions
    currencies currencyExchangeRates taxGroups taxAreas generalProductPostingGroups inventoryPostingGroups dimensions
    accountingPeriods itemLedgerEntries generalLedgerEntries"""
# Where a code is repeated when it is renamed: table and property.
_FOLLOW = {
    "itemCategories": (("items", "itemCategoryCode"),),
    "unitsOfMeasure": (("items", "baseUnitOfMeasureCode"),),
    "currencies": (("customers", "currencyCode"), ("currencyExchangeRates", "currencyCode")),
}


class Register(Resource):
    """A coded register; renaming a code takes its uses along."""

    def blank(self) -> Record:
        """See Resource. Tax groups and areas are VAT posting groups here. BC 126."""
        record = super().blank()
        return record | {"taxType": "VAT"} if "taxType" in record else record

    def read(self, body: dict[str, Any]) -> dict[str, Any]:
        """See Resource. A date formula has to be one."""
        values = super().read(body)
        for name in ("dueDateCalculation", "discountDateCalculation"):
            due_date("2000-01-01", values.get(name, ""))
        return values

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource."""
        before = record.get("code")
        super().modify(company, record, body)
        if before != record.get("code"):
            for table, name in _FOLLOW.get(self.name, ()):
                for row in company.table(table).where(**{name: before}):
                    company.table(table).edit(row, **{name: record["code"]})


class Accounts(Resource):
    """The chart of accounts, read only."""

    def calculated(self, company: Company, record: Record) -> Record:
        """The movement of all time, debit positive, local currency."""
        entries = company.table("generalLedgerEntries").where(accountNumber=record["number"])
        return {"netChange": sum((row["debitAmount"] - row["creditAmount"] for row in entries), ZERO)}


class DimensionValues(Resource):
    """The values of one dimension, or of all."""

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource."""
        if parent is None:
            return self.table(company)
        return self.table(company).where(dimensionId=parent.record["id"])


class CompanyInformation(Resource):
    """The one row about the company. BC 81, 82."""

    def calculated(self, company: Company, record: Record) -> Record:
        """See Resource."""
        years = [row["startingDate"] for row in company.table("accountingPeriods") if row["newFiscalYear"]]
        return {"currencyCode": company.currency, "currentFiscalYearStartDate": max(years, default=NO_DATE)}

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource."""
        values = self.read(body)
        if values.get("experience", "Essential") not in ("Basic", "Essential", "Premium"):
            raise dialog("Failed to save experience tier for the current company.")
        country = values.get("country", "")
        if country and company.table("countriesRegions").by("code", country) is None:
            raise no_relation("Country/Region Code", "Country/Region", country)
        self.table(company).edit(record, **values)


class LedgerSetup(Resource):
    """The general ledger set-up, read only."""

    def calculated(self, company: Company, record: Record) -> Record:
        """See Resource."""
        return {
            "allowPostingFrom": company.switches.allow_from,
            "allowPostingTo": company.switches.allow_to,
            "localCurrencyCode": company.currency,
            "shortcutDimension1Code": company.dimensions[0],
            "shortcutDimension2Code": company.dimensions[1],
        }


class DefaultDimensions(Resource):
    """The dimension values a customer, item or account brings along. BC 98-101."""

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource."""
        return self.table(company) if parent is None else self.table(company).where(parentId=parent.record["id"])

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        if parent is None:
            raise dialog("You must get to the parent first to get to the default dimensions.")
        record = self.blank()
        record.update(self.read(body))
        record["parentId"] = parent.record["id"]
        record["parentType"] = {"customers": "Customer", "items": "Item"}[parent.resource]
        self._check(company, record)
        if self.table(company).where(parentId=record["parentId"], dimensionCode=record["dimensionCode"]):
            raise ApiError(400, "Internal_EntityWithSameKeyExists", "The default dimension already exists.")
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource."""
        values = self.read(body)
        if values.get("dimensionId", record["dimensionId"]) != record["dimensionId"]:
            raise dialog('The value of "dimensionId" cannot be modified.')
        self.table(company).edit(record, **values)
        self._check(company, record)

    def _check(self, company: Company, record: Record) -> None:
        dimension = company.need(
            "dimensions", record["dimensionId"], 'The "dimensionId" does not match to a Dimension.'
        )
        record["dimensionCode"] = dimension["code"]
        value = company.table("dimensionValues").get(record["dimensionValueId"])
        if value is None:
            record["dimensionValueCode"] = ""
        elif value["dimensionId"] != dimension["id"]:
            raise dialog('The "dimensionId" and "dimensionValueId" match to different Dimension records.')
        else:
            record["dimensionValueCode"] = value["code"]
        check_dimension(company, dimension["code"], record["dimensionValueCode"])


def check_dimension(company: Company, code: str, value: str) -> None:
    """Refuse a blocked dimension or value. BC 99."""
    dimension = company.table("dimensions").by("code", code)
    if dimension is None:
        raise dialog('The "code" does not match to a Dimension.')
    if dimension.get("_blocked"):
        raise dialog(f"Dimension {code} is blocked.")
    for found in company.table("dimensionValues").where(dimensionId=dimension["id"], code=value):
        if found.get("_blocked"):
            raise dialog(f"Dimension Value {code} - {value} is blocked.")


def default_dimensions(company: Company, *parents: str) -> dict[str, str]:
    """The dimension values that these records bring along; the first one wins."""
    result: dict[str, str] = {}
    for parent in parents:
        for row in company.table("defaultDimensions").where(parentId=parent):
            if row["dimensionValueCode"]:
                result.setdefault(row["dimensionCode"], row["dimensionValueCode"])
    return result


def resources() -> list[Resource]:
    """The resources of this module."""
    return [
        *(Register(name) for name in _PLAIN.split()),
        Accounts("accounts"),
        DimensionValues("dimensionValues"),
        CompanyInformation("companyInformation"),
        LedgerSetup("generalLedgerSetup"),
        DefaultDimensions("defaultDimensions"),
    ]
