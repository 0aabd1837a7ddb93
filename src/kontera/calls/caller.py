"""Send one request to a vendor and say what became of it.

Decides which failures are harmless to repeat (nothing was sent, or a read) and which leave us uncertain (a write whose
answer did not come back). Keeps a record of every exchange, secrets removed. Never interprets a vendor's body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from ssl import SSLContext

import httpx2
import msgspec

from kontera.calls.network import AddressRefused, PublicTransport, local_allowed
from kontera.calls.waiting import vendor_problem
from kontera.calls.window import AskedToWait, RateWindow
from kontera.clock import Clock
from kontera.errors import NeedsOperator, Problem, Uncertain, WillRetry

_SECRET_NAMES = re.compile(rb'("(?:access_token|refresh_token|client_secret|secret|id_token)"\s*:\s*")[^"]*(")')
_FORM_SECRETS = re.compile(rb"((?:refresh_token|client_secret|code|token)=)[^&]*")
_KEPT_BODY = 200_000
_LAPSED = "not sent: this worker's hold on the lane had lapsed"


@cache
def trusted_authorities() -> SSLContext:
    """Whom we believe when a vendor shows its certificate. Read once for the process: it takes 25 ms, and lanes make
    their adapters anew each time they are drained."""
    return httpx2.create_ssl_context()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the vendor answered. Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether the vendor says the body is JSON (a maintenance page is not)."""
        return "json" in self.headers.get("content-type", "")


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer as kept for explanation: no headers, no secrets. status None = no answer came."""

    at: datetime
    method: str
    url: str
    request: bytes
    status: int | None
    response: bytes
    milliseconds: int
    note: str = ""


class Caller:
    """Sends requests to one vendor for one connection, inside its rate window. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        window: RateWindow,
        record: Callable[[Exchange], None],
        *,
        vendor: str,
        timeout: float = 30.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self.window = window
        self.vendor = vendor
        self._record = record
        if transport is None and not local_allowed():
            transport = PublicTransport(trusted_authorities())
        self._client = httpx2.Client(
            timeout=timeout, transport=transport, follow_redirects=False, verify=trusted_authorities()
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        writes: bool | None = None,
    ) -> Answer:
        """One request, waiting for its slot first. `writes` says whether repeating it could do something twice;
        by default everything but GET does. A read whose answer was lost is tried once more at once: one cut connection
        is not a vendor that is down. Raises WillRetry (not sent, or a read that failed twice; when the vendor asked to
        be let be for more than a minute, for as long as is left of it), Uncertain, or NeedsOperator for an address
        that we do not call."""
        writes = method != "GET" if writes is None else writes
        url = path if path.startswith("http") else self.base_url + path
        request = self._client.build_request(method, url, params=params, headers=headers, content=content)
        try:
            return self._once(request, writes)
        except WillRetry:
            if writes:
                raise
        return self._once(request, writes)

    def _once(self, request: httpx2.Request, writes: bool) -> Answer:
        named = f"{request.method} {request.url.path}"
        try:
            ticket = self.window.enter()
        except AskedToWait as error:
            problem = vendor_problem("VENDOR_BUSY", self.vendor, named, f"not sent: {error}")
            raise WillRetry(problem, error.seconds) from error
        if writes and not self.window.may_write():
            raise WillRetry(vendor_problem("VENDOR_BUSY", self.vendor, named, _LAPSED))
        began = self.clock.now()
        started = self.clock.seconds()
        try:
            response = self._client.send(request)
        except AddressRefused as error:
            self._keep(request, began, started, None, b"", str(error)[:100])
            facts = {"vendor": self.vendor, "address": str(error)}
            raise NeedsOperator(
                Problem(code="VENDOR_ADDRESS_REFUSED", cause=f"vendor:{self.vendor}", facts=facts)
            ) from error
        except httpx2.HTTPError as error:
            sent = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
            self._keep(request, began, started, None, b"", type(error).__name__)
            code = "DELIVERY_UNCERTAIN" if sent and writes else "VENDOR_UNREACHABLE"
            problem = vendor_problem(code, self.vendor, named, type(error).__name__)
            if sent and writes:
                raise Uncertain(problem) from error
            raise WillRetry(problem) from error
        self.window.left(ticket)
        self._keep(request, began, started, response.status_code, response.content, "")
        answer = Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
        )
        if answer.status == 204 or answer.is_json:  # a page for people, whatever its status, is no answer
            self.window.answered(answer.status)
        return answer

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _keep(
        self, request: httpx2.Request, at: datetime, started: float, status: int | None, body: bytes, note: str
    ) -> None:
        self._record(
            Exchange(
                at=at,
                method=request.method,
                url=str(request.url),
                request=_without_secrets(request.content),
                status=status,
                response=_without_secrets(body),
                milliseconds=int((self.clock.seconds() - started) * 1000),
                note=note,
            )
        )


def _without_secrets(body: bytes) -> bytes:
    body = _FORM_SECRETS.sub(rb"\1***", body) if body[:1] not in (b"{", b"[") else body
    return _SECRET_NAMES.sub(rb"\1***\2", body)[:_KEPT_BODY]
