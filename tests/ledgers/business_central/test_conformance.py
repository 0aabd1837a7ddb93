"""The Business Central adapter against its sandbox over real HTTP: the suite every ledger adapter passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kontera.ledgers.conformance import LedgerConformance
from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox
from tests.ledgers.business_central.world import BusinessCentralWorld


class TestBusinessCentral(LedgerConformance):
    """Signed in with client credentials."""

    @pytest.fixture
    def world(self) -> Iterator[BusinessCentralWorld]:
        with BusinessCentralSandbox(limit=None) as sandbox:
            world = BusinessCentralWorld(sandbox)
            try:
                yield world
            finally:
                world.close()

    @pytest.mark.xfail(
        strict=True,
        reason="the sandbox converts every entry by itself and posts what is left to 3740; Business Central converts "
        "running totals and leaves nothing (SalesPost, RoundAmount), which is what the quote says",
    )
    def test_foreign_currency_is_predicted_in_the_ledgers_own(self, world: Any) -> None:
        """M80: waits for the sandbox; the prediction itself is held by test_arithmetic."""
        super().test_foreign_currency_is_predicted_in_the_ledgers_own(world)
