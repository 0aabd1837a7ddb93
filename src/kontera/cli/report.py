"""What became of placed orders, read back from the vendors' own APIs (here: the sandboxes'), not from the hub.

Decides how booked, missing, twice and unbalanced are counted. Only the cases come from the hub: nobody else knows them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2

from kontera.money import ZERO, exact


class Reader:
    """Reads one Fortnox-shaped ledger and one BigCommerce-shaped shop through their public APIs."""

    def __init__(self, sandboxes: dict[str, dict[str, Any]]) -> None:
        self._http = httpx2.Client(timeout=60.0)
        self._ledger = sandboxes["fortnox"]
        self._shop = sandboxes["bigcommerce"]

    def orders(self) -> list[dict[str, Any]]:
        """Every order of the shop (V2 list, 250 a page)."""
        keys = self._shop["credentials"]
        found: list[dict[str, Any]] = []
        for page in range(1, 10_000):
            answer = self._http.get(
                f"{self._shop['base_url']}/stores/{keys['store_hash']}/v2/orders",
                params={"limit": 250, "page": page},
                headers={"X-Auth-Token": keys["access_token"], "Accept": "application/json"},
            )
            if answer.status_code == 204:
                break
            answer.raise_for_status()
            found += answer.json()
        return found

    def invoices(self) -> list[dict[str, Any]]:
        """Every invoice of the ledger."""
        return list(self._pages("/3/invoices", "Invoices"))

    def vouchers(self) -> Iterator[dict[str, Any]]:
        """Every voucher with its rows."""
        for row in self._pages("/3/vouchers", "Vouchers"):
            where = f"/3/vouchers/{row['VoucherSeries']}/{row['VoucherNumber']}"
            yield self._get(where, {"financialyear": str(row["Year"])})["Voucher"]

    def payments(self) -> list[dict[str, Any]]:
        """Every invoice payment of the ledger."""
        return list(self._pages("/3/invoicepayments", "InvoicePayments"))

    def customers(self) -> list[dict[str, Any]]:
        """Every customer of the ledger."""
        return list(self._pages("/3/customers", "Customers"))

    def calls(self, vendor: str) -> dict[str, Any]:
        """What the sandbox counted of the calls made to it."""
        where = {"fortnox": self._ledger, "bigcommerce": self._shop}[vendor]["base_url"]
        counted: dict[str, Any] = self._http.get(f"{where}/_sandbox/calls").json()
        return counted

    def control(self, vendor: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The sandbox's control plane: a POST with a body, else a GET."""
        where = {"fortnox": self._ledger, "bigcommerce": self._shop}[vendor]["base_url"] + f"/_sandbox/{path}"
        answer = self._http.get(where) if body is None else self._http.post(where, json=body)
        answer.raise_for_status()
        return answer.json()

    def no_faults(self, vendor: str) -> None:
        """Nothing goes wrong at this vendor any more."""
        where = {"fortnox": self._ledger, "bigcommerce": self._shop}[vendor]["base_url"]
        self._http.delete(f"{where}/_sandbox/faults").raise_for_status()

    def open_the_gate(self) -> None:
        """Lift the ledger's rate limit: reading everything back is not part of what is measured."""
        self.control("fortnox", "actions/limit", {"count": None, "seconds": 5})

    def open_the_shop(self) -> None:
        """Lift the shop's quota: it is not what is measured."""
        self.control("bigcommerce", "actions/switches", {"quota": None})

    def _pages(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        page, pages = 1, 1
        while page <= pages:
            answer = self._get(path, {"limit": "500", "page": str(page)})
            yield from answer[name]
            pages = int(answer["MetaInformation"]["@TotalPages"])
            page += 1

    def _get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token()}", "Accept": "application/json"}
        answer = self._http.get(self._ledger["base_url"] + path, params=params, headers=headers)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def token(self) -> str:
        """An access token of the ledger, for reading."""
        keys = self._ledger["credentials"]
        if "report_token" not in keys:
            answer = self._http.post(
                f"{self._ledger['base_url']}/oauth-v1/token",
                data={"grant_type": "client_credentials", "scope": keys.get("scope", "")},
                auth=(keys["client_id"], keys["client_secret"]),
                headers={"TenantId": str(keys["tenant_id"])},
            )
            answer.raise_for_status()
            keys["report_token"] = answer.json()["access_token"]
        token: str = keys["report_token"]
        return token


def pair_report(reader: Reader, store: str, placed: set[str], waiting: dict[str, str], left_out: set[str],
                latency_ms: list[int], calls: int) -> dict[str, Any]:  # fmt: skip
    """One line of the report. waiting: order id -> case code; left_out: order ids with nothing to book."""
    invoices = [one for one in reader.invoices() if not one["Cancelled"]]
    ours = [one for one in invoices if str(one["ExternalInvoiceReference1"]).startswith(f"{store}-")]
    references = Counter(str(one["ExternalInvoiceReference1"]) for one in ours)
    booked = {str(one["ExternalInvoiceReference1"]).removeprefix(f"{store}-") for one in ours if one["Booked"]}
    unbalanced = sum(1 for voucher in reader.vouchers() if _imbalance(voucher))
    return {
        "storefront": "bigcommerce",
        "ledger": "fortnox",
        "placed": len(placed),
        "booked": len(booked & placed),
        "left_out": len(left_out & placed),
        "waiting": dict(sorted(Counter(code for order, code in waiting.items() if order in placed).items())),
        "duplicates": sum(count - 1 for count in references.values()),
        "missing": len(placed - booked - set(waiting) - left_out),
        "unbalanced": unbalanced,
        "calls_per_order": str(round_half(calls, len(booked))) if booked else None,
        "latency_ms": {"p50": _quantile(latency_ms, 50), "p95": _quantile(latency_ms, 95)},
    }


def round_half(calls: int, orders: int) -> Any:
    """Calls per order with two decimals."""
    return (exact(calls) / exact(orders)).quantize(exact("0.01"))


def _imbalance(voucher: dict[str, Any]) -> Any:
    return sum((exact(str(row["Debit"])) - exact(str(row["Credit"])) for row in voucher["VoucherRows"]), ZERO)


def _quantile(values: list[int], percent: int) -> int | None:
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
