"""What an order's earlier reading knew and the shop has forgotten since: article numbers of products deleted meanwhile.

Decides that a line keeps its article number when the shop no longer tells any. A number the shop does tell always
counts: that is how a wrong one is mended. Never invents one and never touches an amount.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kontera.commerce import Line, Order
from kontera.money import from_plain
from kontera.storefronts.protocol import Read


def with_known_articles(read: Read, earlier: Any) -> Read:
    """The reading, with article numbers (and products) of the same lines in `earlier`, the content kept of the order
    before (None = there is none)."""
    if earlier is None or read.order is None or all(line.sku for line in read.order.lines):
        return read
    known = {line.id: line for line in from_plain(Order, earlier).lines if line.sku}
    lines = tuple(_with(line, known.get(line.id)) for line in read.order.lines)
    return msgspec.structs.replace(read, order=msgspec.structs.replace(read.order, lines=lines))


def _with(line: Line, known: Line | None) -> Line:
    if line.sku or known is None or known.kind is not line.kind:
        return line
    return msgspec.structs.replace(line, sku=known.sku, product_id=line.product_id or known.product_id)
