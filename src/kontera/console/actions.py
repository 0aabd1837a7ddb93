"""What people set in motion: let a case's orders go, read an order again, ask a vendor whether it is ready.

The one place where the console calls the rooms that act. Decides nothing about whether an order may move: those
rooms do, and they write down the decision and the audit entry themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from kontera.calls import ReadinessCheck
from kontera.console.desk import Desk
from kontera.db.models import Case, CaseWaiter, Connection, Decision, ShopOrder


def release(case: Case, author: str, reason: str, orders: Sequence[int] | None = None) -> int:
    """Judge what waits in a case again, all of it or only these orders; answers how many were asked about."""
    from kontera.cases import service

    if orders is None:
        return int(service.release(case.pk, author, reason))
    return int(service.release(case.pk, author, reason, orders=list(orders)))


def check_again(order: ShopOrder, author: str) -> int:
    """Check every cause this order waits for again; answers how many orders were asked about."""
    from kontera.cases import service

    waits = CaseWaiter.objects.filter(order=order, released_at__isnull=True)
    return sum(int(service.check_again(case, author)) for case in waits.values_list("case_id", flat=True))


def read_again(order: ShopOrder, author: str) -> None:
    """Read the order whole from its shop again, soon."""
    from kontera.intake import service

    service.look_at(order.connection, "order", order.external_id, "person", author)


def readiness(connection: Connection) -> list[ReadinessCheck]:
    """Ask the vendor now whether the connection can do what was chosen."""
    from kontera.setup import readiness as setup

    return list(setup.check(connection))


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
    from kontera.work.engine import wake_after_commit

    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(live=live)
        action = "connection.resumed" if live else "connection.paused"
        desk.audit(action, connection.code, reason=reason)
        if live:
            wake_after_commit(connection.pk)
