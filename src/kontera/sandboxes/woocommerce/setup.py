"""The shop's set-up as a hub reads it: settings, shipping zones and methods, payment gateways, system status.

Decides which settings exist and how a written one becomes a switch of the shop. It calculates nothing.
"""

from __future__ import annotations

from typing import Any

from kontera.sandboxes.woocommerce.show import VERSION, links, site
from kontera.sandboxes.woocommerce.state import Json, Shop
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint

WP_VERSION = "6.8.3"
_GROUPS = (
    ("wc_admin", "WooCommerce Admin", "Settings for WooCommerce admin reporting."),
    ("general", "General", ""),
    ("products", "Products", ""),
    ("tax", "Tax", ""),
    ("shipping", "Shipping", ""),
    ("checkout", "Payments", ""),
    ("account", "Accounts &amp; Privacy", ""),
    ("email", "Emails", ""),
    ("integration", "Integration", ""),
    ("advanced", "Advanced", ""),
)
_YES_NO = {"yes": True, "no": False}
# setting -> (label, type, default, switch or attribute of the shop)
_GENERAL = {
    "woocommerce_store_address": ("Address line 1", "text", "", ""),
    "woocommerce_store_city": ("City", "text", "", "city"),
    "woocommerce_default_country": ("Country / State", "select", "US:CA", "country"),
    "woocommerce_store_postcode": ("Postcode / ZIP", "text", "", "postcode"),
    "woocommerce_calc_taxes": ("Enable taxes", "checkbox", "no", "calc_taxes"),
    "woocommerce_enable_coupons": ("Enable coupons", "checkbox", "yes", ""),
    "woocommerce_calc_discounts_sequentially": ("", "checkbox", "no", "sequential_coupons"),
    "woocommerce_currency": ("Currency", "select", "USD", "currency"),
    "woocommerce_price_num_decimals": ("Number of decimals", "number", "2", "decimals"),
}
_TAX = {
    "woocommerce_prices_include_tax": ("Prices entered with tax", "radio", "no", "prices_include_tax"),
    "woocommerce_tax_based_on": ("Calculate tax based on", "select", "shipping", "tax_based_on"),
    "woocommerce_shipping_tax_class": ("Shipping tax class", "select", "inherit", "shipping_tax_class"),
    "woocommerce_tax_round_at_subtotal": ("Rounding", "checkbox", "no", "round_at_subtotal"),
    "woocommerce_tax_display_shop": ("Display prices in the shop", "select", "excl", ""),
    "woocommerce_tax_display_cart": ("Display prices during cart and checkout", "select", "excl", ""),
}
_KNOWN = {"general": _GENERAL, "tax": _TAX}
_FIXED = {
    "woocommerce_store_address": "Storgatan 1",
    "woocommerce_enable_coupons": "yes",
    "woocommerce_tax_display_shop": "incl",
    "woocommerce_tax_display_cart": "incl",
}


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/settings", groups),
        Endpoint("GET", "/settings/{group}", settings),
        Endpoint("GET", "/settings/{group}/{setting_id}", setting),
        Endpoint("PUT", "/settings/{group}/{setting_id}", setting_changed, "edit"),
        Endpoint("GET", "/shipping/zones", zones),
        Endpoint("GET", "/shipping/zones/{id:int}", zone),
        Endpoint("GET", "/shipping/zones/{id:int}/methods", zone_methods),
        Endpoint("GET", "/shipping/zones/{id:int}/locations", zone_locations),
        Endpoint("GET", "/shipping_methods", methods),
        Endpoint("GET", "/payment_gateways", gateways),
        Endpoint("GET", "/payment_gateways/{gateway_id}", gateway),
        Endpoint("GET", "/system_status", status),
    ]


# Settings


def groups(call: Call) -> Any:
    """The groups of settings."""
    return [
        {
            "id": name,
            "label": label,
            "description": text,
            "parent_id": "",
            "sub_groups": [],
            "_links": {"options": [{"href": f"{call.base}/settings/{name}"}]},
        }
        for name, label, text in _GROUPS
    ]


def _group(call: Call) -> str:
    name = str(call.path["group"])
    if name not in {row[0] for row in _GROUPS}:
        raise ApiError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    return name


def settings(call: Call) -> Any:
    """The settings of a group; only the general and tax settings are imitated."""
    group = _group(call)
    return [_shown(call, group, name) for name in _KNOWN.get(group, {})]


def _value(shop: Shop, group: str, name: str) -> str:
    place = _KNOWN[group][name][3]
    if not place:
        return _FIXED.get(name, "")
    if place == "country":
        return f"{shop.country}:{shop.state}" if shop.state else shop.country
    value = getattr(shop.switches, place) if hasattr(shop.switches, place) else getattr(shop, place)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _shown(call: Call, group: str, name: str, *, alone: bool = False) -> Json:
    label, kind, default, _ = _KNOWN[group][name]
    answer: Json = {"id": name, "label": label, "description": "", "type": kind, "default": default, "tip": ""}
    if kind in {"select", "radio"}:
        answer["options"] = _options(call.shop, name)
    answer["value"] = _value(call.shop, group, name)
    if alone:
        answer["group_id"] = group
    path = f"settings/{group}"
    return answer | {"_links": links(call.base, f"{path}/{name}", path, allow=["GET", "POST", "PUT", "PATCH"])}


def _options(shop: Shop, name: str) -> Json:
    known: dict[str, Json] = {
        "woocommerce_prices_include_tax": {
            "yes": "Yes, I will enter prices inclusive of tax",
            "no": "No, I will enter prices exclusive of tax",
        },
        "woocommerce_tax_based_on": {
            "shipping": "Customer shipping address",
            "billing": "Customer billing address",
            "base": "Shop base address",
        },
        "woocommerce_shipping_tax_class": {
            "inherit": "Shipping tax class based on cart items",
            "": "Standard",
            **shop.classes,
        },
        "woocommerce_default_country": {shop.country: shop.country},
        "woocommerce_currency": {shop.switches.currency: shop.switches.currency},
    }
    return known.get(name, {"incl": "Including tax", "excl": "Excluding tax"})


def _named(call: Call) -> tuple[str, str]:
    group, name = _group(call), str(call.path["setting_id"])
    if name not in _KNOWN.get(group, {}):
        raise ApiError("rest_setting_setting_invalid", "Invalid setting.", 404)
    return group, name


def setting(call: Call) -> Any:
    """One setting."""
    group, name = _named(call)
    return _shown(call, group, name, alone=True)


def setting_changed(call: Call) -> Any:
    """A written setting changes how the shop works from now on."""
    group, name = _named(call)
    place, kind = _KNOWN[group][name][3], _KNOWN[group][name][1]
    value = call.body.get("value")
    if kind in {"checkbox", "radio"} and value not in _YES_NO:
        raise ApiError("rest_setting_value_invalid", "An invalid setting value was passed.", 400)
    if place == "country":
        call.shop.country, _, call.shop.state = str(value).partition(":")
    elif place and hasattr(call.shop.switches, place):
        now = getattr(call.shop.switches, place)
        written: Any = _YES_NO[str(value)] if isinstance(now, bool) else type(now)(str(value))
        call.shop.switches.set({place: written})
    elif place:
        setattr(call.shop, place, str(value))
    return _shown(call, group, name, alone=True)


# Shipping


def _zone_shown(call: Call, one: Json) -> Json:
    return {
        "id": one["id"],
        "name": one["name"],
        "order": one["order"],
        "_links": {
            **links(call.base, f"shipping/zones/{one['id']}", "shipping/zones"),
            "describedby": [{"href": f"{call.base}/shipping/zones/{one['id']}/locations"}],
        },
    }


def _zone(call: Call) -> Json:
    found = next((one for one in call.shop.zones if one["id"] == call.number()), None)
    if found is None:
        raise ApiError("woocommerce_rest_shipping_zone_invalid", "Resource does not exist.", 404)
    return found


def zones(call: Call) -> Any:
    """The shipping zones; zone 0 is the rest of the world."""
    return [_zone_shown(call, one) for one in call.shop.zones]


def zone(call: Call) -> Any:
    """One zone."""
    return _zone_shown(call, _zone(call))


def zone_locations(call: Call) -> Any:
    """The countries of a zone."""
    return [{"code": code, "type": "country"} for code in _zone(call)["countries"]]


def zone_methods(call: Call) -> Any:
    """The ways of shipping in a zone, with their price without tax."""
    one = _zone(call)
    return [
        {
            "id": method["instance_id"],
            "instance_id": method["instance_id"],
            "title": method["title"],
            "order": place,
            "enabled": True,
            "method_id": method["method_id"],
            "method_title": {"flat_rate": "Flat rate", "free_shipping": "Free shipping"}.get(
                method["method_id"], "Local pickup"
            ),
            "method_description": "",
            "settings": {
                "cost": {"id": "cost", "label": "Cost", "type": "text", "value": method["cost"], "default": ""},
                "tax_status": {"id": "tax_status", "label": "Tax status", "type": "select", "value": "taxable"},
            },
            "_links": links(
                call.base,
                f"shipping/zones/{one['id']}/methods/{method['instance_id']}",
                f"shipping/zones/{one['id']}/methods",
            ),
        }
        for place, method in enumerate(one["methods"], start=1)
    ]


def methods(call: Call) -> Any:
    """The kinds of shipping methods the shop knows."""
    known = (("flat_rate", "Flat rate"), ("free_shipping", "Free shipping"), ("local_pickup", "Local pickup"))
    return [
        {
            "id": name,
            "title": title,
            "description": "",
            "_links": links(call.base, f"shipping_methods/{name}", "shipping_methods", allow=["GET"]),
        }
        for name, title in known
    ]


# Gateways


def _gateway_shown(call: Call, one: Json) -> Json:
    return {**one, "_links": links(call.base, f"payment_gateways/{one['id']}", "payment_gateways")}


def gateways(call: Call) -> Any:
    """The payment gateways."""
    return [_gateway_shown(call, one) for one in call.shop.gateways.values()]


def gateway(call: Call) -> Any:
    """One gateway."""
    one = call.shop.gateways.get(str(call.path["gateway_id"]))
    if one is None:
        raise ApiError("woocommerce_rest_payment_gateway_invalid", "Resource does not exist.", 404)
    return _gateway_shown(call, one)


# System


def status(call: Call) -> Any:
    """Versions, plugins and the settings that decide how orders are kept. Needs a manager's key."""
    shop, switches = call.shop, call.shop.switches
    store = "Orders\\OrdersTableDataStore" if switches.hpos else "WC_Order_Data_Store_CPT"
    prefix = "Automattic\\WooCommerce\\Internal\\DataStores\\" if switches.hpos else ""
    plugins = ["woocommerce/woocommerce.php", *switches.plugins]
    if switches.gift_card_plugin:
        plugins.append("woocommerce-gift-cards/woocommerce-gift-cards.php")
    return {
        "environment": {
            "home_url": site(call.base),
            "site_url": site(call.base),
            "version": VERSION,
            "wp_version": WP_VERSION,
            "wp_multisite": False,
            "wp_cron": True,
            "language": "sv_SE",
            "php_version": "8.2.36",
            "default_timezone": "UTC",
        },
        "database": {"wc_database_version": VERSION},
        "active_plugins": [_plugin(one) for one in plugins],
        "inactive_plugins": [],
        "dropins_mu_plugins": {"dropins": [], "mu_plugins": []},
        "theme": {"name": "Twenty Twenty-Five", "version": "1.3"},
        "settings": {
            "api_enabled": False,
            "force_ssl": False,
            "currency": switches.currency,
            "currency_symbol": "&#107;&#114;" if switches.currency == "SEK" else switches.currency,
            "currency_position": "right_space",
            "thousand_separator": " ",
            "decimal_separator": ",",
            "number_of_decimals": switches.decimals,
            "geolocation_enabled": False,
            "order_datastore": prefix + store,
            "HPOS_enabled": switches.hpos,
            "HPOS_sync_enabled": False,
        },
        "security": {"secure_connection": call.base.startswith("https"), "hide_errors": True},
        "pages": [],
        "post_type_counts": [
            {"type": "product", "count": str(sum(not one.parent_id for one in shop.products.values()))}
        ],
        "logging": {"logging_enabled": True},
    }


def _plugin(path: str) -> Json:
    name = path.partition("/")[0].replace("-", " ").title().replace("Woocommerce", "WooCommerce")
    return {
        "plugin": path,
        "name": name,
        "version": VERSION if path.startswith("woocommerce/") else "1.0.0",
        "version_latest": VERSION if path.startswith("woocommerce/") else "1.0.0",
        "url": "https://woocommerce.com/",
        "author_name": "Automattic",
        "author_url": "https://woocommerce.com",
        "network_activated": False,
    }
