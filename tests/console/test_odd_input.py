"""What no form of ours sends: answered like any other nonsense, never with an error of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kontera.db.models import Case
from tests.console.world import World

Person = Callable[[str], Client]

QUERIES = [
    "orders/?store=%00",
    "orders/?currency=%00",
    "orders/?place=%00",
    "orders/?q=%00",
    "orders/?to=9999-12-31",
    "orders/?from=0001-01-01",
    "orders/?from=%00",
    "orders/?q=1e999999999",
    "orders/?q=NaN",
    "orders/?q=" + "9" * 100,
    "orders/?page=99999999999999",
    "orders/export.csv?to=9999-12-31",
    "cases/?page=-1",
    "cases/?tab=%00",
    "?span=zz",
]


@pytest.mark.parametrize("query", QUERIES)
def test_an_odd_filter_shows_a_page(world: World, person: Person, query: str) -> None:
    """M120: what makes no sense is left out of the filter."""
    answer = person("owner").get(world.path + query)
    assert 200 == answer.status_code
    if getattr(answer, "streaming", False):
        assert b"".join(answer)


@pytest.mark.parametrize("day", ["to=9999-12-31", "from=0001-01-01"])
def test_a_day_beyond_the_calendar_is_told(world: World, person: Person, day: str) -> None:
    """Never silently taken for something else."""
    answer = person("owner").get(f"{world.path}orders/?{day}")
    assert day.split("=")[1] in answer.content.decode()
    assert (day.split("=")[1],) == answer.context["wanted"].refused


@pytest.mark.parametrize("path", ["orders/" + "9" * 25 + "/", "orders/" + "9" * 5000 + "/", "rules/" + "9" * 25 + "/"])
def test_a_number_too_large_is_not_there(world: World, person: Person, path: str) -> None:
    """404."""
    assert 404 == person("owner").get(world.path + path).status_code


def test_odd_forms_change_nothing(world: World, person: Person) -> None:
    """Sent back to the page with a word about it."""
    client, case = person("owner"), world.cases["ACCOUNT_INACTIVE"]
    where = f"{world.path}cases/{case.pk}/"
    chosen = {"which": "chosen", "reason": "x"}
    forms = [
        ("assign/", {"assignee": "\x00nobody\x00", "team": "finance"}),
        ("decide/", {**chosen, "choice": "leave_out", "order": "9" * 5000}),
        ("decide/", {**chosen, "choice": "leave_out", "order": "9" * 25}),
        ("release/", {**chosen, "order": "9" * 25}),
        ("release/", {**chosen, "order": "9" * 5000}),
    ]
    assert {302} == {client.post(where + action, form).status_code for action, form in forms}
    after = Case.objects.get(pk=case.pk)
    assert (case.assignee, case.team, case.phase) == (after.assignee, after.team, after.phase)
    assert not after.decisions.exists()
