"""What the house rules look at: the files of the checkout, parsed once. Decides no rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "kontera"
TEXT_FOLDERS = ("src", "tests", "docs", "scripts", ".ci")
TEXT_ENDINGS = {".py", ".md", ".toml", ".html", ".css", ".js", ".txt", ".sh", ".scenario", ".json", ".po", ".lock", ""}


@dataclass(frozen=True)
class Module:
    """One Python file. name: dotted ("kontera.calls.window"; tests and scripts by their path)."""

    path: str
    name: str
    text: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What each imported name really is: {"dt": "datetime.datetime"} for `from datetime import datetime as dt`."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {each.asname: each.name for each in node.names if each.asname}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        return found

    def full(self, node: ast.AST) -> str:
        """The dotted name of an expression with imports undone: "time.sleep" for `sleep` imported from time."""
        first, point, rest = dotted(node).partition(".")
        return self.aliases.get(first, first) + point + rest

    @property
    def room(self) -> str:
        """The room of the house: the second part of the name ("calls"); empty for the root module."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "kontera" and len(parts) > 1 else ""

    @property
    def is_migration(self) -> bool:
        """Written by Django, frozen once released."""
        return ".migrations." in self.name

    def at(self, node: ast.AST) -> str:
        """Where a finding is: path and line."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def snippet(text: str, name: str = "kontera.commerce.bad", *, is_package: bool = False) -> Module:
    """A module out of nothing, to prove that a rule bites."""
    return Module(path=name.replace(".", "/") + ".py", name=name, text=text, is_package=is_package)


def _module(path: Path) -> Module:
    relative = path.relative_to(ROOT)
    parts = list(relative.with_suffix("").parts)
    if parts[0] == "src":
        parts = parts[1:]
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(path=relative.as_posix(), name=name, text=path.read_text(encoding="utf-8"), is_package=is_package)


@cache
def source_modules() -> tuple[Module, ...]:
    """The product: every module under src/kontera."""
    return tuple(_module(path) for path in sorted(PACKAGE.rglob("*.py")))


@cache
def support_modules() -> tuple[Module, ...]:
    """Tests and scripts."""
    return tuple(_module(path) for folder in ("tests", "scripts") for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def texts() -> dict[str, str]:
    """Every text file that people commit: path -> content."""
    found: dict[str, str] = {}
    for path in _text_paths():
        if path.suffix in TEXT_ENDINGS:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return found


def _text_paths() -> Iterator[Path]:
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.name != ".git")
    for folder in TEXT_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def public_definitions(
    module: Module,
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Public classes, functions and methods: (dotted name within the module, node). Nested functions are private."""

    def walk(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if node.name.startswith("_"):
                    continue
                yield prefix + node.name, node  # type: ignore[misc]
                if isinstance(node, ast.ClassDef):
                    yield from walk(node.body, f"{prefix}{node.name}.")

    yield from walk(module.tree.body, "")


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """ "time.sleep" for the expression time.sleep; empty for anything that is not plain names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def report(findings: list[str]) -> str:
    """The findings as the message of a failing assert."""
    return "\n" + "\n".join(findings)
