"""Connections: do they still talk, may they send, are they ready, what was said lately; pause and resume."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from kontera.cases.catalogue import render as words_for
from kontera.console import actions
from kontera.console.bodies import shown
from kontera.console.desk import Desk, Power, act, page
from kontera.console.in_the_way import told
from kontera.console.reading.connections import card, cards, next_at
from kontera.console.words import say
from kontera.db.models import Connection, Exchange
from kontera.posting.obstacles import of_connection

EXCHANGES_SHOWN = 25


@page
def connections(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All connections of the merchant."""
    return render(request, "console/connections.html", {"cards": cards(desk.merchant, desk.now)})


@page
def connection(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """One connection."""
    found = _connection(desk, code)
    exchanges = Exchange.objects.filter(connection=found).select_related("document", "order").order_by("-id")
    in_the_way = of_connection(found, desk.now)
    where = {
        "card": card(found, desk.now),
        "in_the_way": told(in_the_way, desk.language, desk.zone, desk.now) if in_the_way else None,
        "next_at": next_at(found),
        "exchanges": shown(exchanges[:EXCHANGES_SHOWN]),
    }
    return render(request, "console/connection.html", where)


@act(Power.PROBE)
def readiness(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Ask the vendor now, and show its answer as a list."""
    found = _connection(desk, code)
    checks = actions.readiness(found)
    desk.audit("connection.asked", found.code)
    shop, ledger = (found.vendor, "") if found.kind == Connection.Kind.STOREFRONT else ("", found.vendor)
    rows = [
        (check, words_for(check.problem, desk.language, shop=shop, ledger=ledger) if check.problem else None)
        for check in checks
    ]
    return render(request, "console/parts/readiness.html", {"rows": rows})


@act(Power.SWITCH)
def switch(request: HttpRequest, desk: Desk, code: str) -> HttpResponseBase:
    """Pause or resume."""
    found = _connection(desk, code)
    live = request.POST.get("live") == "yes"
    actions.switch(found, desk, live, request.POST.get("reason", "").strip()[:2000])
    messages.success(
        request, say("connections.resumed" if live else "connections.paused", desk.language, name=found.name)
    )
    return redirect("connection", merchant=desk.merchant.slug, code=code)


def _connection(desk: Desk, code: str) -> Connection:
    connections = Connection.objects.filter(merchant=desk.merchant, code=code).select_related("lane", "ledger")
    found = connections.defer("secrets").first()
    if found is None:
        raise Http404("no such connection for this merchant")
    return found
