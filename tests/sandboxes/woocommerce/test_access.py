"""Who gets in: Basic, keys in the query, OAuth 1.0a, permissions, and the hand-over page."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from starlette.datastructures import URL

from kontera.sandboxes.kit import parse_json
from kontera.sandboxes.woocommerce.access import base_string

from .conftest import Shop
from .test_replay import RECORDED_HOST, differences, plain, recording

VECTORS = recording("48")


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 5])
def test_recorded_refusals(shop: Shop, place: int) -> None:
    """No key, unknown key, wrong secret, a read key that writes, a write key that reads, Basic over http."""
    exchange = recording("41")[place]
    headers = {
        name: value
        for name, value in exchange["request"]["headers"].items()
        if name in {"Authorization", "X-Forwarded-Proto"}
    }
    answer = shop.client.request(exchange["request"]["method"], "/" + _end(exchange), json={}, headers=headers)
    assert (exchange["response"]["status"], exchange["response"]["body"]) == (answer.status_code, answer.json())


def _end(exchange: dict[str, Any]) -> str:
    return str(exchange["request"]["url"]).rpartition("/wc/v3/")[2]


def test_keys_in_the_query_need_https(shop: Shop) -> None:
    """Where a server drops the Authorization header."""
    query = "/" + _end(recording("41")[6])
    assert 200 == shop.call("GET", query, auth=None).status_code
    over_http = shop.client.get(query)
    assert (401, "woocommerce_rest_cannot_view") == (over_http.status_code, over_http.json()["code"])
    shop.shopper.switch(https=True)
    assert 200 == shop.client.get(query).status_code


def _signed(shop: Shop, exchange: dict[str, Any]) -> httpx2.Response:
    """A recorded OAuth request as the shop at its recorded address would see it."""
    asked = exchange["request"]
    return shop.client.request(
        asked["method"],
        asked["url"].partition("/wc/v3")[2],
        content=asked["body"],
        headers={"Host": RECORDED_HOST},
    )


def test_oauth_vectors(shop: Shop) -> None:
    """Signatures made by another library for a real shop: the same ones pass and the same ones are refused, for
    the same reason. Orders that exist only there are 404 or 400 here."""
    outcomes = []
    for exchange in VECTORS:
        stamp = int(exchange["request"]["url"].partition("oauth_timestamp=")[2].partition("&")[0])
        if "a5" not in exchange["request"]["url"].partition("oauth_nonce=")[2][:3]:  # that one is an hour late
            shop.sandbox.clock.set(datetime.fromtimestamp(stamp, UTC))
        answer = _signed(shop, exchange)
        want = exchange["response"]
        if want["status"] == 401:
            assert (401, want["body"]) == (answer.status_code, parse_json(answer.content)), exchange["request"]["url"]
        else:
            assert answer.status_code != 401, (exchange["request"]["url"], answer.text)
        outcomes.append(answer.status_code == 401)
    assert (5, 10) == (sum(outcomes), len(outcomes) - sum(outcomes))


def test_base_string_sorts_and_encodes_twice() -> None:
    """A parameter with a space, a plus and a Swedish letter."""
    made = base_string("GET", URL("http://shop.example/wp-json/wc/v3/orders?x=1"), {"search": "Ö + b", "a": "1"})
    assert (
        "GET&http%3A%2F%2Fshop.example%2Fwp-json%2Fwc%2Fv3%2Forders&a%3D1%26search%3D%25C3%2596%2520%252B%2520b" == made
    )


def _header(shop: Shop, **changed: str) -> httpx2.Response:
    """A call signed in the Authorization header."""
    keys = shop.sandbox.credentials()
    fields = {
        "oauth_consumer_key": keys["consumer_key"],
        "oauth_timestamp": str(int(shop.sandbox.clock.now().timestamp())),
        "oauth_nonce": "n1",
        "oauth_signature_method": "HMAC-SHA1",
        **changed,
    }
    text = base_string("GET", URL(f"{shop.sandbox.base_url}/wp-json/wc/v3/orders"), {**fields, "per_page": "1"})
    made = hmac.new(f"{keys['consumer_secret']}&".encode(), text.encode(), hashlib.sha1).digest()
    rows = {**fields, "oauth_signature": quote(base64.b64encode(made).decode(), safe="")}
    header = "OAuth " + ", ".join(f'{name}="{value}"' for name, value in rows.items() if value)
    return shop.client.get("/orders?per_page=1", headers={"Authorization": header})


def test_oauth_in_the_header(shop: Shop) -> None:
    """Signed in the header; half a signature, an unknown method and a time that is none are refused."""
    assert 200 == _header(shop).status_code
    for changed, words in (
        ({"oauth_nonce": ""}, "Missing OAuth parameter oauth_nonce"),
        ({"oauth_signature_method": "PLAINTEXT"}, "Invalid signature - signature method is invalid."),
        ({"oauth_timestamp": "now", "oauth_nonce": "n2"}, "Invalid timestamp."),
    ):
        answer = _header(shop, **changed)
        assert (401, words) == (answer.status_code, answer.json()["message"])


def test_without_pretty_links(shop: Shop) -> None:
    """?rest_route= is the same API; the index says where to look without a key."""
    root = shop.sandbox.base_url
    headers = {"X-Forwarded-Proto": "https"}
    found = httpx2.get(f"{root}/?rest_route=/wc/v3/taxes/classes", headers=headers, auth=shop.auth, trust_env=False)
    assert "standard" == found.json()[0]["slug"]
    index = httpx2.get(f"{root}/wp-json/", trust_env=False).json()
    assert ("Europe/Stockholm", True) == (index["timezone_string"], "wc/v3" in index["namespaces"])
    assert "/wc/v3/orders" in httpx2.get(f"{root}/wp-json/wc/v3", trust_env=False).json()["routes"]


def test_unknown_route(shop: Shop) -> None:
    """404 in WordPress's words, also for a method that is not there."""
    for method, path in (("GET", "/nothing"), ("DELETE", "/orders")):
        answer = shop.call(method, path)
        assert (404, "rest_no_route") == (answer.status_code, answer.json()["code"])


def test_revoked_keys(shop: Shop) -> None:
    """A key that was removed is a key nobody knows."""
    shop.control("faults", {"kind": "expire_tokens", "times": 1})
    assert 401 == shop.call("GET", "/orders").status_code
    assert "woocommerce_rest_cannot_view" == shop.call("GET", "/orders").json()["code"]


class _Catcher(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Keep what the shop posts."""
        self.server.caught.append(parse_json(self.rfile.read(int(self.headers["content-length"]))))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""


def test_hand_over(shop: Shop) -> None:
    """The merchant approves; the shop posts new keys to the callback; they work with the scope asked for."""
    server = HTTPServer(("127.0.0.1", 0), _Catcher)
    server.caught = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        query = {
            "app_name": "Kontera",
            "scope": "read",
            "user_id": "merchant-7",
            "return_url": "https://hub.example/back",
            "callback_url": f"http://127.0.0.1:{server.server_port}/keys",
        }
        page = httpx2.get(f"{shop.sandbox.base_url}/wc-auth/v1/authorize", params=query, trust_env=False)
        assert (200, True) == (page.status_code, "Approve" in page.text)
        granted = httpx2.get(f"{shop.sandbox.base_url}/wc-auth/v1/access_granted", params=query, trust_env=False)
        assert "https://hub.example/back?success=1&user_id=merchant-7" == granted.headers["location"]
        keys = server.caught[0]  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
    assert ("merchant-7", "read") == (keys["user_id"], keys["key_permissions"])
    auth = (keys["consumer_key"], keys["consumer_secret"])
    assert 200 == shop.call("GET", "/orders", auth=auth).status_code
    assert 401 == shop.call("POST", "/orders", {}, auth=auth).status_code
    bad = httpx2.get(f"{shop.sandbox.base_url}/wc-auth/v1/authorize", params=query | {"scope": "all"}, trust_env=False)
    assert 401 == bad.status_code


UNWRITTEN = ("description", "tip", "options", "sub_groups")  # help texts, and lists of every country on earth


def test_recorded_settings(shop: Shop) -> None:
    """Every general and tax setting of the real shop: names, kinds and values, in their order, with the same fields."""
    host = shop.sandbox.base_url.partition("//")[2]
    for exchange in recording("01"):
        want = exchange["response"]["body"]
        got = shop.get(exchange["request"]["url"].partition("/wc/v3")[2])
        rows, wanted = (got, want) if isinstance(got, list) else ([got], [want])
        wanted = [row for row in wanted if row.get("parent_id") != "email"]  # every mail template is a group
        assert [set(row) for row in wanted] == [set(row) for row in rows]
        for row in (*rows, *wanted):
            for field in UNWRITTEN:
                row.pop(field, None)
        assert [] == differences(plain(wanted, host), plain(rows, host))


def test_recorded_system_status(shop: Shop) -> None:
    """Versions, plugins and how orders are kept."""
    want, status = recording("62")[0]["response"]["body"], shop.get("/system_status")
    for part in ("environment", "settings"):
        assert set(status[part]) <= set(want[part])
    names = ("currency", "currency_symbol", "number_of_decimals", "HPOS_enabled", "order_datastore")
    assert [want["settings"][name] for name in names] == [status["settings"][name] for name in names]
    assert (want["environment"]["version"], want["environment"]["wp_version"], want["active_plugins"][0]["plugin"]) == (
        status["environment"]["version"],
        status["environment"]["wp_version"],
        status["active_plugins"][0]["plugin"],
    )
    shop.shopper.switch(hpos=False, plugins=["woocommerce-subscriptions/woocommerce-subscriptions.php"])
    status = shop.get("/system_status")
    assert (False, "WC_Order_Data_Store_CPT") == (
        status["settings"]["HPOS_enabled"],
        status["settings"]["order_datastore"],
    )
    assert "woocommerce-subscriptions/woocommerce-subscriptions.php" == status["active_plugins"][1]["plugin"]
