"""What became of placed orders, read back from the vendors' own APIs (here: the sandboxes'), not from the hub.

Decides how booked, missing, twice and unbalanced are counted. Only the cases, and what a rule left out, come from the
hub: nobody else knows them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from kontera.cli.pairs import Pair
from kontera.cli.read_ledgers import Invoice, LedgerReader


class Standing(msgspec.Struct, frozen=True):
    """What the hub says of a store's orders that are not booked: order id -> case codes, and ids left out by a rule."""

    waiting: dict[str, tuple[str, ...]]
    left_out: set[str]


def standing(pair: Pair) -> Standing:
    """Ask the hub's tables."""
    from kontera.db.models import CaseWaiter

    connection = pair.connection()
    waits = CaseWaiter.objects.filter(released_at=None, order__connection=connection)
    waiting: dict[str, tuple[str, ...]] = {}
    for order, code in waits.values_list("order__external_id", "case__code").order_by("pk"):
        waiting[order] = (*waiting.get(order, ()), code)
    left_out = connection.orders.filter(place="left_out").values_list("external_id", flat=True)
    return Standing(waiting, set(left_out))


def settled(pair: Pair, placed: set[str]) -> int:
    """How many of the orders stand in a last place."""
    from kontera.db.models import ShopOrder

    return pair.connection().orders.filter(external_id__in=placed, place__in=ShopOrder.SETTLED).count()


def invoices_of(pair: Pair, ledger: LedgerReader) -> dict[str, list[Invoice]]:
    """The ledger's invoices of the store's orders, by the order's id."""
    begins = ledger.spelled(f"{pair.store}-")
    found: dict[str, list[Invoice]] = {}
    for one in ledger.invoices():
        if one.reference.startswith(begins):
            found.setdefault(one.reference.removeprefix(begins), []).append(one)
    return found


def pair_report(
    pair: Pair, ledger: LedgerReader, placed: set[str], stands: Standing, latency_ms: list[int]
) -> dict[str, Any]:  # fmt: skip
    """One line of the report. placed: ids of the store's orders."""
    invoices = invoices_of(pair, ledger)
    booked = {order for order, found in invoices.items() if any(one.booked for one in found)}
    waiting = Counter(codes[-1] for order, codes in stands.waiting.items() if order in placed)
    return {
        "storefront": pair.storefront,
        "ledger": pair.ledger,
        "placed": len(placed),
        "booked": len(booked & placed),
        "left_out": len(stands.left_out & placed),
        "waiting": dict(sorted(waiting.items())),
        "duplicates": sum(len(found) - 1 for found in invoices.values()),
        "missing": len(placed - booked - set(stands.waiting) - stands.left_out),
        "unbalanced": ledger.unbalanced(),
        "latency_ms": {"p50": _quantile(latency_ms, 50), "p95": _quantile(latency_ms, 95)},
    }


def a_piece(calls: int, orders: int) -> float | None:
    """Calls per order with two decimals: a count, not an amount."""
    return round(calls / orders, 2) if orders else None


def _quantile(values: list[int], percent: int) -> int | None:
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
