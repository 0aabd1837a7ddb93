"""The Business Central adapter. See README.md of this folder."""

from kontera.ledgers.business_central.adapter import BusinessCentralLedger, connect
from kontera.ledgers.business_central.settings import SETTINGS

__all__ = ["SETTINGS", "BusinessCentralLedger", "connect"]
