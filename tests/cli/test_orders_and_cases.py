"""`kontera order` and `kontera case`: figures as people write them, and refusals that say why (M15 M98)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from kontera.cases.catalogue import catalogue
from kontera.cases.holding import hold_connection
from kontera.clock import SystemClock
from kontera.console.reading.orders import with_details
from kontera.console.reading.waiting import ranked
from kontera.db.models import Case, Notice, ShopOrder
from kontera.errors import Problem
from kontera.intake.notices import look_at
from kontera.posting.release import decide
from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.cli.conftest import Say, lines_of
from tests.posting.test_modes import booking_rule
from tests.posting.test_once import sale
from tests.posting.world import World

CLOCK = SystemClock()


@pytest.fixture
def world(ground: Path) -> Iterator[World]:
    """A merchant with an order that is booked and one that cannot be read."""
    with FortnoxSandbox(limit=None) as sandbox:
        made = World(sandbox)
        made.arrives(sale("1"))
        facts = {"order": "2", "path": "total", "reason": "no number"}
        made.arrives(Problem(code="ORDER_UNREADABLE", facts=facts), "2")
        made.drain()
        yield made


def test_totals_have_the_currencys_decimals_or_are_empty(say: Say, world: World) -> None:
    """Never "None", never six decimals."""
    told = json.loads(say("order", "list", "--merchant", world.merchant.slug, "--json").output)
    assert {"1": "258.00", "2": ""} == {row["number"] or "2": row["total"] for row in told}
    first = say("order", "show", "1", "--merchant", world.merchant.slug).output.splitlines()[0]
    assert "Order 1 in nt: 258.00 SEK -> booked" == first
    assert "None" not in say("order", "list", "--merchant", world.merchant.slug).output


def test_a_summary_and_its_orders_are_shown_both_ways(say: Say, world: World) -> None:
    """M19 N9: an order says which voucher carries it, the voucher which orders, with amounts."""
    rule = ('mode = "summary"', "book = true", "close_hour = 3", 'series = "A"')
    booking_rule(world, *rule)
    world.arrives(sale("7"))
    assert "joins the summary that is closed at" in say("order", "show", "7", "--merchant", world.merchant.slug).output
    world.ledger.documents.filter(kind__startswith="summary").update(due_at=CLOCK.now())
    world.drain(2)
    voucher = world.ledger.documents.get(kind="voucher")
    told = say("order", "show", "7", "--merchant", world.merchant.slug).output
    assert f"in summary {voucher.reference}, voucher {voucher.voucher} (booked, entries read back and equal)" in told
    swedish = say("order", "show", "7", "--language", "sv", "--merchant", world.merchant.slug).output
    assert f"i samlingsverifikation {voucher.reference}, verifikation {voucher.voucher} (bokförd, avläst" in swedish
    for name in (voucher.reference, voucher.voucher):
        lines = lines_of(say("order", "summary", name, "--merchant", world.merchant.slug))
        assert "7      258.00 SEK  258.00 SEK" == lines[-1]
    done = say("order", "summary", "A999", "--merchant", world.merchant.slug)
    assert (1, "Error: No summary is called A999.\n") == (done.exit_code, done.output)


def test_orders_are_read_from_shops_only(say: Say, world: World) -> None:
    """A ledger named by mistake is refused, and nothing is put down to be read."""
    done = say("order", "resend", "77", "--store", "fortnox", "--merchant", world.merchant.slug)
    assert (1, "Error: 'fortnox' is a ledger; orders are read from a shop.\n") == (done.exit_code, done.output)


def test_a_resolved_case_is_not_released_again(say: Say, world: World) -> None:
    """Said, with exit code 1."""
    case = Case.objects.get(merchant=world.merchant, phase="open")
    world.arrives(sale("2"))
    done = say("case", "release", str(case.pk), "--reason", "mended", "--merchant", world.merchant.slug)
    assert (1, True) == (done.exit_code, f"Case {case.pk} is resolved already" in done.output)


def test_an_order_behind_a_lost_sign_in_says_so_and_is_counted(say: Say, world: World) -> None:
    """Law 7: which case, since when in the merchant's time, what to do; in the case and in its release the order
    counts."""
    slug = world.merchant.slug
    world.sandbox.actions()["revoke_consent"]({})
    world.sandbox.actions()["expire_access"]({})
    world.arrives(sale("3"))
    world.drain(2)
    case = Case.objects.get(merchant=world.merchant, code="LEDGER_SIGN_IN")
    told = say("order", "show", "3", "--merchant", slug).output
    assert f"Fortnox no longer accepts our sign-in (case {case.pk}). Sign in again" in told
    assert re.search(r"Since [0-9-]{10} [0-9:]{8} CES?T\. It is not tried again until somebody has seen to it", told)
    told = say("order", "show", "3", "--language", "sv", "--merchant", slug).output
    assert "godtar inte längre vår inloggning" in told
    assert "Inga nya försök görs förrän någon har åtgärdat det." in told
    data = json.loads(say("order", "show", "3", "--json", "--merchant", slug).output)["obstacles"]
    assert [("case", "LEDGER_SIGN_IN", case.pk, None)] == [
        (one["kind"], one["code"], one["case"], one["again_at"]) for one in data
    ]
    assert "waits: 1: 3\n" in say("case", "show", str(case.pk), "--merchant", slug).output
    done = say("case", "release", str(case.pk), "--reason", "signed in", "--merchant", slug)
    assert "The connection is tried again; 1 order waits for it.\n" == done.output


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_decided_or_released_without_a_reason(say: Say, world: World, reason: str) -> None:
    """M98: as on the page, the record must say why; exit code 2, and nothing has changed."""
    slug = world.merchant.slug
    case = Case.objects.get(merchant=world.merchant, phase="open")
    for command in (("decide", str(case.pk), "leave_out"), ("release", str(case.pk))):
        done = say("case", *command, "--reason", reason, "--merchant", slug)
        assert (2, True) == (done.exit_code, "must say something" in done.output)
    with pytest.raises(ValueError, match="needs a reason"):
        decide(case, "leave_out", author="Kim", reason=reason, clock=CLOCK)
    assert (0, "waiting") == (case.decisions.count(), world.order("2").place)


def test_the_whole_chain_of_an_order(say: Say, world: World) -> None:
    """M51, docs/concepts/explained.md: which rules and who activated them, who decided and why, what was asked and
    answered, each with its time in the merchant's zone."""
    slug = world.merchant.slug
    case = Case.objects.get(merchant=world.merchant, phase="open")
    decide(case, "leave_out", author="Kim", reason="a test order", clock=CLOCK)
    left_out = say("order", "show", "2", "--merchant", slug).output
    assert re.search(r"[0-9-]{10} [0-9:]{8} CES?T  Decision: leave out of the books \(Kim\): a test order\n", left_out)
    told = say("order", "show", "1", "--merchant", slug).output
    assert re.search(r"Rulebook se-bas 1 was activated by test [0-9-]{10} [0-9:]{8} CES?T: start\n", told)
    assert re.search(r"CES?T  POST /3/invoices -> 201, \d+ ms  nt-1\n", told)
    assert "revenue.goods-12 in se-bas 1: order 1 line 1; vat.se-12" in told
    assert "CustomerNumber" not in told
    assert '"CustomerNumber":"1"' in say("order", "show", "1", "--bodies", "--merchant", slug).output
    data = json.loads(say("order", "show", "1", "--json", "--merchant", slug).output)
    assert ("se-bas 1", "test", "start") == tuple(
        data["rulebooks"][0][name] for name in ("name", "activated_by", "reason")
    )
    line = data["documents"][0]["lines"][0]
    assert ("3002", "258.00 SEK", "revenue.goods-12") == (line["account"], line["amount"], line["why"]["rule"])
    assert ("POST", "/3/invoices", 201) in [(one["method"], one["path"], one["status"]) for one in data["requests"]]
    assert {"planned", "sent", "finished_booked"} < {event["what"] for event in data["timeline"]}
    assert all(event["at"][-6:] in ("+01:00", "+02:00") for event in data["timeline"])


def test_the_chain_in_swedish_has_no_english_words(say: Say, world: World) -> None:
    """All of it: timeline, steps, columns, facts behind lines."""
    told = say("order", "show", "1", "--language", "sv", "--merchant", world.merchant.slug).output
    for word in ("Order 1 i nt: 258.00 SEK -> bokförd", "Dokument planerat", "avläst i bokföringen och lika", "Moms %",
                 "order 1 rad 1", "Anrop och svar", "infördes av test"):  # fmt: skip
        assert word in told, word
    english = (
        " in ",
        "booked",
        "planned",
        "read from",
        "Quantity",
        "Debit",
        " line ",
        " total",
        "payment 1",
        "voucher ",
    )
    assert [] == [word for word in english if word in told]


def test_notices_say_what_they_are_about_and_who_asked(say: Say, world: World) -> None:
    """The shop's own word for the event; for a person's, their name."""
    slug = world.merchant.slug
    body = b'{"scope":"store/order/statusUpdated","data":{"type":"order","id":1}}'
    Notice.objects.create(
        merchant=world.merchant, connection=world.shop, source="webhook", event="e1", kind="order", external_id="1",
        body=body, received_at=CLOCK.now(),
    )  # fmt: skip
    look_at(world.shop, "order", "1", author="anna", now=CLOCK.now())
    told = say("order", "show", "1", "--merchant", slug).output
    assert "The shop told us (BigCommerce): store/order/statusUpdated\n" in told
    assert "Somebody asked us to read the order (anna): order 1\n" in told


def test_the_list_tells_local_time_and_the_zone(say: Say, world: World) -> None:
    """Stockholm's time, said so."""
    placed = world.order("1").placed_at
    assert placed is not None
    told = say("order", "list", "--merchant", world.merchant.slug).output
    assert "placed (Europe/Stockholm)" in told.splitlines()[0]
    assert placed.astimezone(ZoneInfo("Europe/Stockholm")).strftime("%Y-%m-%d %H:%M") in told


def test_the_worst_case_comes_first(say: Say, world: World) -> None:
    """M98: what holds a whole connection, before what holds many orders: the order of the console."""
    slug = world.merchant.slug
    for number in ("5", "6"):
        world.arrives(sale(number, paid="brandnewpay"))
    with transaction.atomic():
        hold_connection(world.ledger, Problem(code="LEDGER_SIGN_IN", facts={"since": "today"}), CLOCK.now())
    rows = json.loads(say("case", "list", "--json", "--merchant", slug).output)
    assert "LEDGER_SIGN_IN" == rows[0]["code"]
    ranking = [case.pk for case in ranked(world.merchant, CLOCK.now())]
    assert ranking == [row["id"] for row in rows]
    assert {"PAYMENT_UNMAPPED", "ORDER_UNREADABLE"} < {row["code"] for row in rows}


def test_an_order_without_a_date_stands_where_it_was_first_seen(say: Say, world: World) -> None:
    """Not always on top: it was seen before an order that was placed later; the page of orders has the same order."""
    ShopOrder.objects.filter(merchant=world.merchant, external_id="2").update(
        first_seen_at=CLOCK.now() - timedelta(days=1)
    )
    told = json.loads(say("order", "list", "--merchant", world.merchant.slug, "--json").output)
    assert ["1", "2"] == [row["number"] for row in told]
    assert ["1", "2"] == [order.number for order in with_details(ShopOrder.objects.filter(merchant=world.merchant))]


@pytest.mark.parametrize("command", [("order", "list", "--limit", "-1"), ("sandbox", "place-orders", "--count", "-3")])
def test_a_number_that_makes_no_sense_is_refused(say: Say, world: World, command: tuple[str, ...]) -> None:
    """One line that says which, never a traceback."""
    done = say(*command)
    assert (2, True) == (done.exit_code, f"Invalid value for '{command[2]}'" in done.output)


def test_a_case_names_places_of_the_merchants_own_vendors_only(say: Say, world: World) -> None:
    """A shop in BigCommerce that books in Fortnox has no menu in another vendor's product."""
    case = Case.objects.get(merchant=world.merchant, phase="open")
    for code in ("TAX_CLASS_UNKNOWN", "VAT_UNMAPPED", "ACCOUNT_INACTIVE"):
        Case.objects.filter(pk=case.pk).update(code=code)
        told = say("case", "show", str(case.pk), "--merchant", world.merchant.slug).output
        assert [] == [name for name in ("WooCommerce", "Business Central") if name in told]
    assert "add_rule" not in catalogue()["TAX_CLASS_UNKNOWN"].buttons, "the order was not read: no rule can help"
