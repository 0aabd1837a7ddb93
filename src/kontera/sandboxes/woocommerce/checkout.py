"""The storefront: a shopper's cart becomes an order, is paid, and what common plugins write on it.

Decides what the checkout leaves behind for every way of paying and the plugins a cart may name (VAT number, exemption,
gift card, currency switchers). Amounts are `cart.py`. The cart is described in the README ("The shopper").
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from kontera.sandboxes.woocommerce import cart, life
from kontera.sandboxes.woocommerce.arithmetic import HUNDRED, ZERO, shown, stored
from kontera.sandboxes.woocommerce.order_write import BILLING, SHIPPING, blank, key_of, usable_coupon
from kontera.sandboxes.woocommerce.state import Coupon, Json, Order, Part, Product, Shop
from kontera.sandboxes.woocommerce.web import ApiError

DRAFT, FAILED = "checkout-draft", "failed"
# way of paying -> (gateway, title, status when it went well)
WAYS = {
    "stripe": ("stripe", "Kort", "paid"),
    "woopayments": ("woocommerce_payments", "Kort", "paid"),
    "klarna": ("klarna_payments", "Klarna", "paid"),
    "kco": ("kco", "Klarna", "paid"),
    "paypal": ("ppcp-gateway", "PayPal", "paid"),
    "swish": ("swish", "Swish", "paid"),
    "bacs": ("bacs", "Banköverföring", "on-hold"),
    "cheque": ("cheque", "Faktura", "on-hold"),
    "cod": ("cod", "Postförskott", "processing"),
}
_VAT_KEYS = ("_vat_number", "_billing_vat_number", "billing_vat", "vat_number", "_billing_eu_vat_number")
_HASHES = ("_coupons_hash", "_fees_hash", "_shipping_hash", "_taxes_hash")


def checkout(shop: Shop, body: Json) -> Order:
    """Check a cart out. Raises ValueError when the shop cannot sell it."""
    wanted = [(_product(shop, row), int(row.get("quantity", 1))) for row in body.get("lines", [])]
    if not wanted:
        raise ValueError("the cart is empty")
    order = _draft(shop, body)
    for name, value in body.get("meta", {}).items():
        order.meta.append(shop.meta(name, value))
    _vat_number(shop, order, body)
    _shipping(shop, order, body)
    for fee in body.get("fees", []):
        order.fees.append(
            Part(
                0,
                "fee",
                str(fee["name"]),
                tax_class=str(fee.get("tax_class", "")),
                total=stored(Decimal(str(fee["total"]))),
            )
        )
    coupons = _coupons(shop, body, sum((Decimal(one.price) * count for one, count in wanted), ZERO))
    cart.fill(shop, order, wanted, coupons)
    for coupon in coupons:
        coupon.usage_count += 1
    shop.orders[order.id] = order
    life.touch(shop, order)  # the draft is saved first: updated comes before created
    if body.get("incomplete"):
        return order
    _gift_cards(shop, order, body)
    _currency(shop, order, body)
    _place(shop, order, str(body.get("payment", "stripe")), declined=bool(body.get("declined")))
    return order


def _product(shop: Shop, row: Json) -> Product:
    found = shop.by_sku(str(row["sku"])) if row.get("sku") else shop.products.get(int(row.get("product_id", 0)))
    if found is None or found.type == "variable" or not found.price:
        raise ValueError(f"cannot be bought: {row}")
    return found


def _coupons(shop: Shop, body: Json, spend: Decimal) -> list[Coupon]:
    try:
        return [usable_coupon(shop, str(code).lower(), spend) for code in body.get("coupons", [])]
    except ApiError as error:
        raise ValueError(str(error)) from error


def _draft(shop: Shop, body: Json) -> Order:
    """The order the checkout opens as soon as a shopper sees it."""
    here, now = shop.switches, shop.now()
    order = Order(
        shop.number("post"), now, now, DRAFT, str(body.get("currency", here.currency)), here.prices_include_tax
    )
    order.created_via, order.order_key = "store-api", key_of(order.id)
    order.customer_ip, order.user_agent = "127.0.0.1", "Mozilla/5.0"
    order.customer_note = str(body.get("note", ""))
    customer = shop.customers.get(int(body.get("customer_id", 0)))
    billing = dict(body.get("billing") or (customer.billing if customer else {}))
    shipping = dict(body.get("shipping") or billing)
    order.billing = blank(BILLING) | {key: str(billing[key]) for key in BILLING if key in billing}
    order.shipping = blank(SHIPPING) | {key: str(shipping[key]) for key in SHIPPING if key in shipping}
    order.customer_id = customer.id if customer else 0
    digest = hashlib.md5(f"cart {order.id}".encode(), usedforsecurity=False).hexdigest()
    order.cart_hash = digest
    order.meta = [shop.meta(name, digest) for name in _HASHES]
    return order


def _vat_number(shop: Shop, order: Order, body: Json) -> None:
    """A VAT number plugin keeps the number under its own key; a buyer abroad with one is exempt."""
    number, key = str(body.get("vat_number", "")), str(body.get("vat_key", _VAT_KEYS[0]))
    abroad = order.shipping.get("country", "") not in {"", shop.country}
    exempt = bool(body.get("vat_exempt", bool(number) and abroad))
    order.meta.append(shop.meta("is_vat_exempt", "yes" if exempt else "no"))
    if number:
        if key not in _VAT_KEYS:
            raise ValueError(f"unknown VAT number key {key!r}; known: {', '.join(_VAT_KEYS)}")
        order.meta.append(shop.meta(key, number))


def _shipping(shop: Shop, order: Order, body: Json) -> None:
    """The way of shipping: named, priced by the cart, or the first of the buyer's zone."""
    if body.get("no_shipping"):
        return
    country = order.shipping.get("country") or shop.country
    zone = next((one for one in shop.zones if country in one["countries"]), shop.zones[0] if shop.zones else None)
    methods = zone["methods"] if zone else []
    wanted = body.get("shipping_method")
    method = next((one for one in methods if wanted in {None, one["method_id"], one["title"]}), None)
    if method is None:
        raise ValueError(f"no shipping method {wanted!r} to {country}")
    cost = Decimal(str(body.get("shipping_cost", method["cost"] or "0")))
    part = Part(0, "shipping", method["title"], method["method_id"], str(method["instance_id"]), total=stored(cost))
    rows = [(_product(shop, row).name, row.get("quantity", 1)) for row in body["lines"]]
    part.meta = [shop.meta("Items", ", ".join(f"{name} &times; {count}" for name, count in rows))]
    order.shipping_lines.append(part)


def _gift_cards(shop: Shop, order: Order, body: Json) -> None:
    """WooCommerce Gift Cards lowers the order's total by what is redeemed; lines and taxes stay."""
    for row in body.get("gift_cards", []):
        value = min(Decimal(str(row["amount"])), order.total)
        order.total -= value
        number = shop.number("gift_card")
        order.gift_cards.append(
            {"id": number, "code": str(row["code"]), "amount": shown(value, shop.switches.decimals)}
        )


def _currency(shop: Shop, order: Order, body: Json) -> None:
    """What currency switchers keep of the rate; `rate` is home currency per unit of the order's."""
    plugin = body.get("currency_plugin")
    if not plugin:
        return
    rate, home = Decimal(str(body["rate"])), shop.switches.currency
    base = shown(order.total * rate, shop.switches.decimals)
    rows: dict[str, dict[str, Any]] = {
        "aelia": {
            "_order_total_base_currency": base,
            "_order_tax_base_currency": shown(order.total_tax * rate, shop.switches.decimals),
            "_base_currency_exchange_rate": f"{rate:f}",
        },
        "woocs": {"_woocs_order_rate": f"{stored(1 / rate):f}", "_woocs_order_base_currency": home},
        "curcy": {
            "wmc_order_info": {home: {"rate": "1", "is_main": 1}, order.currency: {"rate": f"{stored(1 / rate):f}"}}
        },
        "wcpay": {
            "_wcpay_multi_currency_order_exchange_rate": f"{stored(1 / rate):f}",
            "_wcpay_multi_currency_order_default_currency": home,
        },
    }
    if plugin not in rows:
        raise ValueError(f"unknown currency plugin {plugin!r}; known: {', '.join(rows)}")
    order.meta += [shop.meta(name, value) for name, value in rows[str(plugin)].items()]


def _place(shop: Shop, order: Order, way: str, *, declined: bool) -> None:
    """The order is placed and paid, or the payment fails."""
    if way not in WAYS:
        raise ValueError(f"unknown way of paying {way!r}; known: {', '.join(WAYS)}")
    order.payment_method, order.payment_method_title, outcome = WAYS[way]
    order.status = "pending"
    shop.emit("order.created", order.id)
    if declined:
        life.set_status(shop, order, FAILED)
    elif outcome == "paid" or order.total == ZERO:
        charge(shop, order, way)
    else:
        life.set_status(shop, order, outcome)
    life.touch(shop, order)


def charge(shop: Shop, order: Order, way: str) -> None:
    """Money has been taken: what the processor's plugin writes, then the payment is complete."""
    number = shop.number("charge")
    reference = {
        "stripe": f"ch_{number:024d}",
        "woopayments": f"ch_{number:024d}",
        "klarna": f"kp-{number:08d}",
        "kco": f"kco-{number:08d}",
        "paypal": f"PP{number:015d}",
    }.get(way, f"{way}-{number:08d}")
    fee = stored(order.total * Decimal("1.5") / HUNDRED + Decimal("1.80")) if order.total else ZERO
    written: dict[str, str] = {}
    if way == "stripe":
        written = {
            "_stripe_intent_id": f"pi_{number:024d}",
            "_stripe_charge_captured": "yes",
            "_stripe_fee": shown(fee, 2),
            "_stripe_net": shown(order.total - fee, 2),
            "_stripe_currency": shop.switches.currency,
        }
    elif way == "woopayments":
        written = {
            "_intent_id": f"pi_{number:024d}",
            "_charge_id": reference,
            "_wcpay_mode": "prod",
            "_wcpay_transaction_fee": shown(fee, 2),
            "_wcpay_intent_currency": order.currency,
        }
    elif way in {"klarna", "kco"}:
        written = {
            "_wc_klarna_order_id": reference,
            "_wc_klarna_environment": "live",
            "_wc_klarna_country": order.billing.get("country", ""),
        }
    order.meta += [shop.meta(name, value) for name, value in written.items()]
    life.pay(shop, order, reference)
