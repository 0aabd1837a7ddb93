"""Summaries in the console: an order shows its voucher, the voucher its orders, and both are found by number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from kontera.accounting.documents import Share, SummaryPayment, SummaryPosting, SummarySale
from kontera.accounting.summary import DayVoucher, group_of
from kontera.commerce import Order
from kontera.db.models import OutboxDocument, ShopOrder
from kontera.money import to_plain
from tests.console.world import NOW, World, kr, outbox, shop_order, tea_order, why

Person = Callable[[str], Client]
DAY = date(2026, 3, 1)


def posting(order: Order, account: str, amount: str, rule: str, **more: Any) -> SummaryPosting:
    """A posting of a share."""
    return SummaryPosting(account=account, amount=kr(amount), why=why(order, rule, "total"), **more)


def shares_of(order: Order) -> tuple[Share, Share]:
    """The sale of 307.00 kr and its payment."""
    own = {"store": "nt", "order": order.id, "order_number": order.number, "date": DAY, "currency": "SEK"}
    how = {"processor": "klarna", "series": "A", "close_hour": 3, "rounding": "3740"}
    same: dict[str, Any] = own | how
    sold = (
        posting(order, "1510", "307.00", "accounts.receivable"),
        posting(order, "3002", "-269.56", "revenue.tea-12"),
        posting(order, "2621", "-37.44", "vat.se-12", tax=True),
    )
    took = (
        posting(order, "1581", "307.00", "payment.klarna"),
        posting(order, "1510", "-307.00", "accounts.receivable"),
    )
    reference = f"nt-{order.id}"
    sale = SummarySale(reference=reference, total=kr("307.00"), vat=kr("37.44"), postings=sold, **same)
    paid = SummaryPayment(
        reference=f"{reference}-p1", amount=kr("307.00"), account="1581", method="klarna", postings=took, **same
    )
    return sale, paid


def summary_in(world: World) -> tuple[OutboxDocument, list[ShopOrder]]:
    """Voucher A7 and the two orders in it."""
    rows = []
    shares: list[Share] = []
    for number in (3001, 3002):
        order = tea_order(number, NOW - timedelta(days=1))
        rows.append(shop_order(world.shop, order, "booked", NOW - timedelta(days=1)))
        shares += shares_of(order)
    day = DayVoucher(group_of(shares[0]))
    for share in shares:
        day.add(share)
    reference = "nt-2026-03-01-SEK-klarna-1"
    voucher = OutboxDocument.objects.create(
        merchant=world.merchant, connection=world.ledger, rulebook=world.rulebook, kind="voucher",
        reference=reference, content=to_plain(day.document(reference, "SEK")), step="booked", number="7", voucher="A7",
        due_at=NOW, created_at=NOW, finished_at=NOW,
    )  # fmt: skip
    for place, share in enumerate(shares):
        fields = {"step": "booked", "proof": "carried", "carrier": voucher, "finished_at": NOW}
        outbox(rows[place // 2], share, world.rulebook, place % 2, **fields)
    return voucher, rows


@pytest.fixture
def summary(world: World) -> tuple[OutboxDocument, list[ShopOrder]]:
    """See summary_in."""
    return summary_in(world)


def test_an_order_shows_the_voucher_it_is_in(world: World, person: Person, summary: Any) -> None:
    """M19 N4: its own share, and a link to the voucher that carries it."""
    voucher, (order, _) = summary
    page = person("finance").get(f"{world.path}orders/{order.pk}/").content.decode()
    assert f'<a href="{world.path}vouchers/{voucher.pk}/">A7</a>' in page
    assert "Försäljning i samlingsverifikation" in page
    assert "269,56" in page


def test_a_voucher_shows_its_orders_with_amounts(world: World, person: Person, summary: Any) -> None:
    """M19: the postings of the day, and each order with what it adds."""
    voucher, orders = summary
    page = person("auditor").get(f"{world.path}vouchers/{voucher.pk}/").content.decode()
    for order in orders:
        assert f'<a href="{world.path}orders/{order.pk}/">{order.number}</a>' in page
    assert ("614,00" in page, "307,00" in page, "37,44" in page) == (True, True, True)
    assert "2 order i verifikationen" in page


def test_the_orders_of_a_voucher_are_found_by_its_number(world: World, person: Person, summary: Any) -> None:
    """An accountant searches for A7 and finds what is in it; the list shows where each order is."""
    voucher, _ = summary
    for text in ("A7", voucher.reference):
        page = person("finance").get(f"{world.path}orders/?q={text}").content.decode()
        assert ("3001" in page, "3002" in page) == (True, True), text
        assert f'href="{world.path}vouchers/{voucher.pk}/"' in page
    export = person("finance").get(f"{world.path}orders/export.csv?q=A7")
    assert "A7" in b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]


def test_an_open_day_says_when_it_is_closed(world: World, person: Person) -> None:
    """Law 7: an order that is not in the ledger yet says why."""
    order = tea_order(3009, NOW)
    row = shop_order(world.shop, order, "posting", NOW)
    outbox(row, shares_of(order)[0], world.rulebook, 0)
    page = person("finance").get(f"{world.path}orders/{row.pk}/").content.decode()
    assert "Samlas med dagens andra order" in page


def test_other_vouchers_and_other_merchants_have_no_such_page(world: World, person: Person) -> None:
    """What is no summary is not shown as one."""
    invoice = world.booked.documents.first()
    assert invoice is not None
    assert 404 == person("finance").get(f"{world.path}vouchers/{invoice.pk}/").status_code
