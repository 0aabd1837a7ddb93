"""A fresh Business Central sandbox per test, over real HTTP, on a clock that stands still at 2 March 2026."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from kontera.clock import ManualClock
from kontera.sandboxes.business_central import BusinessCentralSandbox
from kontera.sandboxes.kit import json_bytes, parse_json

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZERO_GUID = "00000000-0000-0000-0000-000000000000"
D = Decimal


class Api:
    """A bare client of the API: no retries, no knowledge, exact numbers."""

    def __init__(self, sandbox: BusinessCentralSandbox) -> None:
        self.sandbox = sandbox
        said = sandbox.credentials()
        self.http = httpx2.Client(base_url=sandbox.base_url, trust_env=False)
        self.root = said["api_url"]
        self.company = said["company_id"]
        self.token = self.sign_in()

    def sign_in(self, **changed: str) -> str:
        """A token for the app, or its refusal's code."""
        said = self.sandbox.credentials()
        form = {name: said[name] for name in ("client_id", "client_secret", "scope")}
        answer = self.http.post(said["token_url"], data={"grant_type": "client_credentials", **form, **changed})
        body = answer.json()
        return str(body.get("access_token") or f"{answer.status_code} {body['error']}")

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """One call below the API root, or to a whole address."""
        address = path if path.startswith("http") else f"{self.root}/{path}"
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        if body is not None:
            sent = {"Content-Type": "application/json", **sent}
        return self.http.request(method, address, content=None if body is None else json_bytes(body), headers=sent)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body of a call below the company."""
        answer = self.raw(method, f"companies({self.company})/{path}", body, **headers)
        return answer.status_code, parse_json(answer.content) if answer.content else None

    def get(self, path: str) -> Any:
        """A record, or the list inside the answer."""
        status, body = self.call("GET", path)
        assert status == 200, body
        return body.get("value", body)

    def post(self, path: str, **values: Any) -> Any:
        """The created record."""
        status, body = self.call("POST", path, values)
        assert status == 201, body
        return body

    def patch(self, path: str, **values: Any) -> Any:
        """The changed record; any etag will do."""
        status, body = self.call("PATCH", path, values, **{"If-Match": "*"})
        assert status == 200, body
        return body

    def delete(self, path: str) -> None:
        """Delete a record; any etag will do."""
        status, body = self.call("DELETE", path, None, **{"If-Match": "*"})
        assert (status, body) == (204, None)

    def act(self, path: str, action: str) -> None:
        """Carry out a bound action: 204, empty."""
        status, body = self.call("POST", f"{path}/Microsoft.NAV.{action}")
        assert (status, body) == (204, None), body

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Status, code and text of a refusal."""
        if method in ("PATCH", "DELETE"):
            headers.setdefault("If-Match", "*")
        status, answer = self.call(method, path, body, **headers)
        assert status >= 400, answer
        error = answer["error"]
        return status, error["code"], error["message"].split("  CorrelationId")[0]

    def text(self, method: str, path: str, body: Any = None) -> str:
        """The text of a refusal with status 400."""
        status, _, text = self.refused(method, path, body)
        assert status == 400, text
        return text

    def pull(self, action: str, **values: Any) -> Any:
        """An action of the control plane."""
        answer = self.http.post(f"/_sandbox/actions/{action}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def audit(self) -> Any:
        """The auditor's view."""
        return self.http.get("/_sandbox/audit").json()

    def id_of(self, table: str, code: str, name: str = "code") -> str:
        """The id behind a code, read through the API."""
        (found,) = self.get(f"{table}?$filter={name} eq '{code}'")
        return str(found["id"])

    def item(self, number: str = "1000") -> str:
        """The id of a seeded item."""
        return self.id_of("items", number, "number")

    def account(self, number: str) -> str:
        """The id of an account."""
        return self.id_of("accounts", number, "number")

    def order(self, *lines: dict[str, Any], **header: Any) -> Any:
        """An order with lines; customer 10000 unless said."""
        return self._document("salesOrders", "salesOrderLines", lines, header)

    def invoice(self, *lines: dict[str, Any], **header: Any) -> Any:
        """A draft invoice with lines."""
        return self._document("salesInvoices", "salesInvoiceLines", lines, header)

    def credit(self, *lines: dict[str, Any], **header: Any) -> Any:
        """A draft credit memo with lines."""
        return self._document("salesCreditMemos", "salesCreditMemoLines", lines, header)

    def _document(self, name: str, children: str, lines: tuple[dict[str, Any], ...], header: dict[str, Any]) -> Any:
        values = {"customerNumber": "10000", **header, children: list(lines)}
        if not {"customerId"} & set(header):
            return self.get(f"{name}({self.post(name, **values)['id']})?$expand={children}")
        values.pop("customerNumber")
        return self.get(f"{name}({self.post(name, **values)['id']})?$expand={children}")

    def line(self, number: str = "1000", quantity: Any = 1, **more: Any) -> dict[str, Any]:
        """The body of an item line."""
        return {"itemId": self.item(number), "quantity": quantity, **more}

    def entries(self, document: str) -> dict[str, Decimal]:
        """G/L entries of a document per account, debit positive."""
        result: dict[str, Decimal] = {}
        for row in self.get(f"generalLedgerEntries?$filter=documentNumber eq '{document}'"):
            amount = D(row["debitAmount"]) - D(row["creditAmount"])
            result[row["accountNumber"]] = result.get(row["accountNumber"], D(0)) + amount
        return result

    def posted(self, *lines: dict[str, Any], **header: Any) -> Any:
        """A posted invoice."""
        draft = self.invoice(*lines, **header)
        self.act(f"salesInvoices({draft['id']})", "post")
        return self.get(f"salesInvoices({draft['id']})")


@pytest.fixture
def sandbox() -> Iterator[BusinessCentralSandbox]:
    """A served sandbox."""
    with BusinessCentralSandbox(ManualClock(START)) as served:
        yield served


@pytest.fixture
def api(sandbox: BusinessCentralSandbox) -> Api:
    """A signed-in client."""
    return Api(sandbox)
