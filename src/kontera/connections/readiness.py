"""Ask a connection's vendor whether it is ready for what the merchant chose (M118). Changes nothing.

Adds what no adapter can know: the address that a person gives to a shop whose notices are set up by hand.
"""

from __future__ import annotations

import os

from kontera.calls import RateWindow, ReadinessCheck
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.connections.registry import VENDORS
from kontera.db.models import Connection, Notice
from kontera.errors import KonteraError


def check(connection: Connection, clock: Clock, window: RateWindow | None = None) -> list[ReadinessCheck]:
    """One line per thing needed; a vendor that does not let us in at all is one red line."""
    window = window or adapters.window_of(connection, clock)
    adapter = (
        adapters.storefront(connection, clock, window)
        if connection.kind == Connection.Kind.STOREFRONT
        else adapters.ledger(connection, clock, window)
    )
    with adapters.collecting() as exchanges:
        try:
            return [*adapter.readiness(), *_notices_by_hand(connection)]
        except KonteraError as error:
            return [ReadinessCheck(name="connection", function="everything", ok=False, problem=error.problem)]
        finally:
            adapters.keep(connection, exchanges)


def _notices_by_hand(connection: Connection) -> list[ReadinessCheck]:
    """Where the shop must be told to call, and whether it ever did. Without notices orders are found by asking."""
    if not VENDORS[connection.vendor].by_address:
        return []
    public = os.environ.get("KONTERA_PUBLIC_URL", "").rstrip("/")
    latest = Notice.objects.filter(connection=connection, source=Notice.Source.WEBHOOK).order_by("-received_at").first()
    heard = f"last heard {latest.received_at:%Y-%m-%d %H:%M} UTC" if latest else "nothing heard yet"
    where = f"{public or '(KONTERA_PUBLIC_URL is not set)'}/hooks/{connection.door}"
    detail = f"set up by hand in the shop, for every event about orders: {where}; {heard}"
    return [ReadinessCheck(name="notices", function="notices", ok=True, detail=detail)]
