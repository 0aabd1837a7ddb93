"""Which version of a merchant's rulebook books an order."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

from kontera.accounting.starter import starter_text
from kontera.clock import SystemClock
from kontera.db.models import Merchant
from kontera.posting import rules

CLOCK = SystemClock()
STARTS = "valid_from = 2025-07-01"


def test_the_version_in_force_is_the_latest_that_has_started(ground: Path) -> None:
    """Rulebooks are dated: an order is booked by the version that held on its day. Correcting this year's rules
    does not undo next year's, whichever was imported last."""
    merchant = _with_versions("2026-04-01", "2026-01-01", "2026-04-01", "2026-01-01")
    assert 4 == _number(merchant, date(2026, 3, 31))
    assert 3 == _number(merchant, date(2026, 4, 1))
    assert 3 == _number(merchant, date(2030, 1, 1))


def test_days_before_every_version_have_the_earliest(ground: Path) -> None:
    """An order from before the first rulebook is booked by what came first, as last corrected; without any rulebook
    there is nothing to book by."""
    merchant = _with_versions("2026-04-01", "2026-01-01", "2026-01-01")
    assert 3 == _number(merchant, date(2025, 12, 31))
    assert rules.in_force(_with_versions().pk, date(2026, 1, 1)) is None


def test_a_version_is_called_what_it_is_kept_as(ground: Path) -> None:
    """Law 7, M40: the file says 1, as the starter does; the rules it becomes say the number they are kept under."""
    merchant = _with_versions("2026-01-01", "2026-04-01")
    second = merchant.rulebooks.get(version=2)
    assert "version = 1" in second.toml
    assert ("se-bas 2", "se-bas 2") == (rules.parsed(second).label, rules.named(second))
    assert "version = 2" in rules.written(second)


def test_the_file_that_holds_already_is_not_kept_again(ground: Path) -> None:
    """Exported and imported unchanged it is the version there is; one that holds no more is a new version."""
    merchant = _with_versions("2026-01-01", "2026-04-01")
    for number in (1, 2):
        kept = merchant.rulebooks.get(version=number)
        assert kept == rules.activate(merchant, rules.written(kept), author="t", reason="again", now=CLOCK.now())
    assert 2 == merchant.rulebooks.count()
    edited = rules.written(kept).replace('account = "3002"', 'account = "3001"')
    assert 3 == rules.activate(merchant, edited, author="t", reason="moved", now=CLOCK.now()).version
    assert 4 == rules.activate(merchant, kept.toml, author="t", reason="back", now=CLOCK.now()).version


def _with_versions(*starts: str) -> Merchant:
    mark = uuid.uuid4().hex[:8]
    merchant = Merchant.objects.create(slug=f"m-{mark}", name="Nordisk Te AB", created_at=CLOCK.now())
    starter = starter_text("se-bas")
    assert STARTS in starter
    for correction, start in enumerate(starts):
        dated = starter.replace(STARTS, f"valid_from = {start} # correction {correction}")
        rules.activate(merchant, dated, author="test", reason="dated", now=CLOCK.now())
    return merchant


def _number(merchant: Merchant, day: date) -> int:
    version = rules.in_force(merchant.pk, day)
    assert version is not None
    return version.version
