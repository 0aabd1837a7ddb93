"""`kontera demo`: sandboxes, hub and console together, with orders being booked before your eyes."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from kontera.cli.common import CLOCK, counted, watch
from kontera.cli.pairs import Pair, connect, every_pair
from kontera.cli.report import a_piece, pair_report, settled, standing
from kontera.cli.sandbox import shop
from kontera.cli.stage import Stage, stage
from kontera.db.ground import open_ground


@click.command()
@click.option(
    "--orders",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many orders are placed in each store.",
)
@click.option("--seed", default=7, show_default=True)
@click.option("--pair", "wanted", multiple=True, metavar="SHOP:LEDGER", help="Only this pair; repeatable [every pair].")
@click.option("--fast", default=10, show_default=True, help="Rate windows this many times shorter than the vendors'.")
@click.option("--exit", "leave", is_flag=True, help="Report and stop, rather than leave the console open.")
@click.option("--json", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
@click.option("--timeout", default=600, show_default=True, help="Seconds until what is not booked counts as missing.")
def demo(
    orders: int, seed: int, wanted: tuple[str, ...], fast: int, leave: bool, report_file: Path | None, timeout: int
) -> None:
    """Start everything on this machine, shop, and show the orders being booked. Nothing is left behind."""
    pairs = _chosen(wanted)
    with stage(CLOCK) as made:
        click.echo("Starting the sandboxes, the database, the hub and a worker ...")
        made.serve_sandboxes(fast, stores=len({one.ledger for one in pairs}))
        with open_ground(made.home):
            address = made.serve_hub()
            connect(made, pairs, fast)
            password = _let_somebody_in(made, pairs)
            made.start("worker", "worker", "--lanes", str(max(4, len(pairs) + 2)))
            placed = _go_shopping(made, pairs, orders, seed)
            _watch(pairs, placed, timeout)
            report = {"pairs": _report(made, pairs, placed)}
            if report_file:
                report_file.write_text(json.dumps(report, indent=2) + "\n")
            _tell(report)
            if leave:
                sys.exit(0 if _well(report) else 1)
            click.echo(f"\nThe console is open at {address}/ - sign in as demo@example.com with {password}")
            click.echo("Press Ctrl-C to stop everything.")
            _until_interrupted()


def _chosen(wanted: tuple[str, ...]) -> list[Pair]:
    every = {f"{one.storefront}:{one.ledger}": one for one in every_pair()}
    unknown = [name for name in wanted if name not in every]
    if unknown:
        raise click.UsageError(f"No pair is called {unknown[0]!r} (there are {', '.join(every)}).")
    return [one for name, one in every.items() if not wanted or name in wanted]


def _let_somebody_in(made: Stage, pairs: list[Pair]) -> str:
    password = secrets.token_urlsafe(9)
    for merchant in dict.fromkeys(one.merchant for one in pairs):
        made.say("user", "add", "demo@example.com", "--role", "owner", "--password", password, "--merchant", merchant)
    return password


def _go_shopping(made: Stage, pairs: list[Pair], orders: int, seed: int) -> dict[Pair, set[str]]:
    placed = {}
    for one in pairs:
        click.echo(f"Placing {counted(orders)} in the {one.storefront} shop that books in {one.ledger} ...")
        bought = shop(one.storefront, made.sandboxes[one.sandbox], orders, seed, True)
        placed[one] = {str(each.id) for each in bought}
    return placed


def _watch(pairs: list[Pair], placed: dict[Pair, set[str]], timeout: int) -> None:
    """Show how many stand where until none is on its way."""
    length = sum(len(orders) for orders in placed.values())
    watch("Booking", length, lambda: sum(settled(one, placed[one]) for one in pairs), timeout)


def _report(made: Stage, pairs: list[Pair], placed: dict[Pair, set[str]]) -> list[dict[str, Any]]:
    """A line per pair. The calls are counted by the ledger's sandbox, over all its stores."""
    ledgers = {one.ledger: one.ledger_reader(made.sandboxes) for one in pairs}
    calls = {name: int(ledger.calls()["total"]) for name, ledger in ledgers.items()}
    for ledger in ledgers.values():
        ledger.lift_limit()
    lines = [pair_report(one, ledgers[one.ledger], placed[one], standing(one), _latency(one)) for one in pairs]
    for line in lines:
        booked = sum(other["booked"] for other in lines if other["ledger"] == line["ledger"])
        line["calls_per_order"] = a_piece(calls[line["ledger"]], booked)
    return lines


def _latency(pair: Pair) -> list[int]:
    """Milliseconds from the first notice about an order to its booked invoice."""
    from kontera.db.models import OutboxDocument

    connection = pair.connection()
    heard: dict[str, Any] = {}
    for order, at in connection.notices.order_by("-pk").values_list("external_id", "received_at"):
        heard[order] = at
    booked = OutboxDocument.objects.filter(order__connection=connection, kind="sales_invoice", step="booked")
    return [
        int((finished - heard[order]).total_seconds() * 1000)
        for order, finished in booked.values_list("order__external_id", "finished_at")
        if order in heard
    ]


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
