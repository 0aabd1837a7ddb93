"""Bench of calls: what the hub asks of each ledger per order, and of each shop in a backfill.

Decides what is counted; the sandboxes count. An order whose payment is left open shows what an invoice alone costs.
"""

from __future__ import annotations

from typing import Any

import click
import httpx2

from kontera.cli.bench_orders import connected, finish, judged, wait_for
from kontera.cli.common import CLOCK
from kontera.cli.pairs import pair
from kontera.cli.read_ledgers import LedgerReader
from kontera.cli.read_shops import SHOPS
from kontera.cli.report import a_piece
from kontera.cli.sandbox import shop
from kontera.cli.stage import Stage
from kontera.sandboxes.bigcommerce.shopper import Shopper

_SEED = 23
_AT_ONCE = 100  # orders that wait together, for a ledger that is written to in batches
_READ_BACK = {"fortnox": "GET /3/vouchers", "business_central": "GET "}  # what begins a call that reads entries
_HOME = {
    "first_name": "Kim", "last_name": "Ek", "email": "kim.ek@example.se", "street_1": "Storgatan 1",
    "city": "Lund", "zip": "222 22", "country": "Sweden", "country_iso2": "SE",
}  # fmt: skip


def calls(orders: int, fast: int) -> dict[str, Any]:
    """Calls of the first order of a customer, and of each later one, in each ledger."""
    return {**_fortnox(orders, fast), **_business_central(fast)}


def _fortnox(orders: int, fast: int) -> dict[str, Any]:
    with connected(fast, unlimited=True) as (made, ledger):
        made.start("worker", "worker")
        first = _calls_of_one_order(made, ledger, 1)
        known = [_calls_of_one_order(made, ledger, number) for number in range(2, 1 + max(orders, 2))]
    last = known[-1]
    return {
        "fortnox_first_order_of_a_customer": _without_reading_back(first, "fortnox"),
        "fortnox_known_customer_to_record": last.get("POST /3/invoices", 0),
        "fortnox_known_customer_until_booked_and_paid": max(_without_reading_back(each, "fortnox") for each in known),
        "fortnox_reading_back_the_entries": sum(last.values()) - _without_reading_back(last, "fortnox"),
    }


def _business_central(fast: int) -> dict[str, Any]:
    """One order after the other would not show it: what is asked once for a whole draining is shared by its orders."""
    with connected(fast, unlimited=True, which=pair("bigcommerce", "business_central")) as (made, ledger):
        made.start("worker", "worker")
        _calls_of_one_order(made, ledger, 1)
        ledger.count_anew()
        for _ in range(_AT_ONCE):
            buy(made, paid=False)
        finish(1 + _AT_ONCE)
        counted: dict[str, int] = ledger.calls()["by_path"]
    until_posted = _without_reading_back(counted, "business_central")
    return {
        f"business_central_until_posted_{_AT_ONCE}_orders": a_piece(until_posted, _AT_ONCE),
        "business_central_reading_back_the_entries": a_piece(sum(counted.values()) - until_posted, _AT_ONCE),
    }


def _without_reading_back(counted: dict[str, int], ledger: str) -> int:
    return sum(count for call, count in counted.items() if not call.startswith(_READ_BACK[ledger]))


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

    def come() -> bool:
        return SetupSnapshot.objects.exists() and Lane.objects.filter(setup_at__gt=CLOCK.now()).exists()

    wait_for("the set-up of the ledger", come)


def buy(made: Stage, *, paid: bool = True) -> None:
    """One order of one and the same customer: paid, made through the shop's API; or to be paid to the bank later."""
    keys, base = made.sandboxes["bigcommerce"]["credentials"], made.sandboxes["bigcommerce"]["base_url"]
    with Shopper(base) as shopper:
        if not paid:
            shopper.checkout({"product_id": 101, "quantity": 2}, billing_address=_HOME, payment="bank")
            return
        order = {
            "billing_address": _HOME,
            "shipping_addresses": [_HOME],
            "products": [{"product_id": 101, "quantity": 2}],
        }
        answer = httpx2.post(
            f"{base}/stores/{keys['store_hash']}/v2/orders", json=order, timeout=30.0,
            headers={"X-Auth-Token": keys["access_token"], "Accept": "application/json"},
        )  # fmt: skip
        answer.raise_for_status()
        shopper.pay(answer.json()["id"])


def reads(orders: int, fast: int) -> dict[str, Any]:
    """Calls of each shop per order, when a shop with that many orders is connected: reading them all, and everything
    else that a connection asks at its start."""
    report: dict[str, Any] = {"orders": orders}
    for storefront in SHOPS:
        which = pair(storefront, "fortnox")
        with connected(fast, unlimited=True, which=which, before=_filled(storefront, orders)) as (made, _):
            reader = which.shop_reader(made.sandboxes)
            reader.count_anew()
            made.start("worker", "worker")
            judged(orders)
            total = int(reader.calls()["total"])
        report[f"{storefront}_calls"] = total
        report[f"{storefront}_calls_per_order"] = a_piece(total, orders)
    return report


def _filled(storefront: str, orders: int) -> Any:
    def fill(made: Stage) -> None:
        click.echo(f"  placing {orders} orders in the {storefront} shop ...")
        shop(storefront, made.sandboxes[storefront], orders, _SEED, False)

    return fill
