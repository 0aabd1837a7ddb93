"""Fortnox as the ledger of a scenario: its sandbox, reset for every run.

Decides nothing itself: books are read in `books`, levers pulled in `levers`.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from kontera.clock import ManualClock
from kontera.sandboxes.fortnox import FortnoxSandbox
from kontera.simulate.scenario import levers
from kontera.simulate.scenario.books import account_names, balances, effects_of
from kontera.simulate.scenario.side import written_calls
from kontera.simulate.scenario.words import Effect, Event


class FortnoxSide:
    """See Side."""

    vendor, code, calls = "fortnox", "fortnox", "/3/*"

    def __init__(self, clock: ManualClock) -> None:
        self.sandbox = FortnoxSandbox(clock)
        self.sandbox.limiter.configure(None, 5)

    def rulebook(self, name: str) -> str:
        """See Side."""
        return name

    def fresh(self, rulebook: str) -> dict[str, str]:
        """See Side."""
        codes = levers.fresh(self.sandbox, rulebook)
        keys, base = self.sandbox.credentials(), self.sandbox.base_url
        return {
            "base_url": base, "auth_url": f"{base}/oauth-v1", "grant": "client_credentials", "documents": "both",
            "client_id": str(keys["client_id"]), "client_secret": str(keys["client_secret"]),
            "tenant_id": str(keys["tenant_id"]), "rate_calls": "0", "vat_codes": codes,
        }  # fmt: skip

    def pull(self, event: Event) -> None:
        """See Side."""
        levers.pull(self.sandbox, event)

    def effects(self) -> Counter[Effect]:
        """See Side."""
        return effects_of(self.sandbox.company)

    def balances(self) -> dict[str, Decimal]:
        """See Side."""
        return balances(self.sandbox.company)

    def account_names(self) -> dict[str, str]:
        """See Side."""
        return account_names(self.sandbox.company)

    def writes(self) -> Counter[str]:
        """See Side."""
        return written_calls(self.sandbox)

    def as_written(self, effect: Effect) -> Effect:
        """See Side."""
        return effect
