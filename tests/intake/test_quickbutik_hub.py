"""A Quickbutik shop through the whole hub: found, read many at a time, booked in Fortnox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kontera.cli.draining import drain_connection
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.db.models import Connection, Cursor, Lane, Look, Notice, ShopOrder
from kontera.intake.notices import look_at
from kontera.money import exact
from kontera.sandboxes.fortnox import FortnoxSandbox
from kontera.sandboxes.quickbutik import QuickbutikSandbox
from kontera.storefronts.quickbutik.changes import Cursor as Place
from tests.posting.world import LONG_AGO, World

CLOCK = SystemClock()
YARN, TEA, BOOK = ({"sku": sku, "qty": 1} for sku in ("GARN-ULL-100", "TE-STICK-100", "BOK-STICKA"))


class QuickbutikPair(World):
    """A world whose shop is the Quickbutik sandbox."""

    def __init__(self, shop: QuickbutikSandbox, ledger: FortnoxSandbox) -> None:
        super().__init__(ledger)
        self.shop_sandbox = shop
        given = {**shop.credentials(), "base_url": shop.base_url, "store": "QB"}
        self.shop: Connection = store.connect(
            self.merchant,
            "quickbutik",
            "qb",
            given,
            now=CLOCK.now(),
            author="test",
            ledger=self.ledger,
            since=LONG_AGO,
        )

    def act(self, action: str, **body: Any) -> Any:
        return self.shop_sandbox.actions()[action](body)

    def buys(self, *lines: dict[str, Any], **cart: Any) -> str:
        """Somebody shops; the order's id."""
        return str(self.act("checkout", **{"lines": list(lines), "customer_id": 1, "payment": "stripe", **cart})["id"])

    def works(self) -> None:
        """Both lanes are worked, the shop polled."""
        Lane.objects.filter(pk=self.shop.pk).update(poll_at=None, rest_until=None)
        Look.objects.filter(connection=self.shop).update(due_at=CLOCK.now())
        drain_connection(self.shop.pk)
        self.drain(2)

    def hours_pass(self) -> None:
        """Older orders are due to be looked at again; no status has moved since the last look."""
        row = Cursor.objects.get(connection=self.shop)
        known = Place.parse(row.value)
        later = CLOCK.now() + timedelta(hours=1)
        row.value = str(Place(newest=known.newest, asked=later, swept=known.swept - timedelta(hours=7)))
        row.save()

    def reads_again(self, order: str) -> None:
        """A person asks for it."""
        look_at(self.shop, "order", order, author="Kim", now=CLOCK.now())
        self.works()

    def content(self, order: str) -> Any:
        """The order as it was read."""
        return self.order(order).fact.content

    def sees(self, order: str) -> tuple[str, list[str]]:
        """Where the order stands, and its cases."""
        row = self.order(order)
        return row.place, self.cases(row)


@pytest.fixture
def pair(ground: Path) -> Iterator[QuickbutikPair]:
    """Both sandboxes without rate limits, connected."""
    shop, ledger = QuickbutikSandbox(), FortnoxSandbox()
    ledger.limiter.configure(None, 5)
    with shop, ledger:
        yield QuickbutikPair(shop, ledger)


def test_an_order_is_a_booked_invoice(pair: QuickbutikPair) -> None:
    """M1 M2 M8 M40: three VAT rates that no answer told, a discount and a delivery, booked to the öre and read back."""
    bought = pair.buys(YARN, TEA, BOOK, code="TIO")
    pair.drain()
    pair.works()
    row = pair.order(bought)
    totals = [exact(str(one["Total"])) for one in pair.sandbox.company.invoices.values()]
    assert ("booked", [row.total], []) == (row.place, totals, pair.cases(row))
    assert {"equal"} == set(row.documents.values_list("proof", flat=True))


def test_a_begun_checkout_is_left_out_until_it_is_paid(pair: QuickbutikPair) -> None:
    """M1: seen again by its status, days later as well."""
    begun = str(pair.act("abandon", lines=[YARN], customer_id=1, payment="stripe")["id"])
    pair.drain()
    pair.works()
    assert ("left_out", []) == pair.sees(begun)
    pair.act("pay", order_id=int(begun))
    pair.works()
    assert ("booked", []) == pair.sees(begun)


def test_a_deleted_product_changes_no_booked_order(pair: QuickbutikPair) -> None:
    """M14, M40: its VAT and number were known when the order came; read again, it is the same order."""
    bought = pair.buys(YARN, BOOK)
    pair.drain()
    pair.works()
    version = pair.order(bought).fact.version
    pair.act("delete_product", sku="GARN-ULL-100")
    pair.reads_again(bought)
    assert (("booked", []), version) == (pair.sees(bought), pair.order(bought).fact.version)


def test_a_rate_that_changed_changes_no_booked_order(pair: QuickbutikPair) -> None:
    """M40: food falls to 6 %: what was sold before keeps its 12 %; what is sold after has 6 %."""
    before = pair.buys(TEA)
    pair.drain()
    pair.works()
    version = pair.order(before).fact.version
    for product in pair.shop_sandbox.shop.products.values():
        if product.sku == "TE-STICK-100":
            product.rate = exact("6")
    after = pair.buys(TEA)
    pair.reads_again(before)
    assert (("booked", []), version) == (pair.sees(before), pair.order(before).fact.version)
    assert ("booked", []) == pair.sees(after)
    rates = {
        order: {tax["rate"] for line in pair.content(order)["lines"] for tax in line["taxes"]}
        for order in (before, after)
    }
    assert ({"12", "25"}, {"6", "25"}) == (rates[before], rates[after])


def test_a_product_deleted_before_its_order_was_read(pair: QuickbutikPair) -> None:
    """M14, M45, M87: held by name; made again under its number, the order is released."""
    bought, honest = pair.buys(YARN), pair.buys(BOOK)
    pair.act("delete_product", sku="GARN-ULL-100")
    pair.drain()
    pair.works()
    assert (("waiting", ["PRODUCT_VAT_UNKNOWN"]), ("booked", [])) == (pair.sees(bought), pair.sees(honest))
    shop = pair.shop_sandbox.shop
    again = next(product for product in shop.products.values() if product.sku == "SAX-1")
    again.sku = "GARN-ULL-100"
    pair.hours_pass()
    pair.works()
    assert ("booked", []) == pair.sees(bought)


def test_a_status_nobody_explained_waits_in_a_case(pair: QuickbutikPair) -> None:
    """M98: and the next order goes on."""
    odd, honest = pair.buys(YARN), pair.buys(BOOK)
    pair.act("dirty", order_id=int(odd), kind="unknown_status")
    pair.drain()
    pair.works()
    assert (("waiting", ["ORDER_STATUS_UNKNOWN"]), ("booked", [])) == (pair.sees(odd), pair.sees(honest))


def test_vat_that_no_rate_explains_waits_in_a_case(pair: QuickbutikPair) -> None:
    """M45, M46: nothing of it reaches the ledger."""
    odd = pair.buys(YARN)
    pair.act("dirty", order_id=int(odd), kind="unknown_tax_rate")
    pair.drain()
    pair.works()
    assert (("waiting", ["VAT_DIFFERS"]), {}) == (pair.sees(odd), pair.sandbox.company.invoices)


def test_a_refund_that_nothing_told_of_is_noticed(pair: QuickbutikPair) -> None:
    """M56, M90: found when older orders are read again."""
    bought = pair.buys(YARN)
    pair.drain()
    pair.works()
    pair.act("refund", order_id=int(bought), amount="20")
    pair.works()
    pair.hours_pass()
    pair.works()
    assert ["REFUND_NOT_BOOKED"] == pair.sees(bought)[1]


def test_an_edit_after_booking_is_noticed(pair: QuickbutikPair) -> None:
    """M12: Quickbutik's own connection leaves that to people."""
    bought = pair.buys(YARN)
    pair.drain()
    pair.works()
    pair.act("edit", order_id=int(bought), line=0, qty=2)
    pair.hours_pass()
    pair.works()
    assert [] != pair.sees(bought)[1]


def test_an_import_is_read_many_at_a_time(pair: QuickbutikPair) -> None:
    """M1, M19: three hundred orders found and read in one go, and a second look costs next to nothing."""
    for _ in range(300):
        pair.act("abandon", lines=[YARN], customer_id=1, payment="stripe")
    pair.shop_sandbox.calls.reset()
    drain_connection(pair.shop.pk)
    assert 300 == ShopOrder.objects.filter(connection=pair.shop).count()
    assert pair.shop_sandbox.calls.summary()["total"] <= 5


def test_reading_older_orders_again_reads_only_what_changed(pair: QuickbutikPair) -> None:
    """M12, M19: forty orders are shown again whole; the one that was edited is read, and the newest, as always."""
    orders = [str(pair.act("abandon", lines=[YARN], customer_id=1, payment="stripe")["id"]) for _ in range(40)]
    pair.works()
    pair.act("edit", order_id=int(orders[3]), line=0, qty=5)
    told = Notice.objects.filter(connection=pair.shop).count()
    pair.hours_pass()
    pair.works()
    versions = {order: pair.order(order).fact.version for order in orders}
    assert {order: 2 if order == orders[3] else 1 for order in orders} == versions
    assert 1 <= Notice.objects.filter(connection=pair.shop).count() - told <= 11
