"""A person consents at the vendor, and we get our keys: where to send them, and what they come back with.

Decides that only an answer to our own question counts: the state is signed, names the connection and the person, and
holds for ten minutes, as long as the vendors' codes do.
"""

from __future__ import annotations

from datetime import datetime

from django.core import signing
from django.db import transaction

from kontera.calls import RateWindow
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.connections.registry import VENDORS
from kontera.db.models import AuditEntry, Connection, Lane

_SALT = "kontera.consent"
_GOOD_FOR_SECONDS = 600


class ConsentRefused(ValueError):
    """What came back is not an answer to a question of ours, or too late. The text says which."""


def consent_address(connection: Connection, author: str) -> str:
    """Where `author` consents. Raises ConsentRefused for a vendor that knows no consent."""
    vendor = VENDORS[connection.vendor]
    if not vendor.consents:
        raise ConsentRefused(f"{vendor.title} is connected with a key; nobody needs to consent there")
    state = signing.dumps({"connection": connection.pk, "author": author}, salt=_SALT)
    return vendor.authorize_url(adapters.own_settings(connection), state)


def finish_consent(code: str, state: str, clock: Clock) -> Connection:
    """Trade what the vendor sent back for keys; the connection is signed in from now on. Raises ConsentRefused, and
    NeedsSignIn when the vendor does not accept the code."""
    try:
        asked = signing.loads(state, salt=_SALT, max_age=_GOOD_FOR_SECONDS)
    except signing.SignatureExpired as error:
        raise ConsentRefused("the consent took longer than ten minutes; start again") from error
    except signing.BadSignature as error:
        raise ConsentRefused("this is not an answer to a question of ours") from error
    connection = Connection.objects.get(pk=asked["connection"])
    adapter = adapters.ledger(connection, clock, RateWindow(clock, 0, 0))
    with adapters.collecting() as exchanges:
        try:
            adapter.sign_in(code, connection.settings.get("redirect_uri", ""))  # type: ignore[attr-defined]
        finally:
            adapters.keep(connection, exchanges)
    _signed_in(connection, str(asked["author"]), clock.now())
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
