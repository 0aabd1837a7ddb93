"""The pairs of a shop and a ledger that an installation on this machine is made of.

Decides which sandbox each pair sells in and which merchant owns it: one merchant per ledger, each with a store at every
vendor of shops. They are connected by the same commands as real ones.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from kontera.cli.preparing import CODES, LEDGER_CODES, STORE_CODES, prepare, settings_of
from kontera.cli.read_ledgers import LEDGERS, LedgerReader
from kontera.cli.read_shops import SHOPS, ShopReader
from kontera.connections.registry import VENDORS

if TYPE_CHECKING:
    from kontera.cli.stage import Stage
    from kontera.db.models import Connection

_MERCHANTS = {"fortnox": ("default", "Nordisk Te AB"), "business_central": ("kaffe", "Nordisk Kaffe AB")}
_WINDOWS = {"fortnox": (25, 5_000), "business_central": (6_000, 300_000)}  # calls in milliseconds


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One store whose orders are booked in one ledger. sandbox: the name of the store's sandbox among those served."""

    storefront: str
    ledger: str
    sandbox: str

    @property
    def merchant(self) -> str:
        """The owner's short name."""
        return _MERCHANTS[self.ledger][0]

    @property
    def store(self) -> str:
        """The store's code, which begins its references."""
        return STORE_CODES[self.storefront]

    def connection(self) -> Connection:
        """The store's connection in the hub."""
        from kontera.db.models import Connection

        return Connection.objects.get(merchant__slug=self.merchant, code=self.store)

    def shop_reader(self, sandboxes: dict[str, dict[str, Any]]) -> ShopReader:
        """Reads the store back."""
        return SHOPS[self.storefront](sandboxes[self.sandbox])

    def ledger_reader(self, sandboxes: dict[str, dict[str, Any]]) -> LedgerReader:
        """Reads the ledger back."""
        return LEDGERS[self.ledger](sandboxes[self.ledger])


def pair(storefront: str, ledger: str) -> Pair:
    """The pair alone in its installation."""
    return Pair(storefront=storefront, ledger=ledger, sandbox=storefront)


def every_pair() -> list[Pair]:
    """Each kind of shop with each ledger; the second ledger's stores are the second sandbox of their kind."""
    return [
        Pair(storefront=shop, ledger=ledger, sandbox=shop if number == 0 else f"{shop}-{number + 1}")
        for number, ledger in enumerate(LEDGER_CODES)
        for shop in STORE_CODES
        if shop in SHOPS
    ]


def connect(made: Stage, pairs: list[Pair], fast: int, *, unlimited: bool = False) -> None:
    """Prepare the ledgers and connect everything. unlimited: we know that the ledger counts no calls."""
    for ledger in dict.fromkeys(one.ledger for one in pairs):
        slug, name = _MERCHANTS[ledger]
        told = made.sandboxes[ledger]
        told["prepared"] = prepare(ledger, told["base_url"])
        calls, milliseconds = _WINDOWS[ledger]
        pace = {"rate_calls": str(0 if unlimited else calls), "rate_milliseconds": str(milliseconds // fast)}
        articles = {"create_articles": "yes"} if ledger == "fortnox" else {}
        own = settings_of(ledger, told) | pace | articles
        made.say("connect", ledger, "--code", CODES[ledger], "--merchant", slug, "--merchant-name", name, *_sets(own))
    for one in pairs:
        given = settings_of(one.storefront, made.sandboxes[one.sandbox])
        answer = made.say(
            "connect", one.storefront, "--code", one.store, "--ledger", CODES[one.ledger], "--merchant", one.merchant,
            "--since", "2000-01-01", "--json", *_sets(given),
        )  # fmt: skip
        if VENDORS[one.storefront].by_address:  # somebody types the address in the shop's own pages
            hook = made.environment["KONTERA_PUBLIC_URL"] + json.loads(answer)["hook"]
            one.shop_reader(made.sandboxes).act("add_webhook", {"url": hook})


def _sets(given: dict[str, str]) -> list[str]:
    return [part for name, value in given.items() for part in ("--set", f"{name}={value}")]
