"""The Business Central sandbox with an adapter connected to it: the levers the conformance suite pulls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kontera.calls import Exchange, RateWindow
from kontera.clock import SystemClock
from kontera.ledgers.business_central import BusinessCentralLedger, connect
from kontera.ledgers.business_central.client import filtered
from kontera.ledgers.business_central.wire import Identified
from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox
from kontera.sandboxes.kit.faults import Fault
from tests.ledgers.business_central.fake import CHART

# Documents are written and posted in a $batch, whose faults strike the whole of it.
WRITES = {
    "customer": "*/customers",
    "invoice": "*/$batch",
    "order": "*/$batch",
    "book_invoice": "*/$batch",
    "payment": "*/customerPayments",
    "book_payment": "*/$batch",
    "voucher": "*/Microsoft.NAV.post",
    "article": "*/items",
}
RESOURCES = {"invoice": "salesInvoices", "order": "salesOrders", "payment": "customerPaymentJournals"}
EURO = "11.2345"


class BusinessCentralWorld:
    """See kontera.ledgers.conformance.World."""

    def __init__(self, sandbox: BusinessCentralSandbox, settings: Mapping[str, str] | None = None) -> None:
        self.sandbox = sandbox
        self.chart = CHART
        self.day = date(sandbox.clock.now().year, 3, 2)
        self.unneeded = frozenset({"article", "warehouse"})
        self.exchanges: list[Exchange] = []
        self._open: list[BusinessCentralLedger] = []
        given = sandbox.credentials()
        self.settings = {
            "base_url": given["base_url"] + "/v2.0",
            **{name: given[name] for name in ("login_url", "tenant_id", "environment", "client_id", "client_secret")},
            "company": given["company"],
            **(settings or {}),
        }
        self.pull("rate", currency="EUR", day=self.day.isoformat(), rate=EURO)  # a document takes no rate of its own
        self.ledger = self.again()
        if not list(self.ledger.client.pages(Identified, filtered("countriesRegions", "code eq 'JP'"))):
            self.ledger.client.post(Identified, "countriesRegions", {"code": "JP", "displayName": "Japan"})
        self.ledger.payments.journal(self.chart.clearing)  # a connection that has been paid on that account before
        self._customers = int(self.sandbox.views()["audit"]()["customers"])

    def again(self) -> BusinessCentralLedger:
        clock = SystemClock()
        made = connect(
            self.settings,
            clock,
            self.exchanges.append,
            self.settings.update,
            load_settings=lambda: dict(self.settings),
            window=RateWindow(clock, 0, 300.0),
            timeout=5.0,
        )
        self._open.append(made)
        return made

    def close(self) -> None:
        """Let go of all connections, so that the sandbox stops at once."""
        for ledger in self._open:
            ledger.close()

    def pull(self, lever: str, **body: Any) -> Any:
        """An action of the sandbox's control plane."""
        return self.sandbox.actions()[lever](body)

    def lose_answer(self, write: str) -> None:
        self.sandbox.faults.add(Fault(kind="lost_answer", method="POST", path=WRITES[write], times=1))

    def fail(self, write: str, status: int) -> None:
        self.sandbox.faults.add(Fault(kind="status", status=status, method="POST", path=WRITES[write], times=1))

    def maintenance(self) -> None:
        self.sandbox.faults.add(Fault(kind="maintenance"))

    def recover(self) -> None:
        self.sandbox.faults.remove()

    def deactivate(self, account: str) -> None:
        self.pull("set", table="accounts", number=account, values={"blocked": True})

    def lock_through(self, day: date) -> None:
        self.pull("switches", allow_from=date.fromordinal(day.toordinal() + 1).isoformat())

    def without(self, function: str) -> None:
        self.pull("switches", denied=[RESOURCES[function]])

    def revoke(self) -> None:
        self.pull("app", consented=False)
        self.expire_access()

    def expire_access(self) -> None:
        self.sandbox.entra.expire()

    def cancel(self, number: str) -> None:
        rows = self.ledger.client.pages(Identified, "salesInvoices")
        self.ledger.client.delete(f"salesInvoices({next(row.id for row in rows if row.number == number)})")

    def counted(self, what: str) -> int:
        seen = self.sandbox.views()["audit"]()
        if what == "invoices":
            return int(seen["invoices"] + seen["draft_invoices"])
        if what == "payments":
            return int(seen["payments"])
        if what == "vouchers":
            entries = self.sandbox.company.table("generalLedgerEntries")
            return len({(row["documentType"], row["documentNumber"]) for row in entries})
        return int(seen[what]) - (self._customers if what == "customers" else 0)

    def calls(self) -> int:
        return len(self.exchanges)
