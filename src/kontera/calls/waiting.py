"""What a vendor's answer says about waiting, and the problem that every kind of trouble with a vendor is told as."""

from __future__ import annotations

from collections.abc import Mapping

from kontera.errors import Problem

LONGEST_WAIT = 3600.0  # a plugin or a proxy may write any number: after an hour we ask again


def asked_to_wait(headers: Mapping[str, str], *names: str, per_second: int = 1) -> float | None:
    """Seconds the vendor asks us to wait, by the first of these headers (lower case) that is a whole number; never more
    than LONGEST_WAIT. None when none of them is one. per_second: 1000 for headers in milliseconds."""
    for name in names or ("retry-after",):
        text = headers.get(name, "").strip()
        if text.isdecimal():
            return min(float(text) / per_second, LONGEST_WAIT)
    return None


def vendor_problem(code: str, vendor: str, request: str, words: str = "") -> Problem:
    """A problem with the vendor itself, the same for everything that waits for it. request: method and path; words:
    the vendor's own."""
    facts = {"vendor": vendor, "request": request}
    return Problem(code=code, cause=f"vendor:{vendor}", facts=facts, vendor=words)
