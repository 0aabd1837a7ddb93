"""What came in: notices as received, what is to be looked at, and facts as read. Notices and facts are append-only."""

from __future__ import annotations

from django.db import models

from kontera.db.models.connections import Connection
from kontera.db.models.merchants import Merchant


class Notice(models.Model):
    """Something told us to look: a webhook, a poll that found a change, a person. Append-only, kept as received."""

    class Source(models.TextChoices):
        """Who told us."""

        WEBHOOK = "webhook"
        POLL = "poll"
        PERSON = "person"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="notices")
    source = models.CharField(max_length=10, choices=Source.choices)
    event = models.CharField(max_length=200, default="")
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    body = models.BinaryField(default=b"")
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["connection", "kind", "external_id"]),)
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "event", "kind", "external_id"],
                condition=~models.Q(event=""),
                name="one_notice_per_event",
            ),
        )


class Look(models.Model):
    """An object to read. Many notices about it become one look; removed in the transaction that keeps what was read,
    unless a newer notice came meanwhile (`wanted` went up)."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="looks")
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    wanted = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    trouble = models.TextField(default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "kind", "external_id"], name="one_look"),)
        indexes = (models.Index(fields=["connection", "due_at"]),)


class Fact(models.Model):
    """An object of the shop as read at one moment: the vendor's bytes, and our frozen word for it (null when it could
    not be translated). A new version only when the content changed. Append-only."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    version = models.IntegerField()
    digest = models.CharField(max_length=64)
    raw = models.BinaryField()
    content = models.JSONField(null=True)
    problem = models.JSONField(null=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["connection", "kind", "external_id", "version"], name="one_fact_version"),
        )


class Cursor(models.Model):
    """How far polling has come: the vendor's own mark, inclusive."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="cursors")
    kind = models.CharField(max_length=20)
    value = models.TextField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "kind"], name="one_cursor"),)
