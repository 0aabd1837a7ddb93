"""The reference pages of the codes are those the catalogue makes. M95 M98."""

from __future__ import annotations

from pathlib import Path

from kontera.cases.catalogue import Team, catalogue, words
from kontera.cases.pages import index, page, pages, write

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cases"


def test_the_pages_in_the_docs_are_up_to_date() -> None:
    """M98: one code = one page, the same words as in the console. Out of date: run `make pages`."""
    there = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    wanted = pages()
    assert wanted.keys() == there.keys()
    assert [] == [name for name in wanted if wanted[name] != there[name]]


def test_a_page_has_both_languages_owner_place_and_facts() -> None:
    """M95 M98: everything a person needs is on the page."""
    text = page(catalogue()["ACCOUNT_INACTIVE"])
    for part in (
        "# ACCOUNT_INACTIVE",
        "Owner: **Finance** (Ekonomi)",
        "**Konto `{account}` är inaktivt i bokföringsprogrammet**",
        "**Account `{account}` is inactive in the ledger**",
        "- Fortnox: Register > Kontoplan",
        "Orders wait together when these are equal: `account`.",
        "Facts it carries: `order`, `account`, `rule`.",
    ):
        assert part in text


def test_the_index_groups_every_code_under_its_team() -> None:
    """M95: each team finds its own."""
    sections = {part.partition("\n")[0].split(" (")[0]: part for part in index().split("\n## ")[1:]}
    for code, entry in catalogue().items():
        assert f"[{code}]({code}.md)" in sections[words().teams[Team(entry.owner)]["en"]]


def test_writing_removes_pages_of_codes_that_are_gone(tmp_path: Path) -> None:
    """A page about nothing would mislead."""
    (tmp_path / "OLD_CODE.md").write_text("old", encoding="utf-8")
    write(tmp_path)
    assert pages().keys() == {path.name for path in tmp_path.iterdir()}
