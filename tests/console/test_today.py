"""Today: the figures add up, and every number opens the list behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape

from django.test import Client

from kontera.console.reading.spans import Span, first_day
from kontera.console.reading.standing import STAGES, latency, standing, waiting_before
from kontera.console.reading.waiting import ranked
from kontera.db.models import Case, Connection, ShopOrder
from tests.console.world import NOW, World, shop_order, tea_order

Person = Callable[[str], Client]


def test_received_is_booked_on_way_waiting_and_left_out(world: World) -> None:
    """M97 N1: law 1 as a person sees it, per currency, in orders and in money."""
    rows = {row.currency: row.cells for row in standing(world.merchant, None)}
    figures = {stage: (cell.orders, cell.amount) for stage, cell in rows["SEK"].items()}
    assert {
        "received": (79, Decimal("24253.00")),
        "booked": (70, Decimal("21490.00")),
        "on_way": (1, Decimal("307.00")),
        "waiting": (7, Decimal("2149.00")),
        "left_out": (1, Decimal("307.00")),
    } == figures
    assert (2, Decimal("2469.00")) == (rows["NOK"]["waiting"].orders, rows["NOK"]["waiting"].amount)
    for cells in rows.values():
        assert cells["received"].orders == sum(cells[stage].orders for stage in STAGES[1:])
        assert cells["received"].amount == sum(cells[stage].amount for stage in STAGES[1:])


def test_every_number_opens_exactly_its_orders(world: World, person: Person) -> None:
    """The list behind a number has as many orders and as much money as the number says."""
    client = person("finance")
    page = client.get(world.path).content.decode()
    found = re.findall(
        r'<a href="([^"]+/orders/\?[^"]*)">\s*<span class="label">[^<]+</span>\s*<strong>(\d+)</strong>', page
    )
    assert 10 == len(found)
    for address, number in found:
        totals = client.get(unescape(address)).context
        listed = sum(total.orders for total in totals["totals"]) if totals else None
        assert int(number) == listed, address


def test_an_order_that_cannot_be_read_is_counted_too(world: World) -> None:
    """It has no date and no amount, and is still in the strip (law 1)."""
    row = shop_order(world.shop, tea_order(9001, NOW), ShopOrder.Place.WAITING, NOW)
    ShopOrder.objects.filter(pk=row.pk).update(placed_at=None, total=None, currency="")
    cells = {row.currency: row.cells for row in standing(world.merchant, NOW.date())}[""]
    assert (1, Decimal(0)) == (cells["waiting"].orders, cells["waiting"].amount)


def test_the_span_never_hides_what_waits(world: World, person: Person) -> None:
    """Older waiting orders are named and linked when the span leaves them out."""
    start = first_day(Span.TODAY, NOW, "Europe/Stockholm")
    assert 7 == waiting_before(world.merchant, start)
    page = person("finance").get(world.path + "?span=today").content.decode()
    assert "7 äldre ordrar väntar också." in page
    assert 0 == waiting_before(world.merchant, None)


def test_spans_are_whole_local_days() -> None:
    """After midnight in Stockholm the new day has begun."""
    late = NOW.replace(hour=22, minute=30)
    assert "2026-04-01" == str(first_day(Span.TODAY, late, "Europe/Stockholm"))
    assert "2026-04-01" == str(first_day(Span.MONTH, late, "Europe/Stockholm"))
    assert "2026-03-26" == str(first_day(Span.WEEK, late, "Europe/Stockholm"))


def test_cases_are_ranked_by_money_and_age(world: World) -> None:
    """N9: 1842 kr for 26 hours before 307 kr for three days before 2469 NOK for four hours."""
    order = [case.code for case in ranked(world.merchant, NOW)]
    assert ["ACCOUNT_INACTIVE", "ARTICLE_NUMBER_REFUSED", "VAT_UNMAPPED"] == order


def test_a_case_about_a_whole_connection_comes_first(world: World, person: Person) -> None:
    """It holds everything, though no order is listed in it."""
    Case.objects.create(
        merchant=world.merchant,
        connection=world.ledger,
        code="LEDGER_SIGN_IN",
        cause=f"connection:{world.ledger.pk}",
        facts={"connection": "Fortnox", "since": "2026-03-31 13:40"},
        team="finance",
        opened_at=NOW - timedelta(minutes=22),
    )
    assert "LEDGER_SIGN_IN" == ranked(world.merchant, NOW)[0].code
    page = person("finance").get(world.path)
    assert "LEDGER_SIGN_IN" == page.context["cases"][0].case.code


def test_latency_is_of_orders_that_never_waited(world: World) -> None:
    """M11: a released order does not spoil the figure, a slow one shows."""
    found = latency(world.merchant, None)
    assert found is not None
    assert timedelta(milliseconds=1100) <= found[0] <= found[1] <= timedelta(milliseconds=1600)


def test_silence_and_trouble_are_seen_today(world: World, person: Person) -> None:
    """Freshness per connection, and the words for what is wrong."""
    Connection.objects.filter(pk=world.shop.pk).update(signed_in=False, last_heard_at=None)
    page = person("operations").get(world.path).content.decode()
    assert "inloggning nekad" in page
    assert "Inte hörd ännu" in page


def test_an_empty_merchant_is_told_what_will_be_here(world: World, person: Person) -> None:
    """Empty states say what would be here."""
    page = person("finance").get(world.path + "?span=nonsense").content.decode()
    assert "30 dagar" in page
    ShopOrder.objects.filter(merchant=world.merchant).update(placed_at=NOW - timedelta(days=400))
    page = person("finance").get(world.path).content.decode()
    assert "När en kund handlar syns ordern här" in page
