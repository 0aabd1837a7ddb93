"""Cases: found, understood, handed over, decided, released."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from kontera.cases.catalogue import catalogue, render
from kontera.console import actions
from kontera.db.models import AuditEntry, Case, CaseWaiter, Decision, ShopOrder
from kontera.errors import Problem
from tests.console.world import NOW, World

Person = Callable[[str], Client]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the console set in motion: code, choice, author, reason, order numbers."""
    calls: list[tuple[object, ...]] = []

    def check_again(case: Case, author: str, reason: str, orders: list[int] | None = None) -> int:
        calls.append((case.code, "try_again", author, reason, orders))
        return 6 if orders is None else len(orders)

    def decide(case: Case, choice: str, author: str, reason: str, orders: list[ShopOrder] | None = None) -> int:
        calls.append((case.code, choice, author, reason, orders and [order.number for order in orders]))
        return 2

    monkeypatch.setattr(actions, "check_again", check_again)
    monkeypatch.setattr(actions, "decide", decide)
    return calls


def codes(client: Client, world: World, tab: str) -> list[str]:
    """The cases of a tab."""
    return [row.case.code for row in client.get(f"{world.path}cases/?tab={tab}").context["rows"]]


def test_each_team_sees_its_own(world: World, person: Person) -> None:
    """M95 M96: finance, e-commerce, mine and resolved are tabs with counts."""
    client = person("finance")
    assert ["ACCOUNT_INACTIVE", "VAT_UNMAPPED"] == codes(client, world, "finance")
    assert ["ARTICLE_NUMBER_REFUSED"] == codes(client, world, "ecommerce")
    assert [] == codes(client, world, "operations")
    assert ["PERIOD_LOCKED"] == codes(client, world, "resolved")
    counts = dict(client.get(f"{world.path}cases/").context["tabs"])
    assert (3, 2, 1, 0) == (counts["all"], counts["finance"], counts["ecommerce"], counts["mine"])


def test_a_case_says_everything_a_tired_bookkeeper_needs(world: World, person: Person) -> None:
    """M87 M98: what, why, what to do, where, what is safe, how many wait, who decided what; the vendor's words last."""
    case = world.cases["ARTICLE_NUMBER_REFUSED"]
    page = person("finance").get(f"{world.path}cases/{case.pk}/").content.decode()
    text = render(
        Problem(code=case.code, facts=case.facts, vendor=case.vendor), "sv", shop="bigcommerce", ledger="fortnox"
    )
    from django.utils.html import escape

    parts = [text.title, text.body, text.action, *(place.path for place in text.where), text.safe, text.vendor]
    places = [page.index(escape(part)) for part in parts[1:]]
    assert sorted(places) == places
    assert "1 order väntar" in page
    assert "Bytte till SE-100 i butiken" in page


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_code_of_the_catalogue_can_be_shown(world: World, person: Person, code: str) -> None:
    """No case may break its page, whatever facts it came with (law 1)."""
    case = Case.objects.create(
        merchant=world.merchant,
        connection=world.shop,
        code=code,
        cause="some:cause",
        facts={},
        team=catalogue()[code].owner,
        opened_at=NOW,
    )
    client = person("finance")
    assert 200 == client.get(f"{world.path}cases/{case.pk}/").status_code
    client.post("/language/", {"language": "en"})
    assert 200 == client.get(f"{world.path}cases/{case.pk}/").status_code


def test_the_rule_behind_a_case_is_one_click_away(world: World, person: Person) -> None:
    """Show it where it stands."""
    page = person("finance").get(f"{world.path}cases/{world.cases['ACCOUNT_INACTIVE'].pk}/").content.decode()
    assert f'href="{world.path}rules/3/#revenue.tea-12"' in page


def test_releasing_all_asks_once_with_name_and_reason(
    world: World, person: Person, asked: list[tuple[object, ...]]
) -> None:
    """M87: the cause is mended, one press lets everybody go."""
    case = world.cases["ACCOUNT_INACTIVE"]
    form = {"reason": "Kontot är aktiverat"}
    page = person("finance").post(f"{world.path}cases/{case.pk}/release/", form, follow=True)
    assert [("ACCOUNT_INACTIVE", "try_again", world.people["finance"], "Kontot är aktiverat", None)] == asked
    assert "6 ordrar prövas igen." in page.content.decode()


def test_releasing_chosen_takes_only_orders_of_this_case(
    world: World, person: Person, asked: list[tuple[object, ...]]
) -> None:
    """And with none chosen nothing is asked."""
    case = world.cases["ACCOUNT_INACTIVE"]
    mine = CaseWaiter.objects.get(case=case, order__number="1071").order_id
    other = CaseWaiter.objects.get(case=world.cases["VAT_UNMAPPED"], order__number="1077").order_id
    client = person("finance")
    client.post(f"{world.path}cases/{case.pk}/release/", {"which": "chosen", "order": [str(mine), str(other)]})
    assert [("ACCOUNT_INACTIVE", "try_again", world.people["finance"], "", [mine])] == asked
    page = client.post(f"{world.path}cases/{case.pk}/release/", {"which": "chosen"}, follow=True)
    assert "Ingen order var vald." in page.content.decode()
    assert 1 == len(asked)


def test_a_decision_takes_only_orders_of_this_case(
    world: World, person: Person, asked: list[tuple[object, ...]]
) -> None:
    """An order of another case, or nonsense, is not smuggled in."""
    case = world.cases["ACCOUNT_INACTIVE"]
    waiters = CaseWaiter.objects.filter(order__number__in=("1071", "1072", "1077"), order__merchant=world.merchant)
    chosen = [str(order) for order in waiters.values_list("order_id", flat=True)]
    form = {"choice": "leave_out", "reason": "provorder", "which": "chosen", "order": [*chosen, "x"]}
    page = person("finance").post(f"{world.path}cases/{case.pk}/decide/", form, follow=True)
    assert [("ACCOUNT_INACTIVE", "leave_out", world.people["finance"], "provorder", ["1071", "1072"])] == asked
    assert "Beslutet gäller 2 ordrar" in page.content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"choice": "leave_out", "reason": "  ", "which": "all"}, "Skriv en motivering"),
        ({"choice": "use_shop_vat", "reason": "därför", "which": "all"}, "Välj vad du beslutar."),
        ({"reason": "därför", "which": "all"}, "Välj vad du beslutar."),
        ({"choice": "leave_out", "reason": "därför", "which": "chosen"}, "Ingen order var vald."),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_words(
    world: World, person: Person, asked: list[tuple[object, ...]], form: dict[str, str], words: str
) -> None:
    """No reason, a choice that the case does not have, no order: nothing happens."""
    case = world.cases["ACCOUNT_INACTIVE"]
    page = person("finance").post(f"{world.path}cases/{case.pk}/decide/", form, follow=True)
    assert words in page.content.decode()
    assert [] == asked


def test_a_resolved_case_is_left_alone(world: World, person: Person, asked: list[tuple[object, ...]]) -> None:
    """Two people pressing at once do it once."""
    case = Case.objects.get(merchant=world.merchant, code="PERIOD_LOCKED")
    for action in ("release", "decide"):
        page = person("finance").post(f"{world.path}cases/{case.pk}/{action}/", {"choice": "leave_out"}, follow=True)
        assert "Ärendet var redan löst." in page.content.decode()
    assert [] == asked


def test_taking_a_case_is_a_decision_in_the_log(world: World, person: Person) -> None:
    """M95: who owns it is never in doubt; the change stays with who, when and why."""
    case = world.cases["VAT_UNMAPPED"]
    form = {"team": "ecommerce", "assignee": world.people["ecommerce"], "reason": "Norge är nytt"}
    person("finance").post(f"{world.path}cases/{case.pk}/assign/", form)
    case.refresh_from_db()
    assert ("ecommerce", world.people["ecommerce"]) == (case.team, case.assignee)
    decision = Decision.objects.get(case=case)
    assert ("assigned", world.people["finance"], "Norge är nytt") == (decision.choice, decision.author, decision.reason)
    entry = AuditEntry.objects.get(action="case.assigned", merchant=world.merchant)
    assert (world.people["finance"], NOW) == (entry.author, entry.at)
    assert ["VAT_UNMAPPED"] == codes(person("ecommerce"), world, "mine")


@pytest.mark.parametrize("form", [{"team": "accounting"}, {"team": "finance", "assignee": "stranger@example.com"}])
def test_a_case_is_handed_only_to_somebody_there(world: World, person: Person, form: dict[str, str]) -> None:
    """No unknown team, nobody from outside."""
    case = world.cases["VAT_UNMAPPED"]
    page = person("finance").post(f"{world.path}cases/{case.pk}/assign/", form, follow=True)
    assert "Inget har ändrats." in page.content.decode()
    assert 0 == Decision.objects.filter(case=case).count()


def test_waiting_orders_come_in_pages(world: World, person: Person) -> None:
    """A case may hold thousands: fifty are shown, all are counted and summed."""
    case = world.cases["ACCOUNT_INACTIVE"]
    orders = ShopOrder.objects.filter(merchant=world.merchant, place="booked")
    CaseWaiter.objects.bulk_create(
        CaseWaiter(merchant=world.merchant, case=case, order=order, since=NOW - timedelta(hours=1)) for order in orders
    )
    page = person("finance").get(f"{world.path}cases/{case.pk}/")
    assert (50, 76) == (len(page.context["shown"]), page.context["waiting"])
    assert "76 ordrar väntar" in page.content.decode()
