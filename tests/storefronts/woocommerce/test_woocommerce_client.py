"""How the key is shown, and what each of a shop's answers means for what happens next."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from woocommerce_ministore import START, MiniShop, refusal

from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, OurFault, WillRetry
from kontera.storefronts.protocol import FactKind
from kontera.storefronts.woocommerce.oauth import signature, signed

VECTORS = json.loads((Path(__file__).parent / "golden" / "oauth.vectors").read_text())
CANNOT = "woocommerce_rest_cannot_view"
AUTH = "woocommerce_rest_authentication_error"


def look(shop: MiniShop) -> None:
    shop.adapter.changes(FactKind.ORDER, None, START)


def failure(answer: httpx2.Response) -> KonteraError:
    shop = MiniShop()
    shop.always = lambda request: answer
    with pytest.raises(KonteraError) as caught:
        look(shop)
    return caught.value


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["note"])
def test_signatures_a_real_shop_accepted(vector: dict[str, Any]) -> None:
    """M100: arrays, spaces, letters beyond ASCII; the body is not signed."""
    params = dict(vector["params"])
    accepted = params.pop("oauth_signature")
    assert accepted == signature(vector["method"], vector["url"], params, VECTORS["consumer_secret"])


def test_every_call_has_a_nonce_of_its_own() -> None:
    """The shop remembers them and refuses a second use."""
    first, second = (signed("GET", "http://a/b", {"x": ""}, "ck", "cs", timestamp=1) for _ in range(2))
    assert first["oauth_nonce"] != second["oauth_nonce"]
    assert {"x", "oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature_method"} == (
        first.keys() - {"oauth_signature"}
    )


def test_over_https_the_key_itself_is_shown() -> None:
    """M100: in the header, never in the address, which is kept."""
    shop = MiniShop()
    look(shop)
    (request,) = shop.requests
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"ck_1:cs_2").decode()
    assert "cs_2" not in shop.exchanges[0].url
    assert request.url.path == "/butik/wp-json/wc/v3/orders"


@pytest.mark.parametrize("given", [{"base_url": "http://shop.example/"}, {"signing": "oauth"}])
def test_over_http_or_when_chosen_calls_are_signed(given: dict[str, str]) -> None:
    """M100: the secret never leaves; parameters and the shop's own address are signed."""
    shop = MiniShop(**given)
    look(shop)
    (request,) = shop.requests
    params = dict(request.url.params)
    accepted = params.pop("oauth_signature")
    url = str(request.url.copy_with(query=None))
    assert accepted == signature("GET", url, params, "cs_2")
    assert "authorization" not in request.headers
    assert "cs_2" not in str(request.url)
    assert params["oauth_timestamp"] == str(int(START.timestamp()))


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (refusal(401, CANNOT, "Sorry, you cannot list resources."), NeedsSignIn, "SHOP_SIGN_IN"),
        (refusal(401, AUTH, "Consumer secret is invalid."), NeedsSignIn, "SHOP_SIGN_IN"),
        (refusal(401, AUTH, "Invalid timestamp."), NeedsSignIn, "SHOP_SIGN_IN"),
        (
            refusal(401, AUTH, "The API key provided does not have read permissions."),
            NeedsOperator,
            "SHOP_SCOPE_MISSING",
        ),
        (refusal(403, CANNOT, "Sorry, you cannot list resources."), NeedsOperator, "SHOP_SCOPE_MISSING"),
        (refusal(401, AUTH, "Invalid nonce - nonce has already been used."), WillRetry, "VENDOR_UNREACHABLE"),
        (refusal(404, "rest_no_route", "No route was found."), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(404, html="<html>not here</html>"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(403, html="<html>Are you a robot?</html>"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(200, html="<html>Checking your browser</html>"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(500, html="<html>critical error</html>"), WillRetry, "VENDOR_UNREACHABLE"),
        (refusal(500, "internal_server_error", "critical"), WillRetry, "VENDOR_UNREACHABLE"),
        (refusal(503, "down", "maintenance"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(200, text='[{"id": 1', headers={"content-type": "application/json"}), WillRetry, None),
        (httpx2.Response(200, json=[{"id": [1]}]), WillRetry, "VENDOR_UNREACHABLE"),
        (refusal(400, "rest_invalid_param", "Invalid parameter(s): per_page"), OurFault, "OUR_FAULT"),
    ],
)
def test_refusals(answer: httpx2.Response, kind: type[KonteraError], code: str | None) -> None:
    """M97, M98: the shop says 401 to nearly everything; a page is never an answer."""
    found = failure(answer)
    assert kind is type(found)
    assert code in (None, found.problem.code)


def test_what_is_missing_is_named() -> None:
    """M98: the permission of the key, or what its user may not see."""
    found = failure(refusal(401, AUTH, "The API key provided does not have read permissions.")).problem
    assert ("scope:read", {"connection": "wo", "scope": "read"}) == (found.cause, found.facts)
    assert "read orders" == failure(refusal(403, CANNOT, "Sorry")).problem.facts["scope"]


def test_a_moved_shop_says_where_to() -> None:
    """M98: signing in again with the new address is what helps; calls never follow by themselves."""
    found = failure(httpx2.Response(301, headers={"location": "https://www.shop.example/"}))
    assert isinstance(found, NeedsSignIn)
    assert "https://www.shop.example/" in found.problem.vendor


def test_a_busy_host_is_left_alone() -> None:
    """M97: as long as it says, or longer each time."""
    told = failure(httpx2.Response(429, html="slow down", headers={"retry-after": "17"}))
    assert isinstance(told, WillRetry)
    assert (17.0, "VENDOR_BUSY") == (told.after, told.problem.code)
    shop = MiniShop()
    shop.next = [httpx2.Response(429, html="x") for _ in range(3)]
    waits = []
    for _ in range(3):
        with pytest.raises(WillRetry) as caught:
            look(shop)
        waits.append(caught.value.after)
    assert [2.0, 4.0, 8.0] == waits
    look(shop)


def test_a_write_answered_as_gone_is_our_fault() -> None:
    """M98: a hook cannot be missing while it is mended."""
    shop = MiniShop()
    shop.lists["/webhooks"] = [
        {"id": 3, "topic": "order.created", "delivery_url": "https://h.example/x", "status": "disabled"}
    ]
    shop.always = lambda request: refusal(404, "x", "no") if request.method == "PUT" else None
    with pytest.raises(OurFault):
        shop.adapter.ensure_notices("https://h.example/x")
