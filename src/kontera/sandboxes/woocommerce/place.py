"""A realistic mix of orders, placed on request: what `kontera sandbox place-orders` does for this shop.

Decides what is bought, by whom and how it is paid, from a seed. About half the orders are made over the vendor's API,
the others go through the checkout. The same seed on a fresh shop gives the same orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontera.clock import Clock, SystemClock
from kontera.sandboxes.kit.shopping import PatientApi, PlacedOrder, buy
from kontera.sandboxes.woocommerce.seed import ARTICLES, GERMAN_VAT, PEOPLE, SWEDISH_VAT, address
from kontera.sandboxes.woocommerce.shopper import Bought, Shopper

BAD_KINDS = (
    "unknown_tax_rate",
    "unknown_currency",
    "unknown_status",
    "inconsistent_totals",
    "deleted_product",
    "negative_total",
    "line_without_product",
    "long_postcode",
    "emoji_names",
    "refused_article_number",
    "many_lines",
)
_SPOILED = frozenset(BAD_KINDS[:4]) | {"deleted_product", "negative_total", "line_without_product"}
_MANY = 501
_SKUS = (*(article[1] for article in ARTICLES if not article[6]), "TEE-S", "TEE-M", "TEE-L")
_AT_HOME_ONLY = frozenset({"FRIM-1"})  # stamps, without VAT in the shop's own country
_SWEDES = tuple(person for person in PEOPLE if person[3] == "SE")


def place_orders(
    base_url: str,
    credentials: Mapping[str, str],
    count: int,
    seed: int,
    *,
    bad: Sequence[str] = (),
    clock: Clock | None = None,
) -> list[PlacedOrder]:
    """Place `count` orders. With `bad`, about three in a hundred (each kind at least once, if there is room) are
    spoiled in one of the named ways. Raises ValueError for an unknown kind, RuntimeError when the shop refuses."""
    with Shopper(base_url) as shopper, _api(base_url, credentials, clock or SystemClock()) as api:
        return buy(count, seed, bad, BAD_KINDS, lambda rng: _Buyer(shopper, api, rng))


def _api(base_url: str, credentials: Mapping[str, str], clock: Clock) -> PatientApi:
    """As behind an https proxy."""
    keys = (credentials["consumer_key"], credentials["consumer_secret"])
    return PatientApi(f"{base_url}/wp-json/wc/v3", clock, headers={"X-Forwarded-Proto": "https"}, auth=keys)


class _Buyer:
    """Buys one order after the other."""

    def __init__(self, shopper: Shopper, api: PatientApi, rng: random.Random) -> None:
        self.shopper, self.api, self.rng = shopper, api, rng

    def good(self) -> PlacedOrder:
        """An honest order."""
        return self._over_api() if self.rng.random() < 0.4 else self._through_checkout()

    def bad(self, kind: str, index: int) -> PlacedOrder:
        """An order with one kind of trouble."""
        special: dict[str, Callable[[int], Any]] = {
            "long_postcode": self._long_postcode,
            "emoji_names": self._emoji,
            "refused_article_number": self._refused_number,
            "deleted_product": self._short_lived,
            "many_lines": self._many_lines,
        }
        order = special[kind](index) if kind in special else self._post(self._home(), [{"sku": "MUG-1", "quantity": 1}])
        number, total, currency = int(order["id"]), Decimal(order["total"]), str(order["currency"])
        if kind in _SPOILED:
            spoiled = self.shopper.spoil(number, kind)
            total, currency = spoiled.total, spoiled.currency
        return PlacedOrder(number, total, currency, kind)

    # Honest orders

    def _home(self) -> dict[str, str]:
        return address(self.rng.choice(_SWEDES))

    def _lines(self, country: str = "SE") -> list[dict[str, Any]]:
        sold = [sku for sku in _SKUS if country == "SE" or sku not in _AT_HOME_ONLY]
        skus = self.rng.sample(sold, self.rng.randint(1, 4))
        return [{"sku": sku, "quantity": self.rng.choice((1, 1, 1, 2, 3))} for sku in skus]

    def _post(self, billing: dict[str, str], lines: list[dict[str, Any]], **more: Any) -> Any:
        body = {
            "billing": billing,
            "shipping": {name: value for name, value in billing.items() if name != "email"},
            "line_items": lines,
            "shipping_lines": [{"method_id": "flat_rate", "method_title": "PostNord", "total": "47.20"}],
            "payment_method": "stripe",
            "payment_method_title": "Kort",
            "set_paid": True,
            **more,
        }
        return self.api.call("POST", "/orders", body)

    def _over_api(self) -> PlacedOrder:
        more: dict[str, Any] = {}
        if self.rng.random() < 0.2:
            more["coupon_lines"] = [{"code": self.rng.choice(("tio", "femtio", "styck5", "udda"))}]
        if self.rng.random() < 0.15:
            more["fee_lines"] = [{"name": "Fakturaavgift", "total": "23.20", "tax_status": "taxable"}]
        if self.rng.random() < 0.1:
            more["fee_lines"] = [{"name": "Rabatt", "total": "-40.00", "tax_status": "taxable"}]
        order = self._post(self._home(), self._lines(), **more)
        return PlacedOrder(int(order["id"]), Decimal(order["total"]), str(order["currency"]))

    def _through_checkout(self) -> PlacedOrder:
        number = self.rng.randrange(len(PEOPLE))
        person = PEOPLE[number]
        cart: dict[str, Any] = {"billing": address(person)}
        if self.rng.random() < 0.4:
            cart["customer_id"] = number + 2
        cart["payment"] = self.rng.choice(("stripe", "klarna", "kco", "swish", "paypal", "woopayments", "bacs", "cod"))
        if person[2]:
            cart["vat_number"] = SWEDISH_VAT if person[3] == "SE" else GERMAN_VAT
        if self.rng.random() < 0.25:
            cart["coupons"] = [self.rng.choice(("tio", "femtio", "styck5", "udda"))]
        if person[3] == "SE" and self.rng.random() < 0.2:
            cart["shipping_method"] = self.rng.choice(("free_shipping", "local_pickup"))
        return _placed(self.shopper.checkout(*self._lines(person[3]), **cart))

    # Orders that are real, but hard

    def _long_postcode(self, index: int) -> Any:
        return self._post(self._home() | {"postcode": "SE-411 24 GÖTEBORG V"}, self._lines())

    def _emoji(self, index: int) -> Any:
        return self._post(self._home() | {"first_name": "Åsa ☕🎉", "company": "Kaffe & <b>Co</b>"}, self._lines())

    def _refused_number(self, index: int) -> Any:
        sku = f"Kaffe/mörk rost «{index}» " + "x" * 60
        made = self.api.call("POST", "/products", {"name": "Provpåse", "sku": sku, "regular_price": "25.00"})
        return self._post(self._home(), [{"product_id": made["id"], "quantity": 1}])

    def _short_lived(self, index: int) -> Any:
        """A product that is deleted before anybody looks at the order."""
        made = self.api.call("POST", "/products", {"name": "Utgår", "sku": f"UTGAR-{index}", "regular_price": "25.00"})
        return self._post(self._home(), [{"product_id": made["id"], "quantity": 1}])

    def _many_lines(self, index: int) -> Any:
        return self._post(self._home(), [{"sku": _SKUS[place % len(_SKUS)], "quantity": 1} for place in range(_MANY)])


def _placed(bought: Bought) -> PlacedOrder:
    return PlacedOrder(bought.id, bought.total, bought.currency)
