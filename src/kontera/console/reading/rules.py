"""A rulebook as tables people read: one per kind of rule, what it matches and what it decides. Decides no rule.

Generic on purpose: a field added to a rule appears here without a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

import msgspec

from kontera.accounting.rulebook import SECTIONS, Rulebook

_NOT_DECIDED = frozenset({"id", "match", "before"})


Said = tuple[str, tuple[str, ...]]
"""A field of a rule and the values written in it."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule. anchor: its name in a page ("vat.se-25"), as every `Why` carries it. matches, decides:
    (field, its values)."""

    anchor: str
    id: str
    matches: tuple[Said, ...]
    decides: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class RuleTable:
    """All rules of one kind; columns are the fields that at least one of them uses."""

    section: str
    columns: tuple[str, ...]
    rows: tuple[RuleRow, ...]


def tables_of(rulebook: Rulebook) -> list[RuleTable]:
    """The tables, in the order a rulebook is written."""
    return [_table(section, getattr(rulebook, section)) for section in SECTIONS if getattr(rulebook, section)]


def accounts_of(rulebook: Rulebook) -> list[tuple[str, str]]:
    """The accounts that no rule chooses: (what, account)."""
    return [
        (name, str(value))
        for name in rulebook.accounts.__struct_fields__
        if (value := getattr(rulebook.accounts, name)) not in (None, "")
    ]


def _table(section: str, rules: Sequence[msgspec.Struct]) -> RuleTable:
    fields = [name for name in rules[0].__struct_fields__ if name not in _NOT_DECIDED]
    columns = tuple(name for name in fields if any(getattr(rule, name) not in (None, "") for rule in rules))
    return RuleTable(section, columns, tuple(_row(section, rule, columns) for rule in rules))


def _row(section: str, rule: msgspec.Struct, columns: Sequence[str]) -> RuleRow:
    match: msgspec.Struct = getattr(rule, "match")  # noqa: B009 - every kind of rule has one
    name: str = getattr(rule, "id")  # noqa: B009 - the same
    matches = tuple(
        (field, _texts(value)) for field in match.__struct_fields__ if (value := getattr(match, field)) is not None
    )
    decides = tuple((column, _texts(getattr(rule, column))) for column in columns)
    return RuleRow(f"{section}.{name}", name, matches, decides)


def _texts(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return tuple(_text(part) for part in value) if isinstance(value, tuple) else (_text(value),)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
