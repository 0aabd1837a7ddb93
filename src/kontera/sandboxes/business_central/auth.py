"""Who may call: Entra's token endpoint for client credentials, and the tokens it gave out.

Decides whether a token request is granted and whether a call's token still holds. After facts A1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SCOPE = "https://api.businesscentral.dynamics.com/.default"
LIFE = timedelta(seconds=3599)


class EntraError(Exception):
    """A refusal of the token endpoint. error: OAuth's code; text: Entra's own, with its AADSTS number."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.number, self.text = status, error, number, text


@dataclass
class Entra:
    """One app registration in one tenant. enabled: the state of its card in Business Central."""

    tenant: str
    client_id: str
    client_secret: str
    scope: str = SCOPE
    enabled: bool = True
    consented: bool = True
    tokens: dict[str, datetime] = field(default_factory=dict)
    _number: int = 0

    def grant(self, tenant: str, form: dict[str, str], now: datetime) -> dict[str, str | int]:
        """A token for client credentials. Raises EntraError."""
        if tenant not in (self.tenant, f"{self.tenant}.onmicrosoft.com"):
            raise EntraError(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            raise EntraError(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id") != self.client_id:
            raise EntraError(
                400, "unauthorized_client", 700016,
                f"Application with identifier '{form.get('client_id', '')}' was not found in the directory.",
            )  # fmt: skip
        if form.get("client_secret") != self.client_secret:
            raise EntraError(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if form.get("scope") != self.scope:
            raise EntraError(
                400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."
            )
        if not self.consented:
            raise EntraError(400, "invalid_grant", 65001, "The user or administrator has not consented to the app.")
        self._number += 1
        token = f"sandbox-token-{self._number}"
        self.tokens[token] = now + LIFE
        return {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}

    def admits(self, header: str, now: datetime) -> bool:
        """Whether an Authorization header lets its call in."""
        kind, _, token = header.partition(" ")
        return kind.lower() == "bearer" and self.enabled and self.tokens.get(token, now) > now

    def expire(self) -> None:
        """Every token given out ends now."""
        self.tokens.clear()
