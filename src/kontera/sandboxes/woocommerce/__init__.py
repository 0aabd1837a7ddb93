"""The WooCommerce sandbox: a Swedish coffee shop behind the vendor's API, over real HTTP.

Start reading in README.md, then `sandbox.py`.
"""

from kontera.sandboxes.kit.shopping import PlacedOrder
from kontera.sandboxes.woocommerce.place import BAD_KINDS, place_orders
from kontera.sandboxes.woocommerce.sandbox import WooCommerceSandbox
from kontera.sandboxes.woocommerce.shopper import Bought, Shopper

__all__ = ["BAD_KINDS", "Bought", "PlacedOrder", "Shopper", "WooCommerceSandbox", "place_orders"]
