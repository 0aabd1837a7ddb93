"""Who did what, and what was said to vendors. Both append-only, protected by the database."""

from __future__ import annotations

from django.db import models

from kontera.db.models.connections import Connection
from kontera.db.models.merchants import Merchant
from kontera.db.models.posting import OutboxDocument, ShopOrder


class AuditEntry(models.Model):
    """One human action: who, what, on what, when. Never holds a secret."""

    merchant = models.ForeignKey(Merchant, null=True, on_delete=models.PROTECT)
    author = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, default="")
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()


class Exchange(models.Model):
    """One request to a vendor and its answer, secrets removed. status null = no answer came."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="exchanges")
    order = models.ForeignKey(ShopOrder, null=True, on_delete=models.PROTECT, related_name="exchanges")
    document = models.ForeignKey(OutboxDocument, null=True, on_delete=models.PROTECT, related_name="exchanges")
    at = models.DateTimeField()
    method = models.CharField(max_length=10)
    url = models.TextField()
    request = models.BinaryField(default=b"")
    status = models.IntegerField(null=True)
    response = models.BinaryField(default=b"")
    milliseconds = models.IntegerField()
    note = models.CharField(max_length=100, default="")

    class Meta:
        indexes = (models.Index(fields=["connection", "-id"]), models.Index(fields=["document"]))
