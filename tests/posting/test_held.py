"""Law 4: what cannot move waits in a case that says why; the fix releases everything that waits (M45 M87 M98)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kontera.cases.catalogue import render
from kontera.clock import SystemClock
from kontera.commerce import OrderState
from kontera.db.models import Case, Connection
from kontera.errors import Problem
from kontera.posting.release import check_again, decide
from kontera.sandboxes.kit import Fault
from kontera.work import lanes
from tests.accounting.help import line, money, order, tax
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()
NOW = CLOCK.now()


def release(world: World, code: str) -> int:
    """A person says the cause is mended."""
    case = Case.objects.get(merchant=world.merchant, code=code, phase="open")
    count = check_again(case, author="Kim", reason="mended", clock=CLOCK)
    world.drain(3)
    return count


def act(world: World, name: str, **body: Any) -> Any:
    """One of the sandbox's levers."""
    return world.sandbox.actions()[name](body)


Broken = Callable[[World], Any]
SETUPS: list[tuple[str, Broken, Broken]] = [
    (
        "ACCOUNT_INACTIVE",
        lambda world: act(world, "account", number=3002, change={"Active": False}),
        lambda world: act(world, "account", number=3002, change={"Active": True}),
    ),
    (
        "PERIOD_LOCKED",
        lambda world: act(world, "lock_period", until=NOW.date().isoformat()),
        lambda world: act(world, "lock_period", until=None),
    ),
    (
        "LEDGER_LICENCE_MISSING",
        lambda world: act(world, "licences", remove=["faktura"]),
        lambda world: act(world, "licences", add=["faktura"]),
    ),
    (
        "VAT_RATE_NOT_IN_LEDGER",
        lambda world: act(world, "vat_code", code="MP2", remove=True),
        lambda world: act(world, "vat_code", code="MP2", rate="12", account=2621),
    ),
]


@pytest.mark.parametrize(("code", "breaks", "mends"), SETUPS, ids=[code for code, _, _ in SETUPS])
def test_a_ledger_that_is_not_set_up_holds_the_orders_until_it_is(
    world: World, code: str, breaks: Broken, mends: Broken
) -> None:
    """Three orders wait in one case; mended once, all three are booked. Nothing was written meanwhile (M118)."""
    breaks(world)
    for number in ("1", "2", "3"):
        world.arrives(sale(number))
    world.drain(2)
    world.forget_rest()
    case = Case.objects.get(merchant=world.merchant, code=code, phase="open")
    if not case.cause.startswith("connection"):
        assert 3 == case.waiters.filter(released_at=None).count()
    told = render(Problem(code=code, facts=case.facts, vendor=case.vendor), "sv", ledger="fortnox")
    assert told.where, "the case says where in Fortnox to mend it"
    assert 0 == world.sandbox.views()["audit"]()["invoices"]
    mends(world)
    release(world, code)
    assert ["booked"] * 3 == [world.order(number).place for number in ("1", "2", "3")]
    case.refresh_from_db()
    assert "resolved" == case.phase


def test_a_licence_that_hides_the_accounts_is_one_case_about_the_ledger(world: World) -> None:
    """Law 4: three orders do not wait for accounts that exist; bought again, all are booked (M118)."""
    act(world, "licences", remove=["bokforing"])
    for number in ("1", "2", "3"):
        world.arrives(sale(number))
    world.drain(2)
    cases = Case.objects.filter(merchant=world.merchant, phase="open")
    assert ["LEDGER_LICENCE_MISSING"] == [case.code for case in cases]
    assert cases[0].cause == f"connection:{world.ledger.pk}"
    act(world, "licences", add=["bokforing"])
    release(world, "LEDGER_LICENCE_MISSING")
    assert ["booked"] * 3 == [world.order(number).place for number in ("1", "2", "3")]


def test_a_payment_behind_an_invoice_that_is_held_wakes_nobody(world: World) -> None:
    """The lane has nothing to do until the case is solved: it must not be woken again and again."""
    act(world, "licences", remove=["faktura"])
    world.arrives(sale("1"))
    world.drain(2)
    steps = list(world.order("1").documents.order_by("sequence").values_list("kind", "step"))
    assert [("sales_invoice", "held"), ("customer_payment", "planned")] == steps
    assert world.ledger.pk not in lanes.due_lanes(CLOCK.now())
    act(world, "licences", add=["faktura"])
    release(world, "LEDGER_LICENCE_MISSING")
    assert "booked" == world.order("1").place


def test_a_refused_customer_is_a_case_that_names_the_order(world: World) -> None:
    """M98: the customer is written before the order's document, and still it is the order that waits."""
    world.drain()
    body = {"ErrorInformation": {"error": 1, "message": "Kundnamn måste anges", "code": 2000637}}
    world.sandbox.faults.add(Fault(kind="status", method="POST", path="/3/customers", times=1, status=400, body=body))
    world.arrives(sale("1"))
    world.drain()
    wait = world.order("1").waits.get(released_at=None)
    told = render(Problem(code=wait.case.code, facts=wait.facts, vendor=wait.vendor), "sv", ledger="fortnox")
    assert "Fortnox godtar inte kunden på order 1" == told.title
    assert "?" not in told.text()


def refused_by_the_ledger(world: World) -> Case:
    """An account was closed after the set-up was read: the order is planned, sent and refused."""
    world.drain()
    act(world, "account", number=3002, change={"Active": False})
    world.arrives(sale("1"))
    world.drain()
    return Case.objects.get(merchant=world.merchant, code="ACCOUNT_INACTIVE")


def test_an_order_read_again_unchanged_goes_on_waiting_in_its_case(world: World) -> None:
    """Polling reads each order once more: nothing changed for what the ledger refused, so it is not sent again."""
    case = refused_by_the_ledger(world)
    document = world.order("1").documents.get(kind="sales_invoice")
    asked = world.ledger.exchanges.count()
    world.arrives(sale("1"))
    world.drain()
    case.refresh_from_db()
    assert ("open", 1, ["ACCOUNT_INACTIVE"]) == (case.phase, case.waiters.count(), world.cases(world.order("1")))
    assert (document.pk, asked) == (
        world.order("1").documents.get(kind="sales_invoice").pk,
        world.ledger.exchanges.count(),
    )
    world.arrives(sale("1", state=OrderState.SHIPPED))  # now something did change
    assert "resolved" == Case.objects.get(pk=case.pk).phase


def test_a_cause_that_comes_back_soon_is_the_same_case(world: World) -> None:
    """Released though nothing was mended: the number people know stays, with what was decided in it. Hours later it is
    trouble of its own."""
    case = refused_by_the_ledger(world)
    world.arrives(sale("1", state=OrderState.SHIPPED))
    world.drain()
    case.refresh_from_db()
    assert ("open", None, 1) == (case.phase, case.resolved_at, Case.objects.filter(merchant=world.merchant).count())
    act(world, "account", number=3002, change={"Active": True})
    release(world, "ACCOUNT_INACTIVE")
    Case.objects.filter(pk=case.pk).update(resolved_at=NOW - timedelta(hours=2))
    act(world, "account", number=3002, change={"Active": False})
    world.arrives(sale("2"))
    world.drain()
    assert ["resolved", "open"] == [one.phase for one in Case.objects.filter(merchant=world.merchant).order_by("pk")]


def test_one_bad_order_never_stops_the_next(world: World) -> None:
    """Twenty good ones around a bad one are booked."""
    bad = order(line("125.00", tax(17, "18.16"), name="Strange"), paid="klarna", id="bad", number="bad",
                placed_at=NOW)  # fmt: skip
    for number in range(10):
        world.arrives(sale(f"a{number}"))
    world.arrives(bad)
    for number in range(10):
        world.arrives(sale(f"b{number}"))
    world.drain(2)
    places = set(world.shop.orders.exclude(number="bad").values_list("place", flat=True))
    assert ({"booked"}, "waiting") == (places, world.order("bad").place)


def test_an_order_that_cannot_be_read_waits_with_its_bytes_kept(world: World) -> None:
    """M97: nothing is lost when the shop sends nonsense; when it makes sense again the order is booked."""
    world.drain()
    world.arrives(Problem(code="ORDER_UNREADABLE", facts={"order": "9", "path": "total", "reason": "no number"}), "9")
    assert ["ORDER_UNREADABLE"] == world.cases(world.order("9"))
    world.arrives(sale("9"))
    world.drain()
    assert ("booked", []) == (world.order("9").place, world.cases(world.order("9")))


def test_consent_withdrawn_holds_the_connection_and_loses_nothing(world: World) -> None:
    """Everything waits in one case about the connection; signed in again, everything moves."""
    world.drain()
    scopes = world.sandbox.credentials()["scope"].split()
    act(world, "revoke_consent")
    act(world, "expire_access")
    world.arrives(sale("1"))
    world.drain(2)
    case = Case.objects.get(merchant=world.merchant, phase="open")
    assert ("LEDGER_SIGN_IN", False) == (case.code, Connection.objects.get(pk=world.ledger.pk).signed_in)
    act(world, "consent", scopes=scopes)
    release(world, "LEDGER_SIGN_IN")
    assert "booked" == world.order("1").place


@pytest.mark.parametrize("kind", ["maintenance", "status"])
def test_a_vendor_that_is_down_is_waited_for(world: World, kind: str) -> None:
    """A maintenance page instead of JSON, or 503: no case for any order, the lane rests, then everything is booked."""
    world.drain()
    world.sandbox.faults.add(Fault(kind=kind, path="/3/*", times=2, status=503))
    world.arrives(sale("1"))
    for _ in range(5):
        world.drain()
        world.forget_rest()
    audit = world.sandbox.views()["audit"]()
    assert ("booked", [], 1) == (world.order("1").place, world.cases(world.order("1")), audit["invoices"])


def test_too_many_calls_are_waited_out(world: World) -> None:
    """429 in spite of everything: nothing is lost and nothing is sent twice."""
    world.drain()
    world.sandbox.faults.add(Fault(kind="status", method="POST", path="/3/invoices", times=2, status=429))
    world.arrives(sale("1"))
    for _ in range(5):
        world.drain()
        world.forget_rest()
    assert ("booked", 1) == (world.order("1").place, world.sandbox.views()["audit"]()["invoices"])


def test_an_order_changed_after_it_was_booked_is_a_decision(world: World) -> None:
    """M12: detected and raised, never silently rewritten; kept as booked it rests, and is not raised again."""
    world.arrives(sale("1"))
    world.drain()
    tea = line("129.00", tax(12, "13.82"), quantity="1", price="129.00")
    smaller = order(tea, paid="klarna", id="1", number="1", placed_at=NOW - timedelta(minutes=5))
    world.arrives(smaller)
    row = world.order("1")
    assert ["ORDER_CHANGED_AFTER_BOOKING"] == world.cases(row)
    case = Case.objects.get(merchant=world.merchant, phase="open")
    decide(case, "keep_as_booked", order=row, author="Kim", reason="settled by hand", clock=CLOCK)
    assert ("booked", []) == (world.order("1").place, world.cases(row))
    assert 1 == world.sandbox.views()["audit"]()["invoices"]


def test_an_order_that_stopped_adding_up_after_it_was_booked_may_be_kept_as_booked(world: World) -> None:
    """M12: whatever the case says is wrong, a person may decide that the books stay as they are."""
    world.arrives(sale("1"))
    world.drain()
    world.arrives(sale("1", total=money("300.00")))
    row = world.order("1")
    assert ["TOTAL_DIFFERS"] == world.cases(row)
    case = Case.objects.get(merchant=world.merchant, phase="open")
    decide(case, "keep_as_booked", order=row, author="Kim", reason="the app's mistake", clock=CLOCK)
    assert ("booked", []) == (world.order("1").place, world.cases(row))


def test_an_order_cancelled_after_it_was_booked_is_a_decision(world: World) -> None:
    """M13: detected and raised."""
    world.arrives(sale("1"))
    world.drain()
    world.arrives(sale("1", state=OrderState.CANCELLED))
    assert ["ORDER_CANCELLED_AFTER_BOOKING"] == world.cases(world.order("1"))


def test_an_order_cancelled_before_it_was_sent_is_left_out(world: World) -> None:
    """Law 1: left out by a recorded rule; its planned documents never leave."""
    world.drain()
    world.arrives(sale("1"))
    world.arrives(sale("1", state=OrderState.CANCELLED))
    world.drain()
    row = world.order("1")
    assert ("left_out", 0) == (row.place, world.sandbox.views()["audit"]()["invoices"])
    assert row.left_out_rule


def test_a_payment_that_comes_later_is_added(world: World) -> None:
    """M5: the invoice is booked unpaid; when the shop captures the money, only the payment is added."""
    world.arrives(sale("1", paid=""))
    world.drain()
    audit = world.sandbox.views()["audit"]()
    assert (1, 0) == (audit["invoices"], audit["payments"])
    world.arrives(sale("1"))
    world.drain()
    audit = world.sandbox.views()["audit"]()
    assert (1, 1, []) == (audit["invoices"], audit["payments"], audit["unpaid_invoices"])
    assert "booked" == world.order("1").place


def test_an_order_older_than_the_cut_off_is_left_out(world: World) -> None:
    """Nothing placed before the merchant's start date is booked."""
    world.shop.since = NOW
    world.shop.save()
    world.arrives(sale("1"))
    assert ("left_out", "cut_off") == (world.order("1").place, world.order("1").left_out_rule)


def test_entries_that_differ_from_the_prediction_are_a_case_until_they_agree(world: World) -> None:
    """M48 law 5: booked is not enough: entries are read back, and a difference waits until read again."""
    world.arrives(sale("1"))
    world.drain()
    voucher = next(iter(world.sandbox.company.vouchers.values()))
    row = next(one for one in voucher["VoucherRows"] if one["Account"] == 3002)
    row["Account"] = 3001
    world.ledger.documents.filter(reference="nt-1").update(proof="")
    world.drain()
    assert ["ENTRIES_DIFFER"] == world.cases(world.order("1"))
    row["Account"] = 3002
    release(world, "ENTRIES_DIFFER")
    assert ("booked", []) == (world.order("1").place, world.cases(world.order("1")))


def test_an_order_of_a_year_the_ledger_does_not_have(world: World) -> None:
    """YEAR_MISSING: the books of that year were never opened in Fortnox; the case names the date and the menu."""
    tea = line("129.00", tax(12, "13.82"), price="129.00")
    world.arrives(order(tea, paid="klarna", id="old", number="old", placed_at=NOW.replace(year=2012, day=1)))
    world.drain(2)
    row = world.order("old")
    assert ["YEAR_MISSING"] == world.cases(row)
    wait = row.waits.get(released_at=None)
    told = render(Problem(code="YEAR_MISSING", facts=wait.facts), "sv", ledger="fortnox")
    assert "2012" in told.body
    assert told.where


def test_orders_of_a_missing_year_are_booked_when_the_year_is_created(world: World) -> None:
    """M45 M87: YEAR_MISSING; the accountant creates the year in Fortnox, and the case releases the order."""
    company = world.sandbox.company
    year = company.year_of(NOW.date())
    assert year is not None
    place = company.years.index(year)
    company.years.remove(year)
    world.arrives(sale("1"))
    world.drain(2)
    assert ["YEAR_MISSING"] == world.cases(world.order("1"))
    company.years.insert(place, year)
    release(world, "YEAR_MISSING")
    assert ("booked", []) == (world.order("1").place, world.cases(world.order("1")))


def test_a_locked_period_may_be_booked_on_the_first_open_day(world: World) -> None:
    """PERIOD_LOCKED: a person decides; the invoice is dated after the lock, and the decision is kept."""
    lock = (NOW - timedelta(days=1)).date()
    tea = line("129.00", tax(12, "13.82"), price="129.00")
    world.arrives(order(tea, paid="klarna", id="1", number="1", placed_at=NOW - timedelta(days=2)))
    act(world, "lock_period", until=lock.isoformat())
    world.drain(2)
    case = Case.objects.get(merchant=world.merchant, code="PERIOD_LOCKED", phase="open")
    assert 1 == decide(case, "book_on_open_date", author="Kim", reason="agreed with the auditor", clock=CLOCK)
    world.drain()
    (invoice,) = world.sandbox.company.invoices.values()
    assert ("booked", NOW.date().isoformat()) == (world.order("1").place, str(invoice["InvoiceDate"]))


def test_an_order_may_be_left_out_with_a_reason(world: World) -> None:
    """Law 1: left out by a person's decision, recorded with it; asked anew when the order changes."""
    world.drain()
    world.arrives(sale("1", paid="brandnewpay"))
    case = Case.objects.get(merchant=world.merchant, code="PAYMENT_UNMAPPED", phase="open")
    decide(case, "leave_out", author="Kim", reason="a test order", clock=CLOCK)
    row = world.order("1")
    assert ("left_out", "decision", "Kim: a test order") == (row.place, row.left_out_rule, row.left_out_reason)
    world.arrives(sale("1", paid="brandnewpay", shipping_method="Post"))
    assert "waiting" == world.order("1").place


def test_only_what_the_case_allows_may_be_decided(world: World) -> None:
    """A refusal names what is possible."""
    world.drain()
    world.arrives(sale("1", paid="brandnewpay"))
    case = Case.objects.get(merchant=world.merchant, code="PAYMENT_UNMAPPED", phase="open")
    with pytest.raises(ValueError, match="leave_out"):
        decide(case, "keep_as_booked", author="Kim", reason="as it is", clock=CLOCK)
