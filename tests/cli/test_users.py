"""`kontera user`: who may sign in, and who no longer may (M98)."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from kontera.clock import SystemClock
from kontera.db.models import AuditEntry, Merchant
from tests.cli.conftest import Say

PASSWORD = "kettle-of-green-tea"


def test_somebody_may_sign_in_and_then_no_longer(say: Say, slug: str) -> None:
    """The account is shut with the last merchant, at once, and may be opened again."""
    Merchant.objects.create(slug=slug, name="Nordisk Te AB", created_at=SystemClock().now())
    email = f"{slug}@example.com"
    add = ("user", "add", email, "--merchant", slug, "--password", PASSWORD)
    assert 0 == say(*add).exit_code
    done = say("user", "remove", email, "--merchant", slug)
    assert (0, f"{email} may no longer sign in for Nordisk Te AB.\n") == (done.exit_code, done.output)
    person = get_user_model().objects.get(username=email)
    assert (False, 0) == (person.is_active, person.memberships.count())
    assert AuditEntry.objects.filter(merchant__slug=slug, action="user.removed", subject=email).exists()
    done = say("user", "remove", email, "--merchant", slug)
    assert (1, True) == (done.exit_code, "(who may: nobody)" in done.output)
    assert 0 == say(*add).exit_code
    person.refresh_from_db()
    assert person.is_active


def test_a_password_is_refused_in_english(say: Say, slug: str) -> None:
    """The terminal speaks English whatever the console's language."""
    Merchant.objects.create(slug=slug, name="Nordisk Te AB", created_at=SystemClock().now())
    done = say("user", "add", "kim@example.com", "--merchant", slug, "--password", "short")
    assert (1, True) == (done.exit_code, "This password is too short" in done.output), done.output
