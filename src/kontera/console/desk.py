"""Who sits at the console, for which merchant, and what they may do. Decides permissions; writes the audit log.

`page` and `act` are the only ways to a merchant's view: they find the membership (404 for anybody else's merchant,
so that its existence is not told), check the role (403), and set the headers that keep every page on our own host.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from kontera.console import moment
from kontera.console.language import language_of
from kontera.db.models import AuditEntry, Membership, Merchant, Role

LAST_MERCHANT = "merchant"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Power(StrEnum):
    """What an action needs."""

    MOVE = "move"  # let orders try again, read them again
    DECIDE = "decide"  # hand a case to somebody, with a reason that stays
    SWITCH = "switch"  # pause and resume a connection
    PROBE = "probe"  # ask a vendor whether it is ready


POWERS: Mapping[Power, frozenset[Role]] = {
    Power.MOVE: frozenset({Role.OWNER, Role.FINANCE, Role.OPERATIONS, Role.ECOMMERCE}),
    Power.DECIDE: frozenset({Role.OWNER, Role.FINANCE, Role.OPERATIONS, Role.ECOMMERCE}),
    Power.SWITCH: frozenset({Role.OWNER, Role.FINANCE}),
    Power.PROBE: frozenset({Role.OWNER, Role.FINANCE, Role.OPERATIONS, Role.ECOMMERCE}),
}
"""Who may do what. An auditor is in none of them."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at one merchant's desk, now. author: how the person is named in decisions and the audit log."""

    merchant: Merchant
    role: Role
    author: str
    language: str
    now: datetime

    @property
    def zone(self) -> str:
        """The merchant's time zone."""
        return self.merchant.zone

    def may(self, power: Power) -> bool:
        """Whether the person's role has the power."""
        return self.role in POWERS[power]

    @property
    def powers(self) -> dict[str, bool]:
        """Power -> whether the person has it, for templates."""
        return {power.value: self.may(power) for power in Power}

    def audit(self, action: str, subject: str, **detail: object) -> None:
        """Write down what the person did. Never hand a secret to it."""
        AuditEntry.objects.create(
            merchant=self.merchant, author=self.author, action=action, subject=subject, detail=detail, at=self.now
        )


View = Callable[..., HttpResponseBase]


def page(view: View) -> View:
    """A page of one merchant's: signed in, a member, read only."""
    return require_safe(login_required(_at_desk(view, None)))


def act(power: Power) -> Callable[[View], View]:
    """Something a person does for one merchant: signed in, a member, POST, and the role must have the power."""

    def wrap(view: View) -> View:
        return require_POST(login_required(_at_desk(view, power)))

    return wrap


def keep_here(response: HttpResponseBase) -> HttpResponseBase:
    """The headers of every page: nothing from other hosts, nothing kept by caches."""
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "same-origin"
    response.setdefault("Cache-Control", "no-store")
    patch_vary_headers(response, ("HX-Request", "Cookie"))
    return response


def _at_desk(view: View, power: Power | None) -> View:
    @functools.wraps(view)
    def inner(request: HttpRequest, merchant: str, **where: Any) -> HttpResponseBase:
        desk = _sit_down(request, merchant)
        if power is not None and not desk.may(power):
            raise PermissionDenied(power.value)
        request.session[LAST_MERCHANT] = merchant
        return keep_here(view(request, desk, **where))

    return inner


def _sit_down(request: HttpRequest, slug: str) -> Desk:
    membership = Membership.objects.select_related("merchant").filter(user=request.user.pk, merchant__slug=slug).first()
    if membership is None:
        raise Http404("no such merchant for this person")
    desk = Desk(
        merchant=membership.merchant,
        role=Role(membership.role),
        author=request.user.get_username(),
        language=language_of(request),
        now=moment.now(),
    )
    setattr(request, "desk", desk)  # noqa: B010 - the context processor reads it; HttpRequest declares no such field
    return desk
