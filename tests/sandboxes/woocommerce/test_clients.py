"""The client library `woocommerce`, which other people wrote, works against the sandbox: OAuth 1.0a over plain http."""

from __future__ import annotations

from typing import Any

import pytest

from kontera.clock import SystemClock

from .conftest import SWEDEN, Shop

woocommerce = pytest.importorskip("woocommerce", reason="the PyPI client `woocommerce` is not installed")


@pytest.fixture
def client(shop: Shop) -> Any:
    """The library at the sandbox's own address, so that it signs."""
    keys = shop.sandbox.credentials()
    return woocommerce.API(
        url=shop.sandbox.base_url,
        consumer_key=keys["consumer_key"],
        consumer_secret=keys["consumer_secret"],
        version="wc/v3",
    )


@pytest.fixture(autouse=True)
def _today(shop: Shop) -> None:
    """The library signs with the real time."""
    shop.sandbox.clock.set(SystemClock().now())


def test_orders(shop: Shop, client: Any) -> None:
    """N5. Create, list with parameters, read, change, refund, trash."""
    body = {"billing": SWEDEN, "line_items": [{"sku": "MUG-1", "quantity": 1}], "set_paid": True}
    made = client.post("orders", body)
    assert (201, "199.00") == (made.status_code, made.json()["total"])
    number = made.json()["id"]
    listed = client.get("orders", params={"per_page": 2, "status": "processing", "_fields": "id,total"})
    assert [{"id": number, "total": "199.00"}] == listed.json()
    assert "completed" == client.put(f"orders/{number}", {"status": "completed"}).json()["status"]
    refund = client.post(f"orders/{number}/refunds", {"amount": "10", "api_refund": False})
    assert 201 == refund.status_code
    assert 200 == client.delete(f"orders/{number}", params={"force": True}).status_code
    assert 404 == client.get(f"orders/{number}").status_code


def test_an_empty_parameter_breaks_its_signature(shop: Shop, client: Any) -> None:
    """As on the real shop."""
    answer = client.get("orders", params={"per_page": 1, "search": ""})
    assert (401, "woocommerce_rest_authentication_error") == (answer.status_code, answer.json()["code"])
