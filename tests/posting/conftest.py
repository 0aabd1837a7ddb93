"""A world of its own for every test of posting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.sandboxes.fortnox import FortnoxSandbox


@pytest.fixture
def sandbox() -> Iterator[FortnoxSandbox]:
    """Fortnox without its rate limit: these tests are about documents."""
    made = FortnoxSandbox()
    made.limiter.configure(None, 5)
    with made:
        yield made


@pytest.fixture
def world(ground: Path, sandbox: FortnoxSandbox) -> object:
    """A merchant whose ledger is the sandbox."""
    from tests.posting.world import World

    return World(sandbox)
