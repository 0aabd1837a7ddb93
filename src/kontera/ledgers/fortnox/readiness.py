"""Whether Fortnox has what the chosen functions need, and none more (M118): one line per function.

Decides the lines and what to do about a red one, with Fortnox's own menu path. Never writes anything to Fortnox.
"""

from __future__ import annotations

from kontera.calls import ReadinessCheck
from kontera.errors import KonteraError, NeedsSignIn, Problem
from kontera.ledgers.fortnox.client import FortnoxClient
from kontera.ledgers.fortnox.predict import RECEIVABLE
from kontera.ledgers.fortnox.refusals import LICENCES, explain
from kontera.ledgers.fortnox.settings import Options
from kontera.ledgers.fortnox.snapshot import Reader

_PREDEFINED = "Fortnox > Inställningar > Bokföring > Förvalda konton"


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
        problem = None if refused is None else _problem(explain(refused, {}))
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
        checks.append(_receivable(setup.predefined.get(RECEIVABLE, "")))
    if options.writes_invoices:
        day = setup.taken_at.date()
        year = setup.year_of(day)
        problem = (
            None
            if year
            else Problem(
                code="YEAR_MISSING",
                cause=f"year:{day.year}",
                facts={
                    "order": "",
                    "date": day.isoformat(),
                    "where": "Fortnox > Inställningar > Bokföring > Räkenskapsår",
                },
            )
        )
        checks.append(
            ReadinessCheck(
                name="financial year",
                function="bookkeeping",
                ok=year is not None,
                problem=problem,
                detail=str(day.year),
            )
        )
    return checks


def _receivable(account: str) -> ReadinessCheck:
    problem = (
        None
        if account
        else Problem(
            code="PREDEFINED_ACCOUNT_MISSING",
            cause=f"predefined:{RECEIVABLE}",
            facts={"order": "", "name": RECEIVABLE, "where": _PREDEFINED},
        )
    )
    return ReadinessCheck(
        name="predefined account: receivables", function="invoice", ok=bool(account), problem=problem, detail=account
    )


def _problem(error: KonteraError) -> Problem:
    return error.problem
