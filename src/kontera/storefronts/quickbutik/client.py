"""HTTP to one Quickbutik shop: the key, and what each refusal means.

Decides what an answer says about us (sign in, permission, wait, maintenance, our own fault), by its status and by the
error that a body with status 200 can hold. Never looks into an order, and never repeats a call itself: the lane does,
after the time given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

import msgspec

from kontera.calls import Answer, Caller, asked_to_wait
from kontera.storefronts.quickbutik.settings import QuickbutikSettings
from kontera.storefronts.trouble import Troubles

VENDOR = "quickbutik"
PAGE = 1000  # the most /orders gives at once
_NOTHING = frozenset({b"", b"null"})


class _Refusal(msgspec.Struct):
    code: int = 0
    error: str = ""


class Client:
    """One shop's API. Safe to use from several threads, as the caller is."""

    def __init__(self, caller: Caller, settings: QuickbutikSettings) -> None:
        self._caller = caller
        self._api = settings.api
        # The key is both user and password; it may hold any sign, so it goes as bytes and never into an address.
        pair = f"{settings.api_key}:{settings.api_key}".encode()
        self._authorization = "Basic " + base64.b64encode(pair).decode()
        self.trouble = Troubles(caller, settings.store, vendor_words)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes | None:
        """The body of one read; None when the thing does not exist. Raises NeedsSignIn, NeedsOperator, WillRetry or
        OurFault."""
        headers = {"Accept": "application/json", "Authorization": self._authorization}
        answer = self._caller.send("GET", self._api + path, params=params, headers=headers)
        return self._judge(answer, f"GET {path}", path)

    def page(self, path: str, params: Mapping[str, str]) -> list[bytes]:
        """One page of a list, each element exactly as the shop wrote it; empty when there is no such thing."""
        body = (self.get(path, params) or b"").strip()
        return [] if body in _NOTHING else self.trouble.elements(body, f"GET {path}")

    def _judge(self, answer: Answer, request: str, path: str) -> bytes | None:
        trouble, status = self.trouble, answer.status
        if status == 429:  # none is documented; a client in use expects it
            raise trouble.busy(request, answer, asked_to_wait(answer.headers))
        if status in (301, 302, 307, 308):
            elsewhere = answer.headers.get("location", "another one")
            raise trouble.sign_in(f"the API's address redirects to {elsewhere}")
        is_page = not answer.is_json and answer.body.lstrip()[:1] not in (b"[", b"{")
        if 200 <= status < 300 and not is_page:
            refusal = refusal_of(answer.body)
            if refusal.error and refusal.code >= 400:
                status = refusal.code
        if status == 401:
            raise trouble.sign_in(vendor_words(answer.body))
        if status == 403:
            raise trouble.scope(f"read {path.strip('/').split('/')[0]}", answer.body)
        if status >= 500 or (is_page and answer.body.strip() not in _NOTHING):
            raise trouble.down(request, answer, maintenance=status == 503 or status < 500)
        trouble.over()
        if status == 404:
            return None
        if not 200 <= status < 300:
            raise trouble.fault(request, status, answer.body)
        return answer.body


def refusal_of(body: bytes) -> _Refusal:
    """The shop's error object; an empty one when the body is something else."""
    if body.lstrip()[:1] != b"{":
        return _Refusal()
    try:
        return msgspec.json.decode(body, type=_Refusal, strict=False)
    except msgspec.MsgspecError:
        return _Refusal()


def vendor_words(body: bytes) -> str:
    """The shop's own number and sentence. A page that is not JSON is cut to its first words."""
    refusal = refusal_of(body)
    if refusal.error:
        return f"{refusal.code}: {refusal.error}"
    return body[:200].decode("utf-8", "replace").strip()
