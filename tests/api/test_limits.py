"""Large, slow and odd requests over real HTTP: refused in good order, and in nobody's way."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from kontera.api import limits
from tests.api.test_door import address

__all__ = ["address"]
FORM = b"Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nusername="


@pytest.fixture
def browser(address: str) -> Iterator[httpx2.Client]:
    """Somebody on the network, not signed in."""
    with httpx2.Client(base_url=address, timeout=20.0, trust_env=False) as client:
        yield client


def heard(messages: list[Message], **how: float) -> tuple[list[bytes], int]:
    """What the application behind gets of these messages (after them the caller says no more), and the status."""
    bodies: list[bytes] = []
    said: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        assert not message["more_body"]
        bodies.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return messages.pop(0) if messages else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        said.append(message)

    limited = limits.Limits(app, int(how.get("most_bytes", 10)), how.get("seconds", 5.0))
    asyncio.run(limited({"type": "http", "headers": []}, receive, send))
    return bodies, said[0]["status"] if said else 0


def part(body: bytes, more: bool = False) -> Message:
    """A piece of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_within_the_limits_arrives_whole() -> None:
    """However it was cut."""
    assert ([b"0123456789"], 200) == heard([part(b"01234", True), part(b"", True), part(b"56789")])


def test_a_body_over_the_limit_is_refused_before_it_is_whole() -> None:
    """Without a length told beforehand, too."""
    assert ([], 413) == heard([part(b"01234", True), part(b"567890", True)])


def test_a_body_that_does_not_come_is_refused() -> None:
    """After the deadline."""
    assert ([], 408) == heard([part(b"01234", True)], seconds=0.05)


def test_who_hangs_up_is_not_answered() -> None:
    """And nothing is done."""
    assert ([], 0) == heard([part(b"01234", True), {"type": "http.disconnect"}])


def test_slow_senders_are_in_nobodys_way(address: str, browser: httpx2.Client) -> None:
    """More of them than the console has threads."""
    where = urlsplit(address)
    with contextlib.ExitStack() as held:
        for _ in range(12):
            one = held.enter_context(socket.create_connection((str(where.hostname), int(where.port or 0))))
            one.sendall(b"POST /sign-in/ HTTP/1.1\r\n" + FORM)
        assert 200 == browser.get("/sign-in/", timeout=limits.SECONDS / 2).status_code


@pytest.mark.parametrize("path", ["/sign-in/", "/hooks/any"])
def test_a_large_body_is_refused_unread(address: str, path: str) -> None:
    """Half a gigabyte is announced: the answer comes before the first byte of it, and the connection is closed."""
    where = urlsplit(address)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=20) as one:
        one.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000000\r\n\r\n".encode())
        answer = b""
        while more := one.recv(4096):
            answer += more
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "path",
    ["/static/%2e%2e/%2e%2e/etc/passwd", "/static/%00", "/static//etc/passwd", "/static/console/", "/m/%00/", "/none"],
)
def test_odd_addresses_are_not_there(browser: httpx2.Client, path: str) -> None:
    """404, not an error of ours."""
    assert 404 == browser.get(path).status_code


def test_styles_are_served_with_their_headers(browser: httpx2.Client) -> None:
    """One way to them, with or without a web server in front."""
    answer = browser.get("/static/console/console.css")
    assert (200, "nosniff") == (answer.status_code, answer.headers["x-content-type-options"])


def test_an_odd_door_is_unknown(browser: httpx2.Client) -> None:
    """404 as any address that is none."""
    assert [404, 404] == [
        browser.post(path, content=b"{}").status_code for path in ("/hooks/%00", "/hooks/" + "a" * 5000)
    ]
