"""The seeded Swedish shop "Nordisk Te": set-up, articles, customers, coupons and gift certificates.

Decides what a fresh sandbox holds. Every record has the vendor's own field names; amounts are Decimal. Nothing here
depends on chance: a reset gives the same shop.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from kontera.clock import Clock
from kontera.sandboxes.bigcommerce import seed_data as data
from kontera.sandboxes.bigcommerce.amounts import rounded
from kontera.sandboxes.bigcommerce.seed_people import add_customers
from kontera.sandboxes.bigcommerce.state import Json, Store, Switches, Token

STORE_HASH = "nordiskte"
ACCESS_TOKEN = "sandbox-bigcommerce-token"
CLIENT_ID = "kontera-sandbox-client"
CLIENT_SECRET = "sandbox-bigcommerce-client-secret"
SCOPES = frozenset(
    {
        "store_v2_orders",
        "store_v2_transactions",
        "store_v2_products",
        "store_v2_customers",
        "store_v2_information",
        "store_v2_marketing",
        "store_channel_settings",
        "store_inventory",
        "store_locations",
    }
)
SECOND_CHANNEL = 2
REVERSE_CHARGE_GROUP = 2
FIRST_ORDER = 1001


def new_store(clock: Clock, switches: Switches | None = None) -> Store:
    """A store in its seeded state."""
    store = Store(clock=clock, hash=STORE_HASH, switches=switches or Switches())
    now = store.now()
    store.tokens[ACCESS_TOKEN] = Token(CLIENT_ID, CLIENT_SECRET, SCOPES)
    store.info = _info()
    store.tax_classes = [
        {"id": str(number), "name": name, "created_at": now.isoformat(" "), "updated_at": now.isoformat(" ")}
        for number, name in data.TAX_CLASSES
    ]
    _add_tax(store)
    _add_currencies(store)
    _add_channels(store, now)
    _add_articles(store)
    add_customers(store)
    _add_marketing(store, now)
    store.wrappings = [
        {"id": 1, "name": "Presentpapper", "price": Decimal("29.0000")},
        {"id": 2, "name": "Presentask", "price": Decimal("49.0000")},
    ]
    store.number("order", FIRST_ORDER - 1)
    return store


def _info() -> Json:
    """The profile of the store; `is_price_entered_with_tax` is shown from the switch."""
    return {
        "id": STORE_HASH,
        "account_uuid": "2f0c7f1e-6f0b-4a8e-9a55-0b6f8a1f7a01",
        "domain": "nordiskte.example",
        "secure_url": "https://nordiskte.example",
        "control_panel_base_url": f"https://store-{STORE_HASH}.example",
        "status": "live",
        "name": "Nordisk Te",
        "first_name": "Tova",
        "last_name": "Lindqvist",
        "address": "Nordisk Te AB, Tegatan 5, 411 04 Göteborg",
        "country": "Sweden",
        "country_code": "SE",
        "infrastructure_region": "europe-west4",
        "phone": "+46 31 000 00 00",
        "admin_email": "agare@nordiskte.example",
        "order_email": "order@nordiskte.example",
        "favicon_url": "",
        "timezone": {
            "name": "Europe/Stockholm",
            "raw_offset": 3600,
            "dst_offset": 7200,
            "dst_correction": True,
            "date_format": {"display": "j M Y", "export": "j M Y", "extended_display": "j M Y @ H:i"},
        },
        "language": "sv",
        "currency": "SEK",
        "currency_symbol": "kr",
        "decimal_separator": ",",
        "thousands_separator": " ",
        "decimal_places": 2,
        "currency_symbol_location": "right",
        "weight_units": "KGS",
        "dimension_units": "Centimeters",
        "dimension_decimal_places": 2,
        "dimension_decimal_token": ".",
        "dimension_thousands_token": ",",
        "plan_name": "Pro",
        "plan_level": "Pro",
        "plan_is_trial": False,
        "industry": "Food & Drink",
        "logo": [],
        "is_price_entered_with_tax": True,
        "store_id": 1004242,
        "default_channel_id": 1,
        "default_site_id": 1000,
        "active_comparison_modules": [],
        "features": {
            "stencil_enabled": True,
            "sitewidehttps_enabled": True,
            "facebook_catalog_id": "",
            "checkout_type": "optimized",
            "wishlists_enabled": False,
            "graphql_storefront_api_enabled": True,
            "shopper_consent_tracking_enabled": False,
            "multi_storefront_enabled": True,
            "storefront_limits": {"active": 3, "total_including_inactive": 5},
        },
    }


def _zone(number: int, name: str, countries: list[str], groups: list[int] | None = None) -> Json:
    return {
        "id": number,
        "name": name,
        "enabled": True,
        "price_display_settings": {
            "show_inclusive": True,
            "show_both_on_detail_view": False,
            "show_both_on_list_view": False,
        },
        "shopper_target_settings": {
            "locations": [{"country_code": code, "subdivision_codes": [], "postal_codes": []} for code in countries],
            "customer_groups": groups or [],
        },
    }


def _rate(number: int, zone: int, name: str, by_class: dict[int, str]) -> Json:
    return {
        "id": number,
        "tax_zone_id": zone,
        "name": name,
        "enabled": True,
        "priority": 1,
        "class_rates": [{"tax_class_id": tax_class, "rate": Decimal(rate)} for tax_class, rate in by_class.items()],
    }


def _add_tax(store: Store) -> None:
    """A zone for Sweden, one for each EU country, one for the rest of the world, one for reverse charge."""
    for number, (country, tax_name, name, standard, reduced, books) in enumerate(data.EU_RATES, start=1):
        store.tax_zones.append(_zone(number, name, [country]))
        store.tax_rates.append(
            _rate(
                number,
                number,
                f"{tax_name} {country}",
                {
                    data.DEFAULT: standard,
                    data.NON_TAXABLE: "0",
                    data.SHIPPING: standard,
                    data.WRAPPING: standard,
                    data.REDUCED: reduced,
                    data.BOOKS: books,
                },
            )
        )
    nothing = {tax_class: "0" for tax_class, _ in data.TAX_CLASSES}
    store.tax_zones.append(_zone(90, "Export", []))
    store.tax_rates.append(_rate(90, 90, "Export 0 %", nothing))
    others = [country for country, *_ in data.EU_RATES if country != "SE"]
    store.tax_zones.append(_zone(91, "Omvänd skattskyldighet EU", others, [REVERSE_CHARGE_GROUP]))
    store.tax_rates.append(_rate(91, 91, "Omvänd skattskyldighet", nothing))


def _add_currencies(store: Store) -> None:
    for number, (code, name, sign, decimals, rate) in enumerate(data.CURRENCIES, start=1):
        store.currencies.append(
            {
                "id": number,
                "is_default": code == "SEK",
                "country_iso2": "SE" if code == "SEK" else "",
                "default_for_country_codes": [],
                "currency_code": code,
                "currency_exchange_rate": f"{Decimal(rate):.10f}",
                "auto_update": False,
                "token_location": "right",
                "token": sign,
                "decimal_token": ",",
                "thousands_token": " ",
                "decimal_places": decimals,
                "name": name,
                "enabled": True,
                "is_transactional": code not in {"GBP"},
                "use_default_name": False,
                "last_updated": store.now(),
            }
        )


def _add_channels(store: Store, now: datetime) -> None:
    for number, name, kind, platform in (
        (1, "Nordisk Te Sverige", "storefront", "bigcommerce"),
        (SECOND_CHANNEL, "Nordic Tea Europe", "storefront", "bigcommerce"),
        (3, "Butik Göteborg", "pos", "square"),
    ):
        store.channels.append(
            {
                "id": number,
                "name": name,
                "external_id": "",
                "is_listable_from_ui": True,
                "is_visible": True,
                "is_enabled": True,
                "status": "active" if kind == "storefront" else "connected",
                "type": kind,
                "platform": platform,
                "date_created": now,
                "date_modified": now,
                "icon_url": "",
            }
        )


def _add_articles(store: Store) -> None:
    for sku, name, price, tax_class, kind, stock in data.ARTICLES:
        number = store.number("product", 101)
        store.products[number] = article(store, number, sku, name, Decimal(price), tax_class, kind, stock)
    number = store.number("product")
    certificate = article(store, number, "PRESENTKORT", "Presentkort", Decimal("0.00"), data.NON_TAXABLE, "digital", 0)
    certificate["is_gift_certificate"] = True
    store.products[number] = certificate
    by_sku = {product["sku"]: product for product in store.products.values()}
    for parent, parts in data.BUNDLES.items():
        by_sku[parent]["bundle_parts"] = [by_sku[part]["id"] for part in parts]


def article(
    store: Store, number: int, sku: str, name: str, price: Decimal, tax_class: int, kind: str, stock: int
) -> Json:
    """An article with its variants, in the vendor's fields; `price` as the shop enters prices, in its currency."""
    now = store.now()
    tracked = "product" if kind == "physical" else "none"
    cost = rounded(price * Decimal("0.38"), 2)
    product: Json = {
        "id": number,
        "name": name,
        "type": kind,
        "sku": sku,
        "description": "",
        "weight": Decimal("0.3"),
        "width": Decimal(0),
        "depth": Decimal(0),
        "height": Decimal(0),
        "price": price,
        "cost_price": cost,
        "retail_price": Decimal(0),
        "sale_price": Decimal(0),
        "map_price": Decimal(0),
        "calculated_price": price,
        "tax_class_id": tax_class,
        "product_tax_code": "",
        "categories": [23],
        "brand_id": 0,
        "option_set_id": 0,
        "option_set_display": "right",
        "inventory_level": stock,
        "inventory_warning_level": 0,
        "inventory_tracking": tracked,
        "is_free_shipping": False,
        "is_visible": True,
        "is_featured": False,
        "warranty": "",
        "bin_picking_number": "",
        "upc": "",
        "mpn": "",
        "gtin": "",
        "condition": "New",
        "is_condition_shown": False,
        "availability": "available",
        "order_quantity_minimum": 0,
        "order_quantity_maximum": 0,
        "date_created": now,
        "date_modified": now,
        "total_sold": 0,
        "variants": [],
        "bundle_parts": [],
        "is_gift_certificate": False,
        "is_deleted": False,
    }
    product["variants"] = _variants(store, number, sku, price, stock)
    product["base_variant_id"] = product["variants"][0]["id"] if sku not in data.VARIANTS else 0
    if sku in data.VARIANTS:
        product["inventory_tracking"] = "variant"
    return product


def _variants(store: Store, number: int, sku: str, price: Decimal, stock: int) -> list[Json]:
    """Its variants; an article without a choice has one, as the vendor keeps it."""
    rows: tuple[tuple[str, str, str | None], ...] = data.VARIANTS.get(sku, (("", sku, None),))
    made = []
    for label, variant_sku, variant_price in rows:
        options = [{"id": number * 10, "label": label, "option_id": number, "option_display_name": "Val"}]
        made.append(
            {
                "id": store.number("variant", 501),
                "product_id": number,
                "sku": variant_sku,
                "sku_id": None,
                "price": None if variant_price is None else Decimal(variant_price),
                "calculated_price": Decimal(variant_price) if variant_price else price,
                "sale_price": None,
                "retail_price": None,
                "map_price": None,
                "weight": None,
                "cost_price": None,
                "width": None,
                "height": None,
                "depth": None,
                "is_free_shipping": False,
                "purchasing_disabled": False,
                "purchasing_disabled_message": "",
                "image_url": "",
                "upc": "",
                "mpn": "",
                "gtin": "",
                "inventory_level": stock if label else 0,
                "inventory_warning_level": 0,
                "bin_picking_number": "",
                "option_values": options if label else [],
            }
        )
    return made


def _add_marketing(store: Store, now: datetime) -> None:
    """Coupons of every type, an automatic promotion, and gift certificates in use."""
    for code, name, kind, amount, begins in data.COUPONS:
        ids = [product["id"] for product in store.products.values() if begins and product["sku"].startswith(begins)]
        store.coupons.append(
            {
                "id": store.number("coupon"),
                "name": name,
                "type": kind,
                "amount": Decimal(amount),
                "min_purchase": Decimal(0),
                "expires": "",
                "enabled": True,
                "code": code,
                "applies_to": {"entity": "products", "ids": ids} if ids else {"entity": "categories", "ids": [0]},
                "num_uses": 0,
                "max_uses": 0,
                "max_uses_per_customer": 0,
                "restricted_to": {},
                "shipping_methods": [],
                "date_created": now,
            }
        )
    store.promotions.append(
        {
            "id": 7,
            "name": "Automatisk rabatt 10 % på porslin",
            "percent": Decimal(10),
            "begins": "KO-",
            "enabled": False,
        }
    )
    for code, amount, balance, currency in (
        ("NT5-AAA-111", "500", "500", "SEK"),
        ("NT2-BBB-222", "200", "75", "SEK"),
        ("NT1-CCC-333", "100", "100", "EUR"),
    ):
        number = store.number("certificate")
        store.certificates[number] = {
            "id": number,
            "customer_id": 0,
            "order_id": 0,
            "code": code,
            "amount": Decimal(amount),
            "balance": Decimal(balance),
            "status": "active",
            "to_name": "Mottagare",
            "to_email": "till@example.com",
            "from_name": "Givare",
            "from_email": "fran@example.com",
            "template": "general.html",
            "message": "",
            "purchase_date": str(int(now.timestamp())),
            "expiry_date": "0",
            "currency_code": currency,
        }
