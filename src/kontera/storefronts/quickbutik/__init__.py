"""Quickbutik: orders in. See README.md."""

from kontera.storefronts.quickbutik.adapter import QuickbutikStorefront, connect
from kontera.storefronts.quickbutik.settings import SETTINGS, QuickbutikSettings, settings_from

__all__ = ["SETTINGS", "QuickbutikSettings", "QuickbutikStorefront", "connect", "settings_from"]
