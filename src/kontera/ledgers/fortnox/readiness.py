"""Whether Fortnox has what the chosen functions need, and none more (M118): one line per function.

Decides the lines and what to do about a red one, with Fortnox's own menu path. Never writes anything to Fortnox.
"""

from __future__ import annotations

from kontera.calls import ReadinessCheck
from kontera.clock import local_date
from kontera.errors import NeedsSignIn, Problem
from kontera.ledgers.fortnox import menus
from kontera.ledgers.fortnox.client import FortnoxClient
from kontera.ledgers.fortnox.predict import RECEIVABLE
from kontera.ledgers.fortnox.quoting import ACCRUAL, cash_method, missing_predefined
from kontera.ledgers.fortnox.refusals import LICENCES, explain
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.snapshot import ZONE, Reader


def readiness(client: FortnoxClient, options: Options) -> list[ReadinessCheck]:
    """The list; the first line is the sign-in, and without it there are no others."""
    reader = Reader(client, options)
    try:
        setup = reader.read()
    except NeedsSignIn as error:
        return [ReadinessCheck(name="sign-in", function="all", ok=False, problem=error.problem)]
    checks = [ReadinessCheck(name="sign-in", function="all", ok=True, detail=setup.company)]
    for function in options.functions():
        if function == "warehouse":  # its API lives elsewhere and is asked by the stock flow
            continue
        licence = LICENCES.get(function, "Integration")
        refused = reader.refused.get(function)
        problem = None if refused is None else explain(refused).problem
        checks.append(
            ReadinessCheck(
                name=f"right: {function}",
                function=function,
                ok=function in reader.allowed,
                problem=problem,
                detail=f"licence {licence}",
            )
        )
    if options.writes_invoices and "settings" in reader.allowed:
        account = setup.predefined.get(RECEIVABLE, "")
        problem = None if account else missing_predefined("", RECEIVABLE)
        checks.append(_check("predefined account: receivables", "invoice", problem, account))
    if options.writes_invoices and "bookkeeping" in reader.allowed:
        day = local_date(setup.taken_at, ZONE)
        facts = {"order": "", "date": day.isoformat(), "where": menus.YEARS}
        missing = Problem(code="YEAR_MISSING", cause=f"year:{day.year}", facts=facts)
        problem = None if setup.year_of(day) else missing
        checks.append(_check("financial year", "bookkeeping", problem, str(day.year)))
        problem = None if setup.accounting_method == ACCRUAL else cash_method("")
        checks.append(_check("accounting method", "invoice", problem, setup.accounting_method))
    return checks


def _check(name: str, function: str, problem: Problem | None, detail: str) -> ReadinessCheck:
    return ReadinessCheck(name=name, function=function, ok=problem is None, problem=problem, detail=detail)
