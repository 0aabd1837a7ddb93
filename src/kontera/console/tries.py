"""How often anyone may try to sign in. Decides when it is enough: per name, whether or not anybody has it, and per
address of the network. Never tells which names exist.

A try is written down before the password is looked at, one after the other for a name or an address, so that many
tries at once are counted as many. A try after which the person did sign in does not count.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from kontera.db.models import AuditEntry

PER_NAME = 10
PER_ADDRESS = 100
WITHIN = timedelta(minutes=15)
_TRIED = "sign_in.tried"
_SIGNED_IN = "sign_in"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def may_try(name: str, address: str, now: datetime) -> bool:
    """Count one more try for `name` from `address`, unless there were too many already."""
    source = _network(address)
    with transaction.atomic():
        with connection.cursor() as cursor:
            for mark in (f"sign-in address {source}", f"sign-in name {name}"):  # always in this order
                cursor.execute(_LOCK, [mark])
        recent = AuditEntry.objects.filter(merchant=None, at__gte=now - WITHIN)
        if _failed(recent, Q(author=name)) >= PER_NAME or _failed(recent, Q(detail__source=source)) >= PER_ADDRESS:
            return False
        _note(name, _TRIED, source, now)
    return True


def signed_in(name: str, address: str, now: datetime) -> None:
    """The last try of `name` was a good one."""
    _note(name, _SIGNED_IN, _network(address), now)


def _failed(recent: QuerySet[AuditEntry], whose: Q) -> int:
    tried = recent.filter(whose, action=_TRIED).count()
    return tried - recent.filter(whose, action=_SIGNED_IN).count()


def _note(name: str, action: str, source: str, now: datetime) -> None:
    detail = {"source": source}
    AuditEntry.objects.create(merchant=None, author=name, action=action, subject="console", detail=detail, at=now)


def _network(address: str) -> str:
    """The address, or for IPv6 the network that one customer of a provider has to himself."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
