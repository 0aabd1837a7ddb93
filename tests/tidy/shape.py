"""How long and how explained: lengths, docstrings, room READMEs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from tests.tidy.source import Module, functions, public_definitions

MAX_FILE = 600
MAX_FUNCTION = 70
MAX_ROOM_README = 60
MAX_CONTRIBUTING = 150


def length_findings(module: Module) -> list[str]:
    """Files and functions that are too long. Migrations are written by Django and exempt."""
    if module.is_migration:
        return []
    findings = []
    lines = module.text.count("\n")
    if lines > MAX_FILE:
        findings.append(f"{module.path}: {lines} lines, {MAX_FILE} allowed. Split it by what it decides.")
    for node in functions(module):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MAX_FUNCTION:
            findings.append(
                f"{module.at(node)}: {node.name} has {length} lines, {MAX_FUNCTION} allowed: it does not fit on a "
                f"screen. Name its steps and make them functions."
            )
    return findings


def docstring_findings(module: Module) -> list[str]:
    """Modules without a docstring, and public names of the product without one."""
    if module.is_migration:
        return []
    findings = []
    if module.text.strip() and not ast.get_docstring(module.tree):
        findings.append(f"{module.path}: no module docstring. Say what it decides and what it never does.")
    if not module.name.startswith("kontera"):
        return findings
    for name, node in public_definitions(module):
        if name.endswith(".Meta") or ".Meta." in name:
            continue
        if not ast.get_docstring(node):
            findings.append(f"{module.at(node)}: {name} has no docstring. Say what it answers, units, errors.")
    return findings


def test_docstring_findings(module: Module) -> list[str]:
    """Tests that do not say what must hold."""
    return [
        f"{module.at(node)}: {node.name} has no docstring. Say what must hold, and name the mission rows it proves."
        for node in functions(module)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]


def room_readme_findings(rooms: Mapping[str, Path]) -> list[str]:
    """Rooms without README.md, or with one that nobody will read."""
    findings = []
    for room, folder in rooms.items():
        readme = folder / "README.md"
        if not readme.exists():
            findings.append(f"{room}: no README.md. Say what enters, what leaves, what it never does, where to start.")
        elif (lines := len(readme.read_text(encoding="utf-8").splitlines())) > MAX_ROOM_README:
            findings.append(f"{room}: README.md has {lines} lines, {MAX_ROOM_README} allowed. Move detail into docs/.")
    return findings
