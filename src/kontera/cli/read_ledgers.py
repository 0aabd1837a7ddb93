"""Reads a ledger's own documents and entries through its public API, for the reports.

Decides what counts as booked, as open and as unbalanced in each ledger. Never asks the hub.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from kontera.cli.read_back import Vendor
from kontera.ledgers.business_central.names import code_of
from kontera.money import ZERO, exact


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice that stands in the ledger. reference: ours, as the ledger writes it; left: what is still to be paid,
    in the invoice's currency."""

    number: str
    reference: str
    booked: bool
    left: Decimal


class LedgerReader(Vendor):
    """A ledger. writes: the calls that can lose their answers, for faults; payments_look_alike: two payments of one
    invoice cannot be told apart when their amount and day are the same."""

    writes = "/*"
    payments_look_alike = False

    def lift_limit(self) -> None:
        """Reading everything back is not part of what is measured."""
        raise NotImplementedError

    def expire_token(self) -> None:
        """The access token that the hub holds is worth nothing any more."""
        self.fault(kind="expire_tokens", times=1)

    def spelled(self, reference: str) -> str:
        """Our reference as this ledger writes it."""
        return reference

    def invoices(self) -> list[Invoice]:
        """Every invoice that is not cancelled."""
        raise NotImplementedError

    def payments_twice(self) -> int:
        """Payments that look like one that is there already."""
        raise NotImplementedError

    def payments_unbooked(self, invoices: set[str]) -> int:
        """Payments of these invoices that are recorded and not booked."""
        raise NotImplementedError

    def emails(self) -> Iterable[str]:
        """The address of every customer that has one."""
        raise NotImplementedError

    def unbalanced(self) -> int:
        """Vouchers or documents whose debit is not their credit."""
        raise NotImplementedError


class FortnoxReader(LedgerReader):
    """Fortnox: lists of 500 a page."""

    writes = "/3/*"
    payments_look_alike = True

    def lift_limit(self) -> None:
        """See LedgerReader."""
        self.act("limit", {"count": None, "seconds": 5})

    def expire_token(self) -> None:
        """See LedgerReader."""
        self.act("expire_access", {})

    def invoices(self) -> list[Invoice]:
        """See LedgerReader."""
        return [
            Invoice(
                number=str(one["DocumentNumber"]),
                reference=str(one["ExternalInvoiceReference1"]),
                booked=bool(one["Booked"]),
                left=exact(str(one["Balance"])),
            )
            for one in self._pages("/3/invoices", "Invoices")
            if not one["Cancelled"]
        ]

    def payments_twice(self) -> int:
        """Payments have no reference here: same invoice, amount and day look alike, also where they are meant so."""
        alike = Counter(
            (str(one["InvoiceNumber"]), str(one["Amount"]), str(one["PaymentDate"])) for one in self._payments()
        )
        return sum(count - 1 for count in alike.values())

    def payments_unbooked(self, invoices: set[str]) -> int:
        """See LedgerReader."""
        return sum(1 for one in self._payments() if str(one["InvoiceNumber"]) in invoices and not one["Booked"])

    def emails(self) -> Iterable[str]:
        """See LedgerReader."""
        return [str(one["Email"]) for one in self._pages("/3/customers", "Customers") if one["Email"]]

    def unbalanced(self) -> int:
        """See LedgerReader."""
        return sum(1 for voucher in self._vouchers() if _imbalance(voucher))

    def token(self) -> str:
        """An access token, for reading."""
        if "report_token" not in self.keys:
            answer = self.http.post(
                f"{self.base_url}/oauth-v1/token",
                data={"grant_type": "client_credentials", "scope": self.keys.get("scope", "")},
                auth=(self.keys["client_id"], self.keys["client_secret"]),
                headers={"TenantId": str(self.keys["tenant_id"])},
            )
            answer.raise_for_status()
            self.keys["report_token"] = answer.json()["access_token"]
        return str(self.keys["report_token"])

    def _payments(self) -> Iterator[dict[str, Any]]:
        return self._pages("/3/invoicepayments", "InvoicePayments")

    def _vouchers(self) -> Iterator[dict[str, Any]]:
        for row in self._pages("/3/vouchers", "Vouchers"):
            where = f"/3/vouchers/{row['VoucherSeries']}/{row['VoucherNumber']}"
            yield self._read(where, {"financialyear": str(row["Year"])})["Voucher"]

    def _pages(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        page, pages = 1, 1
        while page <= pages:
            answer = self._read(path, {"limit": "500", "page": str(page)})
            yield from answer[name]
            pages = int(answer["MetaInformation"]["@TotalPages"])
            page += 1

    def _read(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = self.get(path, params, Authorization=f"Bearer {self.token()}").json()
        return found


class BusinessCentralReader(LedgerReader):
    """Business Central: OData pages by nextLink."""

    writes = "*/api/v2.0/*"

    def lift_limit(self) -> None:
        """See LedgerReader."""
        self.act("limits", {"count": None})

    def spelled(self, reference: str) -> str:
        """See LedgerReader."""
        return code_of(reference)

    def invoices(self) -> list[Invoice]:
        """See LedgerReader. A draft is recorded; anything later is posted."""
        return [
            Invoice(
                number=one["number"],
                reference=one["externalDocumentNumber"],
                booked=one["status"] not in {"Draft", "In Review"},
                left=exact(str(one["remainingAmount"])),
            )
            for one in self._rows("salesInvoices")
            if one["status"] != "Canceled"
        ]

    def payments_twice(self) -> int:
        """A payment's document number is made from our reference: posted twice it has more than its two entries."""
        posted = Counter(
            (entry["documentNumber"], entry["accountNumber"])
            for entry in self._entries()
            if entry["documentType"] == "Payment"
        )
        return sum(count - 1 for count in posted.values())

    def payments_unbooked(self, invoices: set[str]) -> int:
        """See LedgerReader. Lines that lie in payment journals."""
        journals = [row["id"] for row in self._rows("customerPaymentJournals")]
        lines = (line for one in journals for line in self._rows(f"customerPaymentJournals({one})/customerPayments"))
        return sum(1 for line in lines if line["appliesToInvoiceNumber"] in invoices)

    def emails(self) -> Iterable[str]:
        """See LedgerReader."""
        return [row["email"] for row in self._rows("customers") if row["email"]]

    def unbalanced(self) -> int:
        """See LedgerReader. Entries of one document, in the company's own currency."""
        sums: dict[tuple[str, str], Decimal] = {}
        for entry in self._entries():
            document = (entry["documentNumber"], entry["documentType"])
            moved = exact(str(entry["debitAmount"])) - exact(str(entry["creditAmount"]))
            sums[document] = sums.get(document, ZERO) + moved
        return sum(1 for amount in sums.values() if amount)

    def _entries(self) -> Iterator[dict[str, Any]]:
        return self._rows("generalLedgerEntries")

    def _rows(self, path: str) -> Iterator[dict[str, Any]]:
        link = f"{self.keys['api_url']}/companies({self.keys['company_id']})/{path}"
        while link:
            answer = self.http.get(link, headers={"Authorization": f"Bearer {self._token()}"})
            if answer.status_code == 401:
                self.keys.pop("report_token")  # a token that was made to expire for everybody
                continue
            answer.raise_for_status()
            page = json.loads(answer.content, parse_float=exact)
            yield from page["value"]
            link = page.get("@odata.nextLink", "")

    def _token(self) -> str:
        if "report_token" not in self.keys:
            asked = {name: self.keys[name] for name in ("client_id", "client_secret", "scope")}
            answer = self.http.post(self.keys["token_url"], data={"grant_type": "client_credentials", **asked})
            answer.raise_for_status()
            self.keys["report_token"] = answer.json()["access_token"]
        return str(self.keys["report_token"])


LEDGERS: dict[str, type[LedgerReader]] = {"fortnox": FortnoxReader, "business_central": BusinessCentralReader}


def _imbalance(voucher: dict[str, Any]) -> Decimal:
    return sum((exact(str(row["Debit"])) - exact(str(row["Credit"])) for row in voucher["VoucherRows"]), ZERO)
