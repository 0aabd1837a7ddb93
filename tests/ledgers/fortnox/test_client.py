"""The client: what every kind of failure becomes, and how tokens are renewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import httpx2
import pytest

from kontera.errors import NeedsSignIn, OurFault, Uncertain, WillRetry
from kontera.ledgers.fortnox.client import Refused
from kontera.ledgers.fortnox.oauth import authorize_url
from kontera.ledgers.fortnox.wire import InvoiceWrap
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import Chart, invoice, line
from tests.ledgers.fortnox.fake import SETTINGS, Fake, Reply, refusal

DAY = date(2026, 3, 2)
INVOICE = invoice(Chart(), "nt-1001", [line(Chart(), "125.00")], DAY)


def read(fake: Fake) -> object:
    return fake.ledger.client.get(dict[str, object], "/3/customers")


def write(fake: Fake) -> object:
    return fake.ledger.record(INVOICE, Bound(customer="1"))


def always(reply: Reply) -> Fake:
    return Fake(lambda request: reply)


def test_server_error_on_read_is_retried() -> None:
    """M100: a read that failed has done nothing; it is tried again."""
    with pytest.raises(WillRetry) as caught:
        read(always((503, {"message": "busy"})))
    assert caught.value.problem.code == "VENDOR_UNREACHABLE"


def test_maintenance_page_on_read_is_named() -> None:
    """M98: a page for people, whatever its status, is not an answer."""
    with pytest.raises(WillRetry) as caught:
        read(always((200, "<html>Underhåll</html>")))
    assert caught.value.problem.code == "VENDOR_MAINTENANCE"


@pytest.mark.parametrize("reply", [(500, {"message": "x"}), (502, "<html>"), (200, "<html>"), (201, "{")])
def test_failed_write_is_uncertain(reply: Reply) -> None:
    """M100: a 5xx, a page or an unreadable answer to a write may have committed; it is never sent again blindly."""
    fake = always(reply)
    with pytest.raises(Uncertain) as caught:
        write(fake)
    assert (caught.value.problem.code, len(fake.requests)) == ("DELIVERY_UNCERTAIN", 1)


def test_system_exception_is_no_refusal() -> None:
    """M100: Fortnox's own fault (1000003) may have committed, also when it is dressed as a refusal."""
    with pytest.raises(Uncertain):
        write(always(refusal(1000003, "System exception")))


def test_lost_answer_is_uncertain_and_no_connection_is_not() -> None:
    """M100."""
    with pytest.raises(Uncertain):
        write(always(httpx2.ReadError("cut")))
    with pytest.raises(WillRetry):
        write(always(httpx2.ConnectError("refused")))


def test_too_many_calls_blocks_the_window() -> None:
    """M19: after a 429 nobody calls for a whole window, and the write is tried again: it was not handled."""
    fake = always((429, {"message": "Too many requests"}))
    with pytest.raises(WillRetry) as caught:
        write(fake)
    assert (caught.value.problem.code, caught.value.after) == ("VENDOR_BUSY", 5.0)
    before = fake.clock.seconds()
    fake.window.enter()
    assert fake.clock.seconds() - before == 5.0


@pytest.mark.parametrize("status", [400, 404])
def test_both_capitalisations_of_errors(status: int) -> None:
    """M98: Fortnox writes its errors in two ways."""
    with pytest.raises(Refused) as caught:
        read(always(refusal(2000433, "Kan inte hitta kunden.", status)))
    assert (caught.value.code, caught.value.text) == ("2000433", "Kan inte hitta kunden.")


def test_warehouse_errors_are_read_too() -> None:
    """M98: and in a third way under /api."""
    with pytest.raises(Refused) as caught:
        read(always((400, {"error": "BadRequest", "id": "period_locked", "message": "Period is locked"})))
    assert (caught.value.code, caught.value.text) == ("period_locked", "Period is locked")


def test_unknown_shape_of_a_read_is_our_fault() -> None:
    """An answer we cannot read is our defect, never an empty result."""
    fake = always((200, {"Invoice": {"Booked": "perhaps"}}))
    with pytest.raises(OurFault):
        fake.ledger.client.get(InvoiceWrap, "/3/invoices/1")


class Door:
    """A Fortnox with tokens: t1, t2... for r0, r1..., each refresh token once."""

    def __init__(self) -> None:
        self.valid = "t0"
        self.refresh = "r0"
        self.count = 0

    def __call__(self, request: httpx2.Request) -> Reply:
        if request.url.path.endswith("/token"):
            if f"refresh_token={self.refresh}" not in request.content.decode().split("&"):
                return 400, {"error": "invalid_grant", "error_description": "Invalid refresh token"}
            self.count += 1
            self.valid, self.refresh = f"t{self.count}", f"r{self.count}"
            return 200, {
                "access_token": self.valid,
                "refresh_token": self.refresh,
                "expires_in": 3600,
                "scope": "invoice customer",
                "token_type": "bearer",
            }
        if request.headers["authorization"] != f"Bearer {self.valid}":
            return 401, {"message": "unauthorized"}
        return 200, {"Customers": []}


def test_expired_token_is_renewed_once_and_saved_before_use() -> None:
    """M100: a rotated refresh token that were used before it is saved could be lost for ever."""
    door = Door()
    door.valid = "other"
    order: list[str] = []
    fake = Fake(
        lambda request: (order.append(request.url.path), door(request))[1],
        save=lambda changed: order.append(f"saved {changed['refresh_token']}"),
    )
    read(fake)
    assert order == ["/3/customers", "/oauth-v1/token", "saved r1", "/3/customers"]


def test_token_about_to_expire_is_renewed_before_the_call() -> None:
    """M100: no call is wasted on a 401 that can be foreseen."""
    fake = Fake(Door(), {"access_expires": "2026-03-02T09:00:30+00:00"})
    read(fake)
    assert fake.calls == ["POST /oauth-v1/token", "GET /3/customers"]
    assert fake.saved == [
        {
            "access_token": "t1",
            "refresh_token": "r1",
            "granted_scope": "invoice customer",
            "access_expires": "2026-03-02T10:00:00+00:00",
        }
    ]


def test_revoked_consent_needs_sign_in() -> None:
    """M98."""
    door = Door()
    door.valid = door.refresh = "gone"
    with pytest.raises(NeedsSignIn) as caught:
        read(Fake(door))
    problem = caught.value.problem
    assert (problem.code, problem.cause, problem.facts["since"]) == (
        "LEDGER_SIGN_IN",
        "connection",
        "2026-03-02 09:00 UTC",
    )


def test_a_token_that_cannot_be_saved_is_never_used() -> None:
    """M100: a crash between renewal and saving stops before any call is made with the new token."""
    door = Door()
    door.valid = "other"

    def crash(changed: Mapping[str, str]) -> None:
        raise RuntimeError("the database is gone")

    fake = Fake(door, save=crash)
    with pytest.raises(RuntimeError):
        read(fake)
    with pytest.raises(NeedsSignIn):  # nor later by the same process: it does not know a token that is not kept
        read(fake)
    used = {request.headers["authorization"] for request in fake.requests if request.url.path.startswith("/3")}
    assert used == {"Bearer t0"}
    with pytest.raises(NeedsSignIn):  # after the restart the old one is used up: a person signs in, nothing is lost
        read(Fake(door))


def test_another_worker_renewed_first() -> None:
    """M100: a refused renewal looks at what is kept before it asks for a sign-in."""
    door = Door()
    fake = Fake(
        door,
        {"access_expires": "2026-03-02T09:00:00+00:00", "refresh_token": "r-old"},
        load=lambda: {**SETTINGS, "access_token": "t0", "refresh_token": "r0"},
    )
    read(fake)
    assert fake.calls == ["POST /oauth-v1/token", "GET /3/customers"]


def test_client_credentials_name_the_company() -> None:
    """M120: a service account signs in for one company and has no refresh token to lose."""

    def answer(request: httpx2.Request) -> Reply:
        if request.url.path.endswith("/token"):
            return 200, {"access_token": "t9", "expires_in": 3600, "scope": "invoice"}
        return 200, {"Customers": []}

    fake = Fake(answer, {"grant": "client_credentials", "tenant_id": "654321", "access_token": ""})
    read(fake)
    token = fake.requests[0]
    assert token.headers["tenantid"] == "654321"
    assert "grant_type=client_credentials" in token.content.decode()
    assert "refresh_token" not in fake.saved[0]


def test_maintenance_at_the_door_is_retried_and_is_not_uncertain() -> None:
    """M100: no document was in the call for a token, so nothing has to be looked for."""
    fake = Fake(lambda request: (503, "<html>"), {"access_token": ""})
    with pytest.raises(WillRetry):
        write(fake)


def test_authorize_url_asks_for_the_needed_rights_only() -> None:
    """M118: no more rights than the chosen functions need."""
    url = httpx2.URL(authorize_url({**SETTINGS, "redirect_uri": "https://hub.test/back"}, "s-1"))
    assert url.params["state"] == "s-1"
    assert set(url.params["scope"].split()) == {
        "companyinformation",
        "settings",
        "bookkeeping",
        "customer",
        "currency",
        "costcenter",
        "project",
        "invoice",
        "payment",
    }


def test_no_secret_in_what_is_kept() -> None:
    """M120: what is kept for explanation holds neither secret nor token."""
    fake = Fake(Door(), {"access_expires": "2026-03-02T09:00:00+00:00"})
    read(fake)
    kept = b"".join(e.request + e.response + e.url.encode() for e in fake.exchanges)
    assert [secret for secret in (b"hemligt", b"r0", b"r1", b"t1") if secret in kept] == []


def test_pages_are_read_to_the_end() -> None:
    """M100: a list is all of its pages, read in the largest pages there are."""

    def answer(request: httpx2.Request) -> Reply:
        page = int(request.url.params["page"])
        return 200, {
            "MetaInformation": {"@TotalResources": 3, "@TotalPages": 3, "@CurrentPage": page},
            "Units": [{"Code": str(page)}],
        }

    fake = Fake(answer)
    rows = list(fake.ledger.client.pages(dict[str, str], "Units", "/3/units"))
    assert rows == [{"Code": "1"}, {"Code": "2"}, {"Code": "3"}]
    assert {request.url.params["limit"] for request in fake.requests} == {"500"}
