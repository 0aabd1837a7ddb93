"""Tokens by Entra's client credentials: asked for, kept until they expire, never refreshed (there is no such token).

Decides when a new token is needed. The application's consent lies with Microsoft Entra and on the application's card
in Business Central. Never sends API calls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import msgspec

from kontera.calls import Answer, Caller
from kontera.errors import NeedsSignIn, Problem, WillRetry
from kontera.ledgers.business_central import menus

SaveSettings = Callable[[Mapping[str, str]], None]
LoadSettings = Callable[[], Mapping[str, str]]

SCOPE = "https://api.businesscentral.dynamics.com/.default"
_EARLY = timedelta(seconds=120)  # renewed this long before it expires, so that no call is wasted on a 401


class _Granted(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = 3599


class Tokens:
    """The token of one connection. Safe to use from several threads; asked for by one of them at a time.

    save: keeps changed settings durably. load: the settings as kept now; another worker may have got a token already.
    """

    def __init__(
        self, settings: Mapping[str, str], caller: Caller, save: SaveSettings, load: LoadSettings | None = None
    ) -> None:  # fmt: skip
        self._settings = dict(settings)
        self._caller = caller
        self._save = save
        self._load = load
        self._lock = threading.Lock()

    def bearer(self) -> str:
        """A token that is valid as far as we know. Raises NeedsSignIn or WillRetry."""
        with self._lock:
            token = self._settings.get("access_token", "")
            return token if token and not self._expires_soon() else self._renew(token)

    def renew(self, refused: str) -> str:
        """A new token after `refused` was; the one another thread just got, if it did."""
        with self._lock:
            current = self._settings.get("access_token", "")
            return current if current and current != refused else self._renew(refused)

    def refused(self, vendor: str) -> NeedsSignIn:
        """The error that says the application is no longer let in."""
        at = self._caller.clock.now().strftime("%Y-%m-%d %H:%M UTC")
        facts = {"connection": "Business Central", "since": at, "where": menus.APPLICATIONS}
        return NeedsSignIn(Problem(code="LEDGER_SIGN_IN", cause="connection", facts=facts, vendor=vendor))

    def _expires_soon(self) -> bool:
        text = self._settings.get("access_expires", "")
        return bool(text) and datetime.fromisoformat(text) - _EARLY <= self._caller.clock.now()

    def _renew(self, used: str) -> str:
        kept = dict(self._load()) if self._load else {}
        if kept.get("access_token", used) not in ("", used):
            self._settings.update(kept)  # another worker asked first
            if not self._expires_soon():
                return self._settings["access_token"]
        granted = self._ask()
        expires = self._caller.clock.now().astimezone(UTC) + timedelta(seconds=granted.expires_in)
        changed = {"access_token": granted.access_token, "access_expires": expires.isoformat()}
        self._save(changed)
        self._settings.update(changed)
        return granted.access_token

    def _ask(self) -> _Granted:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings["client_id"],
            "client_secret": self._settings["client_secret"],
            "scope": SCOPE,
        }
        url = f"{self._settings['login_url'].rstrip('/')}/{quote(self._settings['tenant_id'])}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = self._caller.send("POST", url, headers=headers, content=urlencode(form).encode(), writes=False)
        return self._read(answer)

    def _read(self, answer: Answer) -> _Granted:
        if answer.status == 429 or answer.status >= 500 or not answer.is_json:
            facts = {"vendor": "Business Central", "request": "POST oauth2/v2.0/token"}
            code = "VENDOR_BUSY" if answer.status == 429 else "VENDOR_MAINTENANCE"
            cause = "vendor:Business Central"
            raise WillRetry(Problem(code=code, cause=cause, facts=facts, vendor=f"HTTP {answer.status}"), 30)
        if answer.status != 200:
            raise self.refused(f"HTTP {answer.status} {answer.body[:300].decode(errors='replace')}")
        return msgspec.json.decode(answer.body, type=_Granted)
