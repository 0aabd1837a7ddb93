"""Read back the ledger's real entries of every booked document and compare them with what was predicted (law 5).

Decides equal or different, per account, in the ledger's currency. A difference is a case; nothing is corrected here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from django.db import transaction

from kontera.accounting.documents import document_from
from kontera.cases.holding import hold
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.db.models import Connection, OutboxDocument, PostedEntry, ShopOrder
from kontera.errors import NeedsSignIn, Problem, WillRetry
from kontera.ledgers.protocol import Entry, Ledger, Quote, Receipt
from kontera.money import ZERO, from_plain
from kontera.posting.calls import Done, Pool
from kontera.posting.results import LaneMustRest
from kontera.posting.summaries import lock_orders

_CHUNK = 24


def read_back(connection: Connection, ledger: Ledger, clock: Clock, at_once: int) -> int:
    """Compare some documents that were booked and not yet compared; answers how many (0 = none is left)."""
    rows = unproven(connection, _CHUNK)
    if not rows:
        return 0
    pool = Pool(ledger, at_once)
    try:
        flying = [(row, pool.entries(document_from(row.content), from_plain(Receipt, row.receipt))) for row in rows]
        return sum(_take(connection, row, future.result(), clock) for row, future in flying)
    finally:
        pool.close()


def unproven(connection: Connection, most: int) -> Sequence[OutboxDocument]:
    """Booked documents whose entries were not read back yet, oldest first."""
    return list(
        OutboxDocument.objects.filter(connection=connection, step=OutboxDocument.Step.BOOKED, proof="")
        .select_related("order")
        .order_by("finished_at")[:most]
    )


def differences(expected: Iterable[Entry], found: Iterable[Entry]) -> dict[str, tuple[Decimal, Decimal]]:
    """account -> (expected, found), for accounts whose sums differ."""
    sums: dict[str, list[Decimal]] = {}
    for side, entries in enumerate((expected, found)):
        for entry in entries:
            sums.setdefault(entry.account, [ZERO, ZERO])[side] += entry.amount.amount
    return {account: (ours, theirs) for account, (ours, theirs) in sorted(sums.items()) if ours != theirs}


def _take(connection: Connection, row: OutboxDocument, done: Done, clock: Clock) -> int:
    now = clock.now()
    with transaction.atomic():
        lock_orders(row)
        adapters.keep(connection, done.exchanges, row.order_id, row.pk)
        if done.error is None and done.defect is None:
            _compare(row, done.answer, clock)
            return 1
        if done.error is not None and not isinstance(done.error, WillRetry | NeedsSignIn):
            row.proof = "unreadable"
            row.save(update_fields=["proof"])
            facts = {"order": _number(row), **done.error.problem.facts}
            _hold(row, Problem(code=done.error.problem.code, facts=facts, vendor=done.error.problem.vendor), now)
            return 1
    if isinstance(done.error, WillRetry | NeedsSignIn):
        raise LaneMustRest(done.error)
    raise done.defect or RuntimeError("a call answered nothing")


def _compare(row: OutboxDocument, found: tuple[Entry, ...], clock: Clock) -> None:
    now = clock.now()
    PostedEntry.objects.bulk_create(
        PostedEntry(
            merchant_id=row.merchant_id,
            document=row,
            account=entry.account,
            amount=entry.amount.amount,
            currency=entry.amount.currency,
            text=entry.text,
            cost_centre=entry.cost_centre,
            project=entry.project,
            read_at=now,
        )
        for entry in found
    )
    wrong = differences(from_plain(Quote, row.quote).entries, found) if row.quote else {}
    row.proof = "differs" if wrong else "equal"
    row.save(update_fields=["proof"])
    if wrong:
        account, (ours, theirs) = next(iter(wrong.items()))
        facts = {"order": _number(row), "document": row.number or row.reference, "account": account}
        facts |= {"expected": f"{ours:f}", "found": f"{theirs:f}"}
        _hold(row, Problem(code="ENTRIES_DIFFER", facts=facts), now)


def _hold(row: OutboxDocument, problem: Problem, now: datetime) -> None:
    for pk in [row.order_id] if row.order_id else lock_orders(row):
        order = ShopOrder.objects.select_for_update(of=("self",)).select_related("connection").get(pk=pk)
        about = msgspec.structs.replace(problem, facts={**problem.facts, "order": order.number})
        hold(order, [about], now)


def _number(row: OutboxDocument) -> str:
    return row.order.number if row.order else row.reference
