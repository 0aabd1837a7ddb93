"""Orders and where they stand, the documents on their way to a ledger, the entries read back, and the rulebooks."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from kontera.db.models.connections import Connection
from kontera.db.models.intake import Fact
from kontera.db.models.merchants import Merchant


class ShopOrder(models.Model):
    """One order of one shop and what became of it (law 1: every order stands in exactly one of these places)."""

    class Place(models.TextChoices):
        """Where the order stands in our process."""

        ARRIVED = "arrived"  # kept, not yet judged (no rulebook or ledger set-up to judge it with)
        POSTING = "posting"  # documents are on their way
        BOOKED = "booked"  # everything it needs is in the ledger
        WAITING = "waiting"  # held in one or more cases
        LEFT_OUT = "left_out"  # nothing to book, by a recorded rule

    SETTLED = (Place.BOOKED, Place.WAITING, Place.LEFT_OUT)  # nothing happens of itself

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="orders")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="orders")
    external_id = models.CharField(max_length=200)
    number = models.CharField(max_length=200)
    channel = models.CharField(max_length=100, default="")
    placed_at = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3, default="")
    total = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    shop_state = models.CharField(max_length=40, default="")
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=20, choices=Place.choices, default=Place.ARRIVED)
    left_out_rule = models.CharField(max_length=200, default="")
    left_out_reason = models.TextField(default="")
    differences = models.JSONField(default=list)
    first_seen_at = models.DateTimeField()
    looked_at = models.DateTimeField(help_text="last read from the shop, whether it had changed or not")
    booked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "external_id"], name="one_order"),)
        indexes = (
            models.Index(fields=["merchant", "place"]),
            models.Index(fields=["merchant", "-placed_at"]),
            models.Index(fields=["merchant", "number"]),
            models.Index(
                models.F("merchant"),
                Coalesce("placed_at", "first_seen_at").desc(),
                models.F("id").desc(),
                name="orders_newest_first",
            ),
        )

    @classmethod
    def newest_first(cls, orders: models.QuerySet[ShopOrder]) -> models.QuerySet[ShopOrder]:
        """By the day they were placed; an order that cannot be read has none, and stands where it was first seen."""
        return orders.order_by(Coalesce("placed_at", "first_seen_at").desc(), "-id")


class OutboxDocument(models.Model):
    """One document on its way to one ledger, or arrived. `content` is the frozen document; it never changes.

    A share of a summary (one of SHARES) is never sent itself: `carrier` is the voucher it is added up in, and it is as
    far as that. A carrier that was abandoned carries nothing.

    A document that is SENDING may or may not have reached the ledger: it is looked for before it is sent again.
    """

    class Step(models.TextChoices):
        """How far it has come."""

        PLANNED = "planned"
        SENDING = "sending"
        RECORDED = "recorded"  # in the ledger, not in the general ledger
        BOOKED = "booked"
        DONE = "done"  # recorded, and the rules do not want it booked by us
        HELD = "held"  # its order waits in a case
        ABANDONED = "abandoned"  # replaced before it ever left

    SHARES = ("summary_sale", "summary_payment")
    MOVING = (Step.PLANNED, Step.SENDING, Step.RECORDED)
    FINISHED = (Step.BOOKED, Step.DONE, Step.ABANDONED)

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="documents")
    order = models.ForeignKey(ShopOrder, null=True, on_delete=models.PROTECT, related_name="documents")
    fact = models.ForeignKey(Fact, null=True, on_delete=models.PROTECT, related_name="+")
    rulebook = models.ForeignKey("RulebookVersion", null=True, on_delete=models.PROTECT, related_name="+")
    carrier = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="carried")
    kind = models.CharField(max_length=30)
    reference = models.CharField(max_length=120)
    sequence = models.IntegerField(default=0)
    content = models.JSONField()
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.PLANNED)
    held_step = models.CharField(max_length=20, default="")
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    uncertain = models.BooleanField(default=False, help_text="sent at least once without an answer")
    sent_at = models.DateTimeField(null=True)
    quote = models.JSONField(null=True)
    differences = models.JSONField(default=list, help_text="how the ledger's own VAT differs, each with its cause")
    receipt = models.JSONField(null=True)
    number = models.CharField(max_length=60, default="")
    voucher = models.CharField(max_length=60, default="")
    url = models.TextField(default="")
    trouble = models.TextField(default="")
    proof = models.CharField(max_length=20, default="", help_text="'' not read back yet, equal, or differs")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "reference"], condition=~models.Q(step="abandoned"), name="one_document"
            ),
        )
        indexes = (
            models.Index(fields=["connection", "step", "due_at"]),
            models.Index(fields=["connection", "number"]),
        )

    @classmethod
    def ready(cls, now: datetime) -> models.QuerySet[OutboxDocument]:
        """Documents whose next call may be made now: due, no earlier document of their order is on its way, and its
        shop is not paused. One definition for who wakes a lane and who drains it: a lane woken for what it cannot do
        would spin."""
        earlier = cls.objects.filter(
            order=models.OuterRef("order"),
            connection=models.OuterRef("connection"),
            sequence__lt=models.OuterRef("sequence"),
        ).exclude(step__in=cls.FINISHED)
        due = cls.objects.filter(step__in=cls.MOVING, due_at__lte=now).exclude(kind__in=cls.SHARES)
        paused = ShopOrder.objects.filter(pk=models.OuterRef("order"), connection__live=False)
        carrying = cls.objects.filter(carrier=models.OuterRef("pk"), order__connection__live=False)
        return due.exclude(models.Exists(earlier)).exclude(models.Exists(paused)).exclude(models.Exists(carrying))

    @classmethod
    def closable(cls, now: datetime | Combinable) -> models.QuerySet[OutboxDocument]:
        """Shares of summaries whose day may be closed now: no voucher carries them yet, their order waits for nothing
        and its shop is not paused."""
        free = models.Q(carrier=None) | models.Q(carrier__step=cls.Step.ABANDONED)
        due = cls.objects.filter(free, kind__in=cls.SHARES, step=cls.Step.PLANNED, due_at__lte=now)
        return due.filter(order__place=ShopOrder.Place.POSTING, order__connection__live=True)


class PostedEntry(models.Model):
    """One entry of the ledger's general ledger, read back after booking. Append-only."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT)
    document = models.ForeignKey(OutboxDocument, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    currency = models.CharField(max_length=3)
    text = models.TextField(default="")
    cost_centre = models.CharField(max_length=40, default="")
    project = models.CharField(max_length=40, default="")
    read_at = models.DateTimeField()


class RulebookVersion(models.Model):
    """One version of a merchant's rulebook, as the TOML that was given. `version` is its number, whatever the TOML says
    of itself; `posting.rules` decides which is in force and writes the number into what it shows. Append-only."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="rulebooks")
    version = models.IntegerField()
    name = models.CharField(max_length=100)
    valid_from = models.DateField()
    toml = models.TextField()
    author = models.CharField(max_length=200)
    reason = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["merchant", "version"], name="one_rulebook_version"),)
