"""A fresh Fortnox sandbox per test, over real HTTP, on a clock that stands still at 2 March 2026."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from kontera.clock import ManualClock
from kontera.sandboxes.fortnox import FortnoxSandbox, Profile
from kontera.sandboxes.kit import parse_json

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Api:
    """A bare client of the API: no retries, no knowledge, exact numbers."""

    def __init__(self, sandbox: FortnoxSandbox, token: str) -> None:
        self.sandbox = sandbox
        self.http = httpx2.Client(
            base_url=sandbox.base_url,
            trust_env=False,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON body."""
        answer = self.http.request(method, f"/3/{path}", json=body)
        return answer.status_code, parse_json(answer.content) if answer.content else None

    def get(self, path: str) -> Any:
        """The inside of a 200 answer: the single resource, or the list."""
        status, body = self.call("GET", path)
        assert status == 200, body
        return _inside(body)

    def post(self, path: str, envelope: str, **values: Any) -> Any:
        """The created resource."""
        status, body = self.call("POST", path, {envelope: values})
        assert status == 201, body
        return _inside(body)

    def put(self, path: str, envelope: str = "", **values: Any) -> Any:
        """The changed resource."""
        status, body = self.call("PUT", path, {envelope: values} if envelope else None)
        assert status == 200, body
        return _inside(body)

    def refused(self, method: str, path: str, envelope: str = "", **values: Any) -> tuple[int, int, str]:
        """Status, code and text of a refusal, in either capitalisation."""
        status, body = self.call(method, path, {envelope: values} if envelope else None)
        assert status >= 400, body
        error = body["ErrorInformation"]
        return status, error.get("code", error.get("Code")), error.get("message", error.get("Message"))

    def pull(self, action: str, **values: Any) -> Any:
        """An action of the control plane."""
        answer = self.http.post(f"/_sandbox/actions/{action}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def entries(self, series: str, number: int, year: int = 2) -> dict[int, Decimal]:
        """The rows of a voucher, summed per account, debit positive; read through the public API."""
        rows = self.get(f"vouchers/{series}/{number}?financialyear={year}")["VoucherRows"]
        result: dict[int, Decimal] = {}
        for row in rows:
            result[row["Account"]] = result.get(row["Account"], Decimal(0)) + row["Debit"] - row["Credit"]
        return result

    def audit(self) -> Any:
        """The auditor's view."""
        return self.http.get("/_sandbox/audit").json()


def _inside(body: Any) -> Any:
    names = [name for name in body if name != "MetaInformation"]
    return body[names[0]]


@pytest.fixture
def make() -> Iterator[Callable[..., Api]]:
    """Start sandboxes with other settings; all are stopped afterwards."""
    started: list[Api] = []

    def start(profile: Profile | None = None, **settings: Any) -> Api:
        settings.setdefault("limit", None)
        sandbox = FortnoxSandbox(ManualClock(START), profile=profile, **settings)
        sandbox.start()
        started.append(Api(sandbox, sandbox.credentials()["access_token"]))
        return started[-1]

    yield start
    for api in started:
        api.http.close()
        api.sandbox.stop()


@pytest.fixture
def api(make: Callable[..., Api]) -> Api:
    """A sandbox without rate limit, with customer 1 and articles TEA (12 %) and CUP (25 %)."""
    found = make()
    found.post("customers", "Customer", Name="Anna Ek", Email="anna@example.com", CountryCode="SE", Type="PRIVATE")
    found.post(
        "articles", "Article", ArticleNumber="TEA", Description="Sencha 100 g", VAT=12, SalesAccount=3002, Unit="st"
    )
    found.post("articles", "Article", ArticleNumber="CUP", Description="Kopp", VAT=25)
    return found
