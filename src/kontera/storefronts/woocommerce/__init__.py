"""WooCommerce: orders in. See README.md."""

from kontera.storefronts.woocommerce.adapter import WooCommerceStorefront, connect
from kontera.storefronts.woocommerce.settings import SETTINGS, WooCommerceSettings, settings_from

__all__ = ["SETTINGS", "WooCommerceSettings", "WooCommerceStorefront", "connect", "settings_from"]
