"""Is the shop able to feed the books: key, currency, VAT set-up, notices. Reads only.

Decides which of the shop's own settings would make wrong or missing bookkeeping. One fault never hides the next, except
a refused key: then nothing else can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kontera.calls import ReadinessCheck
from kontera.errors import NeedsOperator, NeedsSignIn, Problem
from kontera.money import is_currency
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.woocommerce.client import Client
from kontera.storefronts.woocommerce.notices import TOPICS, hooks_of
from kontera.storefronts.woocommerce.reading import rates_of

_ORDERS, _VAT, _NOTICES = "read orders", "VAT", "notices"


def readiness_of(client: Client, *, notices_wanted: bool) -> list[ReadinessCheck]:
    """One line per condition. Raises WillRetry when the shop cannot be asked now."""
    try:
        client.get("/orders", {"per_page": "1", "_fields": "id"})
    except NeedsSignIn as refused:
        return [ReadinessCheck(name="consumer key", function=_ORDERS, ok=False, problem=refused.problem)]
    except NeedsOperator as refused:
        return [ReadinessCheck(name="permission to read", function=_ORDERS, ok=False, problem=refused.problem)]
    checks = [ReadinessCheck(name="consumer key", function=_ORDERS, ok=True)]
    asked: list[tuple[str, Callable[[Client], Iterator[ReadinessCheck]]]] = [
        ("currency", _currency),
        ("VAT settings", _tax_settings),
        ("VAT rates", _rates),
    ]
    if notices_wanted:
        asked.append(("notices", _notices))
    for name, check in asked:
        try:
            checks.extend(check(client))
        except NeedsOperator as refused:
            checks.append(ReadinessCheck(name=name, function=_VAT, ok=False, problem=refused.problem))
        except Unreadable as fault:
            checks.append(_faulty(name, fault.path, fault.reason))
    return checks


def _setting(client: Client, group: str, name: str) -> str:
    body = client.get(f"/settings/{group}/{name}", {"_fields": "id,value"})
    return Node(parse(body), "$").text("value") if body else ""


def _currency(client: Client) -> Iterator[ReadinessCheck]:
    code = _setting(client, "general", "woocommerce_currency").upper()
    problem = None
    if not is_currency(code):
        problem = Problem(code="CURRENCY_UNKNOWN", cause=f"currency:{code}", facts={"order": "", "currency": code})
    yield ReadinessCheck(name=f"currency {code}", function=_ORDERS, ok=problem is None, problem=problem)


def _tax_settings(client: Client) -> Iterator[ReadinessCheck]:
    """Without tax calculation every order arrives without VAT."""
    calculates = _setting(client, "general", "woocommerce_calc_taxes")
    if calculates != "yes":
        yield _faulty("VAT is calculated", "woocommerce_calc_taxes", calculates or "no")
    else:
        yield ReadinessCheck(name="VAT is calculated", function=_VAT, ok=True)
    for name, setting in (
        ("prices entered with VAT", "woocommerce_prices_include_tax"),
        ("VAT rounded at the sum instead of the line", "woocommerce_tax_round_at_subtotal"),
        ("address that decides VAT", "woocommerce_tax_based_on"),
    ):
        yield ReadinessCheck(name=name, function=_VAT, ok=True, detail=_setting(client, "tax", setting))


def _rates(client: Client) -> Iterator[ReadinessCheck]:
    rates = rates_of(client)
    if not rates:
        yield _faulty("VAT rates", "rates", "none")
        return
    percents = sorted({rate.percent for rate in rates.values()}, reverse=True)
    detail = ", ".join(f"{percent:f} %" for percent in percents)
    yield ReadinessCheck(name="VAT rates", function=_VAT, ok=True, detail=detail)


def _notices(client: Client) -> Iterator[ReadinessCheck]:
    """Every topic has an active hook. Without notices orders still come, by polling."""
    active = {hook.topic for hook in hooks_of(client) if hook.status == "active"}
    silent = [topic for topic in TOPICS if topic not in active]
    problem = None
    if silent:
        problem = Problem(code="SHOP_NOTICES_OFF", cause="notices", facts={"scopes": ", ".join(silent)})
    detail = f"{len(TOPICS) - len(silent)} active"
    yield ReadinessCheck(name="notices", function=_NOTICES, ok=not silent, problem=problem, detail=detail)


def _faulty(name: str, what: str, value: str) -> ReadinessCheck:
    problem = Problem(code="SHOP_TAX_SETUP", cause=f"tax:{what}", facts={"what": what, "value": value})
    return ReadinessCheck(name=name, function=_VAT, ok=False, problem=problem)
