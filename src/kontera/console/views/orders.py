"""Orders: the list with its filter and totals, and the same list as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render

from kontera.console import formats
from kontera.console.desk import Desk, page
from kontera.console.reading import orders as reading
from kontera.console.reading.waiting import words_of
from kontera.console.spreadsheet import BOM, line
from kontera.console.words import say, say_value
from kontera.db.models import OutboxDocument, ShopOrder

_COLUMNS = ("number", "placed", "store", "currency", "amount", "place", "documents", "case", "booked")
_CHUNK = 1000


@page
def orders(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The list. `find`: somebody typed a number; one order with exactly that number is opened at once."""
    wanted = reading.read_filter(request.GET.dict())
    found = reading.matching(desk.merchant, wanted)
    if "find" in request.GET and wanted.text:
        exact = list(found.filter(number=wanted.text).values_list("pk", flat=True)[:2]) or list(
            found.values_list("pk", flat=True)[:2]
        )
        if len(exact) == 1:
            return redirect("order", merchant=desk.merchant.slug, pk=exact[0])
    totals = reading.totals(found)
    pages = Paginator(reading.with_details(found), reading.PAGE)
    pages.count = sum(total.orders for total in totals)
    where = {
        "wanted": wanted,
        "places": reading.PLACES,
        "stores": reading.stores(desk.merchant),
        "totals": totals,
        "pages": pages,
        "shown": pages.get_page(request.GET.get("page")),
        "empty_shop": not totals and not wanted.query,
    }
    return render(request, "console/orders.html", where)


@page
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The filtered list as CSV the way a Swedish spreadsheet opens it: semicolon, decimal comma, UTF-8 with a mark."""
    found = reading.with_details(reading.matching(desk.merchant, reading.read_filter(request.GET.dict())))
    response = StreamingHttpResponse(
        _lines(found.iterator(chunk_size=_CHUNK), desk), content_type="text/csv; charset=utf-8"
    )
    name = f"kontera-{desk.merchant.slug}-{formats.day(desk.now, desk.zone)}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(document: OutboxDocument) -> str:
    """The ledger's number of the document, or of the voucher that carries it."""
    return document.number or (document.carrier.voucher if document.carrier else "")


def _lines(found: Iterator[ShopOrder], desk: Desk) -> Iterator[str]:
    yield BOM + line([say(f"orders.{column}", desk.language) for column in _COLUMNS])
    for order in found:
        documents = getattr(order, "written")  # noqa: B009 - prefetched, unknown to the model
        waits = getattr(order, "stuck")  # noqa: B009 - the same
        yield line(
            [
                order.number,
                formats.day(order.placed_at, desk.zone) if order.placed_at else "",
                order.connection.name,
                order.currency,
                order.total,
                say_value("place", order.place, desk.language),
                ", ".join(dict.fromkeys(number for document in documents if (number := _number(document)))),
                " / ".join(words_of(wait.case, desk.language, 1).title for wait in waits),
                formats.instant(order.booked_at, desk.zone) if order.booked_at else "",
            ]
        )
