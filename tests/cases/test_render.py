"""Cases as people read them: languages, amounts, vendors, how many wait, and never a failure. M95 M98."""

from __future__ import annotations

import pytest

from kontera.cases.catalogue import Place, catalogue, render
from kontera.errors import Problem

VAT = Problem(
    code="VAT_DIFFERS",
    facts={
        "order": "1017",
        "rate": "25",
        "shop": "1264.47 SEK",
        "rules": "1264.50 SEK",
        "difference": "0.03 SEK",
        "allowed": "0.02 SEK",
    },
)

INACTIVE = Problem(
    code="ACCOUNT_INACTIVE",
    cause="account:3002",
    facts={"order": "1001", "account": "3002", "rule": "revenue.se-12"},
    vendor="2000357: Kontot är inte aktivt (request 7f3a)",
)


def test_swedish_case_reads_as_a_bookkeeper_expects() -> None:
    """M98: what is wrong, why, what to do and where, what is safe, how many wait, the vendor's words last."""
    case = render(INACTIVE, "sv", 15, shop="bigcommerce", ledger="fortnox")
    expected = """\
Konto 3002 är inaktivt i Fortnox
Order 1001 använder kontot (regel: revenue.se-12), och Fortnox tar inte emot bokföring på ett inaktivt konto.
Aktivera kontot, eller välj ett annat konto i regeln.
Fortnox: Register > Kontoplan
Inget har skickats. Ordern väntar.
14 ordrar till väntar på samma sak.
2000357: Kontot är inte aktivt (request 7f3a)"""
    assert expected == case.text()
    assert "Ekonomi" == case.owner_name


def test_english_case_says_the_same() -> None:
    """M98: English is complete, not a summary."""
    case = render(INACTIVE, "en", 2, shop="bigcommerce", ledger="fortnox")
    assert "Account 3002 is inactive in Fortnox" == case.title
    assert "1 more order waits for the same thing." == case.waits
    assert "Finance" == case.owner_name
    assert ["Show rule", "Open in Fortnox", "Check again and release"] == [button.label for button in case.buttons]


def test_amounts_follow_the_language_and_keep_every_decimal() -> None:
    """M92: a difference of half an öre is shown, not rounded away."""
    assert "Butiken anger 1\xa0264,47\xa0SEK, reglerna ger 1\xa0264,50\xa0SEK." in render(VAT, "sv").body
    assert "The shop says 1,264.47\xa0SEK" in render(VAT, "en").body
    small = Problem(code="VAT_DIFFERS", facts={**VAT.facts, "difference": "0.005 SEK"})
    assert "Momsen på 25 % skiljer 0,005\xa0SEK på order 1017" == render(small, "sv").title


@pytest.mark.parametrize("text", ["12.50 QQQ", "12,50 SEK", "3002", "1e5 SEK"])
def test_what_is_not_an_amount_is_left_alone(text: str) -> None:
    """Only an exact amount in a real currency is rewritten."""
    case = render(Problem(code="TOTAL_NEGATIVE", facts={"order": "7", "total": text}), "sv")
    assert f"Order 7 har negativ summa, {text}" == case.title


def test_coded_facts_are_put_into_words() -> None:
    """A finance user never meets an internal code."""
    facts = {"order": "9", "kind": "gift_card", "region": "export", "rate": "0", "line": "Presentkort 500"}
    problem = Problem(code="ACCOUNT_UNMAPPED", facts=facts)
    assert "Konto saknas för presentkort, utanför EU, 0 % moms" == render(problem, "sv").title
    assert "No account for gift cards, outside the EU, 0 % VAT" == render(problem, "en").title


def test_places_are_those_of_the_systems_concerned() -> None:
    """A BigCommerce merchant is not sent to another shop's menu; our own console is always named."""
    problem = Problem(code="VAT_UNMAPPED", facts={})
    assert (
        Place(vendor="Kontera", path="Regler > Moms"),
        Place(vendor="BigCommerce", path="Settings > Tax"),
    ) == render(problem, "sv", shop="bigcommerce", ledger="fortnox").where
    assert (Place(vendor="Kontera", path="Rules > VAT"),) == render(problem, "en", shop="another").where


def test_without_known_systems_the_text_is_general_and_starts_with_a_capital() -> None:
    """The docs and the terminal may not know which shop is meant."""
    assert "Bokföringsprogrammet är låst till och med ?" == render(Problem(code="PERIOD_LOCKED"), "sv").title
    assert "The ledger is locked through ?" == render(Problem(code="PERIOD_LOCKED"), "en").title


@pytest.mark.parametrize("code", catalogue())
@pytest.mark.parametrize("language", ["sv", "en", "fi"])
def test_no_code_fails_without_its_facts(code: str, language: str) -> None:
    """M97: a case that cannot be shown would hide the orders in it."""
    case = render(Problem(code=code), language, 0)
    assert case.title
    assert "{" not in case.text()
    assert "" == case.waits


def test_an_unknown_code_is_still_shown_with_its_name() -> None:
    """A case written by another version of ours does not vanish from the list."""
    case = render(Problem(code="FROM_THE_FUTURE", facts={"order": "5", "reason": "x"}, vendor="verbatim"), "sv")
    assert ("FROM_THE_FUTURE", "verbatim") == (case.code, case.vendor)
    assert "Kontera kunde inte hantera order 5" == case.title


def test_braces_in_a_fact_are_text() -> None:
    """A product called "{order}" is quoted, not filled in again."""
    problem = Problem(code="ARTICLE_NUMBER_REFUSED", facts={"order": "1", "article": "{order}", "allowed": "A-Z"})
    assert 'The ledger does not take the article number "{order}"' == render(problem, "en").title


def test_without_an_order_nothing_is_said_about_one() -> None:
    """M118: the readiness list uses the same texts before the first order exists."""
    case = render(Problem(code="PERIOD_LOCKED", facts={"order": "", "date": "", "locked_through": "2026-03-31"}), "en")
    assert "" == case.body
    assert "?" not in case.text()


def test_an_adapter_may_name_the_place_better() -> None:
    """M98: the adapter knows its own menus; its path replaces the catalogue's for that vendor."""
    facts = {"order": "1", "name": "FREIGHT", "where": "Fortnox > Inställningar > Fakturering > Frakt"}
    case = render(Problem(code="PREDEFINED_ACCOUNT_MISSING", facts=facts), "sv", ledger="fortnox")
    assert (Place(vendor="Fortnox", path="Inställningar > Fakturering > Frakt"),) == case.where
