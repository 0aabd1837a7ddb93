"""Connections to shops and ledgers: their lanes, the ledger's set-up as read, and which numbers there are ours."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kontera.db.models.merchants import Merchant


class Connection(models.Model):
    """One shop or one company's ledger. `code` is part of every reference in the ledger and never changes.

    look_before: this database is older than the ledger (it was restored from a copy): documents of orders placed before
    that instant are looked for before they are first sent.

    settings hold what is not secret; secrets are sealed by `db.vault` with the merchant inside. A storefront books
    into `ledger`. `door` is the unguessable part of its notice address.
    """

    class Kind(models.TextChoices):
        """What it connects to."""

        STOREFRONT = "storefront"
        LEDGER = "ledger"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="connections")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    vendor = models.CharField(max_length=40)
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=200)
    settings = models.JSONField(default=dict)
    secrets = models.BinaryField(default=b"")
    ledger = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="stores")
    door = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(help_text="cut-off: nothing placed before this is booked")
    live = models.BooleanField(default=True, help_text="False: everything is kept and shown, nothing is sent")
    signed_in = models.BooleanField(default=True)
    look_before = models.DateTimeField(null=True)
    last_heard_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["merchant", "code"], name="code_unique_per_merchant"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.vendor})"


class Lane(models.Model):
    """The one queue of a connection: at most one worker drains it.

    rest_until: the vendor asked for peace (busy, down): not drained before. arrivals: the recent call times in the
    vendor's window, so that it holds across workers. worker: who drains it, cleared when it leaves in good order.
    trouble_since: the first failure since anything last got through; empty when the vendor answers.
    trouble, problem: why it failed last, for the log and as the problem that a case would be about (null = a defect of
    ours); they hold while `trouble` says something.
    """

    connection = models.OneToOneField(Connection, primary_key=True, on_delete=models.CASCADE, related_name="lane")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    rest_until = models.DateTimeField(null=True)
    poll_at = models.DateTimeField(null=True)
    setup_at = models.DateTimeField(null=True)
    notices_at = models.DateTimeField(null=True)
    arrivals = ArrayField(models.FloatField(), default=list)
    worker = models.CharField(max_length=80, default="")
    drained_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    trouble = models.TextField(default="")
    trouble_since = models.DateTimeField(null=True)
    problem = models.JSONField(null=True)


class SetupSnapshot(models.Model):
    """The ledger's set-up as read at one moment (law 5). Kept only when it differs from the one before. Append-only."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="setups")
    taken_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    content = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=["connection", "-id"]),)


class Binding(models.Model):
    """Our key for a customer or article, and the ledger's number for it. digest: what we last wrote about it."""

    class Kind(models.TextChoices):
        """What is bound."""

        CUSTOMER = "customer"
        ARTICLE = "article"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="bindings")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=400)
    number = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "kind", "key"], name="one_binding_per_key"),)
