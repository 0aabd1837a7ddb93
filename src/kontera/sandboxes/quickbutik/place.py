"""A realistic mix of orders, placed on request: what `kontera sandbox place-orders` does for this shop.

Decides what is bought, by whom and how it is paid, from a seed. About a third of the orders are made over the
vendor's API, as a sales channel does; what only a checkout can do goes through the control plane. The same seed on a
fresh shop gives the same orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontera.clock import Clock, SystemClock
from kontera.sandboxes.kit.shopping import PatientApi, PlacedOrder, buy
from kontera.sandboxes.quickbutik.seed import ARTICLES, BUNDLE, CHOICES, GIFT_CARD, GIFT_CARD_CODE, PEOPLE, person
from kontera.sandboxes.quickbutik.shopper import Shopper

BAD_KINDS = (
    "unknown_tax_rate",
    "unknown_currency",
    "unknown_status",
    "unknown_payment_method",
    "inconsistent_totals",
    "negative_total",
    "deleted_product",
    "long_zipcode",
    "emoji_names",
    "refused_article_number",
    "many_lines",
)
_SPOILED = frozenset(BAD_KINDS[:6])
_MANY = 501
_SHELF = (*(article[0] for article in ARTICLES), *(choice[0] for choice in CHOICES), BUNDLE)
_AT_HOME_ONLY = frozenset({"FRIM-10"})  # stamps, without VAT in the shop's own country
_SWEDES = tuple(number for number, each in enumerate(PEOPLE) if each[3] == "SE")
_PAYMENTS = ("klarna", "klarna", "stripe", "swish", "paypal", "invoice")
_EUROS = frozenset({"DE", "FI", "FR"})


def place_orders(
    base_url: str,
    credentials: Mapping[str, str],
    count: int,
    seed: int,
    *,
    bad: Sequence[str] = (),
    clock: Clock | None = None,
) -> list[PlacedOrder]:
    """Place `count` orders, some of them abandoned (unpaid). With `bad`, about three in a hundred (each kind at least
    once, if there is room) are spoiled in one of the named ways. Raises ValueError for an unknown kind, RuntimeError
    when the shop refuses."""
    with Shopper(base_url) as shopper, _api(base_url, credentials, clock or SystemClock()) as api:
        return buy(count, seed, bad, BAD_KINDS, lambda rng: _Buyer(shopper, api, rng))


def _api(base_url: str, credentials: Mapping[str, str], clock: Clock) -> _Api:
    key = credentials["api_key"]
    return _Api(f"{base_url}/v1", clock, auth=(key, key))


class _Api(PatientApi):
    """Writes are answered 200, whatever became of each part."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """See PatientApi; what was refused inside an answer of 200 is refused."""
        told = super().call(method, path, body)
        results = told.get("results", {}).values() if isinstance(told, dict) else ()
        if any(not one["success"] for one in results):
            raise RuntimeError(f"{method} {path}: {told}")
        return told


class _Buyer:
    """Buys one order after the other."""

    def __init__(self, shopper: Shopper, api: PatientApi, rng: random.Random) -> None:
        self.shopper, self.api, self.rng = shopper, api, rng

    def good(self) -> PlacedOrder:
        """An honest order."""
        return self._over_api() if self.rng.random() < 0.35 else self._through_checkout()

    def bad(self, kind: str, index: int) -> PlacedOrder:
        """An order with one kind of trouble."""
        special: dict[str, Callable[[int], int]] = {
            "long_zipcode": self._long_zipcode,
            "emoji_names": self._emoji,
            "refused_article_number": self._refused_number,
            "deleted_product": self._short_lived,
            "many_lines": self._many_lines,
        }
        number = special[kind](index) if kind in special else self._paid(self._home(), [{"sku": "SAX-1", "qty": 1}])
        if kind in _SPOILED:
            self.shopper.spoil(number, kind)
        return self._seen(number, kind)

    # Honest orders

    def _home(self) -> dict[str, Any]:
        """A person in Sweden, as a sales channel writes one."""
        return person(PEOPLE[self.rng.choice(_SWEDES)])

    def _lines(self, most: int = 4, country: str = "SE") -> list[dict[str, Any]]:
        sold = [sku for sku in _SHELF if country == "SE" or sku not in _AT_HOME_ONLY]
        skus = self.rng.sample(sold, self.rng.randint(1, most))
        return [{"sku": sku, "qty": self.rng.choice((1, 1, 1, 2, 3))} for sku in skus]

    def _paid(self, customer: dict[str, Any], products: list[dict[str, Any]], **more: Any) -> int:
        """Made over the API: created unpaid, then paid."""
        body = {
            "order_id": "create",
            "customer": customer,
            "payment": {"method": "stripe", "transaction_id": f"ch_{self.rng.randrange(10**8):08d}"},
            "shipping": {"id": 1, "name": "PostNord Mitt Paket", "price": 59},
            "products": products,
            **more,
        }
        number = self.api.call("POST", "/orders", [body])["results"]["create_1"]["order_id"]
        self.api.call("PUT", "/orders", [{"order_id": number, "status": "paid"}])
        return int(number)

    def _over_api(self) -> PlacedOrder:
        more: dict[str, Any] = {}
        if self.rng.random() < 0.2:
            more["discount_add"] = {"amount": self.rng.randint(5, 15)}
        if self.rng.random() < 0.15:
            more["payment"] = {"method": "swish", "transaction_id": f"sw{self.rng.randrange(10**6):06d}"}
        return self._seen(self._paid(self._home(), self._lines(), **more))

    def _through_checkout(self) -> PlacedOrder:
        rng = self.rng
        number = rng.randrange(len(PEOPLE))
        country = PEOPLE[number][3]
        lines = self._lines(country=country)
        cart: dict[str, Any] = {"customer_id": number + 1, "payment": rng.choice(_PAYMENTS)}
        if country in _EUROS and rng.random() < 0.5:
            cart["currency"] = "EUR"
        elif country in {"NO", "DK"} and rng.random() < 0.5:
            cart["currency"] = {"NO": "NOK", "DK": "DKK"}[country]
        if rng.random() < 0.25:
            cart["code"] = rng.choice(("TIO", "UDDA", "FEMTIO"))
        if country == "SE":
            if rng.random() < 0.08:
                lines.append({"sku": GIFT_CARD, "qty": 1})
            if rng.random() < 0.05 and Decimal(self.shopper.look("gift_cards")[GIFT_CARD_CODE]) > 0:
                cart["gift_card"] = GIFT_CARD_CODE
            if rng.random() < 0.2:
                cart["shipping"] = "Hämta i butiken"
        if rng.random() < 0.08:
            return self._seen(self.shopper.abandon(*lines, **cart).id)
        bought = self.shopper.checkout(*lines, **cart)
        if rng.random() < 0.5:
            self.shopper.send(bought.id)
        return self._seen(bought.id)

    def _seen(self, number: int, kind: str | None = None) -> PlacedOrder:
        """An order as the API shows it, whatever the switches say."""
        shown = self.api.call("GET", f"/orders?order_id={number}&include_details=true")[0]
        return PlacedOrder(number, Decimal(str(shown["total_amount"])), shown["currency"], kind)

    # Orders that are real, but hard

    def _long_zipcode(self, index: int) -> int:
        home = self._home()
        address = home["billing_details"] | {"zipcode": "SE-411 24 GÖTEBORG V"}
        return self._paid(home | {"billing_details": address, "shipping_details": address}, self._lines())

    def _emoji(self, index: int) -> int:
        home = self._home()
        address = home["billing_details"] | {"firstname": "Åsa 🧶🎉", "company_name": "Garn & <b>Co</b>"}
        return self._paid(home | {"billing_details": address, "shipping_details": address}, self._lines())

    def _refused_number(self, index: int) -> int:
        sku = f"Garn/mörkblå «{index}» " + "x" * 60
        self.api.call("POST", "/products", {"title": "Provnystan", "sku": sku, "price": 25, "tax_rate": 25})
        return self._paid(self._home(), [{"sku": sku, "qty": 1}])

    def _short_lived(self, index: int) -> int:
        """A product that is deleted before anybody looks at the order: nobody can tell its VAT any more."""
        sku = f"UTGAR-{index}"
        made = self.api.call("POST", "/products", {"title": "Utgår", "sku": sku, "price": 25, "tax_rate": 12})
        number = self._paid(self._home(), [{"sku": sku, "qty": 1}])
        self.api.call("DELETE", "/products", {"product_id": made["product_id"]})
        return number

    def _many_lines(self, index: int) -> int:
        return self._paid(self._home(), [{"sku": _SHELF[place % len(_SHELF)], "qty": 1} for place in range(_MANY)])
