"""The sign-in pages: authorize, token, revoke, discovery.

Decides how the browser dance and the token calls look over HTTP; what a code or token is worth is decided in
`auth.py`. Token calls do not count against the API's rate limit. Unlike the vendor, an address on this machine need not
be registered to be returned to: a hub under trial listens on whatever port is free.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kontera.sandboxes.fortnox.errors import TokenError
from kontera.sandboxes.kit.wire import json_response

if TYPE_CHECKING:
    from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox


class OAuth:
    """The pages under /oauth-v1."""

    def __init__(self, sandbox: FortnoxSandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/oauth-v1/auth", self._authorize, methods=["GET", "POST"]),
            Route("/oauth-v1/token", self._token, methods=["POST"]),
            Route("/oauth-v1/revoke", self._revoke, methods=["POST"]),
            Route("/oauth-v1/.well-known/openid-configuration", self._discovery),
        ]

    async def _authorize(self, request: Request) -> Response:
        """Ask for consent, or give it at once; then back to the client with a code or an error."""
        sandbox, query = self._sandbox, dict(request.query_params)
        client = sandbox.authority.clients.get(query.get("client_id", ""))
        redirect = query.get("redirect_uri", "")
        known = client is not None and (redirect in client.redirect_uris or _on_this_machine(redirect))
        if client is None or not known or not query.get("state"):
            return HTMLResponse("<h1>Ogiltig förfrågan</h1><p>client_id, redirect_uri eller state är fel.</p>", 400)
        scopes = tuple(query.get("scope", "").split())
        state = query["state"]
        if query.get("response_type") != "code":
            return _back(redirect, error="unsupported_response_type", state=state)
        if not scopes or not client.scopes.issuperset(scopes):
            return _back(redirect, error="invalid_scope", state=state)
        tenant = query.get("tenant") or next(iter(sandbox.companies))
        if tenant not in sandbox.companies:
            return _back(redirect, error="access_denied", state=state)
        if request.method == "GET" and sandbox.consent_page:
            return HTMLResponse(_page(sandbox.companies[tenant].profile.name, scopes))
        answer = dict(parse_qsl((await request.body()).decode())).get("answer", "yes")
        if answer != "yes":
            return _back(redirect, error="access_denied", state=state)
        consent = sandbox.authority.consent(query["client_id"], tenant, scopes, query.get("account_type") == "service")
        return _back(redirect, code=sandbox.authority.code(consent, redirect, sandbox.clock.now()), state=state)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            client = self._sandbox.authority.identify(request.headers.get("authorization", ""))
            return json_response(
                self._sandbox.authority.exchange(
                    client, form, request.headers.get("tenantid", ""), self._sandbox.clock.now()
                )
            )
        except TokenError as error:
            return json_response(error.body(), error.status)

    async def _revoke(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            client = self._sandbox.authority.identify(request.headers.get("authorization", ""))
        except TokenError as error:
            return json_response(error.body(), error.status)
        if form.get("token_type_hint", "refresh_token") == "refresh_token":
            self._sandbox.authority.revoke_token(client, form.get("token", ""))
        return json_response({"revoked": True})

    async def _discovery(self, request: Request) -> Response:
        base = f"{self._sandbox.base_url}/oauth-v1"
        return json_response(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/auth",
                "token_endpoint": f"{base}/token",
                "revocation_endpoint": f"{base}/revoke",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            }
        )


def _on_this_machine(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")


def _back(redirect: str, **parameters: str) -> Response:
    """Back to the client's address."""
    return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(parameters)}", 302)


def _page(company: str, scopes: tuple[str, ...]) -> str:
    wanted = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    return (
        f"<!DOCTYPE html><html lang='sv'><head><meta charset='utf-8'><title>Godkänn integration</title></head>"
        f"<body><h1>{escape(company)}</h1><p>Integrationen vill ha tillgång till:</p><ul>{wanted}</ul>"
        "<form method='post'><button name='answer' value='yes'>Godkänn</button> "
        "<button name='answer' value='no'>Avbryt</button></form></body></html>"
    )
