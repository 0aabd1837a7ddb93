"""`kontera order` and `kontera case`: figures as people write them, and refusals that say why (M15 M98)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.clock import SystemClock
from kontera.db.models import Case
from kontera.errors import Problem
from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.cli.conftest import Say, lines_of
from tests.posting.test_modes import booking_rule
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()


@pytest.fixture
def world(ground: Path) -> Iterator[World]:
    """A merchant with an order that is booked and one that cannot be read."""
    with FortnoxSandbox(limit=None) as sandbox:
        made = World(sandbox)
        made.arrives(sale("1"))
        facts = {"order": "2", "path": "total", "reason": "no number"}
        made.arrives(Problem(code="ORDER_UNREADABLE", facts=facts), "2")
        made.drain()
        yield made


def test_totals_have_the_currencys_decimals_or_are_empty(say: Say, world: World) -> None:
    """Never "None", never six decimals."""
    told = json.loads(say("order", "list", "--merchant", world.merchant.slug, "--json").output)
    assert {"1": "258.00", "2": ""} == {row["number"] or "2": row["total"] for row in told}
    first = say("order", "show", "1", "--merchant", world.merchant.slug).output.splitlines()[0]
    assert "Order 1 in nt: 258.00 SEK -> booked" == first
    assert "None" not in say("order", "list", "--merchant", world.merchant.slug).output


def test_a_summary_and_its_orders_are_shown_both_ways(say: Say, world: World) -> None:
    """M19 N9: an order says which voucher carries it, the voucher which orders, with amounts."""
    rule = ('mode = "summary"', "book = true", "close_hour = 3", 'series = "A"')
    booking_rule(world, *rule)
    world.arrives(sale("7"))
    assert "joins the summary that is closed at" in say("order", "show", "7", "--merchant", world.merchant.slug).output
    world.ledger.documents.filter(kind__startswith="summary").update(due_at=CLOCK.now())
    world.drain(2)
    voucher = world.ledger.documents.get(kind="voucher")
    told = say("order", "show", "7", "--merchant", world.merchant.slug).output
    assert f"in summary {voucher.reference}, voucher {voucher.voucher}" in told
    for name in (voucher.reference, voucher.voucher):
        lines = lines_of(say("order", "summary", name, "--merchant", world.merchant.slug))
        assert "7      258.00 SEK  258.00 SEK" == lines[-1]
    done = say("order", "summary", "A999", "--merchant", world.merchant.slug)
    assert (1, "Error: No summary is called A999.\n") == (done.exit_code, done.output)


def test_orders_are_read_from_shops_only(say: Say, world: World) -> None:
    """A ledger named by mistake is refused, and nothing is put down to be read."""
    done = say("order", "resend", "77", "--store", "fortnox", "--merchant", world.merchant.slug)
    assert (1, "Error: 'fortnox' is a ledger; orders are read from a shop.\n") == (done.exit_code, done.output)


def test_a_resolved_case_is_not_released_again(say: Say, world: World) -> None:
    """Said, with exit code 1."""
    case = Case.objects.get(merchant=world.merchant, phase="open")
    world.arrives(sale("2"))
    done = say("case", "release", str(case.pk), "--reason", "mended", "--merchant", world.merchant.slug)
    assert (1, True) == (done.exit_code, f"Case {case.pk} is resolved already" in done.output)
