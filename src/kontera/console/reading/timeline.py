"""What happened to an order, in the order it happened: shop, hub, ledger, people.

Decides which rows of the tables are worth a line. Every line has its time and who did it; nothing is inferred.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models.functions import Substr

from kontera.console.reading.one_order import Paper, Step
from kontera.console.reading.waiting import SEALED, words_of
from kontera.db.models import AuditEntry, CaseWaiter, Decision, Fact, Notice, ShopOrder

SHOWN = 100
_SAID = 2000
_SCOPE = re.compile(rb'"(?:scope|topic)"\s*:\s*"(?P<scope>[\x20-\x21\x23-\x7e]{1,80})"')


def timeline(order: ShopOrder, papers: list[Paper], waits: list[CaseWaiter], language: str) -> list[Step]:
    """All steps, the oldest first."""
    shop = order.connection.name
    steps = [*_from_shop(order, shop), *_from_hub(order, waits, language), *_from_ledger(papers)]
    return sorted(steps, key=lambda step: step.at)


def waits_of(order: ShopOrder) -> list[CaseWaiter]:
    """Every case the order waited or waits in."""
    waits = order.waits.select_related("case__connection__ledger").defer(*(f"case__{field}" for field in SEALED))
    return list(waits.order_by("since")[:SHOWN])


def versions_of(order: ShopOrder) -> list[Fact]:
    """The order as read from the shop, each time it had changed; without the contents."""
    facts = Fact.objects.filter(connection=order.connection_id, kind="order", external_id=order.external_id)
    return list(facts.defer("raw", "content").order_by("version")[:SHOWN])


def _from_shop(order: ShopOrder, shop: str) -> list[Step]:
    notices = Notice.objects.filter(connection=order.connection_id, kind="order", external_id=order.external_id)
    asked = _who_asked(order)
    steps = [
        Step(
            notice.received_at,
            "shop",
            f"notice_{notice.source}",
            asked.get(notice.received_at, shop) if notice.source == Notice.Source.PERSON else shop,
            _about(notice),
        )
        for notice in notices.defer("body").annotate(said=Substr("body", 1, _SAID)).order_by("id")[:SHOWN]
    ]
    if order.placed_at:
        steps.append(Step(order.placed_at, "shop", "placed", shop, order.number))
    steps += [Step(fact.read_at, "hub", "read", "Kontera", f"v{fact.version}") for fact in versions_of(order)]
    return steps


def _about(notice: Notice) -> str:
    """What the notice says it is about: the shop's own word for it where it has one, else the object."""
    scope = _SCOPE.search(bytes(getattr(notice, "said") or b""))  # noqa: B009 - annotated by the query
    return scope["scope"].decode("ascii") if scope else f"{notice.kind} {notice.external_id}"


def _who_asked(order: ShopOrder) -> dict[datetime, str]:
    """Instant -> who asked then that the order be read again."""
    asked = AuditEntry.objects.filter(
        merchant=order.merchant_id, action="order.read_again", subject=order.external_id,
        detail__connection=order.connection.code,
    )  # fmt: skip
    return dict(asked.order_by("id").values_list("at", "author")[:SHOWN])


def _from_hub(order: ShopOrder, waits: list[CaseWaiter], language: str) -> list[Step]:
    steps = [
        Step(wait.since, "hub", "waits", "Kontera", words_of(wait.case, language, 1).title, wait.case.code)
        for wait in waits
    ]
    steps += [
        Step(wait.released_at, "hub", "released", "Kontera", words_of(wait.case, language, 1).title, wait.case.code)
        for wait in waits
        if wait.released_at
    ]
    decisions = Decision.objects.filter(order=order) | Decision.objects.filter(
        order=None, case__in=[wait.case_id for wait in waits]
    )
    steps += [
        Step(
            decision.decided_at,
            "person",
            f"decision_{decision.choice}",
            decision.author,
            decision.reason,
            decision.case.code,
        )
        for decision in decisions.select_related("case").order_by("id")[:SHOWN]
    ]
    if order.place == ShopOrder.Place.LEFT_OUT:
        steps.append(Step(order.changed_at, "hub", "left_out", "Kontera", order.left_out_reason))
    return steps


def _from_ledger(papers: list[Paper]) -> list[Step]:
    steps = []
    for paper in papers:
        row, ledger = paper.row, paper.row.connection.name
        steps.append(Step(row.created_at, "hub", "planned", "Kontera", row.reference))
        carrier = paper.carrier
        if row.sent_at:
            steps.append(Step(row.sent_at, "hub", "sent", "Kontera", row.reference))
        if row.finished_at:
            parts = (carrier.reference, carrier.voucher) if carrier else (row.number, row.voucher)
            detail = " ".join(part for part in parts if part)
            steps.append(Step(row.finished_at, "ledger", f"finished_{row.step}", ledger, detail or row.reference))
    return steps
