"""What a worker leaves behind when it dies half-way is finished by the next one (M1 M20 M100)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from kontera.accounting.starter import starter_text
from kontera.calls import Caller, Exchange, RateWindow
from kontera.clock import SystemClock
from kontera.db.models import Lane, RulebookVersion, SetupSnapshot, ShopOrder
from kontera.errors import Uncertain, WillRetry
from kontera.ledgers.fortnox.adapter import FortnoxLedger
from kontera.posting import rules
from kontera.posting.calls import Call
from kontera.posting.poster import SETTLE_SECONDS, Poster
from kontera.posting.results import Results
from kontera.sandboxes.kit import Fault
from kontera.work import lanes
from kontera.work.lanes import LEASE_SECONDS
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()


def test_orders_judged_by_nobody_are_judged_by_the_next_worker(world: World) -> None:
    """A worker read the ledger's set-up, kept it, and died before it judged those who waited for it."""
    world.arrives(sale("1"))
    world.drain()
    snapshot = SetupSnapshot.objects.filter(connection=world.ledger).latest("pk")
    row = world.arrives(sale("2"))
    ShopOrder.objects.filter(pk=row.pk).update(place="arrived")
    world.ledger.documents.filter(order=row).update(step="abandoned")
    Lane.objects.filter(pk=world.ledger.pk).update(worker="killed:1", setup_at=CLOCK.now() + timedelta(minutes=9))
    world.drain(2)
    assert "booked" == world.order("2").place
    assert snapshot == SetupSnapshot.objects.filter(connection=world.ledger).latest("pk")


def test_an_order_that_arrives_before_any_set_up_asks_for_it(world: World) -> None:
    """Also when the lane is reading the set-up that very moment: it is read again, and the order judged."""
    Lane.objects.filter(pk=world.ledger.pk).update(setup_at=CLOCK.now() + timedelta(minutes=9))
    assert "arrived" == world.arrives(sale("1")).place
    world.ledger.lane.refresh_from_db()
    assert world.ledger.lane.setup_at is None
    world.drain(2)
    assert "booked" == world.order("1").place


def test_who_asks_while_the_set_up_is_being_read_is_not_overlooked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case is released while the lane reads: what it read may be older than the mending, so it reads once more."""
    world.drain()
    rows = Lane.objects.filter(pk=world.ledger.pk)
    read = FortnoxLedger.setup
    readings = []

    def asked_meanwhile(self: FortnoxLedger) -> Any:
        readings.append(CLOCK.now())
        if len(readings) == 1:
            rows.update(setup_at=None)
        return read(self)

    monkeypatch.setattr(FortnoxLedger, "setup", asked_meanwhile)
    rows.update(setup_at=None)
    world.drain()
    assert rows.get().setup_at is None
    world.drain()
    assert (2, True) == (len(readings), rows.get().setup_at > CLOCK.now())


def test_what_a_dead_worker_was_sending_is_looked_for_when_it_has_surely_arrived(world: World) -> None:
    """Its request may be on the wire still; put off once, not again by every later death."""
    world.arrives(sale("1"))
    world.drain()
    world.arrives(sale("2"))
    documents = world.ledger.documents.filter(reference="nt-2")
    documents.update(step="sending", sent_at=CLOCK.now())
    before = CLOCK.now()
    due = []
    for _ in range(2):
        Lane.objects.filter(pk=world.ledger.pk).update(worker="killed:1")
        world.drain()
        assert "sending" == documents.get().step
        due.append(documents.get().due_at)
    assert before + timedelta(seconds=LEASE_SECONDS + SETTLE_SECONDS) <= due[0]
    assert due[0] == due[1]
    world.forget_rest()
    world.drain(2)
    assert ("booked", 2) == (world.order("2").place, world.sandbox.views()["audit"]()["invoices"])


def test_nobody_makes_a_customer_while_the_answer_about_it_is_out(world: World) -> None:
    """M20: the request may arrive late: other orders of the same customer wait as long as the one that asked."""
    world.sandbox.faults.add(Fault(kind="refuse_before", method="POST", path="/3/customers", times=1))
    for number in ("1", "2", "3"):
        world.arrives(sale(number))
    world.drain()
    assert 0 == world.sandbox.views()["audit"]()["customers"]
    soon = CLOCK.now() + timedelta(seconds=SETTLE_SECONDS / 2)
    planned = world.ledger.documents.filter(kind="sales_invoice")
    assert 3 == planned.filter(step="planned", due_at__gt=soon).count()
    world.forget_rest()
    world.drain(2)
    audit = world.sandbox.views()["audit"]()
    assert (1, 3) == (audit["customers"], audit["invoices"])


def test_one_lost_read_does_not_rest_the_lane(world: World) -> None:
    """A cut connection is not a vendor that is down: the read is tried again at once."""
    world.sandbox.faults.add(Fault(kind="lost_answer", method="GET", path="/3/customers", times=1))
    world.arrives(sale("1"))
    world.drain(2)
    world.ledger.lane.refresh_from_db()
    assert ("booked", None, 0) == (world.order("1").place, world.ledger.lane.rest_until, world.ledger.lane.failures)


def test_a_worker_whose_lease_lapsed_sends_nothing(world: World) -> None:
    """Frozen after it decided to send, taken over, thawed: the write never leaves, and is not uncertain either."""
    window = RateWindow(CLOCK, 0, 0)
    exchanges: list[Exchange] = []
    caller = Caller(world.sandbox.base_url, CLOCK, window, exchanges.append, vendor="Fortnox")
    window.allow_writes(CLOCK.seconds() - 1)
    with pytest.raises(WillRetry):
        caller.send("POST", "/3/invoices", content=b"{}")
    assert ([], 0) == (exchanges, world.sandbox.calls.total)
    window.allow_writes(CLOCK.seconds() + 60)
    caller.send("POST", "/3/invoices", content=b"{}")
    world.sandbox.faults.add(Fault(kind="lost_answer", method="POST"))
    with pytest.raises(Uncertain):
        caller.send("POST", "/3/invoices", content=b"{}")
    caller.close()


def test_a_document_replaced_as_it_was_about_to_leave_does_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M4: the order was judged anew between choosing the document and marking it: the old one never leaves."""
    world.arrives(sale("1"))
    mark = Poster._marked_as_sending
    replaced: list[str] = []

    def judged_meanwhile(self: Poster, rows: Any) -> set[int]:
        if not replaced:
            replaced.append(rows[0].reference)
            world.ledger.documents.filter(order=rows[0].order_id).update(step="abandoned")
        return mark(self, rows)

    monkeypatch.setattr(Poster, "_marked_as_sending", judged_meanwhile)
    world.drain()
    assert (["nt-1"], 0) == (replaced, world.sandbox.calls.of("POST", "/3/invoices"))
    assert "abandoned" == world.ledger.documents.get(reference="nt-1").step
    world.ledger.lane.refresh_from_db()
    assert world.ledger.lane.rest_until is None


def test_a_result_that_cannot_be_kept_keeps_no_other_from_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M1: calls answered together are kept together, and each by itself when one of them cannot be."""
    world.drain()
    for number in ("1", "2", "3"):
        world.arrives(sale(number))
    answer = Results._answer

    def bad(self: Results, row: Any, document: Any, done: Any) -> bool:
        if row.reference == "nt-2" and done.call is Call.RECORD:
            raise ValueError("a defect of ours")
        return answer(self, row, document, done)

    monkeypatch.setattr(Results, "_answer", bad)
    world.drain()
    numbers = dict(world.ledger.documents.filter(kind="sales_invoice").values_list("reference", "number"))
    assert [True, False, True] == [bool(numbers[f"nt-{number}"]) for number in ("1", "2", "3")]
    assert "sending" == world.ledger.documents.get(reference="nt-2").step  # and is looked for, not sent again
    world.forget_rest()
    world.drain(2)
    assert ["booked"] * 3 == [world.order(number).place for number in ("1", "2", "3")]
    assert 3 == world.sandbox.views()["audit"]()["invoices"]


def test_an_order_is_judged_by_the_rulebook_of_that_moment(world: World) -> None:
    """What was parsed before is not what holds now."""
    world.drain()
    used = []
    for number in ("1", "2"):
        order = world.arrives(sale(number))
        used.append({document.rulebook_id for document in order.documents.all()})
        anew = starter_text("se-bas") + f"# after order {number}\n"  # the very same file would be no new version
        rules.activate(world.merchant, anew, author="test", reason="again", now=CLOCK.now())
    first, second = RulebookVersion.objects.filter(merchant=world.merchant).order_by("version")[:2]
    assert [{first.pk}, {second.pk}] == used


def test_only_the_mark_that_something_is_being_sent_waits_for_the_disk(world: World) -> None:
    """M20: whatever else the server may lose in a crash is done over; a document that left must be known to have."""
    world.drain()
    row = world.arrives(sale("1"))
    document = row.documents.get(kind="sales_invoice")
    document.quote = {}
    with lanes.commits_need_not_wait():
        with transaction.atomic():
            marked = Poster(world.ledger, Any, Any, CLOCK, 1, Any)._marked_as_sending([document])  # type: ignore[arg-type]
            assert ({document.pk}, "on") == (marked, how_commits_are_made())
        assert "off" == how_commits_are_made()
    assert "on" == how_commits_are_made()


def how_commits_are_made() -> str:
    """on: they wait for the disk."""
    with database.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])
