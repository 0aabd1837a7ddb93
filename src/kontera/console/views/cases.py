"""Cases: what waits and for whom; one case with what to do about it, who waits in it, and what was decided."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from kontera.cases.catalogue import RenderedCase, Team
from kontera.console import actions
from kontera.console.desk import Desk, Power, act, page
from kontera.console.links import case_links
from kontera.console.reading.waiting import SEALED, counts_by_team, ranked, resolved, rows_of, words_of
from kontera.console.words import say
from kontera.db.models import Case, CaseWaiter

PAGE = 50
REASON_NEEDED = frozenset({"decide", "leave_out"})
"""Buttons of the catalogue that mean: a person decides, and must say why."""

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
    text = words_of(found, desk.language, pages.count)
    people = get_user_model().objects.filter(memberships__merchant=desk.merchant).exclude(memberships__role="auditor")
    where = {
        "case": found,
        "text": text,
        "waiting": pages.count,
        "shown": shown,
        "pages": pages,
        "stuck": list(
            waiters.values("order__currency").annotate(amount=Sum("order__total")).order_by("order__currency")
        ),
        "decisions": list(found.decisions.select_related("order").order_by("-id")[:PAGE]),
        "teams": list(Team),
        "people": list(people.distinct().order_by("username").values_list("username", flat=True)[:200]),
        "reason_needed": _needs_reason(text),
        "links": case_links(found, text, desk.merchant.slug, [waiter.order for waiter in shown]),
        "facts": sorted(found.facts.items()),
    }
    return render(request, "console/case.html", where)


@act(Power.MOVE)
def release(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """Check again and release: all that wait, or those that were chosen."""
    found = _case(desk, pk)
    back = redirect("case", merchant=desk.merchant.slug, pk=pk)
    reason = request.POST.get("reason", "").strip()[:2000]
    if found.phase != Case.Phase.OPEN:
        messages.info(request, say("case.already_resolved", desk.language))
        return back
    if not reason and _needs_reason(words_of(found, desk.language, 1)):
        messages.error(request, say("case.reason_missing", desk.language))
        return back
    chosen = None
    if request.POST.get("which") == "chosen":
        wanted = [int(order) for order in request.POST.getlist("order") if order.isdecimal()]
        waiting = CaseWaiter.objects.filter(case=found, released_at__isnull=True, order__in=wanted)
        chosen = list(waiting.values_list("order_id", flat=True))
        if not chosen:
            messages.error(request, say("case.none_chosen", desk.language))
            return back
    asked = actions.release(found, desk.author, reason, chosen)
    messages.success(request, say("case.checked", desk.language, n=asked))
    return back


@act(Power.DECIDE)
def assign(request: HttpRequest, desk: Desk, pk: int) -> HttpResponseBase:
    """Hand the case to a team, and to a person of the merchant's if one was named."""
    found = _case(desk, pk)
    team = request.POST.get("team", found.team)
    assignee = request.POST.get("assignee", "").strip()
    people = get_user_model().objects.filter(memberships__merchant=desk.merchant)
    known = not assignee or people.filter(username=assignee).exists()
    if team not in set(Team) or not known:
        messages.error(request, say("case.not_assignable", desk.language))
    else:
        actions.hand_over(found, desk, team, assignee, request.POST.get("reason", "").strip()[:2000])
        messages.success(request, say("case.assigned", desk.language))
    return redirect("case", merchant=desk.merchant.slug, pk=pk)


def _needs_reason(text: RenderedCase) -> bool:
    return any(button.action in REASON_NEEDED for button in text.buttons)


def _case(desk: Desk, pk: int) -> Case:
    found = (
        Case.objects.filter(merchant=desk.merchant, pk=pk).select_related("connection__ledger").defer(*SEALED).first()
    )
    if found is None:
        raise Http404("no such case for this merchant")
    return found
