"""The table of refusals: Fortnox's codes and words -> our problems, with what people need to mend them (M98)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from kontera.accounting.documents import Why
from kontera.cases.catalogue import LANGUAGES, catalogue, render
from kontera.errors import NOT_TOLD, NeedsLedgerSetup, NeedsOperator, NeedsSignIn, OurFault
from kontera.ledgers.fortnox.client import Refused
from kontera.ledgers.fortnox.refusals import BY_CODE, BY_TEXT, explain, scope_of
from kontera.ledgers.samples import Chart, invoice, line


def why(rule: str) -> Why:
    """A reason of its own."""
    return Why(rule=rule, rulebook="sample 1", fact="order 1022")


DAY = date(2026, 3, 28)
SOLD = line(Chart(), "112.00", rate=12, currency="EUR", article="T-100")
DOCUMENT = msgspec.structs.replace(
    invoice(Chart(), "nt-1001", [SOLD], DAY, cost_centre="WEBB", rate=Decimal(11)),
    project="7",
    way_of_delivery="POST",
    terms_of_delivery="FVL",
    terms_of_payment="K",
)
ROWS = [
    msgspec.structs.replace(line(Chart(), "112.00", rate=12, article="A"), why=why("r.12")),
    msgspec.structs.replace(line(Chart(), "125.00", rate=25, article="B"), why=why("r.25")),
]
MIXED = invoice(Chart(), "nt-1002", ROWS, DAY, number="1022")

# code, words, -> problem, cause, facts that must be there
TABLE = [
    (
        "2000401",
        "Administratören har låst perioden t.o.m. 2026-03-31. Lås upp perioden för att fortsätta",
        "PERIOD_LOCKED",
        "period:2026-03-31",
        {"date": "2026-03-28", "locked_through": "2026-03-31"},
    ),
    ("2002141", "Perioden är låst", "PERIOD_LOCKED", "period:2026-03-28", {"locked_through": NOT_TOLD}),
    ("", "Räkenskapsåret 2025-01-01 - 2025-12-31 är avslutat.", "PERIOD_LOCKED", "period:2025-12-31", {}),
    (
        "",
        'Konto "3002" är inte aktivt',
        "ACCOUNT_INACTIVE",
        "account:3002",
        {"account": "3002", "rule": "revenue.sample"},
    ),
    (
        "2001304",
        "Kunde inte hitta konto (3099)",
        "ACCOUNT_MISSING",
        "account:3099",
        {"account": "3099", "rule": "none"},
    ),
    (
        "2001304",
        "Kunde inte hitta konto",
        "ACCOUNT_MISSING",
        "account:1510 ¦ 2621 ¦ 3002",
        {"account": "1510 ¦ 2621 ¦ 3002"},
    ),
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
    ("", "Projekt är obligatoriskt på konto 3001", "PROJECT_REQUIRED", "account:3001", {}),
    ("", "Kunde inte hitta moms (25.5)", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:25.5", {"rate": "25.5"}),
    ("", "Kunde inte hämta moms", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:12", {"rate": "12", "vat_code": "MP2"}),
    ("2000588", "Kunde inte hitta momskod (MP2)", "VAT_RATE_NOT_IN_LEDGER", "vat_rate:12", {"vat_code": "MP2"}),
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
    (
        "2000359",
        "Värdet innehåller ej tillåtna tecken. (K~)",
        "TEXT_REFUSED",
        "",
        {"field": NOT_TOLD, "value_shape": "x~"},
    ),
]


@pytest.mark.parametrize(("code", "words", "problem", "cause", "facts"), TABLE)
def test_table(code: str, words: str, problem: str, cause: str, facts: dict[str, str]) -> None:
    """M98: each refusal says what, why and where in Fortnox."""
    error = explain(Refused(code, words, 400, "POST /3/invoices"), DOCUMENT)
    found = error.problem
    assert (problem, cause) == (found.code, found.cause)
    assert facts == {name: found.facts[name] for name in facts}
    assert found.facts["order"] == "1001"
    assert words.partition("(")[0] in found.vendor


def test_no_personal_data_in_a_customer_refusal() -> None:
    """M98: the case says which field and what it looks like, not whose it is."""
    words = "E-postadressen är inte giltig (eva.ek@example..com)"
    found = explain(Refused("2000588", words, 400, "POST /3/customers"), context={"document": "customer"}).problem
    assert found.facts == {
        "order": "",
        "field": "Email",
        "value_shape": "xxx.xx@xxxxxxx..xxx",
        "reason": "E-postadressen är inte giltig (...)",
        "where": "Fortnox > Register > Kunder",
        "sent": "refused",
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
    error = explain(Refused("2009999", "Något nytt", 400, "POST /3/invoices", "uid-1"), DOCUMENT)
    assert isinstance(error, NeedsOperator)
    assert (error.problem.code, error.problem.cause) == ("LEDGER_REFUSED", "")
    assert error.problem.vendor == "Något nytt (2009999) [uid-1]"


@pytest.mark.parametrize(("code", "kind"), [("2001399", OurFault), ("2000311", NeedsSignIn)])
def test_what_happens_next(code: str, kind: type[Exception]) -> None:
    """M98: a malformed call is our defect, a refused key a sign-in."""
    assert isinstance(explain(Refused(code, "x", 400, "POST /3/invoices"), DOCUMENT), kind)


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


# code, words without a value, the method and path, the case's title in Swedish for an order with two of everything
UNNAMED = [
    ("2001304", "Kunde inte hitta konto", "Konto 1510, 2611, 2621, 3001 eller 3002 finns inte i Fortnox"),
    ("", "Kontot är inaktivt", "Konto 1510, 2611, 2621, 3001 eller 3002 är inaktivt i Fortnox"),
    ("", "Kostnadsställe måste anges för konto", "Konto 1510, 2611, 2621, 3001 eller 3002 kräver kostnadsställe"),
    ("", "Projekt är obligatoriskt på konto", "Konto 1510, 2611, 2621, 3001 eller 3002 kräver projekt"),
    ("", "Kunde inte hämta moms", "Fortnox saknar momssatsen 12 eller 25 %"),
    ("", "Kunde inte hämta momskod", "Fortnox saknar momssatsen 12 eller 25 %"),
    ("2001302", "Kunde inte hitta artikel", 'Fortnox godtar inte artikelnumret "A eller B"'),
    ("2002141", "Perioden är låst", "Fortnox är låst till och med (namnges inte av Fortnox)"),
    ("2001161", "Kan inte hitta projektet.", "Projekt (namnges inte av Fortnox) kan inte användas i Fortnox"),
    ("2000947", "x", "Kostnadsställe (namnges inte av Fortnox) är inaktivt i Fortnox"),
    ("2001265", "x", "Förvalt konto för (namnges inte av Fortnox) saknas i Fortnox"),
    ("2001700", "x", 'Fortnox saknar betalningsvillkoret "(namnges inte av Fortnox)"'),
    ("2009999", "Något nytt", "Fortnox avvisade faktura"),
    ("2000204", "Kunde inte hitta kund", "Fortnox godtar inte kunden på order 1022"),
]


@pytest.mark.parametrize(("code", "words", "title"), UNNAMED, ids=[f"{code} {words}" for code, words, _ in UNNAMED])
def test_what_the_words_do_not_name_is_named_from_the_document_or_said_not_to_be(
    code: str, words: str, title: str
) -> None:
    """M98: no question marks, no claim that only may be true, and nothing lumped together that may differ."""
    problem = explain(Refused(code, words, 400, "POST /3/invoices"), MIXED).problem
    assert title == render(problem, "sv", ledger="fortnox").title
    for language in LANGUAGES:
        told = render(problem, language, ledger="fortnox").text()
        assert not [sign for sign in ("?", "¦", "Nothing was sent", "Inget har skickats") if sign in told]
    assert NOT_TOLD not in problem.cause


def test_orders_with_different_candidates_do_not_share_a_case() -> None:
    """M87: an order of 12 and 25 % and one of 6 % may lack different rates."""
    refused = Refused("", "Kunde inte hämta moms", 400, "POST /3/invoices")
    other = invoice(Chart(), "nt-3", [line(Chart(), "106.00", rate=6)], DAY)
    assert ("vat_rate:12 ¦ 25", "vat_rate:6") == tuple(explain(refused, one).problem.cause for one in (MIXED, other))
    assert "" == explain(Refused("2000947", "x", 400, "POST /3/invoices"), MIXED).problem.cause
    assert "" == explain(refused).problem.cause


def test_the_rule_is_that_of_what_the_words_name() -> None:
    """M98: two rules, and Fortnox names an account of one of them; or one that no rule chose."""
    words = 'Konto "{}" är inte aktivt.'
    for account, rule in (("3001", "r.25"), ("3002", "r.12"), ("4000", "none")):
        refused = Refused("", words.format(account), 400, "POST /3/invoices")
        assert rule == explain(refused, MIXED).problem.facts["rule"]
    told = render(explain(refused, MIXED).problem, "sv", ledger="fortnox")
    assert "(regel: ingen av våra, Fortnox valde kontot)" in told.body
    rates = explain(Refused("", "Kunde inte hitta moms (12,0)", 400, "POST /3/invoices"), MIXED).problem.facts
    assert ("12", "MP2") == (rates["rate"], rates["vat_code"])


@pytest.mark.parametrize(
    ("request_line", "said"),
    [
        ("POST /3/invoices", "Det som skickades avvisades, och Fortnox skrev inget av det."),
        ("PUT /3/invoices/5/bookkeep", "Dokumentet är registrerat i Fortnox men inte bokfört"),
        ("GET /3/invoices", "Inget mer har skickats."),
    ],
)
def test_a_case_says_what_became_of_what_was_sent(request_line: str, said: str) -> None:
    """M98 law 2: "nothing was sent" is said only where it is so."""
    problem = explain(Refused("2002141", "Perioden är låst", 400, request_line), MIXED).problem
    assert said in render(problem, "sv", ledger="fortnox").safe
    found_before = render(msgspec.structs.replace(problem, facts={"order": "1"}), "sv", ledger="fortnox")
    assert found_before.safe.startswith("Inget har skickats.")


def test_no_text_of_a_refusal_claims_that_nothing_was_sent() -> None:
    """M98: the sentence depends on what happened, so the texts leave it to `{sent}`."""
    codes = {rule.problem for rule in (*BY_CODE.values(), *(rule for _, rule in BY_TEXT))} | {"LEDGER_REFUSED"}
    for entry in (catalogue()[code] for code in codes):
        for wording in (entry.en, entry.sv):
            told = " ".join((wording.title, wording.body, wording.action, wording.safe))
            assert not any(claim in told for claim in ("Nothing was sent", "wrote nothing", "Inget har skickats"))


def test_the_swedish_case_of_an_article_is_swedish() -> None:
    """M98."""
    problem = explain(Refused("2001302", "Kunde inte hitta artikel (B)", 400, "POST /3/invoices"), MIXED).problem
    assert "Tillåtet: numret på en artikel som finns i Fortnox." in render(problem, "sv", ledger="fortnox").body
    assert "article:B" == problem.cause


BODY = (
    b'{"Invoice": {"CustomerName": "Eva Ek\xe2\x98\x83", "DeliveryName": "Eva Ek\xe2\x98\x83",'
    b' "Remarks": "Ring 070-1234567", "TermsOfPayment": "K~",'
    b' "InvoiceRows": [{"Description": "Te"}, {"Description": "Kopp [vit]"}]}}'
)


@pytest.mark.parametrize(
    ("value", "field", "looks"),
    [
        ("K~", "TermsOfPayment", "x~"),
        ("Kopp [vit]", "Description (InvoiceRows 2)", "xxxx [xxx]"),
        ("[vit]", "Description (InvoiceRows 2)", "[xxx]"),
        ("Eva Ek☃", "CustomerName ¦ DeliveryName", "xxx xx☃"),
        ("något helt annat", NOT_TOLD, "xxxxx xxxx xxxxx"),
    ],
)
def test_the_field_of_a_refused_text_is_found_by_its_value(value: str, field: str, looks: str) -> None:
    """M98: Fortnox quotes the value, never the field; the case names the field and never the value."""
    words = f"Värdet innehåller ej tillåtna tecken. ({value})"
    problem = explain(Refused("2000359", words, 400, "POST /3/invoices", sent=BODY), MIXED).problem
    assert ("TEXT_REFUSED", field, looks) == (problem.code, problem.facts["field"], problem.facts["value_shape"])
    assert "Värdet innehåller ej tillåtna tecken. (...) (2000359)" == problem.vendor
    for language in LANGUAGES:
        assert value not in render(problem, language, ledger="fortnox").text()


@pytest.mark.parametrize(
    ("code", "words", "kept"),
    [
        ("2009999", "Kunden Eva Ek☃ får inte faktureras", "Kunden xxx xx☃ får inte faktureras"),
        ("2000108", "Värdet måste vara numeriskt (Ring 070-1234567)", "Värdet måste vara numeriskt (xxxx 000-0000000)"),
        ("2001399", "Felaktigt fältnamn (TermsOfPaymen)", "Felaktigt fältnamn (TermsOfPaymen)"),
    ],
)
def test_no_refusal_quotes_what_is_a_persons(code: str, words: str, kept: str) -> None:
    """M98: whatever rule it falls under; what is nobody's stays readable."""
    problem = explain(Refused(code, words, 400, "POST /3/invoices", "uid-1", BODY), MIXED).problem
    assert (kept, f"{kept} ({code}) [uid-1]") == (problem.facts["reason"], problem.vendor)
