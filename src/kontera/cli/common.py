"""What commands share: opening the ground, choosing the merchant, printing as text or JSON. Decides no business."""

from __future__ import annotations

import functools
import getpass
import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from kontera.cli.logs import quiet_logs
from kontera.clock import SystemClock, until
from kontera.db.ground import open_ground
from kontera.db.trouble import GroundTrouble

if TYPE_CHECKING:
    from kontera.db.models import Connection, Merchant
    from kontera.errors import Problem

P = ParamSpec("P")
R = TypeVar("R")

CLOCK = SystemClock()


def grounded(command: Callable[P, R]) -> Callable[P, R]:
    """Open the database for the command; when it cannot be opened one line says why, exit code 3."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        quiet_logs()
        leave_in_order()
        try:
            with open_ground():
                return command(*args, **kwargs)
        except GroundTrouble as trouble:
            click.echo(f"Kontera cannot start: {trouble}", err=True)
            sys.exit(3)

    return run


def leave_in_order() -> None:
    """SIGTERM ends this process as an interrupt does, by way of every `finally`: the database it started must be let
    go of. (uvicorn sends itself the signal again once it has stopped, which would otherwise end us on the spot.) A
    closed terminal is the same."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
        hang_up_is_the_end()


def hang_up_is_the_end() -> None:
    """SIGHUP, which a closing terminal sends, is taken as SIGTERM, unless somebody wants us to outlive the terminal
    (nohup)."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def _leave(_number: int, _frame: object) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):  # said again (a shell does) it must not break off the leaving
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


merchant_option = click.option("--merchant", default="default", show_default=True, help="The merchant's short name.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _said(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """A reason that says something: an auditor must be able to understand it."""
    if not value.strip():
        raise click.BadParameter("it must say something: an auditor must be able to understand it.")
    return value.strip()


def reason_option(why: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`--reason`, kept for good with what the command does: never empty."""
    return click.option("--reason", required=True, callback=_said, help=why)


def merchant_named(slug: str) -> Merchant:
    """The merchant, or an error that lists those there are."""
    from kontera.db.models import Merchant

    found = Merchant.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Merchant.objects.values_list("slug", flat=True)) or "none yet; `kontera connect` makes one"
        raise click.ClickException(f"No merchant is called {slug!r} (known: {known}).")
    return found


def connection_coded(merchant: Merchant, code: str) -> Connection:
    """The merchant's connection, or an error that lists those there are."""
    from kontera.db.models import Connection

    found = Connection.objects.filter(merchant=merchant, code=code).first()
    if found is None:
        known = ", ".join(merchant.connections.values_list("code", flat=True)) or "none yet"
        raise click.ClickException(f"No connection has the code {code!r} (known: {known}).")
    return found


def author() -> str:
    """Who acts at this terminal, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def instant(text: str | None) -> datetime | None:
    """A date or instant given on the command line; without a zone it is UTC."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"{text!r} is not a date (use 2026-01-31 or 2026-01-31T12:00:00+01:00).") from error
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def counted(number: int, one: str = "", many: str = "") -> str:
    """As "1 order waits", "3 orders wait": a number of orders, and a verb in the form that fits."""
    noun, verb = ("order", one) if number == 1 else ("orders", many)
    return " ".join(part for part in (str(number), noun, verb) if part)


def watch(label: str, length: int, done: Callable[[], int], seconds: int) -> None:
    """Show how many of `length` are done until all are, at most so many seconds."""
    shown = 0
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:

        def look() -> bool:
            nonlocal shown
            now_done = done()
            bar.update(now_done - shown)
            shown = now_done
            return shown >= length

        until(look, seconds, every=1.0, clock=CLOCK)


def told(problem: Problem) -> str:
    """A problem in the words of its case: what is wrong, what to do, and the vendor's own words."""
    from kontera.cases.catalogue import render

    words = render(problem, "en")
    return " ".join(part for part in (f"{words.title}.", words.body, words.action, words.vendor) if part)


def show(data: Any, as_json: bool, text: Callable[[], None]) -> None:
    """Print `data` as JSON, or let `text` print it for people."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        text()


def table(rows: Sequence[Sequence[object]], titles: Sequence[str], right: Sequence[int] = ()) -> None:
    """Columns as wide as they need to be; those in `right` are right-aligned."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(title), *(len(row[at]) for row in cells), 0) for at, title in enumerate(titles)]
    for row in [list(titles), *cells]:
        parts = [
            cell.rjust(w) if at in right else cell.ljust(w)
            for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(parts).rstrip())
