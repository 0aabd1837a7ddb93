"""One call to a vendor: the rate window, the record kept of it, and what a failure means. See README.md."""

from kontera.calls.caller import Answer, Caller, Exchange
from kontera.calls.readiness import ReadinessCheck
from kontera.calls.settings import Setting, SettingKind, SettingsError, check_settings
from kontera.calls.waiting import asked_to_wait, vendor_problem
from kontera.calls.window import RateWindow

__all__ = [
    "Answer",
    "Caller",
    "Exchange",
    "RateWindow",
    "ReadinessCheck",
    "Setting",
    "SettingKind",
    "SettingsError",
    "asked_to_wait",
    "check_settings",
    "vendor_problem",
]
