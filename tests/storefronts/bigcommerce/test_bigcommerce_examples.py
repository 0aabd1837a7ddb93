"""Every example order of the vendor's own reference: translated, or given a named problem."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bigcommerce_examples import PAGE, Row, as_page, example_rows

from kontera.cases.catalogue import catalogue


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    folder = os.environ.get("KONTERA_SPECS")
    if not folder:
        pytest.skip("KONTERA_SPECS names no folder with the vendor's reference (bigcommerce/*.yml)")
    return example_rows(Path(folder) / "bigcommerce")


def test_no_example_is_an_exception(rows: list[Row]) -> None:
    """M98, M100: each is booked to the öre, or held in cases of the catalogue, with a reason."""
    codes = {code for row in rows for code in row.outcome.split(", ")} - {"booked", "left out"}
    assert codes <= set(catalogue())
    assert all(row.why for row in rows)


def test_the_examples_are_found(rows: list[Row]) -> None:
    """M8: three answers of orders, and single lines with discounts, parts of bundles and custom products."""
    assert {"100", "218", "247", "65", "66", "116", "35", "238", "240"} <= {row.number for row in rows}


def test_the_page_says_what_is_true(rows: list[Row]) -> None:
    """M98: docs/reference/bigcommerce-examples.md is made from this table."""
    assert PAGE.read_text() == as_page(rows)
