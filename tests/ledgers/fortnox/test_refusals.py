"""The table of refusals: Fortnox's codes and words -> our problems, with what people need to mend them (M98)."""

from __future__ import annotations

import pytest

from kontera.errors import NeedsLedgerSetup, NeedsOperator, NeedsSignIn, OurFault
from kontera.ledgers.fortnox.client import Refused
from kontera.ledgers.fortnox.refusals import BY_CODE, explain, scope_of

CONTEXT = {
    "order": "1001",
    "document": "sales_invoice",
    "date": "2026-03-28",
    "account": "3002",
    "rule": "revenue.se-12",
    "rate": "12",
    "vat_code": "MP2",
    "currency": "EUR",
    "cost_centre": "WEBB",
    "project": "7",
    "way_of_delivery": "POST",
    "terms_of_delivery": "FVL",
    "terms_of_payment": "K",
    "article": "T-100",
}

# code, words, -> problem, cause, facts that must be there
TABLE = [
    (
        "2000401",
        "Administratören har låst perioden t.o.m. 2026-03-31. Lås upp perioden för att fortsätta",
        "PERIOD_LOCKED",
        "period:2026-03-31",
        {"date": "2026-03-28", "locked_through": "2026-03-31"},
    ),
    ("2002141", "Perioden är låst", "PERIOD_LOCKED", "period:", {"date": "2026-03-28"}),
    ("", "Räkenskapsåret 2025-01-01 - 2025-12-31 är avslutat.", "PERIOD_LOCKED", "period:2025-12-31", {}),
    (
        "",
        'Konto "3002" är inte aktivt',
        "ACCOUNT_INACTIVE",
        "account:3002",
        {"account": "3002", "rule": "revenue.se-12"},
    ),
    ("2001304", "Kunde inte hitta konto (3099)", "ACCOUNT_MISSING", "account:3099", {"account": "3099"}),
    ("2001304", "Kunde inte hitta konto", "ACCOUNT_MISSING", "account:3002", {"account": "3002"}),
    (
        "",
        'Inköpskonto inte uppdaterat. Kontot "4000" existerar inte. (PurchaseAccount)',
        "ACCOUNT_MISSING",
        "account:4000",
        {"account": "4000"},
    ),
    (
        "2000588",
        "Det finns inget räkenskapsår för datumet 2026-03-28.",
        "YEAR_MISSING",
        "year:2026",
        {"date": "2026-03-28"},
    ),
    ("", "Kunde inte hämta kostnadsställe", "COST_CENTRE_UNUSABLE", "cost_centre:WEBB", {"reason": "missing"}),
    (
        "2000947",
        "Kostnadsstället är inte aktivt (WEBB)",
        "COST_CENTRE_UNUSABLE",
        "cost_centre:WEBB",
        {"reason": "inactive"},
    ),
    ("", "Kostnadsställe måste anges för konto 3001", "COST_CENTRE_REQUIRED", "account:3001", {"account": "3001"}),
    ("2001161", "Kan inte hitta projektet.", "PROJECT_UNUSABLE", "project:7", {"project": "7"}),
    ("", "Projekt är obligatoriskt på konto 3001", "PROJECT_UNUSABLE", "project:7", {}),
    ("", "Kunde inte hitta moms (25.5)", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:25.5", {"rate": "25.5"}),
    ("", "Kunde inte hämta moms", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:12", {"rate": "12", "vat_code": "MP2"}),
    ("2000588", "Kunde inte hitta momskod (OSSDE19)", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:12", {"vat_code": "OSSDE19"}),
    ("2000588", "Kunde inte hitta valuta (EUR)", "CURRENCY_NOT_IN_LEDGER", "currency:EUR", {"currency": "EUR"}),
    (
        "2001412",
        "Kunde inte hitta leveranssätt (POST)",
        "TERMS_UNKNOWN",
        "terms:way_of_delivery:POST",
        {"kind": "way_of_delivery", "value": "POST"},
    ),
    ("2001411", "x", "TERMS_UNKNOWN", "terms:terms_of_delivery:FVL", {"kind": "terms_of_delivery", "value": "FVL"}),
    ("2001700", "x", "TERMS_UNKNOWN", "terms:terms_of_payment:K", {"kind": "terms_of_payment", "value": "K"}),
    (
        "2001265",
        "Förvalt konto saknas, finns inte eller är inte aktivt (FREIGHT)",
        "PREDEFINED_ACCOUNT_MISSING",
        "predefined:FREIGHT",
        {"name": "FREIGHT"},
    ),
    ("", "Förvalt konto för fakturaavgift saknas.", "PREDEFINED_ACCOUNT_MISSING", "predefined:fakturaavgift", {}),
    ("2001302", "Kunde inte hitta artikel", "ARTICLE_NUMBER_REFUSED", "article:T-100", {"article": "T-100"}),
    (
        "2001101",
        "Det finns ingen aktiv licens för önskat scope.",
        "LEDGER_LICENCE_MISSING",
        "licence:invoice",
        {"function": "invoice", "licence": "Fakturering"},
    ),
    ("2000663", "Har inte behörighet för scope.", "LEDGER_SCOPE_MISSING", "scope:invoice", {"scope": "invoice"}),
    ("2000204", "Kunde inte hitta kund (17)", "CUSTOMER_REFUSED", "", {}),
    ("2000637", "Kundnummer 1 används redan.", "CUSTOMER_REFUSED", "", {}),
    ("2000359", "Värdet innehåller ej tillåtna tecken. (Description)", "TEXT_REFUSED", "", {"field": "Description"}),
]


@pytest.mark.parametrize(("code", "words", "problem", "cause", "facts"), TABLE)
def test_table(code: str, words: str, problem: str, cause: str, facts: dict[str, str]) -> None:
    """M98: each refusal says what, why and where in Fortnox."""
    error = explain(Refused(code, words, 400, "POST /3/invoices"), CONTEXT)
    found = error.problem
    assert (problem, cause) == (found.code, found.cause)
    assert facts == {name: found.facts[name] for name in facts}
    assert found.facts["order"] == "1001"
    assert words.partition("(")[0] in found.vendor


def test_no_personal_data_in_a_customer_refusal() -> None:
    """M98: the case says which field and what it looks like, not whose it is."""
    words = "E-postadressen är inte giltig (eva.ek@example..com)"
    found = explain(Refused("2000588", words, 400, "POST /3/customers"), {"document": "customer"}).problem
    assert found.facts == {
        "order": "",
        "field": "Email",
        "value_shape": "xxx.xx@xxxxxxx..xxx",
        "reason": "E-postadressen är inte giltig (...)",
        "where": "Fortnox > Register > Kunder",
    }
    assert "eva" not in found.vendor


def test_setup_refusals_say_where_in_fortnox() -> None:
    """M98 M118."""
    silent = [
        code for code, rule in BY_CODE.items() if rule.error is NeedsLedgerSetup and "Fortnox >" not in rule.where
    ]
    assert silent == []


def test_unknown_refusal_is_held_with_the_vendor_words() -> None:
    """M100: never a guess."""
    error = explain(Refused("2009999", "Något nytt", 400, "POST /3/invoices", "uid-1"), CONTEXT)
    assert isinstance(error, NeedsOperator)
    assert (error.problem.code, error.problem.cause) == ("LEDGER_REFUSED", "")
    assert error.problem.vendor == "Något nytt (2009999) [uid-1]"


@pytest.mark.parametrize(("code", "kind"), [("2001399", OurFault), ("2000311", NeedsSignIn)])
def test_what_happens_next(code: str, kind: type[Exception]) -> None:
    """M98: a malformed call is our defect, a refused key a sign-in."""
    assert isinstance(explain(Refused(code, "x", 400, "POST /3/invoices"), CONTEXT), kind)


@pytest.mark.parametrize(
    ("request_line", "scope"),
    [
        ("POST /3/invoices", "invoice"),
        ("PUT /3/invoices/5/bookkeep", "invoice"),
        ("GET /3/invoicepayments/5", "payment"),
        ("GET /3/settings/lockedperiod", "bookkeeping"),
        ("GET /3/settings/company", "settings"),
        ("GET /3/termsofpayments", "settings"),
        ("GET /3/vouchers/A/1", "bookkeeping"),
    ],
)
def test_scope_of_a_call(request_line: str, scope: str) -> None:
    """M118: the missing right is named by the call that was refused."""
    assert scope == scope_of(request_line)
