"""Business Central online, imitated: one tenant in memory behind Microsoft's own paths.

Decides how the parts are put together. What the API answers is decided in the modules of the resources; how it is
served, counted and struck by faults is the kit's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from kontera.clock import Clock
from kontera.sandboxes.business_central.audit import audit, setup
from kontera.sandboxes.business_central.auth import Entra
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.delivery import Deliverer
from kontera.sandboxes.business_central.errors import ApiError
from kontera.sandboxes.business_central.levers import Levers
from kontera.sandboxes.business_central.tenant import FIRST_COMPANY, Tenant
from kontera.sandboxes.business_central.web import Doors, Web
from kontera.sandboxes.kit import Sandbox

LIMIT, WINDOW = 6000, 300.0  # requests per seconds, per app registration
TENANT_ID = "11111111-2222-4333-8444-555555555555"
_TICK = 0.05


class BusinessCentralSandbox(Sandbox):
    """One tenant with one environment and one company; more companies through the action `company`."""

    name = "business_central"

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        limit: int | None = LIMIT,
        window: float = WINDOW,
        seed: int = 1,
        environment: str = "Production",
        companies: tuple[str, ...] = (FIRST_COMPANY,),
    ) -> None:
        super().__init__(clock, limit=limit, window=window, seed=seed)
        self.environment = environment
        self.entra = Entra(TENANT_ID, "22222222-3333-4444-8555-666666666666", "sandbox-secret")
        self.doors = Doors()
        self.latency = 0.0  # real seconds every call takes
        self.retry_after = True  # whether a 429 says when to come back
        self.tenant = Tenant(self.clock, companies)
        self.deliverer = Deliverer(self.tenant, self.faults)
        self._web = Web(self)
        self.app = Starlette(routes=self._web.routes(), exception_handlers={404: self._no_such_path})
        self._levers = Levers(self)

    @property
    def company(self) -> Company:
        """The first company."""
        return next(iter(self.tenant.companies.values()))

    def credentials(self) -> dict[str, Any]:
        """See Sandbox."""
        return {
            "token_url": f"{self.base_url}/{self.entra.tenant}/oauth2/v2.0/token",
            "api_url": f"{self.base_url}/v2.0/{self.entra.tenant}/{self.environment}/api/v2.0",
            "login_url": self.base_url,
            "base_url": self.base_url,
            "tenant_id": self.entra.tenant,
            "environment": self.environment,
            "client_id": self.entra.client_id,
            "client_secret": self.entra.client_secret,
            "scope": self.entra.scope,
            "company_id": self.company.id,
            "company": self.company.name,
        }

    def reset(self) -> None:
        """Every company is fresh again; subscriptions go, sign-in stays."""
        names = tuple(each.name for each in self.tenant.companies.values())
        self.tenant = Tenant(self.clock, names)
        self.deliverer = Deliverer(self.tenant, self.faults)

    def views(self) -> dict[str, Callable[[], Any]]:
        """See Sandbox."""
        return {
            "audit": lambda: audit(self.company),
            "audits": lambda: {each.name: audit(each) for each in self.tenant.companies.values()},
            "setup": lambda: setup(self.company),
            "webhooks": lambda: {
                "sent": list(self.deliverer.sent),
                "pending": {key: len(each.entries) for key, each in self.tenant.hooks.pending.items()},
            },
        }

    def actions(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """See Sandbox: the levers; a refusal in the vendor's words becomes bad input."""
        return {name: _spoken(lever) for name, lever in self._levers.all().items()}

    def expire_tokens(self) -> None:
        """See Sandbox."""
        self.entra.expire()

    def fault_response(self, status: int) -> Response:
        """See Sandbox."""
        texts = {
            401: ("Authentication_InvalidCredentials", "The server has rejected the client credentials."),
            408: ("Application_OperationTimeout", "The operation has timed out."),
            429: ("Application_TooManyRequests", "Too many requests: the maximum number of requests is exceeded."),
            503: ("Internal_TenantUnavailable", "The service is temporarily unavailable."),
            504: ("Internal_GatewayTimeout", "The gateway did not receive a response in time."),
        }
        code, text = texts.get(status, ("Internal_ServerError", "An internal server error occurred."))
        return self._web.refusal(ApiError(status, code, text))

    def started(self) -> None:
        """See Sandbox: notices are delivered beside the API."""
        self.beside(lambda client: self.deliverer.deliver_due(client), _TICK)  # `reset` makes another deliverer

    async def handshake(self, url: str) -> bool:
        """Whether a notification address answers the validation."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await self.deliverer.shake_hands(client, url)

    async def _no_such_path(self, request: Request, error: Exception) -> Response:
        return self._web.refusal(ApiError(404, "BadRequest_NotFound", "Resource not found."))


def _spoken(lever: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    def pull(body: dict[str, Any]) -> Any:
        try:
            return lever(body)
        except ApiError as error:
            raise ValueError(error.message) from error

    return pull
