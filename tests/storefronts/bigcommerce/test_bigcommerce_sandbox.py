"""What shoppers buy at the sandbox arrives whole, in every kind of store; and notices travel from shop to us."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import httpx2
import pytest

from kontera.calls import Exchange
from kontera.clock import ManualClock
from kontera.commerce import LineKind, Order, PaymentKind, PaymentState
from kontera.money import Money, total
from kontera.sandboxes.bigcommerce import BAD_KINDS, BigCommerceSandbox, place_orders
from kontera.storefronts.bigcommerce import BigCommerceStorefront, connect
from kontera.storefronts.protocol import FactKind, Read

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STORES: dict[str, dict[str, Any]] = {
    "with VAT": {"prices_include_tax": True},
    "without VAT, high precision": {"prices_include_tax": False, "rounding_strategy": "NO_ROUNDING"},
    "loose numbers, one price everywhere": {
        "loose_numbers": True,
        "empty_objects": True,
        "pipe_gateway_ids": True,
        "subtract_store_tax": False,
        "rounding_strategy": "NO_ROUNDING",
    },
}
HOME = {"first_name": "Anna", "last_name": "Ek", "country_iso2": "SE", "email": "anna@example.com"}
ABROAD = {**HOME, "country_iso2": "DE"}
TEA, CUP, BOOK = {"sku": "TE-SEN-100"}, {"sku": "KO-KOP-025-BLA"}, {"sku": "BO-TEB-001"}
CARTS: dict[str, dict[str, Any]] = {
    "three rates": {"lines": [TEA, CUP, BOOK], "billing_address": HOME, "payment": "klarna"},
    "thirds": {"lines": [{**CUP, "quantity": 3}, BOOK], "billing_address": HOME, "manual_discount": "10.00"},
    "per item": {"lines": [{**TEA, "quantity": 3}, CUP], "billing_address": HOME, "coupons": ["TE10"]},
    "percentage": {"lines": [{**TEA, "quantity": 3}, CUP], "billing_address": HOME, "coupons": ["VAR15"]},
    "per total": {"lines": [TEA, CUP, BOOK], "billing_address": HOME, "coupons": ["MINUS50"]},
    "two coupons": {"lines": [TEA, CUP, BOOK], "billing_address": HOME, "coupons": ["VAR15", "MINUS50"]},
    "cheaper delivery": {"lines": [TEA], "billing_address": HOME, "coupons": ["FRAKT20"]},
    "free delivery": {"lines": [TEA, CUP], "billing_address": HOME, "coupons": ["FRIFRAKT", "VAR15"]},
    "promotion": {"lines": [TEA, CUP], "billing_address": HOME, "coupons": ["KAMPANJ"]},
    "two countries": {
        "lines": [TEA, {**CUP, "ship_to": 1}],
        "billing_address": HOME,
        "shipping_addresses": [{**HOME, "handling": "15.00"}, ABROAD],
    },
    "wrapped": {"lines": [{**TEA, "wrapping": 1, "quantity": 2}, {**CUP, "wrapping": 2}], "billing_address": HOME},
    "fee": {"lines": [CUP], "billing_address": HOME, "fees": [{"name": "Fakturaavgift", "amount": "29.00"}]},
    "bundle": {"lines": [{"sku": "PA-PRO-001", "quantity": 2}], "billing_address": HOME},
    "downloads": {"lines": [{"sku": "DI-KUR-001"}, {"sku": "DI-EBO-001"}], "billing_address": ABROAD},
    "gift certificate": {"lines": [{"gift_certificate": {"amount": "500"}}, TEA], "billing_address": HOME},
    "paid by certificate": {"lines": [CUP, BOOK], "billing_address": HOME, "gift_certificates": ["NT5-AAA-111"]},
    "yen": {"lines": [{**TEA, "quantity": 3}, CUP], "billing_address": HOME, "currency": "JPY", "coupons": ["VAR15"]},
    "dinar": {"lines": [{**TEA, "quantity": 3}, CUP], "billing_address": ABROAD, "currency": "KWD"},
    "export": {"lines": [TEA, CUP], "billing_address": {**HOME, "country_iso2": "NO"}},
    "by invoice": {"lines": [CUP], "billing_address": HOME, "payment": "bank"},
    "declined": {"lines": [CUP], "billing_address": HOME, "declined": True},
}


class Place:
    """A store with an adapter connected to it."""

    def __init__(self, switches: dict[str, Any]) -> None:
        self.clock = ManualClock(START)
        self.sandbox = BigCommerceSandbox(self.clock, switches={"quota": None, **switches})
        self.url = self.sandbox.start()
        self.known = self.sandbox.credentials()
        given = {name: self.known[name] for name in ("store_hash", "access_token", "client_secret")}
        self.exchanges: list[Exchange] = []
        self.adapter: BigCommerceStorefront = connect(
            {"store": "nt", "base_url": self.url, "vat_number_field": "VAT number", **given},
            self.clock,
            self.exchanges.append,
        )

    def act(self, action: str, **body: Any) -> Any:
        return self.sandbox.actions()[action](body)

    def buy(self, **cart: Any) -> Order:
        (read,) = self.read([str(self.act("checkout", **cart)["id"])])
        assert read.order is not None, read.problem
        return read.order

    def read(self, ids: list[str]) -> list[Read]:
        return self.adapter.read(FactKind.ORDER, ids)

    def close(self) -> None:
        self.adapter.close()
        self.sandbox.stop()


@pytest.fixture(scope="module", params=STORES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    made = Place(STORES[request.param])
    yield made
    made.close()


@pytest.fixture
def shop() -> Iterator[Place]:
    made = Place({})
    yield made
    made.close()


def disagreements(order: Order) -> list[str]:
    """What does not add up in an order."""
    charged = total((line.charged for line in order.lines), order.currency)
    vat = total((line.vat for line in order.lines), order.currency)
    coming = [payment.amount for payment in order.payments if payment.state is not PaymentState.DECLINED]
    paid = total(coming, order.currency)
    said = []
    if charged != order.total:
        said.append(f"lines {charged}, total {order.total}")
    if vat.rounded() != order.vat.rounded():
        said.append(f"VAT of the lines {vat}, of the order {order.vat}")
    if coming and paid != order.total:
        said.append(f"payments {paid}, total {order.total}")
    return said


@pytest.mark.parametrize("name", CARTS)
def test_every_kind_of_cart_adds_up(place: Place, name: str) -> None:
    """M8, M52, M80, M100: charged lines = total, VAT = the shop's, tenders = total, in every kind of store."""
    order = place.buy(**CARTS[name])
    assert [] == disagreements(order)


def test_a_realistic_mix_adds_up_and_trouble_is_named(place: Place) -> None:
    """M1, M98, M100: honest orders translate; each kind of spoiled one gives its problem or keeps its contradiction."""
    placed = place_orders(place.url, place.known, 30, 7, bad=BAD_KINDS, clock=place.clock)
    reads = {read.id: read for read in place.read([str(order.id) for order in placed])}
    troubles = {}
    for order in placed:
        read = reads[str(order.id)]
        found = [read.problem.code] if read.problem else disagreements(read.order) if read.order else ["gone"]
        if order.expected_trouble is None:
            assert [] == found, order
        else:
            troubles[order.expected_trouble] = "contradiction" if read.order and found else "".join(found)
    assert {
        "unknown_tax_class": "TAX_CLASS_UNKNOWN",
        "unknown_currency": "CURRENCY_UNKNOWN",
        "unknown_status": "ORDER_STATUS_UNKNOWN",
        "inconsistent_totals": "contradiction",
        "negative_total": "contradiction",
        "deleted_product": "",  # the order keeps all that is needed
        "long_zip": "",  # the ledger's limits are the ledger's to judge
        "emoji_names": "",
        "refused_article_number": "",
        "many_lines": "",
    } == troubles


def test_a_sold_certificate_carries_its_id(shop: Place) -> None:
    """M53."""
    order = shop.buy(**CARTS["gift certificate"])
    cards = [line for line in order.lines if line.kind is LineKind.GIFT_CARD]
    assert [((), True, Money.of("500", "SEK"))] == [(card.taxes, bool(card.gift_card), card.charged) for card in cards]


def test_a_used_certificate_is_a_tender_with_its_code(shop: Place) -> None:
    """M54: the lines cost what they cost."""
    order = shop.buy(**CARTS["paid by certificate"])
    (tender,) = order.payments
    assert (PaymentKind.GIFT_CARD, "NT5-AAA-111", order.total) == (tender.kind, tender.card, tender.amount)


def test_each_delivery_has_its_country(shop: Place) -> None:
    """M8: goods and their delivery."""
    order = shop.buy(**CARTS["two countries"])
    found = {(line.kind, line.country, str(line.taxes[0].rate)) for line in order.lines}
    assert {
        (LineKind.PRODUCT, "SE", "12"),
        (LineKind.PRODUCT, "DE", "19"),
        (LineKind.SHIPPING, "SE", "25"),
        (LineKind.SHIPPING, "DE", "19"),
        (LineKind.HANDLING, "SE", "25"),
    } == found


def test_every_vat_combination_of_the_store_is_listed(shop: Place) -> None:
    """M100, N11: whatever an order can carry is in the list before it comes."""
    listed = {(one.country, one.rate, one.tax_class) for one in shop.adapter.tax_setup()}
    for name in ("three rates", "two countries", "downloads"):
        for line in shop.buy(**CARTS[name]).lines:
            assert (line.country, line.taxes[0].rate, line.tax_class) in listed


def test_the_sandbox_is_ready_but_for_its_hooks(shop: Place) -> None:
    """M98."""
    assert ["SHOP_NOTICES_OFF"] == [check.problem.code for check in shop.adapter.readiness() if check.problem]


def test_read_only_scopes_are_enough(shop: Place) -> None:
    """M98: least scopes."""
    wanted = ["store_v2_orders_read_only", "store_v2_transactions_read_only", "store_v2_information_read_only"]
    shop.act("token", token=shop.known["access_token"], scopes=wanted)
    assert [] == disagreements(shop.buy(**CARTS["three rates"]))
    assert [] == [c.name for c in shop.adapter.readiness() if c.name.startswith("scope") and not c.ok]


@pytest.mark.parametrize("at_once", [1, 6])
def test_the_quota_is_used_up_without_ever_being_exceeded(shop: Place, at_once: int) -> None:
    """M97: more calls than a window allows, one at a time and six together; the store never says "too many"."""
    ids = [str(shop.act("checkout", **CARTS["three rates"])["id"]) for _ in range(30)]
    shop.act("switches", quota=60)
    with ThreadPoolExecutor(at_once) as pool:
        reads = [read for some in pool.map(lambda one: shop.read([one]), ids) for read in some]
    assert 30 == sum(read.order is not None for read in reads)
    assert 90 <= len(shop.exchanges)
    assert {200} == {exchange.status for exchange in shop.exchanges}


def test_no_secret_is_kept_of_an_exchange(shop: Place) -> None:
    """M97: addresses and bodies may be shown to people."""
    shop.buy(**CARTS["three rates"])
    kept = "".join(exchange.url + str(exchange.request) + str(exchange.response) for exchange in shop.exchanges)
    assert shop.known["access_token"] not in kept


def test_a_refund_made_in_the_shop_is_noticed(shop: Place) -> None:
    """M100: the refund itself becomes a fact of its own; the order only says that there is one."""
    order = shop.buy(**CARTS["three rates"] | {"payment": "card"})
    assert not order.refunded
    line = {"item_type": "PRODUCT", "item_id": int(order.lines[0].id), "quantity": 1}
    base = f"{shop.url}/stores/{shop.known['store_hash']}/v3/orders/{order.id}/payment_actions"
    headers = {"X-Auth-Token": shop.known["access_token"]}
    quote = httpx2.post(f"{base}/refund_quotes", json={"items": [line]}, headers=headers).json()["data"]
    payments = [{**entry, "amount": entry["amount"]} for entry in quote["refund_methods"][0]]
    made = httpx2.post(f"{base}/refunds", json={"items": [line], "payments": payments}, headers=headers)
    assert 201 == made.status_code, json.dumps(made.json())
    shop.act("settle")
    (read,) = shop.read([order.id])
    assert read.order is not None
    assert read.order.refunded
    assert [payment.amount for payment in order.payments] == [payment.amount for payment in read.order.payments]


@pytest.mark.parametrize(("kind", "refunded"), [("manual_refunded", True), ("unseen_gateway_refund", False)])
def test_what_the_shop_is_told_is_what_we_know(shop: Place, kind: str, refunded: bool) -> None:
    """M100: a status set by hand counts as said; a refund at the processor alone is seen by reconciliation only."""
    order = shop.buy(**CARTS["three rates"] | {"payment": "card"})
    shop.act("dirty", order_id=int(order.id), kind=kind)
    (read,) = shop.read([order.id])
    assert read.order is not None
    assert refunded == read.order.refunded


def test_a_lost_tax_is_kept_as_a_contradiction(shop: Place) -> None:
    """M100: one of the vendor's own examples has it; accounting holds it with VAT_DIFFERS."""
    order = shop.buy(**CARTS["three rates"])
    shop.act("dirty", order_id=int(order.id), kind="lost_tax")
    (read,) = shop.read([order.id])
    assert read.order is not None
    assert ["VAT"] == [said.split()[0] for said in disagreements(read.order)]


class Door:
    """Somewhere notices arrive."""

    def __init__(self) -> None:
        self.arrived: Queue[tuple[dict[str, str], bytes]] = Queue()
        arrived = self.arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                arrived.put((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"


def test_a_notice_travels_from_the_shop_to_the_order(shop: Place) -> None:
    """M1, M11: hooks are made once, each event is signed, and all of them name the order."""
    door = Door()
    assert shop.adapter.ensure_notices(door.url)
    assert not shop.adapter.ensure_notices(door.url)
    order = shop.act("checkout", **CARTS["three rates"])["id"]
    events = set()
    for _ in range(3):
        content = shop.adapter.read_notice(*door.arrived.get(timeout=10))
        events.add(content.event)
        assert {str(order)} == {change.id for change in content.changes}
    assert 3 == len(events)
    door.server.shutdown()


def test_a_hook_the_vendor_switched_off_is_mended(shop: Place) -> None:
    """M11: and readiness is content again."""
    door = Door()
    shop.adapter.ensure_notices(door.url)
    for hook in shop.sandbox.store.hooks.values():
        hook["is_active"] = False
    assert shop.adapter.ensure_notices(door.url)
    assert [] == [check.name for check in shop.adapter.readiness() if not check.ok]
    door.server.shutdown()
