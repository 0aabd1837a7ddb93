"""One order: the whole chain, explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from kontera.cases.holding import hold_connection
from kontera.console import actions
from kontera.console.reading.one_order import compared, fact_of, papers_of, receivable_of
from kontera.db.models import Case, CaseWaiter, Connection, Fact, Lane, OutboxDocument, PostedEntry, ShopOrder
from kontera.errors import Problem
from tests.console.world import NOW, World, documents_of, kr, outbox, shop_order, tea_order

Person = Callable[[str], Client]


def page_of(client: Client, world: World, order: ShopOrder) -> str:
    """The order page's text."""
    return client.get(f"{world.path}orders/{order.pk}/").content.decode()


def test_the_customers_account_ends_at_zero_when_paid(world: World) -> None:
    """M6: invoice and payment as a debtor account with a running balance."""
    rows = receivable_of(papers_of(world.booked))
    assert [(kr("307"), None, kr("307")), (None, kr("307"), kr("0"))] == [(r.debit, r.credit, r.balance) for r in rows]


def test_every_line_answers_why(world: World, person: Person) -> None:
    """N4 M51: rule, rulebook version and shop fact of every account; the rule is a link to where it stands."""
    page = page_of(person("finance"), world, world.booked)
    for rule in (
        "revenue.tea-12",
        "vat.se-12",
        "revenue.shipping",
        "vat.se-25",
        "payment.klarna",
        "accounts.receivable",
    ):
        assert f'<a href="{world.path}rules/3/#{rule}">{rule}</a>' in page, rule
    assert "se-bas 3" in page
    assert "order 1070 rad 1" in page
    rules = person("finance").get(f"{world.path}rules/3/").content.decode()
    for anchor in ("revenue.tea-12", "vat.se-12", "payment.klarna", "accounts.receivable"):
        assert f'id="{anchor}"' in rules, anchor


def test_accounts_have_their_names_from_the_ledger(world: World, person: Person) -> None:
    """BAS names beside numbers."""
    assert "Utgående moms 12 %" in page_of(person("finance"), world, world.booked)


def test_what_was_read_back_is_compared(world: World, person: Person) -> None:
    """M48 M49: equal entries say so; a difference is shown with the ledger's figure."""
    paper = papers_of(world.booked)[0]
    assert {True} == {line.equal for line in paper.accounts}
    PostedEntry.objects.create(
        merchant=world.merchant, document=paper.row, account="3740", amount=Decimal("0.01"), currency="SEK", read_at=NOW
    )
    again = papers_of(world.booked)[0]
    assert [("3740", kr("0"), kr("0.01"))] == [(x.account, x.planned, x.real) for x in again.accounts if not x.equal]
    assert '<span class="differs">0,01</span>' in page_of(person("finance"), world, world.booked)


def test_entries_in_another_currency_are_listed_not_compared(world: World, person: Person) -> None:
    """M80: a ledger in euro does not differ because it counts in euro."""
    order = tea_order(9001, NOW)
    row = shop_order(world.shop, order, ShopOrder.Place.BOOKED, NOW)
    paper = outbox(row, documents_of(order, NOW)[0], world.rulebook, 0, step="booked", finished_at=NOW)
    PostedEntry.objects.create(
        merchant=world.merchant, document=paper, account="1510", amount=Decimal("27.10"), currency="EUR", read_at=NOW
    )
    page = page_of(person("finance"), world, row)
    assert "27,10\xa0EUR" in page
    assert '<span class="differs">' not in page


def test_the_shop_and_the_books_stand_side_by_side(world: World) -> None:
    """M50: total and VAT of the shop beside those of the invoice."""
    lines = compared(fact_of(world.booked), papers_of(world.booked))
    assert [("total", kr("0")), ("vat", kr("0"))] == [(line.what, line.difference) for line in lines]
    assert [line.planned for line in lines] == [line.booked for line in lines]


def test_what_is_only_planned_is_not_called_booked(world: World, person: Person) -> None:
    """Law 7: nothing of the order is booked, so there is neither a booked figure nor a difference."""
    order = on_way(world)
    lines = compared(fact_of(order), papers_of(order))
    assert [(None, None)] * 2 == [(line.booked, line.difference) for line in lines]
    assert [line.shop for line in lines] == [line.planned for line in lines]
    assert "Det som inte är bokfört ännu är medräknat i saldot." in page_of(person("finance"), world, order)
    assert "Det som inte är bokfört ännu" not in page_of(person("finance"), world, world.booked)


def test_an_order_behind_its_connection_says_what_it_waits_for(world: World, person: Person) -> None:
    """Law 7: the trouble, since when and the next attempt; or the case, with a link, when only a person can help."""
    order = on_way(world)
    assert 'class="held"' not in page_of(person("finance"), world, order)
    told = {"code": "VENDOR_MAINTENANCE", "facts": {"vendor": "fortnox", "request": "GET /3/invoices"}}
    since, again_at = NOW - timedelta(minutes=7), NOW + timedelta(minutes=2)
    Lane.objects.filter(pk=world.ledger.pk).update(
        trouble="x", problem=told, trouble_since=since, rest_until=again_at, failures=4
    )
    page = page_of(person("finance"), world, order)
    assert "Fortnox är stängt för underhåll" in page
    assert "Sedan 2026-03-31 13:55:00 CEST. Nästa försök 2026-03-31 14:04:00 CEST." in page
    Connection.objects.filter(pk=world.ledger.pk).update(signed_in=False)
    case = hold_connection(world.ledger, Problem(code="LEDGER_SIGN_IN", facts={"since": "x"}), NOW)
    page = page_of(person("finance"), world, order)
    assert f'<a href="{world.path}cases/{case.pk}/">Fortnox godtar inte längre vår inloggning</a>' in page
    assert "Inga nya försök görs förrän någon har åtgärdat det." in page
    shown = person("finance").get(f"{world.path}cases/{case.pk}/").content.decode()
    assert "1 order väntar på den nu." in shown
    rows = {row.case.pk: row for row in person("finance").get(f"{world.path}cases/").context["rows"]}
    assert (1, (kr("307"),)) == (rows[case.pk].orders, rows[case.pk].amounts)
    done = person("owner").post(f"{world.path}cases/{case.pk}/release/", {"which": "all"}, follow=True)
    assert "Kopplingen prövas igen. 1 order väntar på den." in done.content.decode()


def on_way(world: World) -> ShopOrder:
    """An order whose invoice was sent and whose payment is planned."""
    return ShopOrder.objects.get(merchant=world.merchant, place="posting")


def test_explained_differences_have_their_cause(world: World, person: Person) -> None:
    """M46 N8: a rounding difference is named, with the most it can be."""
    order = ShopOrder.objects.exclude(differences=[]).filter(merchant=world.merchant).first()
    assert order is not None
    page = page_of(person("finance"), world, order)
    assert "Styckpriset avrundades." in page
    assert "<strong>moms 12</strong>: butiken 27,64\xa0kr, bokfört 27,65\xa0kr." in page
    assert "Högst 0,01\xa0kr kan förklaras så." in page


def test_the_timeline_tells_who_and_when(world: World, person: Person) -> None:
    """From the shop's notice to the ledger's number, in order."""
    steps = person("finance").get(f"{world.path}orders/{world.booked.pk}/").context["steps"]
    assert ["placed", "notice_webhook", "read", "planned", "planned", "sent", "sent"] == [s.what for s in steps[:7]]
    assert ["finished_booked", "finished_booked"] == [step.what for step in steps[7:]]
    assert sorted(step.at for step in steps) == [step.at for step in steps]
    assert "270 B 170" == steps[7].detail


def test_sent_is_not_booked(world: World, person: Person) -> None:
    """M48: a document without an answer is said to wait for it; the account shows it as not there yet."""
    order = ShopOrder.objects.get(merchant=world.merchant, number="1081")
    page = page_of(person("finance"), world, order)
    assert "Skickad, väntar på svar" in page
    assert '<tr class="pending">' in page
    assert "Bokförd</span>" not in page


def test_replaced_documents_are_gone_from_the_account(world: World) -> None:
    """What never left is not shown as if it had."""
    OutboxDocument.objects.filter(order__number="1081", merchant=world.merchant).update(step="abandoned")
    assert [] == papers_of(ShopOrder.objects.get(merchant=world.merchant, number="1081"))


def test_the_shops_own_record_is_shown_as_received(world: World, person: Person) -> None:
    """Numbers as sent, text escaped, every version kept."""
    first = Fact.objects.get(pk=world.booked.fact_id)
    Fact.objects.create(
        merchant=world.merchant,
        connection=world.shop,
        kind="order",
        external_id=first.external_id,
        version=2,
        digest="x",
        raw=b'{"total":307.10,"note":"</pre><script>x</script>"}',
        read_at=NOW,
    )
    page = person("auditor").get(f"{world.path}orders/{world.booked.pk}/facts/2/").content.decode()
    assert "&quot;total&quot;: 307.10" in page
    assert "<script>x" not in page
    assert 404 == person("auditor").get(f"{world.path}orders/{world.booked.pk}/facts/3/").status_code


def test_an_order_that_cannot_be_read_still_has_a_page(world: World, person: Person) -> None:
    """M45: no content, no amount, and the case that says why."""
    fact = Fact.objects.create(
        merchant=world.merchant,
        connection=world.shop,
        kind="order",
        external_id="77",
        version=1,
        digest="y",
        raw=b"<html>maintenance</html>",
        problem={"code": "ORDER_UNREADABLE"},
        read_at=NOW,
    )
    row = ShopOrder.objects.create(
        merchant=world.merchant,
        connection=world.shop,
        external_id="77",
        number="77",
        fact=fact,
        place="waiting",
        first_seen_at=NOW,
        looked_at=NOW,
        changed_at=NOW,
    )
    page = page_of(person("finance"), world, row)
    assert "Order 77" in page
    raw = person("finance").get(f"{world.path}orders/{row.pk}/facts/1/").content.decode()
    assert "&lt;html&gt;maintenance&lt;/html&gt;" in raw


def test_a_vendors_address_cannot_be_a_script(world: World, person: Person) -> None:
    """Only web addresses become links."""
    OutboxDocument.objects.filter(order=world.booked).update(url="javascript:alert(1)")
    assert "javascript:" not in page_of(person("finance"), world, world.booked)


def test_requests_are_in_the_drawer(world: World, person: Person) -> None:
    """What was sent and answered for this order, newest first."""
    page = person("finance").get(f"{world.path}orders/{world.booked.pk}/requests/").content.decode()
    assert 2 == page.count("<details>")
    assert "&quot;ExternalInvoiceReference1&quot;: &quot;NT-1070&quot;" in page


def test_reading_again_asks_intake(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """M15: one order, by a person, at once."""
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(actions, "read_again", lambda order, author: asked.append((order.number, author)))
    answer = person("operations").post(f"{world.path}orders/{world.booked.pk}/read-again/", follow=True)
    assert [("1070", world.people["operations"])] == asked
    assert "Ordern läses om från nordiskte.se inom kort." in answer.content.decode()


def test_checking_again_is_only_for_what_waits(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A booked order is left alone; a waiting one asks about each cause."""
    asked: list[str] = []

    def check_order_again(order: ShopOrder, author: str) -> int:
        asked.append(order.number)
        return 1

    monkeypatch.setattr(actions, "check_order_again", check_order_again)
    client = person("finance")
    client.post(f"{world.path}orders/{world.booked.pk}/check-again/")
    waiting = ShopOrder.objects.get(merchant=world.merchant, number="1079")
    answer = client.post(f"{world.path}orders/{waiting.pk}/check-again/", follow=True)
    assert ["1079"] == asked
    assert "1 order prövas igen" in answer.content.decode()


def test_a_waiting_order_says_what_to_do(world: World, person: Person) -> None:
    """M98: the case's words, and the way to it, on the order itself."""
    waiting = ShopOrder.objects.get(merchant=world.merchant, number="1071")
    page = page_of(person("finance"), world, waiting)
    assert "Konto 3002 är inaktivt i Fortnox" in page
    assert f"{world.path}cases/{world.cases['ACCOUNT_INACTIVE'].pk}/" in page


def test_a_released_case_stays_in_the_story(world: World, person: Person) -> None:
    """M87: what an order once waited for is told with both times."""
    case = Case.objects.get(merchant=world.merchant, code="PERIOD_LOCKED")
    CaseWaiter.objects.create(
        merchant=world.merchant, case=case, order=world.booked, since=NOW - timedelta(days=2), released_at=NOW
    )
    steps = person("finance").get(f"{world.path}orders/{world.booked.pk}/").context["steps"]
    assert ["waits", "released"] == [step.what for step in steps if step.what in ("waits", "released")]
