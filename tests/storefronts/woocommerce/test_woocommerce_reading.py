"""Finding and reading orders: what is asked, how often, and what a failing shop costs."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from woocommerce_ministore import START, MiniShop, line_json, rate_json, refusal

from kontera.errors import OurFault, WillRetry
from kontera.money import Money
from kontera.storefronts.protocol import FactKind
from kontera.storefronts.woocommerce.client import PAGE

SINCE = START - timedelta(days=1)


def walk(shop: MiniShop, cursor: str | None = None) -> tuple[list[str], str]:
    """Every change from a cursor on, and the cursor at rest."""
    found = []
    for _ in range(100):
        page = shop.adapter.changes(FactKind.ORDER, cursor, SINCE)
        found += [change.id for change in page.changes]
        cursor = page.cursor
        if not page.more:
            return found, cursor
    raise AssertionError("no end after 100 pages")


def test_a_thousand_orders_cost_fifty_calls_at_most() -> None:
    """M19: 0.05 reads per order, finding them included."""
    shop = MiniShop()
    for number in range(1, 1001):
        shop.clock.advance(timedelta(seconds=7))
        shop.add(number)
    found, _ = walk(shop)
    ids = list(dict.fromkeys(found))
    assert 1000 == len(ids)
    for start in range(0, 1000, PAGE):
        assert all(read.order for read in shop.adapter.read(FactKind.ORDER, ids[start : start + PAGE]))
    assert len(shop.requests) <= 50, len(shop.requests)


def test_times_are_asked_for_without_a_zone() -> None:
    """M1: with a zone and the switch the shop converts twice and hides changes. Comparison is strict: a second less."""
    shop = MiniShop()
    shop.adapter.changes(FactKind.ORDER, None, SINCE)
    params = dict(shop.requests[0].url.params)
    assert ("2026-03-01T07:59:59", "true") == (params["modified_after"], params["dates_are_gmt"])
    assert ("modified", "asc", "100") == (params["orderby"], params["order"], params["per_page"])
    assert "id,date_modified_gmt" == params["_fields"]


def test_a_second_with_hundreds_of_orders_is_walked_by_id() -> None:
    """M1: an import; some of its orders change while they are walked, and the others must not slip by."""
    shop = MiniShop()
    for number in range(1, 351):
        shop.add(number)
    found: list[str] = []
    cursor = None
    for step in range(20):
        page = shop.adapter.changes(FactKind.ORDER, cursor, SINCE)
        found += [change.id for change in page.changes]
        cursor = page.cursor
        if step in (2, 3):
            shop.clock.advance(timedelta(seconds=5))
            shop.touch(1 if step == 2 else int(found[-1]))
        if not page.more:
            break
    assert {str(number) for number in range(1, 351)} == set(found)


def test_the_connections_own_first_date() -> None:
    """M106: nothing before it is looked for."""
    shop = MiniShop(cut_off="2026-03-02T09:00:00+01:00")
    shop.adapter.changes(FactKind.ORDER, None, SINCE)
    assert "2026-03-02T07:59:59" == dict(shop.requests[0].url.params)["modified_after"]


def test_a_cursor_of_somebody_else_is_our_fault() -> None:
    """M98."""
    shop = MiniShop()
    for cursor in ("yesterday", "2026-03-02T08:00:00+00:00#x#1"):
        with pytest.raises(OurFault):
            shop.adapter.changes(FactKind.ORDER, cursor, SINCE)
    with pytest.raises(OurFault):
        shop.adapter.changes(FactKind.PRODUCT, None, SINCE)


def test_an_order_without_a_time_is_still_named() -> None:
    """M1."""
    shop = MiniShop()
    shop.always = lambda request: httpx2.Response(200, json=[{"id": 5, "date_modified_gmt": None}])
    (change,) = shop.adapter.changes(FactKind.ORDER, None, SINCE).changes
    assert ("5", None) == (change.id, change.changed_at)


def test_a_hundred_orders_are_read_in_one_call() -> None:
    """M19: exact amounts are asked for."""
    shop = MiniShop()
    for number in range(1, 251):
        shop.add(number)
    reads = shop.adapter.read(FactKind.ORDER, [str(number) for number in range(250, 0, -1)])
    assert [str(number) for number in range(250, 0, -1)] == [read.id for read in reads]
    assert ["/orders"] * 3 == shop.paths()
    assert {"6"} == {dict(request.url.params)["dp"] for request in shop.requests}


def test_what_lies_in_the_trash_is_gone() -> None:
    """M1: lists leave it out, by its id it is still shown; restored it is an order again."""
    shop = MiniShop()
    shop.add(1)
    shop.orders[1]["status"] = "trash"
    (read,) = shop.adapter.read(FactKind.ORDER, ["1"])
    assert (True, None) == (read.gone, read.order)
    assert b'"trash"' in read.raw
    shop.orders[1]["status"] = "processing"
    assert shop.adapter.read(FactKind.ORDER, ["1"])[0].order is not None


def breaks_on(shop: MiniShop, *numbers: int) -> None:
    """A plugin that fails over some orders, in lists as well."""

    def answer(request: httpx2.Request) -> httpx2.Response | None:
        wanted = {part for part in dict(request.url.params).get("include", "").split(",") if part}
        return refusal(500, "internal_server_error", "critical") if wanted & set(map(str, numbers)) else None

    shop.always = answer


def test_an_order_the_shop_cannot_show_stops_no_other() -> None:
    """M98: the page is halved until it stands alone; it becomes a problem of its own."""
    shop = MiniShop()
    for number in range(1, 101):
        shop.add(number)
    breaks_on(shop, 37)
    reads = shop.adapter.read(FactKind.ORDER, [str(number) for number in range(1, 101)])
    assert 99 == sum(read.order is not None for read in reads)
    problem = reads[36].problem
    assert problem is not None
    assert ("ORDER_UNREADABLE", "37", "internal_server_error: critical") == (
        problem.code,
        problem.facts["order"],
        problem.vendor,
    )
    assert len(shop.requests) <= 15


def test_a_shop_that_fails_over_everything_is_down() -> None:
    """M97: tried again later, after a handful of calls."""
    shop = MiniShop()
    for number in range(1, 101):
        shop.add(number)
    breaks_on(shop, *range(1, 101))
    with pytest.raises(WillRetry):
        shop.adapter.read(FactKind.ORDER, [str(number) for number in range(1, 101)])


def test_the_shops_rates_are_asked_for_once_when_an_order_needs_them() -> None:
    """M8: and never otherwise."""
    shop = MiniShop()
    shop.lists["/taxes"] = [{"id": 1, "rate": "25.0000", "name": "Moms", "country": "SE", "class": "standard"}]
    shop.add(1)
    shop.add(2, tax_lines=[rate_json(1, None)])
    shop.adapter.read(FactKind.ORDER, ["1"])
    assert "/taxes" not in shop.paths()
    for _ in range(2):
        (read,) = shop.adapter.read(FactKind.ORDER, ["2"])
        assert read.order is not None
        assert 25 == read.order.lines[0].taxes[0].rate
    assert 1 == shop.paths().count("/taxes")


def test_a_shop_of_whole_kronor_is_recognised_by_its_orders() -> None:
    """M8: the VAT its lines hold, not the rounded sum it shows. Asked once."""
    shop = MiniShop()
    line = line_json(1, "270.400000", "67.600000")
    shop.add(1, line_items=[line], total="338", total_tax="68")
    shop.add(2, prices_include_tax=False, line_items=[line_json(1, "99", "24.75")], total="124", total_tax="25")
    first, second = shop.adapter.read(FactKind.ORDER, ["1", "2"])
    assert first.order is not None
    assert second.order is not None
    assert (Money.of("67.60", "SEK"), None) == (first.order.vat, first.order.rounding)
    assert (Money.of("24.75", "SEK"), Money.of("0.25", "SEK")) == (second.order.vat, second.order.rounding)
    shop.adapter.read(FactKind.ORDER, ["1", "2"])
    assert 1 == sum(dict(request.url.params).get("_fields") == "total" for request in shop.requests)


def test_an_order_that_contradicts_itself_is_kept_as_it_is() -> None:
    """M98: accounting refuses it; no rounding hides a difference."""
    shop = MiniShop()
    shop.add(1, total="199.00")
    (read,) = shop.adapter.read(FactKind.ORDER, ["1"])
    assert read.order is not None
    assert (Money.of("199", "SEK"), None) == (read.order.total, read.order.rounding)
