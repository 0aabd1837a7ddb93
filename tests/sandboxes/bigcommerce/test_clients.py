"""Client libraries other people wrote work against the sandbox: `bigc` (V2 and V3), the vendor's `bigcommerce`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bigc import BigCommerceAPI
from bigc.api_client import BigCommerceV2APIClient, BigCommerceV3APIClient
from bigc.data import BigCommerceOrderStatus
from bigc.exceptions import BigCommerceException, DoesNotExistError
from bigcommerce.api import BigcommerceApi
from bigcommerce.connection import OAuthConnection
from bigcommerce.exception import ClientRequestException, RateLimitingException

from .conftest import SWEDEN, Shop


@pytest.fixture
def bigc(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> BigCommerceAPI:
    """The library `bigc`, its fixed host replaced."""
    for kind, version in ((BigCommerceV2APIClient, "v2"), (BigCommerceV3APIClient, "v3")):
        root = f"{shop.sandbox.base_url}/stores/nordiskte/{version}/"
        monkeypatch.setattr(kind, "_prepare_url", lambda self, path, root=root: root + path.lstrip("/"))
    return BigCommerceAPI("nordiskte", shop.token)


@pytest.fixture
def official(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> BigcommerceApi:
    """The vendor's own library, its https replaced."""
    root = f"{shop.sandbox.base_url}/stores/nordiskte/v2/"
    monkeypatch.setattr(OAuthConnection, "full_path", lambda self, url: root + url)
    return BigcommerceApi(client_id="kontera-sandbox-client", store_hash="nordiskte", access_token=shop.token)


def test_bigc_orders(shop: Shop, bigc: BigCommerceAPI) -> None:
    """N5. Create, read all (paging until 204), lines, addresses, coupons, shipments, change, archive."""
    shop.shopper.switch(quota=None)
    for _ in range(3):
        bigc.orders_v2.create(
            {
                "billing_address": SWEDEN,
                "shipping_addresses": [SWEDEN],
                "products": [{"product_id": 101, "quantity": 1}],
            }
        )
    assert [1001, 1002, 1003] == [order["id"] for order in bigc.orders_v2.all()]
    assert [] == list(bigc.orders_v2.all_coupons(1001))
    line = next(bigc.orders_v2.all_products(1001))
    address = next(bigc.orders_v2.all_shipping_addresses(1001))
    assert ("TE-SEN-100", "SE") == (line["sku"], address["country_iso2"])
    assert [] == list(bigc.orders_v2.all_shipments(1001))
    bigc.orders_v2.create_shipment(
        1001, {"order_address_id": address["id"], "items": [{"order_product_id": line["id"], "quantity": 1}]}
    )
    assert BigCommerceOrderStatus.SHIPPED == bigc.orders_v2.get(1001)["status_id"]
    assert "hej" == bigc.orders_v2.update(1002, {"staff_notes": "hej"})["staff_notes"]
    bigc.orders_v2.archive(1003)
    assert [1001, 1002] == [order["id"] for order in bigc.orders_v2.all()]


def test_bigc_refunds(shop: Shop, bigc: BigCommerceAPI) -> None:
    """Quote, refund, and find it again."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11)
    item = {"item_type": "ORDER", "item_id": bought.id, "amount": 25}
    quote = bigc.orders_v3.get_refund_quote(bought.id, {"items": [item]})
    assert 25 == quote["total_refund_amount"]
    made = bigc.orders_v3.create_refund(
        bought.id, {"items": [item], "payments": [{"provider_id": "stripe", "amount": 25}]}
    )
    assert [made["id"]] == [row["id"] for row in bigc.orders_v3.all_refunds()]
    assert made["id"] == bigc.orders_v3.get_refund(made["id"])["id"]


def test_bigc_registers_and_hooks(shop: Shop, bigc: BigCommerceAPI) -> None:
    """Customers, products, currencies, webhooks."""
    assert 13 == len(list(bigc.customers_v3.all()))
    assert 31 == len(list(bigc.products_v3.all()))
    assert "SEK" == next(row for row in bigc.currencies_v2.all() if row["is_default"])["currency_code"]
    made = bigc.webhooks_v3.create({"scope": "store/order/*", "destination": "https://hub.example/bc"})
    assert [made["id"]] == [row["id"] for row in bigc.webhooks_v3.all()]
    bigc.webhooks_v3.delete(made["id"])
    assert [] == list(bigc.webhooks_v3.all())


def test_bigc_errors(shop: Shop, bigc: BigCommerceAPI) -> None:
    """Both error shapes are understood."""
    with pytest.raises(DoesNotExistError):
        bigc.orders_v2.get(4711)
    with pytest.raises(DoesNotExistError):
        bigc.webhooks_v3.get(4711)
    with pytest.raises(BigCommerceException, match="cannot be written to"):
        bigc.orders_v2.create(
            {"billing_address": SWEDEN, "products": [{"product_id": 101, "quantity": 1}], "status": "Shipped"}
        )


def test_official_client(shop: Shop, official: Any) -> None:
    """N5. Lists, one, sub-resources, changes, and the quota headers it reads all or nothing."""
    bought = shop.shopper.checkout({"sku": "TE-SEN-100"}, customer_id=11, coupons=["MINUS50"])
    assert [bought.id] == [order.id for order in official.Orders.all()]
    order = official.Orders.get(bought.id)
    assert (Decimal("88"), 11) == (Decimal(order.total_inc_tax), order.status_id)
    assert ["TE-SEN-100"] == [line.sku for line in order.products()]
    assert ["MINUS50"] == [coupon.code for coupon in order.coupons()]
    assert ["item", "shipping"] == [row.line_item_type for row in taxes_in_detail(official, bought.id)]
    assert 10 == order.update(status_id=10).status_id
    assert (450, 30000) == (
        official.connection.rate_limit["requests_quota"],
        official.connection.rate_limit["window_size_ms"],
    )
    assert 15 == len(official.OrderStatuses.all())


def taxes_in_detail(official: Any, order_id: int) -> list[Any]:
    """The tax rows per line, which the library can only ask for by hand."""
    rows = official.connection.get(f"orders/{order_id}/taxes", details="true")
    return [type("Row", (), row) for row in rows]


def test_official_client_errors(shop: Shop, official: Any) -> None:
    """404 and 429 become its own exceptions."""
    with pytest.raises(ClientRequestException):
        official.Orders.get(4711)
    shop.shopper.switch(quota=0)
    with pytest.raises(RateLimitingException):
        official.Orders.all()
