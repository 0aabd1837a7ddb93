"""The storefront's checkout: from a shopper's cart to a priced, paid order.

Decides what a cart costs and becomes, as the vendor's own checkout would; reached only through the control plane,
because the vendor has no such admin API. It never accepts an amount for goods from outside: prices come from the
catalogue. Wrong carts raise ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kontera.sandboxes.bigcommerce.amounts import ZERO, Rate, rounded
from kontera.sandboxes.bigcommerce.build import Basis, LineSpec, build
from kontera.sandboxes.bigcommerce.changes import (
    AWAITING_FULFILLMENT,
    AWAITING_PAYMENT,
    COMPLETED,
    DECLINED,
    INCOMPLETE,
    announce_created,
    set_status,
)
from kontera.sandboxes.bigcommerce.payments import pay, use_certificates, use_credit
from kontera.sandboxes.bigcommerce.pricing import (
    PER_TOTAL,
    PERCENTAGE,
    Carriage,
    CartLine,
    Fee,
    Reduction,
    price,
)
from kontera.sandboxes.bigcommerce.seed_data import PAYMENTS
from kontera.sandboxes.bigcommerce.seed_people import VAT_FIELD, address
from kontera.sandboxes.bigcommerce.state import Json, Order, Store
from kontera.sandboxes.bigcommerce.zones import SHIPPING_CLASS, WRAPPING_CLASS, entered_in, rates_for

COUPON_TYPES = {
    kind: number
    for number, kind in enumerate(
        (
            "per_item_discount",
            "percentage_discount",
            "per_total_discount",
            "shipping_discount",
            "free_shipping",
            "promotion",
        )
    )
}
_SHIPPING_SEK = {"SE": Decimal("49.00")}
_SHIPPING_ELSEWHERE_SEK = Decimal("129.00")


@dataclass
class Session:
    """Who shops, where it goes, and in which currency."""

    store: Store
    cart: Json
    currency: str
    decimals: int
    rate: Decimal
    customer: Json | None
    billing: Json
    addresses: list[Json]

    @property
    def group(self) -> int:
        """The customer group, 0 for guests."""
        return int(self.customer["customer_group_id"]) if self.customer else 0

    def country(self, index: int, kind: str) -> str:
        """The country whose tax applies: where goods go; the billing address for what is downloaded or mailed."""
        where = self.addresses[index] if kind == "physical" and self.addresses else self.billing
        return str(where["country_iso2"])

    def rates(self, tax_class: int, index: int, kind: str = "physical") -> tuple[Rate, ...]:
        """The tax rates of a class for a line, or for what follows address `index`."""
        return rates_for(self.store, tax_class, self.country(index, kind), self.group)

    def money(self, sek: Decimal, tax_class: int, rates: tuple[Rate, ...]) -> Decimal:
        """A catalogue amount in the order's currency, as it is entered where `rates` apply."""
        return entered_in(self.store, rounded(sek * self.rate, self.decimals), tax_class, rates, self.decimals)


def checkout(store: Store, cart: Json) -> Order:
    """Check a cart out. See README, "The shopper", for its keys. Raises ValueError when the shop would refuse it."""
    session = _open(store, cart)
    specs, lines = _lines(session)
    reductions = _reductions(session, specs)
    carriages = _carriages(session, specs, lines)
    fees = [_fee(session, entry) for entry in cart.get("fees", [])]
    priced = price(lines, reductions, carriages, fees, store.rules(session.currency))
    goods = any(spec.kind == "physical" for spec in specs)
    basis = Basis(
        specs=specs,
        customer_id=session.customer["id"] if session.customer else 0,
        billing=session.billing,
        addresses=session.addresses if goods else [],
        currency=session.currency,
        display_currency=cart.get("display_currency", session.currency),
        channel_id=int(cart.get("channel_id", 1)),
        message=cart.get("message", ""),
        tax_provider="AvaTaxProvider" if store.switches.automatic_tax else "BasicTaxProvider",
        tax_class_name="Automatic Tax" if store.switches.automatic_tax else None,
    )
    if not any(channel["id"] == basis.channel_id for channel in store.channels):
        raise ValueError(f"unknown channel {basis.channel_id}")
    order = build(store, basis, priced)
    order.head["geoip_country_iso2"] = session.billing["country_iso2"]
    order.head["geoip_country"] = session.billing["country"]
    order.head["status_id"], order.head["status"] = INCOMPLETE, "Incomplete"
    _check_tenders(session, order)
    store.orders[order.id] = order
    for row in order.coupons:
        next(coupon for coupon in store.coupons if coupon["id"] == row["coupon_id"])["num_uses"] += 1
    announce_created(store, order)
    if not cart.get("incomplete"):
        _finish(session, order, specs)
    return order


def _open(store: Store, cart: Json) -> Session:
    code = str(cart.get("currency") or store.default_currency["currency_code"])
    currency = store.currency(code)
    if currency is None or not currency["enabled"] or not currency["is_transactional"]:
        raise ValueError(f"the shop takes no payment in {code!r}")
    customer = None
    if cart.get("customer_id"):
        customer = store.customers.get(int(cart["customer_id"]))
        if customer is None:
            raise ValueError(f"no customer {cart['customer_id']}")
    if customer is not None and "billing_address" not in cart:
        billing = _own_address(customer)
    elif "billing_address" in cart:
        billing = _complete(cart["billing_address"])
    else:
        raise ValueError("a guest needs a billing_address")
    addresses = [_complete(entry) for entry in cart.get("shipping_addresses", [])] or [dict(billing)]
    for entry in addresses:
        entry["shipping_method"] = str(entry.get("shipping_method", "PostNord"))
    return Session(
        store,
        cart,
        code,
        int(currency["decimal_places"]),
        Decimal(currency["currency_exchange_rate"]),
        customer,
        billing,
        addresses,
    )


def _complete(given: Json) -> Json:
    """A postal address with every field, from the fields given. Raises ValueError without a country."""
    if not given.get("country_iso2"):
        raise ValueError("an address needs country_iso2")
    empty = address("", "", given["country_iso2"], "", "", "")
    return (
        empty
        | {name: value for name, value in given.items() if name not in {"cost", "handling"}}
        | {"_cost": given.get("cost"), "_handling": given.get("handling")}
    )


def _own_address(customer: Json) -> Json:
    home = customer["addresses"][0]
    vat = next((entry["value"] for entry in customer["form_fields"] if entry["name"] == VAT_FIELD), "")
    return address(
        home["first_name"],
        home["last_name"],
        home["country_code"],
        home["address1"],
        home["postal_code"],
        home["city"],
        company=home["company"],
        email=customer["email"],
        phone=home["phone"],
        vat=vat,
    )


def _lines(session: Session) -> tuple[list[LineSpec], list[CartLine]]:
    specs: list[LineSpec] = []
    lines: list[CartLine] = []
    for position, entry in enumerate(session.cart.get("lines", [])):
        key = f"L{position}"
        if "gift_certificate" in entry:
            amount = rounded(Decimal(str(entry["gift_certificate"]["amount"])), session.decimals)
            specs.append(
                LineSpec(
                    key,
                    None,
                    None,
                    f"Presentkort {amount}",
                    "",
                    "giftcertificate",
                    1,
                    certificate=entry["gift_certificate"],
                )
            )
            lines.append(CartLine(key, amount, 1, (), discountable=False))
            continue
        _article_line(session, key, entry, specs, lines)
    if not lines:
        raise ValueError("an empty cart cannot be checked out")
    return specs, lines


def _article_line(session: Session, key: str, entry: Json, specs: list[LineSpec], lines: list[CartLine]) -> None:
    product, variant = _article(session.store, entry)
    quantity, ship_to = int(entry.get("quantity", 1)), int(entry.get("ship_to", 0))
    if quantity < 1 or not 0 <= ship_to < len(session.addresses):
        raise ValueError(f"line {key}: wrong quantity or ship_to")
    kind, tax_class = product["type"], product["tax_class_id"]
    rates = session.rates(tax_class, ship_to, kind)
    sek = variant["price"] if variant and variant["price"] is not None else product["price"]
    spec = LineSpec(
        key,
        product,
        variant,
        product["name"],
        variant["sku"] if variant else product["sku"],
        kind,
        tax_class,
        upc=product["upc"],
        options=_options(product, variant),
    )
    wrap_price, wrap_rates = ZERO, rates[:0]
    if entry.get("wrapping"):
        wrapping = next(row for row in session.store.wrappings if row["id"] == int(entry["wrapping"]))
        wrap_rates = session.rates(WRAPPING_CLASS, ship_to)
        wrap_price = session.money(wrapping["price"], WRAPPING_CLASS, wrap_rates) * quantity
        spec.wrapping_id, spec.wrapping_name = wrapping["id"], wrapping["name"]
        spec.wrapping_message = str(entry.get("wrapping_message", ""))
    specs.append(spec)
    lines.append(CartLine(key, session.money(sek, tax_class, rates), quantity, rates, ship_to, wrap_price, wrap_rates))
    for number, part_id in enumerate(product["bundle_parts"]):
        part = session.store.products[part_id]
        specs.append(
            LineSpec(
                f"{key}.{number}", part, None, part["name"], part["sku"], part["type"], part["tax_class_id"], parent=key
            )
        )
        lines.append(CartLine(f"{key}.{number}", ZERO, quantity, (), ship_to, discountable=False))


def _article(store: Store, entry: Json) -> tuple[Json, Json | None]:
    if "sku" in entry:
        found = store.product_by_sku(entry["sku"])
    else:
        product = store.products.get(int(entry.get("product_id", 0)))
        found = (product, None) if product else None
    if found is None or found[0]["is_deleted"] or found[0]["is_gift_certificate"]:
        raise ValueError(f"no article for {entry}")
    return found


def _options(product: Json, variant: Json | None) -> list[Json]:
    if variant is None:
        return []
    return [
        {
            "id": value["id"],
            "option_id": value["option_id"],
            "order_product_id": 0,
            "product_option_id": 1,
            "display_name": value["option_display_name"],
            "display_name_customer": value["option_display_name"],
            "display_name_merchant": value["option_display_name"],
            "display_value": value["label"],
            "display_value_customer": value["label"],
            "display_value_merchant": value["label"],
            "value": str(value["id"]),
            "type": "Multiple choice",
            "name": value["option_display_name"],
            "display_style": "Rectangle",
        }
        for value in variant["option_values"]
    ]


def _reductions(session: Session, specs: list[LineSpec]) -> list[Reduction]:
    """Automatic promotions first, then coupons in the order given, then the manual discount."""
    found: list[Reduction] = []
    for promotion in session.store.promotions:
        keys = frozenset(spec.key for spec in specs if spec.sku.startswith(promotion["begins"]))
        if promotion["enabled"] and keys:
            found.append(
                Reduction(
                    PERCENTAGE, promotion["percent"], str(promotion["id"]), promotion["name"], keys=keys, coupon=False
                )
            )
    for code in session.cart.get("coupons", []):
        coupon = session.store.coupon(code)
        if coupon is None or not coupon["enabled"]:
            raise ValueError(f"coupon {code!r} is not valid")
        kind = COUPON_TYPES[coupon["type"]]
        limited = coupon["applies_to"]["entity"] == "products"
        targets = frozenset(
            spec.key for spec in specs if spec.product and spec.product["id"] in coupon["applies_to"]["ids"]
        )
        amount = coupon["amount"] if kind in (1, 5) else rounded(coupon["amount"] * session.rate, session.decimals)
        found.append(
            Reduction(
                kind,
                amount,
                "total-coupon" if kind == PER_TOTAL else "coupon",
                coupon["name"],
                coupon["code"],
                targets if limited else None,
            )
        )
    if session.cart.get("manual_discount"):
        amount = rounded(Decimal(str(session.cart["manual_discount"])), session.decimals)
        found.append(Reduction(PER_TOTAL, amount, "manual-discount", "Manual Discount", coupon=False))
    return found


def _carriages(session: Session, specs: list[LineSpec], lines: list[CartLine]) -> list[Carriage]:
    """Shipping and handling per address; nothing to ship costs nothing."""
    if not any(spec.kind == "physical" for spec in specs):
        return []
    found = []
    for index, place in enumerate(session.addresses):
        rates = session.rates(SHIPPING_CLASS, index)
        used = any(line.address == index and spec.kind == "physical" for line, spec in zip(lines, specs, strict=True))
        usual = (
            session.money(_SHIPPING_SEK.get(place["country_iso2"], _SHIPPING_ELSEWHERE_SEK), SHIPPING_CLASS, rates)
            if used
            else ZERO
        )
        cost, handling = place.pop("_cost", None), place.pop("_handling", None)
        found.append(
            Carriage(
                usual if cost is None else Decimal(str(cost)),
                rates,
                ZERO if handling is None else Decimal(str(handling)),
                rates,
            )
        )
    return found


def _fee(session: Session, entry: Json) -> Fee:
    tax_class = int(entry.get("tax_class_id", 0))
    return Fee(str(entry["name"]), Decimal(str(entry["amount"])), session.rates(tax_class, 0), tax_class)


def _check_tenders(session: Session, order: Order) -> None:
    """Refuse before anything is kept: an unknown way to pay, a certificate that cannot be used, a guest's credit."""
    how = str(session.cart.get("payment", "card"))
    if how not in PAYMENTS:
        raise ValueError(f"unknown way to pay {how!r}; known: {', '.join(sorted(PAYMENTS))}")
    for code in session.cart.get("gift_certificates", []):
        card = session.store.certificate(code)
        if card is None or card["status"] != "active" or not card["balance"] or card["currency_code"] != order.currency:
            raise ValueError(f"gift certificate {code!r} cannot pay an order in {order.currency}")
    if session.cart.get("use_store_credit") and session.customer is None:
        raise ValueError("a guest has no store credit")


def _finish(session: Session, order: Order, specs: list[LineSpec]) -> None:
    store, cart = session.store, session.cart
    declined = bool(cart.get("declined"))
    outstanding = order.head["total_inc_tax"]
    if not declined:
        outstanding = use_certificates(store, order, cart.get("gift_certificates", []), outstanding)
        if cart.get("use_store_credit"):
            outstanding = use_credit(store, order, outstanding)
    certain = pay(store, order, str(cart.get("payment", "card")), outstanding, declined=declined)
    _sell_certificates(session, order, specs, active=certain)
    if declined:
        status = DECLINED
    elif not certain:
        status = AWAITING_PAYMENT
    else:
        status = COMPLETED if order.head["order_is_digital"] else AWAITING_FULFILLMENT
    set_status(store, order, status)


def _sell_certificates(session: Session, order: Order, specs: list[LineSpec], *, active: bool) -> None:
    """Each sold gift certificate comes into being, usable once it is paid."""
    store = session.store
    for spec, line in zip(specs, order.lines, strict=True):
        if spec.certificate is None:
            continue
        number = store.number("certificate")
        line["gift_certificate_id"] = number
        wanted: Any = spec.certificate
        store.certificates[number] = {
            "id": number,
            "customer_id": order.head["customer_id"],
            "order_id": order.id,
            "code": f"NT{number}-{order.id}-{line['id']}",
            "amount": line["total_inc_tax"],
            "balance": line["total_inc_tax"],
            "status": "active" if active else "pending",
            "to_name": wanted.get("to_name", "Mottagare"),
            "to_email": wanted.get("to_email", "till@example.com"),
            "from_name": wanted.get("from_name", "Givare"),
            "from_email": wanted.get("from_email", "fran@example.com"),
            "template": "general.html",
            "message": "",
            "purchase_date": str(int(store.now().timestamp())),
            "expiry_date": "0",
            "currency_code": order.currency,
        }
