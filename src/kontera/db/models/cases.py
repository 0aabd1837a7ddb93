"""What waits: a case is one problem with all the orders that wait for it; decisions about it are append-only."""

from __future__ import annotations

from django.db import models

from kontera.db.models.connections import Connection
from kontera.db.models.merchants import Merchant
from kontera.db.models.posting import ShopOrder


class Case(models.Model):
    """One cause that holds one or more orders (or a whole connection). Open until nothing waits for it.

    code names the entry in the catalogue; cause is what the fix is about; facts are those of the first order found.
    """

    class Phase(models.TextChoices):
        """Where the case stands."""

        OPEN = "open"
        RESOLVED = "resolved"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="cases")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.PROTECT, related_name="cases")
    code = models.CharField(max_length=60)
    cause = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
    vendor = models.TextField(default="")
    team = models.CharField(max_length=20)
    assignee = models.CharField(max_length=150, default="")
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.OPEN)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["merchant", "code", "cause"], condition=models.Q(phase="open"), name="one_open_case_per_cause"
            ),
        )
        indexes = (models.Index(fields=["merchant", "phase", "team"]),)


class CaseWaiter(models.Model):
    """An order that waits for a case. released_at null = it still waits."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="waiters")
    order = models.ForeignKey(ShopOrder, on_delete=models.PROTECT, related_name="waits")
    facts = models.JSONField(default=dict)
    vendor = models.TextField(default="")
    since = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "order"], condition=models.Q(released_at=None), name="waits_once_per_case"
            ),
        )


class Decision(models.Model):
    """What a person decided about a case: who, when, why. Append-only."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    order = models.ForeignKey(ShopOrder, null=True, on_delete=models.PROTECT, related_name="decisions")
    author = models.CharField(max_length=200)
    choice = models.CharField(max_length=40)
    reason = models.TextField(default="")
    decided_at = models.DateTimeField()
