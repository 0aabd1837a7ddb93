"""What a refusal by Fortnox is about: its codes and words -> our problem codes, with the place in Fortnox to mend it.

Decides the case an order waits in. A refusal nobody knows becomes LEDGER_REFUSED with Fortnox's words, never a guess.
Codes: Fortnox developer portal ("Errors"), its recorded traffic, and the error lists of Sharespine and Junipeer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from kontera.accounting.documents import Document
from kontera.errors import KonteraError, NeedsLedgerSetup, NeedsOperator, NeedsSignIn, OurFault, Problem
from kontera.ledgers import sent, subjects
from kontera.ledgers.fortnox import menus, texts
from kontera.ledgers.fortnox.client import Refused

Found = dict[str, str]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. facts: what of the words is passed on, `{name}` from the pattern or the document.
    cause: as in the case catalogue; an order waits alone when it names something that nobody told.
    where: Fortnox's own menu path."""

    problem: str
    cause: str = ""
    facts: Mapping[str, str] = {}
    where: str = ""
    error: type[NeedsOperator] | type[OurFault] = NeedsLedgerSetup


_ACCOUNT_MISSING = Rule(
    problem="ACCOUNT_MISSING",
    cause="account:{account}",
    where=menus.CHART,
    facts={"account": "{account}", "rule": "{rule}"},
)
_ACCOUNT_INACTIVE = Rule(
    problem="ACCOUNT_INACTIVE",
    cause="account:{account}",
    where=menus.CHART,
    facts={"account": "{account}", "rule": "{rule}"},
)
_LOCKED = Rule(
    problem="PERIOD_LOCKED",
    cause="period:{through}",
    where=menus.LOCKED_PERIOD,
    facts={"date": "{date}", "locked_through": "{through}"},
)
_LOCKED_SOMEWHERE = Rule(  # all of one date wait for the same, whatever the end of the lock
    problem="PERIOD_LOCKED",
    cause="period:{date}",
    where=menus.LOCKED_PERIOD,
    facts={"date": "{date}", "locked_through": "{through}"},
)
_NO_YEAR = Rule(problem="YEAR_MISSING", cause="year:{year}", where=menus.YEARS, facts={"date": "{date}"})
_COST_CENTRE = {
    r: Rule(
        problem="COST_CENTRE_UNUSABLE",
        cause="cost_centre:{cost_centre}",
        where=menus.COST_CENTRES,
        facts={"cost_centre": "{cost_centre}", "reason": r},
    )
    for r in ("missing", "inactive")
}
_COST_CENTRE_REQUIRED = Rule(
    problem="COST_CENTRE_REQUIRED", cause="account:{account}", where=menus.CHART, facts={"account": "{account}"}
)
_PROJECT = Rule(
    problem="PROJECT_UNUSABLE", cause="project:{project}", where=menus.PROJECTS, facts={"project": "{project}"}
)
_PROJECT_REQUIRED = Rule(
    problem="PROJECT_REQUIRED", cause="account:{account}", where=menus.CHART, facts={"account": "{account}"}
)
_PREDEFINED_MISSING = Rule(
    problem="PREDEFINED_ACCOUNT_MISSING", cause="predefined:{name}", where=menus.PREDEFINED, facts={"name": "{name}"}
)
_VAT_RATE = Rule(
    problem="VAT_RATE_NOT_IN_LEDGER",
    cause="vat_rate:{rate}",
    where=menus.VAT_CODES,
    facts={"rate": "{rate}", "vat_code": "{vat_code}"},
)
_CURRENCY = Rule(
    problem="CURRENCY_NOT_IN_LEDGER",
    cause="currency:{currency}",
    where=menus.CURRENCIES,
    facts={"currency": "{currency}"},
)
_SCOPE = Rule(
    problem="LEDGER_SCOPE_MISSING",
    cause="scope:{scope}",
    where=menus.CONSENT,
    facts={"scope": "{scope}", "function": "{scope}"},
)
_LICENSE = Rule(
    problem="LEDGER_LICENCE_MISSING",
    cause="licence:{scope}",
    where=menus.LICENCES,
    facts={"function": "{scope}", "licence": "{licence}"},
)
_SIGN_IN = Rule(
    problem="LEDGER_SIGN_IN",
    cause="connection",
    where=menus.CONSENT,
    error=NeedsSignIn,
    facts={"connection": "Fortnox", "since": "{now}"},
)
_CUSTOMER = Rule(
    problem="CUSTOMER_REFUSED",
    where=menus.CUSTOMERS,
    error=NeedsOperator,
    facts={"field": "{field}", "value_shape": "{shape}", "reason": "{reason}"},
)
_ARTICLE = Rule(
    problem="ARTICLE_NUMBER_REFUSED",
    cause="article:{article}",
    where=menus.ARTICLES,
    facts={"article": "{article}", "allowed": texts.ARTICLE_EXISTING},
)
_TEXT = Rule(problem="TEXT_REFUSED", error=NeedsOperator, facts={"field": "{text_field}", "value_shape": "{shape}"})
_SHAPE = Rule(problem="OUR_FAULT", error=OurFault, facts={"reason": "{reason}"})


def _terms(kind: str) -> Rule:
    return Rule(
        problem="TERMS_UNKNOWN",
        cause=f"terms:{kind}:{{{kind}}}",
        where=menus.TERMS,
        facts={"kind": kind, "value": f"{{{kind}}}"},
    )


BY_CODE: Mapping[str, Rule] = {
    "2000310": _SIGN_IN,
    "2000311": _SIGN_IN,
    "2003275": _SIGN_IN,
    "2000663": _SCOPE,
    "2001101": _LICENSE,
    "2001103": _LICENSE,
    "2000423": _ACCOUNT_MISSING,
    "2001303": _ACCOUNT_MISSING,
    "2001304": _ACCOUNT_MISSING,
    "2000204": _CUSTOMER,
    "2000433": _CUSTOMER,
    "2000637": _CUSTOMER,
    "2000166": _ARTICLE,
    "2001302": _ARTICLE,
    "2000428": _ARTICLE,
    "2001161": _PROJECT,
    "2000947": _COST_CENTRE["inactive"],
    "2000401": _LOCKED_SOMEWHERE,
    "2002141": _LOCKED_SOMEWHERE,
    "2001411": _terms("terms_of_delivery"),
    "2001412": _terms("way_of_delivery"),
    "2001700": _terms("terms_of_payment"),
    "2001265": _PREDEFINED_MISSING,
    "2002462": _PREDEFINED_MISSING,
    "2000359": _TEXT,
    "2000106": _SHAPE,
    "2000108": _SHAPE,
    "2000134": _SHAPE,
    "2000587": _SHAPE,
    "2001392": _SHAPE,
    "2001399": _SHAPE,
    "2001740": _SHAPE,
    "2002115": _SHAPE,
    "1000030": _SHAPE,
    "1000031": _SHAPE,
}

# Before the codes: the words say more (an inactive account and a missing one share codes), and many have no known code.
BY_TEXT: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(p, re.IGNORECASE), r)
    for p, r in (
        (r"konto\D{0,3}(?P<account>\d{4})\D{0,3} är inte aktivt", _ACCOUNT_INACTIVE),
        (r"konto(t)? (är inte aktivt|.*inaktiv)", _ACCOUNT_INACTIVE),
        (r"ogiltig parameter i anropet", _SHAPE),
        (
            r"kunden är inte aktiv|kundnummer \S+ används redan|kundnamn måste anges|e-postadressen är inte giltig|"
            r"momsregistreringsnumret är inte giltigt|landskoden är inte giltig",
            _CUSTOMER,
        ),
        (r"räkenskapsåret .* - (?P<through>\d{4}-\d\d-\d\d) är avslutat", _LOCKED),
        (r"låst perioden t\.?o\.?m\.?\s*(?P<through>\d{4}-\d\d-\d\d)", _LOCKED),
        (r"perioden är låst", _LOCKED_SOMEWHERE),
        (
            r"räkenskapsår(et)? (saknas|finns inte|kunde inte hittas)|inget räkenskapsår|kan inte hitta räkenskapsåret",
            _NO_YEAR,
        ),
        (
            r"kostnadsställe (måste anges|är obligatoriskt)( för| på) konto(\D{0,3}(?P<account>\d{4}))?",
            _COST_CENTRE_REQUIRED,
        ),
        (r"kostnadsställe.*(inte aktivt|inaktiv)( \((?P<cost_centre>[^)]+)\))?", _COST_CENTRE["inactive"]),
        (
            r"(kunde inte (hämta|hitta) kostnadsställe|kan inte hitta kostnadsstället)( \((?P<cost_centre>[^)]+)\))?",
            _COST_CENTRE["missing"],
        ),
        (
            r"projekt (måste anges|är obligatoriskt)( för| på) konto(\D{0,3}(?P<account>\d{4}))?",
            _PROJECT_REQUIRED,
        ),
        (r"kunde inte (hämta|hitta) projekt( \((?P<project>[^)]+)\))?", _PROJECT),
        (r"kunde inte (hämta|hitta) moms( \((?P<rate>[\d.,]+)\))?$", _VAT_RATE),
        (r"kunde inte (hämta|hitta) moms(kod( \((?P<vat_code>[^)]+)\))?)?|ogiltig momskod", _VAT_RATE),
        (r"kunde inte (hämta|hitta) leveranssätt", _terms("way_of_delivery")),
        (r"kunde inte (hämta|hitta) leveransvillkor", _terms("terms_of_delivery")),
        (r"kunde inte (hämta|hitta) betalningsvillkor", _terms("terms_of_payment")),
        (r"kunde inte (hämta|hitta) artikel( \((?P<article>[^)]+)\))?", _ARTICLE),
        (r"kunde inte (hämta|hitta) valuta|kan inte hitta valutan", _CURRENCY),
        (
            r"förvalt konto för (?P<name>[\w ]+?) saknas|saknas ett förvalt konto för (?P<name2>[\w ,]+)",
            _PREDEFINED_MISSING,
        ),
        (r"konto\D{0,3}(?P<account>\d{4})\D{0,3} (existerar inte|saknas|finns inte)", _ACCOUNT_MISSING),
    )
)

LICENCES: Mapping[str, str] = {
    "invoice": "Fakturering",
    "payment": "Fakturering",
    "customer": "Fakturering",
    "article": "Fakturering",
    "order": "Order",
    "bookkeeping": "Bokföring",
    "warehouse": "Lager",
}
_SCOPE_OF_PATH: Mapping[str, str] = {
    "invoices": "invoice",
    "invoicepayments": "payment",
    "orders": "order",
    "customers": "customer",
    "articles": "article",
    "vouchers": "bookkeeping",
    "accounts": "bookkeeping",
    "financialyears": "bookkeeping",
    "voucherseries": "bookkeeping",
    "costcenters": "costcenter",
    "projects": "project",
    "currencies": "currency",
    "companyinformation": "companyinformation",
    "settings/lockedperiod": "bookkeeping",
}

_FIELD_WORDS = {
    "e-post": "Email",
    "momsreg": "VATNumber",
    "landskod": "CountryCode",
    "kundnummer": "CustomerNumber",
    "hitta kund": "CustomerNumber",
    "kundnamn": "Name",
    "organisationsnummer": "OrganisationNumber",
}


def scope_of(request: str) -> str:
    """The right a call needs, from its path: GET /3/invoices/5 -> invoice. Everything else is settings."""
    path = request.partition("/3/")[2]
    for start, scope in _SCOPE_OF_PATH.items():
        if path.split("?")[0] == start or path.startswith((start + "/", start + "?")):
            return scope
    return "settings"


def explain(
    refused: Refused,
    document: Document | None = None,
    context: Mapping[str, str] | None = None,
    now: Callable[[], str] = lambda: "",
) -> KonteraError:
    """The error a refusal becomes. document: the one the call was about; its accounts, rates and so on are named where
    Fortnox's words name none. context: what else is known (the kind of thing that was written)."""
    rule, found = _rule_for(refused)
    scope = scope_of(refused.request)
    quoted = re.search(r"\((.*)\)", refused.text)
    inside = quoted[1] if quoted else ""
    words = sent.masked(refused.text, refused.sent)
    if rule in (_CUSTOMER, _TEXT):  # what they quote may be a person's: only what it looks like is kept
        words = re.sub(r"\(.*\)", "(...)", refused.text)
    known: Found = {
        "document": "setup",
        "scope": scope,
        "licence": LICENCES.get(scope, "Integration"),
        "reason": words,
        "now": now(),
        "field": _bracketed(refused.text),
        "name": _bracketed(refused.text),
        "text_field": sent.field_of(refused.sent, inside),
        "shape": sent.shape(inside),
        **(context or {}),
        **(found if document is None else subjects.about(document, found)),
    }
    known["year"] = known.get("date", "")[:4]
    facts = {"order": known.get("order", ""), **subjects.filled(rule.facts, known)}
    if rule.where:
        facts["where"] = rule.where
    method, _, path = refused.request.partition(" ")
    facts |= subjects.became(method, books=path.endswith("/bookkeep"), document=document)
    if rule is _CUSTOMER:
        named = (name for words, name in _FIELD_WORDS.items() if words in refused.text.lower())
        facts |= subjects.filled({"field": "{field}"}, {"field": next(named, "")})
    vendor = refused.vendor.replace(refused.text, words)
    cause = subjects.shared(rule.cause, known)
    return rule.error(Problem(code=rule.problem, cause=cause, facts=facts, vendor=vendor))


def _rule_for(refused: Refused) -> tuple[Rule, Found]:
    for pattern, rule in BY_TEXT:
        match = pattern.search(refused.text)
        if match:
            found = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
            if "rate" in found:
                found["rate"] = _plain(found["rate"])
            return rule, found
    if refused.code in BY_CODE:
        rule = BY_CODE[refused.code]
        number = re.search(r"(konto\W{1,3}|\()(\d{4})\b", refused.text) if rule.cause.startswith("account:") else None
        return rule, {"account": number.group(2)} if number else {}
    return Rule(
        problem="LEDGER_REFUSED", facts={"document": "{document}", "reason": "{reason}"}, error=NeedsOperator
    ), {}


def _bracketed(text: str) -> str:
    """Fortnox puts the offending field last, in brackets: "... (EmailInvoice)"."""
    inside = re.findall(r"\((\w+)\)", text)
    return inside[-1] if inside else ""


def _plain(rate: str) -> str:
    """A percent as the document writes it: "25,0" is "25"."""
    return f"{Decimal(rate.strip('.,').replace(',', '.')).normalize():f}"
