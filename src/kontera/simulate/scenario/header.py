"""The top of a scenario: its title, the rows of the mission it stands for, shop, ledger, rules and clock. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kontera.accounting.starter import STARTERS
from kontera.simulate.scenario.lexer import DAY, Text, comments_of, instant
from kontera.simulate.scenario.side import LEDGERS
from kontera.simulate.scenario.trouble import ScenarioError
from kontera.simulate.scenario.words import Header

_SHOP = {
    "SEK": {},
    "prices with VAT": {"prices_with_vat": True},
    "prices without VAT": {"prices_with_vat": False},
    "one price in every country": {"one_price": True},
    "VAT rounded per order": {"per_order": True},
}
_NAMES = ("shop", "ledger", "rules", "clock")


def header_of(text: str, file: str, lines: Sequence[Text]) -> Header:
    """The setting. Raises ScenarioError for what is missing or unknown."""
    told = comments_of(text)
    if not told or not told[0]:
        first = text.splitlines()[0] if text else ""
        raise ScenarioError(file, 1, first, "No title", "# What this shows, in one line")
    rows = [row for line in told if line.startswith("rows:") for row in line.removeprefix("rows:").split()]
    if not rows:
        raise ScenarioError(file, 1, f"# {told[0]}", "No mission rows", "# rows: M2 M40")
    notes = tuple(line for line in told[1:] if not line.startswith("rows:"))
    said = {line.said.split()[0]: line for line in lines}
    for name in _NAMES:
        if name not in said:
            raise ScenarioError(file, 1, f"# {told[0]}", f"The header has no line `{name}`", ", ".join(_NAMES))
    return Header(
        title=told[0], notes=notes, rows=tuple(rows), rules=_rules(said["rules"]), clock=_clock(said["clock"]),
        ledgers=_ledgers(said["ledger"]), **_shop(said["shop"]),
    )  # fmt: skip


def is_header(line: Text) -> bool:
    """Whether a line belongs to the top."""
    return not line.indented and line.said.split()[0] in _NAMES


def _shop(line: Text) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for part in line.said.removeprefix("shop").split(","):
        words = " ".join(part.split())
        if words not in _SHOP:
            raise line.refuse(f"The shop cannot be {words!r}", ", ".join(_SHOP))
        found |= _SHOP[words]
    return found


def _ledgers(line: Text) -> tuple[str, ...]:
    named = tuple(" ".join(part.split()) for part in line.said.removeprefix("ledger").split(" and "))
    if not named or any(name not in LEDGERS for name in named) or len(set(named)) < len(named):
        raise line.refuse("Unknown ledger", f"ledger {' | '.join((*LEDGERS, ' and '.join(LEDGERS)))}")
    return named


def _rules(line: Text) -> str:
    name = line.said.removeprefix("rules").strip()
    if name not in STARTERS:
        raise line.refuse(f"There is no starter rulebook {name!r}", ", ".join(STARTERS))
    return name


def _clock(line: Text) -> datetime:
    found = line.match(rf"clock (?P<day>{DAY})( (?P<clock>\d\d:\d\d))?")
    if found is None:
        raise line.refuse("The clock is not an instant", "clock 2026-03-02 09:00")
    return instant(line, found["day"], found["clock"])
