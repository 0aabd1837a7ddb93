"""What every vendor sandbox is built on: a server, a clock, a call log, faults, a rate limiter, a control plane.

Knows no vendor. Start reading in `base.py`.
"""

from kontera.sandboxes.kit.base import Sandbox, serve
from kontera.sandboxes.kit.calls import CallLog
from kontera.sandboxes.kit.clock import SandboxClock
from kontera.sandboxes.kit.faults import Fault, Faults
from kontera.sandboxes.kit.ratelimit import SlidingWindow
from kontera.sandboxes.kit.wire import json_bytes, json_response, parse_json

__all__ = [
    "CallLog",
    "Fault",
    "Faults",
    "Sandbox",
    "SandboxClock",
    "SlidingWindow",
    "json_bytes",
    "json_response",
    "parse_json",
    "serve",
]
