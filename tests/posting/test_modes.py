"""Booking modes, dimensions and tenders, all the way into the ledger's books."""

from __future__ import annotations

from typing import Any

from kontera.accounting.starter import starter_text
from kontera.clock import SystemClock
from kontera.commerce import LineKind, PaymentKind
from kontera.db.models import PostedEntry
from kontera.posting import rules
from kontera.posting.release import judge_merchant
from tests.accounting.help import line, money, order, payment, tax
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()


def with_rules(world: World, kind: str, *lines: str) -> None:
    """The starter rulebook with one rule added, as the next version."""
    toml = "\n".join([starter_text("se-bas"), f"[[{kind}]]", *lines, ""])
    rules.activate(world.merchant, toml, author="test", reason="test", now=CLOCK.now())


def booking_rule(world: World, *lines: str) -> None:
    """A booking rule for the store alone."""
    with_rules(world, "booking", 'id = "nt"', 'match = { store = "nt" }', 'when = "placed"', *lines)


def test_a_store_may_make_orders_that_a_person_handles(world: World) -> None:
    """M3 M4 M9: mode `order` makes a ledger order that starts the handling there, and no invoice."""
    booking_rule(world, 'mode = "order"', "book = false")
    world.arrives(sale("1"))
    world.drain()
    audit = world.sandbox.views()["audit"]()
    kinds = list(world.order("1").documents.values_list("kind", "step"))
    assert ([("sales_order", "done")], 1, 0) == (kinds, audit["orders"], audit["invoices"])


def test_an_invoice_may_be_left_for_a_person_to_book(world: World) -> None:
    """M7: booking without a person is a choice; off, the invoice waits in Fortnox unbooked."""
    booking_rule(world, 'mode = "invoice"', "book = false")
    world.arrives(sale("1", paid=""))
    world.drain()
    audit = world.sandbox.views()["audit"]()
    assert (1, 1) == (audit["invoices"], len(audit["unbooked_invoices"]))
    assert "booked" == world.order("1").place


def test_a_store_books_on_its_cost_centre(world: World) -> None:
    """M42: every row of the store's documents carries the chosen cost centre."""
    booking_rule(world, 'mode = "invoice"', "book = true", 'cost_centre = "WEBB"')
    world.arrives(sale("1", paid=""))
    world.drain(2)
    entries = PostedEntry.objects.filter(document__order=world.order("1"))
    revenue = entries.filter(account="3002")
    assert {"WEBB"} == set(revenue.values_list("cost_centre", flat=True))


def test_a_gift_card_used_is_a_debt_paid_and_one_sold_is_a_debt_made(world: World) -> None:
    """M53 M54: sold = credit on the debt without VAT; used = debit on it, never a discount or money."""
    card = line("500.00", name="Presentkort", kind=LineKind.GIFT_CARD, sku="", gift_card="GC-1")
    world.arrives(order(card, paid="klarna", id="1", number="1", placed_at=CLOCK.now()))
    tea = line("129.00", tax(12, "13.82"))
    used = payment(money("129.00"), "gift_card", kind=PaymentKind.GIFT_CARD, card="GC-1")
    world.arrives(order(tea, payments=(used,), id="2", number="2", placed_at=CLOCK.now()))
    world.drain(2)
    debt = PostedEntry.objects.filter(merchant=world.merchant, account="2421").order_by("pk")
    assert ["-500", "129"] == sorted(f"{entry.amount:.0f}" for entry in debt)
    assert ["booked", "booked"] == [world.order(number).place for number in ("1", "2")]


def test_an_order_in_euro_is_booked_in_euro(world: World) -> None:
    """M80: the invoice carries the currency charged; entries are in kronor at the recorded rate, and balance."""
    tea = line("20.00", tax(25, "4.00", currency="EUR"), currency="EUR")
    euro: Any = order(tea, paid="stripe", currency="EUR", id="1", number="1", placed_at=CLOCK.now())
    world.arrives(euro)
    world.drain(2)
    row = world.order("1")
    invoice = next(iter(world.sandbox.company.invoices.values()))
    assert ("booked", "EUR", []) == (row.place, invoice["Currency"], world.cases(row))
    entries = PostedEntry.objects.filter(document__order=row)
    assert {"SEK"} == set(entries.values_list("currency", flat=True))
    assert 0 == sum(entry.amount for entry in entries)


def test_a_new_rulebook_releases_what_waited_for_it(world: World) -> None:
    """M87 N9: an unknown payment method waits; the rule added, what waited is booked and names the rule."""
    world.arrives(sale("1", paid="brandnewpay"))
    world.drain()
    waiting = world.cases(world.order("1"))
    with_rules(
        world,
        "payment",
        'id = "brand-new"',
        'match = { method = "brandnewpay*" }',
        'account = "1580"',
        'settle = "capture"',
    )
    judge_merchant(world.merchant.pk, CLOCK)
    world.drain()
    assert (["PAYMENT_UNMAPPED"], "booked") == (waiting, world.order("1").place)
    content = world.order("1").documents.get(kind="customer_payment").content
    assert "payment.brand-new" == content["postings"][0]["why"]["rule"]
