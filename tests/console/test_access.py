"""Who gets in, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from kontera.clock import ManualClock
from kontera.console import actions
from kontera.console.tries import PER_ADDRESS, PER_DEVICE, PER_NAME, PER_NAME_AND_ADDRESS
from kontera.db.models import AuditEntry, Connection, OutboxDocument
from tests.console.test_voucher import summary_in
from tests.console.world import PASSWORD, World, build

Person = Callable[[str], Client]


def reads(world: World) -> list[str]:
    """Every page of a merchant's."""
    order, case = world.booked.pk, world.cases["ACCOUNT_INACTIVE"].pk
    return [
        "",
        "orders/",
        "orders/export.csv",
        f"orders/{order}/",
        f"orders/{order}/facts/1/",
        f"orders/{order}/requests/",
        f"vouchers/{_voucher(world)}/",
        "cases/",
        f"cases/{case}/",
        "rules/",
        "rules/3/",
        "rules/3/rulebook.toml",
        "connections/",
        "connections/nt/",
    ]


def _voucher(world: World) -> int:
    """A summary of the merchant's."""
    made = OutboxDocument.objects.filter(merchant=world.merchant, kind="voucher").first()
    return made.pk if made else summary_in(world)[0].pk


def acts(world: World) -> list[str]:
    """Everything that can be done."""
    order, case = world.booked.pk, world.cases["ACCOUNT_INACTIVE"].pk
    return [
        f"orders/{order}/read-again/",
        f"orders/{order}/check-again/",
        f"cases/{case}/release/",
        f"cases/{case}/decide/",
        f"cases/{case}/assign/",
        "connections/nt/readiness/",
        "connections/nt/switch/",
    ]


def test_the_lists_above_are_all_there_is(world: World) -> None:
    """A page added without a permission test fails here."""
    from kontera.console.urls import _MERCHANT

    assert len(_MERCHANT) == len(reads(world)) + len(acts(world))


def test_nobody_sees_anything_before_signing_in(world: World) -> None:
    """M120: every page leads to the door."""
    for path in reads(world):
        answer = Client().get(world.path + path)
        assert (302, True) == (answer.status_code, answer["Location"].startswith("/sign-in/")), path
    for path in acts(world):
        answer = Client().post(world.path + path)
        assert (302, True) == (answer.status_code, answer["Location"].startswith("/sign-in/")), path


def test_another_merchants_pages_do_not_exist(world: World, person: Person) -> None:
    """M120: 404, not 403, for every page and action, also through one's own merchant's address."""
    other = build("Annan Butik AB", orders=1)
    client = person("owner")
    for path in reads(other):
        assert 404 == client.get(other.path + path).status_code, path
    for path in acts(other):
        assert 404 == client.post(other.path + path).status_code, path
    mixed = [
        f"orders/{other.booked.pk}/",
        f"orders/{other.booked.pk}/facts/1/",
        f"cases/{other.cases['VAT_UNMAPPED'].pk}/",
    ]
    for path in mixed:
        assert 404 == client.get(world.path + path).status_code, path
    assert 404 == client.post(world.path + f"cases/{other.cases['VAT_UNMAPPED'].pk}/release/").status_code
    assert 404 == client.post(world.path + f"orders/{other.booked.pk}/read-again/").status_code


def test_an_auditor_reads_everything_and_changes_nothing(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M120: 403 on every action, and nothing was called."""
    called: list[str] = []
    for name in ("check_again", "check_order_again", "decide", "read_again", "readiness", "hand_over", "switch"):
        monkeypatch.setattr(actions, name, lambda *_, name=name, **__: called.append(name))
    client = person("auditor")
    for path in reads(world):
        assert 200 == client.get(world.path + path).status_code, path
    for path in acts(world):
        assert 403 == client.post(world.path + path).status_code, path
    assert [] == called
    assert b"/release/" not in client.get(world.path + f"cases/{world.cases['VAT_UNMAPPED'].pk}/").content


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 302), ("finance", 302), ("operations", 403), ("ecommerce", 403)]
)
def test_only_owner_and_finance_pause_a_connection(world: World, person: Person, role: str, status: int) -> None:
    """Stopping the bookkeeping is theirs."""
    answer = person(role).post(world.path + "connections/nt/switch/", {"live": "no", "reason": "byter butik"})
    assert status == answer.status_code
    assert (status == 302) != Connection.objects.get(pk=world.shop.pk).live


def test_looking_changes_nothing(world: World, person: Person) -> None:
    """An action is never a link, a page never a form's target."""
    client = person("owner")
    assert {405} == {client.get(world.path + path).status_code for path in acts(world)}
    assert {405} == {client.post(world.path + path).status_code for path in reads(world)}


def test_a_form_from_elsewhere_is_refused(world: World) -> None:
    """Cross-site requests carry no token: refused in words, and nothing happens."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(username=world.people["owner"]))
    answer = client.post(world.path + "connections/nt/switch/", {"live": "no"})
    assert 403 == answer.status_code
    assert "Formuläret är för gammalt" in answer.content.decode()
    assert Connection.objects.get(pk=world.shop.pk).live


def test_pages_keep_to_their_host_and_out_of_caches(world: World, person: Person) -> None:
    """No script from elsewhere, no page in a cache, no framing."""
    answer = person("finance").get(world.path)
    assert "default-src 'none'; script-src 'self'" in answer["Content-Security-Policy"]
    assert "no-store" == answer["Cache-Control"]
    assert "DENY" == answer["X-Frame-Options"]
    assert "nosniff" == answer["X-Content-Type-Options"]


@pytest.mark.parametrize(
    "path", ["../urls.py", "..%2furls.py", "console/../../../urls.py", "/etc/passwd", "console/none.css"]
)
def test_only_static_files_are_served(world: World, path: str) -> None:
    """No way out of the folders of styles and scripts."""
    assert Client().get(f"/static/{path}").status_code in (400, 404)
    assert 200 == Client().get("/static/console/console.css").status_code


def test_signing_in_leads_to_today_and_is_written_down(world: World) -> None:
    """The person comes to their merchant; the audit log knows."""
    client = Client()
    answer = client.post("/sign-in/", {"username": world.people["finance"], "password": PASSWORD}, follow=True)
    assert [("/", 302), (world.path, 302)] == answer.redirect_chain
    assert 1 == AuditEntry.objects.filter(author=world.people["finance"], action="sign_in").count()


def test_a_wrong_password_and_a_wrong_name_look_the_same(world: World) -> None:
    """Nobody learns who has an account."""
    wrong = Client().post("/sign-in/", {"username": world.people["finance"], "password": "fel"})
    nobody = Client().post("/sign-in/", {"username": "ingen@example.com", "password": "fel"})
    assert 400 == wrong.status_code == nobody.status_code
    assert "hör inte ihop" in wrong.content.decode()
    assert "hör inte ihop" in nobody.content.decode()


def test_guessing_is_stopped_and_allowed_again_later(world: World, clock: ManualClock) -> None:
    """After ten wrong passwords also the right one waits a quarter of an hour."""
    name = world.people["owner"]
    for _ in range(PER_NAME_AND_ADDRESS):
        assert 400 == Client().post("/sign-in/", {"username": name, "password": "fel"}).status_code
    right = {"username": name, "password": PASSWORD}
    assert "Vänta en kvart" in Client().post("/sign-in/", right).content.decode()
    clock.advance(timedelta(minutes=16))
    assert 302 == Client().post("/sign-in/", right).status_code


def test_guessing_at_a_name_nobody_has_looks_the_same(world: World) -> None:
    """The same words after as many tries: being stopped tells nobody that a name exists."""
    form = {"password": "fel"}
    answers = {
        name: [Client().post("/sign-in/", form | {"username": name}) for _ in range(PER_NAME_AND_ADDRESS + 1)]
        for name in (world.people["owner"], "ingen@example.com")
    }
    pages = [
        [answer.content.decode().split('id="fault">')[1].split("<")[0] for answer in each] for each in answers.values()
    ]
    assert pages[0] == pages[1]
    assert "Vänta en kvart" in pages[0][-1]
    assert "Vänta en kvart" not in pages[0][-2]


def test_one_address_may_not_try_many_names(world: World) -> None:
    """One password for everybody: stopped too; people elsewhere still get in."""
    for number in range(PER_ADDRESS):
        form = {"username": f"gissning{number}@example.com", "password": "fel"}
        Client(REMOTE_ADDR="192.0.2.7").post("/sign-in/", form)
    right = {"username": world.people["owner"], "password": PASSWORD}
    assert "Vänta en kvart" in Client(REMOTE_ADDR="192.0.2.7").post("/sign-in/", right).content.decode()
    assert 302 == Client(REMOTE_ADDR="192.0.2.8").post("/sign-in/", right).status_code


def test_who_signs_in_often_is_not_stopped(world: World) -> None:
    """Only tries that failed count."""
    right = {"username": world.people["owner"], "password": PASSWORD}
    assert {302} == {Client().post("/sign-in/", right).status_code for _ in range(PER_NAME_AND_ADDRESS + 2)}


def guess(name: str, times: int, addresses: int = 1) -> set[int]:
    """Wrong passwords from strangers' browsers; what the door answered."""
    form = {"username": name, "password": "fel"}
    return {
        Client(REMOTE_ADDR=f"192.0.2.{number % addresses}").post("/sign-in/", form).status_code
        for number in range(times)
    }


def test_a_stranger_cannot_keep_anybody_out(world: World) -> None:
    """M120: guesses from one address stop that address; elsewhere the right password opens."""
    name = world.people["owner"]
    right = {"username": name, "password": PASSWORD}
    guess(name, PER_NAME_AND_ADDRESS + 5)
    assert 400 == Client(REMOTE_ADDR="192.0.2.0").post("/sign-in/", right).status_code
    assert 302 == Client(REMOTE_ADDR="198.51.100.1").post("/sign-in/", right).status_code


def test_many_machines_stop_strangers_and_not_the_owners_browser(world: World) -> None:
    """M120: guessing from everywhere is bounded; the browser the owner signed in with gets in, and is bounded too."""
    name = world.people["owner"]
    right = {"username": name, "password": PASSWORD}
    own = Client(REMOTE_ADDR="192.0.2.0")
    assert 302 == own.post("/sign-in/", right).status_code
    own.post("/sign-out/")
    guess(name, PER_NAME + 5, addresses=20)
    new = Client(REMOTE_ADDR="198.51.100.1")
    assert "Vänta en kvart" in new.post("/sign-in/", right).content.decode()
    assert 302 == own.post("/sign-in/", right).status_code
    own.post("/sign-out/")
    for _ in range(PER_DEVICE):
        own.post("/sign-in/", right | {"password": "fel"})
    assert "Vänta en kvart" in own.post("/sign-in/", right).content.decode()


@pytest.mark.parametrize("forged", [False, True], ids=["another person's", "forged"])
def test_a_device_is_known_for_one_person_only(world: World, forged: bool) -> None:
    """M120: with somebody else's cookie, or one that is not ours, a browser is a stranger's."""
    name = world.people["owner"]
    other = Client()
    other.post("/sign-in/", {"username": world.people["finance"], "password": PASSWORD})
    other.post("/sign-out/")
    cookie = other.cookies["device"]
    assert (True, "Lax") == (cookie["httponly"], cookie["samesite"])
    if forged:
        other.cookies["device"] = cookie.value[:-3] + "abc"
    for _ in range(PER_NAME_AND_ADDRESS):
        other.post("/sign-in/", {"username": name, "password": "fel"})
    assert "Vänta en kvart" in other.post("/sign-in/", {"username": name, "password": PASSWORD}).content.decode()


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_door_leads_only_inside(world: World, wanted: str) -> None:
    """A link to the sign-in page cannot send people elsewhere."""
    form = {"username": world.people["owner"], "password": PASSWORD, "next": wanted}
    assert "/" == Client().post("/sign-in/", form)["Location"]


def test_signing_out_ends_it(world: World, person: Person) -> None:
    """Afterwards the door is closed again."""
    client = person("finance")
    assert "/sign-in/" == client.post("/sign-out/")["Location"]
    assert 302 == client.get(world.path).status_code


def test_a_person_without_a_merchant_is_told_what_to_do(world: World) -> None:
    """No empty page."""
    user = get_user_model().objects.create_user("ny@example.com", password=PASSWORD)
    client = Client()
    client.force_login(user)
    assert "Be ägaren" in client.get("/").content.decode()


def test_an_accounting_firm_switches_merchant_on_every_page(world: World, person: Person) -> None:
    """A person with two merchants sees both, and comes back to the last one."""
    other = build("Annan Butik AB", orders=1)
    user = get_user_model().objects.get(username=world.people["finance"])
    user.memberships.create(merchant=other.merchant, role="finance")
    client = person("finance")
    assert f'href="{other.path}"' in client.get(world.path).content.decode()
    assert 200 == client.get(other.path).status_code
    assert other.path == client.get("/")["Location"]


def test_the_language_is_the_persons_and_stays(world: World, person: Person) -> None:
    """Swedish until chosen otherwise; the choice survives signing out."""
    client = person("finance")
    assert '<html lang="sv">' in client.get(world.path).content.decode()
    client.post("/language/", {"language": "en", "next": world.path})
    assert '<html lang="en">' in client.get(world.path).content.decode()
    client.post("/sign-out/")
    assert '<html lang="en">' in client.get("/sign-in/").content.decode()
    client.post("/language/", {"language": "tlh"})
    assert '<html lang="en">' in client.get("/sign-in/").content.decode()
