"""`kontera demo`: every kind of shop books in both ledgers, in real processes. Slow: run alone (`-m serial`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kontera.cli.pairs import Pair, every_pair

pytestmark = pytest.mark.serial
ORDERS = 16  # room for every kind of bad order and some good ones
BAD = {  # what orders that are spoiled on purpose wait for, in any pair
    "ARTICLE_NUMBER_REFUSED", "CURRENCY_UNKNOWN", "ORDER_STATUS_UNKNOWN", "TAX_CLASS_UNKNOWN", "TOO_MANY_ROWS",
    "TOTAL_DIFFERS", "TOTAL_NEGATIVE", "VAT_UNMAPPED", "PAYMENT_UNMAPPED", "PRODUCT_VAT_UNKNOWN", "VAT_DIFFERS",
}  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The report of one demo of every pair, by shop:ledger."""
    file: Path = tmp_path_factory.mktemp("demo") / "report.json"
    arguments = ["demo", "--orders", str(ORDERS), "--exit", "--json", str(file)]
    done = subprocess.run([sys.executable, "-m", "kontera", *arguments], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return {f"{line['storefront']}:{line['ledger']}": line for line in json.loads(file.read_text())["pairs"]}


@pytest.mark.parametrize("pair", every_pair(), ids=lambda pair: f"{pair.storefront}:{pair.ledger}")
def test_every_pair_books_all_that_can_be_booked(pair: Pair, report: dict[str, dict[str, Any]]) -> None:
    """M1 M2 M8 M49 M100 M117: nothing missing, twice or unbalanced in the ledger; only spoiled orders wait."""
    line = report[f"{pair.storefront}:{pair.ledger}"]
    assert (ORDERS, 0, 0, 0) == (line["placed"], line["duplicates"], line["missing"], line["unbalanced"])
    assert ORDERS == line["booked"] + line["left_out"] + sum(line["waiting"].values())
    assert set(line["waiting"]) <= BAD
    assert 0 < line["booked"]
    assert None not in (line["calls_per_order"], line["latency_ms"]["p50"], line["latency_ms"]["p95"])


def test_the_report_has_the_promised_shape(report: dict[str, dict[str, Any]]) -> None:
    """Other people's scripts read it."""
    names = {
        "storefront", "ledger", "placed", "booked", "waiting", "left_out", "duplicates", "missing", "unbalanced",
        "calls_per_order", "latency_ms",
    }  # fmt: skip
    assert [names] * len(report) == [set(line) for line in report.values()]
