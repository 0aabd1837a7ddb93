"""The Business Central sandbox: API v2.0 as the vendor's sources and documentation show it.

Start reading in `sandbox.py`, then `service.py`.
"""

from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox

__all__ = ["BusinessCentralSandbox"]
