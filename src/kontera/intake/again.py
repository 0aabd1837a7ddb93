"""A cause was mended: try what waits again, and read it anew where the cause lay in the shop.

Decides only where the mending was: what the ledger or the rules held is judged again from what was read; what the
shop itself got wrong is read again first.
"""

from __future__ import annotations

from collections.abc import Sequence

from kontera.cases.catalogue import catalogue
from kontera.clock import Clock
from kontera.db.models import Case, Notice
from kontera.intake.notices import Arrival, keep
from kontera.posting import release
from kontera.work import engine

_SHOP_AREAS = ("shop", "amounts")


def check_again(case: Case, *, author: str, reason: str, clock: Clock, orders: Sequence[int] | None = None) -> int:
    """See `posting.release.check_again`; orders whose trouble lies in the shop are read again from it as well."""
    entry = catalogue().get(case.code)
    if entry is not None and entry.area in _SHOP_AREAS:
        _read_again(case, clock, orders)
    return release.check_again(case, author=author, reason=reason, clock=clock, orders=orders)


def _read_again(case: Case, clock: Clock, orders: Sequence[int] | None) -> None:
    waiting = case.waiters.filter(released_at=None).select_related("order__fact")
    if orders is not None:
        waiting = waiting.filter(order__in=orders)
    arrivals = [
        Arrival(
            connection=waiter.order.connection_id,
            merchant=waiter.merchant_id,
            source=Notice.Source.PERSON,
            kind=waiter.order.fact.kind,
            external_id=waiter.order.external_id,
        )
        for waiter in waiting
    ]
    keep(arrivals, clock.now())
    for shop in sorted({arrival.connection for arrival in arrivals}):
        engine.wake(shop)
