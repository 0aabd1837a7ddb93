"""Is a notice really the shop's, and what should be looked at because of it? And the hooks that send them.

Decides by the HMAC over the exact body, compared in constant time. Nothing in a notice is believed but an id: it tells
the state at delivery, deliveries come late, in any order, or not at all. No time is signed, so a replay cannot be told
from a delivery; it costs one look and changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from kontera.storefronts.fields import Node
from kontera.storefronts.notices import digest, genuine, identity, named, understood
from kontera.storefronts.protocol import Change, FactKind, NoticeContent, NoticeRefused
from kontera.storefronts.woocommerce.client import Client

LARGEST = 1024 * 1024  # a payload is the whole order, with every line
TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
_PING = re.compile(rb"webhook_id=\d{1,18}")
_PATH = "/webhooks"


class Hook(msgspec.Struct, frozen=True):
    """One webhook of the shop. status: active, paused (by a person), or disabled (by the shop, without a word)."""

    id: int
    topic: str
    delivery_url: str = ""
    status: str = "active"


def read_notice(headers: Mapping[str, str], body: bytes, *, secret: str) -> NoticeContent:
    """The ids to look at. Raises NoticeRefused: 413 too large, 401 not genuine, 400 unreadable.

    A new hook first sends an unsigned "webhook_id=7" and repeats it until it is answered well: it asks for nothing.
    The event is made of topic and body: the shop's own delivery id is shared by whatever is sent in one second."""
    names = named(headers, body, LARGEST)
    signed = names.get("x-wc-webhook-signature", "")
    if not signed and _PING.fullmatch(body):
        return NoticeContent(event="ping", changes=())
    if not signed:
        raise NoticeRefused("not signed", 401)
    genuine(secret, body, [signed], "secret of the notices")
    topic = names.get("x-wc-webhook-topic", "")
    event = hashlib.sha256(topic.encode() + b"\n" + body).hexdigest()
    return understood(body, lambda content: NoticeContent(event=event, changes=_changes(topic, content)))


def signature(secret: str, body: bytes) -> str:
    """The header's value as the shop makes it: base64 of HMAC-SHA256 over the body."""
    return digest(secret, body)


def _changes(topic: str, content: Node) -> tuple[Change, ...]:
    """Order topics name an order; other topics, and what somebody else registered, ask for nothing."""
    if topic and not topic.startswith("order."):
        return ()
    return (Change(kind=FactKind.ORDER, id=identity(content.text("id"), "$.id")),)


def hooks_of(client: Client) -> list[Hook]:
    """Every webhook of the shop."""
    return client.read_as(Hook, client.every(_PATH), _PATH)


def ensure_hooks(client: Client, url: str, secret: str) -> bool:
    """One active hook per topic towards `url`; those the shop switched off (after seven failures in a row) are switched
    on again, with our secret. One a person paused stays so. True when anything was made or mended."""
    changed = False
    present: dict[str, Hook] = {}
    for hook in hooks_of(client):
        if hook.delivery_url == url and (hook.topic not in present or hook.status == "active"):
            present[hook.topic] = hook
    for topic in TOPICS:
        known = present.get(topic)
        wanted = {"name": f"Kontera {topic}", "topic": topic, "delivery_url": url, "secret": secret, "status": "active"}
        if known is None:
            client.send("POST", _PATH, wanted)
        elif known.status == "disabled":
            client.send("PUT", f"{_PATH}/{known.id}", wanted)
        else:
            continue
        changed = True
    return changed
