"""Which room may know which: the import rules of the house, as data and as functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from tests.tidy.source import Module, dotted

GROUND = frozenset({"money", "clock", "errors"})
LOWER = GROUND | {"calls", "commerce", "accounting", "storefronts", "ledgers"}
MIDDLE = LOWER | {"db", "work", "connections", "cases"}
UPPER = MIDDLE | {"posting", "intake", "proof"}

ALLOWED: Mapping[str, frozenset[str]] = {
    "money": frozenset(),
    "clock": frozenset(),
    "errors": frozenset(),
    "calls": frozenset({"clock", "errors"}),
    "commerce": frozenset({"money"}),
    "accounting": GROUND | {"commerce"},
    "storefronts": GROUND | {"calls", "commerce"},
    "ledgers": GROUND | {"calls", "commerce", "accounting"},
    "db": GROUND,
    "work": GROUND | {"calls", "db"},
    "connections": GROUND | {"calls", "storefronts", "ledgers", "db"},
    "cases": GROUND | {"db", "work"},
    "posting": MIDDLE,
    "intake": MIDDLE | {"posting"},
    "proof": MIDDLE | {"posting"},
    "sandboxes": frozenset({"money", "clock"}),
    "simulate": UPPER | {"sandboxes"},
    "console": UPPER,
    "api": UPPER | {"console"},
    "cli": UPPER | {"console", "api", "sandboxes", "simulate"},
    "__main__": frozenset({"cli"}),
}
"""Room -> the rooms it may import. Lower rooms never know upper ones, so each can be read and tested alone."""

KNOWN_EXCEPTIONS: frozenset[tuple[str, str]] = frozenset()
"""Imports against the table that are still there. Only ever gets shorter: a gone one must be removed here."""

PURE = {
    "kontera.money": GROUND,
    "kontera.commerce": GROUND,
    "kontera.accounting": GROUND | {"commerce", "accounting"},
    "kontera.cases.catalogue": frozenset({"money", "errors", "cases"}),
}
"""Rooms without I/O: no database, network, file or process, so that the same order always gives the same books."""

IMPURE_MODULES = frozenset(
    [
        *("asyncio", "threading", "subprocess", "socket", "ssl", "time", "random", "logging"),
        *("os", "pathlib", "shutil", "tempfile", "sqlite3", "urllib.request"),
        *("django", "httpx2", "procrastinate", "psycopg", "requests"),
    ]
)

MAX_CHAIN = 18
"""Longest import chain through the whole house, in modules: only ever lowered. The aim is the one below."""

MAX_CHAIN_IN_ROOM = 9
"""Longest import chain within one room: nobody should have to open more than this to follow a thought."""

LONGER_CHAIN_IN_ROOM = {"sandboxes": 12}
"""Rooms that are still deeper: only ever lowered."""


def imports(module: Module, known: frozenset[str] = frozenset(), *, running: bool = False) -> list[tuple[str, int]]:
    """Every module this one imports, wherever in the file: (dotted name, line). `from kontera.a import b` means
    kontera.a.b when `known` has such a module. running: without what only the type checker imports."""
    found: list[tuple[str, int]] = []
    only_types = _type_checking(module.tree) if running else set()
    for node in ast.walk(module.tree):
        if node in only_types:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            for alias in node.names:
                longer = f"{base}.{alias.name}"
                found.append((longer if longer in known or base == "kontera" else base, node.lineno))
    return list(dict.fromkeys(found))


def _type_checking(tree: ast.Module) -> set[ast.AST]:
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and dotted(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + (1 if module.is_package else 0)]
    return ".".join([*parts, node.module] if node.module else parts)


def room_findings(module: Module, known: frozenset[str] = frozenset()) -> list[str]:
    """Imports that the table does not allow."""
    room = module.room
    if not room:
        return []
    if room not in ALLOWED:
        return [
            f"{module.path}: room {room!r} is not in the table of tests/tidy/imports.py; add it with what it may know"
        ]
    findings = []
    for target, line in imports(module, known):
        parts = target.split(".")
        if parts[0] != "kontera" or len(parts) < 2 or parts[1] in {room, "__version__"}:
            continue
        if parts[1] not in ALLOWED[room] and (module.name, target) not in KNOWN_EXCEPTIONS:
            allowed = ", ".join(sorted(ALLOWED[room])) or "none of ours"
            findings.append(
                f"{module.path}:{line}: {room} must not import {target} (it may know: {allowed}). "
                f"Pass the thing in as an argument, or move it to the lower room."
            )
    return findings


SHARED_FOLDERS = frozenset({"conformance", "kit"})  # every other folder in a room of vendors is a vendor


def vendor_findings(module: Module, known: frozenset[str] = frozenset()) -> list[str]:
    """An adapter or sandbox that knows another vendor's: each must be removable alone."""
    parts = module.name.split(".")
    if len(parts) < 4 or parts[1] not in {"storefronts", "ledgers", "sandboxes"} or parts[2] in SHARED_FOLDERS:
        return []
    room = f"kontera.{parts[1]}."
    targets = [(target, line) for target, line in imports(module, known) if target.startswith(room)]
    names = (name.removeprefix(room).split(".") for name in (*known, *dict(targets)) if name.startswith(room))
    vendors = {name[0] for name in names if len(name) > 1} - SHARED_FOLDERS
    return [
        f"{module.path}:{line}: {parts[2]} must not import {target}: an adapter is one folder that can be added or "
        f"removed alone. Move what both need to the room itself."
        for target, line in targets
        if target.split(".")[2] in vendors - {parts[2]}
    ]


def purity_findings(module: Module) -> list[str]:
    """Pure rooms that import something with side effects."""
    if not any(module.name == name or module.name.startswith(name + ".") for name in PURE):
        return []
    findings = []
    for target, line in imports(module):
        if any(target == bad or target.startswith(bad + ".") for bad in IMPURE_MODULES):
            findings.append(
                f"{module.path}:{line}: {module.room} is pure and must not import {target}. "
                f"Let the caller read it and pass the value in."
            )
    return findings


def graph(modules: Iterable[Module]) -> dict[str, set[str]]:
    """Module -> modules of ours that it imports when it runs."""
    listed = list(modules)
    known = frozenset(module.name for module in listed)
    return {
        module.name: {
            target for target, _ in imports(module, known, running=True) if target in known and target != module.name
        }
        for module in listed
    }


def cycles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other (strongly connected, larger than one)."""
    order: list[str] = []
    seen: set[str] = set()
    for start in edges:
        _finish(start, edges, seen, order)
    backwards: dict[str, set[str]] = {name: set() for name in edges}
    for name, targets in edges.items():
        for target in targets:
            backwards[target].add(name)
    seen = set()
    groups = []
    for start in reversed(order):
        group: list[str] = []
        _finish(start, backwards, seen, group)
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def _finish(start: str, edges: Mapping[str, set[str]], seen: set[str], order: list[str]) -> None:
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(sorted(edges[start])))]
    while stack:
        name, targets = stack[-1]
        step = next((target for target in targets if target not in seen), None)
        if step is None:
            order.append(name)
            stack.pop()
        else:
            seen.add(step)
            stack.append((step, iter(sorted(edges[step]))))


def longest_chain(edges: Mapping[str, set[str]]) -> list[str]:
    """The longest path of imports; `edges` must have no cycles."""
    best: dict[str, list[str]] = {}

    def chain(name: str) -> list[str]:
        if name not in best:
            longest = max((chain(target) for target in sorted(edges[name])), key=len, default=[])
            best[name] = [name, *longest]
        return best[name]

    return max((chain(name) for name in edges), key=len, default=[])
