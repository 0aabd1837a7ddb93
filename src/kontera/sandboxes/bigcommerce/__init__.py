"""The BigCommerce sandbox: a Swedish tea shop behind the vendor's API, over real HTTP.

Start reading in README.md, then `sandbox.py`.
"""

from kontera.sandboxes.bigcommerce.place import BAD_KINDS, place_orders
from kontera.sandboxes.bigcommerce.sandbox import BigCommerceSandbox
from kontera.sandboxes.bigcommerce.shopper import Bought, Shopper
from kontera.sandboxes.kit.shopping import PlacedOrder

__all__ = ["BAD_KINDS", "BigCommerceSandbox", "Bought", "PlacedOrder", "Shopper", "place_orders"]
