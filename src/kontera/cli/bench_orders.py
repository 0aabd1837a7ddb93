"""Bench of orders on their way: calls per order, use of the rate limit, time from notice to booked.

Decides what is counted and from when to when; everything counted of the ledger is counted by its sandbox.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import click
import httpx2

from kontera.cli.common import CLOCK
from kontera.cli.pairs import connect, pair
from kontera.cli.read_ledgers import LedgerReader
from kontera.cli.sandbox import shop
from kontera.cli.stage import Stage, stage
from kontera.db.ground import open_ground
from kontera.money import exact
from kontera.sandboxes.bigcommerce.shopper import Shopper

CALLS_PER_WINDOW = 25
WINDOW_SECONDS = 5
_POLL_SECONDS = 0.25
_STILL_WORK = 24  # documents ready to be sent; with fewer the last ones wait for each other, not for the limit
_PER_SECOND = 20


PAIR = pair("bigcommerce", "fortnox")


@contextlib.contextmanager
def connected(fast: int, *, unlimited: bool) -> Iterator[tuple[Stage, LedgerReader]]:
    """A whole installation without a worker. The shop allows any number of calls; with `unlimited` the ledger does so
    too, and we know."""
    with stage(CLOCK) as made:
        made.serve_sandboxes(fast)
        with open_ground(made.home):
            made.serve_hub()
            PAIR.shop_reader(made.sandboxes).open_the_shop()
            ledger = PAIR.ledger_reader(made.sandboxes)
            if unlimited:
                ledger.lift_limit()
            connect(made, [PAIR], fast, unlimited=unlimited)
            yield made, ledger


def finish(orders: int, timeout: int = 600) -> None:
    """Wait until so many orders stand in a last place and everything booked is read back."""
    from kontera.db.models import OutboxDocument, ShopOrder

    until = CLOCK.seconds() + timeout
    while CLOCK.seconds() < until:
        done = ShopOrder.objects.filter(place__in=("booked", "waiting", "left_out")).count()
        open_still = OutboxDocument.objects.filter(step__in=("planned", "sending", "recorded")).exists()
        unread = OutboxDocument.objects.filter(step="booked", proof="").exists()
        if done >= orders and not open_still and not unread:
            return
        CLOCK.sleep(_POLL_SECONDS)
    raise click.ClickException(f"the orders were not done after {timeout} s")


def calls(orders: int, fast: int) -> dict[str, Any]:
    """Calls of the first order of a customer, and of each later one."""
    with connected(fast, unlimited=True) as (made, ledger):
        made.start("worker", "worker")
        first = _calls_of_one_order(made, ledger, 1)
        known = [_calls_of_one_order(made, ledger, number) for number in range(2, 1 + max(orders, 2))]
    last = known[-1]
    return {
        "first_order_of_a_customer": _until_paid(first),
        "known_customer_to_record": last.get("POST /3/invoices", 0),
        "known_customer_until_booked_and_paid": max(_until_paid(each) for each in known),
        "reading_back_the_entries": sum(count for call, count in last.items() if call.startswith("GET /3/vouchers")),
    }


def _until_paid(counted: dict[str, int]) -> int:
    return sum(count for call, count in counted.items() if not call.startswith("GET /3/vouchers"))


def _calls_of_one_order(made: Stage, ledger: LedgerReader, number: int) -> dict[str, int]:
    """One more order of the same customer, to its end; setting up is done by then and not counted."""
    if number == 1:
        _wait_for_the_set_up()
    ledger.count_anew()
    buy(made)
    finish(number)
    counted: dict[str, int] = ledger.calls()["by_path"]
    return counted


def _wait_for_the_set_up() -> None:
    from kontera.db.models import Lane, SetupSnapshot

    while not (SetupSnapshot.objects.exists() and Lane.objects.filter(setup_at__gt=CLOCK.now()).exists()):
        CLOCK.sleep(_POLL_SECONDS)


def buy(made: Stage) -> None:
    """One paid order of one and the same customer, through the shop's API."""
    keys, base = made.sandboxes["bigcommerce"]["credentials"], made.sandboxes["bigcommerce"]["base_url"]
    home = {
        "first_name": "Kim", "last_name": "Ek", "email": "kim.ek@example.se", "street_1": "Storgatan 1",
        "city": "Lund", "zip": "222 22", "country": "Sweden", "country_iso2": "SE",
    }  # fmt: skip
    order = {"billing_address": home, "shipping_addresses": [home], "products": [{"product_id": 101, "quantity": 2}]}
    answer = httpx2.post(
        f"{base}/stores/{keys['store_hash']}/v2/orders", json=order, timeout=30.0,
        headers={"X-Auth-Token": keys["access_token"], "Accept": "application/json"},
    )  # fmt: skip
    answer.raise_for_status()
    with Shopper(base) as shopper:
        shopper.pay(answer.json()["id"])


def limit(orders: int, fast: int) -> dict[str, Any]:
    """Share of the ledger's limit that is used while documents are ready to go."""
    window = exact(WINDOW_SECONDS) / exact(fast)
    with connected(fast, unlimited=False) as (made, fortnox):
        from kontera.db.models import Connection, OutboxDocument

        shop("bigcommerce", made.sandboxes["bigcommerce"], orders, 11, False)
        Connection.objects.filter(kind="ledger").update(live=False)  # until every order has its documents
        made.start("worker", "worker")
        _judged(orders)
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


def _judged(orders: int) -> None:
    """Wait until every order has its documents or its case."""
    from kontera.db.models import ShopOrder

    while ShopOrder.objects.filter(place__in=("posting", "waiting", "left_out")).count() < orders:
        CLOCK.sleep(_POLL_SECONDS)


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
