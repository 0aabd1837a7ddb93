"""VAT regions and VAT numbers: who buys, where it goes, and what the law calls it."""

from __future__ import annotations

import pytest

from kontera.accounting.documents import VatRegion
from kontera.accounting.regions import EU, NumberCheck, check_vat_number, clean_vat_number, region_of


@pytest.mark.parametrize(
    ("country", "charged", "number", "expected"),
    [
        ("SE", True, NumberCheck.MISSING, VatRegion.DOMESTIC),
        ("SE", False, NumberCheck.VALID, VatRegion.DOMESTIC),
        ("DE", True, NumberCheck.MISSING, VatRegion.EU_DISTANCE),
        ("DE", False, NumberCheck.MISSING, VatRegion.EU_DISTANCE),
        ("DE", False, NumberCheck.VALID, VatRegion.EU_REVERSE),
        ("DE", True, NumberCheck.VALID, VatRegion.EU_DISTANCE),
        ("DE", False, NumberCheck.HOME, VatRegion.EU_DISTANCE),
        ("DE", False, NumberCheck.INVALID, VatRegion.EU_DISTANCE),
        ("MC", True, NumberCheck.MISSING, VatRegion.EU_DISTANCE),
        ("NO", False, NumberCheck.MISSING, VatRegion.EXPORT),
        ("GB", False, NumberCheck.VALID, VatRegion.EXPORT),
        ("AX", False, NumberCheck.MISSING, VatRegion.EXPORT),
        ("US", True, NumberCheck.MISSING, VatRegion.EXPORT),
    ],
)
def test_region_of_a_sale_from_sweden(country: str, charged: bool, number: NumberCheck, expected: VatRegion) -> None:
    """M47: domestic, EU distance sale, EU reverse charge only with a checked number, export."""
    assert expected == region_of(country, "SE", charged, number)


def test_a_seller_outside_the_eu_has_no_distance_sales() -> None:
    """M47: from Norway everything abroad is export."""
    assert region_of("SE", "NO", False, NumberCheck.VALID) == VatRegion.EXPORT
    assert region_of("NO", "NO", True, NumberCheck.MISSING) == VatRegion.DOMESTIC


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("DE136695976", "DE", NumberCheck.VALID),
        ("de 136 695 976", "DE", NumberCheck.VALID),
        ("136695976", "DE", NumberCheck.VALID),
        ("DE136695975", "DE", NumberCheck.INVALID),
        ("EL094259216", "GR", NumberCheck.VALID),
        ("GR094259216", "GR", NumberCheck.VALID),
        ("094259216", "GR", NumberCheck.VALID),
        ("NL004495445B01", "BE", NumberCheck.VALID),
        ("SE556188840401", "DE", NumberCheck.HOME),
        ("see attached", "DE", NumberCheck.INVALID),
        ("", "DE", NumberCheck.MISSING),
        (" - ", "DE", NumberCheck.MISSING),
    ],
)
def test_vat_numbers_are_checked_by_format_and_check_digit(number: str, country: str, expected: NumberCheck) -> None:
    """M47: offline; one wrong digit is seen."""
    assert expected == check_vat_number(number, country, "SE")


def test_greek_numbers_carry_el() -> None:
    """One number, one spelling: it is a customer key."""
    assert clean_vat_number("GR 094259216", "GR") == clean_vat_number("094259216", "GR") == "EL094259216"


def test_the_eu_has_27_members() -> None:
    """Greece is GR in addresses; the United Kingdom left."""
    assert len(EU) == 27
    assert {"GR", "HR", "SE"} <= EU
    assert not {"GB", "EL", "NO", "CH"} & EU
