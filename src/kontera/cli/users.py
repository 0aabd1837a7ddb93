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

    from kontera.db.models import AuditEntry, Membership

    owner = merchant_named(merchant)
    try:
        validate_password(password)
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from error
    person, _ = get_user_model().objects.get_or_create(username=email, defaults={"email": email})
    person.set_password(password)
    person.save()
    Membership.objects.update_or_create(user=person, merchant=owner, defaults={"role": role})
    AuditEntry.objects.create(
        merchant=owner, author=author(), action="user.added", subject=email, detail={"role": role}, at=CLOCK.now()
    )
    click.echo(f"{email} may sign in as {role} for {owner.name}.")


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
