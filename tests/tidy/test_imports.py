"""Rooms know only lower rooms, nobody goes in circles, pure rooms stay pure. M122."""

from __future__ import annotations

import pytest

from tests.tidy import imports
from tests.tidy.source import PACKAGE, Module, report, snippet, source_modules

KNOWN = frozenset(module.name for module in source_modules())


def test_rooms_import_only_what_they_may_know() -> None:
    """The table of rooms holds for every module. M122: a new adapter touches no other room."""
    findings = [finding for module in source_modules() for finding in imports.room_findings(module, KNOWN)]
    assert not findings, report(findings)


def test_known_exceptions_only_get_fewer() -> None:
    """An exception that is no longer needed must go, so that it cannot come back unseen."""
    real = {(module.name, target) for module in source_modules() for target, _ in imports.imports(module, KNOWN)}
    gone = imports.KNOWN_EXCEPTIONS - real
    assert not gone, f"remove from KNOWN_EXCEPTIONS, they are not needed any more: {sorted(gone)}"


def test_every_room_is_in_the_table() -> None:
    """A new room is placed in the house before anything imports it."""
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert set() == rooms - imports.ALLOWED.keys()


def test_the_table_itself_has_no_circle() -> None:
    """If two rooms may know each other, neither can be understood alone."""
    assert [] == imports.cycles({room: set(known) for room, known in imports.ALLOWED.items()})


def test_vendors_do_not_know_each_other() -> None:
    """M122: one folder per vendor."""
    findings = [finding for module in source_modules() for finding in imports.vendor_findings(module, KNOWN)]
    assert not findings, report(findings)


def test_pure_rooms_have_no_side_effects() -> None:
    """M100: the same order and rules give the same books, always."""
    findings = [finding for module in source_modules() for finding in imports.purity_findings(module)]
    assert not findings, report(findings)


def test_no_import_cycles() -> None:
    """A cycle means that no part of it can be read, tested or replaced alone: move what both need to a third module."""
    groups = imports.cycles(imports.graph(source_modules()))
    assert not groups, report([" <-> ".join(group) for group in groups])


def test_import_chain_is_short() -> None:
    """Long chains make every change reach far; flatten by importing the lowest module that has the thing."""
    chain = imports.longest_chain(imports.graph(source_modules()))
    assert len(chain) <= imports.MAX_CHAIN, f"{len(chain)} deep, {imports.MAX_CHAIN} allowed: " + " > ".join(chain)


@pytest.mark.parametrize("room", imports.ALLOWED)
def test_import_chain_within_a_room_is_short(room: str) -> None:
    """Nobody should have to open more than nine modules of a room to follow one thought."""
    chain = imports.longest_chain(imports.graph(module for module in source_modules() if module.room == room))
    allowed = imports.LONGER_CHAIN_IN_ROOM.get(room, imports.MAX_CHAIN_IN_ROOM)
    assert len(chain) <= allowed, f"{room} is {len(chain)} deep: " + " > ".join(chain)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("kontera.commerce.bad", "from kontera.accounting.outcome import Booking", "commerce must not import"),
        ("kontera.commerce.bad", "def f():\n    import kontera.db.models", "kontera.db.models"),
        ("kontera.sandboxes.kit.bad", "from kontera.errors import Problem", "it may know: clock, money"),
        ("kontera.commerce.bad", "from kontera import posting", "kontera.posting"),
        ("kontera.attic.bad", "", "'attic' is not in the table"),
        ("kontera.money", "from kontera.clock import utc", "none of ours"),
    ],
)
def test_a_forbidden_import_is_found(name: str, text: str, said: str) -> None:
    """The rule bites, also inside a function and through the package root."""
    (finding,) = imports.room_findings(snippet(text, name))
    assert said in finding


def test_a_relative_import_is_resolved() -> None:
    """Dots do not hide where an import goes."""
    module = snippet("from ..posting import plan", "kontera.commerce.bad")
    assert [("kontera.posting", 1)] == imports.imports(module)
    assert len(imports.room_findings(module)) == 1


def test_an_allowed_import_is_not_reported() -> None:
    """The rule does not bite what is right."""
    assert [] == imports.room_findings(snippet("from kontera.money import Money", "kontera.commerce.good"))


def test_a_vendor_that_knows_another_is_found() -> None:
    """M122: also when it is only a helper function."""
    bad = snippet("from kontera.ledgers.fortnox.client import Client", "kontera.ledgers.business_central.adapter")
    (finding,) = imports.vendor_findings(bad)
    assert "one folder" in finding
    good = snippet("from kontera.ledgers.protocol import Ledger", "kontera.ledgers.business_central.adapter")
    assert [] == imports.vendor_findings(good)


@pytest.mark.parametrize("text", ["import os", "from django.db import models", "import urllib.request", "import time"])
def test_an_impure_import_is_found(text: str) -> None:
    """Files, database, network and time."""
    assert len(imports.purity_findings(snippet(text, "kontera.accounting.bad"))) == 1
    assert [] == imports.purity_findings(snippet(text, "kontera.posting.fine"))


def _three(second: str) -> list[Module]:
    return [
        snippet("from kontera.a.two import x", "kontera.a.one"),
        snippet(second, "kontera.a.two"),
        snippet("y = 1", "kontera.a.three"),
    ]


def test_a_cycle_is_found() -> None:
    """Two modules that import each other, one of them lazily."""
    edges = imports.graph(_three("def f():\n    from kontera.a import one"))
    assert [["kontera.a.one", "kontera.a.two"]] == imports.cycles(edges)


def test_an_import_for_types_alone_is_no_cycle() -> None:
    """It does not run; the room rule still sees it."""
    lazy = "if TYPE_CHECKING:\n    from kontera.a.one import x"
    assert [] == imports.cycles(imports.graph(_three(lazy)))
    assert [("kontera.a.one", 2)] == imports.imports(snippet(lazy))


def test_the_longest_chain_is_measured() -> None:
    """Its length is the number of modules on it."""
    edges = imports.graph(_three("import kontera.a.three"))
    assert ["kontera.a.one", "kontera.a.two", "kontera.a.three"] == imports.longest_chain(edges)
