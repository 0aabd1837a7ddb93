"""Whether Business Central has what writing needs, and none more (M118): one line per function.

Decides the lines and what to do about a red one, with Business Central's own page. Never writes anything there.
"""

from __future__ import annotations

from collections.abc import Iterator

from kontera.accounting.documents import VatRegion
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.calls import ReadinessCheck
from kontera.errors import NeedsSignIn, Problem
from kontera.ledgers.business_central import menus
from kontera.ledgers.business_central.client import BusinessCentralClient
from kontera.ledgers.business_central.refusals import PERMISSIONS, explain
from kontera.ledgers.business_central.settings import Options
from kontera.ledgers.business_central.snapshot import AREAS, FUNCTIONS, GROUPS, Reader


def readiness(client: BusinessCentralClient, options: Options) -> list[ReadinessCheck]:
    """The list; the first line is the sign-in, and without it there are no others."""
    reader = Reader(client, options)
    try:
        setup = reader.read()
    except NeedsSignIn as error:
        return [ReadinessCheck(name="sign-in", function="all", ok=False, problem=error.problem)]
    checks = [ReadinessCheck(name="sign-in", function="all", ok=True, detail=setup.company)]
    for function in FUNCTIONS:
        refused = reader.refused.get(function)
        problem = None if refused is None else explain(refused, context={"function": function}).problem
        detail = f"permission set {PERMISSIONS[function]}"
        checks.append(_check(f"permission: {function}", function, problem, detail))
    if "bookkeeping" in setup.functions:
        checks += [_receivable(setup, options), _year(setup)]
    if "settings" in setup.functions:
        checks += _vat(setup, options)
    return checks


def _receivable(setup: LedgerSetup, options: Options) -> ReadinessCheck:
    number = options.receivable
    known = setup.accounts.get(number)
    problem = None
    if known is None or not known.active:
        code = "ACCOUNT_MISSING" if known is None else "ACCOUNT_INACTIVE"
        facts = {"order": "", "account": number, "rule": "receivable_account", "where": menus.ACCOUNTS}
        problem = Problem(code=code, cause=f"account:{number}", facts=facts)
    return _check("account: receivables", "invoice", problem, number)


def _year(setup: LedgerSetup) -> ReadinessCheck:
    day = setup.taken_at.date()
    facts = {"order": "", "date": day.isoformat(), "where": menus.PERIODS}
    missing = Problem(code="YEAR_MISSING", cause=f"year:{day.year}", facts=facts)
    return _check("accounting periods", "bookkeeping", None if setup.year_of(day) else missing, str(day.year))


def _vat(setup: LedgerSetup, options: Options) -> Iterator[ReadinessCheck]:
    """The groups that sales at home need, and every group the settings name outright."""
    areas, groups = (setup.predefined.get(name, "").split(",") for name in (AREAS, GROUPS))
    home = options.areas.get(VatRegion.DOMESTIC, "")
    wanted = {(row.area, row.group, f"{row.rate.normalize():f}") for row in options.vat}
    for area, group, rate in sorted(wanted):
        named = [(area, areas)] if "*" not in area else []
        named += [(group, groups)] if "*" not in group else []
        facts = {"order": "", "rate": rate, "vat_code": f"{area} / {group}", "where": menus.VAT_SETUP}
        missing = Problem(code="VAT_RATE_NOT_IN_LEDGER", cause=f"vat_rate:{rate}", facts=facts)
        ok = all(name in held for name, held in named)
        if area == home or not ok:
            yield _check(f"VAT posting groups: {area} / {group}", "invoice", None if ok else missing, rate)


def _check(name: str, function: str, problem: Problem | None, detail: str) -> ReadinessCheck:
    return ReadinessCheck(name=name, function=function, ok=problem is None, problem=problem, detail=detail)
