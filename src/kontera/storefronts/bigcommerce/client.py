"""HTTP to one BigCommerce store: the key, the shared quota, the two answer shapes and what each refusal means.

Decides what an answer's status says about us (sign in, scope, wait, maintenance, our own fault) and when the next call
may leave. Never looks into an order, and never repeats a call itself: the lane does, after the time given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from kontera.calls import Answer, Caller, asked_to_wait
from kontera.errors import NeedsOperator, NeedsSignIn, Problem
from kontera.storefronts.trouble import Troubles

VENDOR = "bigcommerce"
PAGE = 250  # the most V2 and V3 lists give at once
RESERVE = 8  # calls left unused: those of ours in flight, and some for the store's other apps, who share the quota
_RESET = "x-rate-limit-time-reset-ms"
_MANY_PAGES = 10_000

PROBES: dict[str, str] = {  # scope -> the cheapest read that needs it
    "store_v2_orders_read_only": "/v2/orders?limit=1",
    "store_v2_transactions_read_only": "/v3/orders/payment_actions/refunds?limit=1",
    "store_v2_information_read_only": "/v2/store",
}


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


class Client:
    """One store's API. Safe to use from several threads, as the caller is."""

    def __init__(self, caller: Caller, api: str, token: str, connection: str) -> None:
        self._caller = caller
        self._api = api
        self._token = token
        self._trouble = Troubles(caller, connection, vendor_words)

    def get(self, path: str, params: Mapping[str, str] | None = None, *, scope: str = "") -> bytes | None:
        """The body of one read; None when the thing does not exist (404); b"" when there is nothing (204).

        scope: which scope a 403 means. Raises NeedsSignIn, NeedsOperator, WillRetry or OurFault.
        """
        return self._judge(self._send("GET", path, params, None), "GET", path, scope)

    def send(self, method: str, path: str, content: object, *, scope: str = "") -> bytes:
        """One write that is harmless to repeat (webhooks: unique per destination). Errors as `get`."""
        body = self._judge(self._send(method, path, None, msgspec.json.encode(content)), method, path, scope)
        if body is None:
            raise self._trouble.fault(f"{method} {path}", 404, b"")
        return body

    def one(self, path: str, params: Mapping[str, str] | None = None, *, scope: str = "") -> bytes | None:
        """One object as the vendor wrote it, without a V3 envelope; None when it does not exist."""
        body = self.get(path, params, scope=scope)
        return _unwrapped(body, path) if body else None

    def page(self, path: str, params: Mapping[str, str], *, scope: str = "") -> list[bytes] | None:
        """One page of a list, each element exactly as the vendor wrote it. None when the list's owner is gone."""
        body = self.get(path, params, scope=scope)
        if body is None:
            return None
        if not body:
            return []
        try:
            return [bytes(raw) for raw in msgspec.json.decode(_unwrapped(body, path), type=list[msgspec.Raw])]
        except msgspec.MsgspecError as error:
            raise self._trouble.garbled(f"GET {path}") from error

    def every(self, path: str, params: Mapping[str, str] | None = None, *, scope: str = "") -> list[bytes] | None:
        """A whole list, page by page until a short one (totals in V3 envelopes are not to be trusted)."""
        found: list[bytes] = []
        for number in range(1, _MANY_PAGES):
            page = self.page(path, {**(params or {}), "limit": str(PAGE), "page": str(number)}, scope=scope)
            if page is None:
                return None
            found += page
            if len(page) < PAGE:
                break
        return found

    def scopes_missing(self) -> Iterator[tuple[str, Problem | None]]:
        """Each scope we need, tried with its cheapest read; the problem when the store refuses it."""
        for scope, path in PROBES.items():
            try:
                self.get(path, scope=scope)
            except NeedsSignIn:
                raise
            except NeedsOperator as refused:
                yield scope, refused.problem
            else:
                yield scope, None

    def _send(self, method: str, path: str, params: Mapping[str, str] | None, content: bytes | None) -> Answer:
        headers = {"X-Auth-Token": self._token, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        answer = self._caller.send(
            method, self._api + path, params=params, headers=headers, content=content, writes=False
        )
        self._heed(answer)
        return answer

    def _heed(self, answer: Answer) -> None:
        # The quota is the whole store's, so it is read from every answer instead of counted here.
        left = answer.headers.get("x-rate-limit-requests-left", "").strip()
        reset = asked_to_wait(answer.headers, _RESET, per_second=1000)
        if answer.status != 429 and left.isdecimal() and reset is not None and int(left) <= RESERVE:
            self._caller.window.block(reset)

    def _judge(self, answer: Answer, method: str, path: str, scope: str) -> bytes | None:
        trouble, request = self._trouble, f"{method} {path}"
        if answer.status == 429:  # without a header it is the platform's load, not the store's quota
            asked = asked_to_wait(answer.headers, _RESET, per_second=1000)
            if asked is None:
                asked = asked_to_wait(answer.headers, "x-retry-after", "retry-after")
            raise trouble.busy(request, answer, asked)
        if answer.status == 401:
            raise trouble.sign_in(vendor_words(answer.body))
        if answer.status == 403:
            raise trouble.scope(scope or "unknown", answer.body)
        if answer.status >= 500 or answer.status == 423:
            raise trouble.down(request, answer, maintenance=answer.status == 503 or not answer.is_json)
        return trouble.settled(request, answer)


def vendor_words(body: bytes) -> str:
    """The vendor's own sentence out of either error shape (V2: a list with `message`; V3: `title` and `errors`).
    A page that is not JSON is cut to its first words."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body[:200].decode("utf-8", "replace").strip()
    if isinstance(data, list):
        return "; ".join(str(entry.get("message", "")) for entry in data if isinstance(entry, dict))
    if isinstance(data, dict):
        errors = data.get("errors")
        details = "; ".join(f"{name}: {text}" for name, text in errors.items()) if isinstance(errors, dict) else ""
        return ": ".join(part for part in (str(data.get("title") or data.get("message") or ""), details) if part)
    return ""


def _unwrapped(body: bytes, path: str) -> bytes:
    if not path.startswith("/v3/"):
        return body
    try:
        return bytes(msgspec.json.decode(body, type=_Envelope).data)
    except msgspec.MsgspecError:
        return body
