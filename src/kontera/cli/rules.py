"""`kontera rules`: a merchant's rulebooks out, in and tried."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from kontera.accounting.rulebook_toml import RulebookError, load
from kontera.cli.common import (
    CLOCK,
    author,
    counted,
    grounded,
    json_option,
    merchant_named,
    merchant_option,
    reason_option,
    show,
)
from kontera.clock import local_date


@click.group()
def rules() -> None:
    """Rulebooks: export, import, test."""


@rules.command("export")
@click.option("--version", type=int, help="Which version [the newest].")
@merchant_option
@grounded
def export(version: int | None, merchant: str) -> None:
    """Print a rulebook as TOML: as it was imported, with the number of the version it is kept as."""
    from kontera.posting.rules import written

    versions = merchant_named(merchant).rulebooks.order_by("-version")
    found = versions.filter(version=version).first() if version else versions.first()
    if found is None:
        raise click.ClickException("There is no such version.")
    click.echo(written(found), nl=False)


@rules.command("test")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def test(file: Path) -> None:
    """Check a rulebook file: exit code 2 and the line when it is not valid."""
    _read(file)
    click.echo(f"{file} is a valid rulebook.")


@rules.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reason_option("Why, for the record.")
@click.option("--dry-run", is_flag=True, help="Check only.")
@merchant_option
@json_option
@grounded
def import_(file: Path, reason: str, dry_run: bool, merchant: str, as_json: bool) -> None:
    """Keep a rulebook file as the next version, in force from its `valid_from`, and judge what waits again. The number
    in the file counts for nothing: versions are numbered here. The very file that holds already changes nothing."""
    from kontera.posting import release
    from kontera.posting.rules import activate, in_force

    owner = merchant_named(merchant)
    text = _read(file)
    if dry_run:
        click.echo(f"{file} is valid; nothing was activated.")
        return
    known = set(owner.rulebooks.values_list("pk", flat=True))
    version = activate(owner, text, author=author(), reason=reason, now=CLOCK.now())
    judged = release.judge_merchant(owner.pk, CLOCK) if version.pk not in known else 0
    today = in_force(owner.pk, local_date(CLOCK.now(), owner.zone))
    data = {
        "version": version.version,
        "new": version.pk not in known,
        "valid_from": version.valid_from,
        "in_force_today": today.version if today else None,
        "judged_again": judged,
    }
    show(data, as_json, lambda: _tell(data, judged))


def _tell(data: Mapping[str, object], judged: int) -> None:
    if data["new"]:
        click.echo(f"Version {data['version']} is active; {counted(judged)} that waited judged again.")
    else:
        click.echo(f"This is version {data['version']}, word for word: no new version is kept.")
    if data["in_force_today"] != data["version"]:
        since = data["valid_from"]
        click.echo(f"Its first day is {since}: version {data['in_force_today']} is the one in force today.")


def _read(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    try:
        load(text, str(file))
    except RulebookError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    return text
