"""How products and variations look in the API's answers.

Decides their JSON. `fresh` is the answer to a write, which differs in a few fields from a read. It changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from kontera.sandboxes.woocommerce.arithmetic import shown
from kontera.sandboxes.woocommerce.show import dates, links, metas, site
from kontera.sandboxes.woocommerce.state import Json, Product, Shop


def slug_of(name: str) -> str:
    """A name as WordPress makes an address of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def product(shop: Shop, base: str, one: Product, *, fresh: bool = False) -> Json:
    """A product; a variation found by its SKU looks the same, with its parent's number."""
    children = shop.variations_of(one.id)
    path = f"products/{one.id}"
    answer: Json = {
        "id": one.id,
        "name": full_name(shop, one),
        "slug": slug_of(full_name(shop, one)),
        "permalink": _permalink(shop, base, one),
        **dates(shop, date_created=one.created, date_modified=one.modified),
        "type": one.type,
        "status": one.status,
        "featured": False,
        "catalog_visibility": "visible",
        "description": one.description,
        "short_description": "",
        "sku": one.sku,
        **_prices(one, children),
        "total_sales": one.total_sales,
        **_goods(one),
        "tax_status": one.tax_status,
        "tax_class": one.tax_class,
        **_stock(one),
        "sold_individually": False,
        **_freight(one),
        "reviews_allowed": not one.parent_id,
        "average_rating": "0" if fresh else "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "parent_id": one.parent_id,
        "purchase_note": "",
        "categories": [] if one.parent_id else [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": one.attributes,
        "default_attributes": [],
        "variations": [child.id for child in children],
        "grouped_products": [],
        "menu_order": 0,
        "price_html": _price_html(shop, one, children),
        "related_ids": [],
        "meta_data": metas(one.meta),
        "stock_status": _stock_status(one, children),
        "has_options": one.type == "variable",
        "post_password": "",
        "global_unique_id": one.gtin,
    }
    if fresh:
        answer["permalink_template"] = f"{site(base)}/product/%pagename%/"
        answer["generated_slug"] = slug_of(one.name)
    found = links(base, path, "products")
    if one.parent_id:
        found["up"] = [{"href": f"{base}/products/{one.parent_id}"}]
    return answer | {"_links": found}


def variation(shop: Shop, base: str, one: Product, *, fresh: bool = False) -> Json:
    """A variation under its parent."""
    path = f"products/{one.parent_id}/variations"
    goods = _goods(one)
    return {
        "id": one.id,
        "type": "variation",
        **dates(shop, date_created=one.created, date_modified=one.modified),
        "description": one.description,
        "permalink": _permalink(shop, base, one),
        "sku": one.sku,
        "global_unique_id": one.gtin,
        **{key: value for key, value in _prices(one, []).items() if key != "purchasable"},
        "status": one.status,
        "purchasable": bool(one.price),
        **{key: goods[key] for key in ("virtual", "downloadable", "downloads", "download_limit", "download_expiry")},
        "tax_status": one.tax_status,
        "tax_class": "parent" if fresh and one.tax_class == inherited_class(shop, one) else one.tax_class,
        **_stock(one),
        "stock_status": one.stock_status,
        **{key: value for key, value in _freight(one).items() if key not in {"shipping_required", "shipping_taxable"}},
        "image": None,
        "attributes": one.attributes,
        "menu_order": 0,
        "meta_data": metas(one.meta),
        "name": option_name(one),
        "parent_id": one.parent_id,
        "_links": links(base, f"{path}/{one.id}", path, up=f"products/{one.parent_id}"),
    }


def option_name(one: Product) -> str:
    """A variation by its choices, "S"."""
    return ", ".join(str(choice["option"]) for choice in one.attributes)


def full_name(shop: Shop, one: Product) -> str:
    """A product's name; a variation's is its parent's and its choices, "T-shirt - S"."""
    parent = shop.products.get(one.parent_id)
    return f"{parent.name} - {option_name(one)}" if parent else one.name


def inherited_class(shop: Shop, one: Product) -> str:
    """The tax class of a variation's parent."""
    parent = shop.products.get(one.parent_id)
    return parent.tax_class if parent else ""


def _permalink(shop: Shop, base: str, one: Product) -> str:
    parent = shop.products.get(one.parent_id)
    if parent is None:
        return f"{site(base)}/product/{slug_of(one.name)}/"
    choices = "&".join(f"attribute_{choice['slug']}={slug_of(str(choice['option']))}" for choice in one.attributes)
    return f"{site(base)}/product/{slug_of(parent.name)}/?{choices}"


def _prices(one: Product, children: list[Product]) -> Json:
    prices = sorted((child.price for child in children if child.price), key=Decimal)
    return {
        "price": prices[0] if prices else one.price,
        "regular_price": one.regular_price,
        "sale_price": one.sale_price,
        "date_on_sale_from": None,
        "date_on_sale_from_gmt": None,
        "date_on_sale_to": None,
        "date_on_sale_to_gmt": None,
        "on_sale": bool(one.sale_price) or any(child.sale_price for child in children),
        "purchasable": bool(prices or one.price),
    }


def _goods(one: Product) -> Json:
    return {
        "virtual": one.virtual,
        "downloadable": one.downloadable,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
        "external_url": "",
        "button_text": "",
    }


def _stock(one: Product) -> Json:
    return {
        "manage_stock": one.manage_stock,
        "stock_quantity": one.stock_quantity if one.manage_stock else None,
        "backorders": one.backorders,
        "backorders_allowed": one.backorders != "no",
        "backordered": one.stock_status == "onbackorder",
        "low_stock_amount": None,
    }


def _stock_status(one: Product, children: list[Product]) -> str:
    if one.type != "variable":
        return one.stock_status
    return "instock" if any(child.stock_status != "outofstock" for child in children) else "outofstock"


def _freight(one: Product) -> Json:
    return {
        "weight": one.weight,
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_required": not one.virtual,
        "shipping_taxable": not one.virtual and one.tax_status in {"taxable", "shipping"},
        "shipping_class": "",
        "shipping_class_id": 0,
    }


def _plain(shop: Shop, price: str) -> str:
    return shown(Decimal(price), shop.switches.decimals).replace(".", ",") + "&nbsp;"


def _symbol(shop: Shop) -> str:
    return "&#107;&#114;" if shop.switches.currency == "SEK" else shop.switches.currency


def _amount_html(shop: Shop, price: str, hidden: bool = False) -> str:
    mark = ' aria-hidden="true"' if hidden else ""
    return (
        f'<span class="woocommerce-Price-amount amount"{mark}><bdi>{_plain(shop, price)}'
        f'<span class="woocommerce-Price-currencySymbol">{_symbol(shop)}</span></bdi></span>'
    )


def _price_html(shop: Shop, one: Product, children: list[Product]) -> str:
    """The price as the theme writes it: one price, a sale, or a range."""
    prices = sorted((child.price for child in children if child.price), key=Decimal)
    if prices and prices[0] != prices[-1]:
        low, high = prices[0], prices[-1]
        said = f"Price range: {_plain(shop, low)}{_symbol(shop)} through {_plain(shop, high)}{_symbol(shop)}"
        return (
            f'{_amount_html(shop, low, True)} <span aria-hidden="true">&ndash;</span> {_amount_html(shop, high, True)}'
            f'<span class="screen-reader-text">{said}</span>'
        )
    price = prices[0] if prices else one.price
    if not price:
        return ""
    if not one.sale_price:
        return _amount_html(shop, price)
    before = one.regular_price or price
    return (
        f'<del aria-hidden="true">{_amount_html(shop, before)}</del> '
        f'<span class="screen-reader-text">Original price was: {_plain(shop, before)}{_symbol(shop)}.</span>'
        f'<ins aria-hidden="true">{_amount_html(shop, price)}</ins>'
        f'<span class="screen-reader-text">Current price is: {_plain(shop, price)}{_symbol(shop)}.</span>'
    )
