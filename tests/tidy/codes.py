"""Problem codes: every code raised has an entry, every entry is raised, named in a test, and fed the facts it shows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from kontera.cases.catalogue import CaseText
from tests.tidy.source import Module, dotted

MAKERS = frozenset({"Problem", "on_order", "on_day", "problem", "_problem"})
"""Functions that make a Problem; a code is their `code=` or the first literal in capitals among their arguments."""


def raised(module: Module) -> Iterator[tuple[str, int]]:
    """Codes that the module gives to a Problem: (code, line)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in MAKERS:
            given = [keyword.value for keyword in node.keywords if keyword.arg == "code"] or node.args[:2]
            for value in given:
                yield from ((code, node.lineno) for code in _codes(value))


def _codes(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.IfExp):
        yield from _codes(value.body)
        yield from _codes(value.orelse)
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and _looks_like_a_code(value.value):
        yield value.value


def _looks_like_a_code(text: str) -> bool:
    return text.isupper() and "_" in text and text.replace("_", "").isalnum()


def mentioned(modules: Iterable[Module]) -> set[str]:
    """Every string literal of the modules: a code counts as used when it is written out anywhere."""
    return {
        node.value
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def unknown_findings(module: Module, catalogue: Mapping[str, CaseText]) -> list[str]:
    """Codes without an entry."""
    return [
        f"{module.path}:{line}: {code} is not in the case catalogue. Add it to a file in cases/catalogue/ with owner, "
        f"both languages and facts, then run: make pages"
        for code, line in raised(module)
        if code not in catalogue
    ]


def fact_findings(module: Module, catalogue: Mapping[str, CaseText]) -> list[str]:
    """Problems built in one expression that lack a fact their text shows: a reader would see a question mark."""
    findings = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or dotted(node.func) != "Problem":
            continue
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        code, facts = keywords.get("code"), keywords.get("facts", ast.Dict(keys=[], values=[]))
        if not isinstance(code, ast.Constant) or code.value not in catalogue or not isinstance(facts, ast.Dict):
            continue
        names = {key.value for key in facts.keys if isinstance(key, ast.Constant)}
        missing = set(catalogue[code.value].facts) - names
        if missing and None not in facts.keys:  # None stands for **more, which cannot be seen from here
            findings.append(f"{module.at(node)}: {code.value} lacks the facts {sorted(missing)} that its text shows.")
    return findings
