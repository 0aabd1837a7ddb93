"""A merchant with BigCommerce's sandbox for a shop and Fortnox's for a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.sandboxes.bigcommerce import BigCommerceSandbox
from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.intake.pair import Pair


@pytest.fixture
def pair(ground: Path) -> Iterator[Pair]:
    """Both sandboxes without rate limits, connected."""
    shop, ledger = BigCommerceSandbox(), FortnoxSandbox()
    for sandbox in (shop, ledger):
        sandbox.limiter.configure(None, 5)
    with shop, ledger:
        yield Pair(shop, ledger)
