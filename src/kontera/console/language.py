"""Which language a person reads: chosen once, kept in the session and in a cookie for the next sign-in.

Swedish until chosen otherwise. Never guesses from what a browser sends.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from kontera.console.words import LANGUAGES

_NAME = "kontera_language"
_YEAR = 365 * 24 * 3600


def language_of(request: HttpRequest) -> str:
    """The language of this person's pages."""
    session = getattr(request, "session", {})
    wanted = session.get(_NAME) or request.COOKIES.get(_NAME)
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def choose(request: HttpRequest, response: HttpResponseBase, language: str) -> None:
    """Remember the choice; an unknown language is not one."""
    if language in LANGUAGES:
        request.session[_NAME] = language
        response.set_cookie(_NAME, language, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
