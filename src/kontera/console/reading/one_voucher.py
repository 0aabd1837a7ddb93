"""A summary and the orders in it: which order adds what to the day's voucher.

Decides how a voucher is taken apart into its orders. The amounts are those of the orders' frozen shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kontera.accounting.documents import Share, SummarySale, share_from
from kontera.console.reading.one_order import Paper, papers_from
from kontera.db.models import Merchant, OutboxDocument, ShopOrder
from kontera.money import Money

PAGE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What one order adds. sold: what the customer was charged, vat: of it; paid: what settled it in this voucher."""

    order: ShopOrder
    sold: Money | None
    vat: Money | None
    paid: Money | None


def summary_row(merchant: Merchant, pk: int) -> OutboxDocument | None:
    """The voucher, None when the merchant has no such summary."""
    rows = OutboxDocument.objects.filter(merchant=merchant, kind="voucher", order=None, pk=pk)
    return rows.select_related("rulebook", "connection").prefetch_related("entries").first()


def paper_of(row: OutboxDocument) -> Paper:
    """The voucher as a document with its postings."""
    (paper,) = papers_from([row], row.connection)
    return paper


def orders_in(row: OutboxDocument) -> QuerySet[ShopOrder]:
    """The orders it carries, by number."""
    carried = row.carried.exclude(step=OutboxDocument.Step.ABANDONED).values("order")
    return ShopOrder.objects.filter(pk__in=carried).only("number", "place").order_by("number", "pk")


def parts_of(row: OutboxDocument, orders: Sequence[ShopOrder]) -> list[Part]:
    """What each of these orders adds."""
    rows = row.carried.exclude(step=OutboxDocument.Step.ABANDONED).filter(order__in=[order.pk for order in orders])
    shares: dict[int | None, list[Share]] = {}
    for order, content in rows.order_by("pk").values_list("order", "content"):
        shares.setdefault(order, []).append(share_from(content))
    return [_part(order, shares.get(order.pk, [])) for order in orders]


def _part(order: ShopOrder, shares: Sequence[Share]) -> Part:
    sale = next((share for share in shares if isinstance(share, SummarySale)), None)
    amounts = [share.amount for share in shares if not isinstance(share, SummarySale)]
    paid = sum(amounts[1:], amounts[0]) if amounts else None
    return Part(order, sale.total if sale else None, sale.vat if sale else None, paid)
