"""Bench of the machines' door: notices verified and durably kept per second, against the same server doing nothing.

Decides only how the load is made: a plain client on raw connections, so that it costs both servers' share of the
machine the same. The server that does nothing is the same uvicorn and Starlette, reading the body and answering 200.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from kontera.cli.bench_orders import connected
from kontera.cli.common import CLOCK
from kontera.money import exact
from kontera.storefronts.bigcommerce.notices import signature

_CONNECTIONS = 64


def door(notices: int, fast: int) -> dict[str, Any]:
    """Accepted and stored per second, doing nothing per second, and their ratio."""
    with connected(fast, unlimited=True) as (made, _):
        from kontera.db.models import Connection, Notice

        address = made.environment["KONTERA_PUBLIC_URL"]
        shop = Connection.objects.get(kind="storefront")
        keys = made.sandboxes["bigcommerce"]["credentials"]
        posts = [_post(address, f"/hooks/{shop.door}", keys, number) for number in range(notices)]
        warm = posts[: _CONNECTIONS * 2]
        asyncio.run(_send(address, warm))
        kept = exact(notices - len(warm)) / exact(str(asyncio.run(_send(address, posts[len(warm) :]))))
        stored = Notice.objects.filter(connection=shop, source="webhook").count()
        with _Idle() as idle:
            asyncio.run(_send(idle, warm))
            nothing = exact(notices - len(warm)) / exact(str(asyncio.run(_send(idle, posts[len(warm) :]))))
    return {
        "notices": notices,
        "stored": stored,
        "kept_per_second": str(kept.quantize(exact("1"))),
        "doing_nothing_per_second": str(nothing.quantize(exact("1"))),
        "ratio": str((kept / nothing).quantize(exact("0.01"))),
    }


def _post(address: str, path: str, keys: dict[str, Any], number: int) -> bytes:
    """One signed notice as the bytes of an HTTP request."""
    producer = f"stores/{keys['store_hash']}"
    body = (
        f'{{"scope":"store/order/created","store_id":"1","data":{{"type":"order","id":{number + 1}}},'
        f'"hash":"h","created_at":1,"producer":"{producer}"}}'
    ).encode()
    event, stamp = uuid.uuid4().hex, str(int(CLOCK.seconds()))
    signed = signature(keys["client_secret"], event, stamp, body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nwebhook-id: {event}\r\nwebhook-timestamp: {stamp}\r\n"
        f"webhook-signature: {signed}\r\n\r\n"
    )
    return head.encode() + body


async def _send(address: str, posts: Sequence[bytes]) -> float:
    """Send everything over a fixed number of kept connections; answers the seconds it took. Raises RuntimeError when
    anything but 200 is answered."""
    parts = urlsplit(address)
    waiting = iter(posts)

    async def one() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for post in waiting:
            writer.write(post)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode(errors="replace").splitlines()[0])
            length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
        writer.close()

    began = CLOCK.seconds()
    await asyncio.gather(*(one() for _ in range(_CONNECTIONS)))
    return CLOCK.seconds() - began


class _Idle:
    """The server that does nothing, in a process of its own, while the block runs."""

    def __enter__(self) -> str:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kontera.cli.bench_idle"], text=True, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
