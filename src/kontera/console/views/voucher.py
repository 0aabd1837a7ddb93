"""One summary voucher: its postings, and the orders it is the sum of."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kontera.console.desk import Desk, page
from kontera.console.reading.one_voucher import PAGE, orders_in, paper_of, parts_of, summary_row


@page
def voucher(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The voucher page."""
    row = summary_row(desk.merchant, pk)
    if row is None:
        raise Http404("no such summary for this merchant")
    pages = Paginator(orders_in(row), PAGE)
    shown = pages.get_page(request.GET.get("page"))
    where = {"row": row, "paper": paper_of(row), "shown": shown, "parts": parts_of(row, list(shown)), "pages": pages}
    return render(request, "console/voucher.html", where)
