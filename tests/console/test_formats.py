"""How figures and times are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kontera.console import formats
from kontera.console.spreadsheet import line

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
GAP = "\xa0"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1234.5", "SEK", f"1{GAP}234,50{GAP}kr"),
        ("0", "SEK", f"0,00{GAP}kr"),
        ("1234.5", "NOK", f"1{GAP}234,50{GAP}NOK"),
        ("1234.00", "JPY", f"1{GAP}234{GAP}JPY"),
        ("1.2345", "KWD", f"1,235{GAP}KWD"),
        ("0.005", "SEK", f"0,01{GAP}kr"),
    ],
)
def test_money_is_written_as_in_sweden(amount: str, currency: str, written: str) -> None:
    """M80: in the currency's own decimals, the same in both languages; half an öre is rounded as the books round."""
    assert written == formats.money(Decimal(amount), currency, "sv")
    assert written == formats.money(Decimal(amount), currency, "en")


def test_negative_money_has_its_sign_and_nothing_has_a_dash() -> None:
    """An amount that is missing is not zero."""
    assert formats.money(Decimal("-1.5"), "SEK", "sv")[0] in "-−"
    assert "–" == formats.money(None, "SEK", "sv")
    assert "–" == formats.money(Decimal(1), "", "sv")


def test_times_are_local_and_iso() -> None:
    """A quarter past midnight in Stockholm is another day than in Greenwich."""
    late = datetime(2026, 3, 31, 22, 15, tzinfo=UTC)
    assert "2026-04-01 00:15" == formats.instant(late, "Europe/Stockholm")
    assert "2026-04-01" == formats.day(late, "Europe/Stockholm")


def test_relative_times_speak_the_readers_language() -> None:
    """Both directions, both languages."""
    assert "för 5 timmar sedan" == formats.ago(NOW - timedelta(hours=5), NOW, "sv")
    assert "5 hours ago" == formats.ago(NOW - timedelta(hours=5), NOW, "en")
    assert "om 3 minuter" == formats.ago(NOW + timedelta(minutes=3), NOW, "sv")


def test_spans_below_a_minute_have_tenths() -> None:
    """M11: latency is read at a glance."""
    assert "1,3 s" == formats.lasting(timedelta(milliseconds=1340), "sv")
    assert f"5{GAP}min" == formats.lasting(timedelta(minutes=5), "sv").replace(" ", GAP)


@pytest.mark.parametrize(
    ("amount", "written"),
    [("1234.500000", "1234,50"), ("0.000000", "0,00"), ("-7", "-7,00"), ("1.2345", "1,2345"), ("1000", "1000,00")],
)
def test_spreadsheet_amounts_have_a_comma_and_no_grouping(amount: str, written: str) -> None:
    """A spreadsheet must read them as numbers."""
    assert written == formats.plain(Decimal(amount))


@pytest.mark.parametrize("text", ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_text_cannot_become_a_formula(text: str) -> None:
    """A customer may call an order anything; a spreadsheet must not run it."""
    assert line([text]).lstrip('"').startswith("'")


def test_cells_with_separators_are_quoted_and_numbers_are_bare() -> None:
    """A negative number is a number, not a formula."""
    assert '"a;""b""";-3,50;\r\n' == line(['a;"b"', Decimal("-3.5"), None])


@pytest.mark.parametrize(
    ("language", "words"),
    [("sv", "order line-7 presentkort (rad 2)"), ("en", "order line-7 gift card (line 2)")],
)
def test_a_basis_is_said_in_words_and_numbers_stay(language: str, words: str) -> None:
    """N4: "order line-7 gift_card (line 2)" reads well, and an order number that looks like a word is left alone."""
    from kontera.console.templatetags.console import in_words

    assert words == in_words({"language": language}, "basis", "order line-7 gift_card (line 2)")
