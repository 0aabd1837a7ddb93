"""HTTP to one WooCommerce shop: the key, the two ways to show it, and what each refusal means.

Decides what an answer's status says about us (sign in, permission, wait, maintenance, our own fault). A shop stands on
somebody's host, behind plugins that answer for it in HTML: a page is never an answer. Never looks into an order, and
never repeats a call itself: the lane does, after the time given.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from kontera.calls import Answer, Caller
from kontera.errors import NeedsOperator, NeedsSignIn, OurFault, Problem, WillRetry
from kontera.storefronts.woocommerce.oauth import signed
from kontera.storefronts.woocommerce.settings import WooCommerceSettings

T = TypeVar("T")
VENDOR = "woocommerce"
PAGE = 100  # the most a list gives at once
_SECOND_CHANCE = 60.0
_LONGEST_WAIT = 300.0
_MANY_PAGES = 10_000
_NO_ROUTE = "rest_no_route"  # WordPress answers, WooCommerce does not: switched off, or being updated


class _Refusal(msgspec.Struct):
    code: str | int = ""
    message: str = ""


class Client:
    """One shop's API. Safe to use from several threads, as the caller is."""

    def __init__(self, caller: Caller, settings: WooCommerceSettings) -> None:
        self._caller = caller
        self._settings = settings
        self._busy = 0
        self._lock = threading.Lock()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes | None:
        """The body of one read; None when the thing does not exist. Raises NeedsSignIn, NeedsOperator, WillRetry or
        OurFault."""
        return self._judge(self._send("GET", path, params or {}, None), "GET", path)

    def send(self, method: str, path: str, content: object) -> bytes:
        """One write that is harmless to repeat. Errors as `get`."""
        body = self._judge(self._send(method, path, {}, msgspec.json.encode(content)), method, path)
        if body is None:
            raise self._fault(method, path, 404, b"")
        return body

    def page(self, path: str, params: Mapping[str, str]) -> list[bytes]:
        """One page of a list, each element exactly as the shop wrote it."""
        body = self.get(path, params)
        try:
            return [bytes(raw) for raw in msgspec.json.decode(body or b"[]", type=list[msgspec.Raw])]
        except msgspec.MsgspecError as error:
            raise self._garbled("GET", path) from error

    def read_as(self, kind: type[T], raws: Sequence[bytes], path: str) -> list[T]:
        """The elements of a list in a shape of ours; numbers may come as text. Raises WillRetry for another shape."""
        try:
            return [msgspec.json.decode(raw, type=kind, strict=False) for raw in raws]
        except msgspec.MsgspecError as error:
            raise self._garbled("GET", path) from error

    def every(self, path: str, params: Mapping[str, str] | None = None) -> list[bytes]:
        """A whole list, page by page until a short one (for lists that stand still: hooks, rates)."""
        found: list[bytes] = []
        for number in range(1, _MANY_PAGES):
            page = self.page(path, {**(params or {}), "per_page": str(PAGE), "page": str(number)})
            found += page
            if len(page) < PAGE:
                break
        return found

    def _send(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Answer:
        settings = self._settings
        url = settings.api + path
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if settings.by_oauth:
            now = int(self._caller.clock.now().timestamp())
            params = signed(method, url, params, settings.consumer_key, settings.consumer_secret, timestamp=now)
        else:
            pair = f"{settings.consumer_key}:{settings.consumer_secret}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        return self._caller.send(method, url, params=params, headers=headers, content=content, writes=False)

    def _judge(self, answer: Answer, method: str, path: str) -> bytes | None:
        if answer.status == 429:
            raise self._too_many(answer, method, path)
        if answer.status in (301, 302, 307, 308):
            raise self._sign_in(f"the shop's address redirects to {answer.headers.get('location', 'another one')}")
        if not answer.is_json:
            down = answer.status == 503 or answer.status < 500
            raise self._retry("VENDOR_MAINTENANCE" if down else "VENDOR_UNREACHABLE", method, path, answer)
        refusal = refusal_of(answer.body) if answer.status >= 400 else _Refusal()
        if answer.status in (401, 403):
            raise self._refused(answer, refusal, method, path)
        if answer.status >= 500:
            down = answer.status == 503
            raise self._retry("VENDOR_MAINTENANCE" if down else "VENDOR_UNREACHABLE", method, path, answer)
        with self._lock:
            self._busy = 0
        if answer.status == 404:
            if refusal.code == _NO_ROUTE:
                raise self._retry("VENDOR_MAINTENANCE", method, path, answer)
            return None
        if answer.status not in (200, 201):
            raise self._fault(method, path, answer.status, answer.body)
        return answer.body

    def _refused(self, answer: Answer, refusal: _Refusal, method: str, path: str) -> NeedsOperator | WillRetry:
        """The shop answers 401 to nearly everything; only its words tell the cases apart."""
        words = refusal.message.lower()
        if "nonce" in words:  # our request arrived, its answer was lost, and the repetition is not let in again
            return self._retry("VENDOR_UNREACHABLE", method, path, answer)
        for scope in ("read", "write"):
            if f"{scope} permissions" in words:
                return self._scope(scope, answer)
        # 403: the key is known, but its user may not do this (WordPress: 401 for strangers, 403 for known users).
        return self._scope(scope_of(method, path), answer) if answer.status == 403 else self._sign_in(refusal.message)

    def _sign_in(self, words: str) -> NeedsSignIn:
        since = self._caller.clock.now().strftime("%Y-%m-%d %H:%M UTC")
        facts = {"connection": self._settings.store, "since": since}
        return NeedsSignIn(Problem(code="SHOP_SIGN_IN", cause="connection", facts=facts, vendor=words))

    def _scope(self, scope: str, answer: Answer) -> NeedsOperator:
        facts = {"connection": self._settings.store, "scope": scope}
        problem = Problem(
            code="SHOP_SCOPE_MISSING", cause=f"scope:{scope}", facts=facts, vendor=vendor_words(answer.body)
        )
        return NeedsOperator(problem)

    def _too_many(self, answer: Answer, method: str, path: str) -> WillRetry:
        """WooCommerce has no limit, hosts and plugins have: as long as they say, else twice as long each time."""
        with self._lock:
            self._busy += 1
            tries = self._busy
        text = answer.headers.get("retry-after", "").strip()
        after = float(text) if text.isdecimal() else min(2.0**tries, _LONGEST_WAIT)
        self._caller.window.block(after)
        return WillRetry(self._problem("VENDOR_BUSY", method, path, answer.body), after)

    def _retry(self, code: str, method: str, path: str, answer: Answer) -> WillRetry:
        return WillRetry(self._problem(code, method, path, answer.body), _SECOND_CHANCE)

    def _garbled(self, method: str, path: str) -> WillRetry:
        return WillRetry(self._problem("VENDOR_UNREACHABLE", method, path, b"the answer was cut off or not JSON"))

    def _problem(self, code: str, method: str, path: str, body: bytes) -> Problem:
        facts = {"vendor": VENDOR, "request": f"{method} {path}"}
        return Problem(code=code, cause=f"vendor:{VENDOR}", facts=facts, vendor=vendor_words(body))

    def _fault(self, method: str, path: str, status: int, body: bytes) -> OurFault:
        reason = f"{method} {path} was refused with {status}"
        return OurFault(Problem(code="OUR_FAULT", facts={"order": "", "reason": reason}, vendor=vendor_words(body)))


def refusal_of(body: bytes) -> _Refusal:
    """The shop's error object; an empty one when the body is something else."""
    try:
        return msgspec.json.decode(body, type=_Refusal)
    except msgspec.MsgspecError:
        return _Refusal()


def vendor_words(body: bytes) -> str:
    """The shop's own code and sentence. A page that is not JSON is cut to its first words."""
    refusal = refusal_of(body)
    if refusal.code or refusal.message:
        return f"{refusal.code}: {refusal.message}".strip(": ")
    return body[:200].decode("utf-8", "replace").strip()


def scope_of(method: str, path: str) -> str:
    """What the key's user lacks, in words a shop manager can act on."""
    kind = "read" if method == "GET" else "write"
    return f"{kind} {path.strip('/').split('/')[0]}"
