"""Every scenario, in every way the world may behave: the end is the same (M1 M2 M5 M53 M54 M87 M100)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kontera.simulate.scenario.parse import parse
from kontera.simulate.scenario.variants import BASIC, Variant
from kontera.simulate.scenario.words import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.scenario"))


def scenario(path: Path) -> Scenario:
    """The scenario in a file."""
    return parse(path.read_text(encoding="utf-8"), f"scenarios/{path.name}")


@pytest.mark.parametrize("variant", BASIC, ids=lambda variant: variant.name)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_ends_as_it_is_written(made: Any, path: Path, variant: Variant) -> None:
    """Exactly the documents that are written, whether notices come once, twice, never or in reverse (M1 M100)."""
    from kontera.simulate.scenario.run import run

    told = run(scenario(path), made, variant).failures
    assert () == told, "\n".join(told)
