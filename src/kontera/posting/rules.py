"""Which version of a merchant's rulebook is in force on a day, and keeping new ones. Decides nothing about accounts.

A version is called what it is kept as: the number a file says of itself is overwritten with it wherever the rulebook
is read, so that every reason, page and export names the version it can be looked up under (law 7).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction

from kontera.accounting.rulebook import Rulebook
from kontera.accounting.rulebook_toml import load, numbered
from kontera.db.models import AuditEntry, Merchant, RulebookVersion


def in_force(merchant_id: int, day: date) -> RulebookVersion | None:
    """The version that holds on `day`: the latest start on or before it, then the highest version. A version for a
    later day keeps its day when an earlier one is corrected. For days before every start, the earliest start holds."""
    return chosen(RulebookVersion.objects.filter(merchant_id=merchant_id), day)


def chosen(versions: Iterable[RulebookVersion], day: date) -> RulebookVersion | None:
    """`in_force` among these versions, all of one merchant."""
    kept = sorted(versions, key=lambda one: (one.valid_from, one.version))
    started = [one for one in kept if one.valid_from <= day]
    if started:
        return started[-1]
    return next((one for one in reversed(kept) if one.valid_from == kept[0].valid_from), None)


def written(version: RulebookVersion) -> str:
    """A kept version as TOML: as it was given, with the number it is kept under."""
    return numbered(version.toml, version.version)


def parsed(version: RulebookVersion) -> Rulebook:
    """The rulebook of a kept version. Raises RulebookError when it cannot be read."""
    return _parsed(version.pk, written(version), f"rulebook-{version.version}.toml")


def named(version: RulebookVersion) -> str:
    """Name and number, as every reason shows it: "se-bas 3"."""
    return f"{version.name} {version.version}"


def is_same(version: RulebookVersion, toml: str) -> bool:
    """Whether the file is that version, whatever number it says of itself."""
    return written(version) == numbered(toml, version.version)


def activate(merchant: Merchant, toml: str, *, author: str, reason: str, now: datetime) -> RulebookVersion:
    """Check and keep a new version; the one there is, when this is the very same file as the version that holds from
    that day on. Raises RulebookError, naming the line, when it is not a valid rulebook."""
    rulebook = load(toml)
    with transaction.atomic():
        Merchant.objects.select_for_update().get(pk=merchant.pk)
        holds = in_force(merchant.pk, rulebook.valid_from)
        if holds is not None and is_same(holds, toml):
            return holds
        latest = RulebookVersion.objects.filter(merchant=merchant).order_by("-version").first()
        version = RulebookVersion.objects.create(
            merchant=merchant,
            version=latest.version + 1 if latest else 1,
            name=rulebook.name,
            valid_from=rulebook.valid_from,
            toml=toml,
            author=author,
            reason=reason,
            created_at=now,
        )
        AuditEntry.objects.create(
            merchant=merchant, author=author, action="rulebook.activated", subject=f"{version.version}",
            detail={"name": rulebook.name, "reason": reason}, at=now,
        )  # fmt: skip
    return version


@lru_cache(maxsize=64)
def _parsed(_pk: int, toml: str, file: str) -> Rulebook:
    return load(toml, file)
