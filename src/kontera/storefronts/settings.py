"""The settings shops have alike: what orders are called by in the ledger, how far back we look, what statuses mean.

Decides that the store code is part of a reference and what it may look like. A vendor's own settings are its adapter's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kontera.calls import Setting, SettingsError, check_settings
from kontera.clock import parse_instant
from kontera.commerce import OrderState

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
OWN_STATUSES = Setting(
    name="own_statuses",
    title="Order statuses of your own",
    title_sv="Egna orderstatusar",
    help="What each means, separated by commas, e.g. packed=placed, delivered=completed.",
    help_sv="Vad var och en betyder, åtskilda med komma, t.ex. packed=placed, delivered=completed.",
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


def statuses(text: str, prefix: str = "") -> dict[str, OrderState]:
    """The value of OWN_STATUSES as a mapping. prefix: the shop's internal one, which may be written or not. Raises
    SettingsError."""
    found = {}
    for status, meaning in pairs("own_statuses", text, "packed=placed").items():
        if meaning not in list(OrderState):
            known = ", ".join(OrderState)
            raise SettingsError(f"own_statuses: {meaning!r} is no meaning; known, like packed=placed: {known}")
        found[status.removeprefix(prefix)] = OrderState(meaning)
    return found


def pairs(name: str, text: str, example: str) -> dict[str, str]:
    """A list like "a=1, b=2" in lower case. Raises SettingsError, which shows the example."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        left, _, right = (word.strip().lower() for word in part.partition("="))
        if not left or not right:
            raise SettingsError(f"{name}: {part!r} is not like {example}")
        found[left] = right
    return found


def _instant(text: str) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise SettingsError("cut_off must be a date with time and zone, like 2026-01-01T00:00:00+01:00") from error
