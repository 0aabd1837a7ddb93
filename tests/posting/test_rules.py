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


def _with_versions(*starts: str) -> Merchant:
    mark = uuid.uuid4().hex[:8]
    merchant = Merchant.objects.create(slug=f"m-{mark}", name="Nordisk Te AB", created_at=CLOCK.now())
    starter = starter_text("se-bas")
    assert STARTS in starter
    for start in starts:
        dated = starter.replace(STARTS, f"valid_from = {start}")
        rules.activate(merchant, dated, author="test", reason="dated", now=CLOCK.now())
    return merchant


def _number(merchant: Merchant, day: date) -> int:
    version = rules.in_force(merchant.pk, day)
    assert version is not None
    return version.version
