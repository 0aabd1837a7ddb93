"""Open and resolved cases with what is stuck in each: orders, money per currency, the oldest, and the words for it.

Decides the order people see: a whole connection first, then money x age (N9). Money of several currencies is
compared through the ledger's own rates, for ranking only; amounts are always shown in their own currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case as When_
from django.db.models import Count, DecimalField, F, Func, Min, Q, QuerySet, Sum, Value, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Abs, Coalesce, Greatest

from kontera.cases.catalogue import RenderedCase, render
from kontera.console.desk import Desk
from kontera.console.in_the_way import vendors_of
from kontera.db.models import Case, CaseWaiter, Merchant, SetupSnapshot
from kontera.errors import Problem
from kontera.money import ONE, ZERO, Money, exact, is_currency
from kontera.posting.obstacles import behind, is_about_a_connection, number_behind

SEALED = ("connection__secrets", "connection__ledger__secrets")
"""What a case's page never needs: the connections' secrets stay where they are."""

_STILL = Q(waiters__released_at__isnull=True)
_NUMBER = DecimalField(max_digits=30, decimal_places=6)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists show it. orders, amounts: what is stuck, amounts one per currency; for a case about a whole
    connection that is what waits behind the connection."""

    case: Case
    text: RenderedCase
    orders: int
    oldest: datetime
    amounts: tuple[Money, ...]


def words_of(case: Case, language: str, waiting: int) -> RenderedCase:
    """The case's message in the reader's language."""
    shop, ledger = vendors_of(case.connection) if case.connection is not None else ("", "")
    facts = {str(name): str(value) for name, value in case.facts.items()}
    problem = Problem(code=case.code, cause=case.cause, facts=facts, vendor=case.vendor)
    return render(problem, language, max(waiting, 1), shop=shop, ledger=ledger)


def ranked(merchant: Merchant, now: datetime) -> QuerySet[Case]:
    """Open cases, worst first."""
    return _weighed(Case.objects.filter(merchant=merchant, phase=Case.Phase.OPEN), merchant, now).order_by(
        F("whole").desc(), F("weight").desc(), "id"
    )


def resolved(merchant: Merchant) -> QuerySet[Case]:
    """Resolved cases, the latest first, with how many orders waited in them."""
    cases = Case.objects.filter(merchant=merchant, phase=Case.Phase.RESOLVED)
    counted = cases.annotate(waiting=Count("waiters"), oldest=Coalesce(Min("waiters__since"), "opened_at"))
    return counted.select_related("connection__ledger").defer(*SEALED).order_by("-resolved_at", "-id")


def rows_of(cases: Sequence[Case], desk: Desk) -> list[CaseRow]:
    """The rows of a page of cases that were annotated by `ranked` or `resolved`; one more query for the amounts."""
    open_only = Q() if all(case.phase == Case.Phase.RESOLVED for case in cases) else Q(released_at__isnull=True)
    stuck: dict[int, list[Money]] = defaultdict(list)
    groups = CaseWaiter.objects.filter(open_only, case__in=[case.pk for case in cases]).values(
        "case_id", "order__currency"
    )
    for group in groups.annotate(amount=Sum("order__total")).order_by("case_id", "order__currency"):
        if group["amount"] is not None and is_currency(group["order__currency"]):
            stuck[group["case_id"]].append(Money(group["amount"], group["order__currency"]))
    return [_row(case, desk, stuck[case.pk]) for case in cases]


def counts_by_team(merchant: Merchant, person: str) -> dict[str, int]:
    """Open cases per team, under "mine" those handed to the person, under "all" all of them."""
    cases = Case.objects.filter(merchant=merchant, phase=Case.Phase.OPEN)
    counts = {row["team"]: row["n"] for row in cases.values("team").annotate(n=Count("id")).order_by("team")}
    return counts | {"all": sum(counts.values()), "mine": cases.filter(assignee=person).count()}


def _row(case: Case, desk: Desk, stuck: list[Money]) -> CaseRow:
    waiting: int = getattr(case, "waiting")  # noqa: B009 - annotated by the query, unknown to the model
    oldest: datetime = getattr(case, "oldest")  # noqa: B009 - the same
    if case.phase == Case.Phase.OPEN and case.connection is not None and is_about_a_connection(case):
        waiting += number_behind(case.connection)
        sums = behind(case.connection).values("currency").annotate(amount=Sum("total")).order_by("currency")
        known = [one for one in sums if one["amount"] is not None and is_currency(one["currency"])]
        stuck = [*stuck, *(Money(one["amount"], one["currency"]) for one in known)]
    return CaseRow(case, words_of(case, desk.language, waiting), waiting, oldest, tuple(stuck))


def _weighed(cases: QuerySet[Case], merchant: Merchant, now: datetime) -> QuerySet[Case]:
    rates = [
        When(waiters__order__currency=currency, then=Value(rate, output_field=_NUMBER))
        for currency, rate in _rates(merchant).items()
    ]
    rate = When_(*rates, default=Value(ONE, output_field=_NUMBER)) if rates else Value(ONE, output_field=_NUMBER)
    age = Func(
        Value(now) - F("oldest"),
        function="EXTRACT",
        template="EXTRACT(EPOCH FROM %(expressions)s)",
        output_field=_NUMBER,
    )
    return (
        cases.annotate(
            waiting=Count("waiters", filter=_STILL),
            oldest=Coalesce(Min("waiters__since", filter=_STILL), "opened_at"),
            worth=Coalesce(
                Sum(Abs("waiters__order__total") * rate, filter=_STILL, output_field=_NUMBER),
                Value(ZERO, output_field=_NUMBER),
            ),
        )
        .annotate(
            whole=When_(When(cause__startswith="connection:", then=Value(1)), default=Value(0)),
            weight=Func(
                F("worth"),
                Greatest(age, Value(ONE, output_field=_NUMBER)),
                arg_joiner=" * ",
                template="(%(expressions)s)",
                output_field=_NUMBER,
            ),
        )
        .select_related("connection__ledger")
        .defer(*SEALED)
    )


def _rates(merchant: Merchant) -> dict[str, Decimal]:
    """Currency -> value of one unit in the ledger's currency, from the newest copy of a ledger's set-up."""
    newest = SetupSnapshot.objects.filter(merchant=merchant).order_by("-id")
    known = newest.values_list(KeyTransform("currencies", "content"), flat=True).first() or {}
    return {code: exact(currency["rate"]) for code, currency in known.items()}
