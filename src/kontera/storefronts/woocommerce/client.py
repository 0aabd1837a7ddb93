"""HTTP to one WooCommerce shop: the key, the two ways to show it, and what each refusal means.

Decides what an answer's status says about us (sign in, permission, wait, maintenance, our own fault). A shop stands on
somebody's host, behind plugins that answer for it in HTML: a page is never an answer. Never looks into an order, and
never repeats a call itself: the lane does, after the time given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from kontera.calls import Answer, Caller, asked_to_wait
from kontera.errors import NeedsOperator, WillRetry
from kontera.storefronts.trouble import Troubles
from kontera.storefronts.woocommerce.oauth import signed
from kontera.storefronts.woocommerce.settings import WooCommerceSettings

T = TypeVar("T")
VENDOR = "woocommerce"
PAGE = 100  # the most a list gives at once
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
        self._trouble = Troubles(caller, settings.store, vendor_words)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes | None:
        """The body of one read; None when the thing does not exist. Raises NeedsSignIn, NeedsOperator, WillRetry or
        OurFault."""
        return self._judge(self._send("GET", path, params or {}, None), "GET", path)

    def send(self, method: str, path: str, content: object) -> bytes:
        """One write that is harmless to repeat. Errors as `get`."""
        body = self._judge(self._send(method, path, {}, msgspec.json.encode(content)), method, path)
        if body is None:
            raise self._trouble.fault(f"{method} {path}", 404, b"")
        return body

    def page(self, path: str, params: Mapping[str, str]) -> list[bytes]:
        """One page of a list, each element exactly as the shop wrote it."""
        return self._trouble.elements(self.get(path, params) or b"[]", f"GET {path}")

    def read_as(self, kind: type[T], raws: Sequence[bytes], path: str) -> list[T]:
        """The elements of a list in a shape of ours; numbers may come as text. Raises WillRetry for another shape."""
        return self._trouble.shaped(kind, raws, f"GET {path}")

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
        trouble, request = self._trouble, f"{method} {path}"
        if answer.status == 429:  # WooCommerce has no limit, hosts and plugins have
            raise trouble.busy(request, answer, asked_to_wait(answer.headers))
        if answer.status in (301, 302, 307, 308):
            elsewhere = answer.headers.get("location", "another one")
            raise trouble.sign_in(f"the shop's address redirects to {elsewhere}")
        if not answer.is_json:
            raise trouble.down(request, answer, maintenance=answer.status == 503 or answer.status < 500)
        refusal = refusal_of(answer.body) if answer.status >= 400 else _Refusal()
        if answer.status in (401, 403):
            raise self._refused(answer, refusal, method, path)
        if answer.status >= 500:
            raise trouble.down(request, answer, maintenance=answer.status == 503)
        trouble.over()
        if answer.status == 404:
            if refusal.code == _NO_ROUTE:
                raise trouble.down(request, answer, maintenance=True)
            return None
        if answer.status not in (200, 201):
            raise trouble.fault(request, answer.status, answer.body)
        return answer.body

    def _refused(self, answer: Answer, refusal: _Refusal, method: str, path: str) -> NeedsOperator | WillRetry:
        """The shop answers 401 to nearly everything; only its words tell the cases apart."""
        words = refusal.message.lower()
        if "nonce" in words:  # our request arrived, its answer was lost, and the repetition is not let in again
            return self._trouble.down(f"{method} {path}", answer, maintenance=False)
        for scope in ("read", "write"):
            if f"{scope} permissions" in words:
                return self._trouble.scope(scope, answer.body)
        # 403: the key is known, but its user may not do this (WordPress: 401 for strangers, 403 for known users).
        if answer.status == 403:
            return self._trouble.scope(scope_of(method, path), answer.body)
        return self._trouble.sign_in(refusal.message)


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
