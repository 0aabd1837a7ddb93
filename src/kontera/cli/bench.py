"""`kontera bench`: what the hub costs and how well it uses what a vendor allows, each figure a ratio within one run.

Decides which measurements there are and how they are shown; how each is made is in `bench_calls`, `bench_orders`,
`bench_bare` and `bench_door`. Never says passed or failed: a machine is as fast as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kontera.cli import bench_bare, bench_calls, bench_door, bench_orders
from kontera.cli.common import table
from kontera.cli.logs import quiet_logs

Measure = Callable[[int, int], dict[str, Any]]

MEASURES: dict[str, tuple[str, Measure]] = {
    "calls": ("ledger calls per order, counted by the sandboxes", bench_calls.calls),
    "reads": ("shop calls per order in a backfill, counted by the sandboxes", bench_calls.reads),
    "limit": ("use of the ledger's rate limit while there is work", bench_orders.limit),
    "overhead": ("hub time per order against a bare script that makes the same calls", bench_bare.overhead),
    "door": ("notices kept per second against the same server doing nothing", bench_door.door),
    "latency": ("notice to booked at 20 orders a second", bench_orders.latency),
}
_ORDERS = {"calls": 2, "reads": 1000, "limit": 1000, "overhead": 200, "door": 4000, "latency": 300}


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--orders", type=int, help="How many orders or notices, instead of each measurement's own number.")
@click.option(
    "--fast", default=10, show_default=True, help="Rate window this many times shorter than the vendor's 5 s."
)
@click.option("--json", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
def bench(names: tuple[str, ...], orders: int | None, fast: int, report_file: Path | None) -> None:
    """Measure calls per order, reads of a backfill, use of the rate limit, time per order, the door, and the time from
    notice to booked."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise click.ClickException(f"No measurement is called {unknown[0]!r} (known: {', '.join(MEASURES)}).")
    quiet_logs()
    report: dict[str, Any] = {}
    for name in names or MEASURES:
        title, measure = MEASURES[name]
        click.echo(f"\n{name}: {title}")
        report[name] = measure(orders or _ORDERS[name], fast)
        table([(figure.replace("_", " "), value) for figure, value in report[name].items()], ("figure", ""), right=(1,))
        if report_file:
            report_file.write_text(json.dumps(report, indent=2) + "\n")
