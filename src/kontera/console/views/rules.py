"""Rules: the versions of the rulebook, the rules of one version as tables, its TOML, and the file itself. Read only:
a rulebook changes by importing a new version, never by editing one."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kontera.accounting.rulebook_toml import RulebookError
from kontera.clock import local_date
from kontera.console.desk import Desk, page
from kontera.console.reading.rules import accounts_of, tables_of
from kontera.db.models import RulebookVersion
from kontera.posting.rules import in_force, written
from kontera.posting.rules import parsed as parsed_version

PAGE = 50


@page
def rules(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The version in force, and all others."""
    return _show(request, desk, _in_force(desk))


@page
def rulebook(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """One version."""
    return _show(request, desk, _version(desk, version))


@page
def toml(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """The version as the file it is."""
    found = _version(desk, version)
    response = HttpResponse(written(found), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rulebook-{desk.merchant.slug}-{found.version}.toml"'
    return response


def _show(request: HttpRequest, desk: Desk, shown: RulebookVersion | None) -> HttpResponse:
    versions = RulebookVersion.objects.filter(merchant=desk.merchant).defer("toml").order_by("-version")
    parsed, fault = None, ""
    if shown is not None:
        try:
            parsed = parsed_version(shown)
        except RulebookError as error:
            fault = str(error)
    where = {
        "shown": shown,
        "in_force": _in_force(desk),
        "fault": fault,
        "toml": written(shown) if shown else "",
        "parsed": parsed,
        "tables": tables_of(parsed) if parsed else [],
        "accounts": accounts_of(parsed) if parsed else [],
        "versions": Paginator(versions, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "console/rules.html", where)


def _in_force(desk: Desk) -> RulebookVersion | None:
    return in_force(desk.merchant.pk, local_date(desk.now, desk.zone))


def _version(desk: Desk, version: int) -> RulebookVersion:
    found = RulebookVersion.objects.filter(merchant=desk.merchant, version=version).first()
    if found is None:
        raise Http404("no such rulebook version for this merchant")
    return found
