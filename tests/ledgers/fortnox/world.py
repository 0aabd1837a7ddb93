"""The Fortnox sandbox with an adapter connected to it: the levers the conformance suite pulls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kontera.calls import Exchange, RateWindow
from kontera.clock import SystemClock
from kontera.ledgers.fortnox import FortnoxLedger, connect
from kontera.ledgers.samples import Chart
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox
from kontera.sandboxes.kit.faults import Fault

WRITES = {
    "customer": ("POST", "/3/customers"),
    "invoice": ("POST", "/3/invoices"),
    "order": ("POST", "/3/orders"),
    "book_invoice": ("PUT", "/3/invoices/*/bookkeep"),
    "payment": ("POST", "/3/invoicepayments"),
    "book_payment": ("PUT", "/3/invoicepayments/*/bookkeep"),
    "voucher": ("POST", "/3/vouchers"),
    "article": ("POST", "/3/articles"),
}
LICENCES = {"invoice": "faktura", "order": "order", "bookkeeping": "bokforing"}


class FortnoxWorld:
    """See kontera.ledgers.conformance.World."""

    def __init__(
        self, sandbox: FortnoxSandbox, settings: Mapping[str, str] | None = None, window: RateWindow | None = None
    ) -> None:
        self.sandbox = sandbox
        self.window = window
        self.chart = Chart()
        self.day = date(sandbox.clock.now().year, 3, 2)
        self.unneeded = frozenset({"warehouse"})
        self.exchanges: list[Exchange] = []
        self._open: list[FortnoxLedger] = []
        given = sandbox.credentials()
        self.settings = {
            "base_url": given["api_url"],
            "auth_url": given["token_url"].removesuffix("/token"),
            **{
                name: given[name]
                for name in ("client_id", "client_secret", "access_token", "refresh_token", "tenant_id")
            },
            **(settings or {}),
        }
        self.ledger = self.again()

    def again(self) -> FortnoxLedger:
        clock = SystemClock()
        made = connect(
            self.settings,
            clock,
            self.exchanges.append,
            self.settings.update,
            load_settings=lambda: dict(self.settings),
            window=self.window or RateWindow(clock, 0, 5.0),
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
        method, path = WRITES[write]
        self.sandbox.faults.add(Fault(kind="lost_answer", method=method, path=path, times=1))

    def fail(self, write: str, status: int) -> None:
        method, path = WRITES[write]
        self.sandbox.faults.add(Fault(kind="status", status=status, method=method, path=path, times=1))

    def maintenance(self) -> None:
        self.sandbox.faults.add(Fault(kind="maintenance"))

    def recover(self) -> None:
        self.sandbox.faults.remove()

    def deactivate(self, account: str) -> None:
        self.pull("account", number=int(account), change={"Active": False})

    def lock_through(self, day: date) -> None:
        self.pull("lock_period", until=day.isoformat())

    def without(self, function: str) -> None:
        self.pull("licences", remove=[LICENCES[function]])

    def revoke(self) -> None:
        self.pull("revoke_consent")
        self.pull("expire_access")

    def expire_access(self) -> None:
        self.pull("expire_access")

    def cancel(self, number: str) -> None:
        self.ledger.client.put(dict[str, Any], f"/3/invoices/{number}/cancel")

    def counted(self, what: str) -> int:
        return int(self.sandbox.views()["audit"]()[what])

    def calls(self) -> int:
        return len(self.exchanges)  # counted here: the sandbox counts a call after it answered it
