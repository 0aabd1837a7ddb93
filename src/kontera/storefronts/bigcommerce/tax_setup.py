"""Every VAT combination the store can charge, from its own zones, rates and classes: for the coverage list (N11).

Decides nothing about how a combination is booked. Reads only; a disabled zone or rate cannot be met by an order.
"""

from __future__ import annotations

import msgspec

from kontera.storefronts.bigcommerce.client import Client
from kontera.storefronts.fields import Node, parse
from kontera.storefronts.protocol import TaxCombination

DEFAULT_CLASS = "Default Tax Class"  # class 0 exists in every store and is not in the list of classes


class TaxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What of the store's tax settings the books depend on."""

    prices_entered_with_vat: bool
    fallback: str
    same_price_everywhere: bool


def tax_settings(client: Client) -> TaxSettings | None:
    """The store's tax settings; None when the store has none to show."""
    body = client.one("/v3/tax/settings")
    if not body:
        return None
    node = Node(parse(body), "$.data")
    return TaxSettings(
        prices_entered_with_vat=node.flag("tax_entered_with_prices"),
        fallback=node.text("fallback_strategy").upper(),
        same_price_everywhere=not node.flag("should_subtract_store_tax"),
    )


def tax_classes(client: Client) -> frozenset[str]:
    """Ids and lower-case names of the store's VAT classes, class 0 (which is in no list) included."""
    nodes = _nodes(client.every("/v2/tax_classes") or [])
    known = {node.text("id") for node in nodes} | {node.text("name").casefold() for node in nodes}
    return frozenset(known | {"0", DEFAULT_CLASS.casefold()})


def tax_combinations(client: Client) -> list[TaxCombination]:
    """Every enabled zone x rate x class, in the store's order, each once."""
    names = {"0": DEFAULT_CLASS} | {
        node.text("id"): node.text("name") for node in _nodes(client.every("/v2/tax_classes") or [])
    }
    rates: dict[str, list[Node]] = {}
    for rate in _nodes(client.every("/v3/tax/rates") or []):
        if rate.raw("enabled") is not False:
            rates.setdefault(rate.text("tax_zone_id"), []).append(rate)
    found: dict[TaxCombination, None] = {}
    for zone in _nodes(client.every("/v3/tax/zones") or []):
        if zone.raw("enabled") is False:
            continue
        target = zone.node("shopper_target_settings")
        countries = [place.text("country_code").upper() for place in target.nodes("locations")] if target else []
        groups = tuple(str(group) for group in (target.raw("customer_groups") or []) if group) if target else ()
        for rate in rates.get(zone.text("id"), []):
            for class_rate in rate.nodes("class_rates"):
                identity = class_rate.text("tax_class_id")
                for country in countries or [""]:
                    combination = TaxCombination(
                        country=country,
                        rate=class_rate.number("rate").normalize() + 0,
                        tax_class=names.get(identity, identity),
                        zone=zone.text("name"),
                        groups=groups,
                    )
                    found.setdefault(combination)
    return list(found)


def _nodes(raws: list[bytes]) -> list[Node]:
    return [Node(parse(raw), f"$[{index}]") for index, raw in enumerate(raws)]
