"""Problem codes: every code raised has an entry, every entry is raised, named in a test, and fed the facts it shows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from kontera.cases.catalogue import CaseText
from tests.tidy.source import Module, dotted

MAKERS = frozenset({"Problem", "on_order", "on_day", "problem", "_problem"})
"""Functions that make a Problem: a code is their `code=` or their first or second argument. Tables of refusals name one
as `problem=`."""

IMPLIED = {"on_order": {"order"}, "on_day": {"order", "date"}}
"""Facts that a function adds by itself; the others are its keywords."""


def raised(module: Module) -> Iterator[tuple[str, int]]:
    """Codes that the module gives to a Problem: (code, line)."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg == "problem"]
        if dotted(node.func).split(".")[-1] in MAKERS:
            given = [keyword.value for keyword in node.keywords if keyword.arg == "code"] or node.args[:2]
        if given:
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
        given = _given(node) if isinstance(node, ast.Call) else None
        if given is None or given[0] not in catalogue:
            continue
        code, names = given
        missing = set(catalogue[code].facts) - names
        if missing:
            findings.append(f"{module.at(node)}: {code} lacks the facts {sorted(missing)} that its text shows.")
    return findings


def _given(node: ast.Call) -> tuple[str, set[str]] | None:
    """The code and the fact names of a call that makes a problem; None when they cannot be seen from here (**more)."""
    maker = dotted(node.func)
    keywords = {keyword.arg or "": keyword.value for keyword in node.keywords}
    if maker == "Problem":
        code, facts = keywords.get("code"), keywords.get("facts", ast.Dict(keys=[], values=[]))
        if not isinstance(facts, ast.Dict) or None in facts.keys:
            return None
        names = {str(key.value) for key in facts.keys if isinstance(key, ast.Constant)}
    elif maker in IMPLIED and len(node.args) > 1 and "" not in keywords:
        code, names = node.args[1], set(keywords) | IMPLIED[maker]
    else:
        return None
    return (str(code.value), names) if isinstance(code, ast.Constant) else None
