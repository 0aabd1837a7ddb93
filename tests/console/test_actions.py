"""What the console asks of the rooms that act: names, arguments, and nothing more."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import ModuleType

import pytest

from kontera.calls import ReadinessCheck
from kontera.console import actions
from kontera.db.models import Case, CaseWaiter, Connection, ShopOrder
from tests.console.world import NOW, World


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **functions: object) -> None:
    """A module with these functions, under the name of a room's."""
    module = ModuleType(name)
    for function, work in functions.items():
        setattr(module, function, work)
    monkeypatch.setitem(sys.modules, name, module)
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        monkeypatch.setattr(sys.modules[parent], child, module, raising=False)


def test_release_names_the_case_and_the_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M87: all that wait, or only the chosen."""
    asked: list[tuple[object, ...]] = []

    def release(case_id: int, author: str, reason: str, orders: list[int] | None = None) -> int:
        asked.append((case_id, author, reason, orders))
        return 6

    stand_in(monkeypatch, "kontera.cases.service", release=release)
    case = world.cases["ACCOUNT_INACTIVE"]
    assert 6 == actions.release(case, "anna", "aktiverat")
    actions.release(case, "anna", "", [7])
    assert [(case.pk, "anna", "aktiverat", None), (case.pk, "anna", "", [7])] == asked


def test_checking_an_order_asks_about_every_cause_it_still_waits_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cause it no longer waits for is left alone."""
    asked: list[int] = []

    def check_again(case_id: int, author: str) -> int:
        asked.append(case_id)
        return 2

    stand_in(monkeypatch, "kontera.cases.service", check_again=check_again)
    order = ShopOrder.objects.get(merchant=world.merchant, number="1071")
    other = world.cases["VAT_UNMAPPED"]
    past = Case.objects.get(merchant=world.merchant, code="PERIOD_LOCKED")
    early = NOW - timedelta(days=2)
    CaseWaiter.objects.create(merchant=world.merchant, case=other, order=order, since=NOW)
    CaseWaiter.objects.create(merchant=world.merchant, case=past, order=order, since=early, released_at=NOW)
    assert 4 == actions.check_again(order, "anna")
    assert sorted([world.cases["ACCOUNT_INACTIVE"].pk, other.pk]) == sorted(asked)


def test_reading_again_and_readiness_name_the_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M15 M118: the order by its shop's id, told by a person; the list as the vendor answers."""
    looked: list[tuple[object, ...]] = []
    ready = [ReadinessCheck(name="x", function="y", ok=True)]

    def check(connection: Connection) -> list[ReadinessCheck]:
        return ready if connection == world.shop else []

    stand_in(monkeypatch, "kontera.intake.service", look_at=lambda *given: looked.append(given))
    stand_in(monkeypatch, "kontera.setup", readiness=None)
    stand_in(monkeypatch, "kontera.setup.readiness", check=check)
    actions.read_again(world.booked, "anna")
    assert [(world.shop, "order", "1070", "person", "anna")] == looked
    assert ready == actions.readiness(world.shop)


def test_resuming_wakes_the_lane_once_it_is_durable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What became due while paused is taken up at once; pausing wakes nobody."""
    from kontera.console.desk import Desk
    from kontera.db.models import Role
    from kontera.work import engine

    woken: list[int] = []
    monkeypatch.setattr(engine, "wake_after_commit", woken.append)
    desk = Desk(merchant=world.merchant, role=Role.OWNER, author="anna", language="sv", now=NOW)
    actions.switch(world.ledger, desk, False, "")
    assert [] == woken
    actions.switch(world.ledger, desk, True, "")
    assert [world.ledger.pk] == woken
