"""The Fortnox API v3, imitated: companies in memory behind the vendor's own paths.

Decides how the parts are put together. What the API answers is decided in the modules of the resources; how it is
served, counted and struck by faults is the kit's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kontera.clock import Clock
from kontera.sandboxes.fortnox import articles, customers, invoices, orders, payments, registers, seed, setup, vouchers
from kontera.sandboxes.fortnox.audit import audit
from kontera.sandboxes.fortnox.auth import SCOPES, Access, Authority, Client, Consent
from kontera.sandboxes.fortnox.company import Company, Profile
from kontera.sandboxes.fortnox.errors import ApiError, TooMany
from kontera.sandboxes.fortnox.levers import Levers
from kontera.sandboxes.fortnox.oauth import OAuth
from kontera.sandboxes.fortnox.web import Answer, response, routes
from kontera.sandboxes.kit import Sandbox

LIMIT, WINDOW = 25, 5.0  # requests per seconds, per client and tenant
LEGACY_TOKEN = "00000000-0000-4000-8000-000000000000"


class FortnoxSandbox(Sandbox):
    """One vendor with one client and one company; more companies through the action `company`."""

    name = "fortnox"

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        limit: int | None = LIMIT,
        window: float = WINDOW,
        seed: int = 1,
        tenant: str = "1001",
        profile: Profile | None = None,
        legacy: bool = False,
        redirect_uris: tuple[str, ...] = ("http://localhost:8000/connect/fortnox",),
    ) -> None:
        super().__init__(clock, limit=limit, window=window, seed=seed)
        self.client_id = "sandbox-client"
        self.client_secret = "sandbox-secret"
        self.legacy = legacy
        self.consent_page = False
        self.authority = Authority()
        self.authority.clients[self.client_id] = Client(self.client_secret, redirect_uris)
        self.companies: dict[str, Company] = {}
        self._uid = 0
        self._add(tenant, profile)
        modules = (setup, registers, vouchers, payments, invoices, orders, customers, articles)
        endpoints = [endpoint for module in modules for endpoint in module.endpoints()]
        self.app = _without_last_slash(
            Starlette(
                routes=[*OAuth(self).routes(), *routes(self, endpoints)], exception_handlers={404: self._no_such_path}
            )
        )
        self._levers = Levers(self)

    @property
    def company(self) -> Company:
        """The first company."""
        return next(iter(self.companies.values()))

    def signed_in(self, request: Request) -> Access | None:
        """Who calls, by the bearer token, or by the legacy header where that is accepted."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            token = request.headers.get("access-token", "") if self.legacy else ""
            if token == LEGACY_TOKEN:
                return Access(self.client_id, self.company.tenant, SCOPES)
        return self.authority.access(token, self.clock.now())

    def next_uid(self) -> str:
        """The X-Uid of the next answer."""
        self._uid += 1
        return f"{self._uid:08x}"

    def consent_of(self, tenant: str) -> Consent:
        """The consent of a company; given as a service account with all scopes when there is none."""
        found = self.authority.consents.get((self.client_id, tenant))
        return found or self.authority.consent(self.client_id, tenant, tuple(sorted(SCOPES)), True)

    def credentials_of(self, tenant: str) -> dict[str, Any]:
        """What a client needs for one company; each call gives out a fresh pair of tokens."""
        pair = self.authority.grant(self.consent_of(tenant), self.clock.now())
        base = f"{self.base_url}/oauth-v1"
        return {
            "api_url": self.base_url,
            "authorize_url": f"{base}/auth",
            "token_url": f"{base}/token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "tenant_id": tenant,
            "redirect_uri": self.authority.clients[self.client_id].redirect_uris[0],
            "access_token": pair["access_token"],
            "refresh_token": pair["refresh_token"],
            "scope": pair["scope"],
            "legacy_access_token": LEGACY_TOKEN,
        }

    def credentials(self) -> dict[str, Any]:
        """See Sandbox: those of the first company."""
        return self.credentials_of(self.company.tenant)

    def reset(self) -> None:
        """Every company is fresh again, with its profile; sign-in stays."""
        for tenant, company in list(self.companies.items()):
            self.companies[tenant] = seed.company(tenant, self.clock.now(), company.profile)

    def views(self) -> dict[str, Callable[[], Any]]:
        """See Sandbox."""
        return {
            "audit": lambda: audit(self.company),
            "audits": lambda: {tenant: audit(company) for tenant, company in self.companies.items()},
        }

    def actions(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """See Sandbox: the levers; a refusal in the vendor's words becomes bad input."""
        return {name: _spoken(lever) for name, lever in self._levers.all().items()}

    def expire_tokens(self) -> None:
        """See Sandbox."""
        self.authority.expire_access()

    def fault_response(self, status: int) -> Response:
        """See Sandbox: what Fortnox says with this status."""
        if status == 429:
            return response(self, Answer(TooMany().body(), 429))
        return response(self, Answer(ApiError(status, 1000003, "System exception", capital=True).body(), status))

    def _add(self, tenant: str, profile: Profile | None) -> None:
        self.companies[tenant] = seed.company(tenant, self.clock.now(), profile)
        self.consent_of(tenant)

    async def _no_such_path(self, request: Request, error: Exception) -> Response:
        return response(self, Answer(ApiError(404, 2000588, "Ogiltig parameter i anropet.", capital=True).body(), 404))


def _without_last_slash(app: ASGIApp) -> ASGIApp:
    """Serve "/3/customers/" as "/3/customers": the vendor answers both."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/" and scope["path"].endswith("/"):
            scope["path"] = scope["path"].rstrip("/")
        await app(scope, receive, send)

    return serve


def _spoken(lever: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    def pull(body: dict[str, Any]) -> Any:
        try:
            return lever(body)
        except ApiError as error:
            raise ValueError(error.message) from error

    return pull
