"""What people set in motion: let a case's orders go, read an order again, ask a vendor whether it is ready.

The one place where the console calls the rooms that act. Decides nothing about whether an order may move: those
rooms do, and they write down the decision and the audit entry themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from kontera.calls import ReadinessCheck
from kontera.clock import SystemClock
from kontera.connections.readiness import check
from kontera.console.desk import Desk
from kontera.db.models import Case, CaseWaiter, Connection, Decision, ShopOrder
from kontera.intake.notices import look_at
from kontera.posting import release as posting
from kontera.work.engine import wake, wake_after_commit

CLOCK = SystemClock()


def release(case: Case, author: str, reason: str, orders: Sequence[int] | None = None) -> int:
    """Judge what waits in a case again, all of it or only these orders; answers how many were asked about."""
    return posting.check_again(case, author=author, reason=reason, clock=CLOCK, orders=orders)


def check_again(order: ShopOrder, author: str) -> int:
    """Check every cause this order waits for again; answers how many orders were asked about."""
    waits = CaseWaiter.objects.filter(order=order, released_at__isnull=True).select_related("case")
    return sum(posting.check_again(wait.case, author=author, reason="", clock=CLOCK) for wait in waits)


def choices(case: Case) -> tuple[str, ...]:
    """What a person may decide about the case, beside trying again."""
    return posting.choices(case)


def decide(case: Case, choice: str, author: str, reason: str, order: ShopOrder | None = None) -> int:
    """Decide for one order of the case, or for all that wait in it. Raises ValueError when it may not be decided."""
    return posting.decide(case, choice, author=author, reason=reason, clock=CLOCK, order=order)


def read_again(order: ShopOrder, author: str) -> None:
    """Read the order whole from its shop again, soon."""
    look_at(order.connection, "order", order.external_id, author=author, now=CLOCK.now())
    wake(order.connection_id)


def readiness(connection: Connection) -> list[ReadinessCheck]:
    """Ask the vendor now whether the connection can do what was chosen."""
    return check(connection, CLOCK)


def hand_over(case: Case, desk: Desk, team: str, assignee: str, reason: str) -> None:
    """The case belongs to another team or person from now on; kept as a decision."""
    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(team=team, assignee=assignee)
        Decision.objects.create(
            merchant=desk.merchant, case=case, author=desk.author, choice="assigned", reason=reason, decided_at=desk.now
        )
        desk.audit("case.assigned", case.code, case=case.pk, team=team, assignee=assignee, reason=reason)


def switch(connection: Connection, desk: Desk, live: bool, reason: str) -> None:
    """Pause a connection, or let it send again; what became due meanwhile is taken up at once."""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(live=live)
        action = "connection.resumed" if live else "connection.paused"
        desk.audit(action, connection.code, reason=reason)
        if live:
            wake_after_commit(connection.pk)
