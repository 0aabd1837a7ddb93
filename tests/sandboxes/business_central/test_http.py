"""HTTP, keys, etags, OData, batch, tokens and limits (facts A1-A4 and BC 57, 60-80)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from kontera.sandboxes.business_central import BusinessCentralSandbox

from .conftest import Api, D


def test_tokens(api: Api) -> None:
    """E 1: only the app's own secret, scope and tenant; a token ends after an hour, or when the app is turned off."""
    assert "401 invalid_client" == api.sign_in(client_secret="wrong")
    assert "400 unauthorized_client" == api.sign_in(client_id="wrong")
    assert "400 invalid_scope" == api.sign_in(scope="wrong")
    assert "400 unsupported_grant_type" == api.sign_in(grant_type="password")
    api.get("customers")
    api.pull("app", enabled=False)
    assert (401, "Authentication_InvalidCredentials") == api.refused("GET", "customers")[:2]
    api.pull("app", enabled=True)
    api.http.post("/_sandbox/clock", json={"advance": 3600})
    assert 401 == api.refused("GET", "customers")[0]
    api.token = api.sign_in()
    api.get("customers")


def test_addresses(api: Api) -> None:
    """E 1: tenant optional, environment known, company by id or name, unknown segments."""
    base = api.sandbox.base_url
    assert 200 == api.raw("GET", f"{base}/v2.0/Production/api/v2.0/companies").status_code
    assert 404 == api.raw("GET", f"{base}/v2.0/Elsewhere/api/v2.0/companies").status_code
    assert 404 == api.raw("GET", f"{base}/v2.0/nobody/Production/api/v2.0/companies").status_code
    (company,) = api.raw("GET", "companies").json()["value"]
    assert ("CRONUS Sverige AB", api.company) == (company["name"], company["id"])
    assert company["name"] == api.raw("GET", f"companies({company['id']})").json()["displayName"]
    assert 4 == len(api.raw("GET", f"customers?company={api.company}").json()["value"])
    assert 400 == api.raw("GET", "customers").status_code
    assert 404 == api.raw("GET", "companies(11111111-1111-1111-1111-111111111111)/customers").status_code
    assert 404 == api.refused("GET", "unicorns")[0]
    assert 400 == api.refused("GET", "customers(10000)")[0]
    names = {each["name"] for each in api.raw("GET", "").json()["value"]}
    assert {"companies", "salesOrders", "subscriptions"} <= names


def test_statuses_and_bodies(api: Api) -> None:
    """BC 61, BC 62, BC 63, BC 67, BC 69, BC 78: 201, 200, 204; etag in every body; lower-case ids; error envelope."""
    status, made = api.call("POST", "customers", {"displayName": "A"})
    assert 201 == status
    assert made["@odata.etag"].startswith('W/"')
    assert made["id"] == made["id"].lower()
    status, changed = api.call(
        "PATCH", f"customers({made['id'].upper()})", {"city": "B"}, **{"If-Match": made["@odata.etag"]}
    )
    assert (200, True) == (status, changed["@odata.etag"] != made["@odata.etag"])
    order = api.post("salesOrders", customerNumber="10000")
    assert "0001-01-01" == order["requestedDeliveryDate"]
    answer = api.raw("POST", f"companies({api.company})/customers", {})
    assert 400 == answer.status_code
    assert "Application_DialogException" == answer.json()["error"]["code"]
    assert "  CorrelationId:  " in answer.json()["error"]["message"]
    deleted = api.raw("DELETE", f"companies({api.company})/customers({made['id']})", **{"If-Match": "*"})
    assert (204, b"") == (deleted.status_code, deleted.content)


def test_etags(api: Api) -> None:
    """BC 64, BC 65, E 4, E 5: needed, not stale; a header's changes with its lines; two reads agree."""
    order = api.order(api.line())
    path = f"salesOrders({order['id']})"
    assert (400, "BadRequest_InvalidToken") == api.refused("PATCH", path, {"salesperson": "A"}, **{"If-Match": ""})[:2]
    assert order["@odata.etag"] == api.get(path)["@odata.etag"]
    api.patch(f"salesOrderLines({order['salesOrderLines'][0]['id']})", quantity=2)
    stale = {"If-Match": order["@odata.etag"]}
    assert (409, "Request_EntityChanged") == api.refused("PATCH", path, {"salesperson": "A"}, **stale)[:2]
    assert 409 == api.refused("DELETE", path, None, **stale)[0]
    api.pull("switches", stale_status=412)
    assert 412 == api.refused("PATCH", path, {"salesperson": "A"}, **stale)[0]


def test_filters(api: Api) -> None:
    """A3, E 3: comparison, functions, and, or on one property; or over two is refused; lambdas are ignored."""

    def found(text: str) -> list[str]:
        return [each["number"] for each in api.get(f"customers?$filter={text}")]

    assert ["30000"] == found("country eq 'DE'")
    assert ["30000", "40000"] == found("number gt '20000'")
    assert ["10000", "30000"] == found("number eq '10000' or number eq '30000'")
    assert ["10000"] == found("startswith(displayName,'Adatum') and number ne '20000'")
    assert ["20000"] == found("contains(tolower(displayName),'research')")
    assert ["10000", "20000"] == found("endswith(displayName, 'AB')")
    assert ["40000"] == found("not (country eq 'SE') and not startswith(displayName,'Hansen')")
    assert [] == found("lastModifiedDateTime gt 2026-03-02T09:00:00Z")
    assert 4 == len(found("lastModifiedDateTime ge 2026-03-02T10:00:00%2B01:00"))
    assert 4 == len(found("defaultDimensions/any(d:d/dimensionCode eq 'X')"))
    assert 4 == len(found("balanceDue eq 0 and blocked eq ' '"))
    api.post("customers", displayName="O'Hara")
    assert ["C10010"] == found("displayName eq 'O''Hara'")
    refusal = api.refused("GET", "customers?$filter=number eq '1' or country eq 'SE'")
    assert (400, "BadRequest_MethodNotImplemented") == refusal[:2]
    for text in ("number eq", "number is '1'", "(number eq '1'", "colour eq 'red'", "number eq '1' x"):
        assert 400 == api.refused("GET", f"customers?$filter={text}")[0]


def test_query_options(api: Api) -> None:
    """E 3: select, orderby, top, skip, count, expand with its own options."""
    rows = api.get("customers?$select=number&$orderby=number desc&$top=2&$skip=1")
    assert [["@odata.etag", "number"]] * 2 == [sorted(each) for each in rows]
    assert ["30000", "20000"] == [each["number"] for each in rows]
    status, body = api.call("GET", "customers?$count=true&$filter=country eq 'SE'&$top=1")
    assert (200, 2, 1) == (status, body["@odata.count"], len(body["value"]))
    order = api.order(api.line(), api.line("1100"))
    expand = "salesOrderLines($filter=sequence gt 10000;$select=sequence,quantity;$expand=item),customer"
    shown = api.get(f"salesOrders({order['id']})?$expand={expand}")
    assert [20000] == [each["sequence"] for each in shown["salesOrderLines"]]
    assert ("1100", "Adatum AB") == (shown["salesOrderLines"][0]["item"]["number"], shown["customer"]["displayName"])
    assert "Adatum AB" == api.get(f"salesOrders({order['id']})/customer")["displayName"]
    assert 400 == api.refused("GET", "customers?$select=colour")[0]
    assert 400 == api.refused("GET", "customers?$expand=colour")[0]
    assert 400 == api.refused("GET", "customers?$top=few")[0]


def test_count(api: Api) -> None:
    """A3: how many there are, or a filter keeps, as bare text; of a record there is no such thing."""
    path = f"companies({api.company})/customers"
    answer = api.raw("GET", f"{path}/$count")
    assert ("text/plain", str(len(api.get("customers")))) == (
        answer.headers["content-type"].split(";")[0], answer.content.decode("utf-8-sig"),
    )  # fmt: skip
    assert "2" == api.raw("GET", f"{path}/$count?$filter=country eq 'SE'").content.decode("utf-8-sig")
    one = api.id_of("customers", "10000", "number")
    assert 404 == api.raw("GET", f"{path}({one})/$count").status_code
    assert 404 == api.raw("GET", f"companies({api.company})/$count").status_code
    api.pull("switches", denied=["customers"])
    assert 400 == api.raw("GET", f"{path}/$count").status_code


def test_paging(api: Api) -> None:
    """A3, BC 80: a page holds what was asked for; the next link is followed as it is, also past a deleted row."""
    answer = api.raw("GET", f"companies({api.company})/accounts?$select=number", Prefer="odata.maxpagesize=10")
    numbers, pages = [], 0
    while True:
        body = answer.json()
        numbers += [each["number"] for each in body["value"]]
        pages += 1
        if "@odata.nextLink" not in body:
            break
        answer = api.raw("GET", body["@odata.nextLink"], Prefer="odata.maxpagesize=10")
    assert [each["number"] for each in api.get("accounts")] == numbers
    assert 3 == pages
    assert 413 == api.raw("GET", f"companies({api.company})/accounts", Prefer="odata.maxpagesize=20001").status_code
    assert 400 == api.refused("GET", "accounts?$skiptoken=nonsense")[0]


def test_deep_insert(api: Api) -> None:
    """A3, BC 153, BC 173: a header with its lines, all or nothing; the number is given back."""
    bad = {"customerNumber": "10000", "salesOrderLines": [api.line(), {"itemId": api.item(), "quantity": "x"}]}
    assert 400 == api.refused("POST", "salesOrders", bad)[0]
    assert [] == api.get("salesOrders")
    made = api.order(api.line(), api.line("1100"))
    assert ("S-ORD101001", [10000, 20000]) == (made["number"], [each["sequence"] for each in made["salesOrderLines"]])


def test_same_reference_twice(api: Api) -> None:
    """E 19: external document numbers are not unique; the audit tells."""
    for _ in range(2):
        api.order(api.line(), externalDocumentNumber="WEB-1")
    assert 2 == len(api.get("salesOrders?$filter=externalDocumentNumber eq 'WEB-1'"))
    assert ["WEB-1"] == api.audit()["duplicate_orders"]


def test_no_permission(api: Api) -> None:
    """BC 79: the vendor's own words."""
    api.pull("switches", denied=["salesOrders"])
    assert "You do not have permissions to read Sales Orders." == api.text("GET", "salesOrders")


def test_intent_and_content(api: Api) -> None:
    """E 23: read-only intent is for reading; bodies are JSON objects."""
    path = f"companies({api.company})/customers"
    assert 200 == api.raw("GET", path, **{"Data-Access-Intent": "ReadOnly"}).status_code
    assert 400 == api.raw("POST", path, {"displayName": "A"}, **{"Data-Access-Intent": "ReadOnly"}).status_code
    assert 415 == api.raw("POST", path, {"displayName": "A"}, **{"Content-Type": "text/plain"}).status_code
    assert 400 == api.raw("POST", path, [1]).status_code


def test_batch(api: Api) -> None:
    """A3, E 21: in order, up to the first failure; told to go on, each for itself but for what depends on a failure; at
    most a hundred."""
    root = f"companies({api.company})"

    def part(identity: str, method: str, url: str, body: object = None, **more: object) -> dict[str, object]:
        return {"id": identity, "method": method, "url": url, "body": body,
                "headers": {"Content-Type": "application/json"}, **more}  # fmt: skip

    def run(*parts: object, **headers: str) -> list[dict[str, object]]:
        answer = api.raw("POST", "$batch", {"requests": list(parts)}, **headers)
        assert 200 == answer.status_code, answer.text
        responses: list[dict[str, object]] = answer.json()["responses"]
        return responses

    go_on = {"Prefer": "odata.continue-on-error"}
    before = api.sandbox.calls.total
    found = run(
        part("a", "POST", f"{root}/customers", {"displayName": "A"}),
        part("b", "POST", f"{root}/customers", {}),
        part("c", "POST", f"{root}/customers", {"displayName": "C"}, dependsOn=["b"]),
        part("d", "GET", f"{root}/customers?$filter=displayName eq 'A'"),
        **go_on,
    )
    assert [("a", 201), ("b", 400), ("c", 424), ("d", 200)] == [(each["id"], each["status"]) for each in found]
    assert 1 == len(found[3]["body"]["value"])  # type: ignore[index]
    assert 1 == api.sandbox.calls.total - before
    named = run(part("1", "GET", "customers"), Company="CRONUS Sverige AB")
    assert 200 == named[0]["status"]
    two = (part("b", "POST", f"{root}/customers", {}), part("d", "GET", f"{root}/customers"))
    assert [("b", 400)] == [(each["id"], each["status"]) for each in run(*two)]
    assert 2 == len(run(*two, **go_on))
    api.pull("switches", batch_stops=False)
    assert 2 == len(run(*two))
    assert 400 == api.raw("POST", "$batch", {"requests": [part(str(n), "GET", "x") for n in range(101)]}).status_code
    assert 400 == api.raw("POST", "$batch", {"requests": [part("1", "GET", "x"), part("1", "GET", "x")]}).status_code


def test_snapshot_batch(api: Api) -> None:
    """A3, E 21, BC 180: undone as a whole, except what a posting has committed on its way."""
    root = f"companies({api.company})"

    def run(*urls: tuple[str, str, object]) -> list[int]:
        parts = [{"id": str(n), "method": method, "url": f"{root}/{url}", "body": body}
                 for n, (method, url, body) in enumerate(urls)]  # fmt: skip
        answer = api.raw("POST", "$batch", {"requests": parts}, Isolation="snapshot").json()
        return [each["status"] for each in answer["responses"]]

    good, bad = ("POST", "customers", {"displayName": "A"}), ("POST", "customers", {})
    assert [201, 400] == run(good, bad, good)
    assert 4 == len(api.get("customers"))
    assert [201, 201] == run(good, good)
    draft = api.invoice(api.line())
    post = ("POST", f"salesInvoices({draft['id']})/Microsoft.NAV.post", None)
    assert [201, 204, 400] == run(good, post, bad)
    assert 7 == len(api.get("customers"))


def test_rate_limit() -> None:
    """A2, E 2: six thousand calls in five minutes for one app; then 429, with the time to come back."""
    with BusinessCentralSandbox() as sandbox:
        assert (6000, 300.0) == (sandbox.limiter.count, sandbox.limiter.seconds)
        api = Api(sandbox)
        api.pull("limits", count=2, seconds=60)
        api.get("customers")
        api.get("customers")
        answer = api.raw("GET", "companies")
        assert 429 == answer.status_code
        assert 0 < int(answer.headers["Retry-After"]) <= 61
        api.pull("limits", retry_after=False)
        assert "Retry-After" not in api.raw("GET", "companies").headers


def test_five_at_once(api: Api) -> None:
    """A2, E 2: five run, the others wait; without a queue they are told 429."""
    api.pull("limits", latency="0.2")

    def together(count: int) -> list[int]:
        with ThreadPoolExecutor(count) as pool:
            return sorted(pool.map(lambda _: api.raw("GET", "companies").status_code, range(count)))

    assert [200] * 8 == together(8)
    assert 5 == api.sandbox.doors.peak
    api.pull("limits", queued=0)
    assert [200] * 5 + [429] * 3 == together(8)


def test_lost_answer_of_a_posting(api: Api) -> None:
    """B1, E 2: posted although the caller heard nothing; the same id tells by its new number."""
    draft = api.invoice(api.line())
    api.http.post("/_sandbox/faults", json={"kind": "lost_answer", "path": "*Microsoft.NAV.post", "times": 1})
    with pytest.raises(httpx2.TransportError):
        api.call("POST", f"salesInvoices({draft['id']})/Microsoft.NAV.post")
    now = api.get(f"salesInvoices({draft['id']})")
    assert ("PS-INV103001", D(5000)) == (now["number"], now["remainingAmount"])
    api.http.post("/_sandbox/faults", json={"kind": "status", "status": 503, "path": "*customers", "times": 1})
    answer = api.raw("GET", f"companies({api.company})/customers")
    assert (503, "10", "Internal_TenantUnavailable") == (
        answer.status_code,
        answer.headers["Retry-After"],
        answer.json()["error"]["code"],
    )


def test_the_set_up_the_api_hides(api: Api) -> None:
    """B3: VAT business x product and what it says, read and changed through the control plane only."""
    api.pull("vat", business="OSS-DE", product="VAT25", percent=19, identifier="OSS-DE19", account="2670")
    cells = api.http.get("/_sandbox/setup").json()["vat"]
    (cell,) = [each for each in cells if each["business"] == "OSS-DE"]
    assert ("OSS-DE19", 19, "Normal VAT", "2670") == tuple(
        cell[name] for name in ("identifier", "percent", "kind", "account")
    )
    area = api.id_of("taxAreas", "OSS-DE")
    made = api.post("customers", displayName="Erika", country="DE", taxAreaId=area)
    posted = api.posted(api.line(), customerNumber=made["number"])
    assert {"1510": D(4760), "3001": D(-4000), "2670": D(-760)} == api.entries(posted["number"])
    for action, body in (("switches", {"nonsense": 1}), ("set", {"table": "salesOrders"}), ("rate", {})):
        assert 400 == api.http.post(f"/_sandbox/actions/{action}", json=body).status_code


def test_two_companies_and_reset(api: Api) -> None:
    """E 1: companies share nothing; a reset empties them."""
    other = api.pull("company", name="Second AB")
    api.post("customers", displayName="A")
    assert 4 == len(api.raw("GET", f"companies({other['id']})/customers").json()["value"])
    assert {"CRONUS Sverige AB", "Second AB"} == set(api.http.get("/_sandbox/audits").json())
    api.http.post("/_sandbox/reset")
    assert 4 == len(api.get("customers"))
