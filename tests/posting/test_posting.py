"""Documents reach the ledger exactly once, whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.posting.test_once import sale

if TYPE_CHECKING:
    from tests.posting.world import World


def test_an_order_is_an_invoice_booked_and_paid(world: World) -> None:
    """M2 M6 M7: booked without a person, paid against the clearing account, entries read back and equal."""
    world.arrives(sale("1001"))
    world.drain(2)
    row = world.order("1001")
    told = [dict(one.facts) for one in row.waits.all()]
    assert ("booked", []) == (row.place, told)
    kinds = [(one.kind, one.step, one.proof) for one in row.documents.order_by("sequence")]
    assert [("sales_invoice", "booked", "equal"), ("customer_payment", "booked", "equal")] == kinds
