"""What code must not do: floats near money, clocks outside their place, swallowed errors, prints, silent skips."""

from __future__ import annotations

import ast
import re

from tests.tidy.source import Module, dotted

MONEY_ROOMS = frozenset(
    ["money", "commerce", "accounting", "storefronts", "ledgers", "intake", "posting", "proof", "cases"]
)
"""Where amounts pass. A binary fraction there turns 0.1 + 0.2 into something no bookkeeper accepts."""

CLOCK_CALLS = frozenset(
    [
        *(f"{prefix}{name}" for prefix in ("", "datetime.") for name in ("datetime.now", "datetime.utcnow")),
        *("datetime.today", "date.today", "datetime.date.today", "timezone.now"),
        *("time.time", "time.monotonic", "time.sleep", "asyncio.sleep"),
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

PRINT_PLACES = ("kontera.cli", "scripts")


def money_findings(module: Module) -> list[str]:
    """Binary floating point, foreign rounding and inexact JSON in the rooms where amounts pass."""
    if module.room not in MONEY_ROOMS:
        return []
    findings = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        called = dotted(node.func)
        keywords = {keyword.arg for keyword in node.keywords}
        if called == "float" and not module.name.endswith(
            ".client"
        ):  # its seconds until a retry; amounts pass as bytes
            findings.append(f"{module.at(node)}: float() near money. Use kontera.money.exact or Money.of.")
        elif called == "round":
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


def clock_findings(module: Module) -> list[str]:
    """Time taken from the machine outside its place: such code cannot be tested or simulated."""
    if any(module.name == place or module.name.startswith(place + ".") for place in CLOCK_PLACES):
        return []
    return [
        f"{module.at(node)}: {dotted(node.func)}() outside {' and '.join(CLOCK_PLACES)}. Take a Clock, or an instant."
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCK_CALLS
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
    """Catching everything without saying why on the same line."""
    findings = []
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler) or not _catches_all(node):
            continue
        comment = lines[node.lineno - 1].partition("#")[2]
        reason = re.sub(r"noqa(: ?[A-Z0-9, ]+)?", "", comment)
        if len(re.findall(r"\w+", reason)) < 3:
            findings.append(
                f"{module.at(node)}: catches everything without a reason. Catch what can happen; at a real boundary "
                f"say on this line why nothing may escape (# noqa: BLE001 one bad order must not stop the next)."
            )
    return findings


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
