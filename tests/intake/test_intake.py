"""Facts come in: nothing is lost, nothing is read twice for nothing, one bad object never stops the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kontera.clock import SystemClock
from kontera.connections import store
from kontera.db.models import Fact, Look, Notice, ShopOrder
from kontera.intake.facts import looked
from kontera.intake.notices import Arrival, keep, look_at
from kontera.money import exact
from kontera.sandboxes.bigcommerce import Shopper
from kontera.sandboxes.kit import Fault
from tests.intake.pair import HOME, TEA, Pair

CLOCK = SystemClock()


def notice(pair: Pair, order: int, event: str = "") -> Arrival:
    """A webhook about an order."""
    return Arrival(
        connection=pair.shop.pk, merchant=pair.merchant.pk, source="webhook", kind="order", external_id=str(order),
        event=event,
    )  # fmt: skip


def test_an_order_placed_in_the_shop_is_a_booked_invoice(pair: Pair) -> None:
    """M1 M2 M8: found by polling, read whole, booked to the öre, paid, entries read back."""
    bought = pair.buys()
    pair.drain()
    pair.works()
    row = pair.standing(bought)
    totals = [exact(str(one["Total"])) for one in pair.sandbox.company.invoices.values()]
    assert ("booked", [row.total]) == (row.place, totals)
    assert {"equal"} == set(row.documents.values_list("proof", flat=True))


def test_many_notices_are_one_look(pair: Pair) -> None:
    """M1: created, updated, statusUpdated, each twice: one look, one fact; a repeated event is kept once."""
    bought = pair.buys()
    pair.drain()
    arrivals = [notice(pair, bought.id, event) for event in ("a", "b", "c", "a", "b")]
    keep(arrivals, CLOCK.now())
    keep(arrivals, CLOCK.now())
    assert (3, 1) == (
        Notice.objects.filter(connection=pair.shop).count(),
        Look.objects.filter(connection=pair.shop).count(),
    )
    pair.works()
    assert 1 == Fact.objects.filter(connection=pair.shop).count()


def test_a_notice_that_comes_while_reading_is_not_lost(pair: Pair) -> None:
    """The look stays when a newer notice came meanwhile."""
    bought = pair.buys()
    keep([notice(pair, bought.id)], CLOCK.now())
    look = Look.objects.get(connection=pair.shop)
    keep([notice(pair, bought.id)], CLOCK.now())
    looked(look)
    assert 1 == Look.objects.filter(connection=pair.shop).count()


def test_the_overlap_of_polling_reads_nothing_twice(pair: Pair) -> None:
    """Polling again names the same orders; what was read as of that change is not read again."""
    bought = pair.buys()
    pair.drain()
    pair.works()
    row = pair.standing(bought)
    ShopOrder.objects.filter(pk=row.pk).update(looked_at=row.fact.read_at + timedelta(seconds=2))
    pair.shop_sandbox.calls.reset()
    pair.works()
    by_path = pair.shop_sandbox.calls.summary()["by_path"]
    assert 0 == sum(count for path, count in by_path.items() if "taxes" in path)


def test_a_second_change_within_the_second_is_not_missed(pair: Pair) -> None:
    """M12: shops tell the time in whole seconds; an order is read once more before its change counts as known."""
    bought = pair.buys(payment="card")
    pair.drain()
    pair.works()
    before = pair.shop_sandbox.store.orders[bought.id].head["date_modified"]
    pair.puts(bought.id, status_id=5)
    pair.shop_sandbox.store.orders[bought.id].head["date_modified"] = before
    pair.works()
    assert ["ORDER_CANCELLED_AFTER_BOOKING"] == pair.cases(pair.standing(bought))


def test_a_backfill_starts_at_the_cut_off(pair: Pair) -> None:
    """M4: orders placed before the start date are left out, later ones are booked."""
    old, new = pair.buys(), pair.buys()
    pair.drain()
    order = pair.shop_sandbox.store.orders[old.id]
    order.head["date_created"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    pair.shop.since = CLOCK.now() - timedelta(days=1)
    pair.shop.save()
    pair.works()
    assert ("left_out", "cut_off") == (pair.standing(old).place, pair.standing(old).left_out_rule)
    assert "booked" == pair.standing(new).place


def test_a_person_can_have_one_order_read_again(pair: Pair) -> None:
    """M15: by number, with who asked in the audit log; booked once however often it is asked."""
    bought = pair.buys(payment="card")
    pair.drain()
    for _ in range(3):
        look_at(pair.shop, "order", str(bought.id), author="Kim", now=CLOCK.now())
        pair.works()
    audit = pair.audit()
    assert ("booked", 1, 1) == (pair.standing(bought).place, audit["invoices"], audit["payments"])


def test_an_order_that_is_gone_is_a_case(pair: Pair) -> None:
    """ORDER_GONE: known here, unknown in the shop; nothing is deleted."""
    bought = pair.buys()
    pair.drain()
    pair.works()
    pair.shop_sandbox.store.orders.pop(bought.id)
    look_at(pair.shop, "order", str(bought.id), author="Kim", now=CLOCK.now())
    pair.works()
    assert ["ORDER_GONE"] == pair.cases(pair.standing(bought))


def test_a_refund_nobody_books_yet_is_a_case(pair: Pair) -> None:
    """REFUND_NOT_BOOKED (M90): the shop refunded after the invoice was booked; it waits, never silently."""
    bought = pair.buys(payment="card")
    pair.drain()
    pair.works()
    pair.puts(bought.id, status_id=4)
    pair.works()
    assert ["REFUND_NOT_BOOKED"] == pair.cases(pair.standing(bought))


def test_a_key_withdrawn_loses_nothing(pair: Pair) -> None:
    """SHOP_SIGN_IN: the connection waits in one case; given a new key, everything is read."""
    pair.drain()
    token = pair.shop_sandbox.credentials()["access_token"]
    bought = pair.buys()
    pair.shop_sandbox.actions()["token"]({"revoke": token})
    pair.works()
    pair.shop.refresh_from_db()
    assert (False, ["SHOP_SIGN_IN"]) == (
        pair.shop.signed_in,
        list(pair.merchant.cases.filter(phase="open").values_list("code", flat=True)),
    )
    scopes = [
        "store_v2_orders",
        "store_v2_transactions",
        "store_v2_information",
        "store_v2_customers",
        "store_v2_default",
    ]
    pair.shop_sandbox.actions()["token"]({"token": token, "scopes": scopes})
    pair.shop.signed_in = True
    pair.shop.save()
    pair.works(2)
    assert "booked" == pair.standing(bought).place


def test_a_shop_that_is_down_is_waited_for(pair: Pair) -> None:
    """503 and a maintenance page: the looks stay, the lane rests, then everything is booked."""
    bought = pair.buys()
    pair.drain()
    pair.shop_sandbox.faults.add(Fault(kind="status", path="*/orders*", status=503, times=2))
    pair.shop_sandbox.faults.add(Fault(kind="maintenance", path="*/taxes*", times=1))
    pair.works(6)
    assert "booked" == pair.standing(bought).place


def test_a_quote_that_differs_is_held_before_anything_is_sent(pair: Pair) -> None:
    """QUOTE_DIFFERS (M46 M92): the ledger rounds invoice totals to whole kronor; what was charged would not be met."""
    bought = pair.buys(TEA, billing_address=HOME, manual_discount="0.55")
    pair.sandbox.actions()["profile"]({"round_off": True})
    keys = {"rounds_totals": "yes"}
    store.connect(pair.merchant, "fortnox", "fortnox", keys, now=CLOCK.now(), author="test")
    pair.drain()
    pair.works()
    assert 0 == pair.audit()["invoices"]
    assert ["QUOTE_DIFFERS"] == pair.cases(pair.standing(bought))


@pytest.mark.parametrize(
    ("number", "place", "codes"),
    [("DE136695976", "booked", []), ("DE136695977", "waiting", ["VAT_NUMBER_INVALID"])],
)
def test_a_company_abroad_needs_a_right_vat_number(pair: Pair, number: str, place: str, codes: list[str]) -> None:
    """VAT_NUMBER_INVALID (M47): sold without VAT to a German company; the check digit decides if that is lawful."""
    customers = pair.shop_sandbox.store.customers.values()
    company = next(one for one in customers if any(field["value"].startswith("DE") for field in one["form_fields"]))
    for field in company["form_fields"]:
        field["value"] = number
    with Shopper(pair.shop_sandbox.base_url) as shopper:
        bought = shopper.checkout(TEA, customer_id=int(company["id"]), payment="card")
    pair.drain()
    pair.works()
    row = pair.standing(bought)
    assert (place, codes) == (row.place, pair.cases(row))
