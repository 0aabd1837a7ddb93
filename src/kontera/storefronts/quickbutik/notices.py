"""What should be looked at because of a notice?

Decides nothing about its truth: Quickbutik signs nothing and sends no body. The address it calls is the secret; what
calls there may name one order to look at, and no more.
"""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

from kontera.storefronts.fields import is_id
from kontera.storefronts.notices import named
from kontera.storefronts.protocol import Change, FactKind, NoticeContent, NoticeRefused

LARGEST = 4096  # bytes of a query with two short values
_MOST_FIELDS = 20


def read_notice(query: bytes) -> NoticeContent:
    """The order to look at; nothing for events about products. query: "event_type=order.new&order_id=17". Raises
    NoticeRefused: 413 too large, 400 unreadable. The event is the query itself: the vendor numbers none."""
    named({}, query, LARGEST)
    try:
        fields = dict(parse_qsl(query.decode(), strict_parsing=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise NoticeRefused("not a query", 400) from error
    kind = fields.get("event_type", "")
    if not kind:
        raise NoticeRefused("no event_type", 400)
    event = hashlib.sha256(query).hexdigest()
    if not kind.startswith("order."):
        return NoticeContent(event=event, changes=())
    identity = fields.get("order_id", "").strip()
    if not is_id(identity):
        raise NoticeRefused("no order_id", 400)
    return NoticeContent(event=event, changes=(Change(kind=FactKind.ORDER, id=identity),))
