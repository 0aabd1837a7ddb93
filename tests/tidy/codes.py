"""Problem codes: every code raised has an entry, every entry is raised, expected by a test, and given what it shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from kontera.cases.catalogue import CaseText
from tests.tidy.source import Module, dotted, functions

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


_EXPECTED_LINE = re.compile(r"^\s*expect\b.*$", re.MULTILINE)
_CODE = re.compile(r"\b[A-Z]+(?:_[A-Z0-9]+)+\b")


def expected_in_scenarios(texts: Iterable[str]) -> set[str]:
    """The codes that scenario files expect."""
    return {code for text in texts for line in _EXPECTED_LINE.findall(text) for code in _CODE.findall(line)}


def asserted(modules: Iterable[Module]) -> set[str]:
    """Every string that decides whether a test passes: it stands in an assert (or a `raises`), or in what an assert
    compares with: a local, a module's table, a column of the test's parameters. To set something up is no proof."""
    found: set[str] = set()
    for module in modules:
        tables = {name: node.value for node in module.tree.body for name in _targets(node)}  # type: ignore[attr-defined]
        for function in functions(module):
            found |= _asserted_by(function, tables)
    return found


def _asserted_by(function: ast.FunctionDef | ast.AsyncFunctionDef, tables: Mapping[str, ast.expr]) -> set[str]:
    checks: list[ast.AST] = [node for node in ast.walk(function) if isinstance(node, ast.Assert)]
    checks += [
        node for node in ast.walk(function) if isinstance(node, ast.Call) and dotted(node.func).endswith("raises")
    ]
    locals_ = [(set(names), node.value) for node in ast.walk(function) if (names := list(_targets(node)))]  # type: ignore[attr-defined]
    used = set[str]().union(*map(_names, checks))
    while more := [value for targets, value in locals_ if targets & used and value not in checks]:
        checks += more
        used |= set[str]().union(*map(_names, more))
    checks += [tables[name] for name in used & tables.keys()]
    checks += [cell for decorator in function.decorator_list for cell in _parameters(decorator, used, tables)]
    return set[str]().union(*map(_strings, checks))


def _parameters(decorator: ast.expr, used: set[str], tables: Mapping[str, ast.expr]) -> Iterator[ast.AST]:
    """The values of those parameters that an assert looks at."""
    if not (isinstance(decorator, ast.Call) and dotted(decorator.func).endswith("parametrize")):
        return
    given = decorator.args[0]
    names = (
        [part.strip() for part in given.value.split(",")] if isinstance(given, ast.Constant) else [*_strings_of(given)]
    )
    values = decorator.args[1]
    values = tables.get(values.id, values) if isinstance(values, ast.Name) else values
    for row in values.elts if isinstance(values, ast.List | ast.Tuple) else [values]:
        cells = row.elts if isinstance(row, ast.Tuple) and len(row.elts) == len(names) else [row] * len(names)
        yield from (cell for name, cell in zip(names, cells, strict=True) if name in used)


def _strings_of(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _strings(node: ast.AST) -> set[str]:
    return set(_strings_of(node))


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _targets(node: ast.AST) -> Iterator[str]:
    """The names an assignment with a value gives it to."""
    if isinstance(node, ast.Assign):
        yield from (name for target in node.targets for name in _names(target))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield from _names(node.target)


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
