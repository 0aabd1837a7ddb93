"""`kontera restored`: said once after the database was restored from an older copy."""

from __future__ import annotations

import click

from kontera.cli.common import CLOCK, author, grounded, json_option, merchant_named, merchant_option, show


@click.command()
@merchant_option
@json_option
@grounded
def restored(merchant: str, as_json: bool) -> None:
    """The database was restored from an older copy: look in the ledger before sending anything of earlier orders.

    Say it before the workers start. Documents booked after the copy was made are found, not booked again.
    """
    from kontera.db.models import AuditEntry, Connection

    owner, now = merchant_named(merchant), CLOCK.now()
    ledgers = Connection.objects.filter(merchant=owner, kind=Connection.Kind.LEDGER)
    count = ledgers.update(look_before=now)
    AuditEntry.objects.create(merchant=owner, author=author(), action="database.restored", at=now)
    told = f"{count} ledgers are looked into first for orders placed before {now:%Y-%m-%d %H:%M} UTC."
    show({"ledgers": count, "before": now.isoformat()}, as_json, lambda: click.echo(told))
