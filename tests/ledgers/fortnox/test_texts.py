"""Texts, postcodes and countries in what Fortnox accepts."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontera.ledgers.fortnox import texts

# Fortnox's own list (developer portal: formats and encoding), written down independently of the code
ALLOWED = re.compile(r"[^\W_]|[\u0030-\u0039 \u00a0\r\n–:.`´',;^¤#%§£$€¢¥©™°&/()=+\-*_!?²³®½@\\]")


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Sencha 100 g", "Sencha 100 g"),
        ("Te 🍵🍵 <gott>", "Te * (gott)"),
        ("3 × “Earl Grey” | 100 g", "3 x 'Earl Grey' / 100 g"),
        ("rad\nett\ttvå", "rad ett två"),
        ("Å\u030a", "Å"),
        ("👨\u200d👩\u200d👧", "*"),
        ("Ærø – café & Łódź", "Ærø – café & Łódź"),
        ("日本茶", "日本茶"),
    ],
)
def test_clean(given_text: str, expected: str) -> None:
    """M8: a product's title never stops its order."""
    assert texts.clean(given_text, 255) == expected


@given(st.text(max_size=400), st.booleans())
def test_everything_cleaned_is_allowed(text: str, lines: bool) -> None:
    """M8: whatever a shop writes, what is sent is in the allowed characters and length."""
    result = texts.clean(text, 255, lines)
    assert len(result) <= 255
    bad = [s for s in result if not (unicodedata.category(s)[0] == "L" or ALLOWED.fullmatch(s))]
    assert bad == []


@given(st.text(max_size=60))
def test_cleaning_again_changes_nothing(text: str) -> None:
    """M1: so a text that is compared later is compared with itself."""
    once = texts.clean(text, 40)
    assert texts.clean(once, 40) == once


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("411 01", "411 01"),
        ("SW1A 1AA", "SW1A 1AA"),
        ("12345-6789", "12345-6789"),
        ("12345 - 6789 ", "12345-6789"),
        ("01310-100-12", "01310-100"),
        ("ABCDEFGHIJKLM", "ABCDEFGHIJ"),
        ("", ""),
    ],
)
def test_postcodes_fit_the_card(given_text: str, expected: str) -> None:
    """M20: a long foreign postcode never refuses a customer."""
    assert texts.postcode(given_text) == expected


@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        ("T-100", True),
        ("A_b+c/d\\$,", True),
        ("Å1", False),
        ("T 100", False),
        ("T.100", False),
        ("#1", False),
        ("", False),
        ("x" * 51, False),
    ],
)
def test_article_numbers(number: str, accepted: bool) -> None:
    """M36: what Fortnox takes as an article number."""
    assert texts.article_accepted(number) is accepted


@pytest.mark.parametrize(("code", "name"), [("SE", "Sverige"), ("NO", "Norway"), ("GB", "United Kingdom"), ("XX", "")])
def test_countries_by_name(code: str, name: str) -> None:
    """M20: documents carry the country's name, cards its code."""
    assert texts.country_name(code) == name


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("eva@example.com", True),
        ("eva@localhost", False),
        ("eva", False),
        ("e va@example.com", False),
        ("a~b@example.com", False),
    ],
)
def test_emails(address: str, accepted: bool) -> None:
    """M20: an address Fortnox would refuse is left out, not sent."""
    assert texts.email_accepted(address) is accepted
