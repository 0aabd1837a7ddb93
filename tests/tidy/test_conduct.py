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


@pytest.mark.parametrize(
    "text",
    [
        "vat = price * 0.25",
        "total = 0.1 * 3",
        "price: float = read()",
        "class Line:\n    price: float",
        "def f(amount: float): ...",
        "def f(amount: Decimal = 0.5): ...",
        "def f(*, rates: list[float]): ...",
        "def amount() -> float: ...",
        "if price > 0.5:\n    wait_seconds = 1",
        "return_ = [0.5 for line in lines]",
        "from json import loads as read\nread(body)",
    ],
)
def test_binary_fractions_are_found(text: str) -> None:
    """M46: written out, as a type, in a default; however it came by its name."""
    assert len(conduct.money_findings(snippet(text))) == 1
    assert [] == conduct.money_findings(snippet(text, "kontera.calls.fine"))


@pytest.mark.parametrize(
    "text",
    [
        "DRAIN_SECONDS = 20.0",
        "def f(timeout: float = 30.0): ...",
        "due = now + timedelta(seconds=0.5)",
        "after = min(2.0, longest_seconds)",
        "price = Decimal('0.25')",
    ],
)
def test_seconds_may_be_fractions(text: str) -> None:
    """Where they are called so."""
    assert [] == conduct.money_findings(snippet(text))


@pytest.mark.parametrize("call", sorted(conduct.CLOCK_CALLS))
def test_a_foreign_clock_is_found(call: str) -> None:
    """Every way to ask the machine under every name, also handed on, and none in the clock's own module."""
    module, _, name = call.rpartition(".")
    texts = [f"import {module}\n{call}()", f"import {module} as m\nm.{name}()", f"import {module}\nf(now={call})"]
    if not call.startswith("datetime."):
        texts += [f"from {module} import {name}\n{name}()", f"from {module} import {name} as n\nn()"]
    else:
        kind = module.partition(".")[2]
        texts = [f"import datetime\n{call}()", f"import datetime as d\nd.{kind}.{name}()"]
        texts += [f"from datetime import {kind}\n{kind}.{name}()", f"from datetime import {kind} as k\nk.{name}()"]
    for text in texts:
        assert len(conduct.clock_findings(snippet(text))) == 1, text
        assert [] == conduct.clock_findings(snippet(text, "kontera.clock"))


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
        ("except ValueError:", 1),
        ("except (ValueError, KeyError):  # noqa", 1),
        ("except ValueError:  # another reading is tried next", 0),
    ],
)
def test_swallowing_is_found(handler: str, found: int) -> None:
    """A linter's mark is not a reason."""
    assert found == len(conduct.except_findings(snippet(f"try:\n    f()\n{handler}\n    pass\n")))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("try:\n    f()\nexcept ValueError:\n    ...", 1),
        ("for x in y:\n    try:\n        f()\n    except ValueError:\n        continue", 1),
        ("try:\n    f()\nexcept ValueError:\n    pass  # another reading is tried", 0),
        ("try:\n    f()\nexcept ValueError:\n    answer = None", 0),
        ("import contextlib\nwith contextlib.suppress(Exception):\n    f()", 1),
        ("import contextlib as c\nwith c.suppress(KeyError):\n    f()", 1),
        ("from contextlib import suppress\nwith suppress(KeyError):\n    f()", 1),
        ("from contextlib import suppress as s\nwith s(KeyError):  # gone\n    f()", 1),
        ("from contextlib import suppress\nwith suppress(KeyError):  # it may be gone\n    f()", 0),
    ],
)
def test_an_error_that_disappears_is_found(text: str, found: int) -> None:
    """M100: any error, under any name; a word of why on the line."""
    assert found == len(conduct.except_findings(snippet(text)))


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
