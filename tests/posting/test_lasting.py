"""Trouble with a vendor passes by itself; when it lasts, one case about the connection says so (M98 M100)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from kontera.cases.catalogue import LASTS, Severity, catalogue, render
from kontera.cases.holding import rest_lane
from kontera.cases.pages import page
from kontera.cli.draining import drain_connection
from kontera.clock import ManualClock, SystemClock
from kontera.db.models import Case, Lane
from kontera.errors import KonteraError, NeedsLedgerSetup, Problem, WillRetry
from kontera.sandboxes.kit import Fault
from kontera.work import lanes
from tests.posting.test_once import sale
from tests.posting.world import World

SYSTEM = SystemClock()
PASSING = sorted(code for code, entry in catalogue().items() if entry.severity is Severity.PASSING)
STEP = timedelta(minutes=5)


@pytest.fixture
def clock() -> ManualClock:
    """Nobody sleeps for half an hour."""
    return ManualClock(SYSTEM.now())


@pytest.fixture
def lane(world: World) -> Iterator[Lane]:
    """The ledger's lane, held."""
    with lanes.hold(world.ledger.pk) as held:
        assert held is not None
        yield held


def passes(world: World, clock: ManualClock, by: timedelta) -> list[str]:
    """Time goes by in steps, the lane is worked after each; the codes of the cases that are open then."""
    end = clock.now() + by
    while clock.now() < end:
        clock.advance(STEP)
        drain_connection(world.ledger.pk, clock)
    return open_cases(world)


def open_cases(world: World) -> list[str]:
    """Codes of the merchant's open cases."""
    return list(Case.objects.filter(merchant=world.merchant, phase="open").values_list("code", flat=True))


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("VENDOR_MAINTENANCE", {"kind": "maintenance"}),
    ("VENDOR_MAINTENANCE", {"kind": "maintenance", "status": 200}),
    ("VENDOR_UNREACHABLE", {"kind": "refuse_before"}),
    ("VENDOR_BUSY", {"kind": "status", "status": 429}),
]


@pytest.mark.parametrize(("code", "fault"), FAULTS, ids=lambda one: str(one) if isinstance(one, str) else "")
def test_trouble_that_lasts_is_one_case_that_resolves_itself(
    world: World, clock: ManualClock, code: str, fault: dict[str, Any]
) -> None:
    """M98 M100: no case for minutes of trouble, one when nothing got through for LASTS, none when it is over."""
    drain_connection(world.ledger.pk, clock)
    world.sandbox.faults.add(Fault(path="/3/*", **fault))
    world.arrives(sale("1"))
    world.arrives(sale("2"))
    assert [] == passes(world, clock, LASTS)  # the first failure came after the first step
    assert [code] == passes(world, clock, STEP)
    assert [code] == passes(world, clock, 6 * STEP)
    case = Case.objects.get(merchant=world.merchant, phase="open")
    assert (world.ledger, f"connection:{world.ledger.pk}", 0) == (case.connection, case.cause, case.waiters.count())
    told = render(Problem(code=case.code, facts=case.facts, vendor=case.vendor), "en", ledger="fortnox")
    assert "?" not in told.text()
    world.sandbox.faults.remove()
    assert [] == passes(world, clock, 2 * STEP)
    case.refresh_from_db()
    assert "resolved" == case.phase
    assert ["booked"] * 2 == [world.order(number).place for number in ("1", "2")]


def rests(lane: Lane, clock: ManualClock, error: KonteraError, *, progress: bool = False) -> None:
    """The lane rests for this reason, and time goes by."""
    assert isinstance(error, WillRetry | NeedsLedgerSetup)
    rest_lane(lane, error, clock.now(), progress=progress)
    clock.advance(LASTS / 2)


def told(code: str) -> Problem:
    """A problem with the vendor."""
    return Problem(code=code, cause="vendor:Fortnox", facts={"vendor": "Fortnox", "request": "GET /3/accounts"})


def test_whatever_got_through_starts_the_time_anew(world: World, lane: Lane, clock: ManualClock) -> None:
    """M100: a vendor that lets half of it through is slow, not gone."""
    busy = WillRetry(told("VENDOR_BUSY"))
    for _ in range(4):
        rests(lane, clock, busy, progress=True)
    assert [] == open_cases(world)
    for _ in range(2):
        rests(lane, clock, busy)
    assert ["VENDOR_BUSY"] == open_cases(world)
    rests(lane, clock, busy, progress=True)
    assert [] == open_cases(world)


def test_trouble_that_changes_its_face_is_the_same_case(world: World, lane: Lane, clock: ManualClock) -> None:
    """M98: a vendor that answers now this, now that, is not a case each time."""
    for code in ("VENDOR_BUSY", "VENDOR_MAINTENANCE", "VENDOR_UNREACHABLE", "VENDOR_MAINTENANCE"):
        rests(lane, clock, WillRetry(told(code)))
    assert ["VENDOR_UNREACHABLE"] == open_cases(world)


def test_a_vendor_that_refuses_is_there(world: World, lane: Lane, clock: ManualClock) -> None:
    """M98: what a person must mend is one case, what passes another; the time of one does not count for the other."""
    licence = NeedsLedgerSetup(Problem(code="LEDGER_LICENCE_MISSING", facts={"function": "order", "licence": "Order"}))
    for _ in range(4):
        rests(lane, clock, licence)
    rests(lane, clock, WillRetry(told("VENDOR_UNREACHABLE")))
    rests(lane, clock, WillRetry(told("VENDOR_UNREACHABLE")))
    assert ["LEDGER_LICENCE_MISSING"] == open_cases(world)
    rests(lane, clock, WillRetry(told("VENDOR_UNREACHABLE")))
    assert {"LEDGER_LICENCE_MISSING", "VENDOR_UNREACHABLE"} == set(open_cases(world))
    rests(lane, clock, licence)
    assert ["LEDGER_LICENCE_MISSING"] == open_cases(world)


def test_a_drain_that_asks_nothing_resolves_nothing(world: World, clock: ManualClock) -> None:
    """M100: a lane woken with nothing to do has not heard from the vendor."""
    drain_connection(world.ledger.pk, clock)
    with lanes.hold(world.ledger.pk) as held:
        assert held is not None
        for _ in range(3):
            rest_lane(held, WillRetry(told("VENDOR_UNREACHABLE")), clock.now(), progress=False)
            clock.advance(LASTS / 2)
        Lane.objects.filter(pk=held.pk).update(setup_at=clock.now() + STEP)
    drain_connection(world.ledger.pk, clock)
    assert ["VENDOR_UNREACHABLE"] == open_cases(world)
    Lane.objects.filter(pk=world.ledger.pk).update(setup_at=None)
    drain_connection(world.ledger.pk, clock)
    assert [] == open_cases(world)


def test_the_pages_and_the_cases_say_how_long(world: World) -> None:
    """M98: the time in the texts and in the docs is the one that holds."""
    minutes = str(LASTS.seconds // 60)
    assert ["VENDOR_BUSY", "VENDOR_MAINTENANCE", "VENDOR_UNREACHABLE"] == PASSING
    for code in PASSING:
        entry = catalogue()[code]
        assert f"{minutes} minutes" in entry.en.action
        assert f"{minutes} minuter" in entry.sv.action
        assert f"for {minutes} minutes" in page(entry).splitlines()[2]
