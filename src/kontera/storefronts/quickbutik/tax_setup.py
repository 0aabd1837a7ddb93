"""Every VAT combination the shop can charge: for the coverage list (N11).

Decides nothing about how a combination is booked. Reads only. Rates of other countries are told by no API: those the
merchant stated are listed.
"""

from __future__ import annotations

from collections.abc import Iterable

from kontera.storefronts.fields import Node
from kontera.storefronts.protocol import TaxCombination
from kontera.storefronts.quickbutik.settings import QuickbutikSettings


def tax_combinations(products: Iterable[Node], settings: QuickbutikSettings) -> list[TaxCombination]:
    """The rates of the products and the usual one at home, and the one rate of each stated country."""
    rates = {node.number("tax_rate").normalize() + 0: None for node in products if node.has("tax_rate")}
    rates.setdefault(settings.standard_vat)
    home = [TaxCombination(country=settings.country, rate=rate, tax_class="", zone=settings.country) for rate in rates]
    there = [
        TaxCombination(country=country, rate=rate, tax_class="", zone=country)
        for country, rate in settings.country_vat.items()
    ]
    return home + there
