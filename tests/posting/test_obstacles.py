"""An order that cannot move and waits in no case says why: law 7 (M51 M98)."""

from __future__ import annotations

from datetime import timedelta

from kontera.clock import SystemClock
from kontera.db.models import Case, Connection, Lane
from kontera.posting.obstacles import Kind, number_behind, of_connection, of_order, waiting_in
from kontera.posting.release import check_again
from kontera.sandboxes.kit import Fault
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()


def test_behind_a_lost_sign_in_orders_wait_for_its_case(world: World) -> None:
    """Which case, since when, and that nothing is tried before a person acts; the case counts the orders, and so does
    its release."""
    world.drain()
    world.sandbox.actions()["revoke_consent"]({})
    world.sandbox.actions()["expire_access"]({})
    for number in ("1", "2"):
        world.arrives(sale(number))
    world.drain(2)
    case = Case.objects.get(merchant=world.merchant, phase="open")
    told = of_order(world.order("1"), CLOCK.now())
    assert ["LEDGER_SIGN_IN"] == [one.problem.code for one in told if one.problem]
    assert (Kind.CASE, case, case.opened_at, False) == (told[0].kind, told[0].case, told[0].since, told[0].passes)
    assert 2 == waiting_in(case)
    assert 2 == check_again(case, author="Kim", reason="signed in", clock=CLOCK)


def test_behind_maintenance_the_next_attempt_is_told(world: World) -> None:
    """Trouble that passes: what, since when, and when it is tried again."""
    world.drain()
    world.sandbox.faults.add(Fault(path="/3/*", kind="maintenance"))
    world.arrives(sale("1"))
    before = CLOCK.now()
    world.drain()
    told = of_order(world.order("1"), before)
    assert [(Kind.TROUBLE, "VENDOR_MAINTENANCE")] == [(one.kind, one.problem.code) for one in told if one.problem]
    assert told[0].since is not None
    assert told[0].again_at is not None
    assert before < told[0].again_at < before + timedelta(minutes=1)
    assert of_connection(world.ledger, CLOCK.now()) == told[0]
    world.sandbox.faults.remove()
    world.forget_rest()
    world.drain(2)
    assert (None, []) == (of_connection(world.ledger, CLOCK.now()), of_order(world.order("1"), CLOCK.now()))


def test_what_is_missing_or_paused_is_told(world: World) -> None:
    """No set-up read yet, a paused shop, a paused ledger, no ledger, a defect of ours; an order that merely has not had
    its turn waits for nothing, and one that is booked neither."""
    order = world.arrives(sale("1"))
    assert [Kind.NO_SETUP] == kinds(world)
    world.drain()
    world.drain(2)
    assert ("booked", []) == (world.order("1").place, kinds(world))
    type(order).objects.filter(pk=order.pk).update(place="posting")
    assert [] == kinds(world)
    Connection.objects.filter(pk=world.shop.pk).update(live=False)
    assert [Kind.PAUSED] == kinds(world)
    Connection.objects.filter(pk=world.ledger.pk).update(live=False)
    assert [Kind.PAUSED, Kind.PAUSED] == kinds(world)
    Connection.objects.filter(pk__in=(world.shop.pk, world.ledger.pk)).update(live=True)
    Lane.objects.filter(pk=world.ledger.pk).update(trouble="ValueError: x", problem=None)
    assert [Kind.FAULT] == kinds(world)
    assert 1 == number_behind(world.ledger)
    Connection.objects.filter(pk=world.shop.pk).update(ledger=None)
    assert [Kind.NO_LEDGER] == kinds(world)


def test_an_answer_that_was_lost_is_told_with_the_moment_it_is_looked_for(world: World) -> None:
    """The ledger answers, the document alone is put off."""
    world.drain()
    world.sandbox.faults.add(Fault(path="/3/invoices", method="POST", kind="lost_answer", times=1))
    world.arrives(sale("1"))
    world.drain()
    told = of_order(world.order("1"), CLOCK.now())
    assert [(Kind.DOCUMENT, "DELIVERY_UNCERTAIN")] == [(one.kind, one.problem.code) for one in told if one.problem]
    assert told[0].again_at is not None
    assert told[0].again_at > CLOCK.now()


def kinds(world: World) -> list[Kind]:
    """What stands in the way of order 1."""
    return [one.kind for one in of_order(world.order("1"), CLOCK.now())]
