"""What paid an order: V3 transactions folded into payments, and the two tenders the order itself names.

Decides how far each payment has come. Refunds are facts of their own and are only noticed here, never folded in.
BigCommerce knows neither fees nor payouts; `reference` is the processor's id a settlement report will name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from kontera.clock import parse_instant
from kontera.commerce import Payment, PaymentKind, PaymentState
from kontera.money import Money
from kontera.storefronts.bigcommerce.fields import Node, Unreadable

_KINDS = {"gift_certificate": PaymentKind.GIFT_CARD, "store_credit": PaymentKind.STORE_CREDIT}
_TENDERS = (
    (PaymentKind.GIFT_CARD, "gift_certificate_amount", "giftcertificate"),
    (PaymentKind.STORE_CREDIT, "store_credit_amount", "storecredit"),
)
_NAMELESS = frozenset({"", "custom", "offline"})  # gateways that say nothing about the means


@dataclass(slots=True)
class _Open:
    """A payment while later events of it are being folded in. `left`: what of it is not captured or voided."""

    payment: Payment
    left: Money


def payments_of(document: Node, order: Node, currency: str) -> tuple[Payment, ...]:
    """Every payment of the order, in the vendor's order. Raises Unreadable for another currency than the order's."""
    found: list[_Open] = []
    for node in document.nodes("transactions"):
        _fold(found, node, order, currency)
    payments = [_remaining(entry) for entry in found if not _used_up(entry)]
    for kind, name, method in _TENDERS:
        own = [payment for payment in payments if payment.kind is kind]
        for place, payment in enumerate(own, start=1):  # the order's head knows them before any transaction does
            payments[payments.index(payment)] = msgspec.structs.replace(payment, id=f"{method}-{place}")
        amount = order.money(name, currency, optional=True)
        if amount and not own:
            payments.append(
                Payment(
                    id=f"{method}-1", kind=kind, method=method, amount=amount.rounded(), state=PaymentState.CAPTURED
                )
            )
    return tuple(payments)


def has_refund(document: Node) -> bool:
    """Whether a refund went through for the order."""
    done = [node for node in document.nodes("transactions") if node.text("status") != "error"]
    return any(node.text("event") == "refund" for node in done)


def _fold(found: list[_Open], node: Node, order: Node, currency: str) -> None:
    event = node.text("event")
    if event == "refund":
        return
    payment = _payment(node, order, currency)
    if node.text("status") == "error":
        found.append(_Open(_in(payment, PaymentState.DECLINED), payment.amount))
    elif event == "authorization":
        found.append(_Open(_in(payment, PaymentState.AUTHORISED), payment.amount))
    elif event == "pending":
        found.append(_Open(_in(payment, PaymentState.PENDING), payment.amount))
    elif event == "void":
        for entry in _earlier(found, node, (PaymentState.AUTHORISED, PaymentState.PENDING)):
            entry.payment = _in(entry.payment, PaymentState.VOIDED)
    elif event == "settled" and _earlier(found, node, (PaymentState.CAPTURED,)):
        return  # the money of a purchase or capture that is already counted
    elif event in ("purchase", "capture", "settled"):
        _consume(found, node, payment.amount)
        found.append(_Open(payment, payment.amount))
    else:
        raise Unreadable(node.at("event"), "a payment event we do not know")


def _consume(found: list[_Open], node: Node, amount: Money) -> None:
    """A capture uses up what was authorised or announced before; what is left of an authorisation stays open."""
    for entry in _earlier(found, node, (PaymentState.AUTHORISED, PaymentState.PENDING)):
        used = min(entry.left, amount)
        entry.left -= used
        amount -= used
        if entry.payment.state is PaymentState.PENDING and not entry.left:
            found.remove(entry)


def _earlier(found: list[_Open], node: Node, states: tuple[PaymentState, ...]) -> list[_Open]:
    """What the event acts upon: the payment it names, else (older data) those of the same means."""
    named = node.text("reference_transaction_id")
    candidates = [entry for entry in found if entry.payment.state in states]
    exact = [entry for entry in candidates if named not in ("", "0") and entry.payment.id == named]
    if exact or named not in ("", "0"):
        return exact
    gateway = node.text("gateway").lower()
    return [entry for entry in candidates if gateway and entry.payment.method == gateway]


def _used_up(entry: _Open) -> bool:
    return entry.payment.state is PaymentState.AUTHORISED and not entry.left


def _remaining(entry: _Open) -> Payment:
    if entry.payment.state is not PaymentState.AUTHORISED or entry.left == entry.payment.amount:
        return entry.payment
    return msgspec.structs.replace(entry.payment, amount=entry.left)


def _payment(node: Node, order: Node, currency: str) -> Payment:
    stated = node.text("currency").upper()
    if stated and stated != currency:
        raise Unreadable(node.at("currency"), f"a payment in {stated} of an order charged in {currency}")
    kind = _KINDS.get(node.text("method"), PaymentKind.MONEY)
    card = node.node("gift_certificate")
    return Payment(
        id=node.text("id"),
        kind=kind,
        method=_method(node, order),
        amount=node.money("amount", currency).rounded(),
        state=PaymentState.CAPTURED,
        at=_instant(node),
        reference=node.text("gateway_transaction_id"),
        card=card.text("code") if card and kind is PaymentKind.GIFT_CARD else "",
    )


def _method(node: Node, order: Node) -> str:
    gateway = node.text("gateway").lower()
    if gateway not in _NAMELESS:
        return gateway
    custom, offline = node.node("custom"), node.node("offline")
    named = (custom.text("payment_method") if custom else "") or (offline.text("display_name") if offline else "")
    return (named or order.text("payment_method") or gateway or node.text("method")).lower()


def payment_method_of(order: Node, payments: tuple[Payment, ...]) -> str:
    """The key of the order's means of payment: the gateway of its first payment in money, else the text shown to the
    shopper, lower case. (payment_provider_id is no method: it is the provider's id of the payment.)"""
    gateways = (payment.method for payment in payments if payment.kind is PaymentKind.MONEY)
    return next(gateways, order.text("payment_method").lower())


def _instant(node: Node) -> datetime | None:
    text = node.text("date_created")
    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise Unreadable(node.at("date_created"), "a date with a time zone was expected") from error


def _in(payment: Payment, state: PaymentState) -> Payment:
    return msgspec.structs.replace(payment, state=state)
