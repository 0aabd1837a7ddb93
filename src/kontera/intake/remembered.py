"""What an order's earlier reading knew and the shop of today has forgotten or tells otherwise.

Decides two things. A line keeps its article number when the shop no longer tells any (its product was deleted); a
number the shop does tell always counts: that is how a wrong one is mended. And where the VAT of lines is worked out
from the shop of today (`Read.worked_out`), what an earlier reading made of the same figures stays, if it came to the
order's own VAT: a rate changed or a product deleted since says nothing about a sale of before. Never invents anything.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kontera.accounting.parts import parts_of
from kontera.accounting.vat_amounts import vat_amounts
from kontera.commerce import Line, Order
from kontera.money import from_plain
from kontera.storefronts.protocol import Read


def with_what_was_known(read: Read, earlier: Any) -> Read:
    """The reading, completed from `earlier`: the content kept of the order before (None = there is none). What it lacks
    all the same is its problem."""
    if read.order is None:
        return read
    forgetful = read.worked_out or not all(line.sku for line in read.order.lines)
    known = from_plain(Order, earlier) if earlier is not None and forgetful else None
    if known is not None and read.worked_out and _figures(read.order) == _figures(known) and _adds_up(known):
        lines = tuple(_priced_as(now, then) for now, then in zip(read.order.lines, known.lines, strict=True))
        read = _with_lines(read, read.order, lines)
        read = msgspec.structs.replace(read, lacks=None)
    if read.lacks is not None:
        return Read(kind=read.kind, id=read.id, raw=read.raw, problem=read.lacks)
    if known is None or read.order is None:
        return read
    named = {line.id: line for line in known.lines if line.sku}
    return _with_lines(read, read.order, tuple(_named_as(line, named.get(line.id)) for line in read.order.lines))


def _with_lines(read: Read, order: Order, lines: tuple[Line, ...]) -> Read:
    return msgspec.structs.replace(read, order=msgspec.structs.replace(order, lines=lines))


def _named_as(line: Line, known: Line | None) -> Line:
    if line.sku or known is None or known.kind is not line.kind:
        return line
    return msgspec.structs.replace(line, sku=known.sku, product_id=line.product_id or known.product_id)


def _priced_as(now: Line, then: Line) -> Line:
    """The line as it was priced and taxed then, with the names it has now."""
    return msgspec.structs.replace(then, sku=now.sku or then.sku, name=now.name, product_id=now.product_id)


def _figures(order: Order) -> object:
    """What the shop itself tells of the amounts: the same figures were sold at the same VAT."""
    lines = [(line.id, line.quantity, line.unit_price, line.country) for line in order.lines]
    return order.currency, order.prices_include_vat, order.total, order.vat, lines


def _adds_up(order: Order) -> bool:
    """Whether the lines come to the order's own VAT, as the books judge it."""
    amounts = vat_amounts(order, parts_of(order))
    return not amounts.problems and not amounts.disputed
