"""References and texts as Business Central keeps them: nothing is confused, nothing is refused for its looks."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontera.ledgers.business_central import names, texts

REFERENCES = st.text(string.ascii_letters + string.digits + "-_.:^~", min_size=1, max_size=40)


@given(REFERENCES, REFERENCES)
def test_two_references_are_never_written_alike(one: str, other: str) -> None:
    """M100: also when they differ only in case, since code fields keep capitals only."""
    assert (one == other) == (names.code_of(one) == names.code_of(other))
    assert names.code_of(one) == names.code_of(one).upper()
    assert (one == other) == (names.number_of(one) == names.number_of(other))
    assert len(names.number_of(one)) <= names.DOCUMENT_NUMBER


@pytest.mark.parametrize(
    ("reference", "code"), [("nt-1001", "NT-1001"), ("NT-1", "^N^T-1"), ("a^b", "A^^B"), ("nt-1001-p1", "NT-1001-P1")]
)
def test_a_reference_stays_readable(reference: str, code: str) -> None:
    """M100."""
    assert code == names.code_of(reference)


@pytest.mark.parametrize("reference", ["", "nt 1", "nt-ä", "n" * 36, "N" * 18])
def test_a_reference_that_would_not_survive_is_known_before(reference: str) -> None:
    """M100: spaces are trimmed, other alphabets have surprising capitals, and long ones are cut."""
    assert not names.accepted(reference)
    assert names.accepted("n" * 35)


def test_journal_codes_hold_no_digits() -> None:
    """A digit in a journal's code may be counted up when it is posted."""
    assert names.journal_of("1580") == "KBFIA"
    for code in (names.journal_of("1581"), names.journal_of("AB-1234567890"), names.own_journal("nt-1001-p1")):
        assert len(code) <= 10
        assert code.isalpha()
        assert code.isupper()
    assert len({names.journal_of(n) for n in ("1580", "1581", "BFIA")}) == 3


def test_a_payments_line_number_is_its_own() -> None:
    """M100: inserting the same payment twice meets the first one."""
    numbers = {names.line_number(f"nt-{n}-p1") for n in range(500)}
    assert len(numbers) == 500
    assert all(0 < number <= 2_000_000_000 for number in numbers)


def test_texts_are_cut_by_what_the_database_counts() -> None:
    """M8: emoji count twice; control signs and line breaks go."""
    assert texts.clean("Zoë\n<Ek>\t🎉\x00", 100) == "Zoë <Ek> 🎉"
    assert texts.clean("🎉" * 60, 100) == "🎉" * 50
    assert texts.label("\x07", 100, "-") == "-"
    assert texts.phone("070-123 45 67") == "070-123 45 67"
    assert texts.phone("ring mamma") == ""
