"""One word per thing: the words that mislead, in names and in what people read; leftovers; traces of a machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tests.tidy.source import Module

IN_NAMES = {
    "sync": "say what moves: order, stock, article, payment",
    "synced": "say what happened: booked, sent, read",
    "entity": "name the thing: order, account, case",
    "entities": "name the things",
    "job": "a wake-up of a lane, or a schedule",
    "jobs": "wake-ups of lanes, or schedules",
}
"""Parts of names that are never right -> what to write instead (the glossary of the project)."""

ALONE = {
    "item": "line, article, or what it is",
    "items": "lines, articles, or what they are",
    "transaction": "payment, voucher, posting, or what it is",
    "transactions": "payments, vouchers, postings, or what they are",
}
"""Whole names that say nothing."""

VENDOR_WORDS = re.compile(r"^kontera\.sandboxes\.|\.wire$|\.translate$|\.(reading|taxes)$")
"""Where a vendor's own field names are spelled out as attributes: its words, not ours."""

IN_TEXTS = {
    r"\bsync(s|ed|ing|hroni[sz]\w*)?\b": "say what moves and where",
    r"\bsynk(a|ar|as|ad|at|ning|ronis\w*)?\b": "skriv vad som flyttas",
    r"\bentit(y|ies)\b": "name the thing",
    r"\bjobs?\b": "name the work",
    r"\bvoucher codes?\b": "discount code; a voucher is a bookkeeping entry",
}
"""Patterns that people never read in our docs, texts and screens -> what to write instead."""

READ_BY_PEOPLE = re.compile(r"^(README|CONTRIBUTING|CHANGELOG)\.md$|^docs/|README\.md$|/catalogue/\w+\.toml$|\.html$")

LEFTOVER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
MACHINE = re.compile(
    r"(?<![\w./])/(?:work|opt|root|farm|home/\w+|Users/\w+)/|"
    r"(?:pypi|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs)\.(?:org|com|net)|(?:--(?:extra-)?index-url|--find-links)",
)


def name_findings(module: Module) -> list[str]:
    """Names that use a banned word."""
    if VENDOR_WORDS.search(module.name):
        return []
    findings = []
    for name, node in _defined(module):
        parts = [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]
        for part in parts:
            if part in IN_NAMES:
                findings.append(f"{module.at(node)}: the name {name!r} uses {part!r}: {IN_NAMES[part]}.")
        if name.lower() in ALONE:
            findings.append(f"{module.at(node)}: the name {name!r} alone says nothing: {ALONE[name.lower()]}.")
    return findings


def _defined(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Names that this module chooses: functions, classes, arguments, variables, fields."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.arg):
            yield node.arg, node
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node


def text_findings(path: str, text: str) -> list[str]:
    """Banned words in what people read. Code between backticks is quoted, not said."""
    if not READ_BY_PEOPLE.search(path):
        return []
    findings = []
    for number, line in enumerate(text.splitlines(), 1):
        said = re.sub(r"`[^`]*`", "", line)
        for pattern, instead in IN_TEXTS.items():
            for match in re.finditer(pattern, said, re.IGNORECASE):
                findings.append(f"{path}:{number}: {match[0]!r} is not a word of ours: {instead}.")
    return findings


def leftover_findings(texts: Mapping[str, str]) -> list[str]:
    """Work put off instead of done: do it now, or write an issue."""
    return [
        f"{path}:{number}: {match[0]} left behind. Do it now, or write an issue."
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in LEFTOVER.finditer(line)
    ]


def machine_findings(texts: Mapping[str, str]) -> list[str]:
    """Paths of somebody's machine, package registries, content delivery networks."""
    return [
        f"{path}:{number}: {match[0]!r} exists only on some machine. Use relative paths and packages by name."
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in MACHINE.finditer(line)
    ]
