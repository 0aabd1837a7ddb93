"""Every VAT combination the shop can charge, from its own rates: for the coverage list (N11).

Decides nothing about how a combination is booked. Reads only.
"""

from __future__ import annotations

from kontera.storefronts.fields import Node, parse
from kontera.storefronts.protocol import TaxCombination
from kontera.storefronts.woocommerce.client import Client


def tax_combinations(client: Client) -> list[TaxCombination]:
    """Every rate with its country and class, in the shop's order, each once."""
    nodes = [Node(parse(raw), f"$[{place}]") for place, raw in enumerate(client.every("/taxes"))]
    found = {
        TaxCombination(
            country=node.text("country").upper(),
            rate=node.number("rate").normalize() + 0,
            tax_class=node.text("class") or "standard",
            zone=node.text("name"),
        ): None
        for node in nodes
    }
    return list(found)
