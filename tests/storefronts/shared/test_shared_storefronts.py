"""What every storefront shares: what a status means, the steps of a notice, common settings, one order's answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from kontera.calls import Answer, Caller, RateWindow, Setting, SettingsError
from kontera.clock import ManualClock
from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, OurFault, Problem, WillRetry
from kontera.storefronts import notices
from kontera.storefronts.client import ShopClient
from kontera.storefronts.fields import Unreadable
from kontera.storefronts.orders_only import OrdersOnly, only_orders, order_read
from kontera.storefronts.protocol import Capability, FactKind, NoticeContent, NoticeRefused
from kontera.storefronts.settings import CUT_OFF, STORE, shop_values
from kontera.storefronts.trouble import unreadable

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}


class Client(ShopClient):
    """Answers from a list."""

    def __init__(self, *answers: tuple[int, Mapping[str, str], bytes]) -> None:
        self.clock = ManualClock(NOW)
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Mapping[str, str], bytes | None]] = []
        transport = httpx2.MockTransport(lambda request: httpx2.Response(500))
        window = RateWindow(self.clock, 0, 30.0)
        caller = Caller("https://a.b", self.clock, window, lambda _: None, vendor="toy", transport=transport)
        super().__init__(caller, "ty")

    def ask(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Answer:
        self.asked.append((method, path, params, content))
        status, headers, body = self.answers.pop(0)
        return Answer(status=status, headers=dict(headers), body=body)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "code"),
    [
        (429, HTML, WillRetry, "VENDOR_BUSY"),
        (503, HTML, WillRetry, "VENDOR_MAINTENANCE"),
        (200, HTML, WillRetry, "VENDOR_MAINTENANCE"),
        (404, HTML, WillRetry, "VENDOR_MAINTENANCE"),
        (500, JSON, WillRetry, "VENDOR_UNREACHABLE"),
        (502, HTML, WillRetry, "VENDOR_UNREACHABLE"),
        (401, JSON, NeedsSignIn, "SHOP_SIGN_IN"),
        (403, JSON, NeedsOperator, "SHOP_SCOPE_MISSING"),
        (400, JSON, OurFault, "OUR_FAULT"),
        (302, JSON, OurFault, "OUR_FAULT"),
    ],
)
def test_what_a_status_means(status: int, headers: dict[str, str], kind: type[KonteraError], code: str) -> None:
    """M97 M98: the error says what happens next, and quotes the shop."""
    with pytest.raises(kind) as caught:
        Client((status, headers, b'{"message": "No."}')).get("/orders")
    assert code == caught.value.problem.code
    if headers is JSON:
        assert "No." in caught.value.problem.vendor


def test_what_is_an_answer() -> None:
    """M1: a body, nothing in it, no such thing."""
    client = Client((200, JSON, b'{"a": 1}'), (204, {"content-type": "application/json"}, b""), (404, JSON, b"{}"))
    assert [b'{"a": 1}', b"", None] == [client.get("/a"), client.get("/b"), client.get("/c")]


def test_a_write_to_nothing_is_our_fault() -> None:
    """A 404 to a write is no success."""
    with pytest.raises(OurFault):
        Client((404, JSON, b"{}")).send("PUT", "/hooks/7", {})


def test_half_an_answer_is_none() -> None:
    """M97: cut off, or a list where an object was expected."""
    for body in (b'{"a": ', b"[]", b""):
        with pytest.raises(WillRetry):
            Client((200, JSON, body)).whole("/a")
    with pytest.raises(WillRetry):
        Client((200, JSON, b'{"a": 1}')).page("/a", {})
    with pytest.raises(WillRetry):
        Client().read_as(int, [b'"x"'], "/a")


def test_busy_lets_the_shop_be_for_longer_each_time() -> None:
    """M97: as long as it asked for; without a word twice as long each time, and anew once it answers."""
    asked = {**JSON, "retry-after": "7"}
    client = Client((429, asked, b"{}"), (429, JSON, b"{}"), (429, JSON, b"{}"), (200, JSON, b"{}"), (429, JSON, b"{}"))
    waits = []
    for _ in range(5):
        try:
            client.get("/a")
        except WillRetry as error:
            waits.append(error.after)
    assert [7.0, 4.0, 8.0, 2.0] == waits


def test_the_words_of_a_refusal() -> None:
    """The shop's own sentence, whatever it calls it; of a page the first words; of a list nothing is made up."""
    client = Client()
    assert ["a", "b", "c", ""] == [
        client.words(body) for body in (b'{"error": "a"}', b'{"message": "b"}', b'{"title": "c"}', b"{}")
    ]
    assert "<html>" in client.words(b"<html>" + b"x" * 500)
    assert len(client.words(b"x" * 500)) == 200


def test_what_a_key_lacks_is_named_by_what_was_asked() -> None:
    """M98: unless the vendor's client knows a better name."""
    assert ("read orders", "write webhooks") == (
        Client().scope("GET", "/orders/7/refunds"), Client().scope("POST", "/webhooks"),
    )  # fmt: skip


# Notices


def test_a_notice_is_measured_before_it_is_signed_for() -> None:
    """M100: nothing is calculated over what no vendor sends; names of headers have no capitals."""
    assert {"x-a": "b"} == notices.named({"X-A": " b "}, b"123", 3)
    with pytest.raises(NoticeRefused) as caught:
        notices.named({}, b"1234", 3)
    assert 413 == caught.value.status


def test_a_signature_is_that_of_the_message() -> None:
    """M100: any of several fits (a secret being changed); without a secret none does."""
    made = base64.b64encode(hmac.new(b"secret", b"body", hashlib.sha256).digest()).decode()
    assert made == notices.digest("secret", b"body")
    notices.genuine("secret", b"body", ["other", made])
    for secret, message, signatures in (
        ("secret", b"Body", [made]), ("Secret", b"body", [made]), ("secret", b"body", []), ("secret", b"body", [""]),
        ("secret", b"body", ["ö"]), ("", b"body", [notices.digest("", b"body")]),
    ):  # fmt: skip
        with pytest.raises(NoticeRefused) as caught:
            notices.genuine(secret, message, signatures)
        assert 401 == caught.value.status


def test_a_notice_is_fresh_both_ways() -> None:
    """M100: neither a replay nor from a clock that runs ahead."""
    clock, window = ManualClock(NOW), timedelta(minutes=5)
    for apart in (timedelta(0), window, -window):
        notices.fresh(NOW + apart, clock, window)
    for apart in (window + timedelta(seconds=1), -window - timedelta(seconds=1)):
        with pytest.raises(NoticeRefused):
            notices.fresh(NOW + apart, clock, window)


def test_genuine_nonsense_is_unreadable() -> None:
    """M100: JSON, an object, and with what is needed in it."""

    def read(node: object) -> NoticeContent:
        return NoticeContent(event="e", changes=())

    assert "e" == notices.understood(b"{}", read).event
    for body in (b"", b"[]", b"<html>", b"\xff", b"[" * 60_000, b'{"a": 1e99999999999999999999}'):
        with pytest.raises(NoticeRefused) as caught:
            notices.understood(body, read)
        assert 400 == caught.value.status


def test_an_identity_is_one_a_shop_can_have() -> None:
    """M100: anything else would make a case about an order that is nowhere."""
    assert ["7", "7", "9" * 18] == [notices.identity(told, "$.id") for told in ("7", "007", "9" * 18)]
    for told in ("", "0", "00", "-7", "7.5", "1E+3", "\u0661", "seven", "9" * 19, "9" * 300):
        with pytest.raises(Unreadable):
            notices.identity(told, "$.id")


# Settings and answers


def test_common_settings_are_judged() -> None:
    """M123: the code is part of every reference; the first date has a zone."""
    assert {"store": "nt"} == shop_values([STORE], {"store": "nt"})
    both = [STORE, CUT_OFF, Setting(name="key", title="Key", title_sv="Nyckel")]
    assert {"store": "nt", "cut_off": None} == shop_values(both, {"store": "nt"})
    assert NOW == shop_values(both, {"store": "nt", "cut_off": "2026-03-02T09:00:00+01:00"})["cut_off"]
    for given in ({"store": "n"}, {"store": "n t"}, {"store": "longcode"}, {"store": "nt", "cut_off": "yesterday"}, {}):
        with pytest.raises(SettingsError):
            shop_values(both, given)


def test_an_answer_about_one_order() -> None:
    """M1 M98: gone without a result, with a problem when there is one."""
    gone = order_read("7", None, None)
    assert (True, b"", None) == (gone.gone, gone.raw, gone.problem)
    problem = unreadable("7", "$.total", "missing", "words")
    read = order_read("7", b"{}", problem)
    assert (False, b"{}", problem) == (read.gone, read.raw, read.problem)
    assert Problem(code="ORDER_UNREADABLE", facts={"order": "7", "path": "$.total", "reason": "missing"},
                   vendor="words") == problem  # fmt: skip


def test_what_reads_orders_says_so() -> None:
    """Declined through capabilities; asked for something else it says who should not have asked."""
    client = Client()
    for noticed in (True, False):
        adapter = OrdersOnly(client._caller, notices=noticed)
        assert noticed == (Capability.NOTICES in adapter.capabilities())
        assert Capability.READ_ORDERS in adapter.capabilities()
        adapter.close()
    only_orders(FactKind.ORDER, "Toy")
    with pytest.raises(OurFault, match="product cannot be read from Toy"):
        only_orders(FactKind.PRODUCT, "Toy")
