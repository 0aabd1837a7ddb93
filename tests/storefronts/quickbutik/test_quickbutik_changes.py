"""How changed orders are found at a shop that keeps no date of changes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from quickbutik_ministore import START, MiniShop

from kontera.errors import OurFault
from kontera.storefronts.protocol import Change, FactKind

SINCE = START - timedelta(days=400)


class Walker:
    """Follows the changes of a shop as a lane does."""

    def __init__(self, **settings: str) -> None:
        self.shop = MiniShop(**settings)
        self.cursor: str | None = None
        self.since = SINCE

    def adds(self, count: int, first: int = 0) -> None:
        start = first or max(self.shop.orders, default=1000) + 1
        for number in range(start, start + count):
            self.shop.add(number)

    def walks(self) -> list[Change]:
        """Every change until there is no more; asked anew each time."""
        self.shop.requests.clear()
        found: list[Change] = []
        for _ in range(100):
            page = self.shop.adapter.changes(FactKind.ORDER, self.cursor, self.since)
            found += page.changes
            self.cursor = page.cursor
            if not page.more:
                return found
        raise AssertionError("no end")

    def ids(self) -> list[int]:
        return [int(change.id) for change in self.walks()]


def test_a_thousand_orders_are_found_in_two_calls() -> None:
    """M19: oldest first, so that they are booked in their order."""
    walker = Walker()
    walker.adds(1000)
    assert list(range(1001, 2001)) == walker.ids()
    assert len(walker.shop.requests) == 2


def test_a_backfill_begins_at_its_first_date() -> None:
    """M1, M19: in a shop of 20,000 orders the first 15,000 are not asked for."""
    walker = Walker()
    walker.adds(15_000)
    walker.shop.clock.advance(timedelta(days=30))
    walker.adds(5_000)
    walker.since = START + timedelta(days=1)
    assert list(range(16_001, 21_001)) == walker.ids()
    assert len(walker.shop.requests) <= 20


def test_a_quiet_shop_costs_two_calls() -> None:
    """The newest orders, and those whose status moved."""
    walker = Walker()
    walker.adds(30)
    walker.walks()
    walker.shop.clock.advance(timedelta(hours=1))
    walker.walks()
    assert ["/orders", "/orders"] == walker.shop.paths()


def test_what_is_known_of_the_newest_is_told() -> None:
    """M11: the newest orders are named each time with the time they came, by which intake knows them."""
    walker = Walker()
    walker.adds(30)
    walker.shop.clock.advance(timedelta(hours=1))
    walker.walks()
    again = walker.walks()
    assert list(range(1030, 1020, -1)) == [int(change.id) for change in again]
    assert {START} == {change.changed_at for change in again}


def test_a_checkout_that_is_finished_later_is_found() -> None:
    """M1: an old unpaid order is paid; its place in the list does not move, its status does."""
    walker = Walker()
    walker.adds(1)
    walker.shop.orders[1001]["status"] = "-1"
    walker.adds(200)
    walker.walks()
    walker.shop.clock.advance(timedelta(hours=1))
    walker.shop.move(1001, "1")
    assert Change(kind=FactKind.ORDER, id="1001") in walker.walks()


def test_a_status_that_moved_while_we_asked_is_found() -> None:
    """M1: clocks differ, and changes are listed late: what happened minutes before the last look is named again."""
    walker = Walker()
    walker.adds(100)
    walker.walks()
    walker.shop.clock.advance(timedelta(hours=1))
    walker.walks()
    walker.shop.move(1001, "2")
    walker.shop.status_dates[1001] -= timedelta(minutes=5)
    assert 1001 in walker.ids()


def test_a_refund_that_moves_nothing_is_found_by_reading_again() -> None:
    """M12, M56: within hours, as long as the order is not older than the setting says."""
    walker = Walker(reread_days="30", reread_hours="6")
    walker.adds(1)
    walker.shop.clock.advance(timedelta(days=20))
    walker.adds(100)
    walker.walks()
    walker.shop.clock.advance(timedelta(hours=5))
    assert 1001 not in walker.ids()
    walker.shop.clock.advance(timedelta(hours=1))
    (again,) = [change for change in walker.walks() if change.id == "1001"]
    assert walker.shop.orders[1001] == json.loads(again.raw)  # whole: intake sees whether it must be read
    assert 1001 not in walker.ids()
    walker.shop.clock.advance(timedelta(days=20))
    assert 1001 not in walker.ids()


def test_nothing_before_the_first_date_is_read_again() -> None:
    """M1: the days of reading again do not reach behind it."""
    walker = Walker()
    walker.adds(50)
    walker.shop.clock.advance(timedelta(days=5))
    walker.since = walker.shop.clock.now()
    walker.adds(100)
    walker.walks()
    walker.shop.clock.advance(timedelta(days=1))
    assert min(walker.ids()) > 1050


def test_a_rush_between_two_looks_is_found_whole() -> None:
    """M1, M71: more came than one look at the newest shows."""
    walker = Walker()
    walker.adds(10)
    walker.walks()
    walker.shop.clock.advance(timedelta(minutes=1))
    walker.adds(2_500)
    assert set(range(1001, 3511)) <= set(walker.ids()) | set(range(1001, 1011))


def test_orders_that_are_deleted_during_a_walk_hide_no_other() -> None:
    """M1: those behind them move up; the walk steps back until its pages join."""
    walker = Walker()
    walker.adds(2_500)
    page = walker.shop.adapter.changes(FactKind.ORDER, None, SINCE)
    walker.cursor = page.cursor
    for number in range(1101, 1301):
        del walker.shop.orders[number]
    found = {int(change.id) for change in page.changes} | set(walker.ids())
    assert set(walker.shop.orders) <= found


def test_everything_deleted_ends_the_walk() -> None:
    """M1: there is an end."""
    walker = Walker()
    walker.adds(2_500)
    walker.cursor = walker.shop.adapter.changes(FactKind.ORDER, None, SINCE).cursor
    walker.shop.orders.clear()
    assert [] == walker.walks()


def test_an_odd_row_stops_nobody() -> None:
    """M98: without a date, with a number that is none: named all the same, and left to reading."""
    walker = Walker()
    walker.adds(3)
    walker.shop.orders[1001]["date_created"] = None
    walker.shop.orders[1002]["date_created"] = "i går"
    walker.shop.orders[1003]["order_id"] = "A-3"
    walker.adds(2)
    walker.shop.orders[1004]["order_id"] = None
    assert {"1001", "1002", "A-3", "1005"} == {change.id for change in walker.walks()}


def test_a_shop_that_gives_smaller_pages_than_it_says() -> None:
    """M1: a thousand are documented; fewer must not look like the end."""
    walker = Walker()
    walker.shop.page = 300
    walker.adds(1_000)
    assert set(range(1001, 2001)) == set(walker.ids())


def test_the_connections_own_first_date_counts() -> None:
    """M1: orders before it belong to another time."""
    walker = Walker(cut_off="2026-03-03T00:00:00+01:00")
    walker.adds(2)
    walker.shop.clock.advance(timedelta(days=1))
    walker.adds(1)
    assert [1003] == walker.ids()


@pytest.mark.parametrize("cursor", ["", "nonsense", "{}", '{"asked": "then"}'])
def test_a_cursor_of_somebody_else_is_a_fault_of_ours(cursor: str) -> None:
    """M98."""
    with pytest.raises(OurFault):
        MiniShop().adapter.changes(FactKind.ORDER, cursor, SINCE)


def test_only_orders_are_asked_for() -> None:
    """capabilities() says so."""
    with pytest.raises(OurFault):
        MiniShop().adapter.changes(FactKind.PRODUCT, None, SINCE)
