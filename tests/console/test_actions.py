"""What the console sets in motion, with the rooms that act as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kontera.calls import Exchange as Call
from kontera.calls import ReadinessCheck
from kontera.connections import adapters
from kontera.console import actions
from kontera.console.desk import Desk
from kontera.db.models import (
    AuditEntry,
    Case,
    CaseWaiter,
    Decision,
    Exchange,
    Lane,
    Look,
    Notice,
    Role,
    ShopOrder,
)
from kontera.posting import release
from kontera.work import engine
from tests.console.world import NOW, World


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lanes that were woken; nothing is queued."""
    lanes: list[int] = []
    monkeypatch.setattr(engine, "wake", lanes.append)
    monkeypatch.setattr(engine, "wake_after_commit", lanes.append)
    return lanes


def test_a_mended_cause_reads_the_set_up_anew(world: World, woken: list[int]) -> None:
    """M87: the decision is kept with who and why, and the ledger's lane looks at its set-up before it judges."""
    Lane.objects.filter(connection=world.ledger).update(setup_at=NOW + timedelta(minutes=5))
    case = world.cases["ACCOUNT_INACTIVE"]
    assert 6 == actions.check_again(case, "anna", "aktiverat")
    assert world.ledger.pk in woken
    assert Lane.objects.get(connection=world.ledger).setup_at is None
    decision = Decision.objects.get(case=case)
    assert ("anna", "try_again", "aktiverat", NOW) == (
        decision.author,
        decision.choice,
        decision.reason,
        decision.decided_at,
    )


def test_checking_an_order_asks_about_every_cause_it_still_waits_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cause it no longer waits for is left alone."""
    asked: list[int] = []

    def check_again(case: Case, **_: object) -> int:
        asked.append(case.pk)
        return 2

    monkeypatch.setattr(release, "check_again", check_again)
    order = ShopOrder.objects.get(merchant=world.merchant, number="1071")
    other = world.cases["VAT_UNMAPPED"]
    past = Case.objects.get(merchant=world.merchant, code="PERIOD_LOCKED")
    early = NOW - timedelta(days=2)
    CaseWaiter.objects.create(merchant=world.merchant, case=other, order=order, since=NOW)
    CaseWaiter.objects.create(merchant=world.merchant, case=past, order=order, since=early, released_at=NOW)
    assert 4 == actions.check_order_again(order, "anna")
    assert sorted([world.cases["ACCOUNT_INACTIVE"].pk, other.pk]) == sorted(asked)


def test_checking_chosen_orders_again_is_kept_too(world: World, woken: list[int]) -> None:
    """Two of six: the answer says two."""
    case = world.cases["ACCOUNT_INACTIVE"]
    chosen = list(CaseWaiter.objects.filter(case=case).values_list("order_id", flat=True)[:2])
    assert 2 == actions.check_again(case, "anna", "", chosen)


def test_deciding_for_chosen_orders_leaves_the_others_waiting(world: World, woken: list[int]) -> None:
    """M45: one of six is left out by a person; it no longer waits, the case stays open for the rest."""
    case = world.cases["ACCOUNT_INACTIVE"]
    chosen = ShopOrder.objects.get(merchant=world.merchant, number="1071")
    assert "leave_out" in actions.choices(case)
    assert 1 == actions.decide(case, "leave_out", "anna", "provorder", [chosen])
    chosen.refresh_from_db()
    assert ShopOrder.Place.LEFT_OUT == chosen.place
    assert 5 == CaseWaiter.objects.filter(case=case, released_at=None).count()
    assert Case.Phase.OPEN == Case.objects.get(pk=case.pk).phase


def test_deciding_for_all_resolves_the_case(world: World, woken: list[int]) -> None:
    """M87: nobody waits any more."""
    case = world.cases["ACCOUNT_INACTIVE"]
    assert 6 == actions.decide(case, "leave_out", "anna", "provordrar")
    assert Case.Phase.RESOLVED == Case.objects.get(pk=case.pk).phase


def test_reading_again_is_a_notice_from_a_person(world: World, woken: list[int]) -> None:
    """M15: kept like any notice, looked at soon, with the person's name in the log."""
    actions.read_again(world.booked, "anna")
    notice = Notice.objects.filter(connection=world.shop, external_id="1070").latest("id")
    assert Notice.Source.PERSON == notice.source
    assert 1 == Look.objects.filter(connection=world.shop, kind="order", external_id="1070").count()
    assert 1 == AuditEntry.objects.filter(merchant=world.merchant, author="anna", action="order.read_again").count()
    assert [world.shop.pk] == woken


def test_readiness_keeps_its_calls_also_when_the_vendor_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M118: what was asked and answered can be read afterwards."""
    call = Call(
        at=NOW,
        method="GET",
        url="https://api.fortnox.example/3/companyinformation",
        request=b"",
        status=503,
        response=b"",
        milliseconds=12,
    )

    class Vendor:
        """A ledger that is down."""

        def readiness(self) -> list[ReadinessCheck]:
            """Ask, be refused."""
            adapters._record(call)
            raise ConnectionError("down")

    monkeypatch.setattr(adapters, "ledger", lambda connection, clock, window: Vendor())
    before = Exchange.objects.filter(connection=world.ledger).count()
    with pytest.raises(ConnectionError):
        actions.readiness(world.ledger)
    assert before + 1 == Exchange.objects.filter(connection=world.ledger).count()


def test_resuming_wakes_the_lane(world: World, woken: list[int]) -> None:
    """What became due while paused is taken up at once; pausing wakes nobody."""
    desk = Desk(merchant=world.merchant, role=Role.OWNER, author="anna", language="sv", now=NOW)
    actions.switch(world.ledger, desk, False, "")
    assert [] == woken
    actions.switch(world.ledger, desk, True, "")
    assert [world.ledger.pk] == woken
