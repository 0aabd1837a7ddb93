"""Which browser somebody has signed in with before: a signed cookie that names the person and the device.

Decides only whether a device is known for a name. The cookie opens nothing: it lets its holder try a password while
strangers' guesses at the same name are stopped (`tries`). After OWASP's "Slow Down Online Guessing Attacks with Device
Cookies" (owasp.org/www-community).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "device"
_SALT = "kontera.console.device"
_LASTS = timedelta(days=180)


def known(request: HttpRequest, name: str) -> str:
    """The device's mark when `name` signed in with it before; empty otherwise, also for a cookie somebody made up."""
    try:
        whose, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if whose == name else ""


def remember(response: HttpResponseBase, name: str) -> None:
    """`name` has just signed in with this browser. Every time a new mark: what one holder of a stolen cookie spoils
    ends with the next sign-in."""
    response.set_cookie(
        COOKIE,
        signing.dumps([name, secrets.token_urlsafe(12)], salt=_SALT),
        max_age=_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
