"""From a priced cart to a stored order: head, lines, addresses, tax rows, coupons and fees in the vendor's fields.

Decides where each amount goes. It never calculates an amount (`pricing.py`) and never answers HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kontera.sandboxes.bigcommerce.amounts import ZERO, Split
from kontera.sandboxes.bigcommerce.pricing import Priced, PricedCarriage, PricedLine
from kontera.sandboxes.bigcommerce.seed_data import STATUS_NAMES
from kontera.sandboxes.bigcommerce.state import Json, Order, Store
from kontera.sandboxes.bigcommerce.zones import SHIPPING_CLASS, WRAPPING_CLASS

NONE = Split(ZERO, ZERO)


@dataclass
class LineSpec:
    """What a line is, beside its price: the article, its name, its kind, its parent in a bundle."""

    key: str
    product: Json | None
    variant: Json | None
    name: str
    sku: str
    kind: str  # physical, digital, giftcertificate
    tax_class: int
    name_merchant: str = ""
    upc: str = ""
    wrapping_id: int = 0
    wrapping_name: str = ""
    wrapping_message: str = ""
    parent: str | None = None
    options: list[Json] = field(default_factory=list)
    certificate: Json | None = None


@dataclass
class Basis:
    """What an order is made from, beside its price."""

    specs: list[LineSpec]
    customer_id: int
    billing: Json
    addresses: list[Json]  # each with shipping_method beside the postal fields
    currency: str
    display_currency: str
    channel_id: int = 1
    source: str = "www"
    tax_provider: str = "BasicTaxProvider"
    tax_class_name: str | None = None  # shown on tax rows instead of the class ("API Tax Override")
    message: str = ""
    extra: Json = field(default_factory=dict)  # further head fields as given


def build(store: Store, basis: Basis, priced: Priced, order_id: int | None = None) -> Order:
    """Store a new order (or the renewed content of `order_id`) and answer it. Status and payment come afterwards."""
    number = order_id if order_id is not None else store.number("order")
    order = Order(head=_head(store, basis, priced, number))
    _add_addresses(store, order, basis, priced)
    line_ids = {spec.key: store.number("order_product") for spec in basis.specs}
    by_key = {line.line.key: line for line in priced.lines}
    for spec in basis.specs:
        order.lines.append(_line(order, spec, by_key[spec.key], line_ids))
    _add_taxes(store, order, basis, priced, line_ids)
    for reduction, worth in priced.coupons:
        if reduction.coupon:
            coupon = store.coupon(reduction.code or "")
            order.coupons.append(
                {
                    "id": store.number("order_coupon"),
                    "coupon_id": coupon["id"] if coupon else 0,
                    "order_id": number,
                    "code": reduction.code,
                    "amount": reduction.amount,
                    "type": reduction.kind,
                    "discount": worth,
                }
            )
    for fee, cost in priced.fees:
        order.fees.append(
            {
                "id": store.number("order_fee"),
                "type": "custom_fee",
                "display_name_customer": fee.name,
                "display_name_merchant": fee.name,
                "source": "v2",
                "base_cost": fee.cost,
                **_split_fields("cost", cost),
                "tax_class_id": fee.class_id,
            }
        )
    return order


def _split_fields(name: str, amount: Split) -> Json:
    return {f"{name}_ex_tax": amount.ex, f"{name}_inc_tax": amount.inc, f"{name}_tax": amount.tax}


def _currency_fields(store: Store, basis: Basis) -> Json:
    shown, paid = store.currency(basis.display_currency), store.currency(basis.currency)
    default = store.default_currency
    fields: Json = {
        "currency_id": shown["id"] if shown else 0,
        "currency_code": basis.display_currency,
        "currency_exchange_rate": shown["currency_exchange_rate"] if shown else "1.0000000000",
        "default_currency_id": paid["id"] if paid else 0,
        "default_currency_code": basis.currency,
        "store_default_currency_code": "",
        "store_default_to_transactional_exchange_rate": "1.0000000000",
    }
    if store.switches.multi_currency:
        fields["store_default_currency_code"] = default["currency_code"]
        if paid:
            fields["store_default_to_transactional_exchange_rate"] = paid["currency_exchange_rate"]
    return fields


def _head(store: Store, basis: Basis, priced: Priced, number: int) -> Json:
    now = store.now()
    wrapping_base = sum((line.line.wrapping for line in priced.lines), ZERO)
    physical = [spec for spec in basis.specs if spec.kind == "physical"]
    quantities = sum(line.line.quantity for line in priced.lines)
    head: Json = {
        "id": number,
        "customer_id": basis.customer_id,
        "date_created": now,
        "date_modified": now,
        "date_shipped": "",
        "status_id": 1,
        "status": STATUS_NAMES[1],
        "subtotal_ex_tax": priced.subtotal_ex,
        "subtotal_inc_tax": priced.subtotal_inc,
        "subtotal_tax": priced.subtotal_tax,
        "base_shipping_cost": sum((carriage.base for carriage in priced.carriages), ZERO),
        **_split_fields("shipping_cost", priced.shipping),
        "shipping_cost_tax_class_id": SHIPPING_CLASS,
        "base_handling_cost": sum((carriage.handling_base for carriage in priced.carriages), ZERO),
        **_split_fields("handling_cost", priced.handling),
        "handling_cost_tax_class_id": SHIPPING_CLASS,
        "base_wrapping_cost": wrapping_base,
        **_split_fields("wrapping_cost", priced.wrapping),
        "wrapping_cost_tax_class_id": WRAPPING_CLASS,
        "total_ex_tax": priced.total_ex,
        "total_inc_tax": priced.total_inc,
        "total_tax": priced.total_tax,
        "items_total": quantities,
        "items_shipped": 0,
        "payment_method": "",
        "payment_provider_id": "",
        "payment_status": "",
        "refunded_amount": ZERO,
        "order_is_digital": not physical,
        "store_credit_amount": ZERO,
        "gift_certificate_amount": ZERO,
        "ip_address": "",
        "ip_address_v6": "",
        "geoip_country": "",
        "geoip_country_iso2": "",
        **_currency_fields(store, basis),
        "staff_notes": "",
        "customer_message": basis.message,
        "discount_amount": priced.discount,
        "coupon_discount": priced.coupon_discount,
        "shipping_address_count": len(basis.addresses),
        "is_deleted": False,
        "ebay_order_id": "0",
        "cart_id": str(uuid5(NAMESPACE_URL, f"{store.hash}/{number}")) if basis.source == "www" else "",
        "billing_address": {"form_fields": [], **basis.billing},
        "is_email_opt_in": False,
        "credit_card_type": None,
        "order_source": basis.source,
        "channel_id": basis.channel_id,
        "external_source": None,
        "external_id": None,
        "external_merchant_id": None,
        "external_order_id": "",
        "tax_provider_id": basis.tax_provider,
        "customer_locale": "sv",
        "is_tax_inclusive_pricing": store.switches.prices_include_tax,
    }
    return head | basis.extra


def _add_addresses(store: Store, order: Order, basis: Basis, priced: Priced) -> None:
    for index, address in enumerate(basis.addresses):
        carriage: PricedCarriage = (
            priced.carriages[index] if index < len(priced.carriages) else PricedCarriage(ZERO, NONE, ZERO, NONE)
        )
        goods = sum(
            line.line.quantity
            for line, spec in zip(priced.lines, basis.specs, strict=True)
            if line.line.address == index and spec.kind == "physical"
        )
        order.addresses.append(
            {
                "id": store.number("order_address"),
                "order_id": order.id,
                "form_fields": [],
                **address,
                "items_total": goods,
                "items_shipped": 0,
                "base_cost": carriage.base,
                **_split_fields("cost", carriage.cost),
                "cost_tax_class_id": SHIPPING_CLASS,
                "base_handling_cost": carriage.handling_base,
                **_split_fields("handling_cost", carriage.handling),
                "handling_cost_tax_class_id": SHIPPING_CLASS,
                "shipping_zone_id": 1,
                "shipping_zone_name": address.get("country", ""),
            }
        )


def _address_id(order: Order, spec: LineSpec, line: PricedLine) -> int:
    """The address a line goes to; 0 for what is downloaded or mailed."""
    if spec.kind != "physical" or not order.addresses:
        return 0
    return int(order.addresses[min(line.line.address, len(order.addresses) - 1)]["id"])


def _line(order: Order, spec: LineSpec, priced: PricedLine, ids: dict[str, int]) -> Json:
    cost = spec.product["cost_price"] if spec.product else ZERO
    entered = priced.line.unit if priced.line.fixed is None else _basis(priced.line.fixed, order)
    discounts = [
        {
            "id": cut.reduction.id,
            "amount": cut.amount,
            "name": cut.reduction.name,
            "code": cut.reduction.code,
            "target": "order" if cut.on_order else "product",
        }
        for cut in priced.cuts
    ]
    measure = {name: spec.product[name] if spec.product else ZERO for name in ("weight", "width", "height", "depth")}
    return {
        "id": ids[spec.key],
        "order_id": order.id,
        "product_id": spec.product["id"] if spec.product else 0,
        "variant_id": (spec.variant or {}).get("id", spec.product["base_variant_id"] if spec.product else 0) or 0,
        "order_pickup_method_id": 0,
        "order_address_id": _address_id(order, spec, priced),
        "name": spec.name,
        "name_customer": spec.name,
        "name_merchant": spec.name_merchant or spec.name,
        "sku": spec.sku,
        "upc": spec.upc,
        "type": spec.kind,
        "base_price": entered,
        "price_ex_tax": priced.unit.ex,
        "price_inc_tax": priced.unit.inc,
        "price_tax": priced.unit.tax,
        "base_total": entered * priced.line.quantity,
        "total_ex_tax": priced.before.ex,
        "total_inc_tax": priced.before.inc,
        "total_tax": priced.charged.tax,
        **measure,
        "quantity": priced.line.quantity,
        "base_cost_price": cost,
        "cost_price_inc_tax": cost,
        "cost_price_ex_tax": cost,
        "cost_price_tax": ZERO,
        "is_refunded": False,
        "quantity_refunded": 0,
        "refund_amount": ZERO,
        "return_id": 0,
        "wrapping_id": spec.wrapping_id,
        "wrapping_name": spec.wrapping_name or None,
        "base_wrapping_cost": priced.line.wrapping,
        **_split_fields("wrapping_cost", priced.wrapping),
        "wrapping_message": spec.wrapping_message,
        "quantity_shipped": 0,
        "event_name": None,
        "event_date": None,
        "fixed_shipping_cost": ZERO,
        "ebay_item_id": "",
        "ebay_transaction_id": "",
        "option_set_id": None,
        "parent_order_product_id": ids[spec.parent] if spec.parent else None,
        "is_bundled_product": spec.parent is not None,
        "bin_picking_number": spec.product["bin_picking_number"] if spec.product else "",
        "external_id": None,
        "brand": "",
        "applied_discounts": discounts,
        "product_options": [{**option, "order_product_id": ids[spec.key]} for option in spec.options],
        "configurable_fields": [],
        "gift_certificate_id": None,
        "discounted_total_inc_tax": priced.charged.inc,
    }


def _basis(unit: Split, order: Order) -> Decimal:
    return unit.inc if order.head["is_tax_inclusive_pricing"] else unit.ex


def _add_taxes(store: Store, order: Order, basis: Basis, priced: Priced, ids: dict[str, int]) -> None:
    """One row per line (or charge) and rate, as `?details=true` shows them. The tax of a fee is in the fee only."""

    def add(amount: Split, kind: str, address_id: int, product_id: int | None) -> None:
        for rate, tax in amount.taxes if amount.inc or kind == "item" else ():  # what costs nothing has no row
            order.taxes.append(
                {
                    "id": store.number("order_tax"),
                    "order_id": order.id,
                    "order_address_id": address_id,
                    "tax_rate_id": rate.id,
                    "sales_tax_id": str(rate.id),
                    "tax_class_id": rate.class_id,
                    "name": rate.name,
                    "class": basis.tax_class_name or rate.class_name,
                    "rate": rate.percent,
                    "priority": rate.priority,
                    "priority_amount": tax,
                    "line_amount": tax,
                    "order_pickup_method_id": 0,
                    "order_product_id": None if product_id is None else str(product_id),
                    "line_item_type": kind,
                }
            )

    for spec, line in zip(basis.specs, priced.lines, strict=True):
        address_id = _address_id(order, spec, line)
        add(line.charged, "item", address_id, ids[spec.key])
        add(line.wrapping, "gift-wrapping", address_id, None)
    for address, carriage in zip(order.addresses, priced.carriages, strict=False):
        add(carriage.cost, "shipping", address["id"], None)
        add(carriage.handling, "handling", address["id"], None)


def tax_rows(order: Order, details: bool) -> list[Json]:
    """The order's tax rows: one per line and rate, or summed per address, rate and class."""
    if details:
        return list(order.taxes)
    summed: dict[tuple[Any, ...], Json] = {}
    for row in order.taxes:
        key = (row["order_address_id"], row["tax_rate_id"], row["tax_class_id"], row["rate"], row["priority"])
        if key in summed:
            summed[key]["line_amount"] += row["line_amount"]
            summed[key]["priority_amount"] += row["priority_amount"]
        else:
            summed[key] = {
                name: value for name, value in row.items() if name not in {"order_product_id", "line_item_type"}
            }
    return list(summed.values())


def touch(store: Store, order: Order) -> None:
    """The order has changed: date_modified moves to now, in whole seconds, never backwards."""
    now: datetime = store.now()
    order.head["date_modified"] = max(now, order.head["date_modified"])
