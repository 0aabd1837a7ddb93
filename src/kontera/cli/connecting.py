"""`kontera connect` and `kontera readiness`."""

from __future__ import annotations

import sys

import click

from kontera.calls import RateWindow, SettingsError
from kontera.cli.common import (
    CLOCK,
    author,
    connection_coded,
    grounded,
    instant,
    json_option,
    merchant_named,
    merchant_option,
    show,
    table,
)


@click.command()
@click.argument("vendor", required=False)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the vendor's; repeatable.")
@click.option("--code", help="Short code of the connection, part of every reference in the ledger [vendor's name].")
@click.option("--name", default="", help="What people call it.")
@click.option("--ledger", "ledger_code", help="Code of the ledger a storefront books into.")
@click.option("--since", help="Book nothing placed before this [now].")
@click.option("--merchant-name", default="", help="Name of the merchant, when this makes it.")
@merchant_option
@json_option
@grounded
def connect(
    vendor: str | None, settings: tuple[str, ...], code: str | None, name: str, ledger_code: str | None,
    since: str | None, merchant_name: str, merchant: str, as_json: bool,
) -> None:  # fmt: skip
    """Connect a shop or a ledger, or change the settings of one. Without VENDOR: list vendors and their settings."""
    from kontera.accounting.starter import starter_text
    from kontera.connections import store
    from kontera.connections.registry import VENDORS
    from kontera.db.models import Merchant
    from kontera.posting import rules
    from kontera.work import engine

    if vendor is None:
        _list_vendors(as_json)
        return
    if vendor not in VENDORS:
        raise click.ClickException(f"{vendor!r} is not a vendor we know (known: {', '.join(VENDORS)}).")
    values = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise click.ClickException(f"--set takes key=value, not {setting!r}.")
        values[key] = value
    owner, _ = Merchant.objects.get_or_create(
        slug=merchant, defaults={"name": merchant_name or merchant, "created_at": CLOCK.now()}
    )
    ledger = connection_coded(owner, ledger_code) if ledger_code else None
    try:
        connection = store.connect(
            owner, vendor, code or vendor, values, now=CLOCK.now(), author=author(), name=name, ledger=ledger,
            since=instant(since),
        )  # fmt: skip
    except (SettingsError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if connection.kind == "ledger" and not owner.rulebooks.exists():
        text = starter_text(VENDORS[vendor].starter)
        rules.activate(owner, text, author=author(), reason="starter rulebook", now=CLOCK.now())
    engine.wake(connection.pk)
    data = {"code": connection.code, "vendor": vendor, "merchant": owner.slug, "hook": f"/hooks/{connection.door}"}
    show(
        data,
        as_json,
        lambda: click.echo(f"Connected {connection.name} as {connection.code!r}; notices: {data['hook']}"),
    )


@click.command()
@click.argument("code")
@merchant_option
@json_option
@grounded
def readiness(code: str, merchant: str, as_json: bool) -> None:
    """Ask a connection's vendor whether everything that is needed is there. Exit code 1 when something is not."""
    from kontera.cases.catalogue import render
    from kontera.connections.readiness import check

    connection = connection_coded(merchant_named(merchant), code)
    checks = check(connection, CLOCK, RateWindow(CLOCK, 0, 0))
    rows = []
    for one in checks:
        told = render(one.problem, "en") if one.problem else None
        rows.append({
            "name": one.name, "function": one.function, "ok": one.ok, "detail": one.detail,
            "what to do": f"{told.title}. {told.action}" if told else "",
        })  # fmt: skip
    lines = [
        ("ok" if one["ok"] else "NO", one["name"], one["function"], one["what to do"] or one["detail"]) for one in rows
    ]
    show(rows, as_json, lambda: table(lines, ("", "what", "for", "detail")))
    sys.exit(0 if all(one.ok for one in checks) else 1)


def _list_vendors(as_json: bool) -> None:
    from kontera.connections.registry import VENDORS

    data = [
        {"vendor": vendor.name, "kind": vendor.kind, "setting": setting.name, "title": setting.title,
         "required": setting.required, "secret": setting.secret, "default": setting.default}
        for vendor in VENDORS.values() for setting in vendor.settings() if not setting.managed
    ]  # fmt: skip
    show(data, as_json, lambda: table(
        [(row["vendor"], row["setting"], "required" if row["required"] else "", row["title"]) for row in data],
        ("vendor", "setting", "", "what it is"),
    ))  # fmt: skip
