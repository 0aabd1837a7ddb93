"""The Business Central adapter against its sandbox over real HTTP: the suite every ledger adapter passes."""

from __future__ import annotations

from collections.abc import Iterator

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
