"""How things look on the wire: the strings, flags, dates and shapes of Quickbutik's answers.

Decides formats only, by the switches. It works nothing out: the amounts are `arithmetic.py`. Sources: the documented
examples of get-orders and get-products; where they are silent, a client's classes; where both are, a switch.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from kontera.money import ZERO, round_to
from kontera.sandboxes.quickbutik.arithmetic import OERE, totals
from kontera.sandboxes.quickbutik.state import Line, Order, Part, Product, Refund, Shop, Variant
from kontera.sandboxes.quickbutik.switches import Json

GIFT_CARD_LINE = "Presentkort"
FEE_LINE = "Fakturaavgift"


class Shower:
    """Writes the shop's records as its switches say."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._switches = shop, shop.switches

    # Values

    def amount(self, value: Decimal) -> Any:
        """An amount: "148.95" and "899", "899.00", or a JSON number."""
        exact = round_to(value, OERE)
        if self._switches.numbers == "json":
            return exact
        whole = exact == exact.to_integral_value() and self._switches.numbers == "short"
        return f"{exact.to_integral_value():f}" if whole else f"{exact:f}"

    def flag(self, value: bool) -> Any:
        """A yes or no."""
        if self._switches.flags == "json":
            return value
        return ("1" if value else "0") if self._switches.flags == "text" else str(value).lower()

    def number(self, value: int) -> Any:
        """An id or quantity in an order line."""
        return str(value) if self._switches.text_ids else value

    def date(self, instant: datetime | None) -> str | None:
        """A date of the shop's zone, without saying which zone that is."""
        if instant is None:
            return self._switches.missing_date or None
        return f"{instant.astimezone(self._shop.zone):%Y-%m-%d %H:%M:%S}"

    def status(self, status: str) -> str:
        """A status as a word, or as a number in a string."""
        return status if self._switches.status_words else self._switches.status_numbers.get(status, status)

    # Orders

    def order(self, order: Order, *, details: bool) -> Json:
        """An order; without details only its four first facts."""
        shown = self._details(order) if details else self._summary(order)
        return shown | {name: value for name, value in order.spoiled.items() if name in shown}

    def total_amount(self, order: Order) -> Decimal:
        """The amount the list sorts by and shows."""
        sums, switches = totals(order, self._switches), self._switches
        total = sums.total
        if switches.gift_cards != "pay_amount":
            total -= sums.gift_card
        if switches.total_before_discount:
            total += self._discount(order)
        if switches.refund_lowers_total:
            total -= sum((refund.amount for refund in order.refunds), ZERO)
        return total

    def _discount(self, order: Order) -> Decimal:
        used = totals(order, self._switches).gift_card if self._switches.gift_cards == "discount" else ZERO
        return order.discount + used

    def _summary(self, order: Order) -> Json:
        return {
            "order_id": str(order.id),
            "date_created": self.date(order.created),
            "total_amount": self.amount(self.total_amount(order)),
            "status": self.status(order.status),
        }

    def _details(self, order: Order) -> Json:
        sums = totals(order, self._switches)
        lines = [self._line(line) for line in order.lines]
        extra = ZERO
        if order.fee and self._switches.payment_fee == "line":
            lines.append(self._loose_line(FEE_LINE, order.fee))
            extra += order.fee
        if sums.gift_card and self._switches.gift_cards == "line":
            lines.append(self._loose_line(GIFT_CARD_LINE, -sums.gift_card))
            extra -= sums.gift_card
        discount = self._discount(order)
        return self._summary(order) | {
            "date_paid": self.date(order.paid),
            "shipping_amount": self.amount(order.shipping.price),
            "shipping_id": str(order.shipping.id),
            "shipping_name": order.shipping.name,
            "items_amount": self.amount(sums.goods + extra),
            "discount_amount": self.amount(-discount if self._switches.discount_negative else discount),
            "total_pay_amount": self.amount(sums.to_pay),
            "tax_amount": self.amount(sums.tax),
            "total_weight": str(sum((line.weight * line.qty for line in order.lines), ZERO)),
            "currency": order.currency,
            "notes": order.notes,
            "is_taxfree": self.flag(order.tax_free),
            "is_taxontop": self.flag(order.tax_on_top),
            "products": lines,
            "customer": self.customer(order.customer),
            "paymethod": {"method": order.method, "transaction_id": order.transaction_id},
            "refunds": self._refunds(order),
        }

    def _line(self, line: Line) -> Json:
        return {
            "id": self.number(line.id),
            "product_id": self.number(line.product_id),
            "variant_id": self.number(line.variant_id),
            "title": line.title,
            "price": self.amount(line.price),
            "qty": self.number(line.qty),
            "sku": line.sku,
            "variant": line.variant,
            "weight": str(line.weight),
            "status": "",
            "image": "",
            "app": {"productpackages": [self.part(part) for part in line.parts]},
        }

    def _loose_line(self, title: str, price: Decimal) -> Json:
        """A line without a product behind it."""
        return self._line(Line(0, 0, 0, title, "", price, 1, "", ZERO))

    def part(self, part: Part) -> Json:
        """A part of a bundle."""
        return {
            "product_id": self.number(part.product_id),
            "variant_id": self.number(part.variant_id),
            "title": part.title,
            "variant": part.variant,
            "qty": self.number(part.qty),
            "sku": part.sku,
            "price": self.amount(part.price),
        }

    def customer(self, customer: Json) -> Json:
        """The customer of an order; a VAT number only under the field the switch names."""
        shown = {name: value for name, value in customer.items() if name != "vat_number"}
        if self._switches.vat_number_field and customer.get("vat_number"):
            shown[self._switches.vat_number_field] = customer["vat_number"]
        return shown

    def _refunds(self, order: Order) -> Any:
        if self._switches.refunds == "sum":
            return self.amount(sum((refund.amount for refund in order.refunds), ZERO))
        return [self._refund(order, refund) for refund in order.refunds]

    def _refund(self, order: Order, refund: Refund) -> Json:
        shown: Json = {"amount": self.amount(refund.amount), "date_created": self.date(refund.when)}
        if self._switches.refunds == "amounts":
            return shown
        lines = [
            self._line(line) | {"qty": self.number(refund.lines[line.id])}
            for line in order.lines
            if refund.lines.get(line.id)
        ]
        return {"id": self.number(refund.id), **shown, "tax_amount": self.amount(refund.tax), "products": lines}

    # Products

    def product(self, product: Product, *, details: bool) -> Json:
        """A product; in a list without details only what a catalogue needs."""
        simple: Json = {
            "id": str(product.id),
            "sku": product.sku,
            "hasVariants": "1" if product.variants else "0",
            "title": product.title,
            "visible": "1" if product.visible else "0",
            "qty": str(product.qty),
            "price": self.amount(product.price),
            "date_modified": self.date(product.modified),
        }
        if self._switches.product_tells_rate:
            simple["tax_rate"] = f"{product.rate.normalize():f}"
        if not details:
            return simple
        more = {name: str(product.more.get(name, "")) for name in TEXTS}
        return simple | more | {
            "disable_minusqty": self.flag(product.disable_minusqty),
            "is_giftcard": self.flag(product.is_giftcard),
            "headcategory_name": product.category,
            "images": product.more.get("images", {}),
            "variants": [self.variant(product, variant) for variant in product.variants],
            "product_package_products": [self.part(part) for part in product.parts],
        }  # fmt: skip

    def variant(self, product: Product, variant: Variant) -> Json:
        """A variant of a product. As in the documented example its price always has decimals, unlike the product's,
        and disable_minusqty is a JSON truth value."""
        exact = round_to(variant.price, OERE)
        return {
            "id": str(variant.id),
            "ovalue_id_1": str(variant.id * 10 + 1),
            "product_id": str(product.id),
            "sku": variant.sku,
            "price": exact if self._switches.numbers == "json" else f"{exact:f}",
            "qty": str(variant.qty),
            "gtin": variant.gtin,
            "hidden": self.flag(variant.hidden),
            "disable_minusqty": product.disable_minusqty,
            **{name: str(variant.more.get(name, "")) for name in VARIANT_TEXTS},
            "values": [
                {"ovalue_field": str(variant.id * 10 + place), "name": name, "val": value}
                for place, (name, value) in enumerate(variant.choices.items(), 1)
            ],
        }


TEXTS = (
    "qty_location",
    "purchase_price",
    "before_price",
    "description",
    "seo_title",
    "seo_description",
    "weight",
    "gtin",
    "supplier_name",
    "supplier_sku",
    "datafield_1",
    "datafield_2",
    "datafield_3",
    "url",
    "preorder",
)
"""Fields of a product that are shown as they were written, as text."""
VARIANT_TEXTS = (
    "weight",
    "before_price",
    "purchase_price",
    "image_id",
    "supplier_sku",
    "qty_location",
    "preorder",
    "min_purchase_quantity",
    "max_purchase_quantity",
    "preselected",
)
"""The same, of a variant."""
