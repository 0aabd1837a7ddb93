"""HTTP to Business Central and nothing else: bearer token, company, OData paging, `$batch`, and what a failure means.

Decides whether a failure is refused, retried, uncertain or a matter of sign-in. Never knows a document of ours; a
refusal leaves here as `Refused` with Business Central's code and words, and `refusals` says what it is about.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from kontera.calls import Answer, Caller, asked_to_wait, vendor_problem
from kontera.errors import KonteraError, OurFault, Problem, Uncertain, WillRetry
from kontera.ledgers.business_central.tokens import Tokens
from kontera.ledgers.business_central.wire import Batch, Company, ErrorWrap, Listed, encode

T = TypeVar("T")
Query = Mapping[str, str]
VENDOR = "Business Central"
_BUSY_SECONDS = 15.0  # 429 carries no Retry-After that Microsoft documents
_QUOTED = 300
_COMPANY = re.compile(r"^.*/companies\([^)]*\)/")
_CORRELATION = re.compile(r"\s*CorrelationId:\s*([0-9a-f-]{36})\.?\s*$", re.IGNORECASE)


class Refused(Exception):
    """Business Central understood the call and said no. code: such as Application_DialogException. sent: the body it
    refused."""

    def __init__(
        self, code: str, text: str, status: int, request: str, correlation: str = "", sent: bytes = b""
    ) -> None:  # fmt: skip
        self.code = code
        self.text = text
        self.status = status
        self.request = request
        self.correlation = correlation
        self.sent = sent
        super().__init__(f"{request}: {status} {code} {text}")

    @property
    def vendor(self) -> str:
        """Business Central's words as quoted in a case."""
        told = f"{self.text} ({self.code})" if self.code else self.text
        return f"{told} [{self.correlation}]" if self.correlation else told


class Call(msgspec.Struct, frozen=True):
    """One call inside a `$batch`, its path inside the company."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None

    @property
    def request(self) -> str:
        """Method and path for people, without the query."""
        return f"{self.method} {self.path.partition('?')[0]}"


class Result(msgspec.Struct, frozen=True):
    """The answer to one call inside a `$batch`; status 0: it was not reached."""

    call: Call
    status: int = 0
    body: bytes = b""


def filtered(path: str, condition: str, **more: str) -> str:
    """A path with `$filter` and other OData options: filtered("accounts", "number eq '1510'", top="1")."""
    query = {"$filter": condition, **{f"${name}": value for name, value in more.items()}}
    return f"{path}?{urlencode(query, quote_via=quote, safe='$(),')}"


def literal(text: str) -> str:
    """A string in an OData filter."""
    return "'" + text.replace("'", "''") + "'"


class BusinessCentralClient:
    """Calls to one company. Safe to use from several threads. company: its name or id; found: its id and that name, as
    `keep` was once told them, so that a name is looked up once and not by every worker."""

    def __init__(
        self, caller: Caller, tokens: Tokens, company: str, found: str = "", keep: Callable[[str], None] | None = None
    ) -> None:  # fmt: skip
        self.caller = caller
        self.tokens = tokens
        self._company = company
        self._keep = keep
        key, _, name = found.partition(" ")
        self._company_id = company.lower() if _is_guid(company) else key if name == company else ""

    def url(self, path: str) -> str:
        """The address of a resource of the company, as people's receipts carry it."""
        return f"{self.caller.base_url}/companies({self.company_id()})/{path}"

    def company_id(self) -> str:
        """The company's id; looked up by its name once."""
        if not self._company_id:
            answer = self._send("GET", "/companies", None)
            found = self._decode(Listed[Company], "GET /companies", answer.body, writes=False).value
            ours = [row.id for row in found if self._company in (row.name, row.display_name)]
            if len(ours) != 1:
                names = ", ".join(sorted(row.name for row in found))
                text = f"the company {self._company!r} is not one of: {names}"
                raise Refused("Internal_CompanyNotFound", text, 404, "GET companies")
            self._company_id = ours[0]
            if self._keep is not None:
                self._keep(f"{ours[0]} {self._company}")
        return self._company_id

    def get(self, kind: type[T], path: str) -> T:
        """Read. Raises Refused, WillRetry, NeedsSignIn."""
        answer = self._send("GET", self._path(path), None)
        return self._decode(kind, f"GET {path}", answer.body, writes=False)

    def pages(self, row: type[T], path: str) -> Iterator[T]:
        """Every row of a list, following `@odata.nextLink` as it stands."""
        listed = self.get(Listed[row], path)  # type: ignore[valid-type]
        while True:
            yield from listed.value
            if not listed.next_link:
                return
            listed = self.more(row, listed.next_link)

    def more(self, row: type[T], link: str) -> Listed[T]:
        """The next page of a list. A link that leads elsewhere is never followed: the token would go with it."""
        if urlsplit(link)[:2] != urlsplit(self.caller.base_url)[:2]:
            facts = {"reason": "the next page of a list lies at another address"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts, vendor=link[:_QUOTED]))
        answer = self._send("GET", link, None)
        return self._decode(Listed[row], "GET next page", answer.body, writes=False)  # type: ignore[valid-type]

    def post(self, kind: type[T], path: str, body: Mapping[str, Any]) -> T:
        """Create. Raises also Uncertain: the answer was lost or unreadable, it may have been written."""
        answer = self._send("POST", self._path(path), body)
        return self._decode(kind, f"POST {path}", answer.body, writes=True)

    def patch(self, kind: type[T], path: str, body: Mapping[str, Any]) -> T:
        """Change. Whatever the record's version: what we write is what our side knows now. Raises as `post`."""
        answer = self._send("PATCH", self._path(path), body)
        return self._decode(kind, f"PATCH {path}", answer.body, writes=True)

    def delete(self, path: str) -> None:
        """Delete. Raises as `post`."""
        self._send("DELETE", self._path(path), None)

    def act(self, path: str) -> None:
        """A bound action; it answers nothing. Raises as `post`."""
        self._send("POST", self._path(path), None)

    def batch(self, calls: Sequence[Call], writes: bool) -> list[Result]:
        """Several calls in one request, in order; each is answered by itself and none waits for another's success."""
        company = self.company_id()
        requests = [
            {
                "id": str(place),
                "method": call.method,
                "url": f"companies({company})/{call.path}",
                "headers": _headers(call.method, call.body is not None),
                **({} if call.body is None else {"body": call.body}),
            }
            for place, call in enumerate(calls, 1)
        ]
        answer = self._send("POST", "/$batch", {"requests": requests}, writes=writes)
        told = self._decode(Batch, "POST $batch", answer.body, writes=writes)
        by_id = {row.id: row for row in told.responses}
        results = []
        for place, call in enumerate(calls, 1):
            row = by_id.get(str(place))
            results.append(Result(call, row.status, bytes(row.body)) if row else Result(call))
        return results

    def read(self, kind: type[T], result: Result) -> T:
        """The body of one answer of a batch. Raises as the single call would."""
        self.check(result)
        return self._decode(kind, result.call.request, result.body, writes=result.call.method != "GET")

    def rows(self, row: type[T], result: Result) -> list[T]:
        """Every row of a list read in a batch, further pages included."""
        listed = self.read(Listed[row], result)  # type: ignore[valid-type]
        found = list(listed.value)
        while listed.next_link:
            listed = self.more(row, listed.next_link)
            found += listed.value
        return found

    def check(self, result: Result) -> None:
        """Raise what the answer of one call of a batch means, if it is not a success."""
        if not result.status:
            raise _unavailable(result.call.request, result.call.method != "GET", "not reached in the batch")
        sent = b"" if result.call.body is None else encode(result.call.body)
        self._judge(result.call.request, result.call.method != "GET", result.status, {}, result.body, sent)

    def _path(self, path: str) -> str:
        return f"/companies({self.company_id()})/{path}"

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, writes: bool | None = None) -> Answer:
        token = self.tokens.bearer()
        content = None if body is None else encode(body)
        answer = self._once(method, path, content, token, writes)
        if answer.status == 401:  # refused at the door, so nothing was written: safe to repeat, once
            answer = self._once(method, path, content, self.tokens.renew(token), writes)
            if answer.status == 401:
                raise self.tokens.refused(f"HTTP 401 {answer.body[:_QUOTED].decode(errors='replace')}")
        writing = method != "GET" if writes is None else writes
        request = f"{method} {_COMPANY.sub('', urlsplit(path).path).lstrip('/')}"
        if answer.body and not answer.is_json and answer.status not in (429, 403):
            raise _unavailable(request, writing, f"HTTP {answer.status}", maintenance=True)
        self._judge(request, writing, answer.status, answer.headers, answer.body, content or b"")
        return answer

    def _once(self, method: str, path: str, content: bytes | None, token: str, writes: bool | None) -> Answer:
        headers = {**_headers(method, content is not None), "Authorization": f"Bearer {token}"}
        if path == "/$batch":
            headers["Prefer"] = "odata.continue-on-error"
        return self.caller.send(method, path, headers=headers, content=content, writes=writes)

    def _judge(
        self, request: str, writes: bool, status: int, headers: Mapping[str, str], body: bytes, sent: bytes
    ) -> None:  # fmt: skip
        if status in (409, 429):  # nothing was done: too many calls, or somebody else holds the record
            asked = asked_to_wait(headers)
            wait = _BUSY_SECONDS if asked is None else asked
            if status == 429:
                self.caller.window.block(wait)
            raise WillRetry(vendor_problem("VENDOR_BUSY", VENDOR, request, f"HTTP {status}"), wait)
        if status >= 500 or status == 408:
            raise _unavailable(request, writes, f"HTTP {status}")
        if status >= 400:
            code, text, correlation = _told(body)
            raise Refused(code, text, status, request, correlation, sent)

    def _decode(self, kind: type[T], request: str, body: bytes, writes: bool) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError as error:
            if writes:  # it was accepted, so it may well be written: look
                raise Uncertain(vendor_problem("DELIVERY_UNCERTAIN", VENDOR, request, str(error))) from error
            facts = {"reason": f"the answer to {request} cannot be read"}
            raise OurFault(Problem(code="OUR_FAULT", facts=facts, vendor=str(error))) from error


def _headers(method: str, has_body: bool) -> dict[str, str]:
    """Accept-Language decides the language of error texts, which `refusals` reads, and regional formats."""
    headers = {"Accept": "application/json", "Accept-Language": "en-US"}
    if has_body:
        headers["Content-Type"] = "application/json"
    if method in ("PATCH", "DELETE"):
        headers["If-Match"] = "*"
    return headers


def _told(body: bytes) -> tuple[str, str, str]:
    try:
        error = msgspec.json.decode(body, type=ErrorWrap).error
    except msgspec.DecodeError:
        return "", body[:_QUOTED].decode(errors="replace"), ""
    found = _CORRELATION.search(error.message)
    return error.code, _CORRELATION.sub("", error.message).strip(), found.group(1) if found else ""


def _unavailable(request: str, writes: bool, vendor: str, maintenance: bool = False) -> KonteraError:
    """A read is tried again; a write may have been committed before the failure, so it is looked for first."""
    if writes:
        return Uncertain(vendor_problem("DELIVERY_UNCERTAIN", VENDOR, request, vendor))
    code = "VENDOR_MAINTENANCE" if maintenance else "VENDOR_UNREACHABLE"
    return WillRetry(vendor_problem(code, VENDOR, request, vendor), 30)


def _is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
