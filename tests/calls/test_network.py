"""Where we send nothing, whatever somebody typed into a connection."""

from __future__ import annotations

import socket
from typing import Any

import httpcore2
import pytest

from kontera.calls import Caller, Exchange, RateWindow
from kontera.calls.network import is_public
from kontera.clock import SystemClock
from kontera.errors import NeedsOperator, WillRetry

CLOCK = SystemClock()


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production."""
    monkeypatch.delenv("KONTERA_ALLOW_LOCAL", raising=False)


def caller(address: str) -> tuple[Caller, list[Exchange]]:
    """A caller, and what it kept."""
    kept: list[Exchange] = []
    return Caller(address, CLOCK, RateWindow(CLOCK, 0, 0), kept.append, vendor="Fortnox", timeout=5), kept


def leading_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Every name leads to these addresses, one list per question (the last one for ever)."""
    left = list(answers)

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "ff02::1",
        "64:ff9b::a00:1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, link-local (a cloud's keys are there), shared, and the same wrapped in newer ones."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_that_are(address: str) -> None:
    """Vendors live there."""
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://api.fortnox.se", "http://api.fortnox.se"),
        ("https://127.0.0.1:9", "127.0.0.1 (127.0.0.1)"),
        ("https://localhost:9", "localhost ("),
        ("https://169.254.169.254/latest", "169.254.169.254"),
        ("https://[::1]:9", "::1"),
        ("https://2130706433:9", "(127.0.0.1)"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_such_an_address_is_a_case_and_nothing_is_sent(address: str, told: str, method: str) -> None:
    """VENDOR_ADDRESS_REFUSED, for reads and writes; the try is kept as an exchange without an answer."""
    ours, kept = caller(address)
    with pytest.raises(NeedsOperator) as caught:
        ours.send(method, "/3/customers")
    problem = caught.value.problem
    assert ("VENDOR_ADDRESS_REFUSED", "vendor:Fortnox") == (problem.code, problem.cause)
    assert told in problem.facts["address"]
    assert [None] == [exchange.status for exchange in kept]


def test_one_bad_address_among_good_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever answers for the name could otherwise let the first one fail."""
    leading_to(monkeypatch, ["93.184.216.34", "10.0.0.5"])
    with pytest.raises(NeedsOperator, match="VENDOR_ADDRESS_REFUSED"):
        caller("https://api.example")[0].send("GET", "/")


def test_what_was_looked_up_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time it is asked for: it is asked for once a connection."""
    leading_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    connected: list[str] = []

    def connect(self: object, host: str, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        connected.append(host)
        raise httpcore2.ConnectError("nobody there")

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    with pytest.raises(WillRetry):
        caller("https://api.example")[0].send("POST", "/")
    assert ["93.184.216.34"] == connected


def test_a_name_without_an_address_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As any vendor that does not answer."""

    def none(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", none)
    with pytest.raises(WillRetry, match="VENDOR_UNREACHABLE"):
        caller("https://api.example")[0].send("POST", "/")


def test_a_sandbox_is_called_when_that_was_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """KONTERA_ALLOW_LOCAL=yes: nobody listens there, but it was tried."""
    monkeypatch.setenv("KONTERA_ALLOW_LOCAL", "yes")
    with pytest.raises(WillRetry, match="VENDOR_UNREACHABLE"):
        caller("http://127.0.0.1:9")[0].send("POST", "/")
