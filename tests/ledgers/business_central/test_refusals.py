"""Business Central's no in our words: the case an order waits in, what it is about, and where it is mended."""

from __future__ import annotations

import pytest

from kontera.cases.catalogue import catalogue
from kontera.errors import NeedsLedgerSetup, NeedsOperator
from kontera.ledgers.business_central.client import Refused
from kontera.ledgers.business_central.refusals import BY_TEXT, explain, function_of

CONTEXT = {
    "order": "1001", "document": "sales_invoice", "date": "2026-03-02", "account": "3001", "rule": "revenue.goods-25",
    "currency": "EUR", "rate": "25", "vat_code": "VAT25", "cost_centre": "BUTIK", "locked_through": "2026-02-28",
    "terms_of_payment": "30 DAYS", "way_of_delivery": "DHL",
}  # fmt: skip


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
        ("Blocked must be No in G/L Account.", "ACCOUNT_INACTIVE", "account:3001"),
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
        ("Account does not exist.", "ACCOUNT_MISSING", "account:3001"),
        (
            "Select a Dimension Value Code for the Dimension Code DEPARTMENT for G/L Account 3001.",
            "COST_CENTRE_REQUIRED",
            "account:3001",
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
    error = explain(Refused("Application_DialogException", text, 400, "POST salesInvoices"), CONTEXT)
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
    problem = explain(Refused("Internal_RecordNotFound", text, 400, "POST salesInvoices"), CONTEXT).problem
    assert problem.facts["vat_code"] == "OSSDE / VAT25"


def test_a_permission_that_is_missing_names_the_function() -> None:
    """M118: 403 whatever the words."""
    error = explain(Refused("Authentication", "", 403, "GET customerPaymentJournals"), {})
    assert isinstance(error, NeedsLedgerSetup)
    assert error.problem.cause == "licence:payment"
    assert error.problem.facts["licence"] == "D365 JOURNALS, POST"


def test_a_person_is_not_quoted() -> None:
    """What a refusal of a customer says between quotes or brackets stays out of the case."""
    text = "The field Country/Region Code of table Customer contains a value (Eva Ek) in (Country/Region)."
    problem = explain(Refused("Internal_InvalidTableRelation", text, 400, "POST customers"), {}).problem
    assert problem.code == "CUSTOMER_REFUSED"
    assert "Eva" not in str(problem.facts) + problem.vendor


def test_a_text_that_is_too_long_is_told_as_such() -> None:
    """M8."""
    refused = Refused("Application_StringExceededLength", "The length of the string is 50.", 400, "POST salesInvoices")
    assert explain(refused, CONTEXT).problem.code == "TEXT_REFUSED"


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
