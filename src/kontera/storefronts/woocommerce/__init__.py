"""WooCommerce: orders in. See README.md."""

from kontera.storefronts.woocommerce.adapter import WooCommerceStorefront, connect
from kontera.storefronts.woocommerce.settings import SETTINGS, WooCommerceSettings, settings_from
from kontera.storefronts.woocommerce.tax_setup import TaxCombination

__all__ = ["SETTINGS", "TaxCombination", "WooCommerceSettings", "WooCommerceStorefront", "connect", "settings_from"]
