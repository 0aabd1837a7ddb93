"""The set-up read in one request, and the readiness list made of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from kontera.ledgers.business_central.refusals import PERMISSIONS
from kontera.ledgers.business_central.snapshot import FUNCTIONS
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import invoice, line
from tests.ledgers.business_central.fake import CHART, COMPANY, DAY, GUID, Fake, Reply, listed, refusal

REGISTERS: dict[str, list[dict[str, Any]]] = {
    "companyInformation": [{"displayName": "Nordisk Te AB", "country": "SE", "currencyCode": "SEK"}],
    "generalLedgerSetup": [
        {
            "localCurrencyCode": "SEK", "allowPostingFrom": "2026-02-01", "allowPostingTo": "0001-01-01",
            "shortcutDimension1Code": "DEPARTMENT", "shortcutDimension2Code": "PROJECT",
        }
    ],
    "accountingPeriods": [
        {"startingDate": "2025-01-01", "newFiscalYear": True, "closed": True, "dateLocked": True},
        {"startingDate": "2025-02-01", "newFiscalYear": False},
        {"startingDate": "2026-01-01", "newFiscalYear": True},
    ],
    "accounts": [
        {"id": GUID % 1, "number": "1510", "displayName": "Kundfordringar", "directPosting": False},
        {"id": GUID % 2, "number": "3001", "displayName": "Försäljning"},
        {"id": GUID % 3, "number": "3002", "displayName": "Stängt", "blocked": True},
        {"id": GUID % 4, "number": "3", "displayName": "Intäkter", "accountType": "Heading"},
    ],
    "taxAreas": [{"id": GUID % 5, "code": code} for code in ("DOMESTIC", "EU", "EXPORT")],
    "taxGroups": [{"code": code} for code in ("VAT25", "VAT12", "VAT6", "NO VAT")],
    "currencies": [{"code": "EUR"}, {"code": "USD"}],
    "currencyExchangeRates": [
        {"currencyCode": "EUR", "startingDate": day, "exchangeRateAmount": 100, "relationalExchangeRateAmount": rate}
        for day, rate in (("2026-01-01", 1100.5), ("2026-03-01", 1123.45), ("2026-04-01", 1200))
    ],
    "dimensions": [{"id": GUID % 6, "code": "DEPARTMENT"}, {"id": GUID % 7, "code": "PROJECT"}],
    "dimensionValues": [{"code": "BUTIK", "dimensionId": GUID % 6}, {"code": "P1", "dimensionId": GUID % 7}],
    "paymentTerms": [{"id": GUID % 8, "code": "30 DAYS"}],
    "shipmentMethods": [{"id": GUID % 9, "code": "DHL"}],
    "countriesRegions": [{"code": "SE"}, {"code": "DE"}],
}  # fmt: skip


def company(**replaced: Reply) -> Fake:
    """A company with these registers, some of them answering otherwise."""

    def handler(method: str, path: str, body: Any) -> Reply:
        name = path.partition("?")[0]
        return replaced.get(name) or listed(*REGISTERS.get(name, []))

    return Fake(handler, known=None)


def test_the_whole_set_up_is_one_request() -> None:
    """M40 M80 M88: accounts, years, locks, currencies, dimensions, terms."""
    fake = company()
    setup = fake.ledger.setup()
    assert len(fake.requests) == 1
    assert (setup.company, setup.currency, setup.country) == ("Nordisk Te AB", "SEK", "SE")
    assert {n: (a.active, a.rows) for n, a in setup.accounts.items()} == {
        "1510": (True, False), "3001": (True, True), "3002": (False, False), "3": (False, False),
    }  # fmt: skip
    assert setup.locked_through == date(2026, 1, 31)
    assert [(year.start, year.end, year.closed) for year in setup.fiscal_years] == [
        (date(2025, 1, 1), date(2025, 12, 31), True),
        (date(2026, 1, 1), date(2026, 12, 31), False),
    ]
    euro = setup.currencies["EUR"]
    assert (euro.rate, euro.on, euro.rate_on(date(2026, 2, 1))[0]) == (
        Decimal("11.2345"), date(2026, 3, 1), Decimal("11.005"),
    )  # fmt: skip
    assert "USD" not in setup.currencies
    assert (setup.cost_centres, setup.projects) == ({"BUTIK": True}, {"P1": True})
    assert (setup.terms_of_payment, setup.ways_of_delivery) == (("30 DAYS",), ("DHL",))
    assert {code: (int(vat.rate), vat.account) for code, vat in setup.vat_codes.items()} == {
        "VAT25": (25, "2611"), "VAT12": (12, "2621"), "VAT6": (6, "2631"), "NO VAT": (0, ""),
    }  # fmt: skip
    assert setup.functions == frozenset(FUNCTIONS)


def test_a_fresh_adapter_reads_the_set_up_once() -> None:
    """M40: writing needs it; two documents read it once."""
    fake = company()
    document = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)
    for _ in range(2):
        fake.ledger.find(document, Bound(customer="10000"))
        assert fake.ledger.entries("1510", DAY, DAY) == ()
    assert fake.calls.count("GET accounts") == 1


def test_a_long_register_is_read_to_its_end() -> None:
    """M40: the next page of a list inside a batch lies outside it."""
    link = f"https://bc.test/v2.0/t1/Production/api/v2.0/companies({COMPANY})/accounts?$skiptoken=1"
    pages: list[Reply] = [
        (200, {"value": [{"number": "1510"}], "@odata.nextLink": link}),
        (200, {"value": [{"number": "9999"}]}),
    ]
    fake = Fake(lambda method, path, body: pages.pop(0) if path.startswith("accounts") else listed(), known=None)
    assert set(fake.ledger.setup().accounts) == {"1510", "9999"}


def test_what_permissions_keep_from_us() -> None:
    """M98 M118: the function is left out, and the list says which permission set is missing."""
    denied = {
        "salesInvoices": refusal("", "Authentication", 403),
        "salesOrders": refusal("You do not have permissions to read Sales Orders."),
    }
    fake = company(**denied)
    assert set(FUNCTIONS) - fake.ledger.setup().functions == {"invoice", "order"}
    red = {check.function: check for check in fake.ledger.readiness() if not check.ok}
    assert set(red) == {"invoice", "order"}
    problem = red["invoice"].problem
    assert problem is not None
    assert (problem.code, problem.facts["licence"]) == ("LEDGER_LICENCE_MISSING", "D365 SALES DOC, POST")
    assert set(FUNCTIONS) <= set(PERMISSIONS)


def test_a_company_that_is_ready() -> None:
    """M118: green, one line per function, VAT groups and the receivable looked at."""
    checks = company().ledger.readiness()
    assert [check for check in checks if not check.ok] == []
    assert set(FUNCTIONS) <= {check.function for check in checks}
    assert {"account: receivables", "VAT posting groups: DOMESTIC / VAT25"} <= {check.name for check in checks}


def test_a_company_that_is_not_ready() -> None:
    """M118: a VAT group, the receivable and the year are missing; each says where."""
    fake = company(taxGroups=listed({"code": "VAT25"}), accounts=listed(), accountingPeriods=listed())
    red = [check.problem for check in fake.ledger.readiness() if not check.ok]
    told = {(problem.code, problem.facts["where"]) for problem in red if problem}
    assert told == {
        ("ACCOUNT_MISSING", "Business Central > Chart of Accounts"),
        ("YEAR_MISSING", "Business Central > Accounting Periods"),
        ("VAT_RATE_NOT_IN_LEDGER", "Business Central > VAT Posting Setup"),
    }
