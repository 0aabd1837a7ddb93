"""What code must not do: floats near money, clocks outside their place, swallowed errors, prints, silent skips."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import Module, dotted

MONEY_ROOMS = frozenset(
    ["money", "commerce", "accounting", "storefronts", "ledgers", "intake", "posting", "proof", "cases"]
)
"""Where amounts pass. A binary fraction there turns 0.1 + 0.2 into something no bookkeeper accepts."""

CLOCK_CALLS = frozenset(
    [
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        *("datetime.date.today", "django.utils.timezone.now", "asyncio.sleep"),
        *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
    ]
)
CLOCK_PLACES = ("kontera.clock", "kontera.sandboxes.kit", "kontera.work.worker")
"""The only ones that may ask the machine what time it is or make it wait: the clock, the vendors' imitations (which
have a test clock of their own) and the worker process, whose beat is not a business time."""

SKIPS = frozenset(
    [
        "pytest.mark.skip",
        "pytest.mark.skipif",
        "pytest.mark.xfail",
        "pytest.skip",
        "pytest.xfail",
        "pytest.importorskip",
    ]
)

_SECONDS = re.compile(r"(?i)seconds|timeout|(^|_)(after|wait|settle)$")
"""Names of what is measured in seconds, and may be a binary fraction."""

_SAY_WHY = "Say on this line why nothing is lost by it, or answer the error."

PRINT_PLACES = ("kontera.cli", "scripts")


def money_findings(module: Module) -> list[str]:
    """Binary floating point, foreign rounding and inexact JSON in the rooms where amounts pass."""
    if module.room not in MONEY_ROOMS:
        return []
    findings = _float_findings(module)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        called = module.full(node.func)
        keywords = {keyword.arg for keyword in node.keywords}
        if called == "round":
            findings.append(
                f"{module.at(node)}: round() rounds half to even. Use kontera.money.round_to or .rounded()."
            )
        elif called in {"json.loads", "json.load"} and not {"parse_float", "object_hook"} & keywords:
            findings.append(
                f"{module.at(node)}: {called} makes floats. Pass parse_float=Decimal, or use msgspec types."
            )
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "json" and not node.args and not keywords:
            findings.append(f"{module.at(node)}: .json() makes floats. Parse the body with parse_float=Decimal.")
    return findings


def _float_findings(module: Module) -> list[str]:
    """Binary fractions: written out, as a type, or made. Seconds may be some, where they are called so."""
    return [
        f"{module.at(node)}: a binary fraction near money. Use kontera.money.exact or Money.of; for a time, call it "
        f"seconds, timeout, after or wait."
        for node, said in _with_names(module.tree)
        if _is_float(node) and not any(_SECONDS.search(name) for name in said)
    ]


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    return isinstance(node, ast.Name) and node.id == "float"


def _with_names(tree: ast.AST) -> Iterator[tuple[ast.AST, set[str]]]:
    """Every expression with the names that say what it is: the argument's, the field's, or those of its statement."""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _of_signature(tree)
        parts: list[ast.AST] = [*tree.decorator_list, *tree.body]
    else:
        parts = list(ast.iter_child_nodes(tree))
    for part in parts:
        if isinstance(part, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _with_names(part)
        elif isinstance(part, ast.expr | ast.withitem):
            yield from ((inner, _said(tree)) for inner in ast.walk(part))


def _of_signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[ast.AST, set[str]]]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [*zip(reversed(positional), reversed(given.defaults), strict=False)]
    defaults += [(arg, value) for arg, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
    typed = [(arg, arg.annotation) for arg in (*positional, *given.kwonlyargs) if arg.annotation]
    for arg, value in (*defaults, *typed):
        yield from ((inner, {arg.arg}) for inner in ast.walk(value))
    if function.returns:
        yield from ((inner, {function.name}) for inner in ast.walk(function.returns))


def _said(statement: ast.AST) -> set[str]:
    """The names in a statement, without those in the statements inside it."""
    found: set[str] = set()
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.stmt):
            continue
        for node in ast.walk(part):
            found |= {getattr(node, field) for field in ("id", "attr", "arg") if getattr(node, field, None)}
    return found


def clock_findings(module: Module) -> list[str]:
    """Time taken from the machine outside its place: such code cannot be tested or simulated."""
    if any(module.name == place or module.name.startswith(place + ".") for place in CLOCK_PLACES):
        return []
    return [
        f"{module.at(node)}: {module.full(node)} outside {' and '.join(CLOCK_PLACES)}. Take a Clock, or an instant."
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute | ast.Name) and module.full(node) in CLOCK_CALLS
    ]


def print_findings(module: Module) -> list[str]:
    """Prints outside the terminal's room."""
    if any(module.name == place or module.name.startswith(place + ".") for place in PRINT_PLACES):
        return []
    return [
        f"{module.at(node)}: print() outside the cli. Answer the value, or log it with structlog."
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "print"
    ]


def except_findings(module: Module) -> list[str]:
    """Catching everything, or letting any error disappear, without saying why on the same line."""
    findings = []
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            if _catches_all(node) and not _reason(lines, node.lineno):
                findings.append(
                    f"{module.at(node)}: catches everything without a reason. Catch what can happen; at a boundary "
                    f"say on this line why nothing may escape (# noqa: BLE001 one bad order must not stop the next)."
                )
            elif _does_nothing(node) and not any(_reason(lines, at) for at in (node.lineno, node.body[-1].lineno)):
                findings.append(f"{module.at(node)}: swallows an error without a reason. {_SAY_WHY}")
        elif _suppresses(module, node) and not _reason(lines, getattr(node, "end_lineno", 1)):
            findings.append(f"{module.at(node)}: suppresses an error without a reason. {_SAY_WHY}")
    return findings


def _suppresses(module: Module, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and module.full(node.func) == "contextlib.suppress"


def _reason(lines: list[str], line: int) -> bool:
    """Whether the line's comment says something: three words, a linter's mark not counted."""
    comment = lines[line - 1].partition("#")[2]
    return len(re.findall(r"\w+", re.sub(r"noqa(: ?[A-Z0-9, ]+)?", "", comment))) >= 3


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(each, ast.Pass | ast.Continue)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in handler.body
    )


def _catches_all(node: ast.ExceptHandler) -> bool:
    if node.type is None:
        return True
    types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(dotted(kind) in {"Exception", "BaseException"} for kind in types)


def skip_findings(module: Module) -> list[str]:
    """Skipped or expected-to-fail tests that do not say why."""
    reasoned = {id(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call) and _gives_reason(node)}
    return [
        f"{module.at(node)}: {dotted(node)} without a reason. Say what is missing and how to get it."
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in SKIPS and id(node) not in reasoned
    ]


def _gives_reason(node: ast.Call) -> bool:
    if any(keyword.arg == "reason" for keyword in node.keywords):
        return True
    return dotted(node.func) in {"pytest.skip", "pytest.xfail"} and bool(node.args)
