"""Business Central's no in our words: the case an order waits in, what it is about, and where it is mended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from kontera.cases.catalogue import LANGUAGES, catalogue, render
from kontera.errors import NOT_TOLD, NeedsLedgerSetup, NeedsOperator
from kontera.ledgers.business_central.client import Refused
from kontera.ledgers.business_central.refusals import BY_TEXT, explain, function_of
from kontera.ledgers.samples import Chart, invoice, line

CONTEXT = {"locked_through": "2026-02-28"}
DAY = date(2026, 3, 2)
CHART = Chart(vat={Decimal(25): ("VAT25", "3001", "2611"), Decimal(12): ("VAT12", "3002", "2621")})
DOCUMENT = msgspec.structs.replace(
    invoice(CHART, "nt-1001", [line(CHART, "125.00", currency="EUR")], DAY, cost_centre="BUTIK", rate=Decimal(11)),
    terms_of_payment="30 DAYS",
    way_of_delivery="DHL",
    project="SOMMAR",
)
MIXED = invoice(CHART, "nt-2", [line(CHART, "125.00"), line(CHART, "112.00", rate=12)], DAY, number="1022")


@pytest.mark.parametrize(
    ("text", "code", "cause"),
    [
        ("Posting Date is not within your range of allowed posting dates.", "PERIOD_LOCKED", "period:2026-02-28"),
        (
            "The VAT Posting Setup does not exist. Identification fields and values: VAT Bus. Posting Group='OSSDE',"
            "VAT Prod. Posting Group='VAT25'",
            "VAT_RATE_NOT_IN_LEDGER",
            "vat_rate:25",
        ),
        ("Setup is blocked in VAT Posting Setup for DOMESTIC and VAT25.", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:25"),
        (
            "Blocked must be equal to 'No'  in G/L Account: No.=3002. Current value is 'Yes'.",
            "ACCOUNT_INACTIVE",
            "account:3002",
        ),
        (
            "Direct Posting must be equal to 'Yes'  in G/L Account: No.=1510. Current value is 'No'.",
            "ACCOUNT_INACTIVE",
            "account:1510",
        ),
        ("Blocked must be No in G/L Account.", "ACCOUNT_INACTIVE", "account:1510 ¦ 2611 ¦ 3001"),
        (
            "The field No. of table Sales Line contains a value (3999) that cannot be found in the related table "
            "(G/L Account).",
            "ACCOUNT_MISSING",
            "account:3999",
        ),
        (
            "The G/L Account does not exist. Identification fields and values: No.='3999'",
            "ACCOUNT_MISSING",
            "account:3999",
        ),
        ("Account does not exist.", "ACCOUNT_MISSING", "account:1510 ¦ 2611 ¦ 3001"),
        (
            "Select a Dimension Value Code for the Dimension Code DEPARTMENT for G/L Account 3001.",
            "COST_CENTRE_REQUIRED",
            "account:3001",
        ),
        (
            "The field Shortcut Dimension 2 Code of table Sales Header contains a value (SOMMAR) that cannot be found "
            "in the related table (Dimension Value).",
            "PROJECT_UNUSABLE",
            "project:SOMMAR",
        ),
        ("Dimension Value DEPARTMENT - BUTIK is blocked.", "COST_CENTRE_UNUSABLE", "cost_centre:BUTIK"),
        (
            "The field Shortcut Dimension 1 Code contains a value (BUTIK) that cannot be found in the related table "
            "(Dimension Value).",
            "COST_CENTRE_UNUSABLE",
            "cost_centre:BUTIK",
        ),
        ('The "paymentTermsId" does not match to a Payment Terms.', "TERMS_UNKNOWN", "terms:terms_of_payment:30 DAYS"),
        ('The "shipmentMethodId" does not match to a Shipment Method.', "TERMS_UNKNOWN", "terms:way_of_delivery:DHL"),
        ('The "currencyCode" does not match to a Currency.', "CURRENCY_NOT_IN_LEDGER", "currency:EUR"),
        ("There is no Currency Exchange Rate within the filter.", "CURRENCY_NOT_IN_LEDGER", "currency:EUR"),
        ("Gen. Bus. Posting Group must have a value in Customer: No.=C00010.", "CUSTOMER_REFUSED", ""),
        (
            "The entered VAT Registration number is not in agreement with the format specified for SE.",
            "CUSTOMER_REFUSED",
            "",
        ),
        ("You cannot post this type of document when Customer 10 is blocked with type All.", "CUSTOMER_REFUSED", ""),
        ("You do not have permissions to read Sales Orders.", "LEDGER_LICENCE_MISSING", "licence:invoice"),
        ("There is no Cust. Ledger Entry within the filter.", "LEDGER_REFUSED", ""),
    ],
)
def test_what_a_refusal_is_about(text: str, code: str, cause: str) -> None:
    """M98: each with its cause, so that all orders with the same trouble wait together."""
    error = explain(Refused("Application_DialogException", text, 400, "POST salesInvoices"), DOCUMENT, CONTEXT)
    assert isinstance(error, NeedsOperator)
    assert (error.problem.code, error.problem.cause) == (code, cause)
    assert error.problem.facts["order"] == "1001"
    missing = set(catalogue()[code].facts) - set(error.problem.facts)
    assert missing == set()


def test_a_missing_pair_of_vat_groups_is_named() -> None:
    """M88: the account's own group is looked up before the line's, so it may be one the order never named."""
    text = (
        "The VAT Posting Setup does not exist. Identification fields and values: VAT Bus. Posting Group='OSSDE',"
        "VAT Prod. Posting Group='VAT25'"
    )
    problem = explain(Refused("Internal_RecordNotFound", text, 400, "POST salesInvoices"), DOCUMENT).problem
    assert problem.facts["vat_code"] == "OSSDE / VAT25"


def test_a_permission_that_is_missing_names_the_function() -> None:
    """M118: 403 whatever the words."""
    error = explain(Refused("Authentication", "", 403, "GET customerPaymentJournals"))
    assert isinstance(error, NeedsLedgerSetup)
    assert error.problem.cause == "licence:payment"
    assert error.problem.facts["licence"] == "D365 JOURNALS, POST"


def test_a_person_is_not_quoted() -> None:
    """What a refusal of a customer says between quotes or brackets stays out of the case."""
    text = "The field Country/Region Code of table Customer contains a value (Eva Ek) in (Country/Region)."
    problem = explain(Refused("Internal_InvalidTableRelation", text, 400, "POST customers")).problem
    assert problem.code == "CUSTOMER_REFUSED"
    assert "Eva" not in str(problem.facts) + problem.vendor


def test_a_text_that_is_too_long_is_told_as_such() -> None:
    """M8 M98: with the field it is in, and what it looks like; not whose it is."""
    text = "The length of the string is 23, but it must be less than or equal to 20 characters. Value: "
    text += "Anna-Karin Ekström 1 tr"
    body = b'{"number": "C1", "addressLine1": "Anna-Karin Ekstr\xc3\xb6m 1 tr"}'
    refused = Refused("Application_StringExceededLength", text, 400, "POST salesInvoices", sent=body)
    problem = explain(refused, DOCUMENT).problem
    assert ("TEXT_REFUSED", "addressLine1") == (problem.code, problem.facts["field"])
    assert "xxxx-xxxxx xxxxxxx 0 xx" == problem.facts["value_shape"]
    assert "Ekström" not in str(problem.facts) + problem.vendor
    bare = Refused("Application_StringExceededLength", "The length of the string is 50.", 400, "POST salesInvoices")
    assert NOT_TOLD == explain(bare, DOCUMENT).problem.facts["field"]


def test_no_refusal_quotes_what_is_a_persons() -> None:
    """M98: whatever rule it falls under."""
    body = b'{"displayName": "Eva Ek", "number": "C1"}'
    refused = Refused("x", "Eva Ek must not be invoiced for C1.", 400, "POST salesInvoices", sent=body)
    problem = explain(refused, DOCUMENT).problem
    assert ("LEDGER_REFUSED", "xxx xx must not be invoiced for C1.") == (problem.code, problem.facts["reason"])
    assert "xxx xx must not be invoiced for C1. (x)" == problem.vendor


def test_every_rule_is_in_the_catalogue() -> None:
    """M98."""
    assert {rule.problem for _, rule in BY_TEXT} <= set(catalogue())


@pytest.mark.parametrize(
    ("request_line", "function"),
    [
        ("POST salesInvoices(1)/Microsoft.NAV.post", "invoice"),
        ("POST /companies(1)/customers", "customer"),
        ("GET customerPaymentJournals(1)/customerPayments", "payment"),
        ("GET taxAreas", "settings"),
    ],
)
def test_the_function_a_call_belongs_to(request_line: str, function: str) -> None:
    """M118."""
    assert function == function_of(request_line)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Account does not exist.", "Account 1510, 2611, 2621, 3001 or 3002 does not exist in Business Central"),
        ("Setup is blocked in VAT Posting Setup.", "Business Central has no VAT of 12 or 25 %"),
        ("Dimension Value is blocked.", "Cost centre (not named by Business Central) is inactive in Business Central"),
        ("Posting Date is not within your range of allowed posting dates",
         "Business Central is locked through (not named by Business Central)"),
        ('The "shipmentMethodId" does not match to a Shipment Method.',
         'Business Central does not know way of delivery "(not named by Business Central)"'),
        ("Gen. Bus. Posting Group must have a value in Customer",
         "Business Central does not take the customer of order 1022"),
        ("There is no Cust. Ledger Entry within the filter.", "Business Central refused invoice"),
    ],
)  # fmt: skip
def test_what_the_words_do_not_name_is_named_from_the_document_or_said_not_to_be(text: str, title: str) -> None:
    """M98: no question marks, no claim that only may be true, and nothing lumped together that may differ."""
    problem = explain(Refused("Application_DialogException", text, 400, "POST salesInvoices"), MIXED).problem
    assert title == render(problem, "en", ledger="business_central").title
    for language in LANGUAGES:
        told = render(problem, language, ledger="business_central").text()
        assert not [sign for sign in ("?", "¦", "Nothing was sent", "Inget har skickats") if sign in told]
    assert NOT_TOLD not in problem.cause


def test_a_refused_posting_says_that_the_document_is_there() -> None:
    """M98 law 2: the draft was written before it was to be posted."""
    refused = Refused("x", "Account does not exist.", 400, "POST salesInvoices(1)/Microsoft.NAV.post")
    told = render(explain(refused, MIXED).problem, "en", ledger="business_central")
    assert told.safe.startswith("The document is recorded in Business Central but not booked")


def test_no_text_of_a_refusal_claims_that_nothing_was_sent() -> None:
    """M98: the sentence depends on what happened, so the texts leave it to `{sent}`."""
    for entry in (catalogue()[code] for code in {rule.problem for _, rule in BY_TEXT}):
        for wording in (entry.en, entry.sv):
            told = " ".join((wording.title, wording.body, wording.action, wording.safe))
            assert not any(claim in told for claim in ("Nothing was sent", "wrote nothing", "Inget har skickats"))
