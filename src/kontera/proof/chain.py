"""The whole chain of one order: what the shop said, what was booked, what the ledger holds, and why (law 7).

Decides only what is shown together. Used by the command line and the console alike; changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q

from kontera.accounting.documents import share_from, voucher_from
from kontera.accounting.explain import explain_document
from kontera.accounting.outcome import Difference
from kontera.accounting.problems import money_text
from kontera.cases.catalogue import render
from kontera.clock import local_iso
from kontera.db.models import CaseWaiter, Exchange, OutboxDocument, RulebookVersion, ShopOrder
from kontera.errors import Problem
from kontera.money import Money, Rounding, decimals_of, from_plain, is_currency, total
from kontera.posting import rules

_REQUESTS = 500


def chain_of(order: ShopOrder, language: str = "en", *, bodies: bool = False) -> dict[str, Any]:
    """Plain data, complete enough to answer "why is this entry here" and "why is this order not there".

    Only the words of cases are in `language`; instants are in the merchant's time. bodies: of requests and answers too;
    secrets were removed before they were kept.
    """
    zone = order.connection.merchant.zone
    documents = documents_of(order)
    waits = order.waits.filter(released_at=None).select_related("case__connection__ledger").order_by("pk")
    return {
        "number": order.number,
        "store": order.connection.code,
        "total": f"{total_text(order)} {order.currency}" if order.total is not None else "",
        "placed_at": local_iso(order.placed_at, zone),
        "zone": zone,
        "place": order.place,
        "left_out": _left_out(order),
        "cases": [_case(waiter, language, zone) for waiter in waits],
        "rulebooks": [_rulebook(one, zone) for one in rulebooks_of(documents)],
        "differences": [_difference(one) for one in order.differences],
        "documents": [_document(row, zone) for row in documents],
        "requests": [_request(one, zone, bodies) for one in requests_of(order)],
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
    return list(documents.select_related("carrier", "rulebook").order_by("sequence", "pk"))


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


def rulebooks_of(documents: Sequence[OutboxDocument]) -> list[RulebookVersion]:
    """The versions of the rules that the documents were written by, the first first."""
    found = {row.rulebook.pk: row.rulebook for row in documents if row.rulebook is not None}
    return [found[pk] for pk in sorted(found)]


def requests_of(order: ShopOrder) -> list[Exchange]:
    """Each request about the order, its documents or the vouchers that carry them, with its answer, oldest first: the
    latest of them when there are very many."""
    documents = [key for keys in order.documents.values_list("pk", "carrier") for key in keys if key is not None]
    about = Exchange.objects.filter(Q(order=order) | Q(document__in=documents), merchant=order.merchant_id)
    return list(about.select_related("connection", "document").order_by("-id")[:_REQUESTS])[::-1]


def _left_out(order: ShopOrder) -> dict[str, str] | None:
    if order.place != ShopOrder.Place.LEFT_OUT:
        return None
    return {"rule": order.left_out_rule, "reason": order.left_out_reason}


def _case(waiter: CaseWaiter, language: str, zone: str) -> dict[str, Any]:
    case = waiter.case
    connection = case.connection
    shop = ledger = ""
    if connection is not None:
        ledger = connection.ledger.vendor if connection.ledger else ""
        shop, ledger = (connection.vendor, ledger) if connection.kind == "storefront" else ("", connection.vendor)
    problem = Problem(code=case.code, cause=case.cause, facts=waiter.facts, vendor=waiter.vendor)
    told = render(problem, language, shop=shop, ledger=ledger)
    return {
        "id": case.pk,
        "code": case.code,
        "team": case.team,
        "since": local_iso(waiter.since, zone),
        "title": told.title,
        "action": told.action,
    }


def _rulebook(version: RulebookVersion, zone: str) -> dict[str, Any]:
    return {
        "name": rules.named(version),
        "version": version.version,
        "valid_from": version.valid_from.isoformat(),
        "activated_by": version.author,
        "activated_at": local_iso(version.created_at, zone),
        "reason": version.reason,
    }


def _difference(plain: dict[str, Any]) -> dict[str, str]:
    one = from_plain(Difference, plain)
    bound = one.bound.rounded(Rounding.UP)  # "at most" must not fall below what it bounds
    return {
        "what": one.what,
        "shop": money_text(one.shop),
        "ours": money_text(one.ours),
        "cause": one.cause,
        "bound": str(bound),
    }


def _document(row: OutboxDocument, zone: str) -> dict[str, Any]:
    content = row.content
    rulebook = rules.named(row.rulebook) if row.rulebook is not None else ""
    carrier = carrier_of(row)
    about = content.get("total") or content.get("amount")
    return {
        **_written(row),
        "carrier": None if carrier is None else _written(carrier),
        "closes_at": local_iso(row.due_at, zone) if row.kind in OutboxDocument.SHARES and carrier is None else None,
        "date": content.get("date", ""),
        "total": money_text(from_plain(Money, about)) if about else "",
        "rulebook": rulebook,
        "planned_at": local_iso(row.created_at, zone),
        "sent_at": local_iso(row.sent_at, zone),
        "finished_at": local_iso(row.finished_at, zone),
        "lines": [_line(line, rulebook) for line in content.get("lines", ())],
        "postings": [_posting(posting, rulebook) for posting in content.get("postings", ())],
        "differences": [_difference(one) for one in row.differences],
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


def _line(line: dict[str, Any], rulebook: str) -> dict[str, Any]:
    money = {
        name: money_text(from_plain(Money, line[name])) for name in ("unit_price", "discount", "amount", "net", "vat")
    }
    named = {name: line.get(name) or "" for name in ("text", "article", "vat_code", "account", "vat_account")}
    whys = {name: _why(line[name], rulebook) for name in ("why", "vat_why")}
    return {**named, "quantity": str(line["quantity"]), "vat_rate": str(line["vat_rate"]), **money, **whys}


def _posting(posting: dict[str, Any], rulebook: str) -> dict[str, Any]:
    named = {name: posting.get(name) or "" for name in ("account", "text", "cost_centre", "project")}
    return {**named, "amount": money_text(from_plain(Money, posting["amount"])), "why": _why(posting["why"], rulebook)}


def _why(why: dict[str, str], rulebook: str) -> dict[str, str]:
    """The rule and the fact as they were frozen; the version by the name it is kept under."""
    return {"rule": why["rule"], "rulebook": rulebook or why["rulebook"], "fact": why["fact"]}


def _request(one: Exchange, zone: str, bodies: bool) -> dict[str, Any]:
    told = {
        "at": local_iso(one.at, zone),
        "connection": one.connection.code,
        "method": one.method,
        "path": urlsplit(one.url).path,
        "status": one.status,
        "milliseconds": one.milliseconds,
        "document": one.document.reference if one.document else "",
        "note": one.note,
    }
    if bodies:
        told["request"], told["response"] = (
            bytes(body).decode("utf-8", "replace") for body in (one.request, one.response)
        )
    return told
