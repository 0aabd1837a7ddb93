"""Rules and connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from kontera.calls import ReadinessCheck
from kontera.cases.holding import hold_connection
from kontera.connections import adapters
from kontera.console import actions
from kontera.console.reading.connections import card, condition_of
from kontera.db.models import (
    AuditEntry,
    Connection,
    Exchange,
    Lane,
    Membership,
    Merchant,
    OutboxDocument,
    RulebookVersion,
)
from kontera.errors import NeedsSignIn, Problem
from tests.console.world import NOW, RULEBOOK, World

Person = Callable[[str], Client]


def test_the_rules_in_force_are_tables(world: World, person: Person) -> None:
    """M40 M41: every kind of rule with what it matches and decides, in the reader's words."""
    page = person("finance").get(f"{world.path}rules/").content.decode()
    assert "Gäller nu" in page
    assert 'id="vat.se-25"' in page
    assert "ej slutförd, nekad" in page
    assert "inslagning" not in page
    assert "2611" in page


def test_a_future_version_is_not_in_force(world: World, person: Person) -> None:
    """The page of rules shows what holds today, and lists what will."""
    RulebookVersion.objects.create(
        merchant=world.merchant,
        version=4,
        name="se-bas",
        valid_from="2026-05-01",
        toml=RULEBOOK.replace("version = 3", "version = 4"),
        author="x",
        created_at=NOW,
    )
    page = person("finance").get(f"{world.path}rules/")
    assert 3 == page.context["shown"].version
    assert [4, 3] == [version.version for version in page.context["versions"]]
    assert "Gäller inte nu" in person("finance").get(f"{world.path}rules/4/").content.decode()


def test_the_toml_comes_out_as_it_went_in(world: World, person: Person) -> None:
    """Exported without loss."""
    answer = person("auditor").get(f"{world.path}rules/3/rulebook.toml")
    assert RULEBOOK == answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    assert 404 == person("auditor").get(f"{world.path}rules/9/").status_code


def test_every_page_names_the_version_it_is_kept_as(world: World, person: Person) -> None:
    """Law 7: a file that still says 3 was kept as 4; the page, its TOML, the file and the reasons of a document by
    it all say 4, and lead there."""
    fourth = RulebookVersion.objects.create(
        merchant=world.merchant,
        version=4,
        name="se-bas",
        valid_from="2026-01-01",
        toml=RULEBOOK,
        author="x",
        created_at=NOW,
    )
    page = person("finance").get(f"{world.path}rules/4/").content.decode()
    assert (True, False) == ("version = 4" in page, "version = 3" in page)
    file = person("auditor").get(f"{world.path}rules/4/rulebook.toml").content.decode()
    assert RULEBOOK.replace("version = 3", "version = 4") == file
    OutboxDocument.objects.filter(order=world.booked).update(rulebook=fourth)
    told = person("finance").get(f"{world.path}orders/{world.booked.pk}/").content.decode()
    assert (True, False) == ("se-bas 4" in told, "se-bas 3" in told)
    assert f'href="{world.path}rules/4/#' in told


def test_a_broken_rulebook_is_shown_with_its_fault(world: World, person: Person) -> None:
    """A version from another time does not break the page: the text is still there."""
    RulebookVersion.objects.create(
        merchant=world.merchant,
        version=5,
        name="se-bas",
        valid_from="2026-02-01",
        toml='name = "x"\nnonsense = 1\n',
        author="x",
        created_at=NOW,
    )
    page = person("finance").get(f"{world.path}rules/5/").content.decode()
    assert "rulebook-5.toml:" in page
    assert "nonsense = 1" in page


def test_without_a_rulebook_the_page_says_so(world: World, person: Person) -> None:
    """And that nothing is lost meanwhile."""
    merchant = Merchant.objects.create(slug="ny-butik", name="Ny", created_at=NOW)
    user = get_user_model().objects.get(username=world.people["owner"])
    Membership.objects.create(user=user, merchant=merchant, role="owner")
    client = person("owner")
    assert "Inget regelverk gäller ännu." in client.get("/m/ny-butik/rules/").content.decode()
    assert "Inga kopplingar ännu." in client.get("/m/ny-butik/connections/").content.decode()
    assert "Inga ordrar ännu." in client.get("/m/ny-butik/orders/").content.decode()


def test_the_most_serious_word_wins(world: World) -> None:
    """Signed out before paused before trouble before quiet."""
    lane = Lane.objects.get(connection=world.ledger)
    connection = Connection.objects.select_related("lane").get(pk=world.ledger.pk)
    seen = [condition_of(connection, NOW)]
    connection.lane.trouble = "VENDOR_BUSY"
    seen.append(condition_of(connection, NOW))
    connection.lane.rest_until = NOW + timedelta(seconds=5)
    seen.append(condition_of(connection, NOW))
    connection.live = False
    seen.append(condition_of(connection, NOW))
    connection.signed_in = False
    seen.append(condition_of(connection, NOW))
    assert ["quiet", "trouble", "resting", "paused", "signed_out"] == seen
    lane.delete()
    assert "quiet" == condition_of(Connection.objects.get(pk=world.ledger.pk), NOW)


def test_a_connection_that_never_worked_has_its_page(world: World, person: Person) -> None:
    """No lane yet, never heard: the page says so."""
    Lane.objects.filter(connection=world.ledger).delete()
    Connection.objects.filter(pk=world.ledger.pk).update(last_heard_at=None)
    for path in ("", "connections/", "connections/bok/"):
        assert "Inte hörd ännu" in person("finance").get(world.path + path).content.decode(), path


def test_an_error_of_ours_is_an_honest_page(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both languages, since who reads is not known there; nothing of the fault is shown."""

    def broken(connection: Connection) -> list[ReadinessCheck]:
        raise RuntimeError("inner detail")

    monkeypatch.setattr(actions, "readiness", broken)
    client = person("finance")
    client.raise_request_exception = False
    answer = client.post(f"{world.path}connections/bok/readiness/")
    page = answer.content.decode()
    assert (500, True, True) == (answer.status_code, "Inget har skickats" in page, "nothing is lost" in page)
    assert "inner detail" not in page


def test_rate_use_counts_the_window_only(world: World) -> None:
    """Calls of the last five seconds, of the 25 the ledger allows."""
    Lane.objects.filter(connection=world.ledger).update(arrivals=[NOW.timestamp() - age for age in (0.5, 4.5, 6.0)])
    connection = Connection.objects.select_related("lane").get(pk=world.ledger.pk)
    shown = card(connection, NOW)
    assert (2, 25, 5, 8) == (shown.used, shown.limit, shown.window_seconds, shown.share)
    assert 2 == shown.due


def test_pausing_keeps_who_and_why(world: World, person: Person) -> None:
    """M119: nothing is sent any more; resuming is written down too."""
    client = person("owner")
    page = client.post(f"{world.path}connections/bok/switch/", {"live": "no", "reason": "bokslut"}, follow=True)
    assert "Fortnox är pausad." in page.content.decode()
    client.post(f"{world.path}connections/bok/switch/", {"live": "yes"})
    assert Connection.objects.get(pk=world.ledger.pk).live
    entries = AuditEntry.objects.filter(merchant=world.merchant, subject="bok").order_by("id")
    assert [("connection.paused", "bokslut"), ("connection.resumed", "")] == [
        (entry.action, entry.detail["reason"]) for entry in entries
    ]


def test_readiness_shows_what_is_missing_and_where(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M118: one line each; the missing one names the vendor's own menu."""
    checks = [
        ReadinessCheck(name="Kundfaktura", function="invoice", ok=True, detail="licens finns"),
        ReadinessCheck(
            name="Konto 3002",
            function="invoice",
            ok=False,
            problem=Problem(code="ACCOUNT_INACTIVE", facts={"account": "3002", "rule": "x", "order": "-"}),
        ),
    ]
    monkeypatch.setattr(actions, "readiness", lambda connection: checks)
    page = person("operations").post(f"{world.path}connections/bok/readiness/").content.decode()
    assert 1 == page.count('class="ready"')
    assert 1 == page.count('class="missing"')
    assert "Register &gt; Kontoplan" in page
    assert AuditEntry.objects.filter(merchant=world.merchant, action="connection.asked").exists()


def test_a_vendor_that_refuses_is_an_answer(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """One red line with what to do, not an error page."""

    class Vendor:
        """A ledger that no longer knows us."""

        def readiness(self) -> list[ReadinessCheck]:
            """Be refused."""
            raise NeedsSignIn(Problem(code="LEDGER_SIGN_IN", facts={"connection": "Fortnox", "since": "2026-03-31"}))

    monkeypatch.setattr(adapters, "ledger", lambda connection, clock, window: Vendor())
    answer = person("finance").post(f"{world.path}connections/bok/readiness/")
    assert 200 == answer.status_code
    assert 1 == answer.content.decode().count('class="missing"')
    assert "Fortnox" in answer.content.decode()


def test_secrets_never_reach_a_page(world: World, person: Person) -> None:
    """M120: settings are shown, secrets are not."""
    Connection.objects.filter(pk=world.ledger.pk).update(secrets=b"very-secret-bytes", door="door-nobody-may-see")
    for path in ("connections/", "connections/bok/", "", "orders/"):
        page = person("owner").get(world.path + path).content.decode()
        assert "very-secret" not in page, path
        assert "door-nobody" not in page, path


def test_a_request_without_an_answer_says_so(world: World, person: Person) -> None:
    """Waiting for an answer is not a failure, and not a success."""
    Exchange.objects.create(
        merchant=world.merchant,
        connection=world.ledger,
        at=NOW,
        method="POST",
        url="https://api.fortnox.example/3/invoices",
        milliseconds=30000,
        note="ReadTimeout",
    )
    page = person("finance").get(f"{world.path}connections/bok/").content.decode()
    assert "inget svar" in page
    assert "ReadTimeout" in page


def test_a_connection_in_trouble_says_so_in_the_words_of_its_case(world: World, person: Person) -> None:
    """Never an exception's text; no promise to try again beside a refused sign-in; no next attempt in the past."""
    address = f"{world.path}connections/{world.ledger.code}/"
    told = {"code": "VENDOR_MAINTENANCE", "facts": {"vendor": "fortnox", "request": "GET /3/invoices"}}
    lane = Lane.objects.filter(pk=world.ledger.pk)
    lane.update(
        trouble="VENDOR_MAINTENANCE (vendor=fortnox)", problem=told, failures=2,
        trouble_since=NOW - timedelta(minutes=1), rest_until=NOW - timedelta(seconds=31),
        setup_at=NOW - timedelta(seconds=31),
    )  # fmt: skip
    page = person("finance").get(address).content.decode()
    assert "Fortnox är stängt för underhåll" in page
    assert "(vendor=fortnox)" not in page
    assert "Nästa försök inom någon minut. 2 försök i rad har misslyckats." in page
    assert "för 31 sekunder sedan" not in page
    with transaction.atomic():
        case = hold_connection(world.ledger, Problem(code="LEDGER_SIGN_IN", facts={"since": "x"}), NOW)
    Connection.objects.filter(pk=world.ledger.pk).update(signed_in=False)
    page = person("finance").get(address).content.decode()
    assert f'<a href="{world.path}cases/{case.pk}/">Fortnox godtar inte längre vår inloggning</a>' in page
    assert "Inga nya försök görs förrän någon har åtgärdat det." in page
    assert "Nästa försök" not in page
