"""The Fortnox adapter. See README.md of this folder."""

from kontera.ledgers.fortnox.adapter import FortnoxLedger, connect
from kontera.ledgers.fortnox.settings import SETTINGS

__all__ = ["SETTINGS", "FortnoxLedger", "connect"]
