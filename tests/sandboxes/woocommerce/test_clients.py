"""Client libraries other people wrote work against the sandbox, OAuth 1.0a over plain http: `woocommerce` (Python) and
WooCommerce's own `@woocommerce/woocommerce-rest-api` (JavaScript)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kontera.clock import SystemClock

from .conftest import SWEDEN, Shop

_ROOT = Path(__file__).resolve().parents[3]
_MODULES = _ROOT / ".clients" / "node_modules"  # see scripts/clients
_SCRIPT = _ROOT / "tests" / "clients" / "woocommerce.js"


@pytest.fixture
def client(shop: Shop) -> Any:
    """The Python library at the sandbox's own address, so that it signs."""
    woocommerce = pytest.importorskip("woocommerce", reason="the PyPI client `woocommerce` is not installed")
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


def test_registers(shop: Shop, client: Any) -> None:
    """N5. Products and rates in pages with their totals, several orders in one call, hooks, settings."""
    first = client.get("products", params={"per_page": 3, "orderby": "id", "order": "asc"})
    second = client.get("products", params={"per_page": 3, "page": 2, "orderby": "id", "order": "asc"})
    ids = [one["id"] for one in (*first.json(), *second.json())]
    assert sorted(set(ids)) == ids
    assert int(first.headers["x-wp-total"]) > 3
    assert {"25.0000", "12.0000", "6.0000"} <= {one["rate"] for one in client.get("taxes").json()}
    body = {"create": [{"billing": SWEDEN, "line_items": [{"sku": sku, "quantity": 1}]} for sku in ("MUG-1", "BOK-1")]}
    made = client.post("orders/batch", body).json()["create"]
    wanted = {each["id"] for each in made}
    listed = client.get("orders", params={"include": ",".join(map(str, wanted))}).json()
    assert wanted == {each["id"] for each in listed}
    hook = {"name": "a", "topic": "order.updated", "delivery_url": "http://hub.example/n", "secret": "s"}
    number = client.post("webhooks", hook).json()["id"]
    assert "paused" == client.put(f"webhooks/{number}", {"status": "paused"}).json()["status"]
    assert "yes" == client.get("settings/general/woocommerce_calc_taxes").json()["value"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(not _MODULES.is_dir(), reason="the JavaScript clients are not installed: run `make clients`")
def test_the_javascript_client(shop: Shop) -> None:
    """N5. WooCommerce's own: create, list, change, refund, several at once, pages, trash, refusals."""
    keys = shop.sandbox.credentials()
    order = {"billing": SWEDEN, "line_items": [{"sku": "MUG-1", "quantity": 1}], "set_paid": True}
    given = {"url": shop.sandbox.base_url, "key": keys["consumer_key"], "secret": keys["consumer_secret"]}
    environment = {**os.environ, "NODE_PATH": str(_MODULES), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        ["node", str(_SCRIPT), json.dumps({**given, "order": order})],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert [201, "199.00"] == seen["made"]
    assert ["199.00"] == [each["total"] for each in seen["listed"]]
    assert ("completed", [201, "10.00"], "Tack") == (seen["changed"], seen["refund"], seen["batch"])
    first, second = seen["pages"]
    assert sorted({*first, *second}) == [*first, *second]
    total, pages = map(int, seen["totals"])
    assert pages == -(-total // 3)
    assert (200, 404, 401) == (seen["trashed"], seen["gone"], seen["wrong"])
