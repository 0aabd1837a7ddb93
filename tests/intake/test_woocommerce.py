"""A WooCommerce shop through the whole hub: found, read a hundred at a time, booked in Fortnox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kontera.cli.draining import drain_connection
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.db.models import Connection, Lane, Look, ShopOrder
from kontera.money import exact
from kontera.sandboxes.fortnox import FortnoxSandbox
from kontera.sandboxes.woocommerce import WooCommerceSandbox
from tests.posting.world import LONG_AGO, World

CLOCK = SystemClock()
HOME = {
    "first_name": "Åsa",
    "last_name": "Öström",
    "address_1": "Storgatan 1",
    "city": "Malmö",
    "postcode": "211 34",
    "country": "SE",
    "email": "asa@example.test",
}
MUG, COFFEE, BOOK = ({"sku": sku, "quantity": 1} for sku in ("MUG-1", "KAFFE-450", "BOK-1"))


class WooPair(World):
    """A world whose shop is the WooCommerce sandbox."""

    def __init__(self, shop: WooCommerceSandbox, ledger: FortnoxSandbox) -> None:
        super().__init__(ledger)
        self.shop_sandbox = shop
        known = shop.credentials()
        given = {name: known[name] for name in ("consumer_key", "consumer_secret")} | {"base_url": shop.base_url}
        self.shop: Connection = store.connect(
            self.merchant,
            "woocommerce",
            "wo",
            given,
            now=CLOCK.now(),
            author="test",
            ledger=self.ledger,
            since=LONG_AGO,
        )

    def buys(self, *lines: dict[str, Any], **cart: Any) -> str:
        """Somebody shops; the order's id."""
        given = {"lines": list(lines), "billing": HOME, "payment": "stripe", **cart}
        return str(self.shop_sandbox.actions()["checkout"](given)["id"])

    def works(self) -> None:
        """Both lanes are worked, the shop polled."""
        Lane.objects.filter(pk=self.shop.pk).update(poll_at=None, rest_until=None)
        Look.objects.filter(connection=self.shop).update(due_at=CLOCK.now())
        drain_connection(self.shop.pk)
        self.drain(2)


@pytest.fixture
def pair(ground: Path) -> Iterator[WooPair]:
    """Both sandboxes without rate limits, connected."""
    shop, ledger = WooCommerceSandbox(), FortnoxSandbox()
    ledger.limiter.configure(None, 5)
    with shop, ledger:
        yield WooPair(shop, ledger)


def test_an_order_is_a_booked_invoice(pair: WooPair) -> None:
    """M1 M2 M8: three VAT rates, a coupon and a delivery, booked to the öre and read back."""
    bought = pair.buys(MUG, COFFEE, BOOK, coupons=["tio"])
    pair.drain()
    pair.works()
    row = pair.order(bought)
    totals = [exact(str(one["Total"])) for one in pair.sandbox.company.invoices.values()]
    assert ("booked", [row.total], []) == (row.place, totals, pair.cases(row))
    assert {"equal"} == set(row.documents.values_list("proof", flat=True))


def test_an_opened_checkout_is_left_out_until_it_is_an_order(pair: WooPair) -> None:
    """M1: and a bank transfer waits for its money."""
    draft, waits = pair.buys(MUG, incomplete=True), pair.buys(MUG, payment="bacs")
    pair.drain()
    pair.works()
    assert "left_out" == pair.order(draft).place
    pair.shop_sandbox.actions()["pay"]({"order_id": int(waits), "how": "bacs"})
    pair.works()
    assert "booked" == pair.order(waits).place


def test_a_deleted_product_changes_no_booked_order(pair: WooPair) -> None:
    """M14: the shop no longer tells its number; the order is read again and is the same."""
    bought = pair.buys(MUG)
    pair.drain()
    pair.works()
    pair.shop_sandbox.actions()["dirty"]({"order_id": int(bought), "kind": "deleted_product"})
    pair.works()
    row = pair.order(bought)
    assert ("booked", []) == (row.place, pair.cases(row))
    assert row.fact is not None
    assert "MUG-1" == row.fact.content["lines"][0]["sku"]


def test_a_status_nobody_explained_waits_in_a_case(pair: WooPair) -> None:
    """M98: and the next order goes on."""
    odd, honest = pair.buys(MUG), pair.buys(COFFEE)
    pair.shop_sandbox.actions()["dirty"]({"order_id": int(odd), "kind": "unknown_status"})
    pair.drain()
    pair.works()
    assert (["ORDER_STATUS_UNKNOWN"], "booked") == (pair.cases(pair.order(odd)), pair.order(honest).place)


def test_an_import_within_seconds_is_read_a_hundred_at_a_time(pair: WooPair) -> None:
    """M1, M19: more orders in one second than a page holds, all found in one go; pages that name nothing new are not
    the end. Orders this fresh are read twice, because the shop tells the time in whole seconds."""
    for _ in range(120):
        pair.buys(MUG, payment="bacs")
    pair.shop_sandbox.calls.reset()
    drain_connection(pair.shop.pk)
    assert 120 == ShopOrder.objects.filter(connection=pair.shop).count()
    assert pair.shop_sandbox.calls.summary()["total"] <= 12
