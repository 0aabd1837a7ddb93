"""Orders with something wrong, as real shops have them: each is booked all the same or waits in the right case, and
nothing stops the others (M45 M46 M98 M100)."""

from __future__ import annotations

import pytest

from kontera.cases.catalogue import render
from kontera.cli.preparing import prepare
from kontera.connections import store
from kontera.db.models import CaseWaiter
from kontera.errors import Problem
from kontera.sandboxes.bigcommerce import BAD_KINDS, place_orders
from tests.intake.pair import CLOCK, Pair

# kind -> the case it waits in; None = the hub knows how to write it down, and books it
WAITS_IN = {
    "unknown_tax_class": "TAX_CLASS_UNKNOWN",
    "unknown_currency": "CURRENCY_UNKNOWN",
    "unknown_status": "ORDER_STATUS_UNKNOWN",
    "inconsistent_totals": "TOTAL_DIFFERS",
    "negative_total": "TOTAL_NEGATIVE",
    "many_lines": "TOO_MANY_ROWS",
    "refused_article_number": "ARTICLE_NUMBER_REFUSED",
    "deleted_product": None,
    "long_zip": None,
    "emoji_names": None,
}


def test_every_kind_of_bad_order_is_spoken_for() -> None:
    """A new kind in the shop needs an answer here."""
    assert set(BAD_KINDS) == set(WAITS_IN)


@pytest.mark.parametrize("kind", BAD_KINDS)
def test_a_bad_order_is_booked_or_waits_in_its_case(pair: Pair, kind: str) -> None:
    """The case says what is wrong, what to do and where; the good orders around it are booked."""
    given = {"create_articles": "yes", **prepare("fortnox", pair.sandbox.base_url)}
    store.connect(pair.merchant, "fortnox", "fortnox", given, now=CLOCK.now(), author="test")
    pair.drain()
    keys = pair.shop_sandbox.credentials()
    placed = place_orders(pair.shop_sandbox.base_url, keys, 6, 3, bad=(kind,))
    pair.works(2)
    (bad,) = [one for one in placed if one.expected_trouble]
    good = [str(one.id) for one in placed if not one.expected_trouble]
    assert {"booked"} == {pair.order(number).place for number in good}
    row = pair.order(str(bad.id))
    waits = CaseWaiter.objects.filter(order=row, released_at=None).select_related("case")
    assert WAITS_IN[kind] == next((one.case.code for one in waits), None)
    assert ("waiting" if WAITS_IN[kind] else "booked") == row.place
    for wait in waits:
        for language in ("sv", "en"):
            problem = Problem(code=wait.case.code, facts=wait.facts)
            told = render(problem, language, shop="bigcommerce", ledger="fortnox")
            assert told.title
            assert told.action
            assert "?" not in told.title
