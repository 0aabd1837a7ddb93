"""Writes docs/reference/business-central.md: which behaviours of Business Central the sandbox's tests prove. Run by
`make pages`.

A test proves a behaviour when its own docstring names it ("BC 17"). A behaviour that no test names is open, with the
reason; it cannot be both.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "business-central.md"
FOLDERS = ("sandboxes/business_central", "ledgers/business_central")

_NUMBER = re.compile(r"\bBC (\d{1,3})\b")

HEAD = """\
# Business Central's behaviours, and what proves them

What Business Central's API v2.0 does that clients get wrong, in our words; read in Microsoft's public tests and
application source. The sandbox behaves likewise, and the tests named here fail when it does not. Made by
`make pages` from `scripts/business_central.toml` and the tests.
"""


def known() -> dict[str, dict[int, str]]:
    """The table: sections, behaviours and what is open, each by number."""
    text = (ROOT / "scripts" / "business_central.toml").read_text(encoding="utf-8")
    data: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return {part: {int(number): str(words) for number, words in rows.items()} for part, rows in data.items()}


def named(text: str) -> dict[int, list[str]]:
    """Number -> the tests of one file whose docstrings name it."""
    found: dict[int, list[str]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for number in sorted({int(each) for each in _NUMBER.findall(ast.get_docstring(node) or "")}):
                found.setdefault(number, []).append(node.name)
    return found


def proofs(tests: Path) -> dict[int, list[str]]:
    """Number -> "file: test" of every test that names it."""
    found: dict[int, list[str]] = {}
    for folder in FOLDERS:
        for path in sorted((tests / folder).glob("test_*.py")):
            for number, names in named(path.read_text(encoding="utf-8")).items():
                found.setdefault(number, []).extend(f"{path.stem}: {name.removeprefix('test_')}" for name in names)
    return found


def faults(table: Mapping[str, Mapping[int, str]], proven: Mapping[int, list[str]]) -> list[str]:
    """Behaviours neither proven nor open, both at once, or named without being in the table."""
    rows, still_open = table["behaviours"], table["open"]
    found = [f"BC {number} has no test and no reason" for number in rows if number not in {*proven, *still_open}]
    found += [f"BC {number} is open and has a test" for number in still_open if number in proven]
    found += [f"BC {number} is named by {places[0]} and is not in the table" for number, places in proven.items()
              if number not in rows]  # fmt: skip
    return found + [f"BC {number} is open and not in the table" for number in still_open if number not in rows]


def page(table: Mapping[str, Mapping[int, str]], proven: Mapping[int, list[str]]) -> str:
    """The page."""
    rows, still_open = table["behaviours"], table["open"]
    lines = [HEAD, f"{len(rows) - len(still_open)} of {len(rows)} are named by tests; the others say why not."]
    for number, words in sorted(rows.items()):
        if number in table["sections"]:
            lines += ["", f"## {table['sections'][number]}", "", "| BC | Behaviour | Tests |", "|---|---|---|"]
        places = "; ".join(f"`{place}`" for place in proven.get(number, [])) or f"open: {still_open[number]}"
        lines.append(f"| {number} | {words} | {places} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(known(), proofs(ROOT / "tests")), encoding="utf-8")
