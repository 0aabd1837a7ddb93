"""The small registers and the company's set-up."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Api


@pytest.mark.parametrize(
    ("path", "single", "key", "values"),
    [
        ("currencies", "Currency", "GBP", {"Code": "GBP", "Description": "Pund", "BuyRate": 13, "SellRate": 13}),
        ("costcenters", "CostCenter", "NY", {"Code": "NY", "Description": "Ny"}),
        ("projects", "Project", "P1", {"ProjectNumber": "P1", "Description": "Ny"}),
        ("termsofpayments", "TermsOfPayment", "45", {"Code": "45", "Description": "45 dagar"}),
        ("termsofdeliveries", "TermsOfDelivery", "EXW", {"Code": "EXW", "Description": "Ex works"}),
        ("wayofdeliveries", "WayOfDelivery", "DHL", {"Code": "DHL", "Description": "DHL"}),
        ("units", "Unit", "par", {"Code": "par", "Description": "Par"}),
        (
            "modesofpayments",
            "ModeOfPayment",
            "SWISH",
            {"Code": "SWISH", "Description": "Swish", "AccountNumber": "1685"},
        ),
    ],
)
def test_a_register_lists_creates_changes_and_deletes(
    api: Api, path: str, single: str, key: str, values: dict[str, Any]
) -> None:
    """One behaviour for all of them; a code is taken once."""
    before = len(api.get(path))
    assert api.post(path, single, **values)["Description"] == values["Description"]
    assert api.refused("POST", path, single, **values)[0] == 400
    assert api.put(f"{path}/{key}", single, Description="Annan")["Description"] == "Annan"
    assert api.get(f"{path}/{key}")["@url"].endswith(f"/3/{path}/{key}")
    assert len(api.get(path)) == before + 1
    assert api.call("DELETE", f"{path}/{key}")[0] == 204
    assert api.refused("GET", f"{path}/{key}")[0] == 404


def test_price_lists_have_no_delete(api: Api) -> None:
    """405 from the router, as the method does not exist."""
    assert api.get("pricelists")[0]["Code"] == "A"
    assert api.http.delete("/3/pricelists/A").status_code == 405


def test_projects_number_themselves_and_show_less_in_the_list(api: Api) -> None:
    """Number 1 is seeded."""
    assert api.post("projects", "Project", Description="Auto")["ProjectNumber"] == "2"
    assert "Comments" not in api.get("projects")[0]
    assert len(api.get("projects?limit=1&page=2")) == 1  # page is ignored here: still the first
    assert api.get("projects?limit=1&page=2")[0]["ProjectNumber"] == "1"


def test_the_chart_of_accounts_is_per_year(api: Api) -> None:
    """What an e-shop needs is there, with VAT codes; a change touches the year it names."""
    numbers = {row["Number"]: row["VATCode"] for row in api.get("accounts?limit=500")}
    wanted = {
        1510,
        1580,
        1686,
        1930,
        2420,
        2421,
        2440,
        2611,
        2621,
        2631,
        2614,
        2640,
        2641,
        2645,
        3001,
        3002,
        3003,
        3004,
        3011,
        3012,
        3013,
        3014,
        3105,
        3106,
        3108,
        3305,
        3308,
        3520,
        3521,
        3522,
        3540,
        3740,
        3960,
        7960,
        6570,
        6064,
    }
    assert wanted - numbers.keys() == set()
    assert (numbers[3001], numbers[3002], numbers[3003], numbers[3004]) == ("MP1", "MP2", "MP3", "MF")
    api.put("accounts/3001?financialyear=1", "Account", Active=False)
    assert (api.get("accounts/3001?financialyear=1")["Active"], api.get("accounts/3001")["Active"]) == (False, True)
    assert api.post("accounts", "Account", Number=3129, Description="OSS", VATCode="OSSDE19")["Year"] == 2
    assert api.refused("POST", "accounts", "Account", Number=3129, Description="OSS")[0] == 400
    assert api.refused("POST", "accounts", "Account", Number=3130, Description="x", VATCode="Q")[0] == 400
    assert api.call("DELETE", "accounts/3129")[0] == 204


def test_series_say_who_may_write_in_them(api: Api) -> None:
    """A is manual, B and C are the vendor's."""
    manual = {row["Code"]: row["Manual"] for row in api.get("voucherseries")}
    assert (manual["A"], manual["B"], manual["C"]) == (True, False, False)
    assert api.post("voucherseries", "VoucherSeries", Code="TST", Description="x")["NextVoucherNumber"] == 1
    assert api.put("voucherseries/TST", "VoucherSeries", Manual=False)["Manual"] is False
    assert api.refused("GET", "voucherseries/NONE")[0] == 404


def test_the_company_introduces_itself(api: Api) -> None:
    """Information, settings, me, financial years around the clock's year."""
    assert api.get("settings/company")["VATNumber"] == "SE556677889901"
    assert api.get("me")["Locale"] == "sv_SE"
    assert [year["FromDate"] for year in api.get("financialyears")] == ["2025-01-01", "2026-01-01", "2027-01-01"]
    assert api.get("financialyears/2")["AccountingMethod"] == "ACCRUAL"
    assert api.refused("POST", "financialyears", "FinancialYear", FromDate="2026-06-01", ToDate="2027-05-31")[0] == 400


def test_own_vat_codes_come_and_go(api: Api) -> None:
    """A rate that is not set up is refused until it is."""
    row = {"Description": "x", "DeliveredQuantity": "1", "Price": 100, "VAT": 23, "AccountNumber": 3121}
    body = {"CustomerNumber": "1", "InvoiceRows": [row]}
    assert api.refused("POST", "invoices", "Invoice", **body)[2] == "Kunde inte hitta moms (23)"
    api.pull("vat_code", code="OSSIE23", rate="23", account=2670)
    assert api.post("invoices", "Invoice", **body)["TotalVAT"] == 23
    api.pull("vat_code", code="OSSIE23", remove=True)
    assert api.refused("POST", "invoices", "Invoice", **body)[0] == 400
