"""Merchants and who may do what for them. Decides roles; accounts and passwords are Django's."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Merchant(models.Model):
    """A company whose books are kept. Every other row belongs to exactly one; zone decides the date things book on."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, default="SE")
    zone = models.CharField(max_length=64, default="Europe/Stockholm")
    language = models.CharField(max_length=5, default="sv")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may do for a merchant. An auditor reads everything and changes nothing."""

    OWNER = "owner"
    FINANCE = "finance"
    OPERATIONS = "operations"
    ECOMMERCE = "ecommerce"
    AUDITOR = "auditor"


class Membership(models.Model):
    """One person's role for one merchant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "merchant"], name="one_role_per_merchant"),)
