"""The docs page that lists the scenarios and how they are written. Pure: the same files give the same page."""

from __future__ import annotations

from collections.abc import Sequence

from kontera.simulate.scenario.events import CART, VERBS
from kontera.simulate.scenario.expected import EXPECTED
from kontera.simulate.scenario.side import BUSINESS_CENTRAL, FORTNOX
from kontera.simulate.scenario.words import Scenario

_TOP = """# Scenarios

A scenario is a text an accountant can read: what happens in a shop, and exactly what the ledger must then hold. An
invoice, payment, customer or entry that is not written is a failure, and so is an amount that is an öre off. The files
are in the folder `scenarios/`; the arithmetic that is not obvious stands at the top of each.

    kontera scenario run scenarios/*.scenario            # run them
    kontera scenario run --all-ways FILE                 # and with everything that can go wrong on the way
    kontera scenario accept FILE                         # write the expected part of a new one, to be checked by hand

Each runs on sandboxes of the shop and of the ledgers its header names (the same text must hold for each, word for word;
a customer's VAT is told in Fortnox's words), through the same code as a real shop and a real ledger, with every notice
once, with every notice doubled, with no notice at all (only polls find out), and with the notices of a step in
reverse. Some also run with the worker killed at every moment, and with the answer to every ledger call lost, before and
after the ledger carried it out. At the end every notice comes again and everything is read again: nothing may change.

*This page is made from the files by `python -m kontera.simulate.scenario.pages`; change them, not it.*
"""

_SHORT = {FORTNOX: "FN", BUSINESS_CENTRAL: "BC"}


def page(scenarios: Sequence[Scenario]) -> str:
    """The page, in Markdown."""
    lines = [_TOP, "## The scenarios", "", "| file | what it shows | ledgers | mission rows |", "|---|---|---|---|"]
    for scenario in scenarios:
        name = scenario.file.rpartition("/")[2].removesuffix(".scenario")
        ledgers = " ".join(_SHORT[ledger] for ledger in scenario.header.ledgers)
        lines.append(f"| `{name}` | {scenario.header.title} | {ledgers} | {' '.join(scenario.header.rows)} |")
    lines += ["", "## What may happen", "", "Each line begins with its date, and the hour where that matters.", ""]
    lines += ["```", *(f"2026-03-02 09:10  {said}" for _, said in VERBS.values()), "```"]
    lines += [
        "",
        "An order has its lines below it. What they say of prices, VAT and total is held against the shop.",
        "",
    ]
    lines += ["```", *(f"    {said}" for _, said in CART.values()), "```"]
    lines += [
        "",
        "## What must be so",
        "",
        "An invoice, payment or voucher has its entries below it, one line an account.",
        "",
    ]
    lines += ["```", *(said for _, said in EXPECTED.values())]
    lines += [
        "    1510  Kundfordringar  debit 227.00  [on WEBB]",
        "then 2421 Ej inlösta presentkort holds -300.00",
        "```",
        "",
    ]
    return "\n".join(lines)
