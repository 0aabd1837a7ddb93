"""Law 2: the ledger holds each document exactly once, whatever is lost, repeated or killed half-way (M1 M100 N6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kontera.clock import SystemClock
from kontera.commerce import Customer
from kontera.db.models import Exchange
from kontera.sandboxes.kit import Fault
from tests.accounting.help import line, order, tax
from tests.posting.world import World

NOW = SystemClock().now()


def sale(number: str, **more: Any) -> Any:
    """A paid order of two teas."""
    tea = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    paid = more.pop("paid", "klarna")
    return order(tea, paid=paid, id=number, number=number, placed_at=NOW - timedelta(minutes=5), **more)


def test_reading_the_same_order_again_changes_nothing(world: World) -> None:
    """A fact of the same content is not a new version, and nothing is sent."""
    world.arrives(sale("1"))
    world.drain(2)
    calls = world.sandbox.calls.summary()["total"]
    world.arrives(sale("1"))
    world.drain()
    assert (1, "booked") == (world.facts("1"), world.order("1").place)
    assert calls == world.sandbox.calls.summary()["total"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/3/customers"),
        ("POST", "/3/invoices"),
        ("PUT", "/3/invoices/*/bookkeep"),
        ("POST", "/3/invoicepayments"),
        ("PUT", "/3/invoicepayments/*/bookkeep"),
    ],
)
def test_an_answer_lost_after_the_ledger_committed(world: World, method: str, path: str) -> None:
    """The request is not repeated blindly: it is looked for, found, and everything exists once."""
    world.sandbox.faults.add(Fault(kind="lost_answer", method=method, path=path, times=1))
    world.arrives(sale("1"))
    for _ in range(4):
        world.drain()
        world.forget_rest()
    audit = world.sandbox.views()["audit"]()
    assert ("booked", []) == (world.order("1").place, world.cases(world.order("1")))
    assert (1, 1, 1) == (audit["invoices"], audit["payments"], audit["customers"])
    assert [] == audit["unbalanced_vouchers"] + audit["unbooked_payments"] + audit["unpaid_invoices"]


def test_a_lost_request_is_sent_again_after_looking(world: World) -> None:
    """Cut before the ledger saw it: looked for, not found, sent once more."""
    world.sandbox.faults.add(Fault(kind="refuse_before", method="POST", path="/3/invoices", times=1))
    world.arrives(sale("1"))
    for _ in range(4):
        world.drain()
        world.forget_rest()
    document = world.order("1").documents.get(kind="sales_invoice")
    said = [(one.method, one.status) for one in Exchange.objects.filter(document=document).order_by("pk")]
    assert ("booked", 1) == (world.order("1").place, world.sandbox.views()["audit"]()["invoices"])
    assert ("POST", None) in said
    assert ("GET", 200) in said[said.index(("POST", None)) :]


def test_a_worker_that_died_while_sending_is_followed_by_a_look(world: World) -> None:
    """A document found marked as being sent is looked for, never sent blindly."""
    world.arrives(sale("1"))
    world.drain()
    first = world.sandbox.views()["audit"]()["invoices"]
    world.arrives(sale("2"))
    world.ledger.documents.filter(reference="nt-2").update(step="sending", sent_at=NOW)
    world.sandbox.calls.reset()
    world.drain(2)
    calls = world.sandbox.calls.summary()
    assert ("booked", first + 1) == (world.order("2").place, world.sandbox.views()["audit"]()["invoices"])
    assert 1 <= sum(count for name, count in calls["by_path"].items() if name.startswith("GET /3/invoices"))


def test_somebody_elses_invoice_under_our_reference_is_a_decision(world: World) -> None:
    """Found different is never overwritten and never doubled: it waits as RECORDED_DIFFERENTLY."""
    world.arrives(sale("1"))
    world.drain()
    company = world.sandbox.company
    invoice = next(iter(company.invoices.values()))
    invoice["ExternalInvoiceReference1"] = "nt-2"
    one_tea = line("129.00", tax(12, "13.82"), price="129.00")
    world.arrives(order(one_tea, paid="klarna", id="2", number="2", placed_at=NOW))
    world.ledger.documents.filter(reference="nt-2").update(step="sending")
    world.drain()
    assert ["RECORDED_DIFFERENTLY"] == world.cases(world.order("2"))
    assert 1 == len(company.invoices)


def test_one_customer_however_many_orders_come_at_once(world: World) -> None:
    """M20 M22: thirty first orders of one customer in flight together make one customer card."""
    for number in range(30):
        world.arrives(sale(f"{number}"))
    world.drain(2)
    audit = world.sandbox.views()["audit"]()
    assert (1, 30, []) == (audit["customers"], audit["invoices"], audit["duplicate_customers"])


def test_the_customer_card_follows_the_customer(world: World) -> None:
    """M21: a customer who moved is brought up to date with the next order, on the same card."""
    world.arrives(sale("1"))
    world.drain()
    moved = Customer(id="7", email="kim@example.se", name="Kim Ek Larsson")
    world.arrives(sale("2", customer=moved))
    world.drain()
    cards = list(world.sandbox.company.customers.values())
    assert ["Kim Ek Larsson"] == [card["Name"] for card in cards]


def test_four_calls_from_known_customer_to_booked_and_paid(world: World) -> None:
    """DESIGN 11: one call to record, four until booked and paid, counted by the ledger."""
    world.arrives(sale("1"))
    world.drain(2)
    world.ledger.lane.refresh_from_db()
    world.sandbox.calls.reset()
    world.arrives(sale("2"))
    world.drain()
    by_call = world.sandbox.calls.summary()["by_path"]
    writes = {name: count for name, count in by_call.items() if not name.startswith("GET")}
    assert 4 == sum(writes.values())
    assert "booked" == world.order("2").place


def test_a_customer_who_buys_at_home_and_abroad_never_gets_the_wrong_vat(world: World) -> None:
    """M47: the card decides VAT in Fortnox; it is never turned to export while an order at home is being written."""
    for number in range(6):
        world.arrives(sale(f"home{number}"))
        tea = line("230.36", quantity="2", price="115.18", country="NO")
        world.arrives(
            order(tea, paid="klarna", country="NO", id=f"away{number}", number=f"away{number}", placed_at=NOW)
        )
    world.drain(2)
    places = {row.number: (row.place, world.cases(row)) for row in world.shop.orders.all()}
    assert {("booked", ())} == {(place, tuple(cases)) for place, cases in places.values()}


def test_after_a_restored_copy_what_is_in_the_ledger_is_found_not_booked_again(world: World) -> None:
    """Law 2: the database forgot what it sent (it was restored from an older copy); nothing is sent blindly."""
    world.arrives(sale("1"))
    world.drain()
    forgetful = World(world.sandbox)
    forgetful.ledger.look_before = SystemClock().now()
    forgetful.ledger.save()
    for number in ("1", "2"):
        forgetful.arrives(sale(number))
    forgetful.drain(3)
    audit = world.sandbox.views()["audit"]()
    assert ["booked", "booked"] == [forgetful.order(number).place for number in ("1", "2")]
    assert (2, 2, 1) == (audit["invoices"], audit["payments"], audit["customers"])
