"""Settings an adapter declares as data, from which forms, `kontera connect` and the docs are made.

Decides whether given values fit the declaration. Never stores them: secrets are sealed by `db`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

import msgspec


class SettingKind(StrEnum):
    """How a value is checked and which form field it gets."""

    TEXT = "text"
    URL = "url"
    NUMBER = "number"
    CHOICE = "choice"
    SWITCH = "switch"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One declared setting. A `secret` is encrypted at rest and never shown again. `managed`: written by Kontera
    itself (a rotated token), not asked for in forms."""

    name: str
    title: str
    title_sv: str
    help: str = ""
    help_sv: str = ""
    kind: SettingKind = SettingKind.TEXT
    required: bool = False
    secret: bool = False
    managed: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()


class SettingsError(ValueError):
    """A setting is missing, unknown or malformed; the text says which and what is accepted."""


def check_settings(declared: Sequence[Setting], given: Mapping[str, str]) -> dict[str, str]:
    """The given values with defaults filled in. Raises SettingsError naming every fault at once."""
    known = {setting.name: setting for setting in declared}
    faults = [f"unknown setting {name!r} (known: {', '.join(known)})" for name in given if name not in known]
    values: dict[str, str] = {}
    for setting in declared:
        value = given.get(setting.name, "").strip() or setting.default
        if not value:
            if setting.required:
                faults.append(f"{setting.name} is missing: {setting.title}")
            continue
        fault = _fault(setting, value)
        if fault:
            faults.append(fault)
        values[setting.name] = value
    if faults:
        raise SettingsError("; ".join(faults))
    return values


def _fault(setting: Setting, value: str) -> str | None:
    if setting.kind is SettingKind.URL:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return f"{setting.name} must be an http(s) address"
    if setting.kind is SettingKind.NUMBER and not value.isdecimal():
        return f"{setting.name} must be a whole number"
    if setting.kind is SettingKind.SWITCH and value not in ("yes", "no"):
        return f"{setting.name} must be yes or no"
    if setting.kind is SettingKind.CHOICE and value not in setting.choices:
        return f"{setting.name} must be one of {', '.join(setting.choices)}"
    return None
