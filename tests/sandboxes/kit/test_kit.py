"""The kit over real HTTP: counting, clock, faults, control plane, many connections."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import kontera
from kontera.clock import ManualClock
from kontera.sandboxes.kit import CallLog, Fault, Faults, Sandbox, SlidingWindow, json_bytes, json_response, parse_json

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Toy(Sandbox):
    """The smallest vendor: a list of things."""

    name = "toy"

    def __init__(self, clock: ManualClock, limit: int | None = None) -> None:
        super().__init__(clock, limit=limit, window=5.0)
        self.things: list[Any] = []
        self.expired = 0
        self.app = Starlette(
            routes=[
                Route("/things", self._list),
                Route("/things", self._create, methods=["POST"]),
                Route("/things/{number:int}", self._one),
            ]
        )

    async def _list(self, request: Request) -> Response:
        if not self.admitted("only"):
            return json_response({"error": "slow down"}, 429)
        return json_response({"things": self.things})

    async def _create(self, request: Request) -> Response:
        self.things.append(parse_json(await request.body()))
        return json_response(self.things[-1], 201)

    async def _one(self, request: Request) -> Response:
        return json_response(self.things[request.path_params["number"]])

    def credentials(self) -> dict[str, Any]:
        return {"key": "secret"}

    def reset(self) -> None:
        self.things.clear()

    def views(self) -> dict[str, Any]:
        return {"audit": lambda: {"things": len(self.things)}}

    def actions(self) -> dict[str, Any]:
        return {"add": lambda body: self.things.append(body["thing"]) or {"added": True}}

    def expire_tokens(self) -> None:
        self.expired += 1


@pytest.fixture
def toy() -> Iterator[Toy]:
    with Toy(ManualClock(START)) as sandbox:
        yield sandbox


@pytest.fixture
def http(toy: Toy) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=toy.base_url, trust_env=False) as client:
        yield client


def test_calls_are_counted_by_method_template_and_status(toy: Toy, http: httpx2.Client) -> None:
    """Templates, not paths, so that a bench can say "POST /things once per order"."""
    http.post("/things", json={"a": 1})
    http.post("/things", json={"a": 2})
    assert http.get("/things/1").json() == {"a": 2}
    http.get("/nowhere")
    http.get("/_sandbox/calls")
    summary = http.get("/_sandbox/calls").json()
    assert summary["total"] == 4
    assert summary["by_path"] == {"POST /things": 2, "GET /things/{number:int}": 1, "GET /nowhere": 1}
    assert summary["by_status"] == {"200": 1, "201": 2, "404": 1}
    assert toy.calls.of("POST", "/things") == 2
    assert http.post("/_sandbox/calls/reset").json()["total"] == 0


def test_the_peak_in_a_rolling_window_counts_refused_calls_too(http: httpx2.Client) -> None:
    """The figure that shows whether a client kept the limit, whatever the vendor did about it."""
    with Toy(ManualClock(START), limit=2) as toy, httpx2.Client(base_url=toy.base_url, trust_env=False) as client:
        assert [client.get("/things").status_code for _ in range(3)] == [200, 200, 429]
        toy.clock.advance(timedelta(seconds=5))
        assert client.get("/things").status_code == 200
        assert toy.calls.peak == 3
        assert toy.calls.with_status(429) == 1


def test_an_amount_crosses_the_wire_exactly(http: httpx2.Client) -> None:
    """M-law 3: no float near an amount."""
    assert json_bytes({"x": Decimal("0.10")}) == b'{"x":0.10}'
    assert parse_json(b'{"x":0.1}')["x"] == Decimal("0.1")
    with pytest.raises(ValueError, match="NaN"):
        parse_json(b"[NaN]")


def test_lost_answer_commits_and_then_cuts_the_connection(toy: Toy, http: httpx2.Client) -> None:
    """The fault behind law 2: the vendor did it, and nobody was told."""
    http.post("/_sandbox/faults", json={"kind": "lost_answer", "method": "POST", "path": "/things", "times": 1})
    with pytest.raises(httpx2.RemoteProtocolError):
        http.post("/things", json={"a": 1})
    assert toy.things == [{"a": 1}]
    assert http.post("/things", json={"a": 2}).status_code == 201
    assert http.get("/_sandbox/faults").json() == {"faults": []}
    assert toy.calls.summary()["faults"] == {"lost_answer": 1}


def test_refuse_before_leaves_no_trace(toy: Toy, http: httpx2.Client) -> None:
    """Dropped before handling: sending again is safe, but the client cannot know."""
    toy.faults.add(Fault("refuse_before", path="/things", times=1))
    with pytest.raises(httpx2.TransportError):
        http.post("/things", json={"a": 1})
    assert toy.things == []
    assert toy.calls.with_status(0) == 1


def test_status_and_maintenance_answer_instead_of_handling(toy: Toy, http: httpx2.Client) -> None:
    """503 with the vendor's words, with given words, and an HTML page with status 200 where JSON was expected."""
    toy.faults.add(Fault("status", status=503, times=1))
    toy.faults.add(Fault("status", status=429, times=1, body={"message": "later"}, headers={"Retry-After": "7"}))
    toy.faults.add(Fault("maintenance", status=200, times=1))
    assert http.post("/things", json={}).json() == {"error": 503}
    limited = http.get("/things")
    assert (limited.status_code, limited.json(), limited.headers["Retry-After"]) == (429, {"message": "later"}, "7")
    page = http.get("/things")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert toy.things == []


def test_slow_is_handled_although_the_client_gave_up(toy: Toy, http: httpx2.Client) -> None:
    """A timeout is not a refusal: the call is still carried out."""
    toy.faults.add(Fault("slow", seconds=0.2, times=1))
    with pytest.raises(httpx2.ReadTimeout):
        http.post("/things", json={"a": 1}, timeout=0.05)
    assert http.get("/_sandbox").status_code == 200
    toy.faults.add(Fault("slow", seconds=0.3, times=1))
    http.get("/things")  # waits longer than what was left of the first
    assert toy.things == [{"a": 1}]


def test_expire_tokens_asks_the_vendor(toy: Toy, http: httpx2.Client) -> None:
    """The kit knows no tokens; the vendor expires its own."""
    toy.faults.add(Fault("expire_tokens", times=2))
    http.get("/things")
    assert toy.expired == 1


def test_rate_is_seeded_skip_passes_and_a_permanent_fault_stays() -> None:
    """The same seed strikes the same calls."""

    def struck(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Fault("drop", path="store/*", rate=0.5))
        return [faults.for_webhook("store/order") is not None for _ in range(20)]

    assert struck(3) == struck(3)
    assert 0 < sum(struck(3)) < 20
    faults = Faults()
    number = faults.add(Fault("status", status=500, skip=1))
    assert [faults.for_call("GET", "/x") is not None for _ in range(4)] == [False, True, True, True]
    assert faults.for_webhook("x") is None
    faults.remove(number)
    assert faults.listed() == []


@pytest.mark.parametrize(
    "body", [{"kind": "explode"}, {"kind": "status"}, {"kind": "slow", "rate": 2}, {"kind": "slow", "colour": "red"}]
)
def test_a_fault_that_makes_no_sense_is_refused(http: httpx2.Client, body: dict[str, Any]) -> None:
    """A misspelt fault must not pass silently: the test that declared it would prove nothing."""
    assert http.post("/_sandbox/faults", json=body).status_code == 400


def test_the_clock_is_moved_over_http(toy: Toy, http: httpx2.Client) -> None:
    """Set and advance, on a manual clock and on a running one."""
    assert http.get("/_sandbox/clock").json() == {"now": "2026-03-02T09:00:00+00:00", "manual": True}
    assert http.post("/_sandbox/clock", json={"advance": 90}).json()["now"] == "2026-03-02T09:01:30+00:00"
    assert http.post("/_sandbox/clock", json={"set": "2026-04-01T00:00:00Z"}).json()["now"][:10] == "2026-04-01"
    assert http.post("/_sandbox/clock", json={}).status_code == 400
    running = Sandbox()
    running.clock.set(START)
    assert START <= running.clock.now() < START + timedelta(minutes=5)
    running.clock.advance(timedelta(days=1))
    assert running.clock.now() >= START + timedelta(days=1)
    assert not running.clock.manual


def test_credentials_views_actions_and_reset(toy: Toy, http: httpx2.Client) -> None:
    """A vendor's own additions to the control plane."""
    assert http.get("/_sandbox/credentials").json() == {"key": "secret"}
    assert http.post("/_sandbox/actions/add", json={"thing": 5}).json() == {"added": True}
    assert http.get("/_sandbox/audit").json() == {"things": 1}
    assert http.post("/_sandbox/actions/add", json={}).status_code == 400
    assert http.post("/_sandbox/actions/unknown").status_code == 404
    assert http.get("/_sandbox/unknown").status_code == 404
    assert http.get("/_sandbox").json() == {"name": "toy", "views": ["audit"], "actions": ["add"]}
    http.post("/_sandbox/reset")
    assert toy.things == []


def test_many_connections_at_once(toy: Toy) -> None:
    """Each thread with a connection of its own; nothing is lost or doubled."""

    def one(number: int) -> int:
        with httpx2.Client(base_url=toy.base_url, trust_env=False) as client:
            return [client.post("/things", json=number * 10 + turn).status_code for turn in range(5)].count(201)

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(20))) == 100
    assert sorted(toy.things) == sorted(number * 10 + turn for number in range(20) for turn in range(5))


def test_it_serves_as_a_process_of_its_own() -> None:
    """What `kontera sandbox <vendor>` does: announce the address, then serve."""
    program = (
        "from kontera.sandboxes.kit import Sandbox, serve\n"
        "from starlette.applications import Starlette\n"
        "box = Sandbox(); box.app = Starlette()\n"
        "serve(box, 0, lambda url: __import__('sys').stdout.write(url + '\\n') and __import__('sys').stdout.flush())\n"
    )
    source = str(Path(kontera.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": source}
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx2.get(f"{url}/_sandbox", trust_env=False).json()["name"] == "sandbox"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_window_slides_exactly_and_per_key() -> None:
    """n per seconds in ANY window: the third call fits exactly when the first has left."""
    clock = ManualClock(START)
    window = SlidingWindow(clock, 2, 5.0)
    assert window.admit("a")
    clock.advance(timedelta(seconds=3))
    assert window.admit("a")
    assert not window.admit("a")
    assert window.admit("b")
    assert window.free_after("a") == 2.0
    clock.advance(timedelta(seconds=2) - timedelta(milliseconds=1))
    assert not window.admit("a")
    clock.advance(timedelta(milliseconds=1))
    assert window.admit("a")
    assert window.free_after("b") == 0.0
    window.configure(None, 5.0)
    assert all(window.admit("a") for _ in range(100))


def test_a_clock_set_back_does_not_close_the_window_for_ever() -> None:
    """A sandbox moved back in time starts with an empty window."""
    clock = ManualClock(START)
    window, log = SlidingWindow(clock, 1, 5.0), CallLog(clock, 5.0)
    assert window.admit("a")
    log.arrived("a")
    clock.set(START - timedelta(days=30))
    assert window.admit("a")
    log.arrived("a")
    assert log.peak == 1


def test_it_says_when_it_is_not_started() -> None:
    """No address before there is one."""
    with pytest.raises(RuntimeError, match="not started"):
        _ = Sandbox().base_url
    Sandbox().stop()
