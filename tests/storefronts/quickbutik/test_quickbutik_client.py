"""What a Quickbutik shop's answers mean for us, and how the key goes to it."""

from __future__ import annotations

import base64

import httpx2
import pytest
from quickbutik_ministore import KEY, START, MiniShop, refusal

from kontera.errors import KonteraError, NeedsOperator, NeedsSignIn, OurFault, WillRetry
from kontera.storefronts.protocol import FactKind

DENIED = "Unauthorized - Invalid or missing authentication"


def answered(response: httpx2.Response) -> KonteraError:
    """The error that an answer to the plainest call becomes."""
    shop = MiniShop()
    shop.next = [response]
    with pytest.raises(KonteraError) as caught:
        shop.adapter.changes(FactKind.ORDER, None, START)
    return caught.value


def test_the_key_is_user_and_password_and_in_no_address() -> None:
    """M98, M120: whatever signs it has."""
    shop = MiniShop()
    shop.add(1001)
    shop.adapter.read(FactKind.ORDER, ["1001"])
    expected = "Basic " + base64.b64encode(f"{KEY}:{KEY}".encode()).decode()
    assert {expected} == {request.headers["authorization"] for request in shop.requests}
    kept = "".join(exchange.url + str(exchange.request) + str(exchange.response) for exchange in shop.exchanges)
    assert kept
    for part in (KEY, "apiKey", "a%23"):
        assert part not in kept


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (refusal(401, DENIED), NeedsSignIn, "SHOP_SIGN_IN"),
        (httpx2.Response(401, html="<html>Unauthorized</html>"), NeedsSignIn, "SHOP_SIGN_IN"),
        (httpx2.Response(200, json={"code": 401, "error": DENIED}), NeedsSignIn, "SHOP_SIGN_IN"),
        (httpx2.Response(301, headers={"location": "https://other.example/"}), NeedsSignIn, "SHOP_SIGN_IN"),
        (refusal(403, "Forbidden"), NeedsOperator, "SHOP_SCOPE_MISSING"),
        (refusal(429, "Too many requests"), WillRetry, "VENDOR_BUSY"),
        (refusal(500, "Internal server error"), WillRetry, "VENDOR_UNREACHABLE"),
        (httpx2.Response(502, html="<html>Bad gateway</html>"), WillRetry, "VENDOR_UNREACHABLE"),
        (httpx2.Response(503, html="<html>Vi bygger om</html>"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(200, html="<html>Vi bygger om</html>"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(404, html="<html>Not found</html>"), WillRetry, "VENDOR_MAINTENANCE"),
        (httpx2.Response(200, content=b'[{"order_id": "1"', headers={"content-type": "application/json"}), WillRetry,
         "VENDOR_UNREACHABLE"),
        (httpx2.Response(200, json={"orders": "none"}), WillRetry, "VENDOR_UNREACHABLE"),
        (httpx2.Response(200, json=["1001"]), WillRetry, "VENDOR_UNREACHABLE"),
        (refusal(400, "Bad request"), OurFault, "OUR_FAULT"),
    ],
)  # fmt: skip
def test_what_an_answer_means(response: httpx2.Response, kind: type[KonteraError], code: str) -> None:
    """M97, M98: sign in, permission, wait, maintenance, our own fault; also when the status says 200."""
    error = answered(response)
    assert (kind, code) == (type(error), error.problem.code)


def test_the_shops_own_words_are_kept() -> None:
    """M98: quoted last in the case."""
    assert f"401: {DENIED}" == answered(refusal(401, DENIED)).problem.vendor


@pytest.mark.parametrize(("header", "after"), [({"Retry-After": "7"}, 7.0), ({}, 2.0)])
def test_busy_rests_as_long_as_asked(header: dict[str, str], after: float) -> None:
    """M97: no limit is documented; if one ever comes it is kept."""
    error = answered(httpx2.Response(429, headers=header, json={"code": 429, "error": "Too many requests"}))
    assert isinstance(error, WillRetry)
    assert after == error.after


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b" [] "])
def test_nothing_is_an_empty_list(body: bytes) -> None:
    """M1: a shop without orders, however it says so."""
    shop = MiniShop()
    shop.next = [httpx2.Response(200, content=body)]
    assert () == shop.adapter.changes(FactKind.ORDER, None, START).changes


def test_json_under_another_name_is_an_answer() -> None:
    """Some servers call it text/html; a page never begins like a list."""
    shop = MiniShop()
    told = b'[{"order_id": 7, "date_created": "2026-03-02 09:00:00"}]'
    shop.next = [httpx2.Response(200, content=told, headers={"content-type": "text/html; charset=UTF-8"})]
    assert ["7"] == [change.id for change in shop.adapter.changes(FactKind.ORDER, None, START).changes]
