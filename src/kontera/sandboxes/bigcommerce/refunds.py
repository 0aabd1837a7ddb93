"""Refunds: what a request is worth, by which means it can be paid back, and what it changes.

Decides amount and tax of each refunded part from what was charged, cumulatively: refunding all pieces one by one gives
back exactly what was paid. It never restocks and never touches `refunded_amount`, which the vendor keeps at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kontera.sandboxes.bigcommerce.amounts import STORED_DECIMALS, ZERO, rounded
from kontera.sandboxes.bigcommerce.answers import STATUS_PAGE, ApiError
from kontera.sandboxes.bigcommerce.changes import PARTLY_REFUNDED, REFUNDED, announce_updated, set_status
from kontera.sandboxes.bigcommerce.payments import add_transaction, captured, paid_with, soon
from kontera.sandboxes.bigcommerce.state import Json, Order, Store

_BY_PIECE = frozenset({"PRODUCT", "GIFT_WRAPPING"})
_BY_AMOUNT = {"SHIPPING": "cost", "HANDLING": "handling_cost"}


@dataclass(frozen=True)
class Worth:
    """What a refund request comes to; `exact` is the amount before it was brought to the currency's precision."""

    items: list[Json]
    amount: Decimal
    exact: Decimal
    tax: Decimal
    order_level: Decimal
    adjustment: Decimal


def quote(store: Store, order: Order, body: Json) -> Json:
    """What the vendor would pay back and how. Raises ApiError 422, or 503 when the tax service is out."""
    if store.switches.tax_outage:
        raise ApiError(
            503, body={"data": [{"order_id": order.id, "status": 503, "error": "Tax service gone away"}], "meta": {}}
        )
    decimals = store.rules(order.currency).decimals
    worth = _worth(order, body, decimals)
    total = rounded(worth.amount, decimals)
    left = captured(order) - refunded(order)
    if total > left:
        raise _bad(f"The amount {total} is more than the {left} that can be refunded.", "amount")
    return {
        "order_id": order.id,
        "total_refund_amount": total,
        "total_refund_tax_amount": rounded(worth.tax, decimals),
        "order_level_refund_amount": worth.order_level,
        "rounding": total - worth.exact,
        "adjustment": worth.adjustment,
        "tax_inclusive": True,
        "refund_methods": _methods(store, order, total),
    }


def create(store: Store, order: Order, body: Json) -> Json:
    """Refund. Raises ApiError 422 when payments and quote disagree, for a guest's credit, or while another runs."""
    if order.head.get("_refund_runs"):
        raise _bad("Another refund of this order is being processed.", "order_id")
    payments = _objects(body.get("payments"), "payments")
    if any(entry.get("provider_id") == "storecredit" for entry in payments) and not order.head["customer_id"]:
        raise ApiError(
            422,
            body={
                "data": [
                    {
                        "status": 422,
                        "title": "Unable to provide store credit for a guest customer.",
                        "type": STATUS_PAGE,
                    }
                ]
            },
        )
    quoted = quote(store, order, body)
    override = body.get("merchant_calculated_override")
    if override is not None and not isinstance(override, dict):
        raise _bad("merchant_calculated_override must be an object", "merchant_calculated_override")
    total, tax = quoted["total_refund_amount"], quoted["total_refund_tax_amount"]
    if override:
        total = _number(override.get("total_amount"), "total_amount")
        tax = _number(override.get("total_tax", 0), "total_tax")
        if total > captured(order) - refunded(order):
            raise _bad("The override is more than can be refunded.", "merchant_calculated_override")
    _check_payments(quoted, payments, total)
    refund: Json = {
        "id": store.number("refund"),
        "order_id": order.id,
        "user_id": 0,
        "created": store.now(),
        "reason": str(body.get("reason", "")),
        "total_amount": total,
        "total_tax": tax,
        "uses_merchant_override_values": bool(override),
        "items": _worth(order, body, store.rules(order.currency).decimals).items,
        "payments": [
            {
                "id": store.number("refund_payment"),
                "provider_id": entry["provider_id"],
                "amount": _number(entry["amount"], "amount"),
                "offline": bool(entry.get("offline", False)),
                "is_declined": False,
                "declined_message": "",
                "transaction_id": "",
            }
            for entry in payments
        ],
    }
    order.refunds.append(refund)
    _mark_lines(order, refund)
    order.head["_refund_runs"] = True
    store.emit("store/order/refund/created", {"type": "order", "id": order.id, "refund": {"refund_id": refund["id"]}})
    soon(store, lambda: _finish(store, order, refund))
    return refund


def refunded(order: Order) -> Decimal:
    """What has been refunded so far, declined payments not counted."""
    return sum(
        (payment["amount"] for refund in order.refunds for payment in refund["payments"] if not payment["is_declined"]),
        ZERO,
    )


def _bad(message: str, field: str) -> ApiError:
    return ApiError(422, message, errors={field: message})


def _number(value: object, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _bad(f"{field} must be a number", field)
    return Decimal(value)


def _id(entry: Json) -> int:
    value = entry.get("item_id")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _objects(value: object, field: str) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _bad(f"{field} must be a list of objects", field)
    return value


def _worth(order: Order, body: Json, decimals: int) -> Worth:
    if "tax_adjustment_amount" in body:
        amount = _number(body["tax_adjustment_amount"], "tax_adjustment_amount")
        return Worth([], amount, amount, amount, ZERO, ZERO)
    entries = _objects(body.get("items"), "items")
    if not entries:
        raise _bad("items or tax_adjustment_amount is required", "items")
    items: list[Json] = []
    total, exact, taxes, order_level, adjusted = ZERO, ZERO, ZERO, ZERO, ZERO
    for entry in entries:
        kind = entry.get("item_type")
        finer = None
        if kind in _BY_PIECE:
            amount, tax, finer = _pieces(order, entry, decimals)
        elif kind in _BY_AMOUNT:
            amount, tax = _charge(order, entry, kind)
        elif kind == "FEE":
            amount, tax = _fee(order, entry)
        elif kind == "TAX":
            amount = tax = _number(entry.get("amount"), "amount")
        elif kind == "ORDER":
            amount, tax = _number(entry.get("amount"), "amount"), ZERO
            order_level += amount
        else:
            raise _bad(f"unknown item_type {kind!r}", "item_type")
        adjustments = _objects(entry.get("adjustments"), "adjustments")
        change = sum((_number(row.get("amount"), "adjustments") for row in adjustments), ZERO)
        if change > 0 or change < -amount:
            raise _bad("an adjustment lowers the amount, at most to zero", "adjustments")
        if change:
            tax = tax * (amount + change) / amount
        total, taxes, adjusted = total + amount + change, taxes + tax, adjusted + change
        exact += (amount if finer is None else finer) + change
        items.append(
            {
                "item_type": kind,
                "item_id": entry.get("item_id"),
                "quantity": entry.get("quantity"),
                "requested_amount": None if kind in _BY_PIECE else amount,
                "reason": entry.get("reason", ""),
                "adjustments": adjustments,
            }
        )
    return Worth(items, total, exact, taxes, order_level, adjusted)


def _pieces(order: Order, entry: Json, decimals: int) -> tuple[Decimal, Decimal, Decimal]:
    """So many pieces of a line (or of its wrapping), by what was charged after discounts: amount, tax, and the amount
    with four decimals. Rounded from the first piece on, so that the last one takes what rounding left."""
    line = order.line(_id(entry))
    pieces = entry.get("quantity")
    if line is None or isinstance(pieces, bool) or not isinstance(pieces, int) or pieces < 1:
        raise _bad("item_id and quantity must name pieces of a line of this order", "items")
    before = sum(
        row["quantity"]
        for refund in order.refunds
        for row in refund["items"]
        if row["item_type"] == entry["item_type"] and row["item_id"] == line["id"]
    )
    if before + pieces > line["quantity"]:
        raise _bad(f"only {line['quantity'] - before} pieces can be refunded", "quantity")
    whole, tax = (
        (line["discounted_total_inc_tax"], line["total_tax"])
        if entry["item_type"] == "PRODUCT"
        else (line["wrapping_cost_inc_tax"], line["wrapping_cost_tax"])
    )

    def upto(amount: Decimal, count: int) -> Decimal:
        return rounded(amount * count / line["quantity"], decimals)

    return (
        upto(whole, before + pieces) - upto(whole, before),
        upto(tax, before + pieces) - upto(tax, before),
        rounded(whole * pieces / line["quantity"], STORED_DECIMALS),
    )


def _charge(order: Order, entry: Json, kind: str) -> tuple[Decimal, Decimal]:
    address = order.address(_id(entry))
    amount = _number(entry.get("amount"), "amount")
    if address is None:
        raise _bad("item_id must be a shipping address of this order", "item_id")
    name = _BY_AMOUNT[kind]
    return _share(order, kind, address["id"], amount, address[f"{name}_inc_tax"], address[f"{name}_tax"])


def _fee(order: Order, entry: Json) -> tuple[Decimal, Decimal]:
    fee = next((row for row in order.fees if row["id"] == entry.get("item_id")), None)
    if fee is None:
        raise _bad("item_id must be a fee of this order", "item_id")
    return _share(order, "FEE", fee["id"], _number(entry.get("amount"), "amount"), fee["cost_inc_tax"], fee["cost_tax"])


def _share(
    order: Order, kind: str, item_id: int, amount: Decimal, whole: Decimal, tax: Decimal
) -> tuple[Decimal, Decimal]:
    before = sum(
        (
            row["requested_amount"]
            for refund in order.refunds
            for row in refund["items"]
            if row["item_type"] == kind and row["item_id"] == item_id
        ),
        ZERO,
    )
    if amount < 0 or before + amount > whole:
        raise _bad(f"only {whole - before} can be refunded", "amount")
    return amount, (tax * amount / whole if whole else ZERO)


def _methods(store: Store, order: Order, total: Decimal) -> list[list[Json]]:
    """The alternatives: the means it was paid with, store credit, or by hand outside the shop."""
    left, original = total, []
    for gateway, remaining in _tenders(order).items():
        part = min(left, remaining)
        if part > 0:
            by_hand = gateway in {"bankdeposit", "cod", "custom"}
            original.append(
                {
                    "provider_id": gateway,
                    "provider_description": gateway,
                    "amount": part,
                    "offline": by_hand,
                    "offline_provider": by_hand,
                    "offline_reason": "Offline payment method." if by_hand else "",
                }
            )
            left -= part
    methods = [original] if original and not left else []
    if order.head["customer_id"] and order.currency == store.default_currency["currency_code"]:
        methods.append(
            [
                {
                    "provider_id": "storecredit",
                    "provider_description": "Store Credit",
                    "amount": total,
                    "offline": False,
                    "offline_provider": False,
                    "offline_reason": "",
                }
            ]
        )
    methods.append(
        [
            {
                "provider_id": "custom",
                "provider_description": "Custom",
                "amount": total,
                "offline": True,
                "offline_provider": True,
                "offline_reason": "Refunded outside the store.",
            }
        ]
    )
    return methods


def _tenders(order: Order) -> dict[str, Decimal]:
    """What is left to pay back by each means, in the order they were used; gift certificates and credit last."""
    left: dict[str, Decimal] = {}
    for row in sorted(
        paid_with(order, frozenset({"purchase", "capture"})),
        key=lambda row: row["method"] in {"gift_certificate", "store_credit"},
    ):
        left[row["gateway"]] = left.get(row["gateway"], ZERO) + row["amount"]
    for refund in order.refunds:
        for payment in refund["payments"]:
            if not payment["is_declined"] and payment["provider_id"] in left:
                left[payment["provider_id"]] -= payment["amount"]
    return left


def _check_payments(quoted: Json, payments: list[Json], total: Decimal) -> None:
    if sum((_number(entry.get("amount"), "amount") for entry in payments), ZERO) != total:
        raise _bad("The payments do not add up to the amount of the refund.", "payments")
    most: dict[str, Decimal] = {}
    for alternative in quoted["refund_methods"]:
        for option in alternative:
            most[option["provider_id"]] = max(most.get(option["provider_id"], ZERO), option["amount"])
    for entry in payments:
        limit = most.get(str(entry.get("provider_id", "")))
        if limit is None or (entry["amount"] > limit and total == quoted["total_refund_amount"]):
            raise _bad(f"{entry.get('provider_id')} cannot refund {entry['amount']}.", "payments")


def _mark_lines(order: Order, refund: Json) -> None:
    for item in refund["items"]:
        if item["item_type"] == "PRODUCT":
            line = order.line(item["item_id"])
            if line is not None:
                line["quantity_refunded"] += item["quantity"]
                line["is_refunded"] = line["quantity_refunded"] == line["quantity"]


def _finish(store: Store, order: Order, refund: Json) -> None:
    """The providers have answered: transactions, balances, payment status, status."""
    order.head["_refund_runs"] = False
    for payment in refund["payments"]:
        if store.switches.decline_refunds and not payment["offline"]:
            payment["is_declined"] = True
            payment["declined_message"] = "The refund was declined by the payment provider."
            continue
        row = _refund_transaction(store, order, payment)
        payment["transaction_id"] = str(row["id"])
    if all(payment["is_declined"] for payment in refund["payments"]):
        announce_updated(store, order)
        return
    full = refunded(order) >= captured(order)
    order.head["payment_status"] = "refunded" if full else "partially refunded"
    modified = order.head["date_modified"]
    set_status(store, order, REFUNDED if full else PARTLY_REFUNDED)
    if store.switches.refund_bumps_modified:
        announce_updated(store, order)
    else:
        order.head["date_modified"] = modified


def _refund_transaction(store: Store, order: Order, payment: Json) -> Json:
    """Pay one part back; gift certificates and store credit get their balance again."""
    provider, amount = payment["provider_id"], payment["amount"]
    origin = next(
        (row for row in paid_with(order, frozenset({"purchase", "capture"})) if row["gateway"] == provider), None
    )
    if provider == "storecredit":
        customer = store.customers[order.head["customer_id"]]
        credit = store.credit_of(order.head["customer_id"]) + amount
        customer["store_credit_amounts"] = [{"amount": credit}]
        return add_transaction(
            store,
            order,
            "refund",
            "store_credit",
            provider,
            amount,
            reference=origin["id"] if origin else None,
            details={"store_credit": {"remaining_balance": credit}},
        )
    if provider == "giftcertificate" and origin is not None:
        card = store.certificate(origin["gift_certificate"]["code"])
        if card is not None:
            card["balance"] += amount
        return add_transaction(
            store,
            order,
            "refund",
            "gift_certificate",
            provider,
            amount,
            reference=origin["id"],
            details={
                "gift_certificate": origin["gift_certificate"]
                | {"remaining_balance": card["balance"] if card else amount}
            },
        )
    method = origin["method"] if origin is not None else "custom"
    return add_transaction(
        store, order, "refund", method, provider, amount, display="Refund", reference=origin["id"] if origin else None
    )
