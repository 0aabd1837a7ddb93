"""The expected part of a scenario, written from what happened. Pure.

Decides the form and the order of what is written. A person reads it and holds it against the arithmetic: accepting is
not checking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kontera.simulate.scenario.compare import goes_without_saying
from kontera.simulate.scenario.words import Effect, Scenario

_ORDER = ("customer", "invoice", "ledger order", "payment", "voucher", "order", "difference")


def accepted(scenario: Scenario, effects: Sequence[Counter[Effect]]) -> str:
    """The file's text with the expected part of every step that ran."""
    lines = scenario.text.splitlines()
    for step, new in reversed(list(zip(scenario.steps, effects, strict=False))):
        written = written_of(new)
        if step.first:
            lines[step.first - 1 : step.last] = written
        else:
            lines[step.end : step.end] = written
    return "\n".join(lines) + "\n"


def has_expected(scenario: Scenario) -> bool:
    """Whether something is expected already."""
    return any(step.first for step in scenario.steps)


def written_of(new: Counter[Effect]) -> list[str]:
    """The lines that expect exactly this."""
    told = [effect for effect in new.elements() if not goes_without_saying(effect, new)]
    told.sort(key=_place)
    if not told:
        return ["expect nothing"]
    lines: list[str] = []
    for effect in told:
        lines.append(f"expect {effect.head}")
        for entry in effect.entries:
            side = "debit" if entry.amount > 0 else "credit"
            centre = f"  on {entry.centre}" if entry.centre else ""
            lines.append(f"    {entry.account}  {entry.name:<53}  {side:<6}  {abs(entry.amount):>10.2f}{centre}")
    return lines


def _place(effect: Effect) -> tuple[int, str, str, list[str]]:
    """Customers first, then documents by reference and day."""
    kind = _ORDER.index(effect.kind) if effect.kind in _ORDER else -1
    day = effect.on.isoformat() if effect.on else ""
    return kind, effect.subject, day, [f"{entry.account} {entry.amount}" for entry in effect.entries]
