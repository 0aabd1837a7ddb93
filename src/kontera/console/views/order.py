"""One order: its whole chain, the shop's raw fact, the requests behind it, and reading it again."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from kontera.console import actions
from kontera.console.bodies import body_text, shown
from kontera.console.desk import Desk, Power, act, page
from kontera.console.in_the_way import told
from kontera.console.reading.one_order import (
    compared,
    differences_of,
    fact_of,
    papers_of,
    receivable_of,
)
from kontera.console.reading.timeline import timeline, versions_of, waits_of
from kontera.console.reading.waiting import SEALED, words_of
from kontera.console.words import say
from kontera.db.models import Exchange, Fact, OutboxDocument, ShopOrder
from kontera.posting.obstacles import of_order

EXCHANGES_SHOWN = 50


@page
def order(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The order page."""
    found = _order(desk, pk)
    papers = papers_of(found)
    waits = waits_of(found)
    account = receivable_of(papers)
    fact = fact_of(found)
    where = {
        "order": found,
        "fact": fact,
        "papers": papers,
        "account": account,
        "unbooked": any(line.paper.step != OutboxDocument.Step.BOOKED for line in account),
        "compared": compared(fact, papers),
        "differences": differences_of(found),
        "steps": timeline(found, papers, waits, desk.language),
        "waiting": [(wait, words_of(wait.case, desk.language, 1)) for wait in waits if wait.released_at is None],
        "in_the_way": [told(one, desk.language, desk.zone, desk.now) for one in of_order(found, desk.now)],
        "versions": versions_of(found),
    }
    return render(request, "console/order.html", where)


@page
def fact(request: HttpRequest, desk: Desk, pk: int, version: int) -> HttpResponse:
    """What the shop sent, as it was received."""
    found = _order(desk, pk)
    kept = get_object_or_404(
        Fact, connection=found.connection_id, kind="order", external_id=found.external_id, version=version
    )
    where = {"order": found, "fact": kept, "body": body_text(bytes(kept.raw)), "versions": versions_of(found)}
    return render(request, "console/fact.html", where)


@page
def drawer(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """The requests and answers behind the order, for the developer drawer."""
    found = _order(desk, pk)
    documents = [key for keys in found.documents.values_list("pk", "carrier") for key in keys if key is not None]
    exchanges = Exchange.objects.filter(Q(order=found) | Q(document__in=documents), merchant=desk.merchant)
    where = {"exchanges": shown(exchanges.select_related("connection", "document").order_by("-id")[:EXCHANGES_SHOWN])}
    return render(request, "console/parts/exchanges.html", where)


@act(Power.MOVE)
def read_again(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """Read the order from the shop again."""
    found = _order(desk, pk)
    actions.read_again(found, desk.author)
    messages.success(request, say("order.reading_again", desk.language, shop=found.connection.name))
    return redirect("order", merchant=desk.merchant.slug, pk=pk)


@act(Power.MOVE)
def check_again(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """Check the causes the order waits for again."""
    found = _order(desk, pk)
    if found.place != ShopOrder.Place.WAITING:
        messages.info(request, say("order.not_waiting", desk.language))
    else:
        asked = actions.check_order_again(found, desk.author)
        messages.success(request, say("case.checked", desk.language, n=asked))
    return redirect("order", merchant=desk.merchant.slug, pk=pk)


def _order(desk: Desk, pk: int) -> ShopOrder:
    orders = ShopOrder.objects.filter(merchant=desk.merchant).select_related("connection__ledger", "fact")
    found = orders.defer("fact__raw", *SEALED).filter(pk=pk).first()
    if found is None:
        raise Http404("no such order for this merchant")
    return found
