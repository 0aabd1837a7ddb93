"""The whole chain of one order: what the shop said, what was booked, what the ledger holds, and why (law 7).

Decides only what is shown together. Used by the command line and the console alike; changes nothing.
"""

from __future__ import annotations

from typing import Any

from kontera.accounting.documents import planned_from, share_from, voucher_from
from kontera.accounting.explain import explain_document
from kontera.accounting.outcome import Difference
from kontera.cases.catalogue import render
from kontera.db.models import Notice, OutboxDocument, ShopOrder
from kontera.errors import Problem
from kontera.money import Money, decimals_of, from_plain, is_currency, total


def chain_of(order: ShopOrder, language: str = "en") -> dict[str, Any]:
    """Plain data, complete enough to answer "why is this entry here" and "why is this order not there"."""
    total = f"{total_text(order)} {order.currency}" if order.total is not None else ""
    return {
        "number": order.number,
        "store": order.connection.code,
        "total": total,
        "place": order.place,
        "left_out": _left_out(order),
        "cases": [_case(waiter, language) for waiter in order.waits.filter(released_at=None).select_related("case")],
        "timeline": timeline(order),
        "differences": [_difference(one) for one in order.differences],
        "documents": [_document(row) for row in documents_of(order)],
    }


def total_text(order: ShopOrder) -> str:
    """The order's total with its currency's decimals (more only when the shop told more), without unit; empty while it
    is not known, as with an order that cannot be read."""
    if order.total is None:
        return ""
    usual = decimals_of(order.currency) if is_currency(order.currency) else 2
    told = -int(order.total.normalize().as_tuple().exponent)
    return f"{order.total:.{max(usual, told)}f}"


def documents_of(order: ShopOrder) -> list[OutboxDocument]:
    """Documents that were not replaced, in the order they reach the ledger."""
    documents = order.documents.exclude(step=OutboxDocument.Step.ABANDONED)
    return list(documents.select_related("carrier").order_by("sequence", "pk"))


def carrier_of(row: OutboxDocument) -> OutboxDocument | None:
    """The voucher that carries a share of a summary; None while its day is open, and for any other document."""
    carrier = row.carrier
    return None if carrier is None or carrier.step == OutboxDocument.Step.ABANDONED else carrier


def summary_of(voucher: OutboxDocument) -> dict[str, Any]:
    """A summary and the orders in it, each with what it adds to the clearing account and to revenue and VAT."""
    document = voucher_from(voucher.content)
    orders: dict[int, dict[str, Any]] = {}
    rows = voucher.carried.exclude(step=OutboxDocument.Step.ABANDONED).select_related("order").order_by("order", "pk")
    for row in rows.iterator(chunk_size=500):
        if row.order is None:
            continue
        share = share_from(row.content)
        told = orders.setdefault(
            row.order.pk, {"id": row.order.pk, "number": row.order.number, "total": "", "paid": "", "accounts": {}}
        )
        debits = total((one.amount for one in share.postings if one.amount.amount > 0), share.currency)
        told["total" if row.kind == "summary_sale" else "paid"] = str(debits)
        for posting in share.postings:
            sums: dict[str, Money] = told["accounts"]
            sums[posting.account] = sums.get(posting.account, Money.zero(share.currency)) + posting.amount
    for told in orders.values():
        told["accounts"] = {account: str(amount) for account, amount in told["accounts"].items() if amount}
    return {
        **_written(voucher),
        "text": document.text,
        "lines": explain_document(document).splitlines(),
        "count": len(orders),
        "orders": list(orders.values()),
    }


def timeline(order: ShopOrder) -> list[dict[str, str]]:
    """What happened to the order, oldest first: notices, versions read, documents planned and arrived, cases."""
    events: list[tuple[Any, str]] = []
    notices = Notice.objects.filter(connection=order.connection, kind="order", external_id=order.external_id)
    events += [(notice.received_at, f"notice ({notice.source})") for notice in notices.order_by("pk")[:50]]
    facts = order.connection.facts.filter(kind="order", external_id=order.external_id).order_by("version")
    events += [(fact.read_at, f"read from the shop, version {fact.version}") for fact in facts[:50]]
    for row in order.documents.order_by("pk"):
        events.append((row.created_at, f"{row.kind} {row.reference} planned"))
        if row.finished_at:
            number = f" as {row.number}" if row.number else ""
            voucher = f", voucher {row.voucher}" if row.voucher else ""
            events.append((row.finished_at, f"{row.kind} {row.reference} {row.step}{number}{voucher}"))
    for waiter in order.waits.select_related("case").order_by("pk"):
        events.append((waiter.since, f"waits: {waiter.case.code}"))
        if waiter.released_at:
            events.append((waiter.released_at, f"released: {waiter.case.code}"))
    events.sort(key=lambda event: event[0])
    return [{"at": at.isoformat(), "what": what} for at, what in events]


def _left_out(order: ShopOrder) -> dict[str, str] | None:
    if order.place != ShopOrder.Place.LEFT_OUT:
        return None
    return {"rule": order.left_out_rule, "reason": order.left_out_reason}


def _case(waiter: Any, language: str) -> dict[str, Any]:
    case = waiter.case
    told = render(Problem(code=case.code, cause=case.cause, facts=waiter.facts, vendor=waiter.vendor), language)
    return {"id": case.pk, "code": case.code, "team": case.team, "title": told.title, "action": told.action}


def _difference(plain: dict[str, Any]) -> str:
    one = from_plain(Difference, plain)
    return f"{one.what}: the shop says {one.shop}, booked {one.ours}: {one.cause} (at most {one.bound})"


def _document(row: OutboxDocument) -> dict[str, Any]:
    carrier = carrier_of(row)
    return {
        **_written(row),
        "lines": explain_document(planned_from(row.content)).splitlines(),
        "carrier": None if carrier is None else _written(carrier),
        "closes_at": row.due_at.isoformat() if row.kind in OutboxDocument.SHARES and carrier is None else None,
    }


def _written(row: OutboxDocument) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "reference": row.reference,
        "number": row.number,
        "voucher": row.voucher,
        "url": row.url,
        "step": row.step,
        "proof": row.proof,
    }
