"""One sandbox for all tests of the Quickbutik folder, back in its seeded state before each test."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from kontera.clock import ManualClock
from kontera.sandboxes.kit import json_bytes, parse_json
from kontera.sandboxes.quickbutik import QuickbutikSandbox, Shopper
from kontera.sandboxes.quickbutik.seed import PEOPLE, person
from tests.sandboxes.shop import START, Door, SandboxedShop
from tests.waiting import comes

ASA, MARIA, JUKKA, METTE, JURGEN, HANS, OLA = 1, 4, 5, 6, 7, 8, 10  # numbers of the seeded people
SWEDEN = person(PEOPLE[0])


class Shop(SandboxedShop):
    """The started sandbox as a test uses it: the vendor's API by `call`, storefront and panel by `shopper`."""

    sandbox: QuickbutikSandbox

    def __init__(self, sandbox: QuickbutikSandbox) -> None:
        self.sandbox = sandbox
        self.shopper = Shopper(sandbox.base_url)
        self.client = httpx2.Client(base_url=f"{sandbox.base_url}/v1", trust_env=False)

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """One call to the vendor's API."""
        key = self.sandbox.credentials()["api_key"]
        content = more.pop("content", None if body is None else json_bytes(body))
        return self.client.request(method, path, content=content, auth=more.pop("auth", (key, key)), **more)

    def get(self, path: str) -> Any:
        """The JSON of a successful GET. Fractions are Decimal."""
        return self.send("GET", path)

    def send(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The JSON of a call that must end with `status`."""
        answer = self.call(method, path, body)
        assert status == answer.status_code, answer.text
        return parse_json(answer.content)

    def details(self, number: int) -> Any:
        """One order with everything."""
        rows = self.get(f"/orders?order_id={number}&include_details=true")
        assert 1 == len(rows)
        return rows[0]

    def ids(self, query: str = "") -> list[str]:
        """The ids of the orders a query finds, in its order."""
        return [row["order_id"] for row in self.get(f"/orders?{query}")]

    def create(self, *products: dict[str, Any], **more: Any) -> int:
        """An order made over the API, unpaid."""
        body = {"order_id": "create", "customer": SWEDEN, "products": list(products), **more}
        result = self.send("POST", "/orders", [body])["results"]["create_1"]
        assert result["success"], result
        return int(result["order_id"])

    def put(self, number: int, **body: Any) -> Any:
        """Change one order; answers its own result."""
        return self.send("PUT", "/orders", [{"order_id": number, **body}])["results"][str(number)]

    def product(self, sku: str) -> Any:
        """One product with everything."""
        return self.get(f"/products?sku={sku}")["product"]

    def unix(self) -> int:
        """The vendor's time as its filters want it."""
        return int(self.sandbox.clock.now().timestamp())

    def settled(self) -> None:
        """Wait until no webhook is on its way now."""
        assert comes(lambda: not self.shopper.look("deliveries")["due"])


@pytest.fixture(scope="session")
def started() -> Iterator[Shop]:
    """The sandbox, started once."""
    with QuickbutikSandbox(ManualClock(START)) as sandbox:
        yield Shop(sandbox)


@pytest.fixture
def shop(started: Shop) -> Shop:
    """A freshly seeded shop on 2026-03-02 09:00 UTC."""
    started.begin_anew()
    return started


class Receiver(Door):
    """A hub's door for webhooks: keeps everything, answers `status`."""

    def __init__(self) -> None:
        self.caught: list[tuple[str, str, dict[str, str], bytes]] = []
        super().__init__("qb", lambda *came: self.caught.append(came), "GET")

    def events(self) -> list[tuple[str, str]]:
        """What has come since the last look: event and number."""
        queries = [parse_qs(urlsplit(path).query) for _, path, _, _ in self.caught]
        self.caught = []
        return [(one["event_type"][0], (one.get("order_id") or one["product_id"])[0]) for one in queries]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    made = Receiver()
    yield made
    made.close()


def number(value: object) -> Decimal:
    """An amount as the API shows it."""
    return Decimal(str(value))
