"""What the vendor's own pages tell a reader to write works against the sandbox: its quickstart and its order guide, in
`requests`, as the pages have it."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ASA, SWEDEN, Receiver, Shop

requests = pytest.importorskip("requests", reason="the PyPI client `requests` is not installed")


class QuickbutikApi:
    """The helper class of the quickstart, written after its description."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.auth = base, requests.auth.HTTPBasicAuth(key, key)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """One call; raises for a status the pages call an error."""
        answer = requests.request(method, f"{self.base}{path}", auth=self.auth, timeout=10, **more)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def api(shop: Shop) -> QuickbutikApi:
    """A client with the shop's key."""
    return QuickbutikApi(f"{shop.sandbox.base_url}/v1", shop.sandbox.credentials()["api_key"])


def test_quickstart(shop: Shop, api: QuickbutikApi) -> None:
    """N5. Count the products, fetch the latest five orders with details, meet a wrong key."""
    for _ in range(6):
        shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    assert "14" == api.ask("GET", "/products/count")["count"]
    orders = api.ask("GET", "/orders", params={"limit": 5, "include_details": "true"})
    assert [f"#{number} 133.95" for number in range(1006, 1001, -1)] == [
        f"#{order['order_id']} {order['total_amount']}" for order in orders
    ]
    stranger = QuickbutikApi(api.base, "wrong")
    with pytest.raises(requests.HTTPError, match="401"):
        stranger.ask("GET", "/orders")


def test_order_guide(shop: Shop, api: QuickbutikApi, receiver: Receiver) -> None:
    """N5. A notice names an order, the order is fetched, sent on, and marked as done with its tracking number."""
    shop.shopper.act("add_webhook", url=receiver.url, events=["order.new"])
    shop.shopper.checkout({"sku": "SAX-1"}, customer_id=ASA)
    shop.settled()
    ((event, order_id),) = receiver.events()
    assert "order.new" == event
    (order,) = api.ask("GET", "/orders", params={"order_id": order_id, "include_details": "true"})
    assert "1" == order["status"]
    change = {"order_id": order_id, "status": "done", "shipping_info": {"trackingnumber": "X1", "company": "dhl"}}
    assert api.ask("PUT", "/orders", json=[change])["results"][order_id]["success"]
    api.ask("POST", f"/metadata/order/{order_id}", json={"key": "sent", "value": "yes"})
    assert {"sent": "yes"} == api.ask("GET", f"/metadata/order/{order_id}")


def test_inventory_guide(api: QuickbutikApi) -> None:
    """N5. Stock by article number and a shelf text, as the guide writes them."""
    told = api.ask("PUT", "/products", json={"sku": "SAX-1", "stock": 33, "qty_location": "main"})
    assert 1 == told["success"]
    product = api.ask("GET", "/products", params={"sku": "SAX-1"})["product"]
    assert ("33", "main") == (product["qty"], product["qty_location"])


def test_the_pages_order(api: QuickbutikApi) -> None:
    """N5. The body of the create-orders page, its placeholders filled in with what the shop has."""
    address = SWEDEN["billing_details"]
    body = {
        "order_id": "create",
        "customer": {
            "type": "consumer",
            "email": "kalle@example.test",
            "phone": "+46123456789",
            "login_create": True,
            "billing_details": address,
            "shipping_details": address,
            "newsletter_subscribe": True,
            "note": "Porten är öppen",
        },
        "payment": {"method": "MySaleChannel", "transaction_id": "1", "currency": "SEK", "log": "x"},
        "shipping": {"id": 1, "name": "Postnord Parcel", "price": 123},
        "products": [{"sku": "GARN-ULL-100", "qty": 1, "price": 123}],
        "discount_add": {"amount": 1},
        "metadata": {},
    }
    results = api.ask("POST", "/orders", json=[body, body])["results"]
    assert ["create_1", "create_2"] == list(results)
    (order,) = api.ask("GET", "/orders", params={"order_id": results["create_2"]["order_id"]})
    assert ("245", "kalle@example.test", "Porten är öppen") == (
        order["total_amount"],
        order["customer"]["email"],
        order["customer"]["notes"],
    )
