"""5.1 and 5.2: tokens, consents, scopes, licences, the rate limit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from .conftest import Api

REDIRECT = "http://localhost:8000/connect/fortnox"


def token(api: Api, secret: str = "sandbox-secret", headers: dict[str, str] | None = None, **form: str) -> Any:
    """One call of the token endpoint."""
    return httpx2.post(
        f"{api.sandbox.base_url}/oauth-v1/token",
        data=form,
        auth=("sandbox-client", secret),
        headers=headers,
        trust_env=False,
    )


def authorize(api: Api, **query: str) -> dict[str, list[str]]:
    """Where the authorize page sends the browser, as its query."""
    parameters = {
        "client_id": "sandbox-client",
        "response_type": "code",
        "state": "s1",
        "redirect_uri": REDIRECT,
        "scope": "invoice customer",
        "access_type": "offline",
        **query,
    }
    answer = api.http.get("/oauth-v1/auth", params=parameters)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(REDIRECT)
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_5_1_code_for_tokens_once_within_ten_minutes(api: Api) -> None:
    """The browser dance gives a bearer token for an hour, with a tenantId inside."""
    found = authorize(api)
    assert found["state"] == ["s1"]
    form = {"grant_type": "authorization_code", "code": found["code"][0], "redirect_uri": REDIRECT}
    pair = token(api, **form).json()
    assert (pair["expires_in"], pair["token_type"], pair["scope"]) == (3600, "bearer", "invoice customer")
    claims = pair["access_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["tenantId"] == 1001
    assert token(api, **form).status_code == 400
    late = authorize(api)["code"][0]
    api.sandbox.clock.advance(timedelta(minutes=11))
    assert token(api, grant_type="authorization_code", code=late, redirect_uri=REDIRECT).status_code == 400


def test_5_1_the_authorize_page_refuses_in_its_own_ways(api: Api) -> None:
    """A scope the client lacks is invalid_scope; a wrong address or a missing state is answered on the spot."""
    assert authorize(api, scope="invoice everything")["error"] == ["invalid_scope"]
    assert authorize(api, response_type="token")["error"] == ["unsupported_response_type"]
    assert (
        api.http.get(
            "/oauth-v1/auth",
            params={"client_id": "sandbox-client", "state": "s", "redirect_uri": "http://evil.example"},
        ).status_code
        == 400
    )


def test_the_consent_page_can_ask_a_person(api: Api) -> None:
    """For training: a page with what is asked for, and a way to say no."""
    api.pull("consent_page", show=True)
    query = {
        "client_id": "sandbox-client",
        "response_type": "code",
        "state": "s1",
        "redirect_uri": REDIRECT,
        "scope": "invoice",
    }
    page = api.http.get("/oauth-v1/auth", params=query)
    assert (page.status_code, "<li>invoice</li>" in page.text) == (200, True)
    denied = api.http.post("/oauth-v1/auth", params=query, data={"answer": "no"})
    assert parse_qs(urlsplit(denied.headers["location"]).query)["error"] == ["access_denied"]
    given = api.http.post("/oauth-v1/auth", params=query, data={"answer": "yes"})
    assert "code" in parse_qs(urlsplit(given.headers["location"]).query)


def test_5_1_a_refresh_token_is_used_once_and_lives_45_days(api: Api) -> None:
    """Rotation: the old one answers invalid_grant."""
    first = api.sandbox.credentials()["refresh_token"]
    second = token(api, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    again = token(api, grant_type="refresh_token", refresh_token=first)
    assert (again.status_code, again.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Invalid refresh token"},
    )
    api.sandbox.clock.advance(timedelta(days=46))
    assert token(api, grant_type="refresh_token", refresh_token=second).status_code == 400


def test_5_1_a_wrong_client_is_named_so(api: Api) -> None:
    """401 invalid_client, as recorded."""
    answer = token(api, secret="wrong", grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "invalid_client", "error_description": "The client credentials are invalid"},
    )


def test_5_1_an_expired_token_is_unauthorized_outside_the_error_envelope(api: Api) -> None:
    """401 {"message": "unauthorized"}, by time or by fault."""
    assert api.call("GET", "customers")[0] == 200
    api.sandbox.clock.advance(timedelta(hours=1))
    assert api.call("GET", "customers") == (401, {"message": "unauthorized"})
    fresh = Api(api.sandbox, api.sandbox.credentials()["access_token"])
    fresh.http.post("/_sandbox/faults", json={"kind": "expire_tokens", "times": 1})
    assert fresh.call("GET", "customers")[0] == 401


def test_5_1_client_credentials_need_a_tenant_and_a_service_account(api: Api) -> None:
    """No refresh token; scopes that were not consented to are dropped without a word."""
    assert token(api, grant_type="client_credentials", scope="invoice").status_code == 400
    answer = token(api, headers={"TenantId": "1001"}, grant_type="client_credentials", scope="invoice warp").json()
    assert "refresh_token" not in answer
    assert answer["scope"] == "invoice"
    api.pull("consent", scopes=["invoice"], service=False)
    assert token(api, headers={"TenantId": "1001"}, grant_type="client_credentials").status_code == 400


def test_5_1_a_revoked_consent_stops_refreshing_but_not_the_token_in_hand(api: Api) -> None:
    """Access tokens cannot be revoked."""
    refresh = api.sandbox.credentials()["refresh_token"]
    api.pull("revoke_consent")
    assert token(api, grant_type="refresh_token", refresh_token=refresh).status_code == 400
    assert token(api, headers={"TenantId": "1001"}, grant_type="client_credentials").status_code == 400
    assert api.call("GET", "customers")[0] == 200


def test_5_1_a_refresh_token_can_be_revoked(api: Api) -> None:
    """POST revoke answers revoked: true."""
    refresh = api.sandbox.credentials()["refresh_token"]
    answer = api.http.post(
        "/oauth-v1/revoke",
        data={"token_type_hint": "refresh_token", "token": refresh},
        auth=("sandbox-client", "sandbox-secret"),
    )
    assert answer.json() == {"revoked": True}
    assert token(api, grant_type="refresh_token", refresh_token=refresh).status_code == 400


def test_5_1_a_scope_is_demanded_per_resource(api: Api) -> None:
    """2000663, read and write alike."""
    narrow = Api(api.sandbox, api.pull("tokens", scopes=["customer"])["access_token"])
    assert narrow.call("GET", "customers")[0] == 200
    assert narrow.refused("GET", "invoices") == (403, 2000663, "Har inte behörighet för scope.")
    assert narrow.refused("POST", "vouchers", "Voucher")[1] == 2000663
    api.pull("profile", permission_status=400)
    assert narrow.refused("GET", "invoices")[0] == 400


@pytest.mark.parametrize(
    ("licence", "path"),
    [("order", "orders"), ("faktura", "invoices"), ("faktura", "invoicepayments"), ("bokforing", "vouchers")],
)
def test_5_1_a_licence_is_demanded_per_resource(api: Api, licence: str, path: str) -> None:
    """2001101 without the module's licence, 2001103 without the API's."""
    api.pull("licences", remove=[licence])
    assert api.refused("GET", path)[:2] == (403, 2001101)
    api.pull("licences", add=[licence], remove=["integration"])
    assert api.refused("GET", path)[:2] == (403, 2001103)


def test_5_2_the_limit_is_25_in_5_seconds_per_client_and_tenant(make: Callable[..., Api]) -> None:
    """The 26th is 429 without Retry-After; another company has a window of its own; several tokens do not help."""
    api = make(limit=25)
    other = Api(api.sandbox, api.pull("company", tenant=1002)["access_token"])
    assert [api.call("GET", "units")[0] for _ in range(25)] == [200] * 25
    second = Api(api.sandbox, api.sandbox.credentials()["access_token"])
    answer = second.http.get("/3/units")
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)
    assert other.call("GET", "units")[0] == 200
    api.sandbox.clock.advance(timedelta(seconds=5))
    assert api.call("GET", "units")[0] == 200
    assert api.sandbox.calls.peak == 26


def test_companies_do_not_see_each_other(api: Api) -> None:
    """A token opens one company."""
    other = Api(api.sandbox, api.pull("company", tenant=1002)["access_token"])
    assert other.get("customers") == []
    assert other.get("companyinformation")["DatabaseNumber"] == 1002
    assert other.get("settings/company")["DatabaseNumber"] == "1002"


def test_discovery_names_the_endpoints(api: Api) -> None:
    """OIDC discovery, as the vendor has."""
    found = api.http.get("/oauth-v1/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"{api.sandbox.base_url}/oauth-v1/token"
