"""How often anyone may try to sign in. Decides when it is enough. Never tells which names exist.

From a browser that the person never signed in with: ten times per name and address of the network, a hundred times per
name from anywhere (many machines guessing together), a hundred times per address (one password for every name); whether
or not anybody has the name. Then whoever knows a name could keep its owner out, so a browser the person has signed in
with before (`devices`) is counted for itself alone, ten times: OWASP, "Slow Down Online Guessing Attacks with Device
Cookies".

A try is written down before the password is looked at, one after the other for a name or an address, so that many
tries at once are counted as many. A try after which the person did sign in does not count.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from kontera.db.models import AuditEntry

PER_NAME_AND_ADDRESS = 10
PER_NAME = 100
PER_ADDRESS = 100
PER_DEVICE = 10
WITHIN = timedelta(minutes=15)
_TRIED = "sign_in.tried"
_SIGNED_IN = "sign_in"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def may_try(name: str, address: str, now: datetime, device: str = "") -> bool:
    """Count one more try for `name` from `address`, unless there were too many already. device: of a browser that
    `name` has signed in with before."""
    source = _network(address)
    with transaction.atomic():
        with connection.cursor() as cursor:
            for mark in (f"sign-in address {source}", f"sign-in name {name}"):  # always in this order
                cursor.execute(_LOCK, [mark])
        recent = AuditEntry.objects.filter(merchant=None, at__gte=now - WITHIN)
        if any(_failed(recent, whose) >= most for whose, most in _bounds(name, source, device)):
            return False
        _note(name, _TRIED, source, now, device)
    return True


def signed_in(name: str, address: str, now: datetime, device: str = "") -> None:
    """The last try of `name` was a good one. device: as it was told with the try."""
    _note(name, _SIGNED_IN, _network(address), now, device)


def _bounds(name: str, source: str, device: str) -> list[tuple[Q, int]]:
    """Whose failures count, and how many are too many."""
    if device:
        return [(Q(author=name, detail__device=device), PER_DEVICE)]
    strange = Q(detail__device="")
    return [
        (strange & Q(author=name, detail__source=source), PER_NAME_AND_ADDRESS),
        (strange & Q(author=name), PER_NAME),
        (strange & Q(detail__source=source), PER_ADDRESS),
    ]


def _failed(recent: QuerySet[AuditEntry], whose: Q) -> int:
    tried = recent.filter(whose, action=_TRIED).count()
    return tried - recent.filter(whose, action=_SIGNED_IN).count()


def _note(name: str, action: str, source: str, now: datetime, device: str) -> None:
    detail = {"source": source, "device": device}
    AuditEntry.objects.create(merchant=None, author=name, action=action, subject="console", detail=detail, at=now)


def _network(address: str) -> str:
    """The address, or for IPv6 the network that one customer of a provider has to himself."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
