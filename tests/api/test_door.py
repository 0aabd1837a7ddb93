"""The machines' door over real HTTP: what is let in, what is kept, what is answered (M1 M11)."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from django.db import DataError, OperationalError, connections

from kontera.api import door as door_module
from kontera.api.application import application
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.db.models import Connection, Look, Merchant, Notice
from kontera.intake import notices
from kontera.sandboxes.quickbutik import QuickbutikSandbox
from kontera.storefronts.bigcommerce.notices import signature
from kontera.storefronts.woocommerce.notices import signature as of_woocommerce
from tests.waiting import comes

CLOCK = SystemClock()
SECRET = "shared secret"


class Shop:
    """A shop that sends signed notices to a running door."""

    def __init__(self, address: str, connection: Connection) -> None:
        self.address = f"{address}/hooks/{connection.door}"
        self.connection = connection
        self.http = httpx2.Client(timeout=20.0, trust_env=False)

    def body(self, order: int, **more: Any) -> bytes:
        """A light notice about an order."""
        data = {"type": "order", "id": order}
        told = {"scope": "store/order/created", "store_id": "1", "data": data, "hash": "h", "created_at": 1}
        return json.dumps({**told, "producer": "stores/abc", **more}).encode()

    def send(
        self, body: bytes, event: str = "", *, age: int = 0, secret: str = SECRET, to: str = ""
    ) -> httpx2.Response:
        """Sign and send."""
        event, stamp = event or uuid.uuid4().hex, str(int(CLOCK.now().timestamp()) - age)
        headers = {
            "webhook-id": event,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(secret, event, stamp, body),
            "content-type": "application/json",
        }
        return self.http.post(to or self.address, content=body, headers=headers)

    def kept(self) -> tuple[int, int]:
        """How many notices and looks there are."""
        return Notice.objects.filter(connection=self.connection).count(), Look.objects.filter(
            connection=self.connection
        ).count()


def _about(order: str) -> bytes:
    """A notice about whatever stands there."""
    return b'{"scope": "store/order/created", "producer": "stores/abc", "data": {"id": %s}}' % order.encode()


@pytest.fixture(scope="module")
def address(ground: Path) -> Iterator[str]:
    """`kontera serve` in a thread."""
    config = uvicorn.Config(application(CLOCK), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert comes(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture
def shop(address: str) -> Iterator[Shop]:
    """A merchant's shop; its lane is nobody's business here."""
    merchant = Merchant.objects.create(slug=f"d-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=CLOCK.now())
    keys = {"store_hash": "abc", "access_token": "t", "client_secret": SECRET}
    connection = store.connect(merchant, "bigcommerce", "nt", keys, now=CLOCK.now(), author="test")
    made = Shop(address, connection)
    yield made
    made.http.close()
    Look.objects.filter(connection=connection).delete()
    Connection.objects.filter(pk=connection.pk).update(signed_in=False)


def test_a_genuine_notice_is_kept_before_it_is_answered(shop: Shop) -> None:
    """M1: 200 means durably kept, with what it says to look at."""
    answer = shop.send(shop.body(17))
    assert (200, {"kept": 1}) == (answer.status_code, answer.json())
    kept = Notice.objects.get(connection=shop.connection)
    assert ("webhook", "order", "17", shop.body(17)) == (kept.source, kept.kind, kept.external_id, bytes(kept.body))
    assert (1, 1) == shop.kept()


def test_a_repeated_event_is_kept_once(shop: Shop) -> None:
    """M11: the vendor delivers at least once; both deliveries are thanked for, one is kept, and only it is counted."""
    answers = [shop.send(shop.body(18), "evt-1") for _ in range(2)]
    assert [(200, {"kept": 1}), (200, {"kept": 0})] == [(answer.status_code, answer.json()) for answer in answers]
    assert (1, 1) == shop.kept()


def test_repeats_at_once_are_counted_once(shop: Shop) -> None:
    """M11: also in one group commit each answer says what that delivery added."""
    with ThreadPoolExecutor(20) as many:
        events = [f"evt-{number % 10}" for number in range(40)]
        answers = list(many.map(lambda event: shop.send(shop.body(19), event).json()["kept"], events))
    assert (10, 10) == (sum(answers), shop.kept()[0])


def test_many_events_about_one_order_are_one_look(shop: Shop) -> None:
    """Every notice is kept, one look comes of them."""
    assert {200} == {shop.send(shop.body(19)).status_code for _ in range(5)}
    assert (5, 1) == shop.kept()


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "guessed"}, 401),
        ({"age": 3600}, 401),
        ({"age": -3600}, 401),
    ],
    ids=["forged", "replayed", "from the future"],
)
def test_what_is_not_genuine_and_fresh_is_refused(shop: Shop, how: dict[str, Any], status: int) -> None:
    """M11: refused with a reason, nothing kept."""
    answer = shop.send(shop.body(20), **how)
    assert (status, (0, 0)) == (answer.status_code, shop.kept())
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"order=21&sent=yes", 400),
        (b"<order>21</order>", 400),
        (b'{"scope": "store/order/created"', 400),
        (b"[]", 400),
        (b'{"scope": "store/order/created", "producer": "stores/abc", "data": {"id": "drop table"}}', 400),
        (b'{"scope": "store/order/created", "producer": "stores/abc"}', 400),
        (b'{"scope": "store/order/created", "producer": "stores/other", "data": {"id": 21}}', 401),
        (b"\xff\xfe\x00", 400),
        (b"[" * 60_000, 400),
        (b'{"data": {"id": 1e99999999999999999999}}', 400),
        (_about("0"), 400),
        (_about("-5"), 400),
        (_about('"\u0661"'), 400),
        (_about("9" * 300), 400),
        (b" " * (70 * 1024), 413),
        (b" " * (door_module.MAX_BODY + 1), 413),
    ],
    ids=[
        "empty", "a form", "xml", "cut off", "a list", "no number", "no data", "another store", "not text",
        "without an end", "a number without sense", "order 0", "order -5", "another alphabet's 1", "300 digits",
        "larger than any notice", "larger than is read",
    ],
)  # fmt: skip
def test_signed_nonsense_is_refused(shop: Shop, body: bytes, status: int) -> None:
    """Malformed, non-JSON, oversized: a clear answer, nothing kept, and the next one is let in."""
    answer = shop.send(body)
    assert (status, (0, 0)) == (answer.status_code, shop.kept())
    assert answer.json()["error"]
    assert 200 == shop.send(shop.body(21)).status_code


def test_an_unsigned_notice_is_refused(shop: Shop) -> None:
    """Headers missing altogether."""
    answer = shop.http.post(shop.address, content=shop.body(22))
    assert (401, (0, 0)) == (answer.status_code, shop.kept())


def test_an_unknown_address_tells_nothing(shop: Shop) -> None:
    """404, whoever signs it."""
    assert 404 == shop.send(shop.body(23), to=f"{shop.address}x").status_code


def test_a_scope_we_know_nothing_of_is_thanked_for(shop: Shop) -> None:
    """Refusing it would make the vendor block the address; there is nothing to look at."""
    answer = shop.send(shop.body(24, scope="store/app/uninstalled"))
    assert (200, {"kept": 0}) == (answer.status_code, answer.json())


def test_two_hundred_at_once_lose_none(shop: Shop) -> None:
    """M1: group commit: every notice that was answered 200 is in the table."""
    with ThreadPoolExecutor(40) as many:
        answers = list(many.map(lambda order: shop.send(shop.body(order)).status_code, range(1000, 1200)))
    assert [200] * 200 == answers
    kept = set(Notice.objects.filter(connection=shop.connection).values_list("external_id", flat=True))
    assert {str(order) for order in range(1000, 1200)} == kept


def test_a_database_that_is_down_asks_the_vendor_to_send_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """M1: 503, nothing is pretended to be kept; when it is back the same notice is let in."""
    keep = notices.keep

    def down(*_: Any) -> int:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(notices, "keep", down)
    assert (503, (0, 0)) == (shop.send(shop.body(25), "evt-2").status_code, shop.kept())
    monkeypatch.setattr(notices, "keep", keep)
    assert (200, (1, 1)) == (shop.send(shop.body(25), "evt-2").status_code, shop.kept())


def test_a_database_that_is_down_when_the_address_is_new(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the address itself cannot be looked up then: send again, not "unknown"."""

    def down(*_: Any) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(door_module.Door, "_open", down)
    assert 503 == shop.send(shop.body(26)).status_code


def test_sessions_that_broke_are_opened_anew(shop: Shop) -> None:
    """The server was restarted: at most the first notices are to be sent again, then the door is itself again."""
    assert 200 == shop.send(shop.body(27)).status_code
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    answers = [shop.send(shop.body(28), "evt-3").status_code for _ in range(3)]
    assert {200, 503} >= set(answers)
    assert 200 == answers[-1]
    assert Notice.objects.filter(connection=shop.connection, external_id="28").exists()


def test_an_event_id_that_cannot_be_kept_is_refused(shop: Shop) -> None:
    """400, not "send again": it would never fit, and the vendor would go on for days."""
    assert (400, (0, 0)) == (shop.send(shop.body(29), "e" * 201).status_code, shop.kept())
    assert (200, {"kept": 1}) == ((answer := shop.send(shop.body(29), "e" * 200)).status_code, answer.json())


def test_one_notice_the_database_cannot_keep_does_not_take_others_with_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one group commit with good ones: only the odd one is to be sent again."""
    keep = notices.keep

    def choosy(arrivals: list[notices.Arrival], *instants: Any) -> list[bool]:
        if any(one.external_id == "2999" for one in arrivals):
            raise DataError("not this one")
        return keep(arrivals, *instants)

    monkeypatch.setattr(notices, "keep", choosy)
    with ThreadPoolExecutor(20) as many:
        orders = [*range(2000, 2030), 2999, *range(2030, 2060)]
        answers = list(many.map(lambda order: shop.send(shop.body(order)).status_code, orders))
    assert [200] * 30 + [503] + [200] * 30 == answers
    assert 60 == Notice.objects.filter(connection=shop.connection).count()


def test_a_shop_that_sends_the_whole_order(address: str) -> None:
    """M11: WooCommerce first knocks unsigned and wants a 200 for it; its notices are orders of hundreds of lines."""
    merchant = Merchant.objects.create(slug=f"w-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=CLOCK.now())
    keys = {"base_url": "https://shop.example", "consumer_key": "ck", "consumer_secret": "cs", "webhook_secret": SECRET}
    connection = store.connect(merchant, "woocommerce", "wo", keys, now=CLOCK.now(), author="test")
    to = f"{address}/hooks/{connection.door}"
    knock = httpx2.post(to, content=b"webhook_id=7", headers={"content-type": "application/x-www-form-urlencoded"})
    assert (200, {"kept": 0}) == (knock.status_code, knock.json())
    body = json.dumps({"id": 17, "line_items": [{"name": "Tekanna", "meta_data": []}] * 8_000}).encode()
    assert len(body) > 300_000
    headers = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": of_woocommerce(SECRET, body)}
    answer = httpx2.post(to, content=body, headers=headers)
    assert (200, {"kept": 1}) == (answer.status_code, answer.json())
    assert ["17"] == list(Look.objects.filter(connection=connection).values_list("external_id", flat=True))
    Look.objects.filter(connection=connection).delete()
    Connection.objects.filter(pk=connection.pk).update(signed_in=False)


@pytest.fixture
def quickbutik(address: str) -> Iterator[tuple[str, Connection]]:
    """The address a Quickbutik shop was told by hand."""
    merchant = Merchant.objects.create(slug=f"q-{uuid.uuid4().hex[:8]}", name="Nordisk Te AB", created_at=CLOCK.now())
    connection = store.connect(merchant, "quickbutik", "qb", {"api_key": "k"}, now=CLOCK.now(), author="test")
    yield f"{address}/hooks/{connection.door}", connection
    Look.objects.filter(connection=connection).delete()
    Connection.objects.filter(pk=connection.pk).update(signed_in=False)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_shop_whose_notices_are_only_an_address(quickbutik: tuple[str, Connection], method: str) -> None:
    """M11: Quickbutik calls an address and says in its query what to look at; a copy of it is kept."""
    to, connection = quickbutik
    answer = httpx2.request(method, f"{to}?event_type=order.new&order_id=17")
    assert (200, {"kept": 1}) == (answer.status_code, answer.json())
    kept = Notice.objects.get(connection=connection)
    assert ("17", b"event_type=order.new&order_id=17") == (kept.external_id, bytes(kept.body))
    assert 1 == Look.objects.filter(connection=connection, external_id="17").count()


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("GET", "", 400),
        ("GET", "?event_type=order.new&order_id=x", 400),
        ("GET", "?event_type=product.update&product_id=4", 200),
        ("HEAD", "?event_type=order.new&order_id=17", 405),
        ("GET", "?event_type=order.new&order_id=17&more=" + "x" * 5_000, 413),
    ],
)
def test_what_such_a_shop_cannot_ask_for(
    quickbutik: tuple[str, Connection], method: str, query: str, status: int
) -> None:
    """M11, M100: one order to look at, and nothing else; a preview of the address is no notice."""
    to, connection = quickbutik
    assert status == httpx2.request(method, f"{to}{query}").status_code
    assert 0 == Notice.objects.filter(connection=connection).count()


def test_a_notice_travels_from_such_a_shop(quickbutik: tuple[str, Connection]) -> None:
    """M11: bought at the sandbox, called out by it, kept by us: each event once, and one order to look at."""
    to, connection = quickbutik
    with QuickbutikSandbox() as sandbox:
        sandbox.actions()["add_webhook"]({"url": to})
        bought = {"lines": [{"sku": "SAX-1", "qty": 1}], "customer_id": 1}
        number = sandbox.actions()["checkout"](bought)["id"]
        sandbox.actions()["send"]({"order_id": number})
        assert comes(lambda: Notice.objects.filter(connection=connection).count() == 2)
    kept = Notice.objects.filter(connection=connection).values_list("external_id", "body")
    assert {str(number)} == {identity for identity, _ in kept}
    assert {b"order.new", b"order.done"} == {
        bytes(body).partition(b"event_type=")[2].partition(b"&")[0] for _, body in kept
    }
    assert 1 == Look.objects.filter(connection=connection).count()


def test_an_address_that_became_known_cannot_flood_us(
    quickbutik: tuple[str, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """M100: so many a minute and no more; polling finds what was real among the rest."""
    monkeypatch.setattr(door_module, "MOST_UNSIGNED", 5)
    to, connection = quickbutik
    answers = [httpx2.get(f"{to}?event_type=order.new&order_id={number}").status_code for number in range(1, 13)]
    assert 5 <= answers.count(200) <= 10  # a minute may end in between
    assert {200, 429} == set(answers)
    assert answers.count(200) == Notice.objects.filter(connection=connection).count()


def test_shops_that_sign_are_not_let_in_by_an_address(shop: Shop) -> None:
    """M100: what must be signed is not read from a query, however it is called."""
    query = "?event_type=order.new&order_id=17"
    assert 405 == shop.http.get(f"{shop.address}{query}").status_code
    assert 401 == shop.http.post(f"{shop.address}{query}").status_code
    assert 404 == shop.http.get(f"{shop.address}x{query}").status_code
    assert (0, 0) == shop.kept()


def test_health_says_whether_the_database_answers(address: str) -> None:
    """200 with a version while it does."""
    answer = httpx2.get(f"{address}/health", timeout=20.0)
    assert (200, True) == (answer.status_code, answer.json()["database"])
