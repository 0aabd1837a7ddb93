"""Where vendors knock: a notice is verified, kept with others in one transaction, and answered.

Decides what is let in: known address, body within limits, verified by the adapter. Nothing is read from a vendor here
and nothing is believed: a notice only says "look at this". An answer of 200 with `kept` above 0 means that so many
changes are durably kept by it; 200 with 0 thanks for a genuine notice that adds nothing: about nothing we follow, or
kept before. What can never be kept is refused (400): the vendor must not send it again.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import structlog
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import OperationalError, close_old_connections, connections
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kontera.calls import RateWindow
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.connections.registry import VENDORS
from kontera.db.models import Connection, Notice
from kontera.intake import notices
from kontera.storefronts.protocol import NoticeRefused, Storefront
from kontera.work import engine

MAX_BODY = 1024 * 1024  # WooCommerce sends the whole order, hundreds of lines
LONGEST_MARK = 200  # an event's or object's id, in `Notice`
COALESCE = timedelta(milliseconds=250)
MOST_UNSIGNED = 600  # notices a minute at one address that nobody signs; polling finds what is sent away
_KEEP_DOORS_SECONDS = 30.0
_MOST_IN_ONE_COMMIT = 200
_log = structlog.get_logger("kontera.door")


class _Waiting(msgspec.Struct):
    arrivals: list[notices.Arrival]
    loop: asyncio.AbstractEventLoop
    kept: asyncio.Future[int | None]


class Keeper(threading.Thread):
    """Keeps what waits, many notices in one transaction (group commit), then wakes their lanes."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(name="keeper", daemon=True)
        self._clock = clock
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(maxsize=5000)

    async def keep(self, arrivals: list[notices.Arrival]) -> int | None:
        """Wait until they are durably kept; how many were new. None when they could not be kept (the vendor will send
        them again)."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arrivals, loop, loop.create_future())
        try:
            self._queue.put_nowait(waiting)
        except queue.Full:
            return None
        return await waiting.kept

    def run(self) -> None:
        """Until `stop`."""
        while True:
            first = self._queue.get()
            if first is None:
                break
            batch = [first]
            ended = False
            while len(batch) < _MOST_IN_ONE_COMMIT and not self._queue.empty():
                more = self._queue.get_nowait()
                if more is None:
                    ended = True
                    break
                batch.append(more)
            self._keep(batch)
            if ended:
                break
        connections.close_all()

    def stop(self) -> None:
        """Keep what waits and end."""
        self._queue.put(None)
        self.join(timeout=10)

    def _keep(self, batch: Sequence[_Waiting]) -> None:
        arrivals = [arrival for waiting in batch for arrival in waiting.arrivals]
        try:
            now = self._clock.now()
            new = iter(notices.keep(arrivals, now, now + COALESCE))
            for lane in sorted({arrival.connection for arrival in arrivals}):
                engine.wake(lane)
            counts: list[int | None] = [sum(next(new) for _ in waiting.arrivals) for waiting in batch]
        except DatabaseError as error:
            _log.error("notices not kept", count=len(arrivals), error=str(error))
            close_old_connections()
            if len(batch) > 1 and not isinstance(error, OperationalError):  # one of them: the others must not suffer
                for waiting in batch:
                    self._keep([waiting])
                return
            counts = [None] * len(batch)
        for waiting, kept in zip(batch, counts, strict=True):
            waiting.loop.call_soon_threadsafe(_answer, waiting.kept, kept)


def _answer(future: asyncio.Future[int | None], kept: int | None) -> None:
    if not future.done():
        future.set_result(kept)


class Door:
    """POST /hooks/{door} for every storefront; GET too for those that notify so (`Vendor.by_address`)."""

    def __init__(self, clock: Clock, keeper: Keeper) -> None:
        self._clock = clock
        self._keeper = keeper
        self._known: dict[str, tuple[float, Connection, Storefront]] = {}
        self._unsigned: dict[int, tuple[int, int]] = {}

    async def knock(self, request: Request) -> Response:
        """Answer one notice."""
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": "too large"}, status_code=413)
        try:
            found = await self._shop(request.path_params["door"])
        except DatabaseError as error:
            _log.error("notice not kept", error=str(error))
            return _send_again()
        if found is None:
            return JSONResponse({"error": "unknown address"}, status_code=404)
        connection, shop = found
        by_address = VENDORS[connection.vendor].by_address
        if request.method != "POST" and not (by_address and request.method == "GET"):
            return JSONResponse({"error": "not a notice"}, status_code=405)
        if by_address and self._too_many(connection):
            return JSONResponse({"error": "too many"}, status_code=429)
        if by_address:
            body = request.url.query.encode() or body  # there the address says what to look at
        try:
            content = shop.read_notice({name.lower(): value for name, value in request.headers.items()}, body)
        except NoticeRefused as refused:
            _log.warning("notice refused", connection=connection.code, reason=refused.reason)
            return JSONResponse({"error": refused.reason}, status_code=refused.status)
        arrivals = [
            notices.Arrival(
                connection=connection.pk,
                merchant=connection.merchant_id,
                source=Notice.Source.WEBHOOK,
                kind=change.kind,
                external_id=change.id,
                event=content.event,
                body=body,
                sent_at=content.sent_at,
            )
            for change in content.changes
        ]
        if not all(map(_can_be_kept, arrivals)):
            _log.warning("notice refused", connection=connection.code, reason="longer than can be kept")
            return JSONResponse({"error": "longer than can be kept"}, status_code=400)
        kept = await self._keeper.keep(arrivals) if arrivals else 0
        return _send_again() if kept is None else JSONResponse({"kept": kept})

    def _too_many(self, connection: Connection) -> bool:
        """Whoever learns an address that nobody signs must not be able to make us ask the shop without end."""
        minute = int(self._clock.seconds() // 60)
        begun, count = self._unsigned.get(connection.pk, (minute, 0))
        count = count + 1 if begun == minute else 1
        self._unsigned[connection.pk] = (minute, count)
        return count > MOST_UNSIGNED

    async def _shop(self, door: str) -> tuple[Connection, Storefront] | None:
        known = self._known.get(door)
        if known and known[0] > self._clock.seconds():
            return known[1], known[2]
        found = await sync_to_async(self._open, thread_sensitive=True)(door)
        if found:
            self._known[door] = (self._clock.seconds() + _KEEP_DOORS_SECONDS, *found)
        return found

    def _open(self, door: str) -> tuple[Connection, Storefront] | None:
        try:
            return self._find(door)
        except OperationalError:  # this thread's session broke while it idled: open a new one, once
            connections["default"].close()
            return self._find(door)

    def _find(self, door: str) -> tuple[Connection, Storefront] | None:
        if "\x00" in door:  # in no address of ours, and nothing that the database can be asked
            return None
        connection = Connection.objects.filter(door=door, kind=Connection.Kind.STOREFRONT).first()
        if connection is None:
            return None
        return connection, adapters.storefront(connection, self._clock, RateWindow(self._clock, 0, 0))


def _can_be_kept(arrival: notices.Arrival) -> bool:
    """Whether its marks fit where they are kept: if not, sending it again would never help."""
    return max(len(arrival.event), len(arrival.external_id)) <= LONGEST_MARK


def _send_again() -> Response:
    return JSONResponse({"error": "not kept, send again"}, status_code=503)


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than any vendor's notice is (read no further then)."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)
