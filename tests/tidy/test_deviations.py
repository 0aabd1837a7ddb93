"""The page of deviations is made from the lists that the tests read."""

from __future__ import annotations

from tests.deviations import PAGE, page


def test_the_page_is_up_to_date() -> None:
    """Out of date: run `make pages`."""
    assert page() == PAGE.read_text(encoding="utf-8")
