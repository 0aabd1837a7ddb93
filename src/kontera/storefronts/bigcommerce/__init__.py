"""BigCommerce: orders in. See README.md."""

from kontera.storefronts.bigcommerce.adapter import BigCommerceStorefront, connect
from kontera.storefronts.bigcommerce.settings import SETTINGS, BigCommerceSettings, settings_from
from kontera.storefronts.bigcommerce.tax_setup import TaxCombination

__all__ = ["SETTINGS", "BigCommerceSettings", "BigCommerceStorefront", "TaxCombination", "connect", "settings_from"]
