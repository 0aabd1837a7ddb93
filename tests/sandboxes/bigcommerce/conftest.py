"""One sandbox for all tests of the BigCommerce folder, back in its seeded state before each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from kontera.clock import ManualClock
from kontera.sandboxes.bigcommerce import BigCommerceSandbox, Shopper
from kontera.sandboxes.kit import json_bytes, parse_json
from tests.sandboxes.shop import START, SandboxedShop

SWEDEN = {
    "first_name": "Anna",
    "last_name": "Åkesson",
    "street_1": "Vasagatan 12",
    "city": "Göteborg",
    "zip": "411 24",
    "country": "Sweden",
    "country_iso2": "SE",
    "email": "anna.akesson@example.com",
}
GERMANY = SWEDEN | {
    "first_name": "Greta",
    "city": "Berlin",
    "zip": "10969",
    "country": "Germany",
    "country_iso2": "DE",
    "email": "greta@example.com",
}


class Shop(SandboxedShop):
    """The started sandbox as a test uses it: the vendor's API by `call`, the storefront by `shopper`."""

    sandbox: BigCommerceSandbox

    def __init__(self, sandbox: BigCommerceSandbox) -> None:
        self.sandbox = sandbox
        self.shopper = Shopper(sandbox.base_url)
        self.client = httpx2.Client(base_url=f"{sandbox.base_url}/stores/nordiskte", trust_env=False)
        self.token = str(sandbox.credentials()["access_token"])

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> httpx2.Response:
        """One call to the vendor's API."""
        return self.client.request(
            method,
            path,
            content=None if body is None else json_bytes(body),
            headers={"X-Auth-Token": self.token if token is None else token},
        )

    def get(self, path: str) -> Any:
        """The JSON of a successful GET; None for 204. Fractions are Decimal."""
        answer = self.call("GET", path)
        assert answer.status_code in {200, 204}, answer.text
        return parse_json(answer.content) if answer.content else None

    def send(self, method: str, path: str, body: Any, status: int) -> Any:
        """The JSON of a write that must end with `status`."""
        answer = self.call(method, path, body)
        assert status == answer.status_code, answer.text
        return parse_json(answer.content) if answer.content else None

    def order(self, number: int) -> Any:
        """An order as V2 shows it."""
        return self.get(f"/v2/orders/{number}")


@pytest.fixture(scope="session")
def started() -> Iterator[Shop]:
    """The sandbox, started once."""
    with BigCommerceSandbox(ManualClock(START)) as sandbox:
        yield Shop(sandbox)


@pytest.fixture
def shop(started: Shop) -> Shop:
    """A freshly seeded shop on 2026-03-02 09:00 UTC."""
    started.begin_anew()
    return started
