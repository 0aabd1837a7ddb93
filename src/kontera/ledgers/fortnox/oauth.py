"""Consent and tokens: the address where a system administrator consents, the exchange of the code, and renewal.

Decides when a token is renewed and that a new refresh token is saved before anything is sent with it: it is single
use, so a rotated one that is lost means a new consent. Never sends API calls.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from kontera.calls import Answer, Caller
from kontera.errors import NeedsSignIn, Problem, WillRetry
from kontera.ledgers.fortnox import menus
from kontera.ledgers.fortnox.settings import options_from
from kontera.ledgers.fortnox.wire import TokenAnswer

SaveSettings = Callable[[Mapping[str, str]], None]
LoadSettings = Callable[[], Mapping[str, str]]

_EARLY = timedelta(seconds=60)  # renewed this long before it expires, so that no call is wasted on a 401


def authorize_url(settings: Mapping[str, str], state: str) -> str:
    """Where a system administrator of the company consents. `state` comes back unchanged and must be compared."""
    query = {
        "client_id": settings["client_id"],
        "response_type": "code",
        "state": state,
        "scope": " ".join(options_from(settings).functions()),
        "redirect_uri": settings.get("redirect_uri", ""),
        "access_type": "offline",
        "account_type": "service",
    }
    return f"{_auth_url(settings)}/auth?{urlencode(query)}"


class Tokens:
    """The tokens of one connection. Safe to use from several threads; renewed by one of them at a time.

    save: keeps changed settings durably and returns only then. load: the settings as kept now; used when a renewal is
    refused, because another worker may have renewed meanwhile.
    """

    def __init__(
        self,
        settings: Mapping[str, str],
        caller: Caller,
        save: SaveSettings,
        load: LoadSettings | None = None,
    ) -> None:
        self._settings = dict(settings)
        self._caller = caller
        self._save = save
        self._load = load
        self._lock = threading.Lock()

    def bearer(self) -> str:
        """A token that is valid as far as we know, renewed when about to expire. Raises NeedsSignIn or WillRetry."""
        with self._lock:
            token = self._settings.get("access_token", "")
            if token and not self._expires_soon():
                return token
            return self._renew()

    def renew(self, refused: str) -> str:
        """A new token after Fortnox refused `refused`; the one another thread just got, if it did."""
        with self._lock:
            current = self._settings.get("access_token", "")
            return current if current and current != refused else self._renew()

    def exchange(self, code: str, redirect_uri: str) -> None:
        """Trade the code of the consent (valid ten minutes) for tokens, and save them."""
        with self._lock:
            self._keep(self._ask({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}))

    def refused(self, vendor: str) -> NeedsSignIn:
        """The error that says the consent no longer holds."""
        at = self._caller.clock.now().strftime("%Y-%m-%d %H:%M UTC")
        facts = {"connection": "Fortnox", "since": at, "where": menus.CONSENT}
        return NeedsSignIn(Problem(code="LEDGER_SIGN_IN", cause="connection", facts=facts, vendor=vendor))

    def _expires_soon(self) -> bool:
        text = self._settings.get("access_expires", "")
        return bool(text) and datetime.fromisoformat(text) - _EARLY <= self._caller.clock.now()

    def _renew(self) -> str:
        if self._settings.get("grant") == "client_credentials":
            scope = " ".join(options_from(self._settings).functions())
            return self._keep(self._ask({"grant_type": "client_credentials", "scope": scope}))
        used = self._settings.get("refresh_token", "")
        try:
            return self._keep(self._ask({"grant_type": "refresh_token", "refresh_token": used}))
        except NeedsSignIn:
            kept = dict(self._load()) if self._load else {}
            if kept.get("refresh_token", used) == used:
                raise
            self._settings.update(kept)  # another worker renewed first
            return self._settings["access_token"]

    def _keep(self, granted: TokenAnswer) -> str:
        expires = self._caller.clock.now().astimezone(UTC) + timedelta(seconds=granted.expires_in)
        changed = {"access_token": granted.access_token, "access_expires": expires.isoformat()}
        if granted.refresh_token:
            changed["refresh_token"] = granted.refresh_token
        if granted.scope:
            changed["granted_scope"] = granted.scope
        self._save(changed)  # before the first use: were it lost, nobody could sign in again
        self._settings.update(changed)
        return granted.access_token

    def _ask(self, form: Mapping[str, str]) -> TokenAnswer:
        settings = self._settings
        if "refresh_token" in form and not form["refresh_token"]:
            raise self.refused("no refresh token: nobody has consented yet")
        pair = f"{settings['client_id']}:{settings['client_secret']}".encode()
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if form["grant_type"] == "client_credentials":
            headers["TenantId"] = settings["tenant_id"]
        # Never Uncertain: no document was in it. A lost answer may cost the refresh token; the next try tells.
        address = f"{_auth_url(settings)}/token"
        try:
            answer = self._caller.send("POST", address, headers=headers, content=urlencode(form).encode(), writes=False)
        except WillRetry as error:  # named in full: it is a setting of its own, and may be the one that is wrong
            facts = {**error.problem.facts, "request": f"POST {address}"}
            raise WillRetry(msgspec.structs.replace(error.problem, facts=facts), error.after) from error
        return self._read(answer)

    def _read(self, answer: Answer) -> TokenAnswer:
        if answer.status == 429 or answer.status >= 500 or not answer.is_json:
            facts = {"vendor": "Fortnox", "request": "POST /oauth-v1/token"}
            code = "VENDOR_BUSY" if answer.status == 429 else "VENDOR_MAINTENANCE"
            raise WillRetry(Problem(code=code, cause="vendor:Fortnox", facts=facts, vendor=f"HTTP {answer.status}"), 30)
        if answer.status != 200:
            raise self.refused(f"HTTP {answer.status} {answer.body[:300].decode(errors='replace')}")
        return msgspec.json.decode(answer.body, type=TokenAnswer)


def _auth_url(settings: Mapping[str, str]) -> str:
    return settings.get("auth_url", "https://apps.fortnox.se/oauth-v1").rstrip("/")
