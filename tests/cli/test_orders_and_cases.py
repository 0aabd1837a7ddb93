"""`kontera order` and `kontera case`: figures as people write them, and refusals that say why (M15 M98)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.clock import SystemClock
from kontera.db.models import Case
from kontera.errors import Problem
from kontera.posting.release import decide
from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.cli.conftest import Say
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


def test_an_order_behind_a_lost_sign_in_says_so_and_is_counted(say: Say, world: World) -> None:
    """Law 7: which case, since when in the merchant's time, what to do; in the case and in its release the order
    counts."""
    slug = world.merchant.slug
    world.sandbox.actions()["revoke_consent"]({})
    world.sandbox.actions()["expire_access"]({})
    world.arrives(sale("3"))
    world.drain(2)
    case = Case.objects.get(merchant=world.merchant, code="LEDGER_SIGN_IN")
    told = say("order", "show", "3", "--merchant", slug).output
    assert f"Fortnox no longer accepts our sign-in (case {case.pk}). Sign in again" in told
    assert re.search(r"Since [0-9-]{10} [0-9:]{8} CES?T\. It is not tried again until somebody has seen to it", told)
    told = say("order", "show", "3", "--language", "sv", "--merchant", slug).output
    assert "godtar inte längre vår inloggning" in told
    assert "Inga nya försök görs förrän någon har åtgärdat det." in told
    data = json.loads(say("order", "show", "3", "--json", "--merchant", slug).output)["obstacles"]
    assert [("case", "LEDGER_SIGN_IN", case.pk, None)] == [
        (one["kind"], one["code"], one["case"], one["again_at"]) for one in data
    ]
    assert "waits: 1: 3\n" in say("case", "show", str(case.pk), "--merchant", slug).output
    done = say("case", "release", str(case.pk), "--reason", "signed in", "--merchant", slug)
    assert "The connection is tried again; 1 order waits for it.\n" == done.output


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_decided_or_released_without_a_reason(say: Say, world: World, reason: str) -> None:
    """M98: as on the page, the record must say why; exit code 2, and nothing has changed."""
    slug = world.merchant.slug
    case = Case.objects.get(merchant=world.merchant, phase="open")
    for command in (("decide", str(case.pk), "leave_out"), ("release", str(case.pk))):
        done = say("case", *command, "--reason", reason, "--merchant", slug)
        assert (2, True) == (done.exit_code, "must say something" in done.output)
    with pytest.raises(ValueError, match="needs a reason"):
        decide(case, "leave_out", author="Kim", reason=reason, clock=CLOCK)
    assert (0, "waiting") == (case.decisions.count(), world.order("2").place)
