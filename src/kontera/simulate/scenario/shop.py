"""The sandboxed store of a scenario: carries out what happens there and hears the notices it sends.

Decides how the words of an order become a shopper's cart, and holds what the text says of prices, VAT and totals
against what the store really charges: a scenario may not claim a price that the shop does not have.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import msgspec

from kontera.clock import ManualClock
from kontera.sandboxes.bigcommerce import BigCommerceSandbox
from kontera.sandboxes.bigcommerce.amounts import NO_ROUNDING
from kontera.sandboxes.bigcommerce.changes import set_status
from kontera.sandboxes.bigcommerce.delivery import payload, sign
from kontera.sandboxes.bigcommerce.payments import start_capture
from kontera.sandboxes.bigcommerce.seed import article
from kontera.sandboxes.bigcommerce.seed_data import BOOKS, DEFAULT, NON_TAXABLE, ORDER_STATUSES, REDUCED
from kontera.sandboxes.bigcommerce.seed_people import VAT_FIELD, address, email_of
from kontera.sandboxes.kit import json_bytes, parse_json
from kontera.simulate.scenario.charged import charged
from kontera.simulate.scenario.words import CartLine, Event, Header
from kontera.storefronts.bigcommerce.notices import SCOPES

TAX_CLASS = {Decimal(25): DEFAULT, Decimal(12): REDUCED, Decimal(6): BOOKS, Decimal(0): NON_TAXABLE}
_WRAPPING = 1
_STATUS = {name.lower(): number for number, name, *_ in ORDER_STATUSES}


class Mismatch(Exception):
    """The text says something of the shop that is not so. `line`: where; the message says what."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class Notice(msgspec.Struct, frozen=True):
    """What the store said, ready to be delivered: signed under any message id."""

    scope: str
    body: bytes


class Shop:
    """One store, fresh for every scenario."""

    def __init__(self, sandbox: BigCommerceSandbox, clock: ManualClock) -> None:
        self._sandbox = sandbox
        self._clock = clock
        self._number = 0
        self.said: list[Notice] = []

    def open(self, header: Header) -> None:
        """A fresh store with the switches of the header."""
        self._sandbox.reset()
        self._sandbox.calls.reset()
        switches: dict[str, Any] = {
            "quota": None, "async_payments": False, "prices_include_tax": header.prices_with_vat,
            "subtract_store_tax": not header.one_price,
        }  # fmt: skip
        if header.per_order:
            switches["rounding_strategy"] = NO_ROUNDING
        store = self._sandbox.store
        store.switches.set(switches)
        store.info["is_price_entered_with_tax"] = header.prices_with_vat
        store.emit = self._hear
        self.said = []

    def signed(self, notice: Notice) -> dict[str, str]:
        """The headers of one delivery of a notice, with a message id of its own."""
        self._number += 1
        name, stamp = f"msg_{self._number}", int(self._clock.seconds())
        secret = str(self._sandbox.credentials()["client_secret"])
        value = sign(secret, name, stamp, notice.body)
        return {"webhook-id": name, "webhook-timestamp": str(stamp), "webhook-signature": value}

    def happen(self, event: Event) -> None:
        """Carry out a shop event. Raises Mismatch when the store will not, or charges something else."""
        words = event.words
        try:
            match event.verb:
                case "order":
                    self._buy(event)
                case "captured":
                    start_capture(self._sandbox.store, self._order(words))
                case "arrived":
                    self._sandbox.actions()["receive"]({"order_id": words["order"]})
                case "becomes":
                    set_status(self._sandbox.store, self._order(words), _STATUS[words["state"].lower()])
                case "spoiled":
                    self._sandbox.actions()["dirty"]({"order_id": words["order"], "kind": words["kind"]})
                case "article":
                    self._sell(words)
                case _:
                    self._vat_number(words)
        except (ValueError, KeyError) as error:
            raise Mismatch(event.line, f"the shop cannot do this: {error}") from error

    def _hear(self, scope: str, data: dict[str, Any]) -> None:
        if scope in SCOPES:  # the store tells only what the adapter asked to be told
            self.said.append(Notice(scope, payload(self._sandbox.store, scope, data)))

    def _order(self, words: dict[str, str]) -> Any:
        return self._sandbox.store.orders[int(words["order"])]

    def _buy(self, event: Event) -> None:
        words = event.words
        number = self._enter(event) if words["entered"] else self._check_out(event)
        order = self._sandbox.store.orders[number]
        if str(order.id) != words["order"]:
            raise Mismatch(event.line, f"the shop calls this order {order.id}, not {words['order']}")
        for line, said, found in charged(order, event.cart):
            if said != found:
                raise Mismatch(line.line, f"the shop says {found} here, not {said}")

    def _enter(self, event: Event) -> int:
        """An order that staff type in over the API, with net and gross price of a piece as they think best."""
        store = self._sandbox.store
        products = []
        for line in event.cart:
            if line.kind == "priced":
                product, _ = store.product_by_sku(line.name) or ({}, None)
                products.append({"product_id": product["id"], "quantity": line.quantity,
                                 "price_ex_tax": str(line.net), "price_inc_tax": str(line.amount)})  # fmt: skip
        home = self._who(event.words["who"])
        body = {"customer_id": home.get("customer_id", 0), "billing_address": home["billing_address"],
                "shipping_addresses": [home["billing_address"]], "products": products}  # fmt: skip
        keys = self._sandbox.credentials()
        answer = httpx2.post(
            f"{self._sandbox.base_url}/stores/{keys['store_hash']}/v2/orders", content=json_bytes(body),
            headers={"X-Auth-Token": str(keys["access_token"]), "content-type": "application/json"},
        )  # fmt: skip
        if answer.status_code >= 400:
            raise ValueError(answer.text)
        number = int(parse_json(answer.content)["id"])
        self._sandbox.calls.reset()  # what staff do in the shop is no call of ours
        self._sandbox.actions()["pay"]({"order_id": number, "how": event.words["paid"]})
        return number

    def _check_out(self, event: Event) -> int:
        words = event.words
        cart = self._who(words["who"]) | self._cart(event)
        cart |= {"payment": words["paid"] or words["declined"] or "card"}
        cart |= {"declined": bool(words["declined"]), "incomplete": bool(words["unfinished"])}
        if words["currency"]:
            cart["currency"] = words["currency"]
        if words["channel"]:
            cart["channel_id"] = int(words["channel"])
        return int(self._sandbox.actions()["checkout"](cart)["id"])

    def _who(self, name: str) -> dict[str, Any]:
        if name.startswith("guest "):
            person, _, country = name.removeprefix("guest ").rpartition(" in ")
            return {"billing_address": self._home(person, country)}
        customer = self._customer(name)
        home = customer["addresses"][0]
        vat = next((field["value"] for field in customer["form_fields"] if field["name"] == VAT_FIELD), "")
        own = address(home["first_name"], home["last_name"], home["country_code"], home["address1"],
                      home["postal_code"], home["city"], company=home["company"], email=customer["email"],
                      vat=vat)  # fmt: skip
        return {"customer_id": customer["id"], "billing_address": own}

    def _customer(self, name: str) -> dict[str, Any]:
        for customer in self._sandbox.store.customers.values():
            if name in (f"{customer['first_name']} {customer['last_name']}", customer["company"]):
                return customer
        raise ValueError(f"no customer is called {name!r}; say `guest {name} in SE`")

    def _home(self, name: str, country: str) -> dict[str, Any]:
        first, _, last = name.partition(" ")
        return address(first, last, country, "Gatan 1", "100 01", "Orten", email=email_of(first, last))

    def _cart(self, event: Event) -> dict[str, Any]:
        """The cart without who buys: what is bought, where it goes, what it is paid with."""

        def of(kind: str) -> list[CartLine]:
            return [line for line in event.cart if line.kind == kind]

        places = self._places(event, of("delivery"))
        where = [place["country_iso2"] for place in places]
        for kind, field in (("shipping", "cost"), ("handling", "handling")):
            for line in of(kind):
                places[where.index(line.country) if line.country else 0][field] = str(line.amount)
        lines: list[dict[str, Any]] = []
        for line in event.cart:
            if line.kind == "goods":
                lines.append({"sku": line.name, "quantity": line.quantity,
                              "ship_to": where.index(line.country) if line.country else 0,
                              "wrapping": _WRAPPING if line.wrapped else None})  # fmt: skip
            elif line.kind == "gift_card":
                lines.append({"gift_certificate": {"amount": str(line.amount)}})
        fees = [{"name": line.name, "amount": str(line.amount), "tax_class_id": TAX_CLASS[line.vat or Decimal(0)]}
                for line in of("fee")]  # fmt: skip
        cards = [self._card(line) for line in of("pays_card")]
        discount = sum((-line.amount for line in of("discount")), Decimal(0))
        return {
            "lines": lines, "shipping_addresses": places, "fees": fees, "gift_certificates": cards,
            "coupons": [line.name for line in of("coupon")], "use_store_credit": bool(of("pays_credit")),
            "manual_discount": str(discount) if discount else None,
        }  # fmt: skip

    def _places(self, event: Event, deliveries: list[CartLine]) -> list[dict[str, Any]]:
        if deliveries:
            homes = [self._home(line.name, line.country) for line in deliveries]
        else:
            homes = [dict(self._who(event.words["who"])["billing_address"])]
        return [{**home, "cost": "0", "handling": "0"} for home in homes]

    def _card(self, line: CartLine) -> str:
        for card in self._sandbox.store.certificates.values():
            if str(card["order_id"]) == line.name:
                return str(card["code"])
        raise ValueError(f"order {line.name} sold no gift card")

    def _sell(self, words: dict[str, str]) -> None:
        store = self._sandbox.store
        number = store.number("product", 101)
        price, tax_class = Decimal(words["price"]), TAX_CLASS[Decimal(words["vat"])]
        store.products[number] = article(store, number, words["sku"], words["name"], price, tax_class, "physical", 100)

    def _vat_number(self, words: dict[str, str]) -> None:
        customer = self._customer(words["who"])
        customer["form_fields"] = [{"customer_id": customer["id"], "name": VAT_FIELD, "value": words["number"]}]
