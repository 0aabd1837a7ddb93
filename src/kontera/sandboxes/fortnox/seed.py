"""A realistic Swedish company: BAS chart of accounts, VAT codes, terms, units, currencies, financial years.

Decides only what a fresh company holds. Account names follow the BAS standard; VAT codes are the vendor's MP1, MP2,
MP3, MF plus own codes for distance sales within the EU (OSS), which every merchant makes by hand.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from kontera.clock import local_date
from kontera.sandboxes.fortnox import tables
from kontera.sandboxes.fortnox.company import ZONE, Company, Profile, Record, VatCode, touch
from kontera.sandboxes.fortnox.fields import Table, blanks

# number, name, VAT code
ACCOUNTS: tuple[tuple[int, str, str | None], ...] = (
    (1220, "Inventarier och verktyg", None),
    (1460, "Lager av handelsvaror", None),
    (1510, "Kundfordringar", None),
    (1513, "Kundfordringar, delad faktura", None),
    (1521, "Växelfordringar, Stripe", None),
    (1580, "Fordringar för kontokort och kuponger", None),
    # The company's own accounts, one per payment processor, as an accountant sets them up before going live.
    (1581, "Fordran Klarna", None),
    (1582, "Fordran Stripe", None),
    (1583, "Fordran PayPal", None),
    (1584, "Fordran Swish", None),
    (1585, "Fordran Adyen", None),
    (1586, "Fordran Mollie", None),
    (1587, "Fordran WooPayments", None),
    (1630, "Avräkning för skatter och avgifter", None),
    (1680, "Andra kortfristiga fordringar", None),
    (1684, "Avräkning PayPal", None),
    (1685, "Avräkning Swish", None),
    (1686, "Avräkning betalväxel", None),
    (1687, "Avräkning Klarna", None),
    (1688, "Avräkning Stripe", None),
    (1790, "Övriga förutbetalda kostnader", None),
    (1910, "Kassa", None),
    (1920, "Plusgiro", None),
    (1930, "Företagskonto", None),
    (1940, "Valutakonto EUR", None),
    (2081, "Aktiekapital", None),
    (2091, "Balanserad vinst eller förlust", None),
    (2099, "Årets resultat", None),
    (2420, "Förskott från kunder", None),
    (2421, "Ej inlösta presentkort", None),
    (2440, "Leverantörsskulder", None),
    (2610, "Utgående moms, 25 %", None),
    (2611, "Utgående moms på försäljning inom Sverige, 25 %", None),
    (2614, "Utgående moms omvänd skattskyldighet, 25 %", None),
    (2615, "Utgående moms import av varor, 25 %", None),
    (2621, "Utgående moms på försäljning inom Sverige, 12 %", None),
    (2631, "Utgående moms på försäljning inom Sverige, 6 %", None),
    (2640, "Ingående moms", None),
    (2641, "Debiterad ingående moms", None),
    (2645, "Beräknad ingående moms på förvärv från utlandet", None),
    (2650, "Redovisningskonto för moms", None),
    (2670, "Utgående moms på försäljning inom EU, OSS", None),
    (2671, "Utgående moms OSS Tyskland", None),
    (2672, "Utgående moms OSS Danmark", None),
    (2673, "Utgående moms OSS Finland", None),
    (2674, "Utgående moms OSS Nederländerna", None),
    (2675, "Utgående moms OSS Frankrike", None),
    (2893, "Skulder till närstående personer", None),
    (2990, "Övriga upplupna kostnader", None),
    (3001, "Försäljning inom Sverige, 25 % moms", "MP1"),
    (3002, "Försäljning inom Sverige, 12 % moms", "MP2"),
    (3003, "Försäljning inom Sverige, 6 % moms", "MP3"),
    (3004, "Försäljning inom Sverige, momsfri", "MF"),
    (3011, "Försäljning tjänster inom Sverige, 25 % moms", "MP1"),
    (3012, "Försäljning tjänster inom Sverige, 12 % moms", "MP2"),
    (3013, "Försäljning tjänster inom Sverige, 6 % moms", "MP3"),
    (3014, "Försäljning tjänster inom Sverige, momsfri", "MF"),
    (3105, "Försäljning varor till land utanför EU", "MF"),
    (3106, "Försäljning varor till annat EU-land, momspliktig", "MP1"),
    (3108, "Försäljning varor till annat EU-land, momsfri", "MF"),
    (3121, "Försäljning OSS Tyskland 19 %", "OSSDE19"),
    (3122, "Försäljning OSS Tyskland 7 %", "OSSDE7"),
    (3123, "Försäljning OSS Danmark 25 %", "OSSDK25"),
    (3124, "Försäljning OSS Finland 25,5 %", "OSSFI255"),
    (3125, "Försäljning OSS Finland 13,5 %", "OSSFI135"),
    (3126, "Försäljning OSS Nederländerna 21 %", "OSSNL21"),
    (3127, "Försäljning OSS Nederländerna 9 %", "OSSNL9"),
    (3128, "Försäljning OSS Frankrike 20 %", "OSSFR20"),
    (3231, "Försäljning inom byggsektorn, omvänd skattskyldighet", "MF"),
    (3305, "Försäljning tjänster till land utanför EU", "MF"),
    (3306, "Försäljning tjänster till annat EU-land, momspliktig", "MP1"),
    (3308, "Försäljning tjänster till annat EU-land, momsfri", "MF"),
    (3500, "Fakturerade kostnader", "MP1"),
    (3510, "Fakturerat emballage", "MP1"),
    (3520, "Fakturerade frakter", "MP1"),
    (3521, "Fakturerade frakter, EU-land", "MF"),
    (3522, "Fakturerade frakter, export", "MF"),
    (3540, "Faktureringsavgifter", "MP1"),
    (3590, "Övriga fakturerade kostnader", "MP1"),
    (3730, "Lämnade rabatter", None),
    (3731, "Lämnade kassarabatter", None),
    (3740, "Öres- och kronutjämning", None),
    (3960, "Valutakursvinster på fordringar och skulder", None),
    (3990, "Övriga ersättningar och intäkter", None),
    (4000, "Inköp av varor från Sverige", None),
    (4010, "Inköp av varor", None),
    (4990, "Förändring av lager av handelsvaror", None),
    (5711, "Frakter och försäkringar, Sverige", None),
    (6060, "Kreditförsäljningskostnader", None),
    (6064, "Factoringavgifter", None),
    (6065, "Avgifter till betalväxel", None),
    (6351, "Konstaterade förluster på kundfordringar", None),
    (6570, "Bankkostnader", None),
    (6980, "Föreningsavgifter", None),
    (7960, "Valutakursförluster på fordringar och skulder", None),
    (8310, "Ränteintäkter från omsättningstillgångar", None),
    (8313, "Ränteintäkter från kortfristiga fordringar", None),
    (8420, "Räntekostnader för kortfristiga skulder", None),
    (8999, "Årets resultat", None),
)
VAT_CODES: tuple[tuple[str, str, int | None], ...] = (
    ("MP1", "25", 2611),
    ("MP2", "12", 2621),
    ("MP3", "6", 2631),
    ("MF", "0", None),
    ("OSSDE19", "19", 2671),
    ("OSSDE7", "7", 2671),
    ("OSSDK25", "25", 2672),
    ("OSSFI255", "25.5", 2673),
    ("OSSFI135", "13.5", 2673),
    ("OSSNL21", "21", 2674),
    ("OSSNL9", "9", 2674),
    ("OSSFR20", "20", 2675),
)
PREDEFINED: dict[str, int] = {
    "BG": 1930,
    "PG": 1920,
    "CASH": 1910,
    "CASHBYCARD": 1580,
    "AG": 1930,
    "SALES_25_SE": 3001,
    "SALES_12_SE": 3002,
    "SALES_6_SE": 3003,
    "SALES_0_SE": 3004,
    "SALES_25_SE2": 3011,
    "SALES_12_SE2": 3012,
    "SALES_6_SE2": 3013,
    "SALES_0_SE2": 3014,
    "SALESEUREV": 3108,
    "SALESEUREV2": 3308,
    "SALESEUVAT": 3106,
    "SALESEUVAT2": 3306,
    "SALESEXPORT": 3105,
    "SALESEXPORT2": 3305,
    "SALESCONSTR2": 3231,
    "CUSTCLAIM": 1510,
    "ADMFEE": 3540,
    "FREIGHT": 3520,
    "ROUNDOFF": 3740,
    "DEMAND": 3990,
    "INTEREST": 8313,
    "OUTVAT_MP1": 2611,
    "OUTVAT_MP2": 2621,
    "OUTVAT_MP3": 2631,
    "INVAT": 2641,
    "CURRENCYWIN": 3960,
    "CURRENCYLOSS": 7960,
    "CASHDISCOUNTOUT": 3731,
    "PRODUCT_DEB": 4000,
    "PRODUCT_CRE": 4990,
    "SUPDEBT": 2440,
}
PREDEFINED_SERIES = {
    "INVOICE": "B",
    "INVOICEPAYMENT": "C",
    "SUPPLIERINVOICE": "D",
    "SUPPLIERPAYMENT": "E",
    "MANUAL": "A",
    "ACCRUAL": "I",
}
SERIES = (
    ("A", "Redovisning", True),
    ("B", "Kundfakturor", False),
    ("C", "Kundinbetalningar", False),
    ("D", "Leverantörsfakturor", False),
    ("E", "Leverantörsbetalningar", False),
    ("I", "Periodiseringar", False),
    ("K", "E-handel", True),
)
TERMS = (
    ("0", "Omgående"),
    ("10", "10 dagar"),
    ("15", "15 dagar"),
    ("20", "20 dagar"),
    ("30", "30 dagar"),
    ("AG", "Autogiro"),
    ("K", "Kontant"),
    ("PF", "Postförskott"),
)
CURRENCIES = (
    ("SEK", "Svenska kronor", "1", "1"),
    ("EUR", "Euro", "11.25", "1"),
    ("USD", "US-dollar", "10.5", "1"),
    ("NOK", "Norska kronor", "0.98", "1"),
    ("DKK", "Danska kronor", "150.8", "100"),
)
_REGISTERS: tuple[tuple[str, Table, str, list[Record]], ...] = (
    (
        "costcenters",
        tables.COST_CENTER,
        "Code",
        [
            {"Code": "WEBB", "Description": "Webbutiken"},
            {"Code": "BUTIK", "Description": "Butiken"},
            {"Code": "GAMMAL", "Description": "Avslutad", "Active": False},
        ],
    ),
    ("projects", tables.PROJECT, "ProjectNumber", [{"ProjectNumber": "1", "Description": "Kampanj"}]),
    (
        "termsofpayments",
        tables.TERMS_OF_PAYMENT,
        "Code",
        [
            *({"Code": code, "Description": name} for code, name in TERMS),
        ],
    ),
    (
        "termsofdeliveries",
        tables.TERMS_OF_DELIVERY,
        "Code",
        [
            {"Code": "FVL", "Description": "Fritt vårt lager"},
            {"Code": "FL", "Description": "Fritt levererat"},
        ],
    ),
    (
        "wayofdeliveries",
        tables.WAY_OF_DELIVERY,
        "Code",
        [
            {"Code": "P", "Description": "Post"},
            {"Code": "S", "Description": "Schenker"},
            {"Code": "BIL", "Description": "Bil"},
        ],
    ),
    (
        "units",
        tables.UNIT,
        "Code",
        [
            {"Code": "st", "Description": "Styck"},
            {"Code": "h", "Description": "Timmar"},
            {"Code": "kg", "Description": "Kilogram"},
        ],
    ),
    (
        "modesofpayments",
        tables.MODE_OF_PAYMENT,
        "Code",
        [
            {"Code": "BG", "Description": "Bankgiro", "AccountNumber": "1930"},
            {"Code": "PG", "Description": "Plusgiro", "AccountNumber": "1920"},
            {"Code": "CASH", "Description": "Kontant", "AccountNumber": "1910"},
            {"Code": "KORT", "Description": "Kort", "AccountNumber": "1580"},
            {"Code": "KLARNA", "Description": "Klarna", "AccountNumber": "1687"},
        ],
    ),
    ("pricelists", tables.PRICE_LIST, "Code", [{"Code": "A", "Description": "Prislista A", "PreSelected": True}]),
)
"""Path, table, key and records of the registers that are the same on any day."""


def company(tenant: str, now: datetime, profile: Profile | None = None) -> Company:
    """A fresh company as of `now`, with the financial years before, of and after it (calendar years)."""
    result = Company(tenant, profile or Profile())
    _years(result, local_date(now, ZONE))
    for code, rate, account in VAT_CODES:
        result.vat_codes[code] = VatCode(code, Decimal(rate), account)
    result.predefined = dict(PREDEFINED)
    result.predefined_series = dict(PREDEFINED_SERIES)
    for code, description, manual in SERIES:
        result.series[code] = {**blanks(tables.SERIES), "Code": code, "Description": description, "Manual": manual}
    _registers(result, now)
    return result


def accounts(year: int) -> dict[int, Record]:
    """The chart of accounts of one financial year (its id)."""
    return {
        number: {
            **blanks(tables.ACCOUNT),
            "Number": number,
            "Description": name,
            "VATCode": code,
            "Year": year,
            "SRU": 7410 if 3000 <= number < 3800 else None,
        }
        for number, name, code in ACCOUNTS
    }


def _years(result: Company, today: date) -> None:
    for number, year in enumerate(range(today.year - 1, today.year + 2), start=1):
        result.years.append(
            {
                "Id": number,
                "FromDate": f"{year}-01-01",
                "ToDate": f"{year}-12-31",
                "AccountChartType": "BAS 2026",
                "AccountingMethod": result.profile.accounting_method,
            }
        )
        result.accounts[number] = accounts(number)


def _registers(result: Company, now: datetime) -> None:
    for path, table, key, records in (("currencies", tables.CURRENCY, "Code", _currencies(now)), *_REGISTERS):
        register = result.registers.setdefault(path, {})
        for record in records:
            register[str(record[key])] = {**blanks(table), **record}
            touch(register[str(record[key])], now)


def _currencies(now: datetime) -> list[Record]:
    """With the rates of the day."""
    return [
        {
            "Code": code,
            "Description": name,
            "BuyRate": Decimal(rate),
            "SellRate": Decimal(rate),
            "Unit": Decimal(unit),
            "Date": local_date(now, ZONE).isoformat(),
            "IsAutomatic": code != "SEK",
        }
        for code, name, rate, unit in CURRENCIES
    ]
