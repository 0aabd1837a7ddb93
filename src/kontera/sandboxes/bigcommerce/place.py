"""A realistic mix of orders, placed on request: what `kontera sandbox place-orders` does for this shop.

Decides what is bought, by whom and how it is paid, from a seed. Orders that the vendor's API can make are made with
POST /v2/orders; what only a checkout can do (coupons, gift certificates, store credit, promotions) goes through the
control plane. The same seed on a fresh store gives the same orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontera.clock import Clock, SystemClock
from kontera.sandboxes.bigcommerce.seed_data import ARTICLES
from kontera.sandboxes.bigcommerce.seed_people import PEOPLE, address, email_of
from kontera.sandboxes.bigcommerce.shopper import Shopper
from kontera.sandboxes.kit.shopping import PatientApi, PlacedOrder, buy

BAD_KINDS = (
    "unknown_tax_class",
    "unknown_currency",
    "unknown_status",
    "inconsistent_totals",
    "deleted_product",
    "negative_total",
    "long_zip",
    "emoji_names",
    "refused_article_number",
    "many_lines",
)
_SPOILED = frozenset(
    {"unknown_tax_class", "unknown_currency", "unknown_status", "inconsistent_totals", "negative_total"}
)
_FIRST_CUSTOMER = 11
_AT_HOME_ONLY = frozenset({"TJ-VAC-001"})  # care, exempt from VAT, given in the shop's own country
_FIRST_PRODUCT = 101
_MANY = 501
_SIMPLE = tuple(
    (number, article)
    for number, article in enumerate(ARTICLES, start=_FIRST_PRODUCT)
    if article[0] not in {"KO-KOP-025", "TE-ROO-100"}
)  # these two need a choice of variant
_SHELF = (*(article[0] for _, article in _SIMPLE), "KO-KOP-025-BLA", "TE-ROO-100-L")


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
    spoiled in one of the named ways. Raises ValueError for an unknown kind, RuntimeError when the store refuses."""
    with Shopper(base_url) as shopper, _api(base_url, credentials, clock or SystemClock()) as api:
        return buy(count, seed, bad, BAD_KINDS, lambda rng: _Buyer(shopper, api, rng))


def _api(base_url: str, credentials: Mapping[str, str], clock: Clock) -> PatientApi:
    root, token = f"{base_url}/stores/{credentials['store_hash']}", credentials["access_token"]
    return PatientApi(root, clock, headers={"X-Auth-Token": token}, wait="X-Retry-After")


class _Buyer:
    """Buys one order after the other."""

    def __init__(self, shopper: Shopper, api: PatientApi, rng: random.Random) -> None:
        self.shopper, self.api, self.rng = shopper, api, rng

    def good(self) -> PlacedOrder:
        """An honest order: about half over the API, half through the checkout."""
        return self._over_api() if self.rng.random() < 0.5 else self._through_checkout()

    def bad(self, kind: str, index: int) -> PlacedOrder:
        """An order with one kind of trouble."""
        special: dict[str, Callable[[int], Any]] = {
            "deleted_product": self._deleted_product,
            "long_zip": self._long_zip,
            "emoji_names": self._emoji,
            "refused_article_number": self._refused_number,
            "many_lines": self._many_lines,
            "unknown_tax_class": self._odd_rate,
        }
        order = special[kind](index) if kind in special else self._post(self._swede(), self._products(1))
        paid = self.shopper.pay(order["id"])
        if kind in _SPOILED:
            paid = self.shopper.spoil(order["id"], kind)
        return PlacedOrder(paid.id, paid.total, paid.currency, kind)

    # honest orders

    def _home(self) -> dict[str, Any]:
        """The address of one of the seeded persons, as a guest would type it."""
        first, last, company, country, street, zip_code, city, *_ = self.rng.choice(PEOPLE[:10])
        return address(first, last, country, street, zip_code, city, company=company, email=email_of(first, last))

    def _swede(self) -> dict[str, Any]:
        """A person at home: whatever is wrong with the order, it is nothing about VAT abroad."""
        while True:
            home = self._home()
            if home["country_iso2"] == "SE":
                return home

    def _products(self, most: int, country: str = "SE") -> list[dict[str, Any]]:
        sold = [each for each in _SIMPLE if country == "SE" or each[1][0] not in _AT_HOME_ONLY]
        chosen = self.rng.sample(sold, self.rng.randint(1, most))
        return [{"product_id": number, "quantity": self.rng.randint(1, 4)} for number, _ in chosen]

    def _post(self, home: dict[str, Any], products: list[dict[str, Any]], **more: Any) -> Any:
        shipping = {**home, "shipping_method": "PostNord"}
        cost = {"base_shipping_cost": "49.00"} if home["country_iso2"] == "SE" else {"base_shipping_cost": "129.00"}
        return self.api.call(
            "POST",
            "/v2/orders",
            {"billing_address": home, "shipping_addresses": [shipping], "products": products, **cost, **more},
        )

    def _over_api(self) -> PlacedOrder:
        more: dict[str, Any] = {"customer_message": "Ring på dörren"} if self.rng.random() < 0.1 else {}
        if self.rng.random() < 0.15:
            more["discount_amount"] = f"{self.rng.randint(5, 25)}.00"
        home = self._home()
        order = self._post(home, self._products(4, home["country_iso2"]), **more)
        paid = self.shopper.pay(order["id"], self.rng.choice(("card", "card", "swish", "paypal")))
        return PlacedOrder(paid.id, paid.total, paid.currency)

    def _through_checkout(self) -> PlacedOrder:
        rng = self.rng
        cart: dict[str, Any] = {"payment": rng.choice(("card", "card", "klarna", "paypal", "swish", "bank"))}
        number = rng.randrange(len(PEOPLE))
        cart["customer_id"] = _FIRST_CUSTOMER + number
        country = PEOPLE[number][3]
        sold = [sku for sku in _SHELF if country == "SE" or sku not in _AT_HOME_ONLY]
        lines: list[dict[str, Any]] = [
            {"sku": sku, "quantity": rng.randint(1, 3)} for sku in rng.sample(sold, rng.randint(1, 4))
        ]
        if country in {"DE", "FR", "FI", "NL"} and rng.random() < 0.6:
            cart |= {"currency": "EUR", "channel_id": 2}
        elif country in {"NO", "DK"}:
            cart["currency"] = {"NO": "NOK", "DK": "DKK"}[country]
        if rng.random() < 0.3:
            cart["coupons"] = [rng.choice(("TE10", "VAR15", "MINUS50", "FRIFRAKT", "FRAKT20"))]
        if rng.random() < 0.1:
            lines[0]["wrapping"] = 1
        if rng.random() < 0.08:
            lines.append({"gift_certificate": {"amount": rng.choice(("200", "500"))}})
        if rng.random() < 0.1:
            cart["use_store_credit"] = True
        bought = self.shopper.checkout(*lines, **cart)
        if bought.payment_status == "authorized" and rng.random() < 0.8:
            self.api.call("POST", f"/v3/orders/{bought.id}/payment_actions/capture")
        return PlacedOrder(bought.id, bought.total, bought.currency)

    # orders with trouble in them

    def _deleted_product(self, index: int) -> Any:
        made = self.api.call(
            "POST",
            "/v3/catalog/products",
            {"name": f"Utgående te {index}", "type": "physical", "weight": 1, "price": 119, "sku": f"UT-{index:04}"},
        )
        order = self._post(self._swede(), [{"product_id": made["data"]["id"], "quantity": 1}])
        self.api.call("DELETE", f"/v3/catalog/products/{made['data']['id']}")
        return order

    def _long_zip(self, index: int) -> Any:
        return self._post({**self._swede(), "zip": "SE-411 04 GÖTEBORG C"}, self._products(2))

    def _emoji(self, index: int) -> Any:
        return self._post(
            {**self._swede(), "first_name": "Tova 🍵", "last_name": "Åå👩‍🌾", "company": "日本茶 ☕"}, self._products(2)
        )

    def _refused_number(self, index: int) -> Any:
        return self._post(
            self._swede(),
            [
                {
                    "name": "Specialblandning <egen>",
                    "sku": f'ÄRT|{index}*"§½" {"X" * 60}',
                    "quantity": 1,
                    "price_ex_tax": 80,
                    "price_inc_tax": 100,
                }
            ],
        )

    def _many_lines(self, index: int) -> Any:
        return self._post(
            self._swede(), [{"product_id": _SIMPLE[number % len(_SIMPLE)][0], "quantity": 1} for number in range(_MANY)]
        )

    def _odd_rate(self, index: int) -> Any:
        """A price whose tax is none of the shop's rates; its class is then taken away."""
        return self._post(
            self._swede(),
            [
                {
                    "name": "Gammal vara",
                    "sku": "GAMMAL-1",
                    "quantity": 2,
                    "price_ex_tax": 100,
                    "price_inc_tax": Decimal("117.5"),
                }
            ],
        )
