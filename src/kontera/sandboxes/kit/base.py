"""A vendor sandbox: state in memory, served over real HTTP on this machine.

Decides how a sandbox starts, stops, and is asked for its clock, faults, calls and credentials. It knows no vendor: a
vendor subclasses `Sandbox` and gives it a Starlette application and a state. All handlers run on one event loop, so
a handler that does not await between reading and writing state is atomic.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import httpx2
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp

from kontera.clock import Clock
from kontera.sandboxes.kit.calls import CallLog
from kontera.sandboxes.kit.clock import SandboxClock
from kontera.sandboxes.kit.control import Control
from kontera.sandboxes.kit.faults import Faults
from kontera.sandboxes.kit.gate import Gate
from kontera.sandboxes.kit.ratelimit import SlidingWindow
from kontera.sandboxes.kit.wire import json_response

_START_SECONDS = 20.0
_TICK_SECONDS = 0.1


class Sandbox:
    """The base of every vendor sandbox; a context manager that serves while it is entered.

    A subclass sets `name`, assigns `self.app`, and overrides what it needs of `credentials`, `reset`, `views`,
    `actions`, `expire_tokens`, `fault_response` and `started`.
    """

    name = "sandbox"
    app: ASGIApp

    def __init__(
        self, clock: Clock | None = None, *, limit: int | None = None, window: float = 5.0, seed: int = 1
    ) -> None:
        self.clock = SandboxClock(clock)
        self.faults = Faults(seed)
        self.calls = CallLog(self.clock, window)
        self.limiter = SlidingWindow(self.clock, limit, window)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._base_url = ""

    # What a vendor may say

    def credentials(self) -> dict[str, Any]:
        """What a client needs to sign in."""
        return {}

    def reset(self) -> None:
        """Back to the seeded state."""
        raise NotImplementedError(f"{self.name} cannot be reset")

    def views(self) -> dict[str, Callable[[], Any]]:
        """Extra `GET /_sandbox/{name}` answers."""
        return {}

    def actions(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Extra `POST /_sandbox/actions/{name}` actions; each gets the JSON object of the call."""
        return {}

    def expire_tokens(self) -> None:
        """Make every access token given out so far expire; nothing for a vendor whose keys do not expire."""

    def fault_response(self, status: int) -> Response:
        """What the vendor says with `status` when a declared fault asks for it."""
        return json_response({"error": status}, status)

    def started(self) -> None:
        """Called on the event loop once the server answers; a vendor may begin chores here."""

    # What a vendor may use

    def admitted(self, key: str) -> bool:
        """Count one call of `key` against the vendor's limit; False when it has to be answered with 429."""
        self.calls.arrived(key)
        return self.limiter.admit(key)

    def chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the handlers (a webhook delivery); call it from the event loop only."""
        task = asyncio.get_running_loop().create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def beside(self, work: Callable[[httpx2.AsyncClient], Awaitable[int]], every: float = _TICK_SECONDS) -> None:
        """Do `work` over and over beside the handlers until the sandbox stops (webhooks go out, what is due happens);
        at once again while it had something to do, else after `every` seconds. Call it in `started`."""
        self.chore(self._beside(work, every))

    async def _beside(self, work: Callable[[httpx2.AsyncClient], Awaitable[int]], every: float) -> None:
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False) as client:
            while self._server is not None and not self._server.stopping.is_set():
                if not await work(client):
                    await self.pause(every)

    async def pause(self, seconds: float) -> None:
        """Let real seconds pass for one call, as a slow vendor does; cut short when the sandbox stops."""
        if self._server is None or seconds <= 0:
            return
        try:
            await asyncio.wait_for(self._server.stopping.wait(), seconds)
        except TimeoutError:
            return

    # Serving

    @property
    def base_url(self) -> str:
        """Where it is served, without a slash at the end. Raises RuntimeError before `start`."""
        if not self._base_url:
            raise RuntimeError(f"the {self.name} sandbox is not started")
        return self._base_url

    def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Serve in a background thread (port 0 = a free one) and answer the base URL once it is ready."""
        self._server, listener = self._prepare(port, host)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name=f"sandbox-{self.name}", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            raise RuntimeError(f"the {self.name} sandbox did not start")
        return self._base_url

    def serve(self, port: int = 0, host: str = "127.0.0.1", announce: Callable[[str], None] | None = None) -> None:
        """Serve in this thread until interrupted; `announce` is told the base URL first."""
        self._server, listener = self._prepare(port, host)
        if announce is not None:
            announce(self._base_url)
        self._server.run([listener])

    def stop(self) -> None:
        """Stop serving; open connections are closed. Does nothing when not started."""
        if self._server is not None:
            self._server.halt()
        if self._thread is not None:
            self._thread.join(_START_SECONDS)
        self._server = self._thread = None
        self._base_url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self, port: int, host: str) -> tuple[_Server, socket.socket]:
        # The protocol is named because asyncio turns Nagle's delay off only for sockets that say they are TCP;
        # with it every answer on a kept connection would take 40 ms longer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
        self._base_url = f"http://{host}:{listener.getsockname()[1]}"
        gate = Gate(self, Control(self).app())
        config = uvicorn.Config(
            gate,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        return _Server(config, self), listener


class _Server(uvicorn.Server):
    """A server that says when it is ready and when it is about to stop."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.stopping = asyncio.Event()
        self._sandbox = sandbox
        self._loop: asyncio.AbstractEventLoop | None = None

    def halt(self) -> None:
        """Ask it to stop, from any thread."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.stopping.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn; then tells the sandbox and whoever waits in `start`."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._sandbox.started()
        self.ready.set()

    async def main_loop(self) -> None:
        """Tick ten times a second as uvicorn does (it keeps the Date header), but stop at once when asked."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864000
            with suppress(TimeoutError):  # the tick is over
                await asyncio.wait_for(self.stopping.wait(), _TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close at once: nobody is owed a last answer by a sandbox that is taken down."""
        self.stopping.set()
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()


def serve(sandbox: Sandbox, port: int = 0, announce: Callable[[str], None] | None = None) -> None:
    """Serve `sandbox` in this process until interrupted: for the command line and for subprocesses."""
    sandbox.serve(port, announce=announce)
