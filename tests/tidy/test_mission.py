"""The table of what proves what is made from the tests, so that it cannot claim more than is there. M104."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

from tests.tidy.source import ROOT


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mission_script", ROOT / "scripts" / "mission.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mission = _script()


def test_the_table_is_up_to_date() -> None:
    """Out of date: run `make pages`."""
    assert mission.page(mission.titles(), mission.proofs(ROOT / "tests")) == mission.PAGE.read_text(encoding="utf-8")


def test_every_row_has_a_title_once_and_in_order() -> None:
    """123 wishes and 15 beyond them."""
    expected = [*(f"M{number}" for number in range(1, 124)), *(f"N{number}" for number in range(1, 16))]
    assert expected == list(mission.titles())


def test_rows_are_counted_per_test() -> None:
    """A row in the module's docstring counts for each of its tests; a number elsewhere counts for none."""
    text = '"""M1."""\ndef test_a():\n    """N6 too."""\ndef test_b():\n    """B."""\n    x = "M2"\n'
    text += 'def help():\n    """M3."""\n'
    assert {"M1": 2, "N6": 1} == mission.named_rows(text)


def test_a_row_that_does_not_exist_is_refused() -> None:
    """A typing mistake must not look like a proof."""
    with pytest.raises(ValueError, match=r"M999 in tests/test_x\.py"):
        mission.page({"M1": "one"}, {"M999": {"tests/test_x.py": 1}})
