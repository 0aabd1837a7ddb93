"""HTTP to Fortnox and nothing else: bearer token, paging, and what each kind of failure means for the call.

Decides whether a failure is refused, retried, uncertain or a matter of sign-in. Never knows a document of ours; a
refusal leaves here as `Refused` with Fortnox's code and words, and `refusals` says what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from kontera.calls import Answer, Caller, asked_to_wait, vendor_problem
from kontera.errors import KonteraError, OurFault, Problem, Uncertain, WillRetry
from kontera.ledgers.fortnox.oauth import Tokens
from kontera.ledgers.fortnox.settings import WINDOW_SECONDS
from kontera.ledgers.fortnox.wire import ErrorBody, Meta, encode, number_of

T = TypeVar("T")
VENDOR = "Fortnox"
_PAGE = "500"  # the most Fortnox gives at once
_SYSTEM_EXCEPTION = "1000003"
_QUOTED = 300


class Refused(Exception):
    """Fortnox understood the call and said no; nothing was written. code: Fortnox's number, empty when it has none.
    sent: the body it refused."""

    def __init__(self, code: str, text: str, status: int, request: str, uid: str = "", sent: bytes = b"") -> None:
        self.code = code
        self.text = text
        self.status = status
        self.request = request
        self.uid = uid
        self.sent = sent
        super().__init__(f"{request}: {status} {code} {text}")

    @property
    def vendor(self) -> str:
        """Fortnox's words as quoted in a case."""
        told = f"{self.text} ({self.code})" if self.code else self.text
        return f"{told} [{self.uid}]" if self.uid else told


class FortnoxClient:
    """Calls to one company. Safe to use from several threads."""

    def __init__(self, caller: Caller, tokens: Tokens) -> None:
        self.caller = caller
        self.tokens = tokens

    def get(self, kind: type[T], path: str, params: Mapping[str, str] | None = None) -> T:
        """Read one resource. Raises Refused, WillRetry, NeedsSignIn."""
        return self._decode(kind, "GET", path, self._send("GET", path, params, None))

    def get_or_none(self, kind: type[T], path: str, params: Mapping[str, str] | None = None) -> T | None:
        """Read one resource that may not exist."""
        try:
            return self.get(kind, path, params)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def post(self, kind: type[T], path: str, body: Mapping[str, Any]) -> T:
        """Create. Raises also Uncertain: the answer was lost or unreadable, it may have been written."""
        return self._decode(kind, "POST", path, self._send("POST", path, None, encode(body)))

    def put(self, kind: type[T], path: str, body: Mapping[str, Any] | None = None) -> T:
        """Change, or act on, one resource. Raises as `post`."""
        content = None if body is None else encode(body)
        return self._decode(kind, "PUT", path, self._send("PUT", path, None, content))

    def pages(self, row: type[T], name: str, path: str, params: Mapping[str, str] | None = None) -> Iterator[T]:
        """Every row of a list; `name` is the list's key in the envelope. An empty list is one page without rows."""
        wrap = msgspec.defstruct(
            "Listed",
            [
                ("rows", list[row], msgspec.field(name=name, default_factory=list)),  # type: ignore[valid-type]
                ("meta", Meta, msgspec.field(name="MetaInformation", default_factory=Meta)),
            ],
            frozen=True,
        )
        page = 1
        while True:
            query = {**(params or {}), "limit": _PAGE, "page": str(page)}
            listed: Any = self.get(wrap, path, query)
            yield from listed.rows
            if page >= number_of(listed.meta.pages) or not listed.rows:
                return
            page += 1

    def _send(self, method: str, path: str, params: Mapping[str, str] | None, content: bytes | None) -> Answer:
        token = self.tokens.bearer()
        answer = self._once(method, path, params, content, token)
        if answer.status == 401:  # refused at the door, so nothing was written: safe to repeat, once
            answer = self._once(method, path, params, content, self.tokens.renew(token))
            if answer.status == 401:
                raise self.tokens.refused(f"HTTP 401 {answer.body[:200].decode(errors='replace')}")
        self._judge(method, path, answer, content or b"")
        return answer

    def _once(
        self, method: str, path: str, params: Mapping[str, str] | None, content: bytes | None, token: str
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self.caller.send(method, path, params=params, headers=headers, content=content)

    def _judge(self, method: str, path: str, answer: Answer, sent: bytes) -> None:
        request = f"{method} {path}"
        if answer.status == 429:  # refused before it was handled; Fortnox documents no Retry-After
            asked = asked_to_wait(answer.headers)
            wait = WINDOW_SECONDS if asked is None else asked
            self.caller.window.block(wait)
            raise WillRetry(vendor_problem("VENDOR_BUSY", VENDOR, request, "HTTP 429"), wait)
        if answer.status >= 500 or (answer.status != 204 and not answer.is_json):
            raise _unavailable(method, request, answer)
        if answer.status >= 400:
            code, text = _told(answer)
            if code == _SYSTEM_EXCEPTION:
                raise _unavailable(method, request, answer)
            raise Refused(code, text, answer.status, request, answer.headers.get("x-uid", ""), sent)

    def _decode(self, kind: type[T], method: str, path: str, answer: Answer) -> T:
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except msgspec.DecodeError as error:  # unreadable or of a shape we do not know
            request = f"{method} {path}"
            if method != "GET":  # it was accepted, so it may well be written: look
                raise Uncertain(vendor_problem("DELIVERY_UNCERTAIN", VENDOR, request, str(error))) from error
            facts = {"reason": f"the answer to {request} cannot be read"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts, vendor=str(error))) from error


def _told(answer: Answer) -> tuple[str, str]:
    try:
        return msgspec.json.decode(answer.body, type=ErrorBody).told()
    except msgspec.DecodeError:
        return "", answer.body[:_QUOTED].decode(errors="replace")


def _unavailable(method: str, request: str, answer: Answer) -> KonteraError:
    """A read is tried again; a write may have been committed before the failure, so it is looked for first."""
    vendor = f"HTTP {answer.status} {answer.headers.get('content-type', '')}".strip()
    if method != "GET":
        return Uncertain(vendor_problem("DELIVERY_UNCERTAIN", VENDOR, request, vendor))
    code = "VENDOR_UNREACHABLE" if answer.is_json else "VENDOR_MAINTENANCE"
    return WillRetry(vendor_problem(code, VENDOR, request, vendor), 30)
