"""The settings every shop has: what its orders are called by in the ledger, and how far back we look.

Decides that the store code is part of a reference and what it may look like. A vendor's own settings are its adapter's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kontera.calls import Setting, SettingsError, check_settings
from kontera.clock import parse_instant

STORE = Setting(
    name="store",
    title="Store code",
    title_sv="Butikskod",
    help="Two to six letters or digits; part of every reference in the ledger, so it stays once there are orders.",
    help_sv="Två till sex bokstäver eller siffror; ingår i varje referens och ligger fast när det finns order.",
    required=True,
)
CUT_OFF = Setting(
    name="cut_off",
    title="First date",
    title_sv="Första datum",
    help="Orders changed before this instant are not looked for (ISO 8601 with zone).",
    help_sv="Order som ändrats före denna tidpunkt söks inte (ISO 8601 med tidszon).",
)
_CODE = re.compile(r"[A-Za-z0-9]{2,6}")


def shop_values(declared: Sequence[Setting], given: Mapping[str, str]) -> dict[str, Any]:
    """The given values judged by the declaration, defaults filled in; `cut_off`, where declared, as an instant or None.
    Raises SettingsError."""
    values: dict[str, Any] = {**check_settings(declared, given)}
    if not _CODE.fullmatch(values["store"]):
        raise SettingsError(f"store must be two to six letters or digits, like store=NT (not {values['store']!r})")
    if CUT_OFF in declared:
        values["cut_off"] = _instant(values.get("cut_off", ""))
    return values


def _instant(text: str) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise SettingsError("cut_off must be a date with time and zone, like 2026-01-01T00:00:00+01:00") from error
