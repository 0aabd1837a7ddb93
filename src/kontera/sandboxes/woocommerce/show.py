"""How records look in the API's answers: field names, order, amounts as text, both kinds of dates, links.

Decides the JSON of orders, refunds and their lines. It never decides an amount. Products and registers are shown in
their own modules. `base` is the address of the REST root as the caller reached it, e.g. "https://shop/wp-json/wc/v3".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from kontera.sandboxes.woocommerce.arithmetic import number, shown, trimmed
from kontera.sandboxes.woocommerce.state import CouponLine, Json, Line, Meta, Order, Part, Refund, Shop, TaxLine

VERSION = "10.2.4"
ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_SYMBOLS = {"SEK": "kr", "NOK": "kr", "DKK": "kr.", "EUR": "€", "USD": "$", "GBP": "£", "CAD": "$", "JPY": "¥"}
_NEEDS_PAYMENT = frozenset({"pending", "failed", "checkout-draft"})
_EDITABLE = frozenset({"pending", "on-hold", "auto-draft", "checkout-draft"})
_NOISE = Decimal("0.00000000000002")


def stamp(moment: datetime | None, zone: ZoneInfo | None) -> str | None:
    """A date without suffix: shop-local with a zone, GMT without."""
    if moment is None:
        return None
    return moment.astimezone(zone or UTC).strftime("%Y-%m-%dT%H:%M:%S")


def dates(shop: Shop, **moments: datetime | None) -> Json:
    """Each date twice: shop-local and `_gmt`."""
    shown_dates: Json = {}
    for name, moment in moments.items():
        shown_dates[name] = stamp(moment, shop.zone)
        shown_dates[f"{name}_gmt"] = stamp(moment, None)
    return shown_dates


def metas(rows: Iterable[Meta]) -> list[Json]:
    """Meta data of an order or product."""
    return [{"id": row.id, "key": row.key, "value": row.value} for row in rows]


def line_metas(rows: Iterable[Meta]) -> list[Json]:
    """Meta data of a line, with the texts for display."""
    return [
        {"id": row.id, "key": row.key, "value": row.value, "display_key": row.key, "display_value": row.value}
        for row in rows
    ]


def links(base: str, path: str, collection: str, *, allow: list[str] | None = None, **more: str) -> Json:
    """The `_links` of a record."""
    found: Json = {
        "self": [{"href": f"{base}/{path}", "targetHints": {"allow": allow or ALL_METHODS}}],
        "collection": [{"href": f"{base}/{collection}"}],
    }
    return found | {name: [{"href": f"{base}/{target}"}] for name, target in more.items()}


def site(base: str) -> str:
    """The shop's own address, without a slash at the end."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"


class Shower:
    """Shows orders and refunds of a shop with `dp` decimals."""

    def __init__(self, shop: Shop, base: str, dp: int | None = None) -> None:
        self.shop, self.base = shop, base
        self.dp = shop.switches.decimals if dp is None else dp

    def money(self, value: Decimal) -> str:
        """An amount as text."""
        return shown(value, self.dp)

    def order(self, order: Order) -> Json:
        """An order as the API answers it."""
        shop, zone = self.shop, self.shop.zone
        answer: Json = {
            "id": order.id,
            "parent_id": 0,
            "status": order.status,
            "currency": order.currency,
            "version": VERSION,
            "prices_include_tax": order.prices_include_tax,
            "date_created": stamp(order.created, zone),
            "date_modified": stamp(order.modified, zone),
        }
        for name in (
            "discount_total",
            "discount_tax",
            "shipping_total",
            "shipping_tax",
            "cart_tax",
            "total",
            "total_tax",
        ):
            answer[name] = self.money(getattr(order, name))
        answer |= {
            "customer_id": order.customer_id,
            "order_key": order.order_key,
            "billing": order.billing,
            "shipping": order.shipping,
            "payment_method": order.payment_method,
            "payment_method_title": order.payment_method_title,
            "transaction_id": order.transaction_id,
            "customer_ip_address": order.customer_ip,
            "customer_user_agent": order.user_agent,
            "created_via": order.created_via,
            "customer_note": order.customer_note,
            "date_completed": stamp(order.completed, zone),
            "date_paid": stamp(order.paid, zone),
            "cart_hash": order.cart_hash,
            "number": f"{shop.switches.order_prefix}{order.id}",
            "meta_data": metas(order.meta),
            "line_items": [self.line(line) for line in order.lines],
            "tax_lines": [self.tax(row) for row in order.tax_lines],
            "shipping_lines": [self.shipping(part) for part in order.shipping_lines],
            "fee_lines": [self.fee(fee) for fee in order.fees],
            "coupon_lines": [self.coupon(row) for row in order.coupons],
            "refunds": [
                {"id": one.id, "reason": one.reason, "total": self.money(-one.amount)}
                for one in shop.refunds_of(order.id)
            ],
        }
        return answer | self._state(order)

    def _state(self, order: Order) -> Json:
        """The part of an order that is worked out when it is shown."""
        shop, root = self.shop, site(self.base)
        more = {"customer": f"customers/{order.customer_id}"} if order.customer_id else {}
        answer: Json = {
            "payment_url": f"{root}/checkout/order-pay/{order.id}/?pay_for_order=true&key={order.order_key}",
            "is_editable": order.status in _EDITABLE,
            "needs_payment": order.status in _NEEDS_PAYMENT and order.total > 0,
            "needs_processing": self.needs_processing(order),
            "date_created_gmt": stamp(order.created, None),
            "date_modified_gmt": stamp(order.modified, None),
            "date_completed_gmt": stamp(order.completed, None),
            "date_paid_gmt": stamp(order.paid, None),
            "currency_symbol": _SYMBOLS.get(order.currency, order.currency),
        }
        if shop.switches.gift_card_plugin:
            answer["gift_cards"] = order.gift_cards
        found = links(self.base, f"orders/{order.id}", "orders")
        mail = {"embeddable": True, "href": f"{self.base}/orders/{order.id}/actions/email_templates"}
        found["email_templates"] = [mail]
        found |= {name: [{"href": f"{self.base}/{target}"}] for name, target in more.items()}
        return answer | {"_links": found}

    def needs_processing(self, order: Order) -> bool:
        """Whether somebody has to do something: not when every line is virtual and downloadable."""
        products = [self.shop.products.get(line.variation_id or line.product_id) for line in order.lines]
        return any(one is not None and not (one.virtual and one.downloadable) for one in products)

    def line(self, line: Line) -> Json:
        """A product line. SKU and product number are read now: a deleted product leaves null and 0."""
        product = self.shop.products.get(line.variation_id or line.product_id)
        parent = self.shop.products.get(line.product_id) if line.variation_id else None
        price = number(line.total / line.quantity if line.quantity else line.total)
        if self.shop.switches.float_noise and isinstance(price, Decimal):
            price += _NOISE
        return {
            "id": line.id,
            "name": line.name,
            "product_id": line.product_id if line.product_id in self.shop.products else 0,
            "variation_id": line.variation_id if line.variation_id in self.shop.products else 0,
            "quantity": line.quantity,
            "tax_class": line.tax_class,
            "subtotal": self.money(line.subtotal),
            "subtotal_tax": self.money(line.subtotal_tax),
            "total": self.money(line.total),
            "total_tax": self.money(line.total_tax),
            "taxes": [
                {
                    "id": rate_id,
                    "total": self.money(tax),
                    "subtotal": self.money(line.subtotal_taxes.get(rate_id, tax)),
                }
                for rate_id, tax in line.taxes.items()
            ],
            "meta_data": line_metas(line.meta),
            "sku": product.sku if product else None,
            "global_unique_id": product.gtin if product else "",
            "price": price,
            "image": {"id": "", "src": ""},
            "parent_name": parent.name if parent else None,
        }

    def taxes(self, part: Part) -> list[Json]:
        """The taxes of shipping or a fee: they have no subtotal."""
        return [{"id": rate, "total": self.money(tax), "subtotal": ""} for rate, tax in part.taxes.items()]

    def tax(self, row: TaxLine) -> Json:
        """A tax line."""
        return {
            "id": row.id,
            "rate_code": row.code,
            "rate_id": row.rate_id,
            "label": row.label,
            "compound": row.compound,
            "tax_total": self.money(row.tax_total),
            "shipping_tax_total": self.money(row.shipping_tax_total),
            "rate_percent": number(row.percent),
            "meta_data": [],
        }

    def shipping(self, part: Part) -> Json:
        """A shipping line."""
        return {
            "id": part.id,
            "method_title": part.title,
            "method_id": part.method_id,
            "instance_id": part.instance_id,
            "total": self.money(part.total),
            "total_tax": self.money(part.total_tax),
            "taxes": self.taxes(part),
            "tax_status": part.tax_status,
            "meta_data": line_metas(part.meta),
        }

    def fee(self, part: Part) -> Json:
        """A fee line."""
        return {
            "id": part.id,
            "name": part.title,
            "tax_class": part.tax_class,
            "tax_status": part.tax_status,
            "amount": "",
            "total": self.money(part.total),
            "total_tax": self.money(part.total_tax),
            "taxes": self.taxes(part),
            "meta_data": line_metas(part.meta),
        }

    def coupon(self, row: CouponLine) -> Json:
        """A coupon line: its amounts are not formatted."""
        coupon = self.shop.coupon(row.code)
        return {
            "id": row.id,
            "code": row.code,
            "discount": trimmed(row.discount),
            "discount_tax": trimmed(row.discount_tax),
            "meta_data": line_metas(row.meta),
            "discount_type": coupon.discount_type if coupon else "fixed_cart",
            "nominal_amount": number(coupon.amount) if coupon else 0,
            "free_shipping": coupon.free_shipping if coupon else False,
        }

    def refund(self, refund: Refund, *, with_parent: bool = False) -> Json:
        """A refund; the list over all orders says which order it belongs to."""
        path = f"orders/{refund.order_id}/refunds"
        answer: Json = {"id": refund.id}
        if with_parent:
            answer["parent_id"] = refund.order_id
        answer |= {
            "date_created": stamp(refund.created, self.shop.zone),
            "date_created_gmt": stamp(refund.created, None),
            "amount": self.money(refund.amount),
            "reason": refund.reason,
            "refunded_by": 1,
            "refunded_payment": refund.refunded_payment,
            "meta_data": metas(refund.meta),
            "line_items": [self.line(line) for line in refund.lines],
            "shipping_lines": [self.shipping(part) for part in refund.shipping_lines],
            "tax_lines": [self.tax(row) for row in refund.tax_lines],
            "fee_lines": [self.fee(part) for part in refund.fees],
        }
        found = links(self.base, f"{path}/{refund.id}", path, allow=["GET", "DELETE"], up=f"orders/{refund.order_id}")
        return answer | {"_links": found}
