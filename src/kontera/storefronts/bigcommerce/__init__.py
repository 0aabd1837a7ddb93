"""BigCommerce: orders in. See README.md."""

from kontera.storefronts.bigcommerce.adapter import BigCommerceStorefront, connect
from kontera.storefronts.bigcommerce.settings import SETTINGS, BigCommerceSettings, settings_from

__all__ = ["SETTINGS", "BigCommerceSettings", "BigCommerceStorefront", "connect", "settings_from"]
