"""`kontera crash-test`: workers are killed and frozen, notices and answers lost, while orders are placed and booked.

Decides what is broken and when; what became of it is counted by `crash_report` from the vendors' own APIs. Everything
random comes from the seed, except how fast this machine is.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
from pathlib import Path

import click
import msgspec

from kontera.cli.common import CLOCK, watch
from kontera.cli.crash_report import crash_report, tell, unsettled
from kontera.cli.pairs import Pair, connect, pair
from kontera.cli.preparing import LEDGER_CODES
from kontera.cli.read_ledgers import LedgerReader
from kontera.cli.read_shops import SHOPS, ShopReader
from kontera.cli.sandbox import shop
from kontera.cli.stage import Stage, stage
from kontera.db.ground import open_ground

_WORKERS = ("worker-1", "worker-2")
_BETWEEN_KILLS = (2.0, 5.0)  # seconds, drawn anew each time: also while a worker starts
_FROZEN_SECONDS = 14.0  # longer than it takes the others to call a worker dead
_SPOILED_FIRST = 30  # orders of the first batch, every kind of bad order among them
_ANSWERS_LOST = "0.05"
_NOTICES_LOST, _NOTICES_TWICE, _NOTICES_LATE = "0.10", "0.20", "0.20"


class Harm(msgspec.Struct):
    """What was done to the installation."""

    kills: int = 0
    freezes: int = 0
    tokens_expired: int = 0


@click.command("crash-test")
@click.option("--orders", default=300, show_default=True, help="How many orders are placed meanwhile.")
@click.option("--kills", default=30, show_default=True, help="How often a worker is killed (SIGKILL).")
@click.option("--freezes", default=2, show_default=True, help="How often a worker is frozen, taken over and thawed.")
@click.option("--store", type=click.Choice(list(SHOPS)), default="bigcommerce", show_default=True)
@click.option("--ledger", type=click.Choice(list(LEDGER_CODES)), default="fortnox", show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--fast", default=10, show_default=True, help="Rate windows this many times shorter than the vendors'.")
@click.option("--json", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
@click.option("--timeout", default=240, show_default=True, help="Seconds to finish in once the faults have stopped.")
@click.option("--keep", is_flag=True, help="Leave the installation's files behind, to look into.")
def crash_test(
    orders: int, kills: int, freezes: int, store: str, ledger: str, seed: int, fast: int, report_file: Path | None,
    timeout: int, keep: bool,
) -> None:  # fmt: skip
    """Kill workers and lose answers while orders are booked; count what went wrong. Exit code 1 when anything did."""
    began = CLOCK.seconds()
    which = pair(store, ledger)
    with stage(CLOCK, keep=keep) as made:
        click.echo(f"Starting the sandboxes, the database, the hub and two workers in {made.home} ...")
        made.serve_sandboxes(fast)
        with open_ground(made.home):
            made.serve_hub()
            connect(made, [which], fast)
            shops, books = which.shop_reader(made.sandboxes), which.ledger_reader(made.sandboxes)
            _arm(shops, books, seed)
            harm, placed = _suffer(_Customers(made, which, orders, kills, seed), made, books, kills, freezes, seed)
            shops.no_faults()
            books.no_faults()
            click.echo("The faults have stopped; everything must finish now ...")
            _finish(which, placed, timeout)
            report = crash_report(which, shops, books, placed)
            report |= msgspec.to_builtins(harm) | {"seconds": int(CLOCK.seconds() - began), "seed": seed}
    if report_file:
        report_file.write_text(json.dumps(report, indent=2) + "\n")
    tell(report)
    sys.exit(1 if report["wrong"] else 0)


def _arm(shops: ShopReader, books: LedgerReader, seed: int) -> None:
    """5 % of the ledger's answers are lost after it committed, also some of the shop's; notices are lost, doubled and
    reordered."""
    books.fault(seed=seed, kind="lost_answer", path=books.writes, rate=_ANSWERS_LOST)
    shops.fault(seed=seed, kind="lost_answer", method="GET", path=shops.calls_path, rate=_ANSWERS_LOST)
    for kind, rate in (("drop", _NOTICES_LOST), ("duplicate", _NOTICES_TWICE), ("reorder", _NOTICES_LATE)):
        shops.fault(kind=kind, rate=rate)


def _suffer(
    customers: _Customers, made: Stage, books: LedgerReader, kills: int, freezes: int, seed: int
) -> tuple[Harm, set[str]]:
    """Orders are placed by one thread while this one kills, freezes and expires tokens."""
    chance = random.Random(seed)
    for name in _WORKERS:
        made.start(name, "worker")
    customers.start()
    harm = Harm()
    freeze_at = {kills * (2 * number + 1) // (2 * freezes) for number in range(freezes)}
    expire_at = {kills // 3, 2 * kills // 3}
    with click.progressbar(range(kills), label="Killing", file=sys.stderr) as blows:
        for blow in blows:
            CLOCK.sleep(chance.uniform(*_BETWEEN_KILLS))
            customers.more.release()
            if blow in expire_at:
                books.expire_token()
                harm.tokens_expired += 1
            if blow in freeze_at:
                _freeze(made, chance.choice(_WORKERS))
                harm.freezes += 1
            name = chance.choice(_WORKERS)
            made.kill(name)
            made.start(name, "worker")
            harm.kills += 1
    customers.join()
    if customers.failure:
        raise customers.failure
    return harm, customers.placed


def _freeze(made: Stage, name: str) -> None:
    """Stop a worker in the middle of whatever it does, long enough to be taken over, and let it go on."""
    made.signal(name, signal.SIGSTOP)
    CLOCK.sleep(_FROZEN_SECONDS)
    made.signal(name, signal.SIGCONT)


class _Customers(threading.Thread):
    """Places the orders in batches, one for each time `more` is released."""

    def __init__(self, made: Stage, which: Pair, orders: int, batches: int, seed: int) -> None:
        super().__init__(name="customers", daemon=True)
        self.more = threading.Semaphore(0)
        self.placed: set[str] = set()
        self.failure: BaseException | None = None
        self._vendor, self._shop = which.storefront, made.sandboxes[which.sandbox]
        self._sizes = _sizes(orders, batches)
        self._seed = seed

    def run(self) -> None:
        """Place every batch."""
        try:
            for number, size in enumerate(self._sizes):
                if number:
                    self.more.acquire()
                bought = shop(self._vendor, self._shop, size, self._seed * 1000 + number, number == 0)
                self.placed |= {str(one.id) for one in bought}
        except (RuntimeError, ValueError, OSError) as failure:  # told by the main thread
            self.failure = failure


def _sizes(orders: int, batches: int) -> list[int]:
    """A first batch with room for every kind of bad order, the rest spread evenly."""
    first = min(orders, _SPOILED_FIRST)
    rest = max(batches - 1, 1)
    spread = [(orders - first) * (number + 1) // rest - (orders - first) * number // rest for number in range(rest)]
    return [size for size in (first, *spread) if size]


def _finish(which: Pair, placed: set[str], timeout: int) -> None:
    def done() -> int:
        return max(len(placed) - sum(unsettled(which, placed).values()), 0)

    watch("Finishing", len(placed), done, timeout)
