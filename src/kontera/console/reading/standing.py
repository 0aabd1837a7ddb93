"""How the shop's orders stand: received = booked + on their way + waiting + left out, per currency (law 1).

Decides nothing; one grouped query. The figures of a row always add up, because every order is in exactly one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Count, DurationField, F, Sum

from kontera.console.reading.spans import within
from kontera.db.models import Connection, Merchant, ShopOrder
from kontera.money import ZERO

STAGES = ("received", "booked", "on_way", "waiting", "left_out")
"""The columns of the strip; `received` is the sum of the others."""

_STAGE_OF = {
    ShopOrder.Place.ARRIVED: "on_way",
    ShopOrder.Place.POSTING: "on_way",
    ShopOrder.Place.BOOKED: "booked",
    ShopOrder.Place.WAITING: "waiting",
    ShopOrder.Place.LEFT_OUT: "left_out",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Orders in one stage: how many, and their totals in the row's currency."""

    orders: int = 0
    amount: Decimal = ZERO

    def plus(self, other: Cell) -> Cell:
        """Both together."""
        return Cell(self.orders + other.orders, self.amount + other.amount)


@dataclass(frozen=True, slots=True)
class Row:
    """One currency ("" = orders that could not be read) and its stages."""

    currency: str
    cells: Mapping[str, Cell]


def standing(merchant: Merchant, start: date | None) -> list[Row]:
    """One row per currency, the one with most orders first."""
    orders = ShopOrder.objects.filter(within(start, None, merchant.zone), merchant=merchant)
    groups = orders.values("currency", "place").annotate(orders=Count("id"), amount=Sum("total")).order_by()
    rows: dict[str, dict[str, Cell]] = {}
    for group in groups:
        cells = rows.setdefault(group["currency"], dict.fromkeys(STAGES, Cell()))
        cell = Cell(group["orders"], group["amount"] or ZERO)
        stage = _STAGE_OF[ShopOrder.Place(group["place"])]
        cells[stage] = cells[stage].plus(cell)
        cells["received"] = cells["received"].plus(cell)
    found = [Row(currency, cells) for currency, cells in rows.items()]
    return sorted(found, key=lambda row: (-row.cells["received"].orders, row.currency))


def waiting_before(merchant: Merchant, start: date | None) -> int:
    """Orders that wait and are older than the span: the strip must not hide them."""
    if start is None:
        return 0
    waiting = ShopOrder.objects.filter(merchant=merchant, place=ShopOrder.Place.WAITING)
    return waiting.filter(within(None, start - timedelta(days=1), merchant.zone)).count()


class _Percentiles(Aggregate):
    """PostgreSQL's percentile_cont over an ordered set."""

    function = "PERCENTILE_CONT"
    name = "Percentiles"
    template = "%(function)s(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(DurationField())


def latency(merchant: Merchant, start: date | None) -> tuple[timedelta, timedelta] | None:
    """From received to booked (M11), median and the slowest twentieth, of orders that never waited in a case."""
    orders = ShopOrder.objects.filter(within(start, None, merchant.zone), merchant=merchant, booked_at__isnull=False)
    found = orders.filter(waits=None).aggregate(spans=_Percentiles(F("booked_at") - F("first_seen_at")))["spans"]
    return (found[0], found[1]) if found else None


def heard(merchant: Merchant) -> list[Connection]:
    """The merchant's connections with their lanes, shops first."""
    connections = Connection.objects.filter(merchant=merchant).select_related("lane", "ledger").defer("secrets")
    return list(connections.order_by("-kind", "name")[:200])
