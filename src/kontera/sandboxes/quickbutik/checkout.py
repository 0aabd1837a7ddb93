"""The storefront's checkout: a cart becomes an order, paid or abandoned.

Decides what the buyer is asked for. Reached over the control plane only: a real shop's checkout is no API. The cart
is described in the README ("The shopper").
"""

from __future__ import annotations

from kontera.money import ZERO
from kontera.sandboxes.quickbutik import life
from kontera.sandboxes.quickbutik.arithmetic import totals
from kontera.sandboxes.quickbutik.order_write import FIRST_ORDER, customer_of, found
from kontera.sandboxes.quickbutik.pricing import HOME, Place, discount_for, line_of, place_of, sent_for
from kontera.sandboxes.quickbutik.state import Carrier, Order, Shipping, Shop
from kontera.sandboxes.quickbutik.switches import Json


def checkout(shop: Shop, cart: Json) -> Order:
    """Buy. Raises ValueError for what the shop does not sell, offer or know."""
    customer = customer_of(_person(shop, cart))
    place = place_of(shop, customer)
    wanted = str(cart.get("currency") or shop.switches.currency)
    currency = shop.switches.currency if shop.switches.foreign_orders_in_shop_currency else wanted
    order = Order(0, shop.now(), customer, currency, place.standard)
    order.tax_free, order.tax_on_top = place.tax_free, not shop.switches.prices_include_vat and not place.tax_free
    if not cart.get("lines"):
        raise ValueError("the cart is empty")
    for row in cart["lines"]:
        product, variant = found(shop, row)
        if product.variants and variant is None:
            raise ValueError(f"{product.sku} needs a choice of variant")
        order.lines.append(line_of(shop, product, variant, int(row.get("qty", 1)), order, place))
    _send(shop, order, cart, place)
    if cart.get("code"):
        order.discount = discount_for(shop, str(cart["code"]), order)
    order.notes = str(cart.get("note", ""))
    _pay(shop, order, cart, place)
    order.id = shop.number("order", FIRST_ORDER)
    order.transaction_id = f"{order.method[:2]}_{order.id:08d}" if order.method else ""
    order.status_date = order.created
    shop.orders[order.id] = order
    if not cart.get("abandoned"):
        complete(shop, order)
    return order


def _person(shop: Shop, cart: Json) -> Json:
    """Who buys: a known customer by number, or what was typed."""
    if "customer_id" in cart:
        known = shop.customers.get(int(cart["customer_id"]))
        if known is None:
            raise ValueError(f"no customer {cart['customer_id']}")
        return known
    typed = cart.get("customer")
    if not isinstance(typed, dict):
        raise ValueError("the cart has no customer")
    return typed


def _send(shop: Shop, order: Order, cart: Json, place: Place) -> None:
    """Nothing to send, the carrier asked for, or the first that goes there."""
    if cart.get("no_shipping") or all(line.gift_card for line in order.lines):
        return
    there = [one for one in shop.carriers if _goes(one, place.country)]
    asked = cart.get("shipping")
    chosen = next((one for one in there if asked in {None, one.id, one.name}), None)
    if chosen is None:
        raise ValueError(f"no shipping {asked!r} to {place.country}")
    order.shipping = Shipping(chosen.id, chosen.name, sent_for(shop, chosen.price, order, place))


def _goes(carrier: Carrier, country: str) -> bool:
    """Without countries: everywhere abroad."""
    return country in carrier.countries if carrier.countries else country != HOME


def _pay(shop: Shop, order: Order, cart: Json, place: Place) -> None:
    way = shop.way(str(cart.get("payment", "klarna")))
    if way is None:
        raise ValueError(f"unknown payment {cart['payment']!r}; known: {', '.join(one.method for one in shop.ways)}")
    order.method = way.method
    if way.fee and shop.switches.payment_fee != "none":
        order.fee = sent_for(shop, way.fee, order, place)
    code = cart.get("gift_card")
    if code:
        if shop.gift_cards.get(str(code), ZERO) <= ZERO:
            raise ValueError(f"the gift card {code!r} is unknown or empty")
        if order.currency != shop.switches.currency:
            raise ValueError("gift cards are in the shop's own currency")
        order.gift_card, order.gift_code = shop.gift_cards[str(code)], str(code)
        order.gift_card = totals(order, shop.switches).gift_card


def complete(shop: Shop, order: Order) -> None:
    """The buyer finishes: the order is paid. Raises ValueError when it is not unpaid."""
    if order.status != "unpaid":
        raise ValueError(f"order {order.id} is {order.status}")
    life.move(shop, order, "paid")
