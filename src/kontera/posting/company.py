"""Whether a connection still speaks to the company it booked in: numbers of one company are strangers in another.

Decides what another company means: before anything was written, what we knew of the first one's customers and articles
is forgotten; afterwards nothing moves until the connection is signed in to the first one again. Talks to no vendor.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from kontera.accounting.ledger_setup import LedgerSetup
from kontera.db.models import AuditEntry, Binding, Connection, OutboxDocument, SetupSnapshot
from kontera.errors import NeedsLedgerSetup, Problem
from kontera.money import from_plain

Step = OutboxDocument.Step
_MAY_BE_THERE = (Step.SENDING, Step.RECORDED, Step.BOOKED, Step.DONE)


def hold_to_company(connection: Connection, setup: LedgerSetup, now: datetime) -> None:
    """Called with every set-up as read, in the transaction that keeps it.

    Raises NeedsLedgerSetup (LEDGER_OTHER_COMPANY) when documents of ours are in, or may be on their way to, another
    company: payments and bookings would meet a stranger's invoice there. A set-up that does not say whose it is (the
    consent does not reach that far) changes nothing.
    """
    before = _known(connection)
    if before is None or not setup.company_number or before.company_number == setup.company_number:
        return
    if connection.documents.filter(Q(step__in=_MAY_BE_THERE) | Q(step=Step.HELD, held_step__in=_MAY_BE_THERE)).exists():
        facts = {"connection": connection.name, "before": _named(before), "company": _named(setup)}
        raise NeedsLedgerSetup(Problem(code="LEDGER_OTHER_COMPANY", cause="connection", facts=facts))
    forgotten, _ = Binding.objects.filter(connection=connection).delete()
    AuditEntry.objects.create(
        merchant_id=connection.merchant_id,
        author="kontera",
        action="ledger.company_changed",
        subject=connection.code,
        detail={"before": before.company_number, "company": setup.company_number, "forgotten": forgotten},
        at=now,
    )


def _known(connection: Connection) -> LedgerSetup | None:
    """The newest set-up that says which company it is of."""
    named = SetupSnapshot.objects.filter(connection=connection, content__company_number__gt="")
    newest = named.order_by("-id").first()
    return from_plain(LedgerSetup, newest.content) if newest else None


def _named(setup: LedgerSetup) -> str:
    return f"{setup.company} ({setup.company_number})" if setup.company else setup.company_number
