"""HTTP to one Quickbutik shop: the key, and what its own ways of refusing mean.

Decides what an answer says about us beyond what is alike for every vendor: JSON under another name, a refusal inside an
answer of 200, an address that moved. Never looks into an order.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

import msgspec

from kontera.calls import Answer, Caller
from kontera.errors import WillRetry
from kontera.storefronts.client import ShopClient
from kontera.storefronts.quickbutik.settings import QuickbutikSettings

VENDOR = "quickbutik"
PAGE = 1000  # the most /orders gives at once
_NOTHING = frozenset({b"", b"null"})


class _Refusal(msgspec.Struct):
    code: int = 0
    error: str = ""


class Client(ShopClient):
    """One shop's API."""

    def __init__(self, caller: Caller, settings: QuickbutikSettings) -> None:
        super().__init__(caller, settings.store)
        self._api = settings.api
        # The key is both user and password; it may hold any sign, so it goes as bytes and never into an address.
        pair = f"{settings.api_key}:{settings.api_key}".encode()
        self._authorization = "Basic " + base64.b64encode(pair).decode()

    def ask(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Answer:
        """See ShopClient."""
        headers = {"Accept": "application/json", "Authorization": self._authorization}
        return self._caller.send(method, self._api + path, params=params, headers=headers, content=content)

    def words(self, body: bytes) -> str:
        """See ShopClient: the shop's own number and sentence."""
        refusal = refusal_of(body)
        return f"{refusal.code}: {refusal.error}" if refusal.error else super().words(body)

    def judged(self, answer: Answer, method: str, path: str) -> bytes | None:
        """See ShopClient."""
        if answer.status in (301, 302, 307, 308):
            elsewhere = answer.headers.get("location", "another one")
            raise self._trouble.sign_in(f"the API's address redirects to {elsewhere}")
        body = answer.body.strip()
        if body[:1] in (b"[", b"{") or body in _NOTHING:  # whatever the server calls it
            answer = msgspec.structs.replace(answer, headers={**answer.headers, "content-type": "application/json"})
        refusal = refusal_of(answer.body)
        if 200 <= answer.status < 300 and refusal.error and refusal.code >= 400:
            answer = msgspec.structs.replace(answer, status=refusal.code)
        if answer.status == 401:
            raise self._trouble.sign_in(self.words(answer.body))
        told = super().judged(answer, method, path)
        return b"[]" if told is not None and told.strip() in _NOTHING else told

    def garbled(self, path: str) -> WillRetry:
        """Half an answer is no answer."""
        return self._trouble.garbled(f"GET {path}")


def refusal_of(body: bytes) -> _Refusal:
    """The shop's error object; an empty one when the body is something else."""
    if body.lstrip()[:1] != b"{":
        return _Refusal()
    try:
        return msgspec.json.decode(body, type=_Refusal, strict=False)
    except msgspec.MsgspecError:
        return _Refusal()
