"""The list of orders: filter, find by any number, totals, pages, export."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from kontera.console.reading.orders import amount_in, read_filter
from kontera.db.models import ShopOrder
from tests.console.world import NOW, World, shop_order, tea_order

Person = Callable[[str], Client]


def numbers(client: Client, world: World, query: str) -> list[str]:
    """The order numbers a filter shows."""
    return [order.number for order in client.get(f"{world.path}orders/?{query}").context["shown"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1070", "1070"),  # the shop's number
        ("270", "1070"),  # the ledger's number of the invoice, part of no order number
        ("370", "1070"),  # of the payment
        ("B 170", "1070"),  # the voucher
        ("b 170", "1070"),
        ("NT-1070-P1", "1070"),  # our reference
    ],
)
def test_any_number_finds_the_order(world: World, person: Person, text: str, found: str) -> None:
    """M97: whatever number a person holds, it leads to the order."""
    assert [found] == numbers(person("finance"), world, f"q={text}")


@pytest.mark.parametrize("text", ["1234,50", "1 234,50 kr", "1234.50"])
def test_an_amount_finds_orders_too(world: World, person: Person, text: str) -> None:
    """As it stands on a bank statement."""
    assert ["1078", "1077"] == numbers(person("finance"), world, f"q={text}")


@pytest.mark.parametrize(("text", "amount"), [("1.234,50", "1234.50"), ("-12", "-12"), ("NT-1", None), ("", None)])
def test_amounts_as_people_write_them(text: str, amount: str | None) -> None:
    """A point before a comma groups."""
    assert (Decimal(amount) if amount else None) == amount_in(text)


def test_finding_exactly_one_opens_it(world: World, person: Person) -> None:
    """From the box at the top, Enter is enough."""
    answer = person("finance").get(f"{world.path}orders/?q=270&find=1")
    assert f"{world.path}orders/{world.booked.pk}/" == answer["Location"]
    assert 200 == person("finance").get(f"{world.path}orders/?q=10&find=1").status_code


def test_filters_combine_and_live_in_the_address(world: World, person: Person) -> None:
    """Place, store, currency and days, each narrowing; the totals row follows."""
    client = person("finance")
    assert ["1078", "1077"] == numbers(client, world, "place=waiting&currency=NOK&store=nt")
    assert [] == numbers(client, world, "store=other")
    assert ["1081"] == numbers(client, world, "place=on_way")
    page = client.get(f"{world.path}orders/?place=waiting&from=2026-03-31&to=2026-03-31")
    assert [("NOK", 2, Decimal("2469.00"))] == [(t.currency, t.orders, t.amount) for t in page.context["totals"]]
    assert "place=waiting&from=2026-03-31&to=2026-03-31" == page.context["wanted"].query


def test_days_are_local(world: World, person: Person) -> None:
    """An order placed half past midnight in Stockholm belongs to the new day."""
    placed = NOW.replace(day=30, hour=22, minute=30)
    shop_order(world.shop, tea_order(9001, placed), ShopOrder.Place.BOOKED, placed)
    assert "9001" in numbers(person("finance"), world, "from=2026-03-31&to=2026-03-31")
    assert "9001" not in numbers(person("finance"), world, "from=2026-03-30&to=2026-03-30")


def test_nonsense_in_a_filter_is_told(world: World, person: Person) -> None:
    """Not taken for something else, and not an error page."""
    page = person("finance").get(f"{world.path}orders/?from=31/3&place=nowhere&page=x").content.decode()
    assert "&quot;31/3&quot; går inte att filtrera på" in page
    assert read_filter({"q": "a\x00b"}).text == "ab"


def test_pages_hold_fifty(world: World, person: Person) -> None:
    """The totals are of the whole filter, not of the page; a page too far shows the last."""
    client = person("finance")
    assert 50 == len(numbers(client, world, ""))
    assert 31 == len(numbers(client, world, "page=2"))
    assert 31 == len(numbers(client, world, "page=99"))
    assert 81 == sum(total.orders for total in client.get(f"{world.path}orders/?page=2").context["totals"])


def test_a_nasty_number_is_shown_not_run(world: World, person: Person) -> None:
    """Whatever a shop sends is text here."""
    nasty = "<script>alert(1)</script>\"'&"
    row = shop_order(world.shop, tea_order(9001, NOW, name=nasty), ShopOrder.Place.WAITING, NOW)
    ShopOrder.objects.filter(pk=row.pk).update(number=nasty, channel=nasty, left_out_reason=nasty)
    for path in ("orders/", f"orders/{row.pk}/", f"orders/{row.pk}/facts/1/", "orders/?q=%3Cscript%3E"):
        page = person("finance").get(world.path + path).content.decode()
        assert "<script>alert(1)" not in page, path
        assert "&lt;script&gt;" in page, path


def test_the_export_opens_in_a_swedish_spreadsheet(world: World, person: Person) -> None:
    """Semicolons, decimal comma, a byte-order mark; the filter decides what is in it."""
    answer = person("finance").get(f"{world.path}orders/export.csv?place=waiting&currency=NOK")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    lines = text.split("\r\n")
    assert "\ufeffOrder;Datum;Butik;Valuta;Belopp;Läge;Dokument;Väntar på;Bokförd" == lines[0]
    assert "1078;2026-03-31;nordiskte.se;NOK;1234,50;Väntar;" == lines[1][:48]
    assert 4 == len(lines)
    assert "attachment" in answer["Content-Disposition"]


def test_the_export_runs_no_formula(world: World, person: Person) -> None:
    """An order number that begins with an equals sign stays text."""
    row = shop_order(world.shop, tea_order(9001, NOW), ShopOrder.Place.BOOKED, NOW)
    ShopOrder.objects.filter(pk=row.pk).update(number="=HYPERLINK(1)")
    answer = person("finance").get(f"{world.path}orders/export.csv?q=HYPERLINK")
    assert "\r\n'=HYPERLINK(1);" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
