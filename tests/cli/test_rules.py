"""`kontera rules`: the version in the database is the one every command names (law 7, M40)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.cli.conftest import Say
from tests.posting.test_once import sale
from tests.posting.world import World


@pytest.fixture
def world(ground: Path) -> Iterator[World]:
    """A merchant with a ledger and the starter rulebook."""
    with FortnoxSandbox(limit=None) as sandbox:
        yield World(sandbox)


def test_lines_name_the_version_they_were_booked_by(say: Say, world: World, tmp_path: Path) -> None:
    """M51: two orders, a changed file imported between them, and each line says which of the two versions it was."""
    slug = world.merchant.slug
    world.drain()
    world.arrives(sale("1"))
    file = tmp_path / "rules.toml"
    exported = say("rules", "export", "--merchant", slug).output
    file.write_text(exported.replace('account = "3002"', 'account = "3001"'), encoding="utf-8")
    done = say("rules", "import", str(file), "--reason", "moved", "--merchant", slug)
    assert done.output.startswith("Version 2 is active"), done.output
    world.arrives(sale("2"))
    world.drain(2)
    for number, version, other in (("1", "se-bas 1", "se-bas 2"), ("2", "se-bas 2", "se-bas 1")):
        told = say("order", "show", number, "--merchant", slug).output
        assert (True, False) == (f"in {version}:" in told, f"in {other}:" in told), told
    assert "\nversion = 2\n" in say("rules", "export", "--merchant", slug).output
    assert exported == say("rules", "export", "--version", "1", "--merchant", slug).output


def test_importing_what_holds_already_says_so(say: Say, world: World, tmp_path: Path) -> None:
    """No new version for the file that was exported a moment ago."""
    slug = world.merchant.slug
    file = tmp_path / "rules.toml"
    file.write_text(say("rules", "export", "--merchant", slug).output, encoding="utf-8")
    done = say("rules", "import", str(file), "--reason", "reviewed", "--merchant", slug)
    assert (0, "This is version 1, word for word: no new version is kept.\n") == (done.exit_code, done.output)
    data = json.loads(say("rules", "import", str(file), "--reason", "reviewed", "--merchant", slug, "--json").output)
    assert (False, 1) == (data["new"], world.merchant.rulebooks.count())
