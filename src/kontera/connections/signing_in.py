"""A person consents at the vendor, and we get our keys: where to send them, and what they come back with.

Decides that only an answer to our own question counts, and only once: the state is signed, names the connection, the
person and where the vendor sends people back to, and holds for ten minutes, as long as the vendors' codes do. A newer
question to the same vendor replaces the older one.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime

from django.core import signing
from django.db import transaction

from kontera.calls import RateWindow
from kontera.clock import Clock
from kontera.connections import adapters, store
from kontera.connections.registry import VENDORS
from kontera.db.models import AuditEntry, Connection, Lane

_SALT = "kontera.consent"
_GOOD_FOR_SECONDS = 600
_RETURN_PATH = "/oauth/callback"
_QUESTION = "consent_question"  # the setting that holds the mark of the question that is open


class ConsentRefused(ValueError):
    """What came back is not an answer to a question of ours, or too late. The text says which."""


def consent_address(connection: Connection, author: str) -> str:
    """Where `author` consents. Raises ConsentRefused for a vendor that knows no consent, and when nobody said where it
    sends people back to."""
    vendor = VENDORS[connection.vendor]
    if not vendor.consents:
        raise ConsentRefused(f"{vendor.title} is connected with a key; nobody needs to consent there")
    back, mark = return_address(connection), secrets.token_urlsafe(16)
    if not back:
        raise ConsentRefused(
            f"{vendor.title} must know where to send people back to: set KONTERA_PUBLIC_URL (the address becomes"
            f" KONTERA_PUBLIC_URL{_RETURN_PATH}), or the setting redirect_uri"
        )
    store.save_settings(connection.pk, {_QUESTION: mark})
    asked = {"connection": connection.pk, "author": author, "back": back, "mark": mark}
    state = signing.dumps(asked, salt=_SALT)
    return vendor.authorize_url({**adapters.own_settings(connection), "redirect_uri": back}, state)


def return_address(connection: Connection) -> str:
    """Where the vendor sends people back to, as registered with it: the setting redirect_uri, else this installation's
    own address; empty when neither is known."""
    public = os.environ.get("KONTERA_PUBLIC_URL", "").rstrip("/")
    own = f"{public}{_RETURN_PATH}" if public else ""
    return str(connection.settings.get("redirect_uri", "")) or own


def finish_consent(code: str, state: str, clock: Clock) -> Connection:
    """Trade what the vendor sent back for keys; the connection is signed in from now on. Raises ConsentRefused, and
    NeedsSignIn when the vendor does not accept the code. Either way the question is answered: ask anew."""
    try:
        asked = signing.loads(state, salt=_SALT, max_age=_GOOD_FOR_SECONDS)
    except signing.SignatureExpired as error:
        raise ConsentRefused("the consent took longer than ten minutes; start again") from error
    except signing.BadSignature as error:
        raise ConsentRefused("this is not an answer to a question of ours") from error
    connection = _answered(int(asked["connection"]), str(asked.get("mark", "")))
    adapter = adapters.ledger(connection, clock, RateWindow(clock, 0, 0))
    with adapters.collecting() as exchanges:
        try:
            adapter.sign_in(code, str(asked["back"]))  # type: ignore[attr-defined]
        finally:
            adapters.keep(connection, exchanges)
    _signed_in(connection, str(asked["author"]), clock.now())
    return connection


def _answered(connection_id: int, mark: str) -> Connection:
    """The connection whose open question has this mark; it is open no more."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().select_related("merchant").get(pk=connection_id)
        expected = store.settings_of(connection).get(_QUESTION, "")
        if not mark or not secrets.compare_digest(expected, mark):
            raise ConsentRefused("this question was answered already, or a newer one was asked; start again")
        store.save_settings(connection.pk, {_QUESTION: ""})
        connection.refresh_from_db()
    return connection


def _signed_in(connection: Connection, author: str, now: datetime) -> None:
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(signed_in=True)
        Lane.objects.filter(pk=connection.pk).update(setup_at=None, rest_until=None, failures=0)
        AuditEntry.objects.create(
            merchant_id=connection.merchant_id,
            author=author,
            action="connection.consented",
            subject=connection.code,
            detail={"vendor": connection.vendor},
            at=now,
        )
