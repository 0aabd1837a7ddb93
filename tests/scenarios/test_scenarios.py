"""Every scenario, in every way the world may behave: the end is the same (M1 M2 M5 M53 M54 M87 M100 N6)."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kontera.simulate.scenario.pages import PAGE, written
from kontera.simulate.scenario.parse import parse
from kontera.simulate.scenario.side import BUSINESS_CENTRAL, FORTNOX, LEDGERS
from kontera.simulate.scenario.variants import BASIC, Variant, kills, losses

if TYPE_CHECKING:
    from kontera.simulate.scenario.words import Scenario

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").glob("*.scenario"))
IN_FORTNOX_ONLY = {
    "cost_centre_of_a_product": "Business Central puts the header's cost centre on VAT and receivable too",
    "dinar_with_three_decimals": "Business Central keeps the dinar's third decimal",
    "licence_missing": "a licence of Fortnox's",
    "locked_after_the_copy": "Business Central takes a draft of a locked month, and refuses only to post it",
    "two_countries_in_one_order": "a Business Central document has one VAT business posting group",
    "vat_code_missing": "a VAT code of Fortnox's",
}
"""Why a text does not hold for the other ledger, word for word; every other file runs against both."""
KILLED_OFTEN = {"gift_card_sold_then_used": 29, "locked_period_then_unlocked": 31}
EVERY_CALL_LOST = frozenset({"domestic_mixed_rates"})


def scenario(path: Path) -> Scenario:
    """The scenario in a file."""
    return parse(path.read_text(encoding="utf-8"), f"scenarios/{path.name}")


def told(path: Path, made: Any, variants: list[Variant], ledger: str = FORTNOX) -> list[str]:
    """What is not as written, in any of the ways."""
    from kontera.simulate.scenario.run import run

    one = scenario(path)
    return [
        f"{variant.name}: {text}" for variant in variants for text in run(one, made, variant, ledger=ledger).failures
    ]


def test_there_are_scenarios() -> None:
    """An empty folder would make every test below pass."""
    assert len(FILES) >= 22


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_ends_as_it_is_written_whatever_happens(made: Any, path: Path) -> None:
    """M1 M100 N6: exactly the documents that are written, whether notices come once, twice, never or in reverse, the
    worker dies in the middle, an answer is lost or a request is. Some files meet the last three everywhere, the others
    at one place each, another for every file."""
    from kontera.simulate.scenario.run import run

    plain = run(scenario(path), made, ledger=FORTNOX)
    assert () == plain.failures, "\n".join(plain.failures)
    place = zlib.crc32(path.stem.encode())
    every = KILLED_OFTEN.get(path.stem, plain.moments)
    variants = [*BASIC[1:], *kills(plain.moments, 1 + place % every, every)]
    every = 1 if path.stem in EVERY_CALL_LOST else plain.calls
    variants += losses(plain.calls, 1 + place % every, every)
    found = told(path, made, variants)
    assert [] == found, "\n".join(found)


BOTH = [path for path in FILES if path.stem not in IN_FORTNOX_ONLY]


def test_every_file_says_which_ledgers_it_holds_for() -> None:
    """DESIGN 9: both, but for the files that say why not."""
    named = {path.stem: scenario(path).header.ledgers for path in FILES}
    assert {path.stem: LEDGERS for path in BOTH} | dict.fromkeys(IN_FORTNOX_ONLY, (FORTNOX,)) == named


@pytest.mark.parametrize("path", BOTH, ids=lambda path: path.stem)
def test_a_scenario_ends_as_it_is_written_in_business_central_too(made: Any, path: Path) -> None:
    """M2 M4 M7 M48 M100: the same text, word for word; also with the worker killed at one moment and the answer to a
    call lost, another for every file. Notices never reach a ledger, so they are not doubled here once more."""
    from kontera.simulate.scenario.run import run

    plain = run(scenario(path), made, ledger=BUSINESS_CENTRAL)
    assert () == plain.failures, "\n".join(plain.failures)
    place = zlib.crc32(path.stem.encode())
    moment, call = 1 + place % max(plain.moments, 1), 1 + place % max(plain.calls, 1)
    variants = [
        *kills(plain.moments, moment, plain.moments),
        *losses(plain.calls, call, plain.calls),
    ]
    found = told(path, made, variants, BUSINESS_CENTRAL)
    assert [] == found, "\n".join(found)


def test_the_list_in_the_docs_is_current() -> None:
    """The page is made from the files, with the mission rows each names."""
    assert written(ROOT) == (ROOT / PAGE).read_text(encoding="utf-8"), (
        "make it anew: python -m kontera.simulate.scenario.pages"
    )
