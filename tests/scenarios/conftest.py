"""The sandboxes of all scenarios, served once for the whole session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def made(ground: Path) -> Iterator[object]:
    """The world every scenario is run in, one after the other."""
    from kontera.simulate.scenario.hub import world

    with world() as one:
        yield one
