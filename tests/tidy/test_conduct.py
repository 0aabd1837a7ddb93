"""Money is exact, time is injected, errors are not swallowed, skips say why. M46 M92 M100."""

from __future__ import annotations

import pytest

from tests.tidy import conduct
from tests.tidy.source import report, snippet, source_modules, support_modules


def test_no_binary_floats_near_money() -> None:
    """M46: an amount is never a binary fraction, and only kontera.money rounds."""
    findings = [finding for module in source_modules() for finding in conduct.money_findings(module)]
    assert not findings, report(findings)


def test_time_comes_from_the_clock() -> None:
    """A simulation of months in minutes needs every second to pass through one door."""
    findings = [finding for module in source_modules() for finding in conduct.clock_findings(module)]
    assert not findings, report(findings)


def test_only_the_terminal_prints() -> None:
    """What a room has to say it answers or logs."""
    findings = [finding for module in source_modules() for finding in conduct.print_findings(module)]
    assert not findings, report(findings)


def test_nothing_is_swallowed() -> None:
    """M100: an error that disappears is a fact that vanishes."""
    findings = [f for module in (*source_modules(), *support_modules()) for f in conduct.except_findings(module)]
    assert not findings, report(findings)


def test_every_skip_has_a_reason() -> None:
    """A test that does not run must say what it lacks."""
    findings = [finding for module in support_modules() for finding in conduct.skip_findings(module)]
    assert not findings, report(findings)


@pytest.mark.parametrize(
    "text",
    ["float('1.5')", "round(x, 2)", "json.loads(body)", "answer.json()", "json.load(file)"],
)
def test_inexact_numbers_are_found(text: str) -> None:
    """Each way an amount could become inexact."""
    assert len(conduct.money_findings(snippet(text))) == 1
    assert [] == conduct.money_findings(snippet(text, "kontera.calls.fine"))


def test_exact_json_is_not_reported() -> None:
    """The rule does not bite what is right."""
    assert [] == conduct.money_findings(snippet("json.loads(body, parse_float=Decimal)\nround_to(x, 2)"))


@pytest.mark.parametrize("call", sorted(conduct.CLOCK_CALLS))
def test_a_foreign_clock_is_found(call: str) -> None:
    """Every way to ask the machine, and none in the clock's own module."""
    assert len(conduct.clock_findings(snippet(f"{call}()"))) == 1
    assert [] == conduct.clock_findings(snippet(f"{call}()", "kontera.clock"))


def test_a_print_is_found() -> None:
    """Outside the cli."""
    assert len(conduct.print_findings(snippet("print(1)"))) == 1
    assert [] == conduct.print_findings(snippet("print(1)", "kontera.cli.orders"))


@pytest.mark.parametrize(
    ("handler", "found"),
    [
        ("except Exception:", 1),
        ("except:", 1),
        ("except (ValueError, BaseException):  # noqa: BLE001", 1),
        ("except Exception:  # noqa: BLE001 one bad order must not stop the next", 0),
        ("except ValueError:", 0),
    ],
)
def test_swallowing_is_found(handler: str, found: int) -> None:
    """A linter's mark is not a reason."""
    assert found == len(conduct.except_findings(snippet(f"try:\n    f()\n{handler}\n    pass\n")))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@pytest.mark.skip\ndef test_x(): ...", 1),
        ("@pytest.mark.skip()\ndef test_x(): ...", 1),
        ("@pytest.mark.skip(reason='no browser')\ndef test_x(): ...", 0),
        ("@pytest.mark.skipif(True)\ndef test_x(): ...", 1),
        ("@pytest.mark.xfail\ndef test_x(): ...", 1),
        ("pytest.skip()", 1),
        ("pytest.skip('no browser')", 0),
        ("pytest.importorskip('bigc')", 1),
    ],
)
def test_a_silent_skip_is_found(text: str, found: int) -> None:
    """Every way to skip."""
    assert found == len(conduct.skip_findings(snippet(text, "tests.bad")))
