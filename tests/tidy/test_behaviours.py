"""The table of Business Central's behaviours claims no more than the tests prove. M104."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from tests.tidy.source import ROOT


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("behaviours_script", ROOT / "scripts" / "business_central.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


script = _script()


def test_every_behaviour_has_a_test_or_a_reason() -> None:
    """M104: what is neither proven nor open is forgotten."""
    assert [] == script.faults(script.known(), script.proofs(ROOT / "tests"))


def test_the_page_is_up_to_date() -> None:
    """Out of date: run `make pages`."""
    assert script.page(script.known(), script.proofs(ROOT / "tests")) == script.PAGE.read_text(encoding="utf-8")


def test_only_the_docstring_of_a_test_proves() -> None:
    """Not the module's, not a helper's, not the code."""
    text = '"""BC 1."""\ndef test_a():\n    """BC 2, BC 3."""\n    x = "BC 4"\ndef help():\n    """BC 5."""\n'
    assert {2: ["test_a"], 3: ["test_a"]} == script.named(text)


def test_faults_are_found() -> None:
    """Forgotten, both at once, unknown."""
    table = {"sections": {}, "behaviours": {1: "a", 2: "b"}, "open": {2: "why", 9: "why"}}
    assert [
        "BC 1 has no test and no reason",
        "BC 2 is open and has a test",
        "BC 7 is named by x and is not in the table",
        "BC 9 is open and not in the table",
    ] == script.faults(table, {2: ["x"], 7: ["x"]})
