"""Small modules, explained: lengths, docstrings, a README per room, the papers of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy import pending, shape
from tests.tidy.source import PACKAGE, ROOT, report, snippet, source_modules, support_modules

ROOMS = {path.name: path for path in sorted(PACKAGE.iterdir()) if (path / "__init__.py").exists()}


def test_files_and_functions_are_short() -> None:
    """What fits on a screen can be checked by reading it."""
    findings = [f for module in (*source_modules(), *support_modules()) for f in shape.length_findings(module)]
    findings = pending.owing(findings, pending.FILES_TOO_LONG)
    assert not findings, report(findings)


def test_everything_public_is_explained() -> None:
    """M104: the reason is written where the code is."""
    findings = [f for module in (*source_modules(), *support_modules()) for f in shape.docstring_findings(module)]
    assert not findings, report(findings)


def test_every_test_says_what_must_hold() -> None:
    """A failing test should tell an engineer, and often an accountant, what broke."""
    findings = [f for module in support_modules() for f in shape.test_docstring_findings(module)]
    findings = pending.owing(findings, pending.FILES_WITH_SILENT_TESTS)
    assert not findings, report(findings)


def test_every_room_has_a_short_readme() -> None:
    """A newcomer can start in any room."""
    findings = pending.owing(shape.room_readme_findings(ROOMS), pending.ROOMS_WITHOUT_README)
    assert not findings, report(findings)


def test_the_papers_are_there() -> None:
    """M123: licence, changes, how to contribute, how to start."""
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    lines = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= shape.MAX_CONTRIBUTING


def test_a_long_file_is_found() -> None:
    """600 lines are allowed, 601 are not; a migration may."""
    assert [] == shape.length_findings(snippet("x = 1\n" * 600))
    assert len(shape.length_findings(snippet("x = 1\n" * 601))) == 1
    assert [] == shape.length_findings(snippet("x = 1\n" * 601, "kontera.db.migrations.0001_x"))


def test_a_long_function_is_found() -> None:
    """Methods and nested functions count too."""
    body = "    x = 1\n" * 69
    assert [] == shape.length_findings(snippet("def f():\n" + body))
    assert len(shape.length_findings(snippet("def f():\n" + body + "    x = 2\n"))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "no module docstring"),
        ('"""M."""\ndef f(): ...', "f has no docstring"),
        ('"""M."""\nclass C:\n    """C."""\n    def m(self): ...', "C.m has no docstring"),
    ],
)
def test_missing_docstrings_are_found(text: str, said: str) -> None:
    """Module, function and method."""
    (finding,) = shape.docstring_findings(snippet(text))
    assert said in finding


def test_private_names_need_no_docstring() -> None:
    """Only what others use must be explained."""
    assert [] == shape.docstring_findings(snippet('"""M."""\ndef _f(): ...\nclass _C:\n    def m(self): ...'))


def test_a_silent_test_is_found() -> None:
    """The rule bites on tests."""
    assert len(shape.test_docstring_findings(snippet("def test_x(): ...", "tests.bad"))) == 1


def test_a_missing_or_long_readme_is_found(tmp_path: Path) -> None:
    """No README, and one of 61 lines."""
    assert "no README" in shape.room_readme_findings({"attic": tmp_path})[0]
    (tmp_path / "README.md").write_text("line\n" * 61, encoding="utf-8")
    assert "has 61 lines" in shape.room_readme_findings({"attic": tmp_path})[0]


def test_debts_are_forgiven_only_while_they_last() -> None:
    """Owed: not reported. Paid: must leave the list. New: reported."""
    assert [] == pending.owing(["a.py:1: long"], frozenset(["a.py"]))
    assert ["b.py:1: long"] == pending.owing(["a.py:1: long", "b.py:1: long"], frozenset(["a.py"]))
    assert ["a.py: mended by now, remove it from tests/tidy/pending.py"] == pending.owing([], frozenset(["a.py"]))
