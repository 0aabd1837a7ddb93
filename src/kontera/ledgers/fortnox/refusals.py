"""What a refusal by Fortnox is about: its codes and words -> our problem codes, with the place in Fortnox to mend it.

Decides the case an order waits in. A refusal nobody knows becomes LEDGER_REFUSED with Fortnox's words, never a guess.
Codes: Fortnox developer portal ("Errors"), its recorded traffic, and the error lists of Sharespine and Junipeer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from kontera.errors import KonteraError, NeedsLedgerSetup, NeedsOperator, NeedsSignIn, OurFault, Problem
from kontera.ledgers.fortnox import menus
from kontera.ledgers.fortnox.client import Refused

Found = dict[str, str]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. facts: what of the words is passed on, `{name}` from the pattern or the context.
    cause: as in the case catalogue. where: Fortnox's own menu path."""

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
    facts={"field": "{field}", "value_shape": "{shape}", "reason": "{masked}"},
)
_ARTICLE = Rule(
    problem="ARTICLE_NUMBER_REFUSED",
    cause="article:{article}",
    where=menus.ARTICLES,
    facts={"article": "{article}", "allowed": "an article that exists in Fortnox"},
)
_TEXT = Rule(problem="TEXT_REFUSED", error=NeedsOperator, facts={"field": "{field}"})
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
    "2000401": _LOCKED,
    "2002141": _LOCKED,
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
        (r"konto\D{0,3}(?P<account>\d{4})\D{0,3} är inte aktivt|konto(t)? .*inaktiv", _ACCOUNT_INACTIVE),
        (r"ogiltig parameter i anropet", _SHAPE),
        (
            r"kunden är inte aktiv|kundnummer \S+ används redan|kundnamn måste anges|e-postadressen är inte giltig|"
            r"momsregistreringsnumret är inte giltigt|landskoden är inte giltig",
            _CUSTOMER,
        ),
        (r"räkenskapsåret .* - (?P<through>\d{4}-\d\d-\d\d) är avslutat", _LOCKED),
        (r"låst perioden t\.?o\.?m\.?\s*(?P<through>\d{4}-\d\d-\d\d)|perioden är låst", _LOCKED),
        (
            r"räkenskapsår(et)? (saknas|finns inte|kunde inte hittas)|inget räkenskapsår|kan inte hitta räkenskapsåret",
            _NO_YEAR,
        ),
        (
            r"kostnadsställe (måste anges|är obligatoriskt)( för| på) konto\D{0,3}(?P<account>\d{4})?",
            _COST_CENTRE_REQUIRED,
        ),
        (r"kostnadsställe.*(inte aktivt|inaktiv)", _COST_CENTRE["inactive"]),
        (r"kunde inte (hämta|hitta) kostnadsställe|kan inte hitta kostnadsstället", _COST_CENTRE["missing"]),
        (r"projekt är obligatoriskt|kunde inte (hämta|hitta) projekt", _PROJECT),
        (r"kunde inte (hämta|hitta) moms( \((?P<rate>[\d.,]+)\))?$", _VAT_RATE),
        (r"kunde inte (hämta|hitta) moms(kod( \((?P<vat_code>[^)]+)\))?)?|ogiltig momskod", _VAT_RATE),
        (r"kunde inte (hämta|hitta) leveranssätt", _terms("way_of_delivery")),
        (r"kunde inte (hämta|hitta) leveransvillkor", _terms("terms_of_delivery")),
        (r"kunde inte (hämta|hitta) betalningsvillkor", _terms("terms_of_payment")),
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


def explain(refused: Refused, context: Mapping[str, str], now: Callable[[], str] = lambda: "") -> KonteraError:
    """The error a refusal becomes. context: what the call was about (order, document, date, account, rule, currency,
    cost_centre, project, terms...), as far as known; names missing in it give empty facts."""
    scope = scope_of(refused.request)
    known: Found = {
        "scope": scope,
        "licence": LICENCES.get(scope, "Integration"),
        "reason": refused.text,
        "now": now(),
        "field": _bracketed(refused.text),
        **context,
    }
    known["year"] = known.get("date", "")[:4]
    known["name"] = known["field"]
    inside = re.search(r"\((.*)\)", refused.text)
    known["shape"] = re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "x", inside.group(1))) if inside else ""
    known["masked"] = re.sub(r"\(.*\)", "(...)", refused.text)
    rule, found = _rule_for(refused)
    known.update(found)
    shown = _Empty(known)
    facts = {"order": context.get("order", ""), **{k: v.format_map(shown) for k, v in rule.facts.items()}}
    if rule.where:
        facts["where"] = rule.where
    cause = rule.cause.format_map(shown)
    vendor = refused.vendor
    if rule is _CUSTOMER:  # the words may quote a person's e-mail or number: only their shape is kept
        facts["field"] = next((name for words, name in _FIELD_WORDS.items() if words in refused.text.lower()), "")
        vendor = vendor.replace(refused.text, known["masked"])
    return rule.error(Problem(code=rule.problem, cause=cause, facts=facts, vendor=vendor))


def _rule_for(refused: Refused) -> tuple[Rule, Found]:
    for pattern, rule in BY_TEXT:
        match = pattern.search(refused.text)
        if match:
            found = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
            return rule, found
    if refused.code in BY_CODE:
        rule = BY_CODE[refused.code]
        number = re.search(r"\b(\d{4})\b", refused.text) if rule.cause.startswith("account:") else None
        return rule, {"account": number.group(1)} if number else {}
    return Rule(
        problem="LEDGER_REFUSED", facts={"document": "{document}", "reason": "{reason}"}, error=NeedsOperator
    ), {}


def _bracketed(text: str) -> str:
    """Fortnox puts the offending field last, in brackets: "... (EmailInvoice)"."""
    inside = re.findall(r"\((\w+)\)", text)
    return inside[-1] if inside else ""


class _Empty(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
