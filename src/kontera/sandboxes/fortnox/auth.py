"""Sign-in: authorize page, token endpoint, revocation, and what a token may do.

Decides who calls, for which company, with which scopes. Access tokens live an hour and cannot be revoked; refresh
tokens live 45 days, are used once and rotated; codes live ten minutes; a consent holds until the company revokes it.
It knows nothing of licences: those are the company's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kontera.sandboxes.fortnox.errors import TokenError
from kontera.sandboxes.kit.wire import json_bytes

CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=45)
_SCOPE_WORDS = (
    "archive article assets bookkeeping companyinformation companylogo connectfile costcenter currency customer "
    "deletevoucher inbox invoice noxfinansinvoice offer order payment price print profile project salary settings "
    "supplier supplierinvoice timereporting warehouse warehousecustomdocument"
)
SCOPES = frozenset(_SCOPE_WORDS.split())
_SIGNING_KEY = b"fortnox sandbox: signs nothing of value"


@dataclass
class Consent:
    """A company's consent to a client."""

    client: str
    tenant: str
    scopes: tuple[str, ...]
    service: bool
    revoked: bool = False


@dataclass
class Client:
    """A registered integration."""

    secret: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str] = SCOPES


@dataclass
class _Issued:
    consent: Consent
    expires: datetime
    scopes: tuple[str, ...]
    redirect_uri: str = ""


@dataclass(frozen=True)
class Access:
    """What a valid access token stands for."""

    client: str
    tenant: str
    scopes: frozenset[str]


@dataclass
class Authority:
    """All clients, consents and tokens of the sandbox."""

    clients: dict[str, Client] = field(default_factory=dict)
    consents: dict[tuple[str, str], Consent] = field(default_factory=dict)  # client, tenant
    _codes: dict[str, _Issued] = field(default_factory=dict)
    _access: dict[str, _Issued] = field(default_factory=dict)
    _refresh: dict[str, _Issued] = field(default_factory=dict)
    _serial: int = 0

    def consent(self, client: str, tenant: str, scopes: tuple[str, ...], service: bool) -> Consent:
        """Record a consent; it replaces an earlier one of the same client and company."""
        result = Consent(client, tenant, scopes, service)
        self.consents[client, tenant] = result
        return result

    def code(self, consent: Consent, redirect_uri: str, now: datetime) -> str:
        """An authorization code for a consent just given."""
        code = self._secret("code")
        self._codes[code] = _Issued(consent, now + CODE_LIFE, consent.scopes, redirect_uri)
        return code

    def exchange(self, client: str, form: dict[str, str], tenant: str, now: datetime) -> dict[str, object]:
        """The token endpoint for an identified client. Raises TokenError."""
        grant = form.get("grant_type", "")
        if grant == "authorization_code":
            issued = self._codes.get(form.get("code", ""))
            if (
                issued is None
                or not self._good(issued, client, now)
                or (issued.redirect_uri != form.get("redirect_uri", ""))
            ):
                raise TokenError(400, "invalid_grant", "Authorization code doesn't exist or is invalid for the client")
            del self._codes[form["code"]]
            return self._pair(issued.consent, issued.scopes, now)
        if grant == "refresh_token":
            issued = self._refresh.get(form.get("refresh_token", ""))
            if issued is None or not self._good(issued, client, now):
                raise TokenError(400, "invalid_grant", "Invalid refresh token")
            del self._refresh[form["refresh_token"]]  # used once: a lost answer here means a new consent
            return self._pair(issued.consent, issued.scopes, now)
        if grant == "client_credentials":
            return self._service(client, form, tenant, now)
        raise TokenError(400, "unsupported_grant_type", "The grant type is not supported")

    def identify(self, header: str) -> str:
        """The client of a Basic header. Raises TokenError when it or its secret is wrong."""
        kind, _, value = header.partition(" ")
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            name = secret = ""
        client = self.clients.get(name)
        if kind.lower() != "basic" or client is None or not hmac.compare_digest(client.secret, secret):
            raise TokenError(401, "invalid_client", "The client credentials are invalid")
        return name

    def access(self, token: str, now: datetime) -> Access | None:
        """What `token` may do now; None when it is unknown or expired."""
        issued = self._access.get(token)
        if issued is None or issued.expires <= now:
            return None
        return Access(issued.consent.client, issued.consent.tenant, frozenset(issued.scopes))

    def revoke_token(self, client: str, token: str) -> None:
        """Revoke a refresh token (access tokens live on until they expire)."""
        issued = self._refresh.get(token)
        if issued is not None and issued.consent.client == client:
            del self._refresh[token]

    def expire_access(self) -> None:
        """Every access token given out so far stops working."""
        self._access.clear()

    def expire_refresh(self) -> None:
        """Every refresh token given out so far stops working."""
        self._refresh.clear()

    def grant(self, consent: Consent, now: datetime, scopes: tuple[str, ...] | None = None) -> dict[str, object]:
        """A pair of tokens without the dance: for credentials handed to tests."""
        return self._pair(consent, consent.scopes if scopes is None else scopes, now)

    def legacy(self, token: str, consent: Consent, now: datetime) -> None:
        """Accept `token` as a never-expiring access token, for clients of the old header."""
        self._access[token] = _Issued(consent, now + timedelta(days=36500), consent.scopes)

    def _service(self, client: str, form: dict[str, str], tenant: str, now: datetime) -> dict[str, object]:
        consent = self.consents.get((client, tenant))
        if not tenant or consent is None or not consent.service or consent.revoked:
            raise TokenError(400, "invalid_grant", "Invalid tenant or no consent for a service account")
        wanted = tuple(form.get("scope", "").split()) or consent.scopes
        scopes = tuple(scope for scope in wanted if scope in consent.scopes)  # the rest is dropped without a word
        answer = self._pair(consent, scopes, now)
        del self._refresh[str(answer.pop("refresh_token"))]
        return answer

    def _good(self, issued: _Issued, client: str, now: datetime) -> bool:
        return issued.consent.client == client and issued.expires > now and not issued.consent.revoked

    def _pair(self, consent: Consent, scopes: tuple[str, ...], now: datetime) -> dict[str, object]:
        access = self._jwt(consent, scopes, now + ACCESS_LIFE)
        refresh = self._secret("refresh")
        self._access[access] = _Issued(consent, now + ACCESS_LIFE, scopes)
        self._refresh[refresh] = _Issued(consent, now + REFRESH_LIFE, scopes)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "scope": " ".join(scopes),
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "bearer",
        }

    def _secret(self, kind: str) -> str:
        """A token nobody can guess by counting, yet the same in every run."""
        self._serial += 1
        return hmac.new(_SIGNING_KEY, f"{kind} {self._serial}".encode(), hashlib.sha256).hexdigest()[:40]

    def _jwt(self, consent: Consent, scopes: tuple[str, ...], expires: datetime) -> str:
        """A token in the shape of the vendor's: a JWT whose claim tenantId names the company."""
        self._serial += 1
        head = _base64({"alg": "HS256", "typ": "JWT"})
        claims = _base64(
            {
                "tenantId": int(consent.tenant),
                "sub": f"{self._serial}@{consent.tenant}",
                "scope": list(scopes),
                "exp": int(expires.timestamp()),
            }
        )
        signature = hmac.new(_SIGNING_KEY, f"{head}.{claims}".encode(), hashlib.sha256).digest()
        return f"{head}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _base64(value: object) -> str:
    return base64.urlsafe_b64encode(json_bytes(value)).decode().rstrip("=")
