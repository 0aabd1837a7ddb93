"""What shoppers buy at the sandbox arrives whole, in every kind of shop; and notices travel from shop to us."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Empty, Queue
from typing import Any

import pytest
from woocommerce_proxy import BehindProxy

from kontera.accounting.parts import parts_of
from kontera.accounting.totals import contradictions, totals
from kontera.accounting.vat_amounts import vat_amounts
from kontera.calls import Exchange
from kontera.clock import ManualClock
from kontera.commerce import Order, OrderState, PaymentKind, PaymentState
from kontera.errors import WillRetry
from kontera.money import Money, exact
from kontera.sandboxes.kit.faults import Fault
from kontera.sandboxes.woocommerce import BAD_KINDS, WooCommerceSandbox, place_orders
from kontera.storefronts.protocol import FactKind, Read
from kontera.storefronts.woocommerce import connect
from kontera.storefronts.woocommerce.notices import TOPICS

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = "a-webhook-secret"
SHOPS: dict[str, dict[str, Any]] = {
    "as installed": {},
    "rounds sums": {"round_at_subtotal": True},
    "prices without VAT": {"prices_include_tax": False},
    "prices without VAT, rounds sums": {"prices_include_tax": False, "round_at_subtotal": True},
    "one price everywhere": {"adjust_prices": False},
    "whole kronor": {"decimals": 0},
    "whole kronor without VAT": {"decimals": 0, "prices_include_tax": False},
    "old order tables, numbers of a plugin, noise": {"hpos": False, "order_prefix": "B-", "float_noise": True},
    "no VAT at all": {"calc_taxes": False},
}
HOME = {"first_name": "Åsa", "last_name": "Öström", "city": "Malmö", "postcode": "211 34", "country": "SE"}
GERMAN = {**HOME, "company": "Teehaus Weber GmbH", "city": "Berlin", "postcode": "10115", "country": "DE"}
MUG, COFFEE = {"sku": "MUG-1", "quantity": 2}, {"sku": "KAFFE-450", "quantity": 3}


class Place:
    """A sandbox and an adapter connected to it over plain http."""

    def __init__(self, switches: dict[str, Any]) -> None:
        self.clock = ManualClock(START)
        self.sandbox = WooCommerceSandbox(self.clock, switches=switches)
        self.url = self.sandbox.start()
        self.known = self.sandbox.credentials()
        self.exchanges: list[Exchange] = []
        self.adapter = self.connected(self.known["consumer_key"], self.known["consumer_secret"])

    def connected(self, key: str, secret: str, **more: str) -> Any:
        self.given = {"store": "wo", "base_url": self.url, "consumer_key": key, "consumer_secret": secret}
        return connect({**self.given, "webhook_secret": SECRET, **more}, self.clock, self.exchanges.append)

    def act(self, action: str, **body: Any) -> Any:
        return self.sandbox.actions()[action](body)

    def read(self, ids: list[str]) -> list[Read]:
        found: list[Read] = self.adapter.read(FactKind.ORDER, ids)
        return found

    def order(self, number: Any) -> Order:
        (read,) = self.read([str(number)])
        assert read.order is not None, read.problem
        return read.order

    def buy(self, *lines: dict[str, Any], **cart: Any) -> Order:
        return self.order(self.act("checkout", **{"lines": list(lines), "billing": HOME, **cart})["id"])

    def close(self) -> None:
        self.adapter.close()
        self.sandbox.stop()


@pytest.fixture
def shop() -> Iterator[Place]:
    made = Place({})
    yield made
    made.close()


def objections(order: Order) -> set[str]:
    """Codes of what the books say against an order's figures."""
    vat = vat_amounts(order, parts_of(order))
    found = [*contradictions(order), *totals(order).problems, *vat.problems, *vat.disputed]
    return {problem.code for problem in found}


@pytest.mark.parametrize("name", SHOPS)
def test_a_realistic_mix_can_be_booked(name: str) -> None:
    """M8, M52, M80, M100: half over the API, half through the checkout: coupons, fees, rebates, five countries."""
    place = Place(SHOPS[name])
    placed = place_orders(place.url, place.known, 120, 1, clock=place.clock)
    ids = [str(order.id) for order in placed]
    for order, read in zip(placed, [*place.read(ids[:100]), *place.read(ids[100:])], strict=True):
        assert read.order is not None, read.problem
        assert set() == objections(read.order), read.raw
        assert order.total == read.order.total.amount
    place.close()


def test_trouble_is_named(shop: Place) -> None:
    """M1, M98, M100: each kind of spoiled order gives its problem, or keeps its contradiction for the books."""
    placed = place_orders(shop.url, shop.known, 40, 7, bad=BAD_KINDS, clock=shop.clock)
    found = {}
    for order, read in zip(placed, shop.read([str(order.id) for order in placed]), strict=True):
        codes = {read.problem.code} if read.problem else objections(read.order) if read.order else {"gone"}
        if order.expected_trouble is None:
            assert set() == codes
        else:
            found[order.expected_trouble] = codes
    assert {
        "unknown_currency": {"CURRENCY_UNKNOWN"},
        "unknown_status": {"ORDER_STATUS_UNKNOWN"},
        "inconsistent_totals": {"TOTAL_DIFFERS"},
        "negative_total": {"TOTAL_NEGATIVE", "TOTAL_DIFFERS"},
        "unknown_tax_rate": {"VAT_DIFFERS"},
        # What is needed is there, or the ledger's limits are the ledger's to judge.
        "deleted_product": set(),
        "line_without_product": set(),
        "long_postcode": set(),
        "emoji_names": set(),
        "refused_article_number": set(),
        "many_lines": set(),
    } == found


def test_a_backfill_counted_by_the_shop(shop: Place) -> None:
    """M19: 300 orders in two seconds: finding and reading them costs at most 0.05 calls each."""
    for place in range(300):
        if place == 150:
            shop.clock.advance(shop.clock.now() - START + (START.resolution * 1_000_000))
        shop.act("checkout", lines=[MUG], billing=HOME)
    shop.sandbox.calls.reset()
    cursor, found, more = None, dict[str, None](), True
    while more:
        page = shop.adapter.changes(FactKind.ORDER, cursor, START)
        found |= dict.fromkeys(change.id for change in page.changes)
        cursor, more = page.cursor, page.more
    ids = list(found)
    reads = [read for start in range(0, 300, 100) for read in shop.read(ids[start : start + 100])]
    assert 300 == sum(read.order is not None for read in reads)
    assert shop.sandbox.calls.summary()["total"] <= 15


def test_a_card_of_gifts_is_a_tender() -> None:
    """M54: the plugin lowers the total; the lines cost what they cost."""
    place = Place({"gift_card_plugin": True})
    order = place.buy(MUG, gift_cards=[{"code": "ABCD-1234", "amount": "100.00"}], payment="stripe")
    card = next(payment for payment in order.payments if payment.kind is PaymentKind.GIFT_CARD)
    assert ("ABCD-1234", Money.of("100", "SEK")) == (card.card, card.amount)
    assert Money.of("457.00", "SEK") == order.total
    assert set() == objections(order)
    place.close()


@pytest.mark.parametrize("plugin", ["aelia", "woocs", "curcy", "wcpay"])
def test_rates_of_the_currency_plugins(plugin: str) -> None:
    """M80: what one euro was worth in kronor when it was sold."""
    place = Place({})
    adapter = place.connected(place.known["consumer_key"], place.known["consumer_secret"], currency="SEK")
    bought = place.act("checkout", lines=[MUG], billing=HOME, currency="EUR", currency_plugin=plugin, rate="11.30")
    (read,) = adapter.read(FactKind.ORDER, [str(bought["id"])])
    assert read.order is not None
    assert ("EUR", "SEK") == (read.order.currency, read.order.shop_currency)
    assert read.order.shop_rate is not None
    assert abs(read.order.shop_rate - exact("11.30")) < exact("0.0001")
    place.close()


@pytest.mark.parametrize("key", ["_vat_number", "_billing_vat_number", "billing_vat", "vat_number"])
def test_a_company_abroad(shop: Place, key: str) -> None:
    """M24, M80: the number in the field of each plugin, and no VAT."""
    order = shop.buy(MUG, billing=GERMAN, vat_number="DE136695976", vat_key=key)
    assert ("DE136695976", Money.zero("SEK")) == (order.customer.vat_number, order.vat)


def test_what_becomes_of_an_order(shop: Place) -> None:
    """M12, M13: an opened checkout, waiting for money, paid, shipped, refunded, deleted."""
    draft = shop.buy(MUG, incomplete=True)
    assert (OrderState.INCOMPLETE, ()) == (draft.state, draft.lines)
    waits = shop.buy(MUG, payment="bacs")
    assert (OrderState.AWAITING_PAYMENT, ()) == (waits.state, waits.payments)
    shop.act("pay", order_id=int(waits.id), how="bacs")
    (payment,) = shop.order(waits.id).payments
    assert (PaymentState.CAPTURED, waits.total) == (payment.state, payment.amount)
    shop.act("status", order_id=int(waits.id), status="completed")
    assert OrderState.COMPLETED == shop.order(waits.id).state
    shop.act("refund", order_id=int(waits.id), amount="50.00")
    assert shop.order(waits.id).refunded
    shop.act("refund", order_id=int(waits.id), amount=str(waits.total.amount - 50))
    assert OrderState.REFUNDED == shop.order(waits.id).state
    shop.act("status", order_id=int(waits.id), status="trash")
    assert shop.read([waits.id])[0].gone


def test_a_key_that_may_only_read_is_enough_without_notices(shop: Place) -> None:
    """M98: and it is told what it may not."""
    adapter = shop.connected(shop.known["read_key"], shop.known["read_secret"], webhook_secret="")
    assert all(check.ok for check in adapter.readiness())
    assert ["SHOP_NOTICES_OFF"] == [check.problem.code for check in shop.adapter.readiness() if check.problem]


def test_every_vat_combination_of_the_shop_is_listed(shop: Place) -> None:
    """M100, N11: whatever an order can carry is in the list before it comes."""
    listed = {(one.country, one.rate, one.tax_class) for one in shop.adapter.tax_setup()}
    for home in (HOME, GERMAN):
        for line in shop.buy(MUG, COFFEE, billing=home).lines[:2]:
            assert (line.country, line.taxes[0].rate, line.tax_class) in listed


def test_no_secret_is_kept_of_an_exchange(shop: Place) -> None:
    """M97: addresses and bodies may be shown to people."""
    shop.buy(MUG)
    shop.adapter.ensure_notices("http://127.0.0.1:9/never")
    kept = "".join(exchange.url + str(exchange.request) + str(exchange.response) for exchange in shop.exchanges)
    assert shop.known["consumer_secret"] not in kept
    assert SECRET not in kept


@pytest.mark.parametrize("https", [True, False])
def test_a_lost_answer_is_asked_for_again(shop: Place, https: bool) -> None:
    """M97: at once where that works; over plain http the shop lets no nonce in twice, and the lane comes back later."""
    order = str(shop.act("checkout", lines=[MUG], billing=HOME)["id"])
    if https:
        shop.act("switches", https=True)
        transport = BehindProxy(shop.url)
        shop.adapter = connect(
            {**shop.given, "base_url": "https://shop.example"}, shop.clock, lambda _: None, transport=transport
        )
    shop.sandbox.faults.add(Fault(kind="lost_answer", times=1))
    if https:
        assert shop.order(order).id == order
    else:
        with pytest.raises(WillRetry):
            shop.read([order])
        assert shop.order(order).id == order


class Door:
    """Somewhere notices arrive; `status` is what they are answered with."""

    def __init__(self) -> None:
        self.arrived: Queue[tuple[dict[str, str], bytes]] = Queue()
        self.status = 200
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                door.arrived.put((dict(self.headers.items()), body))
                self.send_response(door.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"


def test_a_notice_travels_from_the_shop_to_the_order(shop: Place) -> None:
    """M1, M11: hooks are made once, their unsigned knock asks for nothing, each event is signed and names the order."""
    door = Door()
    assert shop.adapter.ensure_notices(door.url)
    assert not shop.adapter.ensure_notices(door.url)
    for _ in TOPICS:
        assert () == shop.adapter.read_notice(*door.arrived.get(timeout=10)).changes
    order = shop.act("checkout", lines=[MUG], billing=HOME)["id"]
    events = set()
    for _ in range(2):
        content = shop.adapter.read_notice(*door.arrived.get(timeout=10))
        events.add(content.event)
        assert {str(order)} == {change.id for change in content.changes}
    assert 2 == len(events)
    door.server.shutdown()


def test_a_hook_the_shop_switched_off_is_mended(shop: Place) -> None:
    """M11, M97: seven failures in a row switch it off without a word; afterwards readiness is content again."""
    door = Door()
    shop.adapter.ensure_notices(door.url)
    for _ in TOPICS:
        door.arrived.get(timeout=10)
    door.status = 500
    order = int(shop.act("checkout", lines=[MUG], billing=HOME, payment="bacs")["id"])
    hooks = shop.sandbox.shop.hooks
    for status in ["processing", "on-hold"] * 20:
        if "disabled" in {hook.status for hook in hooks.values()}:
            break
        shop.act("status", order_id=order, status=status)
        with contextlib.suppress(Empty):  # changes before a delivery are told together
            door.arrived.get(timeout=0.5)
    assert "disabled" in {hook.status for hook in hooks.values()}
    assert ["SHOP_NOTICES_OFF"] == [check.problem.code for check in shop.adapter.readiness() if check.problem]
    assert shop.adapter.ensure_notices(door.url)
    assert {"active"} == {hook.status for hook in hooks.values()}
    assert all(check.ok for check in shop.adapter.readiness())
    door.server.shutdown()
