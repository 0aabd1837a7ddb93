"""Customers, items, variants and the registers (facts BC 42-45, 81-117, 123-131)."""

from __future__ import annotations

import pytest

from .conftest import ZERO_GUID, Api, D


def test_company_information(api: Api) -> None:
    """BC 81, BC 82: currency and fiscal year are the company's; an unknown experience is refused."""
    (info,) = api.get("companyInformation")
    assert ("SEK", "2027-01-01", "Essential") == tuple(
        info[name] for name in ("currencyCode", "currentFiscalYearStartDate", "experience")
    )
    path = f"companyInformation({info['id']})"
    assert "Lund" == api.patch(path, city="Lund")["city"]
    text = "Failed to save experience tier for the current company."
    assert text == api.text("PATCH", path, {"experience": "Gold"})
    assert "read-only" in api.text("PATCH", path, {"currencyCode": "EUR"})


def test_customer_in_detail(api: Api) -> None:
    """BC 84, BC 85, BC 92, BC 94: everything sent is kept, letters and quotes too; changed; deleted."""
    sent = {
        "number": "k-1", "displayName": 'Ågrens "Fisk" & Co', "addressLine1": "Östra gatan 1", "city": "Malmö",
        "country": "SE", "postalCode": "211 11", "phoneNumber": "+46 40 123", "email": "a@example.com",
        "website": "example.com", "taxLiable": True, "taxAreaId": api.id_of("taxAreas", "EXPORT"),
        "currencyCode": "EUR", "paymentTermsId": api.id_of("paymentTerms", "KONTANT"),
        "shipmentMethodId": api.id_of("shipmentMethods", "DDP"),
        "paymentMethodId": api.id_of("paymentMethods", "CARD"), "blocked": "All",
    }  # fmt: skip
    made = api.post("customers", **sent)
    assert {**sent, "number": "K-1"} == {name: made[name] for name in sent}
    assert "Kunder utanför EU" == made["taxAreaDisplayName"]  # BC 129
    path = f"customers({made['id']})"
    assert {**sent, "number": "K-1"} == {name: api.get(path)[name] for name in sent}
    assert ("Ny", "Lund") == tuple(
        api.patch(path, displayName="Ny", city="Lund")[each] for each in ("displayName", "city")
    )
    api.delete(path)
    assert 404 == api.call("GET", path)[0]


def test_customer_numbers(api: Api) -> None:
    """BC 86, BC 87, BC 91: from the series, or by hand where it allows; unique; a new one is a rename."""
    made = api.post("customers", displayName="A")
    assert "C10010" == made["number"]
    status, code, _ = api.refused("POST", "customers", {"number": "10000", "displayName": "B"})
    assert (400, "Internal_EntityWithSameKeyExists") == (status, code)
    api.pull("series", code="CUST", manual=False)
    assert "You may not enter numbers manually" in api.text("POST", "customers", {"number": "X", "displayName": "B"})
    order = api.post("salesOrders", customerNumber="10000")
    path = f"customers({order['customerId']})"
    assert order["customerId"] == api.patch(path, number="NY1")["id"]
    assert "NY1" == api.get(f"salesOrders({order['id']})")["customerNumber"]


def test_customer_refusals(api: Api) -> None:
    """BC 42, BC 93, BC 94, BC 97: names, currencies, countries, letters in telephone numbers, open documents."""
    assert 'A "displayName" must be provided.' == api.text("POST", "customers", {})
    assert 'The blank "displayName" is not allowed.' == api.text("POST", "customers", {"displayName": " "})
    euro = api.id_of("currencies", "EUR")
    body = {"displayName": "A", "currencyId": euro, "currencyCode": "USD"}
    assert "The currency values do not match to a specific Currency." == api.text("POST", "customers", body)
    status, code, _ = api.refused("POST", "customers", {"displayName": "A", "country": "XX"})
    assert (400, "Internal_InvalidTableRelation") == (status, code)
    assert "must not contain letters" in api.text("POST", "customers", {"displayName": "A", "phoneNumber": "ring"})
    order = api.post("salesOrders", customerNumber="10000")
    assert "outstanding Sales" in api.text("DELETE", f"customers({order['customerId']})")
    status, code, _ = api.refused("POST", "customers", {"displayName": "x" * 101})
    assert (400, "Application_StringExceededLength") == (status, code)
    assert "is not an option" in api.text("POST", "customers", {"displayName": "A", "blocked": "Maybe"})
    assert "does not exist on type" in api.text("POST", "customers", {"displayName": "A", "colour": "red"})


def test_customer_templates(api: Api) -> None:
    """BC 88, BC 89, BC 90: the first that fits; what was sent is kept, a VAT area among it."""
    terms = api.id_of("paymentTerms", "KONTANT")
    api.pull(
        "customer_templates",
        templates=[
            {"when": {"country": "DE"}, "values": {"_genBus": "EU", "_vatBus": "EU", "_customerGroup": "UTRIKES",
                                                   "creditLimit": 7, "paymentTermsId": terms}},
            {"when": {}, "values": {"_genBus": "DOMESTIC", "_vatBus": "DOMESTIC", "_customerGroup": "INRIKES"}},
        ],
    )  # fmt: skip
    german = api.post("customers", displayName="A", country="DE", creditLimit=9)
    assert (9, terms, "Kunder inom EU") == tuple(
        german[name] for name in ("creditLimit", "paymentTermsId", "taxAreaDisplayName")
    )
    area = api.id_of("taxAreas", "EXPORT")
    assert area == api.post("customers", displayName="B", country="DE", taxAreaId=area)["taxAreaId"]
    assert "Inrikes" == api.post("customers", displayName="C", country="SE")["taxAreaDisplayName"]


def test_default_dimensions(api: Api) -> None:
    """BC 98, BC 99, BC 100, BC 101: reached through the customer; matching, not blocked; the dimension is fixed."""
    customer = f"customers({api.id_of('customers', '10000', 'number')})/defaultDimensions"
    kanal, avdelning = api.id_of("dimensions", "KANAL"), api.id_of("dimensions", "AVDELNING")
    web, shop = (
        next(each["id"] for each in api.get(f"dimensions({of})/dimensionValues") if each["code"] == code)
        for of, code in ((kanal, "WOO"), (avdelning, "BUTIK"))
    )
    body = {"dimensionId": kanal, "dimensionValueId": shop}
    assert "match to different Dimension records" in api.text("POST", customer, body)
    made = api.post(customer, dimensionId=kanal, dimensionValueId=web, postingValidation="Code Mandatory")
    assert ("KANAL", "WOO") == (made["dimensionCode"], made["dimensionValueCode"])
    order = api.order(api.line())
    assert "WOO" == order["shortcutDimension2Code"]
    refusal = api.text("POST", f"salesOrders({order['id']})/dimensionSetLines", {"code": "KANAL", "valueCode": "QB"})
    assert "The dimension set line already exists." in refusal  # BC 38
    path = f"{customer}({made['id']})"
    assert "dimensionId" in api.text("PATCH", path, {"dimensionId": avdelning})
    api.pull("set", table="dimensionValues", code="QB", values={"_blocked": True})
    qb = next(each["id"] for each in api.get("dimensionValues") if each["code"] == "QB")
    assert "Dimension Value KANAL - QB is blocked." == api.text("PATCH", path, {"dimensionValueId": qb})
    api.pull("set", table="dimensions", code="AVDELNING", values={"_blocked": True})
    body = {"dimensionId": avdelning, "dimensionValueId": shop}
    assert "Dimension AVDELNING is blocked." == api.text("POST", customer, body)
    api.delete(path)
    assert [] == api.get(customer)
    assert "You must get to the parent first" in api.text("POST", "defaultDimensions", body)


def test_items(api: Api) -> None:
    """BC 42, BC 107, BC 109, BC 111, BC 105: a number is enough; three decimals; a rename; the template fills."""
    made = api.post("items", number="x1")
    assert ("X1", "", "ST", "RETAIL") == tuple(
        made[name] for name in ("number", "displayName", "baseUnitOfMeasureCode", "generalProductPostingGroupCode")
    )
    path = f"items({made['id']})"
    assert D("1.234") == api.patch(path, unitPrice=D("1.234"))["unitPrice"]
    assert (made["id"], "X2") == tuple(api.patch(path, number="X2")[name] for name in ("id", "number"))
    api.pull("item_templates", templates=[{"when": {"type": "Service"}, "values": {"baseUnitOfMeasureCode": "TIM"}}])
    assert "TIM" == api.post("items", number="S1", type="Service")["baseUnitOfMeasureCode"]
    assert "Inventory cannot be changed during on insert." == api.text("POST", "items", {"number": "Y", "inventory": 0})


def test_stock(api: Api) -> None:
    """BC 43, BC 44, BC 108, BC 123: PATCH makes the stock what was sent, by an adjustment today."""
    path = f"items({api.item()})"
    assert 80 == api.patch(path, inventory=80)["inventory"]
    assert 80 == api.patch(path, inventory=80)["inventory"]
    (entry,) = api.get("itemLedgerEntries")
    assert ("Negative_x0020_Adjmt_x002E_", -20, "2026-03-02", "1000") == tuple(
        entry[name] for name in ("entryType", "quantity", "postingDate", "documentNumber")
    )
    api.pull("item_templates", templates=[])
    bare = api.post("items", number="BARE")
    assert "Base Unit of Measure must have a value" in api.text("PATCH", f"items({bare['id']})", {"inventory": 1})
    assert 1 == len(api.get("itemLedgerEntries"))


def test_units_of_items(api: Api) -> None:
    """BC 45, BC 103, BC 104: by code, standard code or id; fixed once there are entries."""
    kilo = api.id_of("unitsOfMeasure", "KG")
    assert kilo == api.post("items", number="K1", baseUnitOfMeasureCode="KG")["baseUnitOfMeasureId"]
    assert kilo == api.post("items", number="K2", baseUnitOfMeasureCode="KGM")["baseUnitOfMeasureId"]
    assert "KG" == api.post("items", number="K3", baseUnitOfMeasureId=kilo)["baseUnitOfMeasureCode"]
    text = api.text("POST", "items", {"number": "K4", "baseUnitOfMeasureId": "11111111-1111-1111-1111-111111111111"})
    assert 'The "baseUnitOfMeasureId" does not match to a Unit of Measure.' == text
    text = api.text("POST", "items", {"number": "K4", "baseUnitOfMeasureCode": "NO"})
    assert "The Unit of Measure with Code NO does not exist." == text
    api.patch(f"items({api.item()})", inventory=80)
    text = api.text("PATCH", f"items({api.item()})", {"baseUnitOfMeasureCode": "KG"})
    assert text.startswith("You cannot change Base Unit of Measure")


def test_categories_and_groups_of_items(api: Api) -> None:
    """BC 102, BC 106, BC 74: id and code fill each other, '' clears both, navigations are objects."""
    books = api.id_of("itemCategories", "BOOKS")
    path = f"items({api.item()})"
    assert books == api.patch(path, itemCategoryCode="BOOKS")["itemCategoryId"]
    assert "BOOKS" == api.patch(path, itemCategoryId=books)["itemCategoryCode"]
    text = api.text("PATCH", path, {"itemCategoryId": books, "itemCategoryCode": "FOOD"})
    assert "The item categories values do not match to a specific item category." == text
    for name, table, code in (
        ("generalProductPostingGroup", "generalProductPostingGroups", "RETAIL12"),
        ("inventoryPostingGroup", "inventoryPostingGroups", "RESALE"),
    ):
        assert ZERO_GUID == api.patch(path, **{f"{name}Code": ""})[f"{name}Id"]
        assert api.id_of(table, code) == api.patch(path, **{f"{name}Code": code})[f"{name}Id"]
        assert code == api.get(f"{path}?$expand={name}")[name]["code"]
    assert "VAT12" == api.order(api.line())["salesOrderLines"][0]["taxCode"]


def test_deleting_items(api: Api) -> None:
    """BC 110: not while a line has it."""
    made = api.post("items", number="GONE")
    api.delete(f"items({made['id']})")
    api.order(api.line())
    assert "because there is at least one" in api.text("DELETE", f"items({api.item()})")


def test_variants(api: Api) -> None:
    """BC 112, BC 113, BC 114, BC 115: id or number; unique; moved; not deleted while used."""
    first, second = api.item("1000"), api.item("1100")
    for code, body in (
        ("A", {"itemId": first}),
        ("B", {"itemNumber": "1000"}),
        ("C", {"itemId": first, "itemNumber": "1000"}),
    ):
        made = api.post("itemVariants", code=code, **body)
        assert (first, "1000") == (made["itemId"], made["itemNumber"])
    for body in ({"itemNumber": "1000", "code": "A"}, {"itemNumber": "NO", "code": "D"},
                 {"itemId": first, "itemNumber": "1100", "code": "D"}):  # fmt: skip
        assert 400 == api.refused("POST", "itemVariants", body)[0]
    moved = api.patch(f"itemVariants({made['id']})", itemNumber="1100")
    assert (made["id"], second) == (moved["id"], moved["itemId"])
    assert ["A", "B"] == [each["code"] for each in api.get(f"items({first})/itemVariants")]
    api.order(api.line("1100", itemVariantId=made["id"]))
    assert 400 == api.refused("DELETE", f"itemVariants({made['id']})")[0]
    api.delete(f"itemVariants({api.get('itemVariants')[0]['id']})")


@pytest.mark.parametrize(
    "table",
    ["itemCategories", "unitsOfMeasure", "paymentTerms", "paymentMethods", "shipmentMethods", "currencies", "taxGroups",
     "taxAreas", "locations", "countriesRegions"],
)  # fmt: skip
def test_coded_registers(api: Api, table: str) -> None:
    """BC 117, BC 124, BC 126: created, renamed, deleted; a code twice is refused; times are set."""
    made = api.post(table, code="new1", displayName="Ny")
    assert ("NEW1", "2026-03-02T09:00:00.000Z") == (made["code"], made["lastModifiedDateTime"])
    path = f"{table}({made['id']})"
    changed = api.patch(path, code="NEW2", displayName="Nyare")
    assert (made["id"], "NEW2", "Nyare") == (changed["id"], changed["code"], changed["displayName"])
    assert "Internal_EntityWithSameKeyExists" == api.refused("POST", table, {"code": "NEW2"})[1]
    if table.startswith("tax"):
        assert "VAT" == made["taxType"]
    api.delete(path)
    assert 404 == api.call("GET", path)[0]


def test_exchange_rates(api: Api) -> None:
    """BC 130: one row per currency and starting date."""
    rows = api.get("currencyExchangeRates?$filter=currencyCode eq 'EUR'")
    assert [("2025-01-01", D("11.20"))] == [
        (each["startingDate"], each["relationalExchangeRateAmount"]) for each in rows
    ]
    assert rows[0]["id"] == api.get(f"currencyExchangeRates({rows[0]['id']})")["id"]


def test_accounts_and_periods(api: Api) -> None:
    """B1: the chart with its movement, and the accounting periods, are read only."""
    api.posted(api.line())
    (account,) = api.get("accounts?$filter=number eq '1510'")
    assert (D(5000), "Posting", False) == tuple(account[each] for each in ("netChange", "accountType", "directPosting"))
    assert 36 == len(api.get("accountingPeriods"))
    assert 405 == api.refused("POST", "accounts", {})[0]
