"""What an order is judged by, besides itself: its shop's cut-off, the rulebooks, the ledger's set-up.

Decides nothing. Asked for anew for each order, in one statement that names versions by their ids: what a kept version
says never changes, and is parsed once.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import msgspec
from django.db import connection as database

from kontera.accounting.ledger_setup import LedgerSetup
from kontera.db.models import RulebookVersion, SetupSnapshot
from kontera.money import from_plain
from kontera.posting import rules

_GROUND = """
SELECT shop.merchant_id, merchant.zone, merchant.country, shop.since, shop.ledger_id,
    (SELECT max(id) FROM kontera_setupsnapshot WHERE connection_id = shop.ledger_id),
    (SELECT max(id) FROM kontera_rulebookversion WHERE merchant_id = shop.merchant_id)
FROM kontera_connection AS shop JOIN kontera_merchant AS merchant ON merchant.id = shop.merchant_id
WHERE shop.id = %s
"""


class Ground(msgspec.Struct, frozen=True):
    """As it stands at one moment. ledger None: the shop books nowhere yet."""

    merchant: int
    zone: str
    country: str
    since: datetime
    ledger: int | None
    newest_setup: int | None
    newest_rulebook: int | None

    @property
    def setup(self) -> LedgerSetup | None:
        """The ledger's set-up as last read."""
        return _setup(self.newest_setup) if self.newest_setup else None

    def rulebook(self, day: date) -> RulebookVersion | None:
        """The version of the rulebook that holds on `day`."""
        return rules.chosen(_versions(self.merchant, self.newest_rulebook), day) if self.newest_rulebook else None


def ground_of(shop: int) -> Ground:
    """What the orders of this shop are judged by now."""
    with database.cursor() as cursor:
        cursor.execute(_GROUND, [shop])
        return Ground(*cursor.fetchone())


@lru_cache(maxsize=32)
def _setup(pk: int) -> LedgerSetup:
    return from_plain(LedgerSetup, SetupSnapshot.objects.get(pk=pk).content)


@lru_cache(maxsize=32)
def _versions(merchant: int, newest: int) -> tuple[RulebookVersion, ...]:
    return tuple(RulebookVersion.objects.filter(merchant_id=merchant, pk__lte=newest))
