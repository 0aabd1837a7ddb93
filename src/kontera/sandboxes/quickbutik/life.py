"""The life of an order: unpaid, paid, done, cancelled; money taken and paid back; stock that leaves.

Decides what a status change moves and which webhook it raises. It never reads a call. `unpaid` is a checkout begun:
nothing has left the shelf and no money has moved. Sources: update-order-status, webhooks/events, the help centre.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.money import ONE, ZERO, round_to
from kontera.sandboxes.quickbutik.arithmetic import OERE, totals
from kontera.sandboxes.quickbutik.pricing import share
from kontera.sandboxes.quickbutik.state import STATUSES, Order, Refund, Shop

_EVENTS = {"paid": "order.new", "done": "order.done", "cancelled": "order.cancelled"}


def move(shop: Shop, order: Order, status: str, *, capture: bool = True, silent: bool = False) -> None:
    """Bring an order to a status. Raises ValueError for an unknown one. `capture` False: done leaves the payment as
    it is (paymethod_activate). `silent`: no webhook (skip_webhook)."""
    if status not in STATUSES:
        raise ValueError(f"unknown status {status!r}; known: {', '.join(STATUSES)}")
    if status == order.status:
        return
    if status in {"paid", "done"} and order.paid is None:
        _settle(shop, order)
    if status == "done" and capture and not order.captured:
        _capture(shop, order)
    if status == "cancelled" and order.paid is not None and not order.captured:
        _note(shop, order, "voided", totals(order, shop.switches).to_pay)
    order.status, order.status_date = status, shop.now()
    if status in _EVENTS and not silent:
        shop.emit(_EVENTS[status], order.id)


def _settle(shop: Shop, order: Order) -> None:
    """The buyer has paid, or promised to: the goods leave the shelf, gift cards are drawn."""
    order.paid = shop.now()
    for line in order.lines:
        take(shop, line.product_id, line.variant_id, line.qty)
        for part in line.parts:
            take(shop, part.product_id, part.variant_id, part.qty * line.qty)
    _cards(shop, order)
    way = shop.way(order.method)
    _note(shop, order, "authorised", totals(order, shop.switches).to_pay)
    if way is not None and way.at_once:
        _capture(shop, order)


def _cards(shop: Shop, order: Order) -> None:
    """Draw the gift card used, as far as it still goes, and give every card sold a code of its own."""
    if order.gift_code:
        order.gift_card = min(order.gift_card, shop.gift_cards[order.gift_code])
        shop.gift_cards[order.gift_code] -= order.gift_card
    for line in order.lines:
        if line.gift_card:
            worth = round_to(line.price / shop.exchange.get(order.currency, ONE), OERE)
            shop.gift_cards |= {f"GC-{shop.number('gift_card')}": worth for _ in range(line.qty)}


def _capture(shop: Shop, order: Order) -> None:
    order.captured = True
    _note(shop, order, "captured", totals(order, shop.switches).to_pay)


def _note(shop: Shop, order: Order, what: str, amount: Decimal) -> None:
    """What the payment provider saw."""
    shop.gateway.append(
        {"order_id": order.id, "method": order.method, "what": what, "amount": amount, "currency": order.currency}
    )


def take(shop: Shop, product_id: int, variant_id: int, qty: int) -> None:
    """Take pieces off the shelf; what the shop no longer has is not counted, nor below zero where that is off."""
    product = shop.products.get(product_id)
    if product is None:
        return
    variant = product.variant(variant_id)
    shelf = variant or product
    shelf.qty = max(0, shelf.qty - qty) if product.disable_minusqty else shelf.qty - qty


def refund(shop: Shop, order: Order, *, amount: Decimal | None = None, lines: dict[int, int] | None = None) -> Refund:
    """Pay back: an amount, pieces of lines, or (neither) everything left. Raises ValueError when it is too much."""
    sums = totals(order, shop.switches)
    left = sums.total - sum((one.amount for one in order.refunds), ZERO)
    pieces = dict(lines or {})
    if amount is None:
        amount = _worth(shop, order, pieces) if pieces else left
    if not pieces and amount == sums.total:
        pieces = {line.id: line.qty for line in order.lines}
    if order.paid is None or not ZERO < amount <= left:
        raise ValueError(f"order {order.id} has {left} left to pay back, not {amount}")
    tax = round_to(sums.tax * share(amount, sums.total), OERE)
    made = Refund(shop.number("refund", 301), amount, tax, shop.now(), pieces)
    order.refunds.append(made)
    _note(shop, order, "refunded", amount)
    touch(shop, order)
    return made


def _worth(shop: Shop, order: Order, pieces: dict[int, int]) -> Decimal:
    """What these pieces of lines cost, discount and VAT on top included. Raises ValueError for what was not sold."""
    sums = totals(order, shop.switches)
    known = {line.id: line for line in order.lines}
    worth = ZERO
    for number, qty in pieces.items():
        if number not in known or not 0 < qty <= known[number].qty:
            raise ValueError(f"order {order.id} has not {qty} pieces of line {number}")
        worth += known[number].price * qty
    covered = sums.goods + (sums.tax if order.tax_on_top else ZERO) - sums.discount
    return round_to(worth * share(covered, sums.goods), OERE)


def touch(shop: Shop, order: Order) -> None:
    """A change without a change of status: only with the switch does from_status_date see it."""
    if shop.switches.edits_move_status_date:
        order.status_date = shop.now()
