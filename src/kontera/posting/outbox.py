"""The documents of one order: locked, told apart by whether they left, taken back while they have not.

Decides that what surely never reached a ledger may be taken back and what may be there never is. The share of a
summary is as far as the voucher that carries it; a voucher that is taken back frees the shares of all its orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kontera.db.models import OutboxDocument, ShopOrder

Step = OutboxDocument.Step


def locked_documents(order: ShopOrder) -> list[OutboxDocument]:
    """The order's documents that were not replaced, in their order, locked together with the vouchers that carry them.
    Everybody locks orders first, then vouchers, then shares."""
    kept = order.documents.exclude(step=Step.ABANDONED)
    _lock_carriers(kept.exclude(carrier=None).values_list("carrier", flat=True))
    documents = list(kept.select_for_update(of=("self",)).order_by("sequence", "pk"))
    carriers = _lock_carriers(document.carrier_id for document in documents if document.carrier_id)
    for document in documents:
        document.carrier = carriers.get(document.carrier_id)
    return documents


def carrier_of(document: OutboxDocument) -> OutboxDocument:
    """The document that is written to the ledger: the voucher that carries a share, else the document itself."""
    carrier = document.carrier
    return document if carrier is None or carrier.step == Step.ABANDONED else carrier


def unsent(document: OutboxDocument) -> bool:
    """Whether it surely never reached the ledger."""
    written = carrier_of(document)
    return written.step == Step.PLANNED or (written.step == Step.HELD and written.held_step == Step.PLANNED)


def abandon(documents: Iterable[OutboxDocument], now: datetime) -> None:
    """Those of them that have not left never will. Other orders in the same summary join another one."""
    for document in documents:
        if unsent(document):
            for each in {carrier_of(document), document}:
                each.step, each.finished_at = Step.ABANDONED, now
                each.save(update_fields=["step", "finished_at"])


def _lock_carriers(keys: Iterable[int | None]) -> dict[int | None, OutboxDocument]:
    wanted = sorted({key for key in keys if key is not None})
    if not wanted:
        return {}
    rows = OutboxDocument.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    return {row.pk: row for row in rows}
