"""A shop forgets the article number of a product that was deleted; the order keeps it."""

from __future__ import annotations

from typing import Any

import msgspec

from kontera.clock import SystemClock
from kontera.commerce import Line, LineKind, Order
from kontera.db.models import Look
from kontera.intake.facts import keep_read
from kontera.intake.notices import look_at
from kontera.intake.remembered import with_known_articles
from kontera.money import from_plain, to_plain
from kontera.storefronts.protocol import FactKind, Read
from tests.intake.pair import Pair

CLOCK = SystemClock()


def changed(order: Order, **fields: Any) -> Order:
    """The order with its first line changed."""
    first, *others = order.lines
    return msgspec.structs.replace(order, lines=(msgspec.structs.replace(first, **fields), *others))


def reading(order: Order) -> Read:
    return Read(kind=FactKind.ORDER, id=order.id, raw=b"{}", order=order)


def first_line(read: Read) -> Line:
    assert read.order is not None
    return read.order.lines[0]


def test_a_deleted_products_number_is_kept(pair: Pair) -> None:
    """M14: read again after the product is gone, the order is the same: no new version, no false alarm."""
    bought = pair.buys()
    pair.drain()
    pair.works()
    row = pair.standing(bought)
    assert row.fact is not None
    order = from_plain(Order, row.fact.content)
    look_at(pair.shop, "order", order.id, author="Kim", now=CLOCK.now())
    look = Look.objects.get(connection=pair.shop, external_id=order.id)
    assert not keep_read(pair.shop, look, reading(changed(order, sku="", product_id="")), [], CLOCK.now())
    again = pair.standing(bought)
    assert (row.fact.version, "booked") == (again.fact.version if again.fact else None, again.place)


def test_what_the_shop_tells_counts(pair: Pair) -> None:
    """M14: a number that was wrong is mended in the shop; a line that became something else is another line."""
    bought = pair.buys()
    pair.drain()
    pair.works()
    row = pair.standing(bought)
    assert row.fact is not None
    order = from_plain(Order, row.fact.content)
    earlier = to_plain(order)
    known = order.lines[0]
    assert "NEW-1" == first_line(with_known_articles(reading(changed(order, sku="NEW-1")), earlier)).sku
    forgotten = reading(changed(order, sku="", product_id=""))
    kept = first_line(with_known_articles(forgotten, earlier))
    assert (known.sku, known.product_id) == (kept.sku, kept.product_id)
    assert "" == first_line(with_known_articles(forgotten, None)).sku
    for other in ({"id": "999"}, {"kind": LineKind.FEE}):
        line = first_line(with_known_articles(reading(changed(order, sku="", **other)), earlier))
        assert "" == line.sku
    gone = Read(kind=FactKind.ORDER, id="1", raw=b"", gone=True)
    assert gone == with_known_articles(gone, earlier)
