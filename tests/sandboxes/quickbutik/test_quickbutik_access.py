"""Who gets in, what is refused and how it is said; the limit nobody documents; the kit's faults."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kontera.sandboxes.quickbutik import QuickbutikSandbox, switches

from .conftest import Shop

UNAUTHORIZED = {"code": 401, "error": "Unauthorized - Invalid or missing authentication"}
NOT_FOUND = {"code": 404, "error": "Resource not found"}


def test_key_as_user_and_password(shop: Shop) -> None:
    """The seeded key already holds symbols that no URL survives."""
    assert set("#(*)%+&=?/") <= set(shop.sandbox.credentials()["api_key"])
    assert [] == shop.get("/orders")


@pytest.mark.parametrize("key", ["abc", "a:b", "å#ö €", "100%?&=+/\\\"'", ":", " blank "])
def test_any_symbols(shop: Shop, key: str) -> None:
    """Whatever the owner's key holds, a colon and letters outside ASCII included."""
    shop.shopper.act("key", api_key=key)
    token = base64.b64encode(f"{key}:{key}".encode()).decode()
    answer = shop.call("GET", "/orders", auth=None, headers={"Authorization": f"Basic {token}"})
    assert 200 == answer.status_code


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Basic"},
        {"Authorization": "Basic not-base64!"},
        {"Authorization": "Basic " + base64.b64encode(b"wrong:wrong").decode()},
        {"Authorization": "Bearer abc"},
    ],
)
def test_without_a_key(shop: Shop, header: dict[str, str]) -> None:
    """The documented body, also for a path that does not exist."""
    for path in ("/orders", "/nothing"):
        answer = shop.call("GET", path, auth=None, headers=header)
        assert (401, UNAUTHORIZED) == (answer.status_code, answer.json())


def test_half_a_key_is_no_key(shop: Shop) -> None:
    """The key must stand in both places."""
    key = shop.sandbox.credentials()["api_key"]
    for auth in ((key, ""), ("", key), (key, key + "x")):
        assert 401 == shop.call("GET", "/orders", auth=auth).status_code


def test_old_key_in_the_query(shop: Shop) -> None:
    """Off unless the switch says that this shop still takes it."""
    params = {"apiKey": shop.sandbox.credentials()["api_key"]}
    assert 401 == shop.call("GET", "/orders", auth=None, params=params).status_code
    shop.shopper.switch(api_key_in_query=True)
    assert 200 == shop.call("GET", "/orders", auth=None, params=params).status_code
    assert 401 == shop.call("GET", "/orders", auth=None, params={"apiKey": "x"}).status_code


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("DELETE", "/orders"),
        ("GET", "/orders/1001"),
        ("POST", "/paymentmethods"),
        ("GET", "/paymethods"),
        ("GET", "/metadata/basket/1"),
    ],
)
def test_what_is_not_there(shop: Shop, method: str, path: str) -> None:
    """The documented body of 404."""
    answer = shop.call(method, path)
    assert (404, NOT_FOUND) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/orders", b"{"),
        ("POST", "/orders", b'{"order_id": "create"}'),
        ("PUT", "/orders", b"[1]"),
        ("PUT", "/orders", b""),
        ("POST", "/products", b"[]"),
        ("POST", "/products", b"{}"),
        ("POST", "/categories", b"{}"),
        ("POST", "/products", b'{"title": NaN}'),
    ],
)
def test_bodies_that_are_refused(shop: Shop, method: str, path: str, content: bytes) -> None:
    """400 with code and error."""
    answer = shop.call(method, path, content=content)
    assert 400 == answer.status_code
    assert {"code", "error"} == set(answer.json())
    assert 400 == answer.json()["code"]


def test_no_limit_unless_switched_on(shop: Shop) -> None:
    """Forty calls in one instant pass; with the switch the third is refused until a second has gone."""
    assert {200} == {shop.call("GET", "/products/count").status_code for _ in range(40)}
    shop.shopper.switch(calls_per_second=2)
    shop.advance(2)
    assert [200, 200, 429] == [shop.call("GET", "/products/count").status_code for _ in range(3)]
    assert {"code": 429, "error": "Too many requests"} == shop.call("GET", "/products/count").json()
    shop.advance(1.1)
    assert 200 == shop.call("GET", "/products/count").status_code
    shop.shopper.switch(calls_per_second=0)
    assert {200} == {shop.call("GET", "/products/count").status_code for _ in range(10)}


def test_reset_lifts_the_limit(shop: Shop) -> None:
    """A reset shop is the documented one again."""
    shop.shopper.switch(calls_per_second=1)
    shop.control("reset")
    assert {200} == {shop.call("GET", "/products/count").status_code for _ in range(5)}


@pytest.mark.parametrize(("status", "said"), [(500, "Internal server error"), (429, "Too many requests")])
def test_declared_errors(shop: Shop, status: int, said: str) -> None:
    """A fault speaks as the vendor does, once."""
    shop.control("faults", {"kind": "status", "status": status, "path": "/v1/orders", "times": 1})
    answer = shop.call("GET", "/orders")
    assert (status, {"code": status, "error": said}) == (answer.status_code, answer.json())
    assert 200 == shop.call("GET", "/orders").status_code


def test_maintenance_page(shop: Shop) -> None:
    """HTML where JSON is expected."""
    shop.control("faults", {"kind": "maintenance", "times": 1, "status": 200})
    answer = shop.call("GET", "/orders")
    assert "text/html" in answer.headers["content-type"]
    assert 200 == shop.call("GET", "/orders").status_code


def test_lost_answer(shop: Shop) -> None:
    """The order is made, the caller never hears of it."""
    shop.control("faults", {"kind": "lost_answer", "method": "POST", "path": "/v1/orders", "times": 1})
    with pytest.raises(httpx2.HTTPError):
        shop.create({"sku": "SAX-1"})
    assert ["1001"] == shop.ids()


def test_slow(shop: Shop) -> None:
    """A client that does not wait is not answered."""
    shop.control("faults", {"kind": "slow", "seconds": 5, "times": 1})
    with pytest.raises(httpx2.TimeoutException):
        shop.call("GET", "/orders", timeout=0.05)


def test_a_new_key_shuts_the_old_one_out(shop: Shop) -> None:
    """`expire_tokens` is what the panel does when the owner makes another key."""
    old = shop.sandbox.credentials()["api_key"]
    shop.control("faults", {"kind": "expire_tokens", "times": 1})
    assert 401 == shop.call("GET", "/orders", auth=(old, old)).status_code
    assert 200 == shop.call("GET", "/orders").status_code


def test_calls_are_counted_by_template(shop: Shop) -> None:
    """As the kit promises."""
    shop.create({"sku": "SAX-1"})
    shop.get("/metadata/order/1001")
    told: dict[str, Any] = shop.control("calls", method="GET")
    assert {"POST /v1/orders": 1, "GET /v1/metadata/{scope}/{id}": 1} == told["by_path"]


def test_a_shop_of_its_own() -> None:
    """An empty shop with switches: they hold after a reset too."""
    with QuickbutikSandbox(switches={"status_words": True}, empty=True) as sandbox:
        key = sandbox.credentials()["api_key"]
        sandbox.reset()
        answer = httpx2.get(f"{sandbox.base_url}/v1/products/count", auth=(key, key), trust_env=False)
        assert ({"count": "0"}, True) == (answer.json(), sandbox.shop.switches.status_words)


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"banana": True}, "unknown switch"),
        ({"numbers": "long"}, "is one of"),
        ({"status_words": "yes"}, "wants a bool"),
        ({"calls_per_second": True}, "wants a int"),
    ],
)
def test_switches_know_their_positions(shop: Shop, switches: dict[str, Any], said: str) -> None:
    """A misspelt switch is refused and nothing is moved."""
    before = shop.shopper.look("switches")
    with pytest.raises(ValueError, match=said):
        shop.shopper.switch(**switches)
    assert before == shop.shopper.look("switches")


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("key", {"api_key": ""}),
        ("add_webhook", {"url": "ftp://x"}),
        ("add_webhook", {"url": "http://x", "events": ["order.refunded"]}),
        ("checkout", {"lines": [], "customer_id": 1}),
        ("checkout", {"lines": [{"sku": "SAX-1"}]}),
        ("checkout", {"lines": [{"sku": "SAX-1"}], "customer_id": 99}),
        ("checkout", {"lines": [{"sku": "TROJA"}], "customer_id": 1}),
        ("checkout", {"lines": [{"sku": "SAX-1"}], "customer_id": 1, "payment": "guld"}),
        ("checkout", {"lines": [{"sku": "SAX-1"}], "customer_id": 1, "code": "NIX"}),
        ("checkout", {"lines": [{"sku": "SAX-1"}], "customer_id": 1, "gift_card": "NIX"}),
        ("checkout", {"lines": [{"sku": "SAX-1"}], "customer_id": 1, "currency": "USD"}),
        ("checkout", {"lines": [{"sku": "SAX-1"}], "customer_id": 1, "shipping": "Drönare"}),
        ("pay", {"order_id": 1}),
        ("edit", {"order_id": 1}),
        ("dirty", {"order_id": 1, "kind": "x"}),
        ("delete_product", {"sku": "NIX"}),
    ],
)
def test_the_panel_refuses_nonsense(shop: Shop, action: str, body: dict[str, Any]) -> None:
    """With a reason, and without a trace."""
    with pytest.raises(ValueError, match=r"\w"):
        shop.shopper.act(action, **body)
    assert [] == shop.shopper.look("orders")


def test_every_switch_is_explained(shop: Shop) -> None:
    """The README names each, so that nobody has to guess what was guessed."""
    readme = (Path(switches.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert [] == [name for name in shop.shopper.look("switches") if f"`{name}`" not in readme]


def test_documented_fields_are_not_lost(shop: Shop) -> None:
    """Flags without effect here (apps_load, e-mail flags, language) are taken, not refused."""
    order_id = shop.create({"sku": "SAX-1"})
    assert shop.put(order_id, status="paid", email_confirmation=True, skip_email_confirmation="true", language="sv")
    assert 1 == len(shop.get("/orders?apps_load=true"))
