"""The page where a merchant hands keys over to an application: /wc-auth/v1/authorize.

Decides what the page asks, and that the shop itself posts the new keys to the application's callback. It never shows a
key to the browser. Source: the vendor's authentication guide.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import httpx2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kontera.sandboxes.kit import json_bytes
from kontera.sandboxes.woocommerce.state import Key, Shop

_NEEDED = ("app_name", "user_id", "return_url", "callback_url", "scope")
_SCOPES = ("read", "write", "read_write")


class HandOver:
    """The two pages of the hand-over."""

    def __init__(self, shop: Callable[[], Shop]) -> None:
        self._shop = shop

    def routes(self) -> list[Route]:
        """The routes of the pages."""
        return [
            Route("/wc-auth/v1/authorize", self._ask),
            Route("/wc-auth/v1/access_granted", self._grant),
            Route("/wc-auth/v1/access_denied", self._deny),
        ]

    def _trouble(self, query: dict[str, str]) -> str:
        """What is wrong with the request, in the vendor's words; empty when nothing is."""
        for name in _NEEDED:
            if not query.get(name):
                return f"Error: Missing parameter {name}."
        if query["scope"] not in _SCOPES:
            return f"Error: Invalid scope {query['scope']}."
        for name in ("return_url", "callback_url"):
            if urlsplit(query[name]).scheme not in {"http", "https"}:
                return f"Error: The {name} is not a valid URL."
        if urlsplit(query["callback_url"]).scheme != "https" and not self._shop().switches.private_hosts:
            return "Error: The callback_url needs to be over SSL."
        return ""

    async def _ask(self, request: Request) -> Response:
        query = dict(request.query_params)
        trouble = self._trouble(query)
        if trouble:
            return HTMLResponse(f"<p>{html.escape(trouble)}</p>", 401)
        again = html.escape(urlencode(query))
        return HTMLResponse(
            f"<h1>{html.escape(query['app_name'])} would like to connect to your store</h1>"
            f"<p>This will give it {html.escape(query['scope'])} access.</p>"
            f'<a class="approve" href="/wc-auth/v1/access_granted?{again}">Approve</a> '
            f'<a class="deny" href="/wc-auth/v1/access_denied?{again}">Deny</a>'
        )

    async def _deny(self, request: Request) -> Response:
        return self._back(dict(request.query_params), 0)

    async def _grant(self, request: Request) -> Response:
        query = dict(request.query_params)
        trouble = self._trouble(query)
        if trouble:
            return HTMLResponse(f"<p>{html.escape(trouble)}</p>", 401)
        shop = self._shop()
        number = shop.number("key")
        made = Key(_random("ck", number), _random("cs", number), query["scope"])
        body = {
            "key_id": number,
            "user_id": query["user_id"],
            "consumer_key": made.consumer_key,
            "consumer_secret": made.consumer_secret,
            "key_permissions": made.permissions,
        }
        shop.keys[made.consumer_key] = made
        if not await _told(query["callback_url"], json_bytes(body)):
            del shop.keys[made.consumer_key]
            return HTMLResponse("<p>Error: An error occurred in the request and at the time were unable to send the "
                                "consumer data.</p>", 401)  # fmt: skip
        return self._back(query, 1)

    def _back(self, query: dict[str, str], success: int) -> Response:
        glue = "&" if urlsplit(query.get("return_url", "")).query else "?"
        more = urlencode({"success": success, "user_id": query.get("user_id", "")})
        return RedirectResponse(f"{query.get('return_url', '/')}{glue}{more}", 302)


async def _told(url: str, body: bytes) -> bool:
    async with httpx2.AsyncClient(trust_env=False) as client:
        try:
            answer = await client.post(url, content=body, headers={"content-type": "application/json;charset=UTF-8"})
        except httpx2.HTTPError:
            return False
    return bool(answer.status_code == 200)


def _random(kind: str, number: int) -> str:
    """A key of forty hexadecimal digits, the same for the same number."""
    return f"{kind}_{hashlib.sha1(f'sandbox {kind} {number}'.encode(), usedforsecurity=False).hexdigest()}"
