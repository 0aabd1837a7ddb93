"""Real processes, killed and frozen: law 2 end to end (M1 M100). Slow and heavy: run alone (`-m serial`)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kontera.cli.common import CLOCK
from kontera.cli.pairs import connect, pair
from kontera.cli.read_ledgers import LedgerReader
from kontera.cli.report import invoices_of
from kontera.cli.sandbox import shop
from kontera.cli.stage import stage
from tests.waiting import comes

pytestmark = pytest.mark.serial
PAIR = pair("bigcommerce", "fortnox")


def test_every_order_once_whatever_is_killed_lost_or_doubled(tmp_path: Path) -> None:
    """60 orders, 6 kills, a freeze, notices and answers lost: each order booked once or waiting in one case."""
    file = tmp_path / "report.json"
    arguments = ["--orders", "60", "--kills", "6", "--freezes", "1", "--seed", "3", "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "kontera", "crash-test", *arguments], capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    report = json.loads(file.read_text())
    assert ([], 60, 6) == (report["wrong"], report["placed"], report["kills"])
    assert 60 == report["booked"] + sum(report["waiting"].values()) + report["left_out"]
    assert all((report["notices"]["lost"], report["notices"]["doubled"], report["answers_lost"]["fortnox"]))


def test_a_frozen_worker_is_taken_over_and_writes_nothing_when_it_thaws() -> None:
    """SIGSTOP in the middle of sending; another worker finishes the work meanwhile; SIGCONT: nothing is there twice."""
    with stage(CLOCK) as made:
        made.serve_sandboxes(1)
        made.serve_hub()
        connect(made, [PAIR], 1)
        ledger = PAIR.ledger_reader(made.sandboxes)
        placed = {str(one.id) for one in shop("bigcommerce", made.sandboxes["bigcommerce"], 12, 5, False)}
        made.start("worker-1", "worker")
        assert comes(lambda: audit(ledger)["invoices"] >= 2, 40, every=0.1)
        made.signal("worker-1", signal.SIGSTOP)
        frozen_at = audit(ledger)["invoices"]
        assert frozen_at < len(placed)
        made.start("worker-2", "worker")
        assert comes(lambda: booked(ledger) >= placed - waiting(made), 60, every=0.1)
        made.signal("worker-1", signal.SIGCONT)
        CLOCK.sleep(3.0)  # time enough for it to write, if it could
        found = audit(ledger)
        assert made.running["worker-1"].poll() is None
        assert len(booked(ledger)) == found["invoices"]
        for name in ("duplicate_invoices", "duplicate_customers", "duplicate_payments", "unbalanced_vouchers"):
            assert [] == found[name]


def audit(ledger: LedgerReader) -> dict[str, Any]:
    """The ledger's auditor."""
    found: dict[str, Any] = ledger.view("audit")
    return found


def booked(ledger: LedgerReader) -> set[str]:
    """Shop orders whose invoice is booked in the ledger."""
    ledger.lift_limit()
    return {order for order, found in invoices_of(PAIR, ledger).items() if any(one.booked for one in found)}


def waiting(made: Any) -> set[str]:
    """Shop orders that wait in a case, as the hub's own command tells."""
    cases = json.loads(made.say("case", "list", "--json"))
    shown = [json.loads(made.say("case", "show", str(case["id"]), "--json")) for case in cases]
    return {order for case in shown for order in case["orders"]}
