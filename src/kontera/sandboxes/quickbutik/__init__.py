"""The Quickbutik sandbox: a Swedish yarn shop behind the vendor's API, over real HTTP.

Start reading in README.md, then `sandbox.py`.
"""

from kontera.sandboxes.kit.shopping import PlacedOrder
from kontera.sandboxes.quickbutik.place import BAD_KINDS, place_orders
from kontera.sandboxes.quickbutik.sandbox import QuickbutikSandbox
from kontera.sandboxes.quickbutik.shopper import Bought, Shopper

__all__ = ["BAD_KINDS", "Bought", "PlacedOrder", "QuickbutikSandbox", "Shopper", "place_orders"]
