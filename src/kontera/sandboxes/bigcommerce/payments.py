"""Money that moves: payments at checkout, gift certificates and store credit used, capture, void, transactions.

Decides which transactions an order gets and what its payment status says. It never changes what the order costs. The
gateway's own view (`Store.gateway`) also holds what the shop is never told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal

from kontera.sandboxes.bigcommerce.amounts import ZERO
from kontera.sandboxes.bigcommerce.answers import ApiError
from kontera.sandboxes.bigcommerce.changes import AWAITING_FULFILLMENT, AWAITING_PAYMENT, announce_updated, set_status
from kontera.sandboxes.bigcommerce.seed_data import PAYMENTS
from kontera.sandboxes.bigcommerce.state import Json, Order, Store

_OFFLINE = frozenset({"offline", "custom"})


def gateway_id(store: Store, order: Order, prefix: str) -> str:
    """An id as a payment provider gives it; made from order and count, so that a replay gives the same."""
    count = store.number("gateway_id")
    digest = hashlib.sha256(f"{store.hash}/{order.id}/{count}".encode()).hexdigest()
    if store.switches.pipe_gateway_ids:
        return f"{prefix}{digest[:12]}|{digest[12:24]}"
    return f"{prefix}{digest[:24]}" if prefix else digest[:16].upper()


def add_transaction(
    store: Store,
    order: Order,
    event: str,
    method: str,
    gateway: str,
    amount: Decimal,
    *,
    display: str = "",
    prefix: str = "",
    reference: int | None = None,
    ok: bool = True,
    details: Json | None = None,
) -> Json:
    """Write one transaction on the order, tell whoever listens, and let the gateway remember it."""
    provider_id = ""
    if method not in _OFFLINE | {"gift_certificate", "store_credit"} and not store.switches.missing_gateway_ids:
        provider_id = gateway_id(store, order, prefix)
    row: Json = {
        "id": store.number("transaction"),
        "order_id": str(order.id),
        "event": event,
        "method": method,
        "amount": amount,
        "currency": order.currency,
        "gateway": gateway,
        "gateway_transaction_id": provider_id,
        "date_created": store.now(),
        "test": gateway == "testgateway",
        "status": "ok" if ok else "error",
        "fraud_review": False,
        "reference_transaction_id": reference,
        "payment_method_id": f"{gateway}.{method}",
        "payment_instrument_token": None,
        **_means(store, method, display),
        **(details or {}),
    }
    order.transactions.append(row)
    if ok:
        store.gateway.append(
            {
                "gateway": gateway,
                "gateway_transaction_id": provider_id,
                "event": event,
                "amount": amount,
                "currency": order.currency,
                "order_id": order.id,
                "at": store.now(),
                "known_to_shop": True,
            }
        )
    store.emit(
        "store/order/transaction/created",
        {
            "type": "transaction",
            "order_id": str(order.id),
            "transaction_id": str(row["id"]),
            "transaction_status": row["status"],
            "transaction_type": event,
            "platform_transaction_id": str(row["id"]),
            "provider_transaction_id": provider_id,
        },
    )
    return row


def _means(store: Store, method: str, display: str) -> Json:
    """What the transaction says about the means of payment; what does not apply is null, or {} in noisy stores."""
    nothing: Json | None = {} if store.switches.empty_objects else None
    names = ("offline", "custom", "avs_result", "cvv_result", "credit_card", "gift_certificate", "store_credit")
    found: Json = dict.fromkeys((*names, "custom_provider_field_result"), nothing)
    if method == "offline":
        found["offline"] = {"display_name": display}
    elif method == "custom":
        found["custom"] = {"payment_method": display}
    elif method == "credit_card":
        found["credit_card"] = {
            "card_type": "visa",
            "card_iin": "411111",
            "card_last4": "1111",
            "card_expiry_month": 12,
            "card_expiry_year": 2030,
        }
    return found


def use_certificates(store: Store, order: Order, codes: list[str], outstanding: Decimal) -> Decimal:
    """Pay with gift certificates; answers what is still to pay. Raises ValueError when one cannot be used."""
    for code in codes:
        card = store.certificate(code)
        if card is None or card["status"] != "active" or not card["balance"]:
            raise ValueError(f"gift certificate {code!r} cannot be used")
        if card["currency_code"] != order.currency:
            raise ValueError(f"gift certificate {code!r} is in {card['currency_code']}, the order in {order.currency}")
        starting = card["balance"]
        used = min(starting, outstanding)
        if not used:
            continue
        card["balance"] = starting - used
        outstanding -= used
        order.head["gift_certificate_amount"] += used
        add_transaction(
            store,
            order,
            "purchase",
            "gift_certificate",
            "giftcertificate",
            used,
            details={
                "gift_certificate": {
                    "code": code,
                    "original_balance": card["amount"],
                    "starting_balance": starting,
                    "remaining_balance": card["balance"],
                    "status": card["status"],
                }
            },
        )
    return outstanding


def use_credit(store: Store, order: Order, outstanding: Decimal) -> Decimal:
    """Pay with the customer's store credit, one to one in whatever currency, as the vendor does; answers the rest."""
    used = min(store.credit_of(order.head["customer_id"]), outstanding)
    if used <= 0:
        return outstanding
    customer = store.customers[order.head["customer_id"]]
    customer["store_credit_amounts"] = [{"amount": store.credit_of(order.head["customer_id"]) - used}]
    order.head["store_credit_amount"] += used
    add_transaction(
        store,
        order,
        "purchase",
        "store_credit",
        "storecredit",
        used,
        details={"store_credit": {"remaining_balance": store.credit_of(order.head["customer_id"])}},
    )
    return outstanding - used


def pay(store: Store, order: Order, how: str, outstanding: Decimal, *, declined: bool = False) -> bool:
    """Pay the rest by a method of `PAYMENTS`; answers whether the money is certain. Raises ValueError.

    An authorization or an offline method leaves the money to come; a declined payment leaves a failed transaction.
    """
    if how not in PAYMENTS:
        raise ValueError(f"unknown way to pay {how!r}; known: {', '.join(sorted(PAYMENTS))}")
    gateway, method, display, event, prefix = PAYMENTS[how]
    if not outstanding:
        covered = "Presentkort" if order.head["gift_certificate_amount"] else "Tillgodohavande"
        order.head["payment_method"] = covered if order.head["total_inc_tax"] else "No Payment Required"
        order.head["payment_status"] = "captured"
        return True
    order.head["payment_method"] = display
    row = add_transaction(
        store, order, event, method, gateway, outstanding, display=display, prefix=prefix, ok=not declined
    )
    if declined:
        order.head["payment_status"] = "declined"
        return False
    order.head["payment_provider_id"] = row["gateway_transaction_id"]
    order.head["payment_status"] = {"purchase": "captured", "authorization": "authorized"}.get(event, "")
    return event == "purchase"


def receive_offline(store: Store, order: Order) -> None:
    """The merchant has seen an offline payment arrive. Raises ValueError when none is awaited."""
    waiting = next((row for row in order.transactions if row["event"] == "pending"), None)
    if waiting is None:
        raise ValueError(f"order {order.id} awaits no offline payment")
    display = (waiting["offline"] or {}).get("display_name", "")
    add_transaction(
        store,
        order,
        "purchase",
        waiting["method"],
        waiting["gateway"],
        waiting["amount"],
        display=display,
        reference=waiting["id"],
    )
    order.head["payment_status"] = "paid"
    if order.head["status_id"] == AWAITING_PAYMENT:
        set_status(store, order, AWAITING_FULFILLMENT)


def start_capture(store: Store, order: Order) -> None:
    """Ask for the authorized money; the capture follows later. Raises ApiError 422 when nothing is authorized."""
    if order.head["payment_status"] != "authorized":
        raise ApiError(422, "The order's payment cannot be captured.", errors={"payment_status": "not authorized"})
    order.head["payment_status"] = "capture pending"
    soon(store, lambda: _finish_capture(store, order))
    announce_updated(store, order)


def start_void(store: Store, order: Order) -> None:
    """Ask to let the authorized money go. Raises ApiError 422 when nothing is authorized."""
    if order.head["payment_status"] != "authorized":
        raise ApiError(422, "The order's payment cannot be voided.", errors={"payment_status": "not authorized"})
    order.head["payment_status"] = "void pending"
    soon(store, lambda: _finish_void(store, order))
    announce_updated(store, order)


def paid_with(order: Order, events: frozenset[str]) -> list[Json]:
    """The order's successful transactions of these events."""
    return [row for row in order.transactions if row["status"] == "ok" and row["event"] in events]


def captured(order: Order) -> Decimal:
    """The money that has really come in, gift certificates and store credit included."""
    return sum((row["amount"] for row in paid_with(order, frozenset({"purchase", "capture"}))), ZERO)


def soon(store: Store, work: Callable[[], None]) -> None:
    """Do `work` when payment providers answer: later, or at once when the switch says so."""
    if store.switches.async_payments:
        store.later(store.switches.async_seconds, work)
    else:
        work()


def _finish_capture(store: Store, order: Order) -> None:
    authorization = paid_with(order, frozenset({"authorization"}))[0]
    add_transaction(
        store,
        order,
        "capture",
        authorization["method"],
        authorization["gateway"],
        authorization["amount"],
        reference=authorization["id"],
    )
    order.head["payment_status"] = "captured"
    if order.head["status_id"] == AWAITING_PAYMENT:
        set_status(store, order, AWAITING_FULFILLMENT)
    else:
        announce_updated(store, order)


def _finish_void(store: Store, order: Order) -> None:
    authorization = paid_with(order, frozenset({"authorization"}))[0]
    add_transaction(
        store,
        order,
        "void",
        authorization["method"],
        authorization["gateway"],
        authorization["amount"],
        reference=authorization["id"],
    )
    order.head["payment_status"] = "void"
    announce_updated(store, order)
