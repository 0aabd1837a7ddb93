"""Is a notice really BigCommerce's, fresh and whole, and what should be looked at because of it?

Decides by the Standard Webhooks signature over the exact body, compared in constant time, and a window against replay.
Nothing in a notice is believed but ids. A repeated delivery carries the same event id and is recognised by intake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from kontera.clock import Clock
from kontera.storefronts.fields import Node, Unreadable
from kontera.storefronts.notices import digest, fresh, genuine, identity, named, understood
from kontera.storefronts.protocol import Change, FactKind, NoticeContent, NoticeRefused

LARGEST = 64 * 1024  # a light payload is under 1 kB
WINDOW = timedelta(minutes=5)  # what Standard Webhooks' own libraries tolerate, both ways

# What is asked for. Every refund and payment event also bumps the order; store/order/* would add messages and
# metafields, among them those we write ourselves.
SCOPES = (
    "store/order/created",
    "store/order/updated",
    "store/order/archived",
    "store/order/statusUpdated",
    "store/order/refund/created",
    "store/order/transaction/created",
    "store/order/transaction/updated",
)


def read_notice(
    headers: Mapping[str, str], body: bytes, *, secret: str, store_hash: str, clock: Clock
) -> NoticeContent:
    """The ids to look at. Raises NoticeRefused: 413 too large, 401 not genuine or too old, 400 unreadable."""
    names = named(headers, body, LARGEST)
    event, stamp = names.get("webhook-id", ""), names.get("webhook-timestamp", "")
    if not event or not stamp.isdecimal() or len(stamp) > 11 or not names.get("webhook-signature"):
        raise NoticeRefused("not signed", 401)
    genuine(secret, _signed(event, stamp, body), _versioned(names["webhook-signature"]), "client secret")
    sent_at = datetime.fromtimestamp(int(stamp), UTC)
    fresh(sent_at, clock, WINDOW)

    def content(notice: Node) -> NoticeContent:
        if notice.text("producer") != f"stores/{store_hash}":
            raise NoticeRefused("for another store", 401)
        return NoticeContent(event=event, changes=_changes(notice), sent_at=sent_at)

    return understood(body, content)


def signature(secret: str, event: str, stamp: str, body: bytes) -> str:
    """The header's value as BigCommerce makes it: HMAC-SHA256 over "{id}.{timestamp}.{body}", keyed with the client
    secret's own bytes, base64, version "v1"."""
    return "v1," + digest(secret, _signed(event, stamp, body))


def _signed(event: str, stamp: str, body: bytes) -> bytes:
    return f"{event}.{stamp}.".encode() + body


def _versioned(header: str) -> list[str]:
    """The space-separated signatures of the version we know (a secret being changed is signed with both)."""
    parts = [part.partition(",") for part in header.split()[:8]]
    return [value for version, _, value in parts if version == "v1"]


def _changes(content: Node) -> tuple[Change, ...]:
    """What the scope is about. A scope we know nothing of is accepted and asks for nothing."""
    scope, data = content.text("scope"), content.node("data")
    if data is None:
        raise Unreadable("$.data", "missing")
    for prefix, kind, told in _ABOUT:
        if scope.startswith(prefix):
            return (Change(kind=kind, id=identity(told(data), "$.data")),)
    return ()


_ABOUT: tuple[tuple[str, FactKind, Callable[[Node], str]], ...] = (
    ("store/order/transaction/", FactKind.ORDER, lambda data: data.text("order_id")),
    ("store/order/metafield/", FactKind.ORDER, lambda data: data.text("resource_id") or data.text("id")),
    ("store/order/", FactKind.ORDER, lambda data: data.text("id") or data.text("order_id")),
    ("store/shipment/", FactKind.ORDER, lambda data: data.text("orderId") or data.text("order_id")),
    ("store/customer/", FactKind.CUSTOMER, lambda data: data.text("id")),
    ("store/product/", FactKind.PRODUCT, lambda data: data.text("id")),
)
