"""`kontera user`: people who may sign in to the console."""

from __future__ import annotations

import click

from kontera.cli.common import CLOCK, author, grounded, json_option, merchant_named, merchant_option, show, table


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("email")
@click.option(
    "--role", type=click.Choice(["owner", "finance", "operations", "ecommerce", "auditor"]), default="finance"
)
@click.password_option()
@merchant_option
@grounded
def add(email: str, role: str, password: str, merchant: str) -> None:
    """Let EMAIL sign in for a merchant, or change that person's role and password."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils.translation import override

    from kontera.db.models import AuditEntry, Membership

    owner = merchant_named(merchant)
    with override("en"):  # the console speaks the person's language, the terminal English
        try:
            validate_password(password)
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from error
    person, _ = get_user_model().objects.get_or_create(username=email, defaults={"email": email})
    person.set_password(password)
    person.is_active = True
    person.save()
    Membership.objects.update_or_create(user=person, merchant=owner, defaults={"role": role})
    AuditEntry.objects.create(
        merchant=owner, author=author(), action="user.added", subject=email, detail={"role": role}, at=CLOCK.now()
    )
    click.echo(f"{email} may sign in as {role} for {owner.name}.")


@user.command("remove")
@click.argument("email")
@merchant_option
@grounded
def remove(email: str, merchant: str) -> None:
    """EMAIL may no longer sign in for a merchant; at once, also where that person is signed in now."""
    from django.db import transaction

    from kontera.db.models import AuditEntry

    owner = merchant_named(merchant)
    found = owner.memberships.filter(user__username=email).select_related("user").first()
    if found is None:
        known = ", ".join(owner.memberships.values_list("user__username", flat=True)) or "nobody"
        raise click.ClickException(f"{email} may not sign in for {owner.name} (who may: {known}).")
    with transaction.atomic():
        found.delete()
        if not found.user.memberships.exists():  # the account stays, for the record; nobody can use it
            found.user.is_active = False
            found.user.save(update_fields=["is_active"])
        AuditEntry.objects.create(
            merchant=owner, author=author(), action="user.removed", subject=email, detail={"role": found.role},
            at=CLOCK.now(),
        )  # fmt: skip
    click.echo(f"{email} may no longer sign in for {owner.name}.")


@user.command("list")
@merchant_option
@json_option
@grounded
def list_users(merchant: str, as_json: bool) -> None:
    """Who may sign in for a merchant."""
    rows = [
        {"email": one.user.username, "role": one.role}
        for one in merchant_named(merchant).memberships.select_related("user")
    ]
    show(rows, as_json, lambda: table([(row["email"], row["role"]) for row in rows], ("who", "role")))
