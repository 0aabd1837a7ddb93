"""One word per thing, nothing left for later, nothing from anybody's machine. M104."""

from __future__ import annotations

import pytest

from tests.tidy import words
from tests.tidy.source import report, snippet, source_modules, texts

OWN_EXAMPLES = ("tests/tidy/words.py", "tests/tidy/test_words.py")


def test_names_use_the_glossary() -> None:
    """A name that means everything explains nothing."""
    findings = [finding for module in source_modules() for finding in words.name_findings(module)]
    assert not findings, report(findings)


def test_texts_use_the_glossary() -> None:
    """M98: docs, cases and screens say what moves and where."""
    findings = [finding for path, text in texts().items() for finding in words.text_findings(path, text)]
    assert not findings, report(findings)


def test_nothing_is_left_for_later() -> None:
    """What is not done is not in the tree."""
    findings = words.leftover_findings({path: text for path, text in texts().items() if path not in OWN_EXAMPLES})
    assert not findings, report(findings)


def test_nothing_depends_on_one_machine() -> None:
    """A fresh clone on another machine must work the same."""
    findings = words.machine_findings({path: text for path, text in texts().items() if path not in OWN_EXAMPLES})
    assert not findings, report(findings)


@pytest.mark.parametrize(
    "text",
    [
        "def sync_orders(): ...",
        "class OrderSync: ...",
        "entity = 1",
        "def f(job): ...",
        "for item in lines: ...",
        "transaction: int = 1",
        "class JobEntity: ...",
    ],
)
def test_a_banned_name_is_found(text: str) -> None:
    """In functions, classes, arguments, loops and fields."""
    assert words.name_findings(snippet(text))


@pytest.mark.parametrize("text", ["import asyncio", "for key, value in d.items(): ...", "transaction_date = 1"])
def test_a_good_name_is_not_reported(text: str) -> None:
    """Others' names, and names with a second word."""
    assert [] == words.name_findings(snippet(text))


def test_a_vendors_own_words_are_allowed_where_they_are_spelled_out() -> None:
    """A wire struct has the vendor's field names."""
    assert [] == words.name_findings(snippet("transactions: list", "kontera.storefronts.bigcommerce.wire"))


@pytest.mark.parametrize(
    "text", ["The sync failed", "Syncing orders", "Entities", "en synkning", "the job ran", "voucher code"]
)
def test_a_banned_word_in_a_text_is_found(text: str) -> None:
    """English and Swedish, any form."""
    assert len(words.text_findings("docs/start.md", text)) == 1
    assert [] == words.text_findings("src/kontera/money.py", text)


def test_quoted_code_is_not_said() -> None:
    """A vendor's field may be quoted."""
    assert [] == words.text_findings("docs/start.md", "The field `sync_status` is BigCommerce's; asynchronous is fine.")


def test_leftovers_are_found() -> None:
    """Each of the usual marks."""
    for mark in ("TODO", "FIXME", "XXX", "HACK"):
        assert len(words.leftover_findings({"a.py": f"x = 1  # {mark}: later"})) == 1


@pytest.mark.parametrize(
    "text",
    ["open('/root/x')", "see /home/ada/notes", "https://pypi.org/simple", "--index-url x", "https://unpkg.com/htmx"],
)
def test_traces_of_a_machine_are_found(text: str) -> None:
    """Paths and registries."""
    assert words.machine_findings({"a.md": text})


def test_ordinary_addresses_are_not_reported() -> None:
    """A vendor's API path may contain such a word."""
    assert [] == words.machine_findings({"a.md": "GET /3/invoices, docs/work/, https://api.bigcommerce.com/stores"})
