"""Webhook subscriptions and their notices (facts A5, E 20 and BC 56, 57, 241-260)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kontera.clock import SystemClock
from kontera.sandboxes.kit import parse_json
from tests.waiting import comes

from .conftest import Api


class Listener:
    """An address that answers the handshake and keeps what it is told. path /bad never answers the handshake right."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                data = self.rfile.read(length)
                token = parse_qs(urlsplit(self.path).query).get("validationToken")
                if token:
                    self._answer(200, b"wrong" if self.path.startswith("/bad") else token[0].encode())
                    return
                listener.got.append((urlsplit(self.path).path, parse_json(data)))
                self._answer(listener.status, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rows(self, path: str = "/a") -> list[tuple[str, str]]:
        """What was told to a path: kind and resource without the company."""
        return [
            (row["changeType"], row["resource"].split(")/", 1)[1])
            for place, body in self.got
            if place == path
            for row in body["value"]
        ]


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listening address."""
    made = Listener()
    yield made
    made.server.shutdown()


def subscribe(api: Api, listener: Listener, entity: str, path: str = "/a", company: str = "") -> Any:
    """A subscription to one resource."""
    body = {
        "notificationUrl": listener.url + path,
        "resource": f"/api/v2.0/companies({company or api.company})/{entity}",
        "clientState": "secret",
    }
    answer = api.raw("POST", "subscriptions", body)
    assert 201 == answer.status_code, answer.text
    return answer.json()


def advance(api: Api, seconds: float) -> None:
    """Let the vendor's clock run."""
    api.http.post("/_sandbox/clock", json={"advance": seconds})


def attempts(api: Api) -> list[tuple[str, int]]:
    """Outcome and status of every attempt so far."""
    return [(each["outcome"], each["status"]) for each in api.http.get("/_sandbox/webhooks").json()["sent"]]


def test_handshake_renewal_and_expiry(api: Api, listener: Listener) -> None:
    """BC 260, BC 243, BC 244, A5: the token comes back or nothing is kept; three days; renewed likewise."""
    body = {"notificationUrl": f"{listener.url}/bad", "resource": f"/api/v2.0/companies({api.company})/customers"}
    assert 400 == api.raw("POST", "subscriptions", body).status_code
    assert [] == api.raw("GET", "subscriptions").json()["value"]
    made = subscribe(api, listener, "customers")
    assert "2026-03-05T09:00:00.000Z" == made["expirationDateTime"]
    advance(api, 86400)
    api.token = api.sign_in()
    path = f"subscriptions('{made['subscriptionId']}')"
    assert 400 == api.raw("PATCH", path, {}).status_code
    renewed = api.raw("PATCH", path, {}, **{"If-Match": made["@odata.etag"]})
    assert (200, "2026-03-06T09:00:00.000Z") == (renewed.status_code, renewed.json()["expirationDateTime"])
    assert 409 == api.raw("PATCH", path, {}, **{"If-Match": made["@odata.etag"]}).status_code
    bad = api.raw("PATCH", path, {"notificationUrl": f"{listener.url}/bad"}, **{"If-Match": "*"})
    assert 400 == bad.status_code
    api.post("customers", displayName="A")
    advance(api, 3 * 86400)
    api.token = api.sign_in()
    assert 404 == api.raw("GET", path).status_code
    assert ([], []) == (attempts(api), listener.got)


@pytest.mark.parametrize("entity", ["salesOrderLines", "taxGroups", "salesShipments", "itemVariants", "locations"])
def test_unsupported_resources(api: Api, listener: Listener, entity: str) -> None:
    """BC 246, A5: lines, temporary tables and what the vendor's list lacks cannot be watched."""
    body = {"notificationUrl": listener.url, "resource": f"/api/v2.0/companies({api.company})/{entity}"}
    assert 400 == api.raw("POST", "subscriptions", body).status_code


def test_created_updated_deleted(api: Api, listener: Listener) -> None:
    """BC 241, BC 242, BC 247, BC 250, BC 258: one notice each; updates in a row merge; a rename is an update."""
    subscribe(api, listener, "items")
    made = api.post("items", number="N1")
    advance(api, 1)
    for number in ("N2", "N3"):
        api.patch(f"items({made['id']})", number=number)
    advance(api, 1)
    api.delete(f"items({made['id']})")
    api.get("items")
    advance(api, 27)
    SystemClock().sleep(0.15)  # time enough for a notice that must not come
    assert [] == listener.got  # thirty seconds after the first change, not before
    advance(api, 2)
    assert comes(lambda: len(listener.got) == 1)
    place = f"items({made['id']})"
    assert [("created", place), ("updated", place), ("deleted", place)] == listener.rows()
    (row, *_) = listener.got[0][1]["value"]
    assert [
        "subscriptionId", "clientState", "expirationDateTime", "resource", "changeType", "lastModifiedDateTime"
    ] == list(row)  # fmt: skip
    assert "secret" == row["clientState"]


def test_posting_is_one_update(api: Api, listener: Listener) -> None:
    """BC 56: the same id, neither created nor deleted; a line's change is its header's (A5)."""
    draft = api.invoice(api.line())
    subscribe(api, listener, "salesInvoices")
    api.patch(f"salesInvoiceLines({draft['salesInvoiceLines'][0]['id']})", quantity=2)
    api.act(f"salesInvoices({draft['id']})", "post")
    advance(api, 31)
    assert comes(lambda: bool(listener.got))
    assert [("updated", f"salesInvoices({draft['id']})")] == listener.rows()


def test_writes_that_change_nothing(api: Api, listener: Listener) -> None:
    """BC 57, BC 54: not told; neither is a partial payment; nor a refused write."""
    posted = api.posted(api.line())
    subscribe(api, listener, "salesInvoices")
    subscribe(api, listener, "customers")
    customer = f"customers({posted['customerId']})"
    api.patch(customer, displayName=api.get(customer)["displayName"])
    api.text("PATCH", customer, {"displayName": ""})
    journal = api.get("customerPaymentJournals")[0]["id"]
    api.post(f"customerPaymentJournals({journal})/customerPayments", amount=-1, appliesToInvoiceId=posted["id"])
    api.act(f"journals({journal})", "post")
    assert {} == api.http.get("/_sandbox/webhooks").json()["pending"]


def test_one_post_per_address(api: Api, listener: Listener) -> None:
    """BC 249, BC 245: shared addresses share a payload; another company's subscription hears nothing."""
    other = api.pull("company", name="Second AB")
    subscribe(api, listener, "customers")
    subscribe(api, listener, "items")
    subscribe(api, listener, "items", "/b")
    subscribe(api, listener, "items", "/c", other["id"])
    api.post("customers", displayName="A")
    api.post("items", number="N1")
    advance(api, 31)
    assert comes(lambda: len(listener.got) == 2)
    assert {"/a": 2, "/b": 1} == {place: len(body["value"]) for place, body in listener.got}


def test_many_changes_collapse(api: Api, listener: Listener) -> None:
    """BC 251, BC 252, BC 253: a filter from just before the first change; none when something was deleted."""
    api.pull("webhooks", most_changes=2)
    subscribe(api, listener, "items")
    for deletes in (False, True):
        advance(api, 1)
        made = [api.post("items", number=f"{deletes}{n}") for n in range(3)]
        if deletes:
            api.delete(f"items({made[0]['id']})")
        listener.got.clear()
        advance(api, 31)
        assert comes(lambda: bool(listener.got))
        tail = "" if deletes else "?$filter=lastModifiedDateTime%20gt%202026-03-02T09:00:00.950Z"
        assert [("collection", f"items{tail}")] == listener.rows()


def test_retries(api: Api, listener: Listener) -> None:
    """BC 254, A5: kept and tried again with what came meanwhile; after the ladder the subscription is gone."""
    subscribe(api, listener, "items")
    listener.status = 500
    api.post("items", number="N1")
    advance(api, 31)
    assert comes(lambda: len(attempts(api)) == 1)
    api.post("items", number="N2")
    assert 1 == len(listener.rows())
    for count, wait in enumerate((61, 61, 601, 6001, 60001), start=2):
        advance(api, wait)
        assert comes(lambda expected=count: len(attempts(api)) == expected)  # type: ignore[misc]
        assert 2 == len(listener.got[-1][1]["value"])
    assert [("failed", 500)] * 5 + [("given up", 500)] == attempts(api)
    api.token = api.sign_in()
    assert [] == api.raw("GET", "subscriptions").json()["value"]


def test_refusals_delete(api: Api, listener: Listener) -> None:
    """BC 255: any other answer ends every subscription with this address; no answer at all does not."""
    subscribe(api, listener, "items")
    subscribe(api, listener, "customers")
    subscribe(api, listener, "items", "/b")
    listener.status = 404
    api.post("customers", displayName="A")
    advance(api, 31)
    assert comes(lambda: bool(attempts(api)))
    assert ["/b"] == [
        urlsplit(each["notificationUrl"]).path for each in api.raw("GET", "subscriptions").json()["value"]
    ]
    listener.server.shutdown()
    listener.server.server_close()
    api.post("items", number="N1")
    advance(api, 31)
    assert comes(lambda: len(attempts(api)) == 2)
    assert ("failed", 0) == attempts(api)[-1]
    assert 1 == len(api.raw("GET", "subscriptions").json()["value"])


def test_declared_faults(api: Api, listener: Listener) -> None:
    """E 20: notices can be lost or come twice."""
    subscribe(api, listener, "items")
    for kind, count in (("drop", 0), ("duplicate", 2)):
        api.http.post("/_sandbox/faults", json={"kind": kind, "times": 1})
        before = len(attempts(api))
        api.post("items", number=kind)
        advance(api, 31)
        assert comes(lambda expected=before: len(attempts(api)) == expected + 1)  # type: ignore[misc]
        assert count == len(listener.got)


def test_order_within_a_payload(api: Api, listener: Listener) -> None:
    """BC 248: by the time of change."""
    subscribe(api, listener, "items")
    made = []
    for number in ("N3", "N1", "N2"):
        made.append(f"items({api.post('items', number=number)['id']})")
        advance(api, 1)
    advance(api, 60)
    assert comes(lambda: len(listener.rows()) == 3)
    assert [("created", each) for each in made] == listener.rows()
