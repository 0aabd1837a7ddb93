"""One order as NewShop sent it -> `commerce.Order`, or the problem that stops it. Pure. Keeps contradictions as they
are: accounting judges them. A value that cannot be used is a problem with its place, never a guess."""

from __future__ import annotations

from kontera.commerce import Address, Customer, Line, LineKind, LineTax, Order, OrderState, Payment, PaymentState
from kontera.errors import Problem
from kontera.money import is_currency
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.trouble import unreadable

STATES = {
    "open": OrderState.AWAITING_PAYMENT,
    "paid": OrderState.PLACED,
    "sent": OrderState.COMPLETED,
    "void": OrderState.CANCELLED,
}
KINDS = {"goods": LineKind.PRODUCT, "delivery": LineKind.SHIPPING, "fee": LineKind.FEE}


def translate(raw: bytes, store: str, known_as: str) -> Order | Problem:
    """The order. known_as: the id asked for, named in problems."""
    try:
        order = Node(parse(raw), "$")
        currency, state = order.text("currency"), order.text("state")
        if not is_currency(currency):
            facts = {"order": known_as, "currency": currency}
            return Problem(code="CURRENCY_UNKNOWN", cause=f"currency:{currency}", facts=facts)
        if state not in STATES:
            facts = {"order": known_as, "status": state}
            return Problem(code="ORDER_STATUS_UNKNOWN", cause=f"status:{state}", facts=facts)
        return _order(order, store, currency, STATES[state])
    except Unreadable as fault:
        return unreadable(known_as, fault.path, fault.reason)


def _order(order: Node, store: str, currency: str, state: OrderState) -> Order:
    billing = _address(order.node("billing"))
    delivery = _address(order.node("delivery")) if order.has("delivery") else None
    country = (delivery or billing).country
    payments = tuple(_payment(node, currency) for node in order.nodes("payments"))
    return Order(
        store=store,
        id=order.text("id"),
        number=order.text("number"),
        state=state,
        placed_at=order.instant("placed_at"),
        changed_at=order.instant("changed_at"),
        currency=currency,
        prices_include_vat=True,
        customer=Customer(email=billing.email, name=billing.name, company=billing.company),
        billing=billing,
        delivery=delivery,
        lines=tuple(_line(node, currency, country) for node in order.nodes("lines")),
        total=order.money("total", currency),
        vat=order.money("vat", currency),
        payments=payments,
        payment_method=payments[0].method if payments else "",
    )


def _line(node: Node, currency: str, country: str) -> Line:
    kind = node.text("kind")
    if kind not in KINDS:
        raise Unreadable(node.at("kind"), "a kind of line nobody explained")
    tax = LineTax(rate=node.number("vat_rate"), amount=node.money("vat", currency))
    return Line(
        id=node.text("id"),
        kind=KINDS[kind],
        sku=node.text("sku"),
        name=node.text("name"),
        quantity=node.number("quantity"),
        unit_price=node.money("price", currency),
        charged=node.money("charged", currency),
        taxes=(tax,),
        country=country,
    )


def _payment(node: Node, currency: str) -> Payment:
    paid = node.has("paid_at")
    return Payment(
        id=node.text("id"),
        method=node.text("method").lower(),
        amount=node.money("amount", currency),
        state=PaymentState.CAPTURED if paid else PaymentState.PENDING,
        at=node.instant("paid_at") if paid else None,
        reference=node.text("reference"),
    )


def _address(node: Node | None) -> Address:
    names = ("name", "company", "street", "postcode", "city", "country", "email")
    return Address(**{name: node.text(name) for name in names}) if node else Address()
