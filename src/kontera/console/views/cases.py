"""Cases: what waits and for whom; one case with what to do about it, who waits in it, and what was decided."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from kontera.cases.catalogue import Team
from kontera.console import actions
from kontera.console.desk import Desk, Power, act, page
from kontera.console.links import case_links
from kontera.console.reading.waiting import SEALED, counts_by_team, ranked, resolved, rows_of, words_of
from kontera.console.words import say
from kontera.db.models import Case, CaseWaiter, ShopOrder
from kontera.posting.obstacles import is_about_a_connection, waiting_in

PAGE = 50
REASON_LONGEST = 2000
_LONGEST_KEY = 18  # digits; what the database's numbers hold

_TABS = ("all", *[team.value for team in Team], "mine", "resolved")


@page
def cases(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list, one tab per team."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in _TABS else "all"
    found = resolved(desk.merchant) if tab == "resolved" else ranked(desk.merchant, desk.now)
    if tab in set(Team):
        found = found.filter(team=tab)
    elif tab == "mine":
        found = found.filter(assignee=desk.author)
    counts = counts_by_team(desk.merchant, desk.author)
    pages = Paginator(found, PAGE)
    if tab != "resolved":
        pages.count = counts.get(tab, 0)
    shown = pages.get_page(request.GET.get("page"))
    where = {
        "tab": tab,
        "tabs": [(name, counts.get(name, 0) if name != "resolved" else None) for name in _TABS],
        "rows": rows_of(list(shown.object_list), desk),
        "shown": shown,
        "pages": pages,
        "now": desk.now,
    }
    return render(request, "console/cases.html", where)


@page
def case(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """One case."""
    found = _case(desk, pk)
    waiters = CaseWaiter.objects.filter(case=found)
    if found.phase == Case.Phase.OPEN:
        waiters = waiters.filter(released_at__isnull=True)
    pages = Paginator(waiters.select_related("order__connection").order_by("since", "id"), PAGE)
    shown = pages.get_page(request.GET.get("page"))
    behind = waiting_in(found) - pages.count if found.phase == Case.Phase.OPEN else 0
    text = words_of(found, desk.language, pages.count + behind)
    people = get_user_model().objects.filter(memberships__merchant=desk.merchant).exclude(memberships__role="auditor")
    where = {
        "case": found,
        "text": text,
        "waiting": pages.count,
        "behind": behind,
        "stuck_orders": pages.count + behind,
        "shown": shown,
        "pages": pages,
        "stuck": list(
            waiters.values("order__currency").annotate(amount=Sum("order__total")).order_by("order__currency")
        ),
        "decisions": list(found.decisions.select_related("order").order_by("-id")[:PAGE]),
        "teams": list(Team),
        "people": list(people.distinct().order_by("username").values_list("username", flat=True)[:200]),
        "choices": actions.choices(found) if pages.count else (),
        "links": case_links(found, text, desk.merchant.slug, [waiter.order for waiter in shown]),
        "facts": sorted(found.facts.items()),
    }
    return render(request, "console/case.html", where)


@act(Power.MOVE)
def release(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """The cause is mended: check again and release all that wait, or the chosen."""
    found = _case(desk, pk)
    chosen = _chosen(request, found)
    if found.phase != Case.Phase.OPEN:
        messages.info(request, say("case.already_resolved", desk.language))
    elif chosen == []:
        messages.error(request, say("case.none_chosen", desk.language))
    else:
        orders = None if chosen is None else [order.pk for order in chosen]
        asked = actions.check_again(found, desk.author, _reason(request), orders)
        told = (
            say("case.connection_tried", desk.language, n=asked)
            if is_about_a_connection(found)
            else say("case.checked", desk.language, n=asked)
        )
        messages.success(request, told)
    return redirect("case", merchant=desk.merchant.slug, pk=pk)


@act(Power.DECIDE)
def decide(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """Decide, with a reason, for the chosen orders or for all that wait."""
    found = _case(desk, pk)
    fault, orders = _undecidable(request, found)
    if fault:
        messages.error(request, say(fault, desk.language))
    else:
        decided = actions.decide(found, request.POST["choice"], desk.author, _reason(request), orders)
        messages.success(request, say("case.decided", desk.language, n=decided))
    return redirect("case", merchant=desk.merchant.slug, pk=pk)


@act(Power.DECIDE)
def assign(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """Hand the case to a team, and to a person of the merchant's if one was named."""
    found = _case(desk, pk)
    team = request.POST.get("team", found.team)
    assignee = request.POST.get("assignee", "").replace("\x00", "").strip()
    people = get_user_model().objects.filter(memberships__merchant=desk.merchant)
    known = not assignee or people.filter(username=assignee).exists()
    if team not in set(Team) or not known:
        messages.error(request, say("case.not_assignable", desk.language))
    else:
        actions.hand_over(found, desk, team, assignee, _reason(request))
        messages.success(request, say("case.assigned", desk.language))
    return redirect("case", merchant=desk.merchant.slug, pk=pk)


def _undecidable(request: HttpRequest, case: Case) -> tuple[str, list[ShopOrder] | None]:
    """Why nothing can be decided (a key of our texts, empty when it can), and the chosen orders (None = all)."""
    if case.phase != Case.Phase.OPEN:
        return "case.already_resolved", None
    if request.POST.get("choice") not in actions.choices(case):
        return "case.no_such_choice", None
    if not _reason(request):
        return "case.reason_missing", None
    chosen = _chosen(request, case)
    waiting = CaseWaiter.objects.filter(case=case, released_at__isnull=True)
    if chosen == [] or not waiting.exists():
        return "case.none_chosen", None
    return "", chosen


def _chosen(request: HttpRequest, case: Case) -> list[ShopOrder] | None:
    """The orders chosen on the page, those that do wait in this case; None when all are meant."""
    if request.POST.get("which") != "chosen":
        return None
    wanted = [int(order) for order in request.POST.getlist("order") if order.isdecimal() and len(order) <= _LONGEST_KEY]
    waiting = ShopOrder.objects.filter(waits__case=case, waits__released_at__isnull=True)
    return list(waiting.filter(pk__in=wanted).order_by("pk"))


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\x00", "").strip()[:REASON_LONGEST]


def _case(desk: Desk, pk: int) -> Case:
    found = (
        Case.objects.filter(merchant=desk.merchant, pk=pk).select_related("connection__ledger").defer(*SEALED).first()
    )
    if found is None:
        raise Http404("no such case for this merchant")
    return found
