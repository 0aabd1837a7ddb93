"""What each kind of failure means, and how calls reach one company."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from kontera.accounting.documents import VatRegion
from kontera.calls import SettingsError
from kontera.errors import KonteraError, NeedsSignIn, OurFault, Uncertain, WillRetry
from kontera.ledgers.business_central.client import Call, filtered, literal
from kontera.ledgers.business_central.settings import options_from
from kontera.ledgers.business_central.wire import Identified
from kontera.ledgers.protocol import Bound
from kontera.ledgers.samples import card, invoice, line
from tests.ledgers.business_central.fake import CHART, COMPANY, DAY, VALUES, Fake, listed, refusal

INVOICE = invoice(CHART, "nt-1001", [line(CHART, "125.00")], DAY)


def fails(fake: Fake, write: bool) -> KonteraError:
    """The error of a read, or of a write."""
    attempt = fake.ledger.record if write else fake.ledger.find
    with pytest.raises(KonteraError) as caught:
        attempt(INVOICE, Bound(customer="10000"))
    return caught.value


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (500, WillRetry, Uncertain),
        (503, WillRetry, Uncertain),
        (504, WillRetry, Uncertain),
        (408, WillRetry, Uncertain),
        (429, WillRetry, WillRetry),
        (409, WillRetry, WillRetry),
    ],
)
def test_what_a_status_means(status: int, read: type[KonteraError], write: type[KonteraError]) -> None:
    """M100: a read is tried again; a write may have been committed, unless the call was turned away."""
    fake = Fake(lambda *_: listed(), outer=lambda request: httpx2.Response(status, json={}))
    assert isinstance(fails(fake, False), read)
    assert isinstance(fails(fake, True), write)


def test_busy_keeps_the_whole_lane_waiting() -> None:
    """M100: as long as it says, else as long as we think."""
    busy = httpx2.Response(429, json={}, headers={"retry-after": "7"})
    fake = Fake(lambda *_: listed(), outer=lambda request: busy)
    error = fails(fake, False)
    assert isinstance(error, WillRetry)
    assert (error.after, error.problem.code) == (7.0, "VENDOR_BUSY")
    before = fake.clock.seconds()
    fake.window.enter()
    assert fake.clock.seconds() - before >= 7.0


def test_a_page_for_people_is_maintenance() -> None:
    """M100."""
    page = httpx2.Response(200, text="<html>", headers={"content-type": "text/html"})
    fake = Fake(lambda *_: listed(), outer=lambda request: page)
    assert fails(fake, False).problem.code == "VENDOR_MAINTENANCE"
    assert isinstance(fails(fake, True), Uncertain)


def test_a_lost_answer_to_a_write_is_uncertain() -> None:
    """M100: the connection broke after the request had left."""

    def broken(request: httpx2.Request) -> httpx2.Response | None:
        raise httpx2.ReadError("gone")

    assert isinstance(fails(Fake(lambda *_: listed(), outer=broken), True), Uncertain)
    assert isinstance(fails(Fake(lambda *_: listed(), outer=broken), False), WillRetry)


def test_an_unreadable_answer_to_a_write_is_uncertain() -> None:
    """M100: it was accepted, so it may be there."""
    answer = httpx2.Response(200, content=b"{", headers={"content-type": "application/json"})
    assert isinstance(fails(Fake(lambda *_: listed(), outer=lambda request: answer), True), Uncertain)
    assert isinstance(fails(Fake(lambda *_: listed(), outer=lambda request: answer), False), OurFault)


def test_a_call_that_was_not_reached_in_a_batch() -> None:
    """M100: a missing answer is never taken for an empty one."""
    answer = httpx2.Response(200, json={"responses": []})
    fake = Fake(lambda *_: listed(), outer=lambda request: answer)
    assert isinstance(fails(fake, False), WillRetry)
    assert isinstance(fails(fake, True), Uncertain)


def tokens(status: int, body: Any, refuse: int = 1) -> tuple[Fake, list[str]]:
    """A fake whose API refuses the first `refuse` tokens it sees, and its token door."""
    seen: list[str] = []

    def outer(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path.endswith("/oauth2/v2.0/token"):
            return httpx2.Response(status, json=body)
        seen.append(request.headers["authorization"])
        return httpx2.Response(401, json={}) if len(seen) <= refuse else None

    return Fake(lambda *_: listed(), outer=outer), seen


def test_an_expired_token_is_asked_for_again_once() -> None:
    """M100: and kept; the scope and the secret go to the sign-in address only."""
    fake, seen = tokens(200, {"access_token": "t1", "expires_in": 3599})
    assert fake.ledger.find(INVOICE, Bound(customer="10000")) is None
    assert seen == ["Bearer t0", "Bearer t1"]
    assert [saved["access_token"] for saved in fake.saved] == ["t1"]
    asked = next(request for request in fake.requests if request.url.path.endswith("/token"))
    assert str(asked.url) == "https://login.microsoftonline.com/t1/oauth2/v2.0/token"
    assert b"client_credentials" in asked.content
    assert b"businesscentral.dynamics.com%2F.default" in asked.content


def test_no_token_is_asked_for_while_one_is_valid_and_one_before_it_expires() -> None:
    """M100."""
    fake, seen = tokens(200, {"access_token": "t1", "expires_in": 3599}, refuse=0)
    fake.ledger.find(INVOICE, Bound(customer="10000"))
    fake.clock.advance(timedelta(minutes=59))
    fake.ledger.find(INVOICE, Bound(customer="10000"))
    assert seen == ["Bearer t0", "Bearer t1"]


@pytest.mark.parametrize(("status", "body"), [(401, {"error": "invalid_client"}), (400, {"error": "unauthorized"})])
def test_an_application_that_is_no_longer_let_in_needs_a_person(status: int, body: Any) -> None:
    """M98."""
    fake, _ = tokens(status, body)
    error = fails(fake, False)
    assert isinstance(error, NeedsSignIn)
    assert (error.problem.code, error.problem.facts["where"]) == (
        "LEDGER_SIGN_IN",
        "Business Central > Microsoft Entra Applications",
    )
    assert [(c.name, c.ok) for c in tokens(status, body, 9)[0].ledger.readiness()] == [("sign-in", False)]


def test_a_token_that_is_refused_at_once_needs_a_person() -> None:
    """M98: Entra grants, Business Central does not know the application."""
    fake, _ = tokens(200, {"access_token": "t1"}, refuse=2)
    assert isinstance(fails(fake, True), NeedsSignIn)


def test_a_sign_in_door_that_is_down_is_tried_again() -> None:
    """M100."""
    assert isinstance(fails(tokens(503, {})[0], True), WillRetry)


def test_a_company_by_its_name() -> None:
    """M122: looked up once; a name that is not there is told with those that are."""

    def outer(request: httpx2.Request) -> httpx2.Response | None:
        if not request.url.path.endswith("/companies"):
            return None
        return httpx2.Response(200, json={"value": [{"id": COMPANY, "name": "CRONUS SE", "displayName": "Nordisk Te"}]})

    fake = Fake(lambda *_: listed(), {"company": "Nordisk Te"}, outer=outer)
    for _ in range(2):
        assert fake.ledger.find(INVOICE, Bound(customer="10000")) is None
    assert [request.url.path.rpartition("/")[2] for request in fake.requests] == ["companies", "$batch", "$batch"]
    assert fake.saved == [{"company_found": f"{COMPANY} Nordisk Te"}]
    kept = Fake(lambda *_: listed(), {"company": "Nordisk Te", **fake.saved[0]}, outer=outer)
    assert kept.ledger.find(INVOICE, Bound(customer="10000")) is None
    assert len(kept.requests) == 1
    renamed = Fake(lambda *_: listed(), {"company": "CRONUS SE", **fake.saved[0]}, outer=outer)
    assert renamed.ledger.find(INVOICE, Bound(customer="10000")) is None
    assert len(renamed.requests) == 2
    other = fails(Fake(lambda *_: listed(), {"company": "Nordiskt"}, outer=outer), False)
    assert other.problem.code == "LEDGER_REFUSED"
    assert "CRONUS SE" in other.problem.vendor


def test_lists_are_followed_to_their_end_and_nowhere_else() -> None:
    """M100: the next page comes as it stands; a link to another address never gets our token."""
    root = "https://bc.test/v2.0/t1/Production/api/v2.0"
    links = iter([f"{root}/companies({COMPANY})/items?$skiptoken=2", "https://elsewhere.test/items"])

    def handler(method: str, path: str, body: Any) -> tuple[int, Any]:
        return 200, {"value": [{"number": path}], "@odata.nextLink": next(links)}

    fake = Fake(handler)
    with pytest.raises(OurFault):
        list(fake.ledger.client.pages(Identified, "items"))
    assert [request.url.host for request in fake.requests] == ["bc.test", "bc.test"]


def test_filters_and_what_goes_with_every_call() -> None:
    """M100: quotes doubled, English asked for, a change made whatever the record's version."""
    assert literal("O'Hara") == "'O''Hara'"
    assert filtered("items", "number eq 'A&B'", top="1") == "items?$filter=number%20eq%20%27A%26B%27&$top=1"
    fake = Fake(lambda *_: (200, {}))
    fake.ledger.client.patch(Identified, "items(1)", {"displayName": "Te"})
    headers = fake.requests[0].headers
    assert (headers["accept-language"], headers["if-match"]) == ("en-US", "*")
    fake.ledger.client.batch([Call("DELETE", "items(1)")], writes=True)
    sent = json.loads(fake.requests[1].content)["requests"][0]
    assert (sent["url"], sent["headers"]["If-Match"]) == (f"companies({COMPANY})/items(1)", "*")
    assert fake.requests[1].headers["prefer"] == "odata.continue-on-error"


def test_secrets_are_not_in_what_is_kept() -> None:
    """M117: neither the secret nor the token."""
    fake, _ = tokens(200, {"access_token": "sesam-t1"})
    fake.ledger.find(INVOICE, Bound(customer="10000"))
    kept = b"".join(exchange.request + exchange.response for exchange in fake.exchanges)
    assert b"sesam-t1" not in kept
    assert b"hemligt" not in kept


def test_words_of_a_refusal_are_kept_apart_from_its_number() -> None:
    """M98: the correlation id is quoted, for Microsoft's support."""
    error = fails(Fake(lambda *_: refusal("It is Friday.")), True)
    assert error.problem.code == "LEDGER_REFUSED"
    assert error.problem.facts["reason"] == "It is Friday."
    assert "0b1f5a1c-0f5e-4a2b-9c4e-1f2d3c4b5a69" in error.problem.vendor


@pytest.mark.parametrize(
    ("name", "value"),
    [("vat_areas", "abroad=EU"), ("vat_areas", "domestic="), ("vat_setup", "VAT25=25:2611"), ("vat_setup", "A/B=x:1"),
     ("vat_setup", "A/B=25"), ("vat_setup", "A/B=125:2611")],
)  # fmt: skip
def test_lists_in_settings_say_what_is_wrong(name: str, value: str) -> None:
    """M117."""
    with pytest.raises(SettingsError, match=name):
        options_from({**VALUES, name: value})


def test_groups_of_a_sale() -> None:
    """M88: the country the goods go to decides; the pair that is named outright wins over a star."""
    options = options_from({**VALUES, "vat_setup": "OSS*/OSS19=0, OSSDE/OSS19=19:2670"})
    assert options.area_of(card(country="DE", region=VatRegion.EU_DISTANCE)) == "OSSDE"
    assert options.area_of(card(), VatRegion.DOMESTIC_REVERSE) == ""
    for area, rate in (("OSSDE", 19), ("OSSFI", 0)):
        row = options.vat_row(area, "OSS19")
        assert row is not None
        assert row.rate == rate
    assert options.vat_row("EXPORT", "OSS19") is None
