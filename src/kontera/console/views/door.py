"""Sign in, sign out, the language, and the way to one's merchant.

Decides nothing about who may try how often (`tries`), which browser is known (`devices`) or who may do what (`desk`).
"""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kontera.console import devices, moment, tries
from kontera.console.desk import LAST_MERCHANT, keep_here
from kontera.console.language import choose
from kontera.db.models import AuditEntry, Membership


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page. A wrong name and a wrong password look the same."""
    fault = ""
    name = request.POST.get("username", "").replace("\x00", "").strip()[:150]
    if request.method == "POST":
        fault = _try(request, name)
        if not fault:
            response = redirect(_next(request))
            devices.remember(response, name)
            return response
    elif request.user.is_authenticated:
        return redirect(_next(request))
    where = {"fault": fault, "name": name, "next": request.POST.get("next") or request.GET.get("next", "")}
    return keep_here(render(request, "console/sign_in.html", where, status=400 if fault else 200))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session."""
    if request.user.is_authenticated:
        _note(request.user.get_username(), "sign_out")
    logout(request)
    return redirect("sign-in")


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language and come back to the same page."""
    response = redirect(_next(request))
    choose(request, response, request.POST.get("language", ""))
    return response


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    """To the merchant last looked at, else the first; a page that says so when there is none."""
    memberships = Membership.objects.filter(user=request.user.pk).order_by("merchant__name")
    slugs = list(memberships.values_list("merchant__slug", flat=True)[:200])
    if not slugs:
        return keep_here(render(request, "console/no_merchant.html"))
    last = request.session.get(LAST_MERCHANT)
    return redirect("merchant-today", merchant=last if last in slugs else slugs[0])


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing for this person: the two look the same."""
    return render(request, "console/not_found.html", status=404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The role does not allow it."""
    return render(request, "console/refused.html", status=403)


def _try(request: HttpRequest, name: str) -> str:
    """Sign the person in; the fault's word when that cannot be."""
    address = request.META.get("REMOTE_ADDR", "")
    device = devices.known(request, name)
    if not tries.may_try(name, address, moment.now(), device):
        return "too_many"
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if user is None:
        return "wrong"
    login(request, user)
    tries.signed_in(name, address, moment.now(), device)
    return ""


def _note(author: str, action: str) -> None:
    AuditEntry.objects.create(merchant=None, author=author, action=action, subject="console", at=moment.now())


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: only on this host."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and allowed else "/"
