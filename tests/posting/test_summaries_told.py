"""Summaries as they are told: what an order in one waits for, what was refused of it, planned and booked apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.console.reading.one_order import compared, fact_of, papers_of
from kontera.db.models import Case, Lane
from kontera.posting.obstacles import Kind, of_order
from kontera.proof.chain import chain_of
from kontera.sandboxes.kit import Fault
from tests.posting.test_summaries import Days, at_noon, tea


@pytest.fixture
def days(ground: Path) -> Iterator[Days]:
    """See at_noon."""
    with at_noon() as made:
        yield made


def test_an_order_read_again_unchanged_leaves_the_refused_voucher_of_its_day(days: Days) -> None:
    """M98: nothing changed for what the ledger refused: no other voucher is made of the day, and the case stays."""
    days.sandbox.company.series["A"]["Manual"] = False
    Lane.objects.filter(pk=days.ledger.pk).update(setup_at=None)
    for number in ("1", "2"):
        days.arrives(tea(number))
    days.until(25, 4)
    asked, vouchers = days.ledger.exchanges.count(), [("nt-2026-11-24-SEK-klarna-1", "held")]
    days.arrives(tea("1"))
    days.drain(2)
    case = Case.objects.get(merchant=days.merchant, phase="open")
    assert (2, asked) == (case.waiters.filter(released_at=None).count(), days.ledger.exchanges.count())
    assert (vouchers, ["held"]) == (
        days.vouchers(),
        list(days.ledger.documents.filter(kind="voucher").values_list("step", flat=True)),
    )


def test_orders_whose_voucher_is_looked_for_say_so(days: Days) -> None:
    """Law 7: an answer about the voucher was lost; each order in it says what it waits for, and shows the request."""
    for number in ("1", "2"):
        days.arrives(tea(number))
    assert [] == of_order(days.order("1"), days.clock.now())
    days.sandbox.faults.add(Fault(kind="lost_answer", method="POST", path="/3/vouchers", times=1))
    days.until(25, 4)
    for number in ("1", "2"):
        told = [(one.kind, one.problem.facts["request"]) for one in of_order(days.order(number), days.clock.now())
                if one.problem]  # fmt: skip
        assert [(Kind.DOCUMENT, "nt-2026-11-24-SEK-klarna-1")] == told
        requests = [(one["path"], one["document"]) for one in chain_of(days.order(number))["requests"]]
        assert ("/3/vouchers", "nt-2026-11-24-SEK-klarna-1") in requests


def test_a_share_is_booked_when_its_voucher_is(days: Days) -> None:
    """M51: the shop against the books, before and after the day is closed; an open day says when that is."""
    days.arrives(tea("1"))
    days.drain()
    order = days.order("1")
    fact = fact_of(order)
    assert [("307.00 SEK", None)] * 1 == [(str(one.planned), one.booked) for one in compared(fact, papers_of(order))][
        :1
    ]
    (sale, paid) = chain_of(order)["documents"]
    assert ["2026-11-25T03:00:00+01:00"] * 2 == [sale["closes_at"], paid["closes_at"]]
    assert (None, "307.00 SEK", "307.00 SEK") == (sale["carrier"], sale["total"], paid["total"])
    days.until(25, 4)
    order = days.order("1")
    figures = [(one.what, str(one.booked), str(one.difference)) for one in compared(fact, papers_of(order))]
    assert [("total", "307.00 SEK", "0.00 SEK"), ("vat", "37.44 SEK", "0.00 SEK")] == figures
    assert [None, None] == [one["closes_at"] for one in chain_of(order)["documents"]]
