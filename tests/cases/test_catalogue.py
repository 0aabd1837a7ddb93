"""The case catalogue as data: complete, in two languages, with facts that cover every text. M95 M98."""

from __future__ import annotations

import string

import pytest

from kontera.cases.catalogue import LANGUAGES, CaseText, CatalogueError, Severity, Team, catalogue, words
from kontera.cases.catalogue.entries import ALWAYS_KNOWN, parse_area, placeholders

ENTRIES = pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.code)

MINIMAL = """
[A_CODE]
owner = "finance"
severity = "one"
facts = ["order"]
together = []
buttons = []
where.fortnox = "Register"
en = { title = "t", body = "b", action = "a", safe = "s" }
sv = { title = "t", body = "b", action = "a", safe = "s" }
"""


@ENTRIES
def test_every_text_names_only_facts_the_problem_carries(entry: CaseText) -> None:
    """M98: a placeholder without a fact would show "?" to a bookkeeper."""
    known = {*entry.facts, *ALWAYS_KNOWN}
    for wording in (entry.en, entry.sv):
        assert set() == wording.placeholders() - known
    for language in LANGUAGES:
        for path in entry.places(language).values():
            assert set() == placeholders(path) - known


@ENTRIES
def test_both_languages_tell_the_same_facts(entry: CaseText) -> None:
    """M98: Swedish and English are the same message, so they name the same facts."""
    assert entry.en.placeholders() == entry.sv.placeholders()


@ENTRIES
def test_every_entry_has_an_owner_a_place_and_whole_texts(entry: CaseText) -> None:
    """M95 M98: somebody owns it, it says where to mend it, and each part is written out."""
    assert entry.owner in Team
    assert entry.where
    for wording in (entry.en, entry.sv):
        assert not wording.title.endswith((".", "!"))
        for sentence in (wording.body, wording.action, wording.safe):
            assert sentence.endswith((".", "?"))
        assert len(wording.title) <= 110
    assert entry.en != entry.sv


@ENTRIES
def test_title_does_not_begin_with_a_code_and_does_not_say_error(entry: CaseText) -> None:
    """M98: a title says what is wrong, in words."""
    for title in (entry.en.title.lower(), entry.sv.title.lower()):
        assert "error" not in title.split()
        assert "fel" not in title.split()
        assert entry.code.lower() not in title


@ENTRIES
def test_orders_wait_together_by_facts_they_share(entry: CaseText) -> None:
    """M87: what makes up the cause is among the facts, and never the order itself."""
    assert set() == set(entry.together) - set(entry.facts)
    assert "order" not in entry.together
    assert (entry.together == ()) == (entry.severity is Severity.ONE)


@ENTRIES
def test_buttons_and_places_are_known(entry: CaseText) -> None:
    """A case never offers something without a label, or a place in a system without a name."""
    assert set() == set(entry.buttons) - words().buttons.keys()
    assert set() == entry.where.keys() - words().vendors.keys()


def test_codes_are_capitals_and_unique_across_the_files() -> None:
    """One code = one entry; it is a permanent name."""
    allowed = set(string.ascii_uppercase + "_")
    assert [] == [code for code in catalogue() if set(code) - allowed]
    assert list(catalogue()) == [entry.code for entry in catalogue().values()]


def test_every_small_word_is_there_in_both_languages() -> None:
    """Buttons, teams and coded facts follow the user's language like the texts do."""
    groups = [words().generic, words().teams, words().buttons, words().waiting, *words().facts.values()]
    for group in groups:
        for name, both in group.items():
            assert set(LANGUAGES) == both.keys(), name
    assert {team.value for team in Team} == words().teams.keys()


def test_a_minimal_entry_is_accepted() -> None:
    """What the refusals below vary."""
    assert "A_CODE" == parse_area("rules", MINIMAL)["A_CODE"].code


@pytest.mark.parametrize(
    ("change", "by", "said"),
    [
        ('owner = "finance"', 'owner = "nobody"', "A_CODE"),
        (', safe = "s"', "", "safe"),
        ("together = []", 'togethr = ["x"]', "togethr"),
        ('where.fortnox = "Register"', "", "where"),
        ("[A_CODE]", "[A_CODE", "rules.toml"),
    ],
)
def test_an_incomplete_entry_is_refused_by_name(change: str, by: str, said: str) -> None:
    """A fault in a file is found when it is read, and the text says where."""
    with pytest.raises(CatalogueError, match=said):
        parse_area("rules", MINIMAL.replace(change, by))
