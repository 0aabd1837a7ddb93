"""The list of orders: filter, search by any number, totals of the filter. Decides what a filter means.

The filter lives in the address, so that a view can be kept and sent. What makes no sense in it (a date that is none)
is left out of it and told to the reader, never silently taken for something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from kontera.console.reading.spans import within
from kontera.console.reading.waiting import SEALED
from kontera.db.models import CaseWaiter, Connection, Merchant, OutboxDocument, ShopOrder
from kontera.money import MoneyError, exact

PAGE = 50
PLACES = ("booked", "on_way", "waiting", "left_out")
_ON_WAY = (ShopOrder.Place.ARRIVED, ShopOrder.Place.POSTING)
_MAX_TEXT = 100
_HEAVY = ("content", "quote", "receipt")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the reader asked for. store: a connection's code. refused: parts of the address that made no sense."""

    place: str = ""
    store: str = ""
    currency: str = ""
    start: date | None = None
    end: date | None = None
    text: str = ""
    refused: tuple[str, ...] = field(default=())

    @property
    def query(self) -> str:
        """The filter as the query of an address."""
        parts = {
            "place": self.place,
            "store": self.store,
            "currency": self.currency,
            "from": self.start.isoformat() if self.start else "",
            "to": self.end.isoformat() if self.end else "",
            "q": self.text,
        }
        return urlencode({name: value for name, value in parts.items() if value})


def read_filter(given: Mapping[str, str]) -> OrderFilter:
    """The filter in an address."""
    refused = []
    place = _text(given, "place")
    if place and place not in PLACES:
        refused.append(place)
        place = ""
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        text = _text(given, name)
        try:
            days[name] = _day(text) if text else None
        except ValueError:
            refused.append(text)
            days[name] = None
    return OrderFilter(
        place=place,
        store=_text(given, "store"),
        currency=_text(given, "currency").upper()[:3],
        start=days["from"],
        end=days["to"],
        text=_text(given, "q"),
        refused=tuple(refused),
    )


def _text(given: Mapping[str, str], name: str) -> str:
    """What was given, without the one sign that the database takes in no text."""
    return given.get(name, "").replace("\x00", "").strip()[:_MAX_TEXT]


def _day(text: str) -> date:
    """A day on which a shop may have sold something. Raises ValueError (the calendar's ends have no next day)."""
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 2999:
        raise ValueError(text)
    return day


def matching(merchant: Merchant, wanted: OrderFilter) -> QuerySet[ShopOrder]:
    """The merchant's orders that the filter lets through, unsorted."""
    orders = ShopOrder.objects.filter(within(wanted.start, wanted.end, merchant.zone), merchant=merchant)
    if wanted.place == "on_way":
        orders = orders.filter(place__in=_ON_WAY)
    elif wanted.place:
        orders = orders.filter(place=wanted.place)
    if wanted.store:
        orders = orders.filter(connection__code=wanted.store)
    if wanted.currency:
        orders = orders.filter(currency=wanted.currency)
    return orders.filter(_any_number(merchant, wanted.text)) if wanted.text else orders


def with_details(orders: QuerySet[ShopOrder]) -> QuerySet[ShopOrder]:
    """Newest first, with store, documents (`written`) and the cases they wait in (`stuck`): two more queries a page."""
    written = OutboxDocument.objects.exclude(step=OutboxDocument.Step.ABANDONED).select_related("carrier")
    written = written.defer(*_HEAVY, *(f"carrier__{field}" for field in _HEAVY))
    stuck = (
        CaseWaiter.objects.filter(released_at__isnull=True)
        .select_related("case__connection__ledger")
        .defer(*(f"case__{field}" for field in SEALED))
    )
    return (
        ShopOrder.newest_first(orders)
        .select_related("connection")
        .defer("connection__secrets", "differences")
        .prefetch_related(
            Prefetch("documents", written.order_by("sequence"), to_attr="written"),
            Prefetch("waits", stuck.order_by("since"), to_attr="stuck"),
        )
    )


@dataclass(frozen=True, slots=True)
class Total:
    """What the filter lets through in one currency."""

    currency: str
    orders: int
    amount: Decimal | None


def totals(orders: QuerySet[ShopOrder]) -> list[Total]:
    """One total per currency, the one with most orders first."""
    groups = orders.order_by().values("currency").annotate(orders=Count("id"), amount=Sum("total"))
    found = [Total(group["currency"], group["orders"], group["amount"]) for group in groups]
    return sorted(found, key=lambda total: (-total.orders, total.currency))


def stores(merchant: Merchant) -> list[Connection]:
    """The merchant's shops, for the filter."""
    shops = Connection.objects.filter(merchant=merchant, kind=Connection.Kind.STOREFRONT)
    return list(shops.only("code", "name").order_by("name")[:200])


def amount_in(text: str) -> Decimal | None:
    """The amount a person wrote ("1 234,50 kr", "1234.50"), or None."""
    bare = "".join(text.lower().removesuffix("kr").split())
    bare = bare.replace(".", "").replace(",", ".") if "," in bare else bare
    try:
        return exact(bare)
    except MoneyError:
        return None


def _any_number(merchant: Merchant, text: str) -> Q:
    """Documents are looked up once, not once per order."""
    numbers = Q(number=text) | Q(voucher__iexact=text) | Q(reference__istartswith=text)
    documents = OutboxDocument.objects.filter(numbers, merchant=merchant)
    carried = OutboxDocument.objects.filter(carrier__in=documents.filter(order=None))
    found = Q(number__icontains=text) | Q(external_id=text)
    found |= Q(pk__in=documents.filter(order__isnull=False).values("order")) | Q(pk__in=carried.values("order"))
    amount = amount_in(text)
    return found | Q(total=amount) if amount is not None else found
