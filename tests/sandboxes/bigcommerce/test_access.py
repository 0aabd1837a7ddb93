"""Who gets in, how often, and how refusals look: behaviours 4.1 and 4.2."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import SWEDEN, Shop

QUOTA_HEADERS = {
    "x-rate-limit-time-window-ms",
    "x-rate-limit-time-reset-ms",
    "x-rate-limit-requests-quota",
    "x-rate-limit-requests-left",
}


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_4_1_missing_or_unknown_token_is_401(shop: Shop, token: str) -> None:
    """N5. V2 answers with an array, V3 with an object."""
    answer = shop.call("GET", "/v2/orders", token=token)
    assert 401 == answer.status_code
    assert 401 == answer.json()[0]["status"]
    assert 401 == shop.call("GET", "/v3/hooks", token=token).json()["status"]


def test_4_1_token_of_another_store_is_401(shop: Shop) -> None:
    """A token belongs to one store."""
    answer = shop.sandbox.base_url + "/stores/other/v2/orders"
    assert 401 == shop.client.get(answer, headers={"X-Auth-Token": shop.token}).status_code


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["store_v2_orders_read_only"], "GET", "/v2/orders", 204),
        (["store_v2_orders_read_only"], "POST", "/v2/orders", 403),
        (["store_v2_products"], "GET", "/v2/orders", 403),
        (["store_v2_orders"], "GET", "/v3/catalog/products", 403),
        (["store_v2_orders_read_only"], "GET", "/v3/orders/payment_actions/refunds", 200),
        (["store_v2_transactions_read_only"], "GET", "/v3/orders/payment_actions/refunds", 200),
        (["store_v2_customers_read_only"], "GET", "/v3/customers", 200),
        ([], "GET", "/v2/store", 200),
        ([], "GET", "/v3/hooks", 200),
    ],
)
def test_4_1_scopes(shop: Shop, scopes: list[str], method: str, path: str, status: int) -> None:
    """A missing scope is 403; reading is content with the read-only scope; the profile and hooks need none."""
    token = shop.control("actions/token", {"scopes": scopes})["access_token"]
    assert status == shop.call(method, path, token=token).status_code


def test_4_1_scopes_of_transactions_are_apart_from_orders(shop: Shop) -> None:
    """Transactions need a transactions scope; refunds take either."""
    order = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    token = shop.control("actions/token", {"scopes": ["store_v2_orders"]})["access_token"]
    assert 403 == shop.call("GET", f"/v3/orders/{order.id}/transactions", token=token).status_code
    assert 200 == shop.call("GET", f"/v3/orders/{order.id}/payment_actions/refunds", token=token).status_code


def test_4_1_expired_tokens(shop: Shop) -> None:
    """Changing an account's scopes kills its token; a declared fault does the same."""
    shop.control("faults", {"kind": "expire_tokens", "times": 1})
    assert 401 == shop.call("GET", "/v2/orders").status_code


def test_4_1_quota_is_shared_and_answers_429_with_headers(shop: Shop) -> None:
    """All apps on the store use up one quota; the window comes round again."""
    shop.shopper.switch(quota=3)
    other = shop.control("actions/token", {"client_id": "another-app"})["access_token"]
    first = shop.call("GET", "/v2/time")
    assert set(first.headers) >= QUOTA_HEADERS
    assert ("3", "2", "30000") == (
        first.headers["X-Rate-Limit-Requests-Quota"],
        first.headers["X-Rate-Limit-Requests-Left"],
        first.headers["X-Rate-Limit-Time-Window-Ms"],
    )
    shop.call("GET", "/v2/time", token=other)
    shop.call("GET", "/v2/time")
    refused = shop.call("GET", "/v2/time", token=other)
    assert 429 == refused.status_code
    assert set(refused.headers) >= QUOTA_HEADERS | {"x-retry-after"}
    assert "0" == refused.headers["X-Rate-Limit-Requests-Left"]
    shop.advance(int(refused.headers["X-Retry-After"]))
    assert 200 == shop.call("GET", "/v2/time").status_code


def test_4_1_429_may_come_without_headers(shop: Shop) -> None:
    """Under platform load: by the switch, and by a declared fault."""
    shop.shopper.switch(quota=0, bare_429=True)
    bare = shop.call("GET", "/v2/time")
    assert 429 == bare.status_code
    assert set() == set(bare.headers) & (QUOTA_HEADERS | {"x-retry-after"})
    shop.control("reset")
    shop.control("faults", {"kind": "status", "status": 429, "times": 1})
    assert set() == set(shop.call("GET", "/v2/time").headers) & QUOTA_HEADERS


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v2/orders/999999", None, 404),
        ("GET", "/v2/nothing", None, 404),
        ("GET", "/v3/hooks/1", None, 404),
        ("PATCH", "/v2/orders", None, 405),
        ("POST", "/v3/channels", {}, 405),
        ("PUT", "/v2/order_statuses", {}, 405),
        ("GET", "/v2/orders?page=0", None, 400),
        ("GET", "/v2/orders?sort=colour", None, 400),
        ("GET", "/v2/orders?min_date_modified=yesterday", None, 400),
    ],
)
def test_4_2_refusals_have_the_shape_of_their_version(
    shop: Shop, method: str, path: str, body: Any, status: int
) -> None:
    """V2: an array of objects. V3: one object with a title."""
    answer = shop.call(method, path, body)
    assert status == answer.status_code
    if path.startswith("/v2"):
        assert [{"status", "message"}] == [set(row) - {"details"} for row in answer.json()]
        assert status == answer.json()[0]["status"]
    else:
        assert {"status", "title", "type"} <= set(answer.json())


def test_4_2_malformed_json_is_400(shop: Shop) -> None:
    """Nothing is created from half a body."""
    answer = shop.client.post("/v2/orders", content=b'{"products": [', headers={"X-Auth-Token": shop.token})
    assert 400 == answer.status_code
    assert shop.get("/v2/orders") is None


@pytest.mark.parametrize("field", ["status", "coupon_discount", "total_tax", "currency_code", "id", "payment_status"])
def test_4_2_read_only_fields_are_400(shop: Shop, field: str) -> None:
    """The vendor names the field and says what to do."""
    body = {"billing_address": SWEDEN, "products": [{"product_id": 101, "quantity": 1}], field: "1"}
    answer = shop.call("POST", "/v2/orders", body)
    assert 400 == answer.status_code
    assert f"The field '{field}' cannot be written to" in answer.json()[0]["message"]


def test_4_2_v2_lists_page_to_204(shop: Shop) -> None:
    """50 by default, 250 at most, a bare array, and 204 with no body past the end."""
    for _ in range(3):
        shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    assert [1001, 1002] == [order["id"] for order in shop.get("/v2/orders?limit=2")]
    assert [1003] == [order["id"] for order in shop.get("/v2/orders?limit=2&page=2")]
    past = shop.call("GET", "/v2/orders?limit=2&page=3")
    assert (204, b"") == (past.status_code, past.content)


def test_4_2_v2_limit_stops_at_250(shop: Shop) -> None:
    """An order of 260 lines needs two pages of products."""
    lines = [{"product_id": 101 + number % 12, "quantity": 1} for number in range(260)]
    lines = [line for line in lines if line["product_id"] != 107]
    order = shop.send("POST", "/v2/orders", {"billing_address": SWEDEN, "products": [*lines, *lines]}, 201)
    path = f"/v2/orders/{order['id']}/products"
    assert (50, 250) == (len(shop.get(path)), len(shop.get(f"{path}?limit=1000")))


def test_4_2_v3_lists_have_pagination(shop: Shop) -> None:
    """An envelope with totals and links."""
    first = shop.get("/v3/catalog/products?limit=10")["meta"]["pagination"]
    assert {
        "total": 31,
        "count": 10,
        "per_page": 10,
        "current_page": 1,
        "total_pages": 4,
        "links": {"current": "?page=1&limit=10", "next": "?page=2&limit=10"},
    } == first
    last = shop.get("/v3/catalog/products?limit=10&page=4")
    assert (1, "?page=3&limit=10") == (len(last["data"]), last["meta"]["pagination"]["links"]["previous"])


def test_4_2_v3_cursors(shop: Shop) -> None:
    """Products can be walked by cursor; a cursor from elsewhere is refused."""
    seen: list[int] = []
    query = "limit=10"
    while True:
        answer = shop.get(f"/v3/catalog/products?{query}")
        seen += [row["id"] for row in answer["data"]]
        cursors = answer["meta"]["cursor_pagination"]
        if "next" not in cursors["links"]:
            break
        query = f"limit=10&after={cursors['end_cursor']}"
    assert list(range(101, 132)) == seen
    back = shop.get(f"/v3/catalog/products?limit=10&before={cursors['start_cursor']}")
    assert list(range(121, 131)) == [row["id"] for row in back["data"]]
    assert 422 == shop.call("GET", "/v3/catalog/products?after=nonsense").status_code
