"""Every scenario, in every way the world may behave: the end is the same (M1 M2 M5 M53 M54 M87 M100 N6)."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kontera.simulate.scenario.pages import PAGE, written
from kontera.simulate.scenario.parse import parse
from kontera.simulate.scenario.variants import BASIC, Variant, kills, losses

if TYPE_CHECKING:
    from kontera.simulate.scenario.words import Scenario

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").glob("*.scenario"))
KILLED_OFTEN = {"gift_card_sold_then_used": 29, "locked_period_then_unlocked": 31}
EVERY_CALL_LOST = frozenset({"domestic_mixed_rates"})


def scenario(path: Path) -> Scenario:
    """The scenario in a file."""
    return parse(path.read_text(encoding="utf-8"), f"scenarios/{path.name}")


def told(path: Path, made: Any, variants: list[Variant]) -> list[str]:
    """What is not as written, in any of the ways."""
    from kontera.simulate.scenario.run import run

    one = scenario(path)
    return [f"{variant.name}: {text}" for variant in variants for text in run(one, made, variant).failures]


def test_there_are_scenarios() -> None:
    """An empty folder would make every test below pass."""
    assert len(FILES) >= 22


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_ends_as_it_is_written_whatever_happens(made: Any, path: Path) -> None:
    """M1 M100 N6: exactly the documents that are written, whether notices come once, twice, never or in reverse, the
    worker dies in the middle, an answer is lost or a request is. Some files meet the last three everywhere, the others
    at one place each, another for every file."""
    from kontera.simulate.scenario.run import run

    plain = run(scenario(path), made)
    assert () == plain.failures, "\n".join(plain.failures)
    place = zlib.crc32(path.stem.encode())
    every = KILLED_OFTEN.get(path.stem, plain.moments)
    variants = [*BASIC[1:], *kills(plain.moments, 1 + place % every, every)]
    every = 1 if path.stem in EVERY_CALL_LOST else plain.calls
    variants += losses(plain.calls, 1 + place % every, every)
    found = told(path, made, variants)
    assert [] == found, "\n".join(found)


def test_the_list_in_the_docs_is_current() -> None:
    """The page is made from the files, with the mission rows each names."""
    assert written(ROOT) == (ROOT / PAGE).read_text(encoding="utf-8"), (
        "make it anew: python -m kontera.simulate.scenario.pages"
    )
