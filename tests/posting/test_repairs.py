"""Defects a review found, each kept from coming back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kontera.accounting.starter import starter_text
from kontera.clock import SystemClock
from kontera.commerce import OrderState, PaymentKind, PaymentState
from kontera.db.models import Case, Decision, ShopOrder
from kontera.errors import Problem
from kontera.posting import plan, release, rules
from kontera.posting.release import check_again, choices, decide
from kontera.sandboxes.kit import Fault
from tests.accounting.help import line, money, order, payment, tax
from tests.posting.test_held import act
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()
NOW = CLOCK.now()


def case_of(world: World, code: str) -> Case:
    """The open case with this code."""
    return Case.objects.get(merchant=world.merchant, code=code, phase="open")


def works(world: World, times: int = 4) -> None:
    """The lane is worked until nothing waits for time to pass."""
    for _ in range(times):
        world.drain()
        world.forget_rest()


def test_a_payment_is_known_by_itself_not_by_its_place(world: World) -> None:
    """Law 2: a second capture comes before or after the first; each is booked once, and nothing is called changed."""
    first, second = payment(money("100.00"), place=7), payment(money("158.00"), place=9)
    world.arrives(sale("1", paid="", payments=(first,)))
    world.drain(2)
    world.arrives(sale("1", paid="", payments=(second, first)))
    world.drain(2)
    paid = sorted(one["Amount"] for one in world.sandbox.company.payments.values())
    assert ([100, 158], [], "booked") == (paid, world.cases(world.order("1")), world.order("1").place)


def test_a_gift_card_stays_itself_when_money_comes_later(world: World) -> None:
    """M54: the card's debt is lowered once."""
    card = payment(money("100.00"), "giftcertificate", kind=PaymentKind.GIFT_CARD)
    world.arrives(sale("1", paid="", payments=(card,)))
    world.drain(2)
    world.arrives(sale("1", paid="", payments=(payment(money("158.00"), place=5), card)))
    world.drain(2)
    accounts = sorted(one["ModeOfPaymentAccount"] for one in world.sandbox.company.payments.values())
    assert [1581, 2421] == [int(account) for account in accounts]


def test_a_first_request_that_arrives_after_the_second_is_seen_before_booking(world: World) -> None:
    """N6: an answer was lost, a look found nothing, it was sent again, and then the first one came through: nothing is
    booked twice; the order waits until one of the two is cancelled in the ledger."""
    world.drain()
    world.sandbox.faults.add(Fault(kind="refuse_before", method="POST", path="/3/invoices", times=1))
    world.arrives(sale("1"))
    world.drain()
    world.forget_rest()
    world.drain()  # looked for, not there, sent again; one look more is due before it may be booked
    company = world.sandbox.company
    number, first = next(iter(company.invoices.items()))
    other = type(number)(4711)
    company.invoices[other] = {**first, "DocumentNumber": type(first["DocumentNumber"])(4711)}
    works(world)
    assert ["RECORDED_DIFFERENTLY"] == world.cases(world.order("1"))
    assert not any(one["Booked"] for one in company.invoices.values())
    company.invoices[other]["Cancelled"] = True
    check_again(case_of(world, "RECORDED_DIFFERENTLY"), author="Kim", reason="cancelled the other", clock=CLOCK)
    works(world)
    assert "booked" == world.order("1").place


def test_kept_as_booked_while_documents_are_on_their_way(world: World) -> None:
    """Law 1: cancelled while its invoice was being sent, and kept: everything goes on and the order is booked."""
    world.drain()
    world.sandbox.faults.add(Fault(kind="lost_answer", method="POST", path="/3/invoices", times=1))
    world.arrives(sale("1"))
    world.drain()
    world.arrives(sale("1", state=OrderState.CANCELLED))
    decide(case_of(world, "ORDER_CANCELLED_AFTER_BOOKING"), "keep_as_booked", author="K", reason="r", clock=CLOCK)
    works(world)
    row = world.order("1")
    assert ("booked", []) == (row.place, world.cases(row))


def test_one_order_that_cannot_be_judged_keeps_nobody_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 4: judging one fails for a reason of ours; it waits as OUR_FAULT, the others are released."""
    act(world, "account", number=3002, change={"Active": False})
    world.drain()
    for number in "123":
        world.arrives(sale(number))
    act(world, "account", number=3002, change={"Active": True})
    broken = world.order("1").pk

    def judge(order_id: int, now: Any) -> ShopOrder:
        if order_id == broken:
            raise RuntimeError("a defect")
        return plan.judge(order_id, now)

    monkeypatch.setattr(release, "judge", judge)
    check_again(case_of(world, "ACCOUNT_INACTIVE"), author="K", reason="mended", clock=CLOCK)
    world.drain(3)
    places = [world.order(number).place for number in "123"]
    assert (["waiting", "booked", "booked"], ["OUR_FAULT"]) == (places, world.cases(world.order("1")))


def test_a_total_the_ledger_changed_is_never_booked_by_checking_again(world: World) -> None:
    """QUOTE_DIFFERS: recorded with another total than was charged; checked again it is compared again, not booked."""
    world.drain()
    act(world, "profile", round_off=True)
    tea = line("258.50", tax(12, "27.70"), price="258.50")
    world.arrives(order(tea, paid="klarna", id="1", number="1", placed_at=NOW))
    works(world)
    waiting = world.cases(world.order("1"))
    for code in waiting:
        check_again(case_of(world, code), author="K", reason="looked", clock=CLOCK)
    works(world)
    assert not any(one["Booked"] for one in world.sandbox.company.invoices.values())
    assert waiting == world.cases(world.order("1"))


def test_what_is_booked_is_not_held_by_settings_of_today(world: World) -> None:
    """A month locked after its orders were booked holds none of them when they are shipped."""
    world.arrives(sale("1"))
    world.drain(2)
    act(world, "lock_period", until=NOW.date().isoformat())
    world.ledger.lane.refresh_from_db()
    type(world.ledger.lane).objects.filter(pk=world.ledger.pk).update(setup_at=None)
    world.drain()
    world.arrives(sale("1", state=OrderState.SHIPPED))
    assert ("booked", []) == (world.order("1").place, world.cases(world.order("1")))


def test_money_captured_in_an_open_period_is_booked_though_the_invoices_month_is_locked(world: World) -> None:
    """M5: the invoice's month was closed meanwhile; the payment belongs to the next one."""
    placed = NOW - timedelta(days=3)
    tea = line("129.00", tax(12, "13.82"), price="129.00")
    world.arrives(order(tea, id="1", number="1", placed_at=placed))
    world.drain(2)
    act(world, "lock_period", until=(NOW - timedelta(days=1)).date().isoformat())
    type(world.ledger.lane).objects.filter(pk=world.ledger.pk).update(setup_at=None)
    world.drain()
    captured = payment(money("129.00"), "klarna", place=3, at=NOW, state=PaymentState.CAPTURED)
    world.arrives(order(tea, payments=(captured,), id="1", number="1", placed_at=placed))
    world.drain(2)
    audit = world.sandbox.views()["audit"]()
    assert ("booked", 1, []) == (world.order("1").place, audit["payments"], audit["unpaid_invoices"])


def test_editing_the_rules_changes_nothing_that_is_booked(world: World) -> None:
    """The invoice is held against the rules it was written with, not those of today."""
    world.arrives(sale("1"))
    world.drain(2)
    edited = starter_text("se-bas").replace('account = "3002"', 'account = "3001"')
    rules.activate(world.merchant, edited, author="K", reason="moved", now=CLOCK.now())
    world.arrives(sale("1", state=OrderState.SHIPPED))
    world.arrives(sale("2"))
    world.drain(2)
    content = world.order("2").documents.get(kind="sales_invoice").content
    assert ("booked", []) == (world.order("1").place, world.cases(world.order("1")))
    assert "3001" == content["lines"][0]["account"]


def test_an_order_that_is_gone_is_not_sent_any_more(world: World) -> None:
    """ORDER_GONE before anything was sent: what was planned never leaves, and the order may be left out."""
    world.drain()
    world.arrives(sale("1"))
    world.arrives(Problem(code="ORDER_GONE", facts={"order": "1"}), "1")
    decide(case_of(world, "ORDER_GONE"), "leave_out", author="Kim", reason="a test order", clock=CLOCK)
    world.drain(2)
    assert ("left_out", 0) == (world.order("1").place, world.sandbox.views()["audit"]()["invoices"])


def test_left_out_stays_left_out_until_the_sale_itself_changes(world: World) -> None:
    """LEFT_OUT_ORDER_CHANGED: shipped or paid changes nothing, another amount asks anew."""
    world.drain()
    world.arrives(sale("1", paid="brandnewpay"))
    decide(case_of(world, "PAYMENT_UNMAPPED"), "leave_out", author="Kim", reason="booked by hand", clock=CLOCK)
    world.arrives(sale("1", paid="klarna", state=OrderState.SHIPPED))
    assert "left_out" == world.order("1").place
    tea = line("129.00", tax(12, "13.82"), price="129.00")
    world.arrives(order(tea, paid="klarna", id="1", number="1", placed_at=NOW))
    case = case_of(world, "LEFT_OUT_ORDER_CHANGED")
    assert ("waiting", "LEFT_OUT_ORDER_CHANGED") == (world.order("1").place, case.code)
    decide(case, "book_after_all", author="Kim", reason="a new order really", clock=CLOCK)
    world.drain(2)
    assert "booked" == world.order("1").place
    assert ["leave_out", "book_after_all"] == list(
        Decision.objects.filter(order=world.order("1")).order_by("pk").values_list("choice", flat=True)
    )


def test_entries_somebody_moved_may_be_accepted(world: World) -> None:
    """ENTRIES_DIFFER: a voucher cannot change any more; a person takes it as it is, with a reason, for good."""
    world.arrives(sale("1"))
    world.drain()
    voucher = next(iter(world.sandbox.company.vouchers.values()))
    next(one for one in voucher["VoucherRows"] if one["Account"] == 3002)["Account"] = 3001
    world.ledger.documents.filter(reference="nt-1").update(proof="")
    world.drain()
    decide(case_of(world, "ENTRIES_DIFFER"), "keep_as_booked", author="Kim", reason="moved on purpose", clock=CLOCK)
    world.drain()
    assert ("booked", []) == (world.order("1").place, world.cases(world.order("1")))
    assert "accepted" == world.order("1").documents.get(kind="sales_invoice").proof


def test_a_customer_deleted_in_the_ledger_is_made_anew_on_checking_again(world: World) -> None:
    """CUSTOMER_REFUSED: the card we know is gone; checked again, it is looked for and made."""
    world.arrives(sale("1"))
    world.drain(2)
    world.sandbox.company.customers.clear()
    world.arrives(sale("2"))
    works(world, 2)
    assert ["CUSTOMER_REFUSED"] == world.cases(world.order("2"))
    check_again(case_of(world, "CUSTOMER_REFUSED"), author="K", reason="deleted by mistake", clock=CLOCK)
    works(world)
    assert "booked" == world.order("2").place


def test_what_is_on_its_way_into_the_ledger_cannot_be_left_out(world: World) -> None:
    """Recorded and refused when booking: the invoice is in the ledger; leaving the order out would forget it."""
    world.drain()
    refusal = {"ErrorInformation": {"error": 1, "message": "Konto 3002 är inte aktivt", "code": 2000000}}
    world.sandbox.faults.add(
        Fault(kind="status", method="PUT", path="/3/invoices/*/bookkeep", status=400, body=refusal, times=1)
    )
    world.arrives(sale("1"))
    world.drain(2)
    case = Case.objects.get(merchant=world.merchant, phase="open")
    assert () == choices(case)
    check_again(case, author="K", reason="mended", clock=CLOCK)
    works(world)
    assert "booked" == world.order("1").place


def test_a_payment_with_a_large_number_is_found_after_a_lost_answer(world: World) -> None:
    """Law 2: shops number payments over all orders; the first of its order is found whatever its number."""
    world.drain()
    world.sandbox.faults.add(Fault(kind="lost_answer", method="POST", path="/3/invoicepayments", times=1))
    world.arrives(sale("1", paid="", payments=(payment(money("258.00"), place=31),)))
    works(world)
    audit = world.sandbox.views()["audit"]()
    assert ("booked", [], 1) == (world.order("1").place, world.cases(world.order("1")), audit["payments"])


def test_two_payments_alike_are_both_booked_whichever_comes_first(world: World) -> None:
    """M5: the same amount twice on one day; the later one stands first in the shop's list, and its answer is lost."""
    half = [payment(money("129.00"), place=number) for number in (8, 9)]
    world.arrives(sale("1", paid="", payments=(half[0],)))
    works(world)
    world.sandbox.faults.add(Fault(kind="refuse_before", method="POST", path="/3/invoicepayments", times=1))
    world.arrives(sale("1", paid="", payments=(half[1], half[0])))
    works(world)
    audit = world.sandbox.views()["audit"]()
    assert ("booked", 2, []) == (world.order("1").place, audit["payments"], audit["unpaid_invoices"])
