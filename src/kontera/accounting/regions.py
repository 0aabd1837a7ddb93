"""How VAT law sees a sale: where it goes, who buys, and whether a VAT number can be right.

Decides the VAT region from country, buyer and the VAT the shop charged. VAT numbers are checked by format and check
digit without asking anyone; whether a number is registered today only the tax authorities know. Never decides a rate:
the shop charged one, and a rule must know it.

Sources: council directive 2006/112/EC art. 5-7 (territory), 33 (distance sales), 138 (supplies to companies in other
member states), 146 (export); regulation (EU) 904/2010 for the numbers.
"""

from __future__ import annotations

from enum import StrEnum

from stdnum.eu import vat as eu_vat

from kontera.accounting.documents import VatRegion

# fmt: off
EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))
# fmt: on
# Own country codes that belong to a member state's VAT territory: Monaco to France (directive art. 7).
_SEEN_AS = {"MC": "FR"}


class NumberCheck(StrEnum):
    """What can be said of a VAT number offline."""

    MISSING = "missing"
    VALID = "valid"  # another member state's, with right format and check digit
    INVALID = "invalid"
    HOME = "home"  # a right number of the seller's own country: no sale to another member state


def vat_country(country: str) -> str:
    """The country whose VAT territory `country` belongs to. Åland, the Canary Islands and the like have codes of
    their own (AX, IC) and are outside the EU's VAT territory."""
    return _SEEN_AS.get(country.upper(), country.upper())


def clean_vat_number(number: str, country: str) -> str:
    """The number without spaces, with the country's prefix (EL for Greece): "DE136695976"."""
    bare = "".join(sign for sign in number.upper() if sign.isalnum())
    if bare[:2].isalpha() and bare[:2].lower() in eu_vat.MEMBER_STATES | {"el"}:
        return f"EL{bare[2:]}" if bare[:2] == "GR" else bare
    prefix = "EL" if country == "GR" else country
    return f"{prefix}{bare}" if bare else ""


def check_vat_number(number: str, country: str, home: str) -> NumberCheck:
    """Whether the number can be the VAT number of a company in another member state than `home`."""
    clean = clean_vat_number(number, vat_country(country))
    if not clean:
        return NumberCheck.MISSING
    if not eu_vat.is_valid(clean):
        return NumberCheck.INVALID
    prefix = "EL" if home == "GR" else home
    return NumberCheck.HOME if clean.startswith(prefix) else NumberCheck.VALID


def region_of(country: str, home: str, vat_charged: bool, number: NumberCheck) -> VatRegion:
    """The region of a sale from `home` to `country` ("" when unknown: then only a rule that says so can know it).

    EU sales without VAT are reverse charge only with a valid number; with VAT they are taxed in the buyer's country
    (or, below the threshold, in the seller's), whoever buys.
    """
    seen = vat_country(country)
    if seen == vat_country(home):
        return VatRegion.DOMESTIC
    if seen in EU and vat_country(home) in EU:
        reverse = not vat_charged and number is NumberCheck.VALID
        return VatRegion.EU_REVERSE if reverse else VatRegion.EU_DISTANCE
    return VatRegion.EXPORT
