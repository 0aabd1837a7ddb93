"""Which tax rates an address meets: zones by customer group and country, rates by tax class.

Decides the zone and the rates; the arithmetic is `amounts.py`. The narrowest zone wins: one for the customer's group
and the country, then one for the country, then one for everywhere else.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.sandboxes.bigcommerce.amounts import ONE, Rate, factor, rounded
from kontera.sandboxes.bigcommerce.state import Json, Store

SHIPPING_CLASS = 2
WRAPPING_CLASS = 3
_FIXED_FALLBACK = Decimal(10)  # the vendor's FIXED strategy charges ten percent where no zone fits


def zone_of(store: Store, country: str, group: int = 0) -> Json | None:
    """The enabled zone for a country and customer group; None when no zone fits."""
    best: tuple[int, Json] | None = None
    for zone in store.tax_zones:
        target = zone["shopper_target_settings"]
        groups = target["customer_groups"]
        countries = {place["country_code"] for place in target["locations"]}
        if not zone["enabled"] or (groups and group not in groups) or (countries and country not in countries):
            continue
        rank = (2 if groups else 0) + (1 if countries else 0)
        if best is None or rank > best[0]:
            best = (rank, zone)
    return best[1] if best else None


def rates_for(store: Store, class_id: int, country: str, group: int = 0) -> tuple[Rate, ...]:
    """The rates a tax class meets in a country, for a customer group."""
    zone = zone_of(store, country, group)
    name = next((entry["name"] for entry in store.tax_classes if entry["id"] == str(class_id)), "")
    if zone is None:
        if store.switches.fallback_strategy == "FIXED":
            return (Rate(0, "Tax", class_id, name, _FIXED_FALLBACK),)
        return ()
    found = []
    for rate in store.tax_rates:
        if rate["tax_zone_id"] != zone["id"] or not rate["enabled"]:
            continue
        by_class = {entry["tax_class_id"]: entry["rate"] for entry in rate["class_rates"]}
        if class_id in by_class:
            found.append(Rate(rate["id"], rate["name"], class_id, name, Decimal(by_class[class_id]), rate["priority"]))
    return tuple(sorted(found, key=lambda rate: (rate.priority, rate.id)))


def entered_in(store: Store, price: Decimal, class_id: int, rates: tuple[Rate, ...], decimals: int) -> Decimal:
    """A catalogue price as it is entered where `rates` apply.

    A shop with prices including tax that subtracts the store's own tax keeps the price without tax equal everywhere.
    """
    if not store.switches.prices_include_tax or not store.switches.subtract_store_tax:
        return price
    home = factor(rates_for(store, class_id, str(store.info["country_code"])))
    there = factor(rates)
    if home == there:
        return price
    return rounded(price / (home or ONE) * there, decimals)
