"""Writes docs/reference/mission.md: which tests prove which row of the mission. Run by `make pages`.

A test proves a row when its docstring, or its module's, names it ("M54"). A row without
tests shows none.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "mission.md"

_ROW = re.compile(r"\b[MN]\d{1,3}\b")

HEAD = """\
# The mission, and what proves it

What Kontera exists for, one row per thing that must be true. A row is proven by tests whose docstrings name it; a row
without tests is not claimed. Made by `make pages` from `scripts/mission.toml` and the tests.
"""


def titles() -> dict[str, str]:
    """Row -> its title."""
    data = tomllib.loads((ROOT / "scripts" / "mission.toml").read_text(encoding="utf-8"))
    return dict(data["rows"])


def named_rows(text: str) -> dict[str, int]:
    """Row -> number of tests in one test file that name it. A row in the module's docstring counts for each test."""
    tree = ast.parse(text)
    common = set(_ROW.findall(ast.get_docstring(tree) or ""))
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for row in common | set(_ROW.findall(ast.get_docstring(node) or "")):
                found[row] = found.get(row, 0) + 1
    return found


def proofs(tests: Path) -> dict[str, dict[str, int]]:
    """Row -> test file (relative to the checkout) -> number of tests."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for row, count in named_rows(path.read_text(encoding="utf-8")).items():
            found.setdefault(row, {})[path.relative_to(tests.parent).as_posix()] = count
    return found


def page(rows: Mapping[str, str], proven: Mapping[str, Mapping[str, int]]) -> str:
    """The page. Raises ValueError when a test names a row that does not exist."""
    unknown = sorted(proven.keys() - rows.keys())
    if unknown:
        places = ", ".join(sorted({place for row in unknown for place in proven[row]}))
        raise ValueError(f"tests name rows that do not exist: {', '.join(unknown)} in {places}")
    lines = [
        HEAD,
        f"{len(proven)} of {len(rows)} rows have tests.",
        "",
        "| Row | Must be true | Tests |",
        "|---|---|---|",
    ]
    for row, title in rows.items():
        places = ", ".join(f"`{place}` ({count})" for place, count in proven.get(row, {}).items())
        lines.append(f"| {row} | {title} | {places} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(titles(), proofs(ROOT / "tests")), encoding="utf-8")
