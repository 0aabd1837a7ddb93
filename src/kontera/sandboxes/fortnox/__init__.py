"""The Fortnox sandbox. Start reading in `sandbox.py`; what is known and what is assumed is in the README."""

from kontera.sandboxes.fortnox.company import Company, Profile
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox

__all__ = ["Company", "FortnoxSandbox", "Profile"]
