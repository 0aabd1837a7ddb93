"""Summaries on their way: days are closed into vouchers, and what became of a voucher reaches the orders it carries.

Decides which shares a voucher carries: those whose day is over, of orders that wait for nothing. An order in a case
never keeps its day's voucher; it joins a further one when it may. A voucher is a document as any other, sent by
`poster`; its shares stay where they are until it arrived. Adding up is `accounting.summary`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kontera.accounting.documents import Planned, Share, share_from
from kontera.accounting.summary import DayVoucher, Group, closes_at, group_of
from kontera.clock import Clock
from kontera.db.models import Connection, OutboxDocument, ShopOrder
from kontera.money import to_plain

Step = OutboxDocument.Step
CARRIED = "carried"  # the proof of a share: its entries are its voucher's
_AT_ONCE = 500


def due_at(document: Planned, zone: str, now: datetime, replaced: Sequence[OutboxDocument]) -> datetime:
    """When the document is due: at once, or when the day of a share is closed. replaced: the order's documents before;
    a share that only takes another's place on the same day is due when that was, also if that is over."""
    if not isinstance(document, Share):
        return now
    day = document.date.isoformat()
    same = (one for one in replaced if one.reference == document.reference and one.content.get("date") == day)
    return next((one.due_at for one in same if one.kind in OutboxDocument.SHARES), closes_at(document, zone, now))


def close_days(ledger: Connection, home: str, clock: Clock) -> int:
    """Close every day that is over: its shares are added up in a voucher per group; answers how many vouchers were
    made. home: the ledger's currency. An order that is being judged this very moment joins the next closing."""
    now = clock.now()
    with transaction.atomic():
        due = OutboxDocument.closable(now).filter(connection=ledger).select_for_update(of=("self",), skip_locked=True)
        days: dict[Group, DayVoucher] = {}
        carried: dict[Group, list[OutboxDocument]] = {}
        for row in due.order_by("pk").only("content", "rulebook").iterator(chunk_size=_AT_ONCE):
            share = share_from(row.content)
            group = group_of(share)
            days.setdefault(group, DayVoucher(group)).add(share)
            row.content = None  # a day may have very many orders
            carried.setdefault(group, []).append(row)
        for group, day in days.items():
            _carry(ledger, group, day, carried[group], home, now)
    return len(days)


def _carry(
    ledger: Connection, group: Group, day: DayVoucher, shares: Sequence[OutboxDocument], home: str, now: datetime
) -> None:
    reference = _free_reference(ledger, group)
    voucher = OutboxDocument.objects.create(
        merchant_id=ledger.merchant_id,
        connection=ledger,
        rulebook_id=max((share.rulebook_id for share in shares if share.rulebook_id), default=None),
        kind="voucher",
        reference=reference,
        content=to_plain(day.document(reference, home)),
        due_at=now,
        created_at=now,
    )
    OutboxDocument.objects.filter(pk__in=[share.pk for share in shares]).update(carrier=voucher)


def _free_reference(ledger: Connection, group: Group) -> str:
    """The group's next number: what has left keeps its own for good, what was taken back before gives it away."""
    number = 1
    taken = ledger.documents.exclude(step=Step.ABANDONED)
    while taken.filter(reference=group.reference(number)).exists():
        number += 1
    return group.reference(number)


def carried_by(documents: Sequence[OutboxDocument]) -> set[int]:
    """The orders in the vouchers among these: whoever changes a voucher locks them first."""
    vouchers = [document.pk for document in documents if not document.order_id]
    if not vouchers:
        return set()
    orders = OutboxDocument.objects.filter(carrier__in=vouchers).values_list("order", flat=True)
    return {pk for pk in orders if pk is not None}


def arrived(documents: Sequence[OutboxDocument], now: datetime) -> set[int]:
    """The vouchers among these came to their end, and so did the shares they carry; answers the orders to settle."""
    vouchers = [document for document in documents if not document.order_id]
    for voucher in vouchers:
        told = {"step": voucher.step, "sent_at": voucher.sent_at, "finished_at": now, "proof": CARRIED}
        OutboxDocument.objects.filter(carrier=voucher.pk, step=Step.PLANNED).update(**told)
    return carried_by(vouchers)


def first_placed(voucher: OutboxDocument) -> datetime | None:
    """When the oldest order that the voucher carries was placed."""
    orders = ShopOrder.objects.filter(documents__carrier=voucher.pk).order_by("placed_at")
    return orders.values_list("placed_at", flat=True).first()
