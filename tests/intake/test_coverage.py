"""What VAT a shop can charge is held against rules and ledger before the first such order comes (N11)."""

from __future__ import annotations

from kontera.calls import RateWindow
from kontera.cases.catalogue import render
from kontera.cli.preparing import prepare
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.posting.coverage import check_coverage
from kontera.sandboxes.kit import Fault
from tests.intake.pair import Pair

CLOCK = SystemClock()


def codes(pair: Pair) -> dict[str, str]:
    """Red lines: the case such orders would wait in -> its title."""
    lines = check_coverage(pair.shop, CLOCK, RateWindow(CLOCK, 0, 0))
    return {one.problem.code: render(one.problem, "en", ledger="fortnox").title for one in lines if one.problem}


def test_vat_codes_that_the_ledger_lacks_are_one_line(pair: Pair) -> None:
    """N11 M98: named before an order waits for one of them; once added and told, the line is gone."""
    pair.drain()
    lines = check_coverage(pair.shop, CLOCK, RateWindow(CLOCK, 0, 0))
    (line,) = [one for one in lines if one.problem and one.problem.code == "VAT_RATE_NOT_IN_LEDGER"]
    assert "OSSDE19" in line.detail
    given = {**prepare("fortnox", pair.sandbox.base_url)}
    store.connect(pair.merchant, "fortnox", "fortnox", given, now=CLOCK.now(), author="test")
    pair.drain()
    assert {"VAT_UNMAPPED"} == codes(pair).keys(), "the shop has a class without VAT that goes to private persons"
    assert codes(pair)["VAT_UNMAPPED"].startswith("No VAT rule for 0 % in ")


def test_without_a_copy_of_the_ledger_nothing_is_claimed(pair: Pair) -> None:
    """Neither red nor green before the ledger was read, and nothing for the ledger itself."""
    assert [] == check_coverage(pair.shop, CLOCK, RateWindow(CLOCK, 0, 0))
    pair.drain()
    assert [] == check_coverage(pair.ledger, CLOCK, RateWindow(CLOCK, 0, 0))


def test_a_shop_that_cannot_be_asked_has_no_list(pair: Pair) -> None:
    """The other lines of readiness say why; this one claims nothing."""
    pair.drain()
    pair.shop_sandbox.faults.add(Fault(kind="status", path="*tax*", times=99, status=503))
    assert [] == check_coverage(pair.shop, CLOCK, RateWindow(CLOCK, 0, 0))
