"""What every page needs: the language, the person's desk and merchants, the counts beside the menu.

Decides nothing. Costs two small queries on a merchant's page: the merchants to switch to, and the open cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

from kontera.console.language import language_of
from kontera.db.models import Case, Merchant

if TYPE_CHECKING:
    from kontera.console.desk import Desk

MERCHANTS_SHOWN = 200


def everywhere(request: HttpRequest) -> dict[str, object]:
    """Variables for all templates."""
    desk: Desk | None = getattr(request, "desk", None)
    found: dict[str, object] = {
        "language": language_of(request),
        "desk": desk,
        "hx": bool(getattr(request, "htmx", False)),
    }
    if desk is None:
        return found
    merchants = Merchant.objects.filter(memberships__user=request.user.pk).order_by("name").only("slug", "name")
    found["merchants"] = list(merchants[:MERCHANTS_SHOWN])
    found["cases_open"] = Case.objects.filter(merchant=desk.merchant, phase=Case.Phase.OPEN).count()
    return found
