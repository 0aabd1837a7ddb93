"""Every problem code has words, a page, a place where it is raised and a test. M95 M98."""

from __future__ import annotations

import pytest

from kontera.cases.catalogue import catalogue
from tests.tidy import codes, pending
from tests.tidy.source import ROOT, report, snippet, source_modules, support_modules

RAISING = [module for module in source_modules() if not module.name.startswith("kontera.cases.catalogue")]
TESTING = [module for module in support_modules() if not module.name.startswith("tests.tidy")]


def test_every_raised_code_is_in_the_catalogue() -> None:
    """M98: no problem without an explanation."""
    findings = [finding for module in RAISING for finding in codes.unknown_findings(module, catalogue())]
    assert not findings, report(findings)


def test_every_code_is_raised_somewhere() -> None:
    """An explanation of something that never happens misleads; those still owed are listed."""
    assert pending.CODES_NOT_RAISED == catalogue().keys() - codes.mentioned(RAISING), (
        "raise it, or mend tidy/pending.py"
    )


def test_every_code_is_expected_by_a_test() -> None:
    """M98: a case nobody has seen happen is a promise; those still owed are listed."""
    scenarios = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "scenarios").glob("*.scenario"))]
    proven = codes.asserted(TESTING) | codes.expected_in_scenarios(scenarios)
    assert pending.CODES_NOT_TESTED == catalogue().keys() - proven, "assert it in a test, or mend tidy/pending.py"


def test_every_code_has_a_page() -> None:
    """M98: one code, one page."""
    pages = {path.stem for path in (ROOT / "docs" / "reference" / "cases").glob("[A-Z]*_*.md")}
    assert set(catalogue()) == pages, "run: make pages"


def test_problems_carry_the_facts_their_text_shows() -> None:
    """M98: a bookkeeper never reads a question mark where an account should be."""
    findings = [finding for module in RAISING for finding in codes.fact_findings(module, catalogue())]
    assert not findings, report(findings)


@pytest.mark.parametrize(
    "text",
    [
        'Problem(code="NO_SUCH_CODE", facts={})',
        'on_order(order, "NO_SUCH_CODE", reason="x")',
        'self._problem("NO_SUCH_CODE", method)',
        'Rule(problem="NO_SUCH_CODE", cause="x")',
        'Problem(code="NO_SUCH_CODE" if x else "OUR_FAULT")',
    ],
)
def test_an_unknown_code_is_found(text: str) -> None:
    """However the problem is made."""
    (finding,) = codes.unknown_findings(snippet(text), catalogue())
    assert "NO_SUCH_CODE" in finding


def test_a_missing_fact_is_found() -> None:
    """ACCOUNT_MISSING shows the account and the rule."""
    bad = 'Problem(code="ACCOUNT_MISSING", facts={"order": "1", "account": "3001"})'
    (finding,) = codes.fact_findings(snippet(bad), catalogue())
    assert "['rule']" in finding
    (finding,) = codes.fact_findings(snippet('on_order(order, "ACCOUNT_MISSING", cause, account="1")'), catalogue())
    assert "['rule']" in finding
    assert [] == codes.fact_findings(snippet('Problem(code="ACCOUNT_MISSING", facts={"order": "1", **f})'), catalogue())


def test_a_code_written_out_is_mentioned() -> None:
    """Tables of codes count as use."""
    assert codes.mentioned([snippet('{2000357: "ACCOUNT_INACTIVE"}')]) == {"ACCOUNT_INACTIVE"}


@pytest.mark.parametrize(
    "text",
    [
        'def test_x():\n    assert problem.code == "OUR_FAULT"',
        'def test_x():\n    expected = ["OUR_FAULT"]\n    assert expected == problems()',
        'def test_x():\n    case = get(code="OUR_FAULT")\n    told = case.phase\n    assert "open" == told',
        'def test_x():\n    with pytest.raises(Trouble, match="OUR_FAULT"):\n        go()',
        'T = [("a", "OUR_FAULT")]\n@pytest.mark.parametrize(("a", "code"), T)\n'
        "def test_x(a, code):\n    assert code == f(a)",
        '@pytest.mark.parametrize("code", ["OUR_FAULT"])\ndef test_x(code):\n    assert code in known',
    ],
)
def test_a_code_that_decides_a_test_is_expected(text: str) -> None:
    """In the assert, or in what it compares."""
    assert "OUR_FAULT" in codes.asserted([snippet(text, "tests.x")])


@pytest.mark.parametrize(
    "text",
    [
        'def test_x():\n    make("OUR_FAULT")\n    assert 1 == count()',
        'def test_x():\n    """OUR_FAULT"""\n    case = make("OUR_FAULT")\n    assert shown()',
        'KINDS = ["OUR_FAULT"]\ndef test_x():\n    assert 1 == count()',
        '@pytest.mark.parametrize(("sent", "n"), [("OUR_FAULT", 1)])\n'
        "def test_x(sent, n):\n    go(sent)\n    assert n == 1",
    ],
)
def test_a_code_only_mentioned_is_not(text: str) -> None:
    """Set up, listed, or in a docstring: no proof that it happens."""
    assert "OUR_FAULT" not in codes.asserted([snippet(text, "tests.x")])


def test_a_scenario_expects_with_its_own_word() -> None:
    """What a person does about a case does not expect it."""
    text = "expect order 1 waits for PERIOD_LOCKED\n2026-03-02 12:00  Kim checks OUR_FAULT again\n"
    assert {"PERIOD_LOCKED"} == codes.expected_in_scenarios([text])
