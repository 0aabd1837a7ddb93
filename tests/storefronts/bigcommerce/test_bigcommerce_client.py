"""What each answer of BigCommerce means for what happens next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
import pytest

from kontera.calls import Caller, RateWindow
from kontera.clock import ManualClock
from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, OurFault, WillRetry
from kontera.storefronts.bigcommerce.client import PAGE, Client, vendor_words

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HTML = "<html><body>Down for maintenance</body></html>"


class Desk:
    """A client whose store answers from a list."""

    def __init__(self, *answers: httpx2.Response) -> None:
        self.clock = ManualClock(START)
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        window = RateWindow(self.clock, 0, 30.0)
        caller = Caller("", self.clock, window, lambda _: None, vendor="bigcommerce", transport=self._transport())
        self.client = Client(caller, "https://api.example/stores/abc", "the-token", "nt")

    def _transport(self) -> httpx2.MockTransport:
        def answer(request: httpx2.Request) -> httpx2.Response:
            self.requests.append(request)
            return self.answers.pop(0)

        return httpx2.MockTransport(answer)

    def waited(self, call: Callable[[], object]) -> float:
        """Seconds the window made the call wait."""
        before = self.clock.seconds()
        call()
        return self.clock.seconds() - before


def ok(**headers: str) -> httpx2.Response:
    return httpx2.Response(200, json=[], headers=headers)


def failure(answer: httpx2.Response, scope: str = "") -> KonteraError:
    with pytest.raises(KonteraError) as caught:
        Desk(answer).client.get("/v2/orders", scope=scope)
    return caught.value


def test_the_key_goes_in_its_header_and_nowhere_else() -> None:
    """M98: no secret in an address."""
    desk = Desk(ok())
    desk.client.get("/v2/orders", {"limit": "1"})
    (request,) = desk.requests
    assert request.headers["x-auth-token"] == "the-token"
    assert "the-token" not in str(request.url)


def test_no_content_is_an_empty_list() -> None:
    """M1: V2 says 204 where others say []."""
    assert Desk(httpx2.Response(204)).client.page("/v2/orders", {}) == []


def test_an_unknown_thing_is_none() -> None:
    """M1: 404 in the vendor's words is an answer, not a failure."""
    answer = httpx2.Response(404, json=[{"status": 404, "message": "Not found"}])
    assert Desk(answer).client.one("/v2/orders/1") is None


def test_a_proxys_404_page_says_nothing_about_the_order() -> None:
    """M1: an order is not gone because a gateway shows a page."""
    assert isinstance(failure(httpx2.Response(404, html=HTML)), WillRetry)


def test_v3_lists_come_without_their_envelope() -> None:
    """M8: each element byte for byte."""
    answer = httpx2.Response(200, content=b'{"data":[{"a":1.10},{"b":2}],"meta":{}}', headers=_JSON)
    assert Desk(answer).client.page("/v3/orders/1/transactions", {}) == [b'{"a":1.10}', b'{"b":2}']


def test_lists_are_read_until_a_short_page() -> None:
    """M1: whatever the envelope says about the number of pages."""
    full = httpx2.Response(200, json=list(range(PAGE)))
    desk = Desk(full, httpx2.Response(200, json=[1, 2]))
    assert len(desk.client.every("/v2/orders/1/products") or []) == PAGE + 2
    assert [request.url.params["page"] for request in desk.requests] == ["1", "2"]


_JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (httpx2.Response(401, json={"status": 401, "title": "Unauthorized"}), NeedsSignIn, "SHOP_SIGN_IN"),
        (httpx2.Response(403, json=[{"status": 403, "message": "scope"}]), NeedsOperator, "SHOP_SCOPE_MISSING"),
        (httpx2.Response(429, json={"status": 429}), WillRetry, "VENDOR_BUSY"),
        (httpx2.Response(423, json={"status": 423}), WillRetry, "VENDOR_UNREACHABLE"),
        (httpx2.Response(500, json=[{"status": 500, "message": "oops"}]), WillRetry, "VENDOR_UNREACHABLE"),
        (httpx2.Response(503, json={"status": 503}), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(502, html=HTML), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(200, html=HTML), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(400, json=[{"status": 400, "message": "bad filter"}]), OurFault, "OUR_FAULT"),
        (httpx2.Response(405, json={"status": 405}), OurFault, "OUR_FAULT"),
        (httpx2.Response(301, headers={"location": "https://elsewhere"}), OurFault, "OUR_FAULT"),
    ],
)
def test_each_refusal_says_what_happens_next(answer: httpx2.Response, kind: type[KonteraError], code: str) -> None:
    """M97, M98."""
    error = failure(answer)
    assert (type(error), error.problem.code) == (kind, code)


def test_a_cut_off_answer_is_read_again() -> None:
    """M1: half a list is no list."""
    answer = httpx2.Response(200, content=b'[{"id":1},{"id"', headers=_JSON)
    with pytest.raises(WillRetry):
        Desk(answer).client.page("/v2/orders", {})


def test_the_missing_scope_is_named() -> None:
    """M98: the one to tick in the control panel."""
    problem = failure(httpx2.Response(403, json={"status": 403}), "store_v2_orders_read_only").problem
    assert (problem.cause, problem.facts["scope"]) == ("scope:store_v2_orders_read_only", "store_v2_orders_read_only")


def test_a_500_is_not_repeated_within_a_minute() -> None:
    """M97: the vendor asks for one minute between tries."""
    error = failure(httpx2.Response(500, json={"status": 500}))
    assert isinstance(error, WillRetry)
    assert error.after >= 60


def test_busy_with_a_stated_time_waits_exactly_that() -> None:
    """M97: milliseconds until the quota is renewed."""
    answer = httpx2.Response(429, json={}, headers={"X-Rate-Limit-Time-Reset-Ms": "7500"})
    error = failure(answer)
    assert isinstance(error, WillRetry)
    assert error.after == 7.5


def test_busy_in_seconds_is_understood() -> None:
    """M97: X-Retry-After, the older header."""
    error = failure(httpx2.Response(429, json={}, headers={"X-Retry-After": "12"}))
    assert isinstance(error, WillRetry)
    assert error.after == 12


def test_busy_without_a_time_waits_longer_each_time_until_an_answer() -> None:
    """M97: platform load comes without headers."""
    busy = [httpx2.Response(429, json={}) for _ in range(3)]
    desk = Desk(*busy, ok(), httpx2.Response(429, json={}))
    waits = []
    for index in range(5):
        if index == 3:
            desk.client.get("/v2/orders")
            continue
        with pytest.raises(WillRetry) as caught:
            desk.client.get("/v2/orders")
        waits.append(caught.value.after)
    assert waits == [2, 4, 8, 2]


def test_nobody_calls_while_the_store_is_busy() -> None:
    """M97: other threads of the lane wait too."""
    desk = Desk(httpx2.Response(429, json={}, headers={"X-Rate-Limit-Time-Reset-Ms": "9000"}), ok())
    with pytest.raises(WillRetry):
        desk.client.get("/v2/orders")
    assert desk.waited(lambda: desk.client.get("/v2/orders")) == pytest.approx(9)


def test_the_shared_quota_is_left_to_others_when_it_runs_out() -> None:
    """M97: the next call waits for the renewal instead of meeting a 429."""
    low = {"X-Rate-Limit-Requests-Left": "2", "X-Rate-Limit-Time-Reset-Ms": "4000"}
    desk = Desk(ok(**low), ok())
    desk.client.get("/v2/orders")
    assert desk.waited(lambda: desk.client.get("/v2/orders")) == pytest.approx(4)


def test_plenty_of_quota_makes_nobody_wait() -> None:
    """M11: only one of the headers, or nonsense in them, changes nothing either."""
    many = {"X-Rate-Limit-Requests-Left": "140", "X-Rate-Limit-Time-Reset-Ms": "4000"}
    desk = Desk(ok(**many), ok(**{"X-Rate-Limit-Requests-Left": "0"}), ok(**{"X-Rate-Limit-Requests-Left": "x"}), ok())
    assert desk.waited(lambda: [desk.client.get("/v2/orders") for _ in range(4)]) == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'[{"status":404,"message":"Not found"}]', "Not found"),
        (b'{"status":422,"title":"Invalid","errors":{"scope":"is wrong"}}', "Invalid: scope: is wrong"),
        (b'{"message":"plain"}', "plain"),
        (b"<html>Down</html>", "<html>Down</html>"),
        (b"\xff", "\ufffd"),
        (b"", ""),
        (b"7", ""),
    ],
)
def test_the_vendors_words_are_quoted_from_either_shape(body: bytes, words: str) -> None:
    """M98."""
    assert vendor_words(body) == words
