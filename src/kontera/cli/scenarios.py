"""`kontera scenario`: run scenario files against sandboxes, or write the expected part of a new one."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kontera.cli.logs import quiet_logs
from kontera.db.ground import open_ground
from kontera.db.trouble import GroundTrouble
from kontera.simulate.scenario.parse import parse
from kontera.simulate.scenario.trouble import ScenarioError
from kontera.simulate.scenario.variants import BASIC, PLAIN, Variant, kills, losses

if TYPE_CHECKING:
    from kontera.simulate.scenario.words import Scenario

_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)


@click.group()
def scenario() -> None:
    """Shop events in, exact ledger effects out, in a text an accountant can read."""


@scenario.command()
@_FILES
@click.option("--all-ways", is_flag=True, help="Also with notices doubled, missing, reversed; the worker killed at "
              "every moment; every ledger call's answer lost.")  # fmt: skip
def run(files: tuple[Path, ...], all_ways: bool) -> None:
    """Run scenarios in a database and sandboxes of their own. Exit code 1 when one does not end as it is written, 2
    when a file cannot be read."""
    scenarios = [_read(path) for path in files]
    failed = 0
    with _world() as made:
        for one in scenarios:
            told = []
            for ledger in one.header.ledgers:
                told += _ways(one, made, ledger) if all_ways else _one_way(one, made, PLAIN, ledger)
            failed += bool(told)
            click.echo(f"{one.file}: {'NOT as written' if told else 'as written'}  ({one.header.title})")
            for text in told:
                click.echo(text)
    click.echo(f"{len(scenarios) - failed} of {len(scenarios)} scenarios end as they are written.")
    sys.exit(1 if failed else 0)


@scenario.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over what is expected already.")
def accept(file: Path, force: bool) -> None:
    """Write what happens into FILE as its expected part. Accepting is not checking: hold it against the arithmetic."""
    from kontera.simulate.scenario.accept import accepted, has_expected

    one = _read(file, unfinished=True)
    if has_expected(one) and not force:
        raise click.ClickException(f"{file} expects something already; --force writes over it.")
    with _world() as made:
        from kontera.simulate.scenario.run import run as run_it

        result = run_it(one, made, learn=True)
    if result.failures:
        raise click.ClickException("\n".join(result.failures))
    file.write_text(accepted(one, result.effects), encoding="utf-8")
    click.echo(f"{file}: written. Check every figure by hand before you keep it.")


def _read(path: Path, *, unfinished: bool = False) -> Scenario:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path), unfinished=unfinished)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _one_way(one: Scenario, made: Any, variant: Variant, ledger: str) -> list[str]:
    from kontera.simulate.scenario.run import run as run_it

    failures = run_it(one, made, variant, ledger=ledger).failures
    return [f"{text}\n  (ledger: {ledger}, way: {variant.name})" for text in failures]


def _ways(one: Scenario, made: Any, ledger: str) -> list[str]:
    """Every way; the kills and losses are as many as a plain run has moments and calls."""
    from kontera.simulate.scenario.run import run as run_it

    plain = run_it(one, made, ledger=ledger)
    if plain.failures:
        return list(plain.failures)
    told: list[str] = []
    ways = [*BASIC[1:], *kills(plain.moments), *losses(plain.calls)]
    with click.progressbar(ways, label=one.header.title[:50], file=sys.stderr) as bar:
        for variant in bar:
            told += _one_way(one, made, variant, ledger)
    return told


@contextmanager
def _world() -> Iterator[Any]:
    """Sandboxes and a database that are gone afterwards: a scenario never touches an installation's own books."""
    quiet_logs(errors_only=True)
    with tempfile.TemporaryDirectory(prefix="kontera-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # the database's own account must be able to enter when we are root
        try:
            with _surroundings(), open_ground(home):
                from kontera.simulate.scenario.hub import world

                with world() as made:
                    yield made
        except GroundTrouble as trouble:
            click.echo(f"Kontera cannot start: {trouble}", err=True)
            sys.exit(3)


@contextmanager
def _surroundings() -> Iterator[None]:
    """The embedded server, also where the installation itself uses another; and the sandboxes of this machine."""
    before = {name: os.environ.pop(name, None) for name in ("DATABASE_URL", "KONTERA_ALLOW_LOCAL")}
    os.environ["KONTERA_ALLOW_LOCAL"] = "yes"
    try:
        yield
    finally:
        del os.environ["KONTERA_ALLOW_LOCAL"]
        os.environ.update({name: value for name, value in before.items() if value is not None})
