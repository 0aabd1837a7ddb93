"""Is a notice the shop's own? The steps every vendor's notices go through; what is signed, and how, its adapter says.

Decides the order: size before anything is calculated, the signature before anything is parsed, and constant time for
comparing it. Nothing in a notice is believed but ids, and those only when a shop can have them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from kontera.clock import Clock
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.protocol import NoticeContent, NoticeRefused

_LONGEST_ID = 18  # shops count in 64 bits


def named(headers: Mapping[str, str], body: bytes, largest: int) -> dict[str, str]:
    """The headers, names in lower case. Raises NoticeRefused (413) for more bytes than the vendor ever sends."""
    if len(body) > largest:
        raise NoticeRefused(f"larger than {largest} bytes", 413)
    return {name.lower(): value.strip() for name, value in headers.items()}


def digest(secret: str, message: bytes) -> str:
    """base64 of HMAC-SHA256 over the message, keyed with the secret's own bytes: what most shops sign with."""
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def genuine(secret: str, message: bytes, signatures: Iterable[str], secret_is: str = "secret") -> None:
    """Whether one of the signatures is the digest of the message. Raises NoticeRefused (401). secret_is: what the
    setting is called, for a connection that has none."""
    if not secret:
        raise NoticeRefused(f"no {secret_is} is set for this connection", 401)
    expected = digest(secret, message).encode()
    fits = False
    for signature in signatures:
        fits |= hmac.compare_digest(signature.encode(), expected)
    if not fits:
        raise NoticeRefused("the signature does not fit", 401)


def fresh(sent_at: datetime, clock: Clock, window: timedelta) -> None:
    """Whether it was sent just now, by a vendor that signs the time. Raises NoticeRefused (401): it may be a replay."""
    if abs(clock.now() - sent_at) > window:
        raise NoticeRefused("outside the time window", 401)


def identity(told: str, path: str) -> str:
    """The vendor's number of an object, as written in a notice. Raises Unreadable when it is not one that a shop can
    have: to keep it would only make a case about an order that is nowhere."""
    if not (told.isascii() and told.isdecimal() and len(told) <= _LONGEST_ID and int(told)):
        raise Unreadable(path, "no id")
    return str(int(told))


def understood(body: bytes, read: Callable[[Node], NoticeContent]) -> NoticeContent:
    """What the JSON object in the body says. Raises NoticeRefused (400) when `read` finds it unreadable."""
    try:
        return read(Node(parse(body), "$"))
    except Unreadable as fault:
        raise NoticeRefused(f"unreadable at {fault.path}", 400) from fault
