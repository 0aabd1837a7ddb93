"""The shop's set-up as a hub reads it: shipping zones and methods, payment gateways, system status.

Decides how they look. It calculates nothing; settings are `settings.py`.
"""

from __future__ import annotations

from typing import Any

from kontera.sandboxes.woocommerce.show import VERSION, links, site
from kontera.sandboxes.woocommerce.state import Json
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint

WP_VERSION = "6.8.3"


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/shipping/zones", zones),
        Endpoint("GET", "/shipping/zones/{id:int}", zone),
        Endpoint("GET", "/shipping/zones/{id:int}/methods", zone_methods),
        Endpoint("GET", "/shipping/zones/{id:int}/locations", zone_locations),
        Endpoint("GET", "/shipping_methods", methods),
        Endpoint("GET", "/payment_gateways", gateways),
        Endpoint("GET", "/payment_gateways/{gateway_id}", gateway),
        Endpoint("GET", "/system_status", status),
    ]


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
            "log_directory_writable": True,
            "wp_version": WP_VERSION,
            "wp_multisite": False,
            "wp_memory_limit": 536870912,
            "wp_debug_mode": False,
            "wp_cron": True,
            "language": "sv_SE",
            "external_object_cache": None,
            "server_info": "nginx",
            "php_version": "8.2.36",
            "php_post_max_size": 8388608,
            "php_max_execution_time": 30,
            "php_max_input_vars": 1000,
            "max_upload_size": 2097152,
            "mysql_version": "10.11.19",
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
