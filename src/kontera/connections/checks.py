"""Whether a connection may be made or changed as asked, before anything is written.

Decides what a code may look like, which ledger a shop may name, and what may not change once orders refer to it; the
vendor's own settings are judged by its adapter. Writes nothing and talks to no vendor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kontera.calls import SettingsError, check_settings
from kontera.connections.registry import VENDORS, Vendor
from kontera.db.models import Connection

MERCHANT_CODE_LENGTH = 50
CONNECTION_CODE_LENGTH = 20
_CODE = re.compile(r"[A-Za-z0-9_-]+")


def check_code(what: str, code: str, longest: int) -> None:
    """A short name that is part of addresses and references. Raises SettingsError. what: for the message."""
    if not _CODE.fullmatch(code):
        raise SettingsError(f"{what} {code!r} must be letters (a to z), digits, - and _ only")
    if len(code) > longest:
        raise SettingsError(f"{what} {code!r} is too long: at most {longest} characters")


def checked_values(vendor: Vendor, merged: Mapping[str, str]) -> dict[str, str]:
    """The settings with defaults filled in, judged by the declaration and by the vendor's adapter. Raises
    SettingsError."""
    values = check_settings(vendor.settings(), merged)
    vendor.check(values)
    return values


def check_ledger(vendor: Vendor, ledger: Connection | None) -> None:
    """Only a shop books into a ledger, and only into a ledger. Raises SettingsError."""
    if ledger is None:
        return
    if ledger.kind != Connection.Kind.LEDGER:
        title = VENDORS[ledger.vendor].title
        raise SettingsError(f"{ledger.code!r} is a shop ({title}), not a ledger: a shop books into a ledger")
    if vendor.kind == Connection.Kind.LEDGER:
        raise SettingsError(f"{vendor.title} is a ledger itself: only a shop names the ledger it books into")


def check_store_stays(existing: Connection | None, before: Mapping[str, str], values: Mapping[str, str]) -> None:
    """The store code is part of every reference in the ledger: with orders it stays. Raises SettingsError."""
    if existing is None or before.get("store", "") == values.get("store", "") or not existing.orders.exists():
        return
    raise SettingsError(
        f"store is {before.get('store', '')!r} and cannot change: the references in the ledger begin with it, and"
        f" {existing.code!r} has orders already"
    )
