"""HTTP to one WooCommerce shop: the key, the two ways to show it, and what each refusal means.

Decides what an answer's status says about us (sign in, permission, wait, maintenance, our own fault). A shop stands on
somebody's host, behind plugins that answer for it in HTML: a page is never an answer. Never looks into an order, and
never repeats a call itself: the lane does, after the time given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

import msgspec

from kontera.calls import Answer, Caller
from kontera.errors import NeedsOperator, WillRetry
from kontera.storefronts.client import ShopClient
from kontera.storefronts.woocommerce.oauth import signed
from kontera.storefronts.woocommerce.settings import WooCommerceSettings

VENDOR = "woocommerce"
PAGE = 100  # the most a list gives at once
_MANY_PAGES = 10_000
_NO_ROUTE = "rest_no_route"  # WordPress answers, WooCommerce does not: switched off, or being updated


class _Refusal(msgspec.Struct):
    code: str | int = ""
    message: str = ""


class Client(ShopClient):
    """One shop's API. Safe to use from several threads, as the caller is."""

    def __init__(self, caller: Caller, settings: WooCommerceSettings) -> None:
        super().__init__(caller, settings.store)
        self._settings = settings

    def every(self, path: str, params: Mapping[str, str] | None = None) -> list[bytes]:
        """A whole list, page by page until a short one (for lists that stand still: hooks, rates)."""
        found: list[bytes] = []
        for number in range(1, _MANY_PAGES):
            page = self.page(path, {**(params or {}), "per_page": str(PAGE), "page": str(number)})
            found += page
            if len(page) < PAGE:
                break
        return found

    def ask(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Answer:
        """See ShopClient."""
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

    def words(self, body: bytes) -> str:
        """See ShopClient."""
        return vendor_words(body)

    def judged(self, answer: Answer, method: str, path: str) -> bytes | None:
        """See ShopClient. Who is not let in is told by the shop's words only, and plugins answer in pages."""
        if answer.status in (301, 302, 307, 308):
            elsewhere = answer.headers.get("location", "another one")
            raise self._trouble.sign_in(f"the shop's address redirects to {elsewhere}")
        refusal = refusal_of(answer.body) if answer.is_json and answer.status >= 400 else _Refusal()
        if answer.is_json and answer.status in (401, 403):
            raise self._refused(answer, refusal, method, path)
        if answer.status == 404 and refusal.code == _NO_ROUTE:
            self._trouble.over()
            raise self._trouble.down(f"{method} {path}", answer, maintenance=True)
        return super().judged(answer, method, path)

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
            return self._trouble.scope(self.scope(method, path), answer.body)
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
