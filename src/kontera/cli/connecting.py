"""`kontera connect` and `kontera readiness`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    told,
)

if TYPE_CHECKING:
    from kontera.db.models import Connection, Merchant


@click.command()
@click.argument("vendor", required=False)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of the vendor's; repeatable. KEY=@FILE reads it from a file, KEY=- from standard input.",
)
@click.option("--code", help="Short code of the connection, in addresses and lists [vendor's name].")
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
    from django.db import transaction

    from kontera.connections import store
    from kontera.connections.registry import VENDORS
    from kontera.work import engine

    if vendor is None:
        _list_vendors(as_json)
        return
    if vendor not in VENDORS:
        raise click.ClickException(f"{vendor!r} is not a vendor we know (known: {', '.join(VENDORS)}).")
    values, first = _values(settings), instant(since)
    try:
        with transaction.atomic():  # all or nothing: no merchant is left behind by a connection that was refused
            owner = _merchant(merchant, merchant_name)
            ledger = connection_coded(owner, ledger_code) if ledger_code else None
            connection = store.connect(
                owner, vendor, code or vendor, values, now=CLOCK.now(), author=author(), name=name, ledger=ledger,
                since=first,
            )  # fmt: skip
            _give_first_rules(owner, connection)
    except (SettingsError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    engine.wake(connection.pk)
    data = {"code": connection.code, "vendor": vendor, "merchant": owner.slug, "hook": f"/hooks/{connection.door}"}
    show(data, as_json, lambda: _tell(connection, data))


def _values(settings: tuple[str, ...]) -> dict[str, str]:
    """KEY=VALUE, KEY=@FILE or KEY=- as given; a secret in a file is not in the shell's history or process list."""
    values = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise click.ClickException(f"--set takes key=value, not {setting!r}.")
        if value == "-":
            value = sys.stdin.readline().rstrip("\r\n")
        elif value.startswith("@"):
            try:
                value = Path(value[1:]).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise click.ClickException(f"--set {key}: {value[1:]} cannot be read: {error}") from error
        values[key] = value
    return values


def _merchant(slug: str, name: str) -> Merchant:
    """The merchant of this name, made when it is new."""
    from kontera.connections import checks
    from kontera.db.models import Merchant

    checks.check_code("the merchant's short name", slug, checks.MERCHANT_CODE_LENGTH)
    found, _ = Merchant.objects.get_or_create(slug=slug, defaults={"name": name or slug, "created_at": CLOCK.now()})
    return found


def _give_first_rules(owner: Merchant, connection: Connection) -> None:
    """The first ledger of a merchant comes with the starter rulebook."""
    from kontera.accounting.starter import starter_text
    from kontera.connections.registry import VENDORS
    from kontera.posting import rules

    if connection.kind == "ledger" and not owner.rulebooks.exists():
        text = starter_text(VENDORS[connection.vendor].starter)
        rules.activate(owner, text, author=author(), reason="starter rulebook", now=CLOCK.now())


def _tell(connection: Connection, data: dict[str, str]) -> None:
    """What there is now, and what is to be done next."""
    if connection.kind == "storefront":
        click.echo(f"Connected {connection.name} as {connection.code!r}; notices: {data['hook']}")
        if connection.ledger is None:
            click.echo("It books into no ledger yet: orders wait until you name one with --ledger CODE.")
    else:
        click.echo(f"Connected {connection.name} as {connection.code!r}.")
    which = connection.code if data["merchant"] == "default" else f"{connection.code} --merchant {data['merchant']}"
    if connection.settings.get("grant") == "authorization_code" and not connection.settings.get("granted_scope"):
        click.echo(f"Next, consent there: kontera sign-in {which}")
    click.echo(f"Then ask whether everything is there: kontera readiness {which}")


@click.command()
@click.argument("code")
@merchant_option
@json_option
@grounded
def readiness(code: str, merchant: str, as_json: bool) -> None:
    """Ask a connection's vendor whether everything that is needed is there. Exit code 1 when something is not."""
    from kontera.cases.catalogue import render
    from kontera.connections.readiness import check
    from kontera.posting.coverage import check_coverage

    connection = connection_coded(merchant_named(merchant), code)
    window = RateWindow(CLOCK, 0, 0)
    checks = [*check(connection, CLOCK, window), *check_coverage(connection, CLOCK, window)]
    rows = []
    for one in checks:
        words = render(one.problem, "en") if one.problem else None
        what = f"{words.title}. {words.action}" if words else ""
        what += f" ({one.detail})" if words and one.detail else ""
        if one.problem and one.function == "everything":  # nobody lets us in: which address, and in whose words
            what = told(one.problem)
        rows.append({
            "name": one.name, "function": one.function, "ok": one.ok, "detail": one.detail, "what to do": what,
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
         "required": setting.required, "secret": setting.secret, "default": setting.default,
         "choices": list(setting.choices) or (["yes", "no"] if setting.kind == "switch" else []), "help": setting.help}
        for vendor in VENDORS.values() for setting in vendor.settings() if not setting.managed
    ]  # fmt: skip
    show(data, as_json, lambda: _tell_vendors(data))


def _tell_vendors(rows: list[dict[str, Any]]) -> None:
    """One line a setting: what it is, what it may be, what it is without being given, and what it is for."""
    for vendor in dict.fromkeys(row["vendor"] for row in rows):
        click.echo(f"kontera connect {vendor} --set SETTING=VALUE ...")
        for row in rows:
            if row["vendor"] != vendor:
                continue
            told = [
                "required" if row["required"] else "",
                "secret" if row["secret"] else "",
                f"one of {', '.join(row['choices'])}" if row["choices"] else "",
                f"without it {row['default']}" if row["default"] else "",
            ]
            marks = "; ".join(part for part in told if part)
            click.echo(f"  {row['setting']:<26}{row['title']}{f' ({marks})' if marks else ''}")
            if row["help"]:
                click.echo(f"  {'':<26}{row['help']}")
        click.echo("")
