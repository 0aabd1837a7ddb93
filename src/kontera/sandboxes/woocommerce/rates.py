"""Which tax rates an address meets, and which class shipping takes.

Decides the place tax is worked out for and the rates of a class there: one per priority, the most specific wins. It
never calculates an amount. Source: WooCommerce's documented matching (country, state, postcode, city, priority).
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from kontera.sandboxes.woocommerce.arithmetic import Charge
from kontera.sandboxes.woocommerce.state import Order, Rate, Shop

Place = tuple[str, str, str, str]  # country, state, postcode, city
_PICK_UP = frozenset({"local_pickup", "pickup_location", "legacy_local_pickup"})


def base_place(shop: Shop) -> Place:
    """Where the shop is."""
    return (shop.country, shop.state, shop.postcode, shop.city)


def place_of(shop: Shop, order: Order) -> Place:
    """Where an order is taxed: by its shipping or billing address; the shop's own without one or if fetched."""
    based_on = shop.switches.tax_based_on
    if any(part.method_id in _PICK_UP for part in order.shipping_lines):
        return base_place(shop)
    if based_on == "shipping" and not order.shipping.get("country"):
        based_on = "billing"
    address = {"shipping": order.shipping, "billing": order.billing}.get(based_on, {})
    if not address.get("country"):
        return base_place(shop)
    return (address["country"], address.get("state", ""), address.get("postcode", ""), address.get("city", ""))


def charges_at(shop: Shop, place: Place, tax_class: str) -> list[Charge]:
    """The rates of a class at a place, one per priority, in order of priority."""
    return [rate.charge for rate in rates_at(shop, place, tax_class)]


def shipping_charges_at(shop: Shop, place: Place, tax_class: str) -> list[Charge]:
    """The same for shipping: only rates that tax it."""
    return [rate.charge for rate in rates_at(shop, place, tax_class) if rate.shipping]


def rates_at(shop: Shop, place: Place, tax_class: str) -> list[Rate]:
    """See `charges_at`."""
    if not shop.switches.calc_taxes:
        return []
    found: dict[int, Rate] = {}
    candidates = [one for one in shop.rates.values() if one.tax_class == tax_class and _meets(one, place)]
    for rate in sorted(candidates, key=_specific_first):
        found.setdefault(rate.priority, rate)
    return list(found.values())


def _meets(rate: Rate, place: Place) -> bool:
    country, state, postcode, city = place
    return (
        rate.country in {"", country}
        and rate.state in {"", state}
        and (not rate.postcodes or any(_postcode(one, postcode) for one in rate.postcodes))
        and (not rate.cities or city.upper() in rate.cities)
    )


def _postcode(pattern: str, postcode: str) -> bool:
    plain = postcode.upper().replace(" ", "")
    pattern = pattern.upper().replace(" ", "")
    first, dots, last = pattern.partition("...")
    if dots:
        return plain.isdigit() and first.isdigit() and last.isdigit() and int(first) <= int(plain) <= int(last)
    return fnmatchcase(plain, pattern)


def _specific_first(rate: Rate) -> tuple[int, bool, bool, int, int, int, int]:
    return (
        rate.priority,
        not rate.country,
        not rate.state,
        -len(rate.postcodes),
        -len(rate.cities),
        rate.order,
        rate.id,
    )


def shipping_class(shop: Shop, classes: list[str]) -> str | None:
    """The class shipping is taxed in; `classes` are those of the order's lines. None: no line has one."""
    if shop.switches.shipping_tax_class != "inherit":
        return shop.switches.shipping_tax_class
    return next((slug for slug in ("", *shop.classes) if slug in classes), None)
