"""What a refusal by Business Central is about: its words -> our problem codes, with the page where it is mended.

Decides the case an order waits in. Its codes only tell the kind of failure, so the words (en-US, as we ask for) are
what is read. A refusal nobody knows becomes LEDGER_REFUSED with Business Central's words, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from kontera.accounting.documents import Document
from kontera.errors import KonteraError, NeedsLedgerSetup, NeedsOperator, Problem
from kontera.ledgers import sent, subjects
from kontera.ledgers.business_central import menus
from kontera.ledgers.business_central.client import Refused

PERMISSIONS: Mapping[str, str] = {
    "settings": "D365 BASIC",
    "bookkeeping": "D365 JOURNALS, POST",
    "customer": "D365 CUSTOMER, EDIT",
    "invoice": "D365 SALES DOC, POST",
    "order": "D365 SALES DOC, POST",
    "payment": "D365 JOURNALS, POST",
    "currency": "D365 BASIC",
    "costcenter": "D365 BASIC",
    "article": "D365 ITEM, EDIT",
}
_FUNCTION_OF: Mapping[str, str] = {
    "customers": "customer",
    "salesInvoices": "invoice",
    "salesOrders": "order",
    "customerPaymentJournals": "payment",
    "customerPayments": "payment",
    "journals": "bookkeeping",
    "generalLedgerEntries": "bookkeeping",
    "items": "article",
}
_VALUE = re.compile(r"Value: (.+?)\s*$", re.DOTALL)  # the last of what it says about a text that is too long
_DENIED = re.compile(r"do(es)? not have .*permission", re.IGNORECASE)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. facts: `{name}` from the pattern or the document. cause: as in the case catalogue; an
    order waits alone when it names something that nobody told."""

    problem: str
    cause: str = ""
    facts: Mapping[str, str] = {}
    where: str = ""
    error: type[NeedsOperator] = NeedsLedgerSetup


_ACCOUNT = {"account": "{account}", "rule": "{rule}"}
_ACCOUNT_MISSING = Rule(problem="ACCOUNT_MISSING", cause="account:{account}", facts=_ACCOUNT, where=menus.ACCOUNTS)
_ACCOUNT_INACTIVE = Rule(problem="ACCOUNT_INACTIVE", cause="account:{account}", facts=_ACCOUNT, where=menus.ACCOUNTS)
_LOCKED = Rule(
    problem="PERIOD_LOCKED",
    cause="period:{locked_through}",
    facts={"date": "{date}", "locked_through": "{locked_through}"},
    where=menus.ALLOW_POSTING,
)
_VAT = Rule(
    problem="VAT_RATE_NOT_IN_LEDGER",
    cause="vat_rate:{rate}",
    facts={"rate": "{rate}", "vat_code": "{vat_code}"},
    where=menus.VAT_SETUP,
)
_CURRENCY = Rule(
    problem="CURRENCY_NOT_IN_LEDGER",
    cause="currency:{currency}",
    facts={"currency": "{currency}"},
    where=menus.CURRENCIES,
)
_CENTRE = {
    reason: Rule(
        problem="COST_CENTRE_UNUSABLE",
        cause="cost_centre:{cost_centre}",
        facts={"cost_centre": "{cost_centre}", "reason": reason},
        where=menus.DIMENSIONS,
    )
    for reason in ("missing", "inactive")
}
_CENTRE_REQUIRED = Rule(
    problem="COST_CENTRE_REQUIRED",
    cause="account:{account}",
    facts={"account": "{account}"},
    where=menus.ACCOUNT_DIMENSIONS,
)
_PROJECT = Rule(
    problem="PROJECT_UNUSABLE", cause="project:{project}", facts={"project": "{project}"}, where=menus.DIMENSIONS
)
_CUSTOMER = Rule(
    problem="CUSTOMER_REFUSED",
    facts={"field": "{field}", "value_shape": "{shape}", "reason": "{reason}"},
    where=menus.CUSTOMERS,
    error=NeedsOperator,
)
_TEMPLATE = Rule(
    problem="CUSTOMER_REFUSED",
    facts={"field": "{field}", "value_shape": "{shape}", "reason": "no_posting_groups"},
    where=menus.TEMPLATES,
)
_TEXT = Rule(problem="TEXT_REFUSED", facts={"field": "{field}", "value_shape": "{shape}"}, error=NeedsOperator)
_LICENCE = Rule(
    problem="LEDGER_LICENCE_MISSING",
    cause="licence:{function}",
    facts={"function": "{function}", "licence": "{licence}"},
    where=menus.PERMISSION_SETS,
)
_UNKNOWN = Rule(problem="LEDGER_REFUSED", facts={"document": "{document}", "reason": "{reason}"}, error=NeedsOperator)


def _terms(kind: str, where: str) -> Rule:
    facts = {"kind": kind, "value": f"{{{kind}}}"}
    return Rule(problem="TERMS_UNKNOWN", cause=f"terms:{kind}:{{{kind}}}", facts=facts, where=where)


_NUMBER = r".*?No\.\s*=\s*'?(?P<account>[\w-]+)"
BY_TEXT: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), rule)
    for pattern, rule in (
        (_DENIED.pattern, _LICENCE),
        (r"Posting Date is not within your range of allowed posting dates", _LOCKED),
        (
            r"VAT Posting Setup does not exist.*VAT Bus\. Posting Group='(?P<area>[^']*)',\s*"
            r"VAT Prod\. Posting Group='(?P<group>[^']*)'",
            _VAT,
        ),
        (r"VAT Posting Setup .*(does not exist|is blocked|must )|blocked in .*VAT Posting Setup", _VAT),
        (r"(Blocked|Direct Posting|Account Type) must .*G/L Account" + _NUMBER, _ACCOUNT_INACTIVE),
        (r"(Blocked|Direct Posting|Account Type) must .*G/L Account", _ACCOUNT_INACTIVE),
        (r"G/L Account '?(?P<account>[\w-]+)'? (is blocked|cannot be used)", _ACCOUNT_INACTIVE),
        (r"\((?P<account>[^()]+)\) that cannot be found in the related table \(G/L Account\)", _ACCOUNT_MISSING),
        (r"G/L Account.* does not exist" + _NUMBER, _ACCOUNT_MISSING),
        (r"Account does not exist|\"account(Id|Number)\" does not match|account values do not match", _ACCOUNT_MISSING),
        (r"Select a Dimension Value Code .*?Dimension Code \w+ for G/L Account (?P<account>[\w-]+)", _CENTRE_REQUIRED),
        (r"Dimension Value ([\w-]+ - (?P<cost_centre>[\w-]+) )?.*is blocked", _CENTRE["inactive"]),
        (r"Shortcut Dimension 2 Code .*contains a value \((?P<project>[^()]+)\) that cannot be found", _PROJECT),
        (r"(\((?P<cost_centre>[^()]+)\) that )?cannot be found in the related table \(Dimension Value\)|"
         r"Dimension Value .*does not exist", _CENTRE["missing"]),
        (r"\"paymentTermsId\" does not match", _terms("terms_of_payment", menus.PAYMENT_TERMS)),
        (r"\"shipmentMethodId\" does not match", _terms("way_of_delivery", menus.SHIPMENT_METHODS)),
        (r"currency(Code|Id)\" does not match|currency values do not match|Currency Exchange Rate", _CURRENCY),
        (r"(?P<field>[\w. ]+Posting Group) must have a value in (Customer|Sales Header)", _TEMPLATE),
        (r"Customer .*(is blocked|blocked with type|blocked for privacy)|customer (values|cannot)", _CUSTOMER),
        (r"The field (?P<field>[\w/. ]+) of table Customer contains .*\(Country/Region\)", _CUSTOMER),
        (r"\(Country/Region\)|must not contain letters|VAT Registration|displayName|number series|manually", _CUSTOMER),
    )
)  # fmt: skip


def not_allowed(refused: Refused) -> bool:
    """Whether permissions are what is missing."""
    return refused.status == 403 or _DENIED.search(refused.text) is not None


def explain(
    refused: Refused,
    document: Document | None = None,
    context: Mapping[str, str] | None = None,
    now: Callable[[], str] = lambda: "",
) -> KonteraError:
    """The error a refusal becomes. document: the one the call was about; its accounts, rates and so on are named where
    Business Central's words name none. context: what else is known (the end of the lock, the kind of thing written)."""
    rule, found = _rule_for(refused)
    function = function_of(refused.request)
    words = sent.masked(refused.text, refused.sent)
    if rule is _CUSTOMER:  # the words may quote a person's name or number
        words = re.sub(r"'[^']*'|\([^)]*\)", "...", words)
    if rule is _TEXT:
        quoted = _VALUE.search(refused.text)
        inside = quoted[1] if quoted else ""
        found = {"field": sent.field_of(refused.sent, inside), "shape": sent.shape(inside)}
        words = words if quoted is None else refused.text.replace(inside, found["shape"])
    known = {
        "document": "setup",
        "function": function,
        "licence": PERMISSIONS.get(function, "D365 BUS FULL ACCESS"),
        "reason": words,
        "now": now(),
        **(context or {}),
        **(found if document is None else subjects.about(document, found)),
    }
    if "group" in found:  # not always the line's own: an account brings a group that is looked up first
        known["vat_code"] = f"{found.get('area', '')} / {found['group']}"
    facts = {"order": known.get("order", ""), **subjects.filled(rule.facts, known)}
    if rule.where:
        facts["where"] = rule.where
    method, _, path = refused.request.partition(" ")
    facts |= subjects.became(method, books="/Microsoft.NAV." in path, document=document)
    vendor = refused.vendor.replace(refused.text, words)
    cause = subjects.shared(rule.cause, known)
    return rule.error(Problem(code=rule.problem, cause=cause, facts=facts, vendor=vendor))


def function_of(request: str) -> str:
    """The function a call belongs to, from its path: POST salesInvoices(id)/Microsoft.NAV.post -> invoice."""
    names = re.split(r"[/(?) ]", request)
    return next((_FUNCTION_OF[name] for name in names if name in _FUNCTION_OF), "settings")


def _rule_for(refused: Refused) -> tuple[Rule, dict[str, str]]:
    if refused.code == "Application_StringExceededLength":
        return _TEXT, {}
    if refused.status == 403:
        return _LICENCE, {}
    for pattern, rule in BY_TEXT:
        match = pattern.search(refused.text)
        if match:
            return rule, {name: value for name, value in match.groupdict().items() if value}
    return _UNKNOWN, {}
