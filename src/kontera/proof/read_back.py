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
from kontera.posting.plan import lock
from kontera.posting.results import LaneMustRest
from kontera.posting.summaries import carried_by

_CHUNK = 24


def read_back(connection: Connection, ledger: Ledger, clock: Clock, at_once: int) -> int:
    """Compare some documents that were booked and not yet compared; answers how many (0 = none is left)."""
    rows = unproven(connection, _CHUNK)
    if not rows:
        return 0
    pool = Pool(ledger, at_once)
    try:
        flying = [(row, pool.entries(document_from(row.content), from_plain(Receipt, row.receipt))) for row in rows]
        answers = [(row, future.result()) for row, future in flying]
    finally:
        pool.close()
    found = [(row, done) for row, done in answers if done.error is None and done.defect is None]
    _compare(connection, found, clock.now())
    for row, done in answers:
        if done.error is not None or done.defect is not None:
            _not_read(connection, row, done, clock.now())
    return len(answers)


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


def _compare(connection: Connection, found: Sequence[tuple[OutboxDocument, Done]], now: datetime) -> None:
    """All in one transaction: one that is lost with its worker is only read again. Orders are locked before their
    documents change, as whoever judges an order does."""
    wrong = {row.pk: _wrong(row, done.answer) for row, done in found}
    with transaction.atomic():
        lock({row.order_id for row, _ in found if row.order_id} | carried_by([row for row, _ in found]))
        for row, _ in found:
            if wrong[row.pk]:
                _hold(row, _differs(row, wrong[row.pk]), now)
        adapters.keep_all(connection, [(one, row.order_id, row.pk) for row, done in found for one in done.exchanges])
        PostedEntry.objects.bulk_create(_posted(row, entry, now) for row, done in found for entry in done.answer)
        for proof, differs in (("equal", False), ("differs", True)):
            keys = [pk for pk, accounts in wrong.items() if bool(accounts) == differs]
            if keys:
                OutboxDocument.objects.filter(pk__in=keys).update(proof=proof)


def _not_read(connection: Connection, row: OutboxDocument, done: Done, now: datetime) -> None:
    """The entries of one document cannot be read: it waits in a case, or the lane rests. Raises then."""
    with transaction.atomic():
        lock(carried_by([row]))
        adapters.keep_all(connection, [(one, row.order_id, row.pk) for one in done.exchanges])
        if done.error is not None and not isinstance(done.error, WillRetry | NeedsSignIn):
            facts = {"order": _number(row), **done.error.problem.facts}
            _hold(row, Problem(code=done.error.problem.code, facts=facts, vendor=done.error.problem.vendor), now)
            row.proof = "unreadable"
            row.save(update_fields=["proof"])
            return
    if isinstance(done.error, WillRetry | NeedsSignIn):
        raise LaneMustRest(done.error)
    raise done.defect or RuntimeError("a call answered nothing")


def _wrong(row: OutboxDocument, found: Sequence[Entry]) -> dict[str, tuple[Decimal, Decimal]]:
    return differences(from_plain(Quote, row.quote).entries, found) if row.quote else {}


def _differs(row: OutboxDocument, wrong: dict[str, tuple[Decimal, Decimal]]) -> Problem:
    account, (ours, theirs) = next(iter(wrong.items()))
    facts = {"order": _number(row), "document": row.number or row.reference, "account": account}
    return Problem(code="ENTRIES_DIFFER", facts={**facts, "expected": f"{ours:f}", "found": f"{theirs:f}"})


def _posted(row: OutboxDocument, entry: Entry, now: datetime) -> PostedEntry:
    return PostedEntry(
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


def _hold(row: OutboxDocument, problem: Problem, now: datetime) -> None:
    for pk in sorted({row.order_id} if row.order_id else carried_by([row])):
        order = ShopOrder.objects.select_for_update(of=("self",)).select_related("connection").get(pk=pk)
        hold(order, [msgspec.structs.replace(problem, facts={**problem.facts, "order": order.number})], now)


def _number(row: OutboxDocument) -> str:
    return row.order.number if row.order else row.reference
