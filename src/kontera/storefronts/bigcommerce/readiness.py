"""Is the store able to feed the books: key, scopes, currencies, VAT set-up, notices. Reads only.

Decides which of the store's own settings would make wrong or missing bookkeeping. One fault never hides the next,
except a refused key: then nothing else can be asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from kontera.calls import ReadinessCheck
from kontera.errors import NeedsOperator, NeedsSignIn, Problem
from kontera.money import is_currency
from kontera.storefronts.bigcommerce.client import Client
from kontera.storefronts.bigcommerce.hooks import hooks_of
from kontera.storefronts.bigcommerce.notices import SCOPES
from kontera.storefronts.bigcommerce.tax_setup import tax_combinations, tax_settings
from kontera.storefronts.fields import Node, Unreadable, parse

_ORDERS, _VAT, _NOTICES = "read orders", "VAT", "notices"


def readiness_of(client: Client, *, notices_wanted: bool, vat_number_field: str) -> list[ReadinessCheck]:
    """One line per condition. Raises WillRetry when the store cannot be asked now."""
    try:
        checks = list(_scopes(client))
    except NeedsSignIn as refused:
        return [ReadinessCheck(name="access token", function=_ORDERS, ok=False, problem=refused.problem)]
    checks.insert(0, ReadinessCheck(name="access token", function=_ORDERS, ok=True))
    for check in (_currencies, _tax_settings, _tax_zones):
        try:
            checks.extend(check(client))
        except NeedsOperator as refused:
            checks.append(
                ReadinessCheck(name=check.__name__.strip("_"), function=_VAT, ok=False, problem=refused.problem)
            )
        except Unreadable as fault:
            facts = {"what": fault.path, "value": fault.reason}
            problem = Problem(code="SHOP_TAX_SETUP", cause=f"tax:{fault.path}", facts=facts)
            checks.append(ReadinessCheck(name=check.__name__.strip("_"), function=_VAT, ok=False, problem=problem))
    checks.append(_vat_numbers(vat_number_field))
    if notices_wanted:
        checks.append(_notices(client))
    return checks


def _scopes(client: Client) -> Iterator[ReadinessCheck]:
    for scope, problem in client.scopes_missing():
        yield ReadinessCheck(name=f"scope {scope}", function=_ORDERS, ok=problem is None, problem=problem)


def _currencies(client: Client) -> Iterator[ReadinessCheck]:
    """Currencies shoppers can pay in must be ones that exist; a store sells in at least one."""
    codes = []
    for raw in client.every("/v2/currencies") or ():
        node = Node(parse(raw), "$")
        if node.flag("is_default") or (node.flag("is_transactional") and node.raw("enabled") is not False):
            codes.append(node.text("currency_code").upper())
    for code in codes:
        problem = None
        if not is_currency(code):
            problem = Problem(code="CURRENCY_UNKNOWN", cause=f"currency:{code}", facts={"order": "", "currency": code})
        yield ReadinessCheck(name=f"currency {code}", function=_ORDERS, ok=problem is None, problem=problem)


def _tax_settings(client: Client) -> Iterator[ReadinessCheck]:
    """FIXED charges a flat 10 % when a tax provider fails: VAT that no rule of ours can be right about."""
    settings = tax_settings(client)
    if settings is None:
        return
    fixed = settings.fallback == "FIXED"
    problem = None
    if fixed:
        facts = {"what": "fallback_strategy", "value": "FIXED"}
        problem = Problem(code="SHOP_TAX_SETUP", cause="tax:fallback_strategy", facts=facts)
    yield ReadinessCheck(
        name="VAT when the tax provider fails",
        function=_VAT,
        ok=not fixed,
        problem=problem,
        detail=settings.fallback,
    )
    yield ReadinessCheck(
        name="prices entered with VAT",
        function=_VAT,
        ok=True,
        detail=("yes" if settings.prices_entered_with_vat else "no")
        + ("; the price with VAT is the same in every country" if settings.same_price_everywhere else ""),
    )


def _tax_zones(client: Client) -> Iterator[ReadinessCheck]:
    combinations = tax_combinations(client)
    problem = None
    if not combinations:
        facts = {"what": "tax zones", "value": "none enabled"}
        problem = Problem(code="SHOP_TAX_SETUP", cause="tax:zones", facts=facts)
    yield ReadinessCheck(
        name="VAT zones and rates",
        function=_VAT,
        ok=bool(combinations),
        problem=problem,
        detail=f"{len(combinations)} combinations in {len({c.country for c in combinations})} countries",
    )


def _vat_numbers(field: str) -> ReadinessCheck:
    """A warning, not a fault: a shop may sell to private persons only."""
    silent = "no field named (vat_number_field): sales without VAT to companies in other EU countries will wait"
    return ReadinessCheck(name="VAT numbers at checkout", function=_VAT, ok=True, detail=field or silent)


def _notices(client: Client) -> ReadinessCheck:
    """Every wanted scope has an active hook. Without notices orders still come, by polling."""
    active = {hook.scope for hook in hooks_of(client) if hook.is_active}
    silent = [scope for scope in SCOPES if scope not in active]
    problem = None
    if silent:
        facts = {"scopes": ", ".join(silent)}
        problem = Problem(code="SHOP_NOTICES_OFF", cause="notices", facts=facts)
    return ReadinessCheck(
        name="notices", function=_NOTICES, ok=not silent, problem=problem, detail=f"{len(SCOPES) - len(silent)} active"
    )
