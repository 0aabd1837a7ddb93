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


def test_every_code_is_named_in_a_test() -> None:
    """M98: a case nobody has seen happen is a promise; those still owed are listed."""
    assert pending.CODES_NOT_TESTED == catalogue().keys() - codes.mentioned(TESTING), "test it, or mend tidy/pending.py"


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
