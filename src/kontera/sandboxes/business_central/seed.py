"""A Swedish demo company as a partner would set it up: chart of accounts, VAT by business x product, templates.

Decides only what is there at the start. Figures after the vendor's Swedish demonstration data; accounts after BAS.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kontera.clock import Clock
from kontera.money import ZERO
from kontera.sandboxes.business_central.company import Company, GeneralSetup, Series, VatSetup
from kontera.sandboxes.business_central.fields import ZERO_GUID
from kontera.sandboxes.business_central.journals import GENERAL, PAYMENTS
from kontera.sandboxes.business_central.store import Record
from kontera.sandboxes.business_central.tables import ENTITIES

# number, name, category, direct posting, general product group, VAT product group
_ACCOUNTS = """1460|Lager av handelsvaror|Assets|no||
1510|Kundfordringar|Assets|no||
1580|Fordringar för kontokort och kuponger|Assets|yes||
1630|Skattekonto|Assets|yes||
1684|Kortfristiga fordringar hos leverantörer|Assets|yes||
1930|Företagskonto|Assets|yes||
2420|Förskott från kunder|Liabilities|yes||NO VAT
2421|Presentkort|Liabilities|yes||NO VAT
2611|Utgående moms 25 %|Liabilities|no||
2614|Utgående moms omvänd skattskyldighet 25 %|Liabilities|no||
2621|Utgående moms 12 %|Liabilities|no||
2631|Utgående moms 6 %|Liabilities|no||
2641|Ingående moms|Liabilities|no||
2670|Utgående moms på försäljning inom EU, OSS|Liabilities|no||
2990|Övriga upplupna kostnader|Liabilities|yes||
3001|Försäljning inom Sverige, 25 % moms|Income|yes|RETAIL|VAT25
3002|Försäljning inom Sverige, 12 % moms|Income|yes|RETAIL|VAT12
3003|Försäljning inom Sverige, 6 % moms|Income|yes|RETAIL|VAT6
3004|Försäljning inom Sverige, momsfri|Income|yes|NO VAT|NO VAT
3105|Försäljning varor till land utanför EU|Income|yes|RETAIL|VAT25
3106|Försäljning varor till annat EU-land, momspliktig|Income|yes|RETAIL|VAT25
3108|Försäljning varor till annat EU-land, momsfri|Income|yes|RETAIL|VAT25
3520|Fakturerade frakter|Income|yes|SERVICES|VAT25
3540|Faktureringsavgifter|Income|yes|SERVICES|VAT25
3740|Öres- och kronutjämning|Income|yes||NO VAT
3960|Valutakursvinster på fordringar|Income|yes||
4010|Kostnad för sålda varor|Cost of Goods Sold|no||
6570|Bankkostnader|Expense|yes||NO VAT
7960|Valutakursförluster på fordringar|Expense|yes||
"""
_CODES: dict[str, list[tuple[str, str]]] = {
    "taxAreas": [("DOMESTIC", "Inrikes"), ("EU", "Kunder inom EU"), ("EXPORT", "Kunder utanför EU")],
    "taxGroups": [("VAT25", "Moms 25 %"), ("VAT12", "Moms 12 %"), ("VAT6", "Moms 6 %"), ("NO VAT", "Utan moms"),
                  ("ONLY", "Endast moms")],
    "locations": [("MAIN", "Huvudlager"), ("WEB", "Webblager"), ("EGET", "Eget lager i transit")],
    "itemCategories": [("CLOTHES", "Kläder"), ("BOOKS", "Böcker"), ("FOOD", "Livsmedel")],
    "paymentMethods": [("BANK", "Bank"), ("CARD", "Kort"), ("SWISH", "Swish")],
    "shipmentMethods": [("EXW", "Från fabrik"), ("DDP", "Levererat förtullat"), ("PICKUP", "Ombud")],
    "countriesRegions": [(code, name) for code, name in (
        ("SE", "Sverige"), ("DE", "Tyskland"), ("DK", "Danmark"), ("FI", "Finland"), ("NO", "Norge"),
        ("FR", "Frankrike"),
        ("NL", "Nederländerna"), ("PL", "Polen"), ("GB", "Storbritannien"), ("US", "USA"), ("AT", "Österrike"),
        ("BE", "Belgien"), ("ES", "Spanien"), ("IT", "Italien"), ("IE", "Irland"), ("CH", "Schweiz"))],
    "inventoryPostingGroups": [("RESALE", "Handelsvaror")],
    "generalProductPostingGroups": [("RETAIL", "Varor 25 %"), ("RETAIL12", "Varor 12 %"), ("RETAIL6", "Varor 6 %"),
                                    ("SERVICES", "Tjänster"), ("NO VAT", "Utan moms")],
    "currencies": [("EUR", "Euro"), ("DKK", "Danska kronor"), ("NOK", "Norska kronor"), ("USD", "US-dollar")],
}  # fmt: skip
_TERMS = [("CM", "Löpande månad", "1M"), ("10 DAGAR", "10 dagar netto", "10D"), ("30 DAGAR", "30 dagar netto", "30D"),
          ("KONTANT", "Kontant", "0D")]  # fmt: skip
_UNITS = [("ST", "Styck", "EA"), ("KG", "Kilogram", "KGM"), ("TIM", "Timme", "HUR")]
_RATES = {"EUR": "11.20", "DKK": "1.50", "NOK": "0.96", "USD": "10.40"}
_DEFAULT_VAT = {"RETAIL": "VAT25", "RETAIL12": "VAT12", "RETAIL6": "VAT6", "SERVICES": "VAT25", "NO VAT": "NO VAT"}
_VAT_RATES = {"VAT25": ("25", "2611"), "VAT12": ("12", "2621"), "VAT6": ("6", "2631")}
_SALES = {"DOMESTIC": "3001", "EU": "3108", "EXPORT": "3105"}
_OF_GROUP = {"RETAIL12": "3002", "RETAIL6": "3003", "SERVICES": "3520", "NO VAT": "3004"}
_CUSTOMERS = [("10000", "Adatum AB", "SE", "DOMESTIC"), ("20000", "Trey Research AB", "SE", "DOMESTIC"),
              ("30000", "Hansen GmbH", "DE", "EU"), ("40000", "Relecloud Inc.", "US", "EXPORT")]  # fmt: skip
_ITEMS = [("1000", "Cykel", "RETAIL", "4000", "2500"), ("1100", "Hjälm", "RETAIL", "399.20", "200"),
          ("1200", "Handbok", "RETAIL6", "199", "90"), ("1300", "Kaffe 500 g", "RETAIL12", "71.43", "40")]  # fmt: skip


def company(name: str, clock: Clock) -> Company:
    """A company ready to sell."""
    made = Company(name, clock)
    _setup(made)
    _registers(made)
    _chart(made)
    _templates(made)
    _trade(made)
    _journals(made)
    made.log.commit()
    return made


def add(made: Company, table: str, **values: Any) -> Record:
    """One record with defaults for what is not said."""
    blank = {
        each: field.empty for each, field in ENTITIES[table].fields.items() if each != "id" and not field.calculated
    }
    if "taxType" in blank:
        blank["taxType"] = "VAT"
    return made.table(table).add({**blank, **values})


def _setup(made: Company) -> None:
    made.series.update({
        "CUST": Series("C", 10010, manual=True), "ITEM": Series("", 1001), "S-ORD": Series("S-ORD", 101001),
        "S-INV": Series("S-INV", 102001), "S-INV+": Series("PS-INV", 103001), "S-CR": Series("S-CR", 1001),
        "S-CR+": Series("PS-CR", 104001), "S-SHPT": Series("S-SHPT", 102001), "GJNL-GEN": Series("G", 100001),
        "GJNL-RCPT": Series("BET", 100001),
    })  # fmt: skip
    for product, (rate, account) in _VAT_RATES.items():
        made.vat["DOMESTIC", product] = VatSetup(product, Decimal(rate), account=account)
        made.vat["EU", product] = VatSetup(product, Decimal(rate), "Reverse Charge VAT", "2614")
        made.vat["EXPORT", product] = VatSetup("VAT0", ZERO)
    for business in ("", "DOMESTIC", "EU", "EXPORT"):
        made.vat[business, "NO VAT"] = VatSetup("NO VAT", ZERO)
        made.vat[business, ""] = VatSetup("", ZERO)
        if business:
            made.vat[business, "ONLY"] = VatSetup("ONLY", ZERO, "Full VAT", "2611")
            for group in _DEFAULT_VAT:
                abroad = business != "DOMESTIC" and group != "NO VAT"
                sales = _SALES[business] if abroad else _OF_GROUP.get(group, _SALES["DOMESTIC"])
                made.general[business, group] = GeneralSetup(sales, sales, "4010")
    accounts = {"receivables": "1510", "rounding": "3740", "gain": "3960", "loss": "7960"}
    made.customer_groups.update({"INRIKES": dict(accounts), "UTRIKES": dict(accounts)})
    made.inventory_accounts["RESALE"] = "1460"
    made.dimensions = ("AVDELNING", "KANAL")


def _registers(made: Company) -> None:
    for table, codes in _CODES.items():
        for code, name in codes:
            label = (
                "description" if table in ("inventoryPostingGroups", "generalProductPostingGroups") else "displayName"
            )
            add(made, table, code=code, **{label: name})
    for row in made.table("generalProductPostingGroups"):
        row["defaultVATProductPostingGroup"] = _DEFAULT_VAT[row["code"]]
    transit = made.table("locations").by("code", "EGET")
    assert transit is not None
    transit["_inTransit"] = True
    for code, name, formula in _TERMS:
        add(made, "paymentTerms", code=code, displayName=name, dueDateCalculation=formula)
    for code, name, standard in _UNITS:
        add(made, "unitsOfMeasure", code=code, displayName=name, internationalStandardCode=standard)
    year = made.now().year
    for row in made.table("currencies"):
        row.update(amountDecimalPlaces="2:2", amountRoundingPrecision=Decimal("0.01"))
        add(made, "currencyExchangeRates", currencyCode=row["code"], startingDate=f"{year - 1}-01-01",
            exchangeRateAmount=Decimal(1), relationalExchangeRateAmount=Decimal(_RATES[row["code"]]))  # fmt: skip
    for each in (year - 1, year, year + 1):
        for month in range(1, 13):
            add(made, "accountingPeriods", startingDate=f"{each}-{month:02}-01", name=f"{month:02}",
                newFiscalYear=month == 1)  # fmt: skip
    for code, name, values in (
        ("AVDELNING", "Avdelning", [("BUTIK", "Butik"), ("WEBB", "Webb")]),
        ("KANAL", "Kanal", [("BIGC", "BigCommerce"), ("WOO", "WooCommerce"), ("QB", "Quickbutik")]),
        ("PROJEKT", "Projekt", [("P1", "Projekt 1"), ("P2", "Projekt 2")]),
    ):
        dimension = add(made, "dimensions", code=code, displayName=name)
        for value, label in values:
            add(made, "dimensionValues", code=value, displayName=label, dimensionId=dimension["id"])
    add(made, "companyInformation", displayName=made.name, addressLine1="Storgatan 1", city="Stockholm",
        postalCode="111 22", country="SE", taxRegistrationNumber="SE556677889901", experience="Essential")  # fmt: skip
    add(made, "generalLedgerSetup", localCurrencySymbol="kr")


def _chart(made: Company) -> None:
    add(made, "accounts", number="3000", displayName="Rörelsens inkomster", category="Income", accountType="Heading",
        _genProd="", _vatProd="")  # fmt: skip
    for line in _ACCOUNTS.strip().splitlines():
        number, name, category, direct, general, vat = line.split("|")
        add(made, "accounts", number=number, displayName=name, category=category, directPosting=direct == "yes",
            accountType="Posting", _genProd=general, _vatProd=vat)  # fmt: skip
    made.banks["BANK"] = {
        "id": made.log.new_id(), "code": "BANK", "name": "Företagskonto", "account": "1930"
    }  # fmt: skip


def _templates(made: Company) -> None:
    terms = made.id_of("paymentTerms", "30 DAGAR")
    values = {"_customerGroup": "INRIKES", "_genBus": "DOMESTIC", "_vatBus": "DOMESTIC", "paymentTermsId": terms}
    made.customer_templates.append({"when": {}, "values": values})
    made.item_templates.append({
        "when": {},
        "values": {"generalProductPostingGroupCode": "RETAIL", "inventoryPostingGroupCode": "RESALE",
                   "baseUnitOfMeasureCode": "ST"},
    })  # fmt: skip


def _trade(made: Company) -> None:
    terms = made.id_of("paymentTerms", "30 DAGAR")
    for number, name, country, business in _CUSTOMERS:
        add(made, "customers", number=number, displayName=name, type="Company", country=country, city="Stad",
            addressLine1="Gatan 1", postalCode="123 45", email=f"kund{number}@example.com", blocked=" ",
            taxAreaId=made.id_of("taxAreas", business), paymentTermsId=terms, _vatBus=business, _genBus=business,
            _customerGroup="INRIKES" if business == "DOMESTIC" else "UTRIKES", _pricesIncludeTax=False,
            _location=ZERO_GUID, _privacy=False)  # fmt: skip
    unit = made.id_of("unitsOfMeasure", "ST")
    for number, name, group, price, cost in _ITEMS:
        add(made, "items", number=number, displayName=name, type="Inventory", unitPrice=Decimal(price),
            unitCost=Decimal(cost), inventory=Decimal(100), baseUnitOfMeasureCode="ST", baseUnitOfMeasureId=unit,
            generalProductPostingGroupCode=group, inventoryPostingGroupCode="RESALE",
            generalProductPostingGroupId=made.id_of("generalProductPostingGroups", group),
            inventoryPostingGroupId=made.id_of("inventoryPostingGroups", "RESALE"), _vatProd=_DEFAULT_VAT[group],
            _salesBlocked=False)  # fmt: skip


def _journals(made: Company) -> None:
    clearing = made.table("accounts").by("number", "1580")
    assert clearing is not None
    add(made, "journals", code="STANDARD", displayName="Standardjournal", templateDisplayName=GENERAL,
        _series="GJNL-GEN", _balanceType="G/L Account")  # fmt: skip
    add(made, "journals", code="BETAL", displayName="Inbetalningar", templateDisplayName=PAYMENTS,
        balancingAccountId=clearing["id"], balancingAccountNumber="1580", _series="GJNL-RCPT",
        _balanceType="G/L Account")  # fmt: skip
