"""Today: does everything add up, what waits for me, do the connections still talk? Every number opens its list."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kontera.console.desk import Desk, page
from kontera.console.reading.spans import Span, first_day, span_of
from kontera.console.reading.standing import STAGES, Row, heard, latency, standing, waiting_before
from kontera.console.reading.waiting import ranked, rows_of

CASES_SHOWN = 10


@page
def today(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The first page of a merchant."""
    span = span_of(request.GET.get("span", ""))
    start = first_day(span, desk.now, desk.zone)
    cases = list(ranked(desk.merchant, desk.now)[: CASES_SHOWN + 1])
    where = {
        "span": span,
        "spans": list(Span),
        "start": start,
        "stages": STAGES,
        "rows": [_linked(row, desk, start.isoformat() if start else "") for row in standing(desk.merchant, start)],
        "older": waiting_before(desk.merchant, start),
        "cases": rows_of(cases[:CASES_SHOWN], desk),
        "more_cases": len(cases) > CASES_SHOWN,
        "latency": latency(desk.merchant, start),
        "connections": heard(desk.merchant),
    }
    return render(request, "console/today.html", where)


def _linked(row: Row, desk: Desk, start: str) -> dict[str, object]:
    """A row of the strip with the address of the list behind each number."""
    address = reverse("orders", args=[desk.merchant.slug])
    cells = []
    for stage in STAGES:
        parts = {"place": "" if stage == "received" else stage, "currency": row.currency, "from": start}
        query = urlencode({name: value for name, value in parts.items() if value})
        cells.append({"stage": stage, "cell": row.cells[stage], "url": f"{address}?{query}"})
    return {"currency": row.currency, "cells": cells}
