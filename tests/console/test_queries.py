"""Every page asks the database a bounded number of questions, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kontera.db.models import Case, CaseWaiter, ShopOrder
from tests.console.world import NOW, World

Person = Callable[[str], Client]
LIMIT = 25


def questions(client: Client, address: str) -> int:
    """How many queries a page costs."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert 200 == answer.status_code
    return len(captured)


@pytest.mark.parametrize("path", ["", "orders/", "orders/export.csv", "cases/", "cases/?tab=resolved", "connections/"])
def test_lists_cost_the_same_with_few_and_with_many(world: World, person: Person, path: str) -> None:
    """M19: no query per row."""
    client = person("finance")
    client.get(world.path)
    few = questions(client, world.path + path)
    orders = list(ShopOrder.objects.filter(merchant=world.merchant, place="booked")[:40])
    for place, order in enumerate(orders):
        phase = "open" if place % 2 else "resolved"
        case = Case.objects.create(
            merchant=world.merchant,
            connection=world.shop,
            code="VAT_DIFFERS",
            cause=f"order:{order.pk}",
            facts={"order": order.number},
            team="finance",
            phase=phase,
            opened_at=NOW,
            resolved_at=None if phase == "open" else NOW,
        )
        released = None if phase == "open" else NOW
        CaseWaiter.objects.create(merchant=world.merchant, case=case, order=order, since=NOW, released_at=released)
    assert few == questions(client, world.path + path)
    assert few <= LIMIT


def test_one_order_and_one_case_stay_within_the_limit(world: World, person: Person) -> None:
    """The fullest pages too."""
    client = person("finance")
    client.get(world.path)
    assert questions(client, f"{world.path}orders/{world.booked.pk}/") <= LIMIT
    assert questions(client, f"{world.path}cases/{world.cases['ACCOUNT_INACTIVE'].pk}/") <= LIMIT
    assert questions(client, f"{world.path}connections/bok/") <= LIMIT


def test_lists_do_not_drag_contents_along(world: World, person: Person) -> None:
    """The vendor's bytes and frozen documents stay in the tables when fifty orders are listed."""
    client = person("finance")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{world.path}orders/")
    for query in captured.captured_queries:
        for column in ('"raw"', '"kontera_outboxdocument"."content"', '"quote"', '"secrets"', '"toml"'):
            assert column not in query["sql"], (column, query["sql"])
