"""Ask a connection's vendor whether it is ready for what the merchant chose (M118). Changes nothing."""

from __future__ import annotations

from kontera.calls import RateWindow, ReadinessCheck
from kontera.clock import Clock
from kontera.connections import adapters
from kontera.db.models import Connection
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
            return adapter.readiness()
        except KonteraError as error:
            return [ReadinessCheck(name="connection", function="everything", ok=False, problem=error.problem)]
        finally:
            adapters.keep(connection, exchanges)
