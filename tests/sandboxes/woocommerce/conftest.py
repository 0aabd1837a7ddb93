"""One sandbox for all tests of the WooCommerce folder, back in its seeded state before each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from kontera.clock import ManualClock
from kontera.sandboxes.kit import json_bytes, parse_json
from kontera.sandboxes.woocommerce import Shopper, WooCommerceSandbox
from tests.sandboxes.shop import START, SandboxedShop

SWEDEN = {
    "first_name": "Åsa",
    "last_name": "Öström",
    "address_1": "Storgatan 1",
    "city": "Malmö",
    "postcode": "211 34",
    "country": "SE",
    "email": "asa@example.test",
}
GERMANY = SWEDEN | {"first_name": "Jürgen", "city": "Berlin", "postcode": "10115", "country": "DE"}


class Shop(SandboxedShop):
    """The started sandbox as a test uses it: the vendor's API by `call` (as behind an https proxy), the storefront by
    `shopper`."""

    sandbox: WooCommerceSandbox

    def __init__(self, sandbox: WooCommerceSandbox) -> None:
        self.sandbox = sandbox
        self.shopper = Shopper(sandbox.base_url)
        self.client = httpx2.Client(base_url=f"{sandbox.base_url}/wp-json/wc/v3", trust_env=False)
        keys = sandbox.credentials()
        self.auth: tuple[str, str] | None = (keys["consumer_key"], keys["consumer_secret"])

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """One call to the vendor's API."""
        headers = {"X-Forwarded-Proto": "https", **more.pop("headers", {})}
        content = None if body is None else json_bytes(body)
        return self.client.request(method, path, content=content, headers=headers, auth=more.pop("auth", self.auth))

    def get(self, path: str) -> Any:
        """The JSON of a successful GET. Fractions are Decimal."""
        return self.send("GET", path, None, 200)

    def send(self, method: str, path: str, body: Any, status: int) -> Any:
        """The JSON of a call that must end with `status`."""
        answer = self.call(method, path, body)
        assert status == answer.status_code, answer.text
        return parse_json(answer.content)

    def order(self, *lines: dict[str, Any], **more: Any) -> Any:
        """An order made over the API."""
        body = {"billing": SWEDEN, "shipping": SWEDEN, "line_items": list(lines), **more}
        return self.send("POST", "/orders", body, 201)


@pytest.fixture(scope="session")
def started() -> Iterator[Shop]:
    """The sandbox, started once."""
    with WooCommerceSandbox(ManualClock(START)) as sandbox:
        yield Shop(sandbox)


@pytest.fixture
def shop(started: Shop) -> Shop:
    """A freshly seeded shop on 2026-03-02 09:00 UTC."""
    started.begin_anew()
    return started
