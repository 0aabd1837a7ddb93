"""What people decided about an order, and how long it holds.

Decides that a decision holds for the order as it was read then. To leave an order out holds longer: until what was
sold, to whom or for how much changes; that it was shipped or paid meanwhile changes nothing about it.
"""

from __future__ import annotations

from typing import Any

from kontera.accounting.outcome import LeftOut, Problems
from kontera.db.models import Decision, Fact, ShopOrder
from kontera.errors import Problem

KEEP_AS_BOOKED = "keep_as_booked"
LEAVE_OUT = "leave_out"
BOOK_AFTER_ALL = "book_after_all"
USE_SHOP_VAT = "use_shop_vat"
BOOK_ON_OPEN_DATE = "book_on_open_date"
CHANGED_SINCE = "LEFT_OUT_ORDER_CHANGED"
_NOT_THE_SALE = ("state", "changed_at", "payments", "refunded", "url", "language", "payment_method")


def made_about(row: ShopOrder) -> dict[str, Decision]:
    """Decisions made after this version of the order was read; the latest of each kind."""
    made = Decision.objects.filter(order=row, decided_at__gte=row.fact.read_at).order_by("pk")
    return {decision.choice: decision for decision in made}


def kept_as_booked(row: ShopOrder, code: str) -> bool:
    """Whether a person decided that the books stay as they are, about a case with this code."""
    made = Decision.objects.filter(order=row, case__code=code, choice=KEEP_AS_BOOKED)
    return made.filter(decided_at__gte=row.fact.read_at).exists()


def left_out_before(row: ShopOrder) -> LeftOut | Problems | None:
    """Left out by a person: still so, or asked anew when the sale itself changed; None when it was not."""
    ways = (LEAVE_OUT, BOOK_AFTER_ALL)
    latest = Decision.objects.filter(order=row, choice__in=ways).order_by("-pk").first()
    if latest is None or latest.choice == BOOK_AFTER_ALL:
        return None
    facts = Fact.objects.filter(connection=row.connection, kind=row.fact.kind, external_id=row.external_id)
    then = facts.filter(read_at__lte=latest.decided_at).order_by("-version").first()
    if then is None or _sale(then.content) == _sale(row.fact.content):
        return LeftOut(rule="decision", reason=f"{latest.author}: {latest.reason}")
    facts_of_case = {"order": row.number, "author": latest.author, "reason": latest.reason or "-"}
    return Problems(problems=(Problem(code=CHANGED_SINCE, facts=facts_of_case),))


def _sale(content: Any) -> Any:
    """What was sold, to whom and for how much; an order that could not be read is no sale."""
    if not isinstance(content, dict):
        return None
    return {name: value for name, value in content.items() if name not in _NOT_THE_SALE}
