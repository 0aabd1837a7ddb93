"""/settings: what a hub reads to learn how the shop calculates, and what a written setting changes.

Decides which settings exist and how each is tied to a switch of the shop. Only the groups general and tax are imitated;
help texts are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kontera.sandboxes.woocommerce.show import links
from kontera.sandboxes.woocommerce.state import Json, Shop
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint

_GROUPS = (
    ("wc_admin", "WooCommerce Admin"),
    ("general", "General"),
    ("products", "Products"),
    ("tax", "Tax"),
    ("shipping", "Shipping"),
    ("checkout", "Payments"),
    ("account", "Accounts &amp; Privacy"),
    ("email", "Emails"),
    ("integration", "Integration"),
    ("site-visibility", "Site visibility"),
    ("point-of-sale", "Point of Sale"),
    ("advanced", "Advanced"),
)
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Setting:
    """One setting. `place` is the switch (or attribute of the shop) it is tied to; without one it keeps `value`."""

    id: str
    label: str
    type: str
    default: str
    value: str
    place: str = ""
    tip: bool = True
    options: Json | None = None


GENERAL = (
    Setting("woocommerce_store_address", "Address line 1", "text", "", "Storgatan 1", place="", tip=True, options=None),
    Setting("woocommerce_store_address_2", "Address line 2", "text", "", "", place="", tip=True, options=None),
    Setting("woocommerce_store_city", "City", "text", "", "", place="city", tip=True, options=None),
    Setting(
        "woocommerce_default_country", "Country / State", "select", "US:CA", "", place="country", tip=True, options={}
    ),
    Setting("woocommerce_store_postcode", "Postcode / ZIP", "text", "", "", place="postcode", tip=True, options=None),
    Setting(
        "woocommerce_allowed_countries",
        "Selling location(s)",
        "select",
        "all",
        "all",
        place="",
        tip=True,
        options={
            "all": "Sell to all countries",
            "all_except": "Sell to all countries, except for&hellip;",
            "specific": "Sell to specific countries",
        },
    ),
    Setting(
        "woocommerce_all_except_countries",
        "Sell to all countries, except for&hellip;",
        "multiselect",
        "",
        "",
        place="",
        tip=False,
        options={},
    ),
    Setting(
        "woocommerce_specific_allowed_countries",
        "Sell to specific countries",
        "multiselect",
        "",
        "",
        place="",
        tip=False,
        options={},
    ),
    Setting(
        "woocommerce_ship_to_countries",
        "Shipping location(s)",
        "select",
        "",
        "",
        place="",
        tip=True,
        options={
            "": "Ship to all countries you sell to",
            "all": "Ship to all countries",
            "specific": "Ship to specific countries only",
            "disabled": "Disable shipping &amp; shipping calculations",
        },
    ),
    Setting(
        "woocommerce_specific_ship_to_countries",
        "Ship to specific countries",
        "multiselect",
        "",
        "",
        place="",
        tip=False,
        options={},
    ),
    Setting(
        "woocommerce_default_customer_address",
        "Default customer location",
        "select",
        "base",
        "base",
        place="",
        tip=True,
        options={
            "": "No location by default",
            "base": "Shop country/region",
            "geolocation": "Geolocate",
            "geolocation_ajax": "Geolocate (with page caching support)",
        },
    ),
    Setting("woocommerce_calc_taxes", "Enable taxes", "checkbox", "no", "", place="calc_taxes", tip=True, options=None),
    Setting("woocommerce_enable_coupons", "Enable coupons", "checkbox", "yes", "yes", place="", tip=True, options=None),
    Setting(
        "woocommerce_calc_discounts_sequentially",
        "",
        "checkbox",
        "no",
        "",
        place="sequential_coupons",
        tip=True,
        options=None,
    ),
    Setting("woocommerce_currency", "Currency", "select", "USD", "", place="currency", tip=True, options={}),
    Setting(
        "woocommerce_currency_pos",
        "Currency position",
        "select",
        "left",
        "right_space",
        place="",
        tip=True,
        options={"left": "Left", "right": "Right", "left_space": "Left with space", "right_space": "Right with space"},
    ),
    Setting("woocommerce_price_thousand_sep", "Thousand separator", "text", ",", " ", place="", tip=True, options=None),
    Setting("woocommerce_price_decimal_sep", "Decimal separator", "text", ".", ",", place="", tip=True, options=None),
    Setting(
        "woocommerce_price_num_decimals",
        "Number of decimals",
        "number",
        "2",
        "",
        place="decimals",
        tip=True,
        options=None,
    ),
)

TAX = (
    Setting(
        "woocommerce_prices_include_tax",
        "Prices entered with tax",
        "radio",
        "no",
        "",
        place="prices_include_tax",
        tip=True,
        options={"yes": "Yes, I will enter prices inclusive of tax", "no": "No, I will enter prices exclusive of tax"},
    ),
    Setting(
        "woocommerce_tax_based_on",
        "Calculate tax based on",
        "select",
        "shipping",
        "",
        place="tax_based_on",
        tip=True,
        options={
            "shipping": "Customer shipping address",
            "billing": "Customer billing address",
            "base": "Shop base address",
        },
    ),
    Setting(
        "woocommerce_shipping_tax_class",
        "Shipping tax class",
        "select",
        "inherit",
        "",
        place="shipping_tax_class",
        tip=True,
        options={"inherit": "Shipping tax class based on cart items", "": "Standard"},
    ),
    Setting(
        "woocommerce_tax_round_at_subtotal",
        "Rounding",
        "checkbox",
        "no",
        "",
        place="round_at_subtotal",
        tip=False,
        options=None,
    ),
    Setting("woocommerce_tax_classes", "Additional tax classes", "textarea", "", "", place="", tip=True, options=None),
    Setting(
        "woocommerce_tax_display_shop",
        "Display prices in the shop",
        "select",
        "excl",
        "incl",
        place="",
        tip=False,
        options={"incl": "Including tax", "excl": "Excluding tax"},
    ),
    Setting(
        "woocommerce_tax_display_cart",
        "Display prices during cart and checkout",
        "select",
        "excl",
        "incl",
        place="",
        tip=False,
        options={"incl": "Including tax", "excl": "Excluding tax"},
    ),
    Setting(
        "woocommerce_price_display_suffix", "Price display suffix", "text", "", "", place="", tip=True, options=None
    ),
    Setting(
        "woocommerce_tax_total_display",
        "Display tax totals",
        "select",
        "itemized",
        "itemized",
        place="",
        tip=False,
        options={"single": "As a single total", "itemized": "Itemized"},
    ),
)
_KNOWN = {"general": GENERAL, "tax": TAX}


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/settings", groups),
        Endpoint("GET", "/settings/{group}", settings),
        Endpoint("GET", "/settings/{group}/{setting_id}", setting),
        Endpoint("PUT", "/settings/{group}/{setting_id}", setting_changed, "edit"),
    ]


def groups(call: Call) -> Any:
    """The groups of settings."""
    return [
        {
            "id": name,
            "label": label,
            "description": "",
            "parent_id": "",
            "sub_groups": [],
            "_links": {"options": [{"href": f"{call.base}/settings/{name}"}]},
        }
        for name, label in _GROUPS
    ]


def _group(call: Call) -> str:
    name = str(call.path["group"])
    if name not in {row[0] for row in _GROUPS}:
        raise ApiError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    return name


def settings(call: Call) -> Any:
    """The settings of a group."""
    group = _group(call)
    return [_shown(call, group, one) for one in _KNOWN.get(group, ())]


def _value(shop: Shop, one: Setting) -> str:
    if not one.place:
        return one.value
    if one.place == "country":
        return f"{shop.country}:{shop.state}" if shop.state else shop.country
    value = getattr(shop.switches if hasattr(shop.switches, one.place) else shop, one.place)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _shown(call: Call, group: str, one: Setting, *, alone: bool = False) -> Json:
    answer: Json = {
        "id": one.id,
        "label": one.label,
        "description": "",
        "type": one.type,
        "default": one.default,
    }
    if one.options is not None:
        answer["options"] = _options(call.shop, one)
    if one.tip:
        answer["tip"] = ""
    answer["value"] = _value(call.shop, one)
    if alone:
        answer["group_id"] = group
    path = f"settings/{group}"
    return answer | {"_links": links(call.base, f"{path}/{one.id}", path, allow=["GET", "POST", "PUT", "PATCH"])}


def _options(shop: Shop, one: Setting) -> Json:
    """The choices of a setting. Of the long lists of countries and currencies only the one in use is named."""
    if one.place == "shipping_tax_class":
        return {**(one.options or {}), **shop.classes}
    if one.place in {"country", "currency"}:
        return {_value(shop, one): _value(shop, one)}
    return one.options or {}


def _named(call: Call) -> tuple[str, Setting]:
    group, name = _group(call), str(call.path["setting_id"])
    found = next((one for one in _KNOWN.get(group, ()) if one.id == name), None)
    if found is None:
        raise ApiError("rest_setting_setting_invalid", "Invalid setting.", 404)
    return group, found


def setting(call: Call) -> Any:
    """One setting."""
    group, one = _named(call)
    return _shown(call, group, one, alone=True)


def setting_changed(call: Call) -> Any:
    """A written setting changes how the shop works from now on. Those tied to nothing keep what they had."""
    group, one = _named(call)
    shop, value = call.shop, str(call.body.get("value"))
    if one.type in {"checkbox", "radio"} and value not in _YES_NO:
        raise ApiError("rest_setting_value_invalid", "An invalid setting value was passed.", 400)
    if one.place == "country":
        shop.country, _, shop.state = value.partition(":")
    elif one.place and hasattr(shop.switches, one.place):
        now = getattr(shop.switches, one.place)
        shop.switches.set({one.place: _YES_NO[value] if isinstance(now, bool) else type(now)(value)})
    elif one.place:
        setattr(shop, one.place, value)
    return _shown(call, group, one, alone=True)
