"""What a scenario needs of a ledger's sandbox: a fresh company, levers to pull, and its books to read. Words only.

Decides what a second ledger must offer so that the same text runs against both. Never how a ledger does it.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Protocol

from kontera.sandboxes.kit import Sandbox
from kontera.simulate.scenario.words import Effect, Event

FORTNOX, BUSINESS_CENTRAL = "Fortnox", "Business Central"
LEDGERS = (FORTNOX, BUSINESS_CENTRAL)
VERBS = frozenset({"account", "locked", "unlocked", "licence", "vat_code", "no_vat_code", "currency"})
"""The events that happen in a ledger."""


class LedgerLever(ValueError):
    """This ledger has no such lever: the scenario cannot be run against it."""


def written_calls(sandbox: Sandbox) -> Counter[str]:
    """Calls that write, by path."""
    calls = sandbox.calls.summary()["by_path"].items()
    return Counter({call: count for call, count in calls if not call.startswith("GET") and "oauth" not in call})


class Side(Protocol):
    """One ledger. vendor, code: of its connection; sandbox: what is served; calls: paths of the API, for faults."""

    vendor: str
    code: str
    calls: str
    sandbox: Any

    def rulebook(self, name: str) -> str:
        """The starter rulebook that stands for `name` in this ledger."""

    def fresh(self, rulebook: str) -> dict[str, str]:
        """A fresh company that has what the starter names; answers the settings of a connection to it."""

    def pull(self, event: Event) -> None:
        """Carry out what somebody does in the ledger. Raises LedgerLever when it has no such thing."""

    def effects(self) -> Counter[Effect]:
        """Everything the company holds."""

    def balances(self) -> dict[str, Decimal]:
        """What each account holds, debit above zero; accounts at zero are left out."""

    def account_names(self) -> dict[str, str]:
        """What the accounts are called."""

    def writes(self) -> Counter[str]:
        """What was written so far: equal when nothing was written in between, harmless or not."""

    def as_written(self, effect: Effect) -> Effect:
        """An expected effect as this ledger tells it: some number vouchers themselves."""
