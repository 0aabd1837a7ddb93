"""The laws as live checks (`kontera check`): each names a promise and counts what breaks it.

Decides what counts as broken, from what is kept here alone; comparing with the ledger is `read_back`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
from django.db import connection as database
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Now

from kontera.accounting.documents import currency_of, document_from, imbalance, planned_from, share_from
from kontera.accounting.summary import DayVoucher, group_of
from kontera.db.models import (
    Case,
    CaseWaiter,
    Look,
    Merchant,
    OutboxDocument,
    RulebookVersion,
    SetupSnapshot,
    ShopOrder,
)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check: its name, the promise in words, and what breaks it (order numbers or references, at most 20)."""

    check: str
    promise: str
    broken: tuple[str, ...]
    count: int


def accounted_for(merchant: Merchant) -> list[str]:
    """Law 1: every order is booked, on its way, left out by a rule, or waits in an open case; and nothing stays on the
    threshold: an order that arrived is judged, and what a shop told of is read, within an hour."""
    waits = CaseWaiter.objects.filter(released_at=None, case__phase="open").values("order_id")
    orders = ShopOrder.objects.filter(merchant=merchant)
    homeless = orders.filter(place="waiting").exclude(pk__in=waits)
    ruleless = orders.filter(place="left_out", left_out_rule="")
    empty = orders.filter(place__in=("posting", "booked")).exclude(documents__step__in=_ALIVE)
    return [order.number for order in (*homeless, *ruleless, *empty, *_unjudged(merchant))] + _unread(merchant)


def _unjudged(merchant: Merchant) -> QuerySet[ShopOrder]:
    """Orders that arrived more than an hour ago although there is everything to judge them with."""
    setups = SetupSnapshot.objects.filter(connection=OuterRef("connection__ledger"))
    rulebooks = RulebookVersion.objects.filter(merchant=merchant)
    arrived = ShopOrder.objects.filter(merchant=merchant, place="arrived", changed_at__lt=Now() - _AN_HOUR)
    return arrived.filter(Exists(setups), Exists(rulebooks))


def _unread(merchant: Merchant) -> list[str]:
    """Objects a shop told of that could not be read more than ten times, or for more than an hour, while no case about
    the connection says why."""
    told = Case.objects.filter(
        connection=OuterRef("connection"), cause=Concat(Value("connection:"), OuterRef("connection_id")), phase="open"
    )
    looks = Look.objects.filter(merchant=merchant).exclude(Exists(told))
    stuck = looks.filter(Q(attempts__gt=10) | Q(first_at__lt=Now() - _AN_HOUR))
    return [f"look at {look.kind} {look.external_id}" for look in stuck.order_by("pk")]


def once(merchant: Merchant) -> list[str]:
    """Law 2: no two live documents share a reference, or a ledger number within a kind, and no order is sold twice:
    in one invoice, one order or one summary."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind || ' ' || number FROM kontera_outboxdocument
            WHERE merchant_id = %s AND number <> '' AND step <> 'abandoned'
            GROUP BY connection_id, kind, number HAVING count(*) > 1
            UNION ALL
            SELECT reference FROM kontera_outboxdocument WHERE merchant_id = %s AND step <> 'abandoned'
            GROUP BY connection_id, reference HAVING count(*) > 1
            UNION ALL
            SELECT string_agg(reference || ' ' || kind, ', ') FROM kontera_outboxdocument
            WHERE merchant_id = %s AND step <> 'abandoned'
              AND kind IN ('sales_invoice', 'sales_order', 'summary_sale')
            GROUP BY order_id HAVING count(*) > 1
            """,
            [merchant.pk, merchant.pk, merchant.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def balanced(merchant: Merchant) -> list[str]:
    """Law 3: debits equal credits in every document."""
    rows = OutboxDocument.objects.filter(merchant=merchant).exclude(step="abandoned").iterator(chunk_size=500)
    return [row.reference for row in rows if imbalance(planned_from(row.content))]


def summarised(merchant: Merchant) -> list[str]:
    """Laws 1 and 3 for summaries: every voucher is, account by account, the sum of the shares it carries and of nothing
    else; a share is booked exactly when its voucher is; and no day stays open an hour after it was to be closed."""
    live = OutboxDocument.objects.filter(merchant=merchant).exclude(step="abandoned")
    found = []
    vouchers = live.filter(pk__in=live.exclude(carrier=None).values("carrier"))
    for voucher in vouchers.iterator(chunk_size=50):
        shares = voucher.carried.exclude(step="abandoned")
        apart = shares.exclude(step__in=_SHARE_STEPS.get(voucher.step, ("planned",)))
        if not _adds_up(voucher, shares) or apart.exists():
            found.append(voucher.reference)
    ended = live.filter(kind__in=OutboxDocument.SHARES, step__in=("booked", "done"))
    found += ended.filter(Q(carrier=None) | ~Q(carrier__step__in=("booked", "done"))).values_list(
        "reference", flat=True
    )
    late = OutboxDocument.closable(Now() - _AN_HOUR).filter(merchant=merchant, connection__live=True)
    return found + list(late.filter(connection__signed_in=True).order_by("pk").values_list("reference", flat=True))


def _adds_up(voucher: OutboxDocument, shares: QuerySet[OutboxDocument]) -> bool:
    """Whether adding the shares up again gives the same postings."""
    written = document_from(voucher.content)
    day: DayVoucher | None = None
    for content in shares.values_list("content", flat=True).iterator(chunk_size=500):
        share = share_from(content)
        day = day or DayVoucher(group_of(share))
        day.add(share)
    return day is not None and day.document(voucher.reference, currency_of(written)) == written


def referenced(merchant: Merchant) -> list[str]:
    """Law 7: every document that arrived carries the ledger's number, the rulebook version and the fact behind it."""
    arrived = OutboxDocument.objects.filter(merchant=merchant, step__in=("booked", "done"))
    share = Q(kind__in=OutboxDocument.SHARES)
    carries = Exists(OutboxDocument.objects.filter(carrier=OuterRef("pk")))  # its facts are those of its orders
    numberless = (~share & Q(number="")) | (share & Q(carrier__number=""))
    missing = arrived.filter(numberless | Q(rulebook=None) | (Q(fact=None) & ~carries))
    return list(missing.values_list("reference", flat=True))


def proven(merchant: Merchant) -> list[str]:
    """Law 5: entries read back equal the prediction, for every document that was read back."""
    wrong = OutboxDocument.objects.filter(merchant=merchant, proof__in=("differs", "unreadable"))
    return list(wrong.values_list("reference", flat=True))


_AN_HOUR = timedelta(hours=1)
_SHARE_STEPS = {"booked": ("booked",), "done": ("done", "booked")}
_ALIVE = ("planned", "sending", "recorded", "booked", "done", "held")
CHECKS: dict[str, tuple[str, Callable[[Merchant], list[str]]]] = {
    "accounted": ("every order is read, and booked, on its way, left out by a rule, or waits in a case", accounted_for),
    "once": ("the ledger holds each document once", once),
    "balanced": ("debits equal credits in every document", balanced),
    "summarised": ("every summary is the sum of its orders' shares, and every day is closed", summarised),
    "referenced": ("every document knows its number, its rulebook and its fact", referenced),
    "proven": ("the ledger's entries equal the prediction", proven),
}


def check(merchant: Merchant, names: list[str] | None = None) -> list[Finding]:
    """Run the named checks, or all."""
    findings = []
    for name in names or list(CHECKS):
        promise, find = CHECKS[name]
        broken = find(merchant)
        findings.append(Finding(check=name, promise=promise, broken=tuple(broken[:20]), count=len(broken)))
    return findings
