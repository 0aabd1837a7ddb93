"""What people set in motion: let a case's orders go, decide, read an order again, ask a vendor whether it is ready.

The one place where the console calls the rooms that act. Decides nothing about whether an order may move: those
rooms do, and they write down the decision and the audit entry themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from kontera.calls import ReadinessCheck
from kontera.connections import adapters
from kontera.connections.readiness import check
from kontera.console import moment
from kontera.console.desk import Desk
from kontera.db.models import Case, CaseWaiter, Connection, Decision, Lane, ShopOrder
from kontera.intake import again, notices
from kontera.posting import release
from kontera.work import engine


def check_again(case: Case, author: str, reason: str, orders: Sequence[int] | None = None) -> int:
    """The cause was mended: what waits in the case, or only these orders, is judged again; answers for how many."""
    return again.check_again(case, author=author, reason=reason, clock=moment.clock(), orders=orders)


def check_order_again(order: ShopOrder, author: str) -> int:
    """Check every cause this order waits for again; answers for how many orders."""
    waits = CaseWaiter.objects.filter(order=order, released_at__isnull=True).select_related("case__connection")
    return sum(check_again(wait.case, author, "") for wait in waits)


def choices(case: Case) -> tuple[str, ...]:
    """What may be decided about the case, beside trying again."""
    return release.choices(case)


def decide(case: Case, choice: str, author: str, reason: str, orders: Sequence[ShopOrder] | None = None) -> int:
    """A person decides for these orders of the case, or for all that wait in it; answers for how many."""
    clock = moment.clock()
    if orders is None:
        return release.decide(case, choice, author=author, reason=reason, clock=clock)
    return sum(release.decide(case, choice, author=author, reason=reason, clock=clock, order=order) for order in orders)


def read_again(order: ShopOrder, author: str) -> None:
    """Read the order whole from its shop again, soon (M15)."""
    with transaction.atomic():
        notices.look_at(order.connection, "order", order.external_id, author=author, now=moment.now())
        engine.wake_after_commit(order.connection_id)


def readiness(connection: Connection) -> list[ReadinessCheck]:
    """Ask the vendor now whether the connection can do what was chosen (M118). Its calls are kept like all others, and
    go through a window that knows the lane's latest calls."""
    clock = moment.clock()
    window = adapters.window_of(connection, clock)
    lane = Lane.objects.filter(pk=connection.pk).first()
    window.restore(lane.arrivals if lane else [])
    return check(connection, clock, window)


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
            engine.wake_after_commit(connection.pk)
