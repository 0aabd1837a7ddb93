"""What draining a lane means: the storefront's body or the ledger's. Here, at the top, since it knows both rooms."""

from __future__ import annotations

import structlog
from django.db import close_old_connections

from kontera.clock import Clock, SystemClock
from kontera.db.models import Connection
from kontera.intake import lane as intake
from kontera.posting import lane as posting
from kontera.proof.read_back import read_back
from kontera.work import engine, lanes

_log = structlog.get_logger("kontera.work")


def drain_connection(connection_id: int, clock: Clock | None = None) -> None:
    """Drain one lane, if nobody else does; wake it again when something is due still."""
    clock = clock or SystemClock()
    close_old_connections()
    with lanes.hold(connection_id) as lane:
        if lane is None or not lane.connection.signed_in:
            return
        try:
            if lane.connection.kind == Connection.Kind.STOREFRONT:
                intake.drain(lane, clock)
            else:
                posting.drain(lane, clock, read_back)
        except Exception as defect:  # noqa: BLE001 - a defect must not spin: the lane rests, the log says why, the next tick tries
            _log.exception("lane failed", connection=lane.connection.code)
            lanes.rest(lane, clock.now(), f"{type(defect).__name__}: {defect}")
            return
    if connection_id in lanes.due_lanes(clock.now()):
        engine.wake(connection_id)
