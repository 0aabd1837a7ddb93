"""A started shop sandbox as its tests use it, and a hub's door that keeps the webhooks it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from kontera.sandboxes.kit import Sandbox, json_bytes, parse_json

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 10:00 in Stockholm


class SandboxedShop:
    """Its control plane and its clock; a vendor's own adds the API. client: any connection to the sandbox."""

    sandbox: Sandbox
    client: httpx2.Client

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """One call to the control plane."""
        answer = self.client.request(
            method, f"{self.sandbox.base_url}/_sandbox/{path}", content=None if body is None else json_bytes(body)
        )
        assert answer.status_code in {200, 201}, answer.text
        return parse_json(answer.content)

    def advance(self, seconds: float) -> None:
        """Let the vendor's time pass."""
        self.sandbox.clock.advance(timedelta(seconds=seconds))

    def begin_anew(self) -> None:
        """Freshly seeded, on 2026-03-02 09:00 UTC, without faults, nothing counted."""
        self.sandbox.clock.set(START)
        self.control("faults", method="DELETE")
        self.control("reset")
        self.sandbox.calls.reset()


class Door:
    """Takes webhooks of one method; `status` is what it answers. came: told method, path, headers and body of each."""

    def __init__(
        self, place: str, came: Callable[[str, str, dict[str, str], bytes], None], method: str = "POST"
    ) -> None:
        self.status = 200
        door = self

        class Handler(BaseHTTPRequestHandler):
            def take(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"] or 0))
                came(self.command, self.path, dict(self.headers.items()), body)
                self.send_response(door.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Be quiet."""

        setattr(Handler, f"do_{method}", Handler.take)  # any other is answered 501
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/{place}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Nobody answers any more."""
        self._server.shutdown()
        self._server.server_close()
