"""A shop forgets the article number of a product that was deleted, or its VAT; the order keeps both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from kontera.clock import SystemClock
from kontera.commerce import Line, LineKind, Order
from kontera.db.models import Look
from kontera.errors import Problem
from kontera.intake.facts import keep_read
from kontera.intake.notices import look_at
from kontera.intake.remembered import with_what_was_known
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
    assert "NEW-1" == first_line(with_what_was_known(reading(changed(order, sku="NEW-1")), earlier)).sku
    forgotten = reading(changed(order, sku="", product_id=""))
    kept = first_line(with_what_was_known(forgotten, earlier))
    assert (known.sku, known.product_id) == (kept.sku, kept.product_id)
    assert "" == first_line(with_what_was_known(forgotten, None)).sku
    for other in ({"id": "999"}, {"kind": LineKind.FEE}):
        line = first_line(with_what_was_known(reading(changed(order, sku="", **other)), earlier))
        assert "" == line.sku
    gone = Read(kind=FactKind.ORDER, id="1", raw=b"", gone=True)
    assert gone == with_what_was_known(gone, earlier)


def read_before(pair: Pair) -> Order:
    """An order as it was read and booked."""
    bought = pair.buys()
    pair.drain()
    pair.works()
    row = pair.standing(bought)
    assert row.fact is not None
    return from_plain(Order, row.fact.content)


def of_today(order: Order, lacks: Problem | None = None) -> Read:
    """A reading whose VAT was worked out from the shop of today."""
    return Read(kind=FactKind.ORDER, id=order.id, raw=b"{}", order=order, worked_out=True, lacks=lacks)


LACKS = Problem(code="PRODUCT_VAT_UNKNOWN", cause="product:7", facts={"order": "1", "article": "TE-1"})


def test_a_rate_changed_since_changes_no_sale_of_before(pair: Pair) -> None:
    """M40, M100: the same figures were sold at the same VAT; a mended article number counts all the same."""
    order = read_before(pair)
    dearer = tuple(msgspec.structs.replace(tax, rate=Decimal(6)) for tax in order.lines[0].taxes)
    now = changed(order, taxes=dearer, sku="NEW-1")
    kept = first_line(with_what_was_known(of_today(now), to_plain(order)))
    assert (order.lines[0].taxes, "NEW-1") == (kept.taxes, kept.sku)
    assert dearer == first_line(with_what_was_known(reading(now), to_plain(order))).taxes  # the order itself told it
    assert dearer == first_line(with_what_was_known(of_today(now), None)).taxes


def test_other_figures_are_another_sale(pair: Pair) -> None:
    """M12: edited in the shop: nothing of before is put in its place."""
    order = read_before(pair)
    edited = changed(order, quantity=order.lines[0].quantity + 1, taxes=())
    assert edited == with_what_was_known(of_today(edited), to_plain(order)).order


def test_a_reading_that_did_not_add_up_teaches_nothing(pair: Pair) -> None:
    """M87: the merchant mended the product's rate: that is what releases the order."""
    order = read_before(pair)
    wrong = changed(order, taxes=tuple(msgspec.structs.replace(tax, rate=Decimal(6)) for tax in order.lines[0].taxes))
    assert order == with_what_was_known(of_today(order), to_plain(wrong)).order


def test_what_nobody_knows_is_a_problem(pair: Pair) -> None:
    """M98: the product was deleted before its order was first read; known once, it stays known."""
    order = read_before(pair)
    forgotten = changed(order, taxes=(), sku="")
    assert with_what_was_known(of_today(forgotten, LACKS), None).problem == LACKS
    known = with_what_was_known(of_today(forgotten, LACKS), to_plain(order))
    assert (order, None, None) == (known.order, known.problem, known.lacks)


def test_an_order_that_was_unreadable_for_a_while_is_remembered(pair: Pair) -> None:
    """M14: the last reading that told anything counts, not the last one."""
    order = read_before(pair)
    for read in (
        Read(kind=FactKind.ORDER, id=order.id, raw=b"1", problem=LACKS),
        of_today(changed(order, taxes=(), sku=""), LACKS),
    ):
        look_at(pair.shop, "order", order.id, author="Kim", now=CLOCK.now())
        look = Look.objects.get(connection=pair.shop, external_id=order.id)
        keep_read(pair.shop, look, read, [], CLOCK.now())
    row = pair.order(order.id)
    assert row.fact is not None
    assert order == from_plain(Order, row.fact.content)
