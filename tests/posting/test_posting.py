"""Documents reach the ledger exactly once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kontera.clock import SystemClock
from tests.accounting.help import line, order, tax

if TYPE_CHECKING:
    from tests.posting.world import World

NOW = SystemClock().now()


def sale(number: str, **more: Any) -> Any:
    """A paid order of two teas."""
    tea = line("258.00", tax(12, "27.64"), quantity="2", price="129.00")
    return order(tea, paid=more.pop("paid", "klarna"), id=number, number=number, placed_at=NOW - timedelta(minutes=5), **more)


def test_an_order_is_an_invoice_booked_and_paid(world: World) -> None:
    """M2 M6 M7: booked without a person, paid against the clearing account, entries read back and equal."""
    world.arrives(sale("1001"))
    world.drain(2)
    row = world.order("1001")
    told = [dict(one.facts) for one in row.waits.all()]
    assert ("booked", []) == (row.place, told)
    kinds = [(one.kind, one.step, one.proof) for one in row.documents.order_by("sequence")]
    assert [("sales_invoice", "booked", "equal"), ("customer_payment", "booked", "equal")] == kinds
