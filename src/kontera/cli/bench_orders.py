"""Bench of orders on their way: use of the rate limit, time from notice to booked.

Decides what is counted and from when to when; everything counted of the ledger is counted by its sandbox.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import click

from kontera.cli.common import CLOCK
from kontera.cli.pairs import Pair, connect, pair
from kontera.cli.read_ledgers import LedgerReader
from kontera.cli.sandbox import shop
from kontera.cli.stage import Stage, stage
from kontera.clock import until
from kontera.db.ground import open_ground
from kontera.money import exact

CALLS_PER_WINDOW = 25
WINDOW_SECONDS = 5
_POLL_SECONDS = 0.25
_STILL_WORK = 24  # documents ready to be sent; with fewer the last ones wait for each other, not for the limit
_PER_SECOND = 20


PAIR = pair("bigcommerce", "fortnox")


@contextlib.contextmanager
def connected(
    fast: int, *, unlimited: bool, which: Pair = PAIR, before: Callable[[Stage], None] | None = None
) -> Iterator[tuple[Stage, LedgerReader]]:
    """A whole installation without a worker. The shop allows any number of calls; with `unlimited` the ledger does so
    too, and we know. before: what happens in the shop before it is connected."""
    with stage(CLOCK) as made:
        made.serve_sandboxes(fast)
        with open_ground(made.home):
            made.serve_hub()
            which.shop_reader(made.sandboxes).open_the_shop()
            ledger = which.ledger_reader(made.sandboxes)
            if unlimited:
                ledger.lift_limit()
            if before:
                before(made)
            connect(made, [which], fast, unlimited=unlimited)
            yield made, ledger


def wait_for(what: str, come: Callable[[], bool], timeout: int = 600) -> None:
    """Wait until it has come about. Raises ClickException, which says what did not."""
    if not until(come, timeout, every=_POLL_SECONDS, clock=CLOCK):
        raise click.ClickException(f"still without {what} after {timeout} s")


def finish(orders: int, timeout: int = 600) -> None:
    """Wait until so many orders stand in a last place and everything booked is read back."""
    from kontera.db.models import OutboxDocument, ShopOrder

    def done() -> bool:
        settled = ShopOrder.objects.filter(place__in=ShopOrder.SETTLED).count()
        open_still = OutboxDocument.objects.filter(step__in=OutboxDocument.MOVING).exists()
        unread = OutboxDocument.objects.filter(step="booked", proof="").exists()
        return settled >= orders and not open_still and not unread

    wait_for("every order in a last place", done, timeout)


def limit(orders: int, fast: int) -> dict[str, Any]:
    """Share of the ledger's limit that is used while documents are ready to go."""
    window = exact(WINDOW_SECONDS) / exact(fast)
    with connected(fast, unlimited=False) as (made, fortnox):
        from kontera.db.models import Connection, OutboxDocument

        shop("bigcommerce", made.sandboxes["bigcommerce"], orders, 11, False)
        Connection.objects.filter(kind="ledger").update(live=False)  # until every order has its documents
        made.start("worker", "worker")
        judged(orders)
        Connection.objects.filter(kind="ledger").update(live=True)
        ledger = Connection.objects.get(kind="ledger")
        fortnox.count_anew()
        seen: list[tuple[float, int]] = []  # moments at which there was work, and calls counted until then
        while len(seen) < 2 or _ready(OutboxDocument, ledger) > _STILL_WORK:
            counted_so_far = int(fortnox.calls()["total"])
            if counted_so_far:
                seen.append((CLOCK.seconds(), counted_so_far))
            CLOCK.sleep(_POLL_SECONDS)
        counted = fortnox.calls()
    made_calls = seen[-1][1] - seen[0][1]
    seconds = exact(str(seen[-1][0] - seen[0][0]))
    allowed = seconds / window * CALLS_PER_WINDOW
    return {
        "orders": orders,
        "allowed": f"{CALLS_PER_WINDOW} in {_rounded(window, '0.001')} s",
        "calls_while_there_was_work": made_calls,
        "seconds": _rounded(seconds, "0.1"),
        "share_of_the_limit": _rounded(exact(made_calls) / allowed, "0.001"),
        "refused_429": counted["refused_429"],
    }


def judged(orders: int) -> None:
    """Wait until every order has its documents or its case."""
    from kontera.db.models import ShopOrder

    def come() -> bool:
        return ShopOrder.objects.exclude(place="arrived").count() >= orders

    wait_for("documents or a case of every order", come, 3600)


def _ready(documents: Any, ledger: Any) -> int:
    return int(documents.ready(CLOCK.now()).filter(connection=ledger).count())


def latency(orders: int, fast: int) -> dict[str, Any]:
    """From the first notice about an order to its booked invoice, at 20 orders a second."""
    with connected(fast, unlimited=True) as (made, _):
        from kontera.db.models import Notice, OutboxDocument

        made.start("worker", "worker")
        shop("bigcommerce", made.sandboxes["bigcommerce"], 20, 1, False)  # warm: set-up read, notices registered
        finish(20)
        began = CLOCK.seconds()
        for number in range(orders // 5):
            shop("bigcommerce", made.sandboxes["bigcommerce"], 5, 100 + number, False)
            CLOCK.sleep(began + (number + 1) * 5 / _PER_SECOND - CLOCK.seconds())
        placing = CLOCK.seconds() - began
        finish(20 + orders)
        heard: dict[str, Any] = {}
        for order, at in (
            Notice.objects.filter(source="webhook").order_by("-pk").values_list("external_id", "received_at")
        ):
            heard[order] = at
        booked = OutboxDocument.objects.filter(kind="sales_invoice", step="booked").order_by("pk")[20:]
        waits = sorted(
            int((finished - heard[order]).total_seconds() * 1000)
            for order, finished in booked.values_list("order__external_id", "finished_at")
            if order in heard
        )
    return {
        "orders": orders,
        "placed_per_second": _rounded(exact(orders) / exact(str(placing)), "0.1"),
        "measured": len(waits),
        "p50_ms": waits[len(waits) // 2],
        "p95_ms": waits[min(len(waits) - 1, len(waits) * 95 // 100)],
    }


def _rounded(value: Decimal, step: str) -> str:
    return str(value.quantize(exact(step)))
