"""`kontera demo`: sandboxes, hub and console together, with orders being booked before your eyes."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from kontera.cli.common import CLOCK
from kontera.cli.report import Reader, pair_report
from kontera.cli.sandbox import shop
from kontera.cli.stage import Stage, connect_all, stage
from kontera.db.ground import open_ground

_POLL_SECONDS = 1.0


@click.command()
@click.option("--orders", default=40, show_default=True, help="How many orders are placed.")
@click.option("--seed", default=7, show_default=True)
@click.option("--fast", default=10, show_default=True, help="Rate windows this many times shorter than the vendors'.")
@click.option("--exit", "leave", is_flag=True, help="Report and stop, rather than leave the console open.")
@click.option("--json", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
@click.option("--timeout", default=600, show_default=True, help="Seconds until what is not booked counts as missing.")
def demo(orders: int, seed: int, fast: int, leave: bool, report_file: Path | None, timeout: int) -> None:
    """Start everything on this machine, shop, and show the orders being booked. Nothing is left behind."""
    with stage(CLOCK) as made:
        click.echo("Starting the sandboxes, the database, the hub and a worker ...")
        made.serve_sandboxes(fast)
        with open_ground(made.home):
            address = made.serve_hub()
            connect_all(made, fast)
            password = _let_somebody_in(made)
            made.start("worker", "worker")
            click.echo(f"Placing {orders} orders in the shop ...")
            placed = shop(made.sandboxes["bigcommerce"], orders, seed, True)
            _watch({str(one.id) for one in placed}, timeout)
            report = _report(made, {str(one.id) for one in placed})
            if report_file:
                report_file.write_text(json.dumps(report, indent=2) + "\n")
            _tell(report)
            if leave:
                sys.exit(0 if _well(report) else 1)
            click.echo(f"\nThe console is open at {address}/ - sign in as demo@example.com with {password}")
            click.echo("Press Ctrl-C to stop everything.")
            _until_interrupted()


def _let_somebody_in(made: Stage) -> str:
    password = secrets.token_urlsafe(9)
    made.say("user", "add", "demo@example.com", "--role", "owner", "--password", password)
    return password


def standing(placed: set[str]) -> dict[str, str]:
    """Where each placed order stands in the hub; those it has not seen yet are absent."""
    from kontera.db.models import ShopOrder

    rows = ShopOrder.objects.filter(external_id__in=placed).values_list("external_id", "place")
    return dict(rows)


def _watch(placed: set[str], timeout: int) -> None:
    """Show how many stand where until none is on its way."""
    until = CLOCK.seconds() + timeout
    with click.progressbar(length=len(placed), label="Booking", file=sys.stderr) as bar:
        done = 0
        while CLOCK.seconds() < until and done < len(placed):
            places = standing(placed)
            now_done = sum(place in ("booked", "waiting", "left_out") for place in places.values())
            bar.update(now_done - done)
            done = now_done
            CLOCK.sleep(_POLL_SECONDS)


def _report(made: Stage, placed: set[str]) -> dict[str, Any]:
    from kontera.db.models import CaseWaiter, Notice, OutboxDocument, ShopOrder

    reader = Reader(made.sandboxes)
    calls = int(reader.calls("fortnox")["total"])
    reader.open_the_gate()
    waits = CaseWaiter.objects.filter(released_at=None).values_list("order__external_id", "case__code")
    left_out = ShopOrder.objects.filter(place="left_out").values_list("external_id", flat=True)
    heard: dict[str, Any] = {}
    for order, at in Notice.objects.order_by("-pk").values_list("external_id", "received_at"):
        heard[order] = at
    booked = OutboxDocument.objects.filter(kind="sales_invoice", step="booked")
    latency = [
        int((finished - heard[order]).total_seconds() * 1000)
        for order, finished in booked.values_list("order__external_id", "finished_at")
        if order in heard
    ]
    return {"pairs": [pair_report(reader, "nt", placed, dict(waits), set(left_out), latency, calls)]}


def _tell(report: dict[str, Any]) -> None:
    for pair in report["pairs"]:
        click.echo(
            f"{pair['storefront']} -> {pair['ledger']}: placed {pair['placed']}, booked {pair['booked']}, "
            f"left out {pair['left_out']}, waiting {sum(pair['waiting'].values())}; duplicates {pair['duplicates']}, "
            f"missing {pair['missing']}, unbalanced {pair['unbalanced']}; "
            f"{pair['calls_per_order']} calls per booked order"
        )
        for code, count in pair["waiting"].items():
            click.echo(f"  waits: {code} {count}")


def _well(report: dict[str, Any]) -> bool:
    return all(not pair["duplicates"] and not pair["missing"] and not pair["unbalanced"] for pair in report["pairs"])


def _until_interrupted() -> None:
    try:
        while True:
            CLOCK.sleep(3600)
    except KeyboardInterrupt:
        click.echo("\nStopping ...")
