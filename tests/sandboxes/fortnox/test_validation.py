"""5.3 to 5.6, 5.9, 5.12 and 5.17: what a body may hold."""

from __future__ import annotations

from typing import Any

import pytest

from kontera.sandboxes.fortnox.fields import read
from kontera.sandboxes.fortnox.tables import CUSTOMER
from kontera.sandboxes.fortnox.web import escaped

from .conftest import Api


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Colour": "red"}, 2001399),  # unknown key
        ({"Country": "Sverige"}, 2001399),  # read-only key
        ({"Name": ["x"]}, 2000106),
        ({"Name": True}, 2000106),
        ({"InvoiceDiscount": "ten"}, 2000108),
        ({"Active": "perhaps"}, 2000134),
        ({"Name": "Lovely <b>"}, 2000359),
        ({"Name": "Party 🎉"}, 2000359),
        ({"Address1": 'The "Castle"'}, 2000359),
    ],
)
def test_5_3_a_body_is_checked_key_by_key(api: Api, values: dict[str, Any], code: int) -> None:
    """Unknown key, wrong type, forbidden character: each has its code, in lower case."""
    status, found, _ = api.refused("POST", "customers", "Customer", **{"Name": "Bo", **values})
    assert (status, found) == (400, code)


def test_5_3_bad_json_and_a_missing_envelope(api: Api) -> None:
    """2002115 and 2001392."""
    answer = api.http.post("/3/customers", content=b'{"Customer": {"Name": "Bo"', headers={"Content-Type": "x"})
    assert answer.json()["ErrorInformation"]["code"] == 2002115
    assert api.refused("POST", "customers", "Customers", Name="Bo")[1] == 2001392
    half = api.http.post("/3/customers", content=b'{"Customer": {"Name": "\\ud83c"}}')  # half a character
    assert half.json()["ErrorInformation"]["code"] == 2000359
    assert api.call("POST", "customers", [1])[1]["ErrorInformation"]["code"] == 2001392


@pytest.mark.parametrize(
    ("values", "length"),
    [({"ZipCode": "SW1A 1AA LONDON"}, 10), ({"OurReference": "x" * 51}, 50), ({"Name": "x" * 1025}, 1024)],
)
def test_5_3_over_length_is_refused(api: Api, values: dict[str, Any], length: int) -> None:
    """The longest text is named; the code is not known."""
    status, _, message = api.refused("POST", "customers", "Customer", **{"Name": "Bo", **values})
    assert (status, str(length) in message) == (400, True)


def test_5_3_swedish_letters_and_listed_signs_are_allowed() -> None:
    """The vendor's own list of signs, and letters of any alphabet."""
    text = "Åsa Öberg Łódź Ελλάδα – : . ` ´ ' , ; ^ ¤ # % § £ $ € ¢ ¥ © ™ ° & / ( ) = + - * _ ! ? ² ³ ® ½ @ \\"
    assert read(CUSTOMER, {"Name": text}) == {"Name": text}


def test_5_4_what_is_required(api: Api) -> None:
    """Name, Description, CustomerNumber, InvoiceNumber."""
    assert api.refused("POST", "customers", "Customer", City="Umeå")[0] == 400
    assert api.refused("POST", "articles", "Article", ArticleNumber="X")[0] == 400
    assert api.refused("POST", "invoices", "Invoice", Comments="x")[1] == 2000204
    assert api.refused("POST", "orders", "Order", Comments="x")[1] == 2000204
    assert api.refused("POST", "invoicepayments", "InvoicePayment", Amount=1)[1] == 2000434


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"CustomerNumber": "99"}, 2000204),
        ({"TermsOfPayment": "NEVER"}, 2001700),
        ({"TermsOfDelivery": "X"}, 2001411),
        ({"WayOfDelivery": "DRONE"}, 2001412),
        ({"CostCenter": "GAMMAL"}, 2000947),
        ({"InvoiceRows": [{"ArticleNumber": "NONE"}]}, 2001302),
        ({"InvoiceRows": [{"AccountNumber": 3999}]}, 2001304),
    ],
)
def test_5_5_references_must_exist_and_be_active(api: Api, values: dict[str, Any], code: int) -> None:
    """Each kind of reference has its own code."""
    assert api.refused("POST", "invoices", "Invoice", **{"CustomerNumber": "1", **values})[:2] == (400, code)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"Currency": "GBP"}, "Kunde inte hitta valuta (GBP)"),
        ({"CostCenter": "NONE"}, "Kunde inte hitta kostnadsställe (NONE)"),
        ({"Project": "9"}, "Kunde inte hitta projekt (9)"),
        ({"PriceList": "Z"}, "Kunde inte hitta prislista (Z)"),
        ({"InvoiceRows": [{"ArticleNumber": "TEA", "VAT": 17}]}, "Kunde inte hitta moms (17)"),
        ({"InvoiceRows": [{"ArticleNumber": "TEA", "VATCode": "XX"}]}, "Kunde inte hitta momskod (XX)"),
        ({"InvoiceRows": [{"ArticleNumber": "TEA", "Unit": "kg2"}]}, "Kunde inte hitta enhet (kg2)"),
        (
            {"InvoiceRows": [{"DeliveredQuantity": "1", "AccountNumber": 3001}]},
            "Rader med antal måste ha artikelnummer eller benämning.",
        ),
    ],
)
def test_5_5_references_whose_code_is_not_known(api: Api, values: dict[str, Any], text: str) -> None:
    """The text is the vendor's."""
    assert api.refused("POST", "invoices", "Invoice", **{"CustomerNumber": "1", **values})[2] == text


def test_5_5_an_inactive_account_is_refused_but_an_articles_account_is_not_checked(api: Api) -> None:
    """The article is saved with any account; the document that would use it is not."""
    api.pull("account", number=3001, change={"Active": False})
    assert api.post("articles", "Article", Description="Odd", SalesAccount=1250)["SalesAccount"] == 1250
    rows = [{"Description": "x", "DeliveredQuantity": "1", "Price": 1, "AccountNumber": 3001}]
    assert api.refused("POST", "invoices", "Invoice", CustomerNumber="1", InvoiceRows=rows)[2] == (
        'Konto "3001" är inte aktivt.'
    )


def test_5_6_a_deleted_customer_number_stays_reserved(api: Api) -> None:
    """2000637, and automatic numbers step over it."""
    api.post("customers", "Customer", Name="Bo", CustomerNumber="2")
    assert api.call("DELETE", "customers/2")[0] == 204
    assert api.refused("POST", "customers", "Customer", Name="Bo", CustomerNumber="2")[1] == 2000637
    assert api.post("customers", "Customer", Name="Cia")["CustomerNumber"] == "3"


def test_5_6_numbers_taken_are_refused(api: Api) -> None:
    """Article numbers, customer numbers, and document numbers chosen by the client."""
    assert api.refused("POST", "articles", "Article", ArticleNumber="TEA", Description="x")[0] == 400
    assert api.refused("POST", "customers", "Customer", CustomerNumber="1", Name="x")[1] == 2000637
    first = api.post("invoices", "Invoice", CustomerNumber="1", DocumentNumber="90000000001")
    assert first["DocumentNumber"] == "90000000001"  # also beyond 32 bits
    status, _, text = api.refused("POST", "invoices", "Invoice", CustomerNumber="1", DocumentNumber="90000000001")
    assert (status, text) == (400, "Dokumentnumret används redan (90000000001)")
    api.post("orders", "Order", CustomerNumber="1", DocumentNumber="1")
    assert api.post("orders", "Order", CustomerNumber="1")["DocumentNumber"] == "2"
    api.pull("number", counter="invoices", next=5000)
    assert api.post("invoices", "Invoice", CustomerNumber="1")["DocumentNumber"] == "5000"


def test_5_9_null_and_empty_keep_and_api_blank_clears(api: Api) -> None:
    """As recorded: neither null nor "" removes a text."""
    number = api.post("invoices", "Invoice", CustomerNumber="1", Comments="Keep me")["DocumentNumber"]
    assert api.put(f"invoices/{number}", "Invoice", Comments="")["Comments"] == "Keep me"
    assert api.put(f"invoices/{number}", "Invoice", Comments=None)["Comments"] == "Keep me"
    assert api.put(f"invoices/{number}", "Invoice", Comments="API_BLANK")["Comments"] == ""
    assert api.put("customers/1", "Customer", CountryCode="API_BLANK")["Country"] is None


def test_5_12_two_spellings_of_the_error_envelope(api: Api) -> None:
    """What is not found is capitalised, what is refused is not (both recorded)."""
    assert api.call("GET", "customers/123456789") == (
        404,
        {"ErrorInformation": {"Error": 1, "Message": "Kan inte hitta kunden.", "Code": 2000433}},
    )
    assert api.call("GET", "invoices?filter=doesntexist") == (
        400,
        {"ErrorInformation": {"error": 1, "message": "Ett ogiltigt filter har använts.", "code": 2000587}},
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("articles/x", 2000428),
        ("invoices/9", 2000434),
        ("orders/9", 2000439),
        ("projects/9", 2001161),
        ("termsofpayments/9", 2000429),
        ("units/9", 2000432),
        ("accounts/9999", 2000423),
        ("prices/A/TEA", 2000430),
    ],
)
def test_what_is_not_found_has_its_own_code(api: Api, path: str, code: int) -> None:
    """404 per resource."""
    assert api.refused("GET", path)[:2] == (404, code)


def test_answers_look_like_the_vendors(api: Api) -> None:
    """Headers, Location with the collection only, escaped slashes and letters, a slash at the end allowed."""
    answer = api.http.post("/3/customers/", json={"Customer": {"Name": "Åke"}})
    assert (answer.status_code, answer.headers["location"], answer.headers["server"]) == (201, "customers", "Fortnox")
    assert {"x-uid", "x-build", "x-rack-responsetime"} <= set(answer.headers)
    assert b'"Name":"\\u00c5ke"' in answer.content
    assert b"\\/3\\/customers\\/2" in answer.content
    assert escaped('"🎉/"'.encode()) == b'"\\ud83c\\udf89\\/"'
    terms = api.http.post("/3/termsofpayments", json={"TermsOfPayment": {"Code": "21", "Description": "x"}})
    assert terms.headers["location"] == "paymentterms"


@pytest.mark.parametrize(
    "values",
    [
        {"Email": "no address"},
        {"GLN": "123"},
        {"CountryCode": "SWE"},
        {"CountryCode": "QQ"},
        {"CountryCode": "S"},
        {"VATNumber": "123"},
        {"VATType": "EUREVERSEDVAT", "VATNumber": "SE556677889901"},
        {"SalesAccount": "30"},
        {"Type": "ROBOT"},
    ],
)
def test_5_17_formats_are_checked(api: Api, values: dict[str, Any]) -> None:
    """E-mail, GLN, country, VAT number, account, enumerations."""
    assert api.refused("POST", "customers", "Customer", **{"Name": "Bo", **values})[0] == 400


def test_a_bare_name_gets_the_vendors_defaults(api: Api) -> None:
    """As recorded for POST {"Name"}."""
    found = api.post("customers", "Customer", Name="Bo", CountryCode="NO")
    assert {name: found[name] for name in ("Currency", "Type", "VATType", "PriceList", "Active", "Country")} == {
        "Currency": "SEK",
        "Type": "COMPANY",
        "VATType": "SEVAT",
        "PriceList": "A",
        "Active": True,
        "Country": "Norge",
    }
    assert found["DefaultDeliveryTypes"] == {"Invoice": "PRINT", "Offer": "PRINT", "Order": "PRINT"}


def test_read_only_keys_can_be_passed_over(api: Api) -> None:
    """A switch, since the vendor is silent: default is to refuse."""
    api.pull("profile", read_only_fields="ignore")
    assert api.put("customers/1", "Customer", Country="Norge", City="Luleå")["Country"] == "Sverige"
    assert api.refused("PUT", "customers/1", "Customer", Colour="red")[1] == 2001399


def test_an_unknown_path_and_an_unknown_switch(api: Api) -> None:
    """Neither passes silently."""
    assert api.call("GET", "nothing")[0] == 404
    assert api.http.post("/_sandbox/actions/profile", json={"colour": 1}).status_code == 400
    assert api.http.post("/_sandbox/actions/account", json={"number": 3001, "change": {"X": 1}}).status_code == 400


def test_faults_speak_the_vendors_language(api: Api) -> None:
    """A declared 500 looks like Fortnox's."""
    api.http.post("/_sandbox/faults", json={"kind": "status", "status": 503, "times": 1})
    assert api.refused("GET", "customers")[:2] == (503, 1000003)
