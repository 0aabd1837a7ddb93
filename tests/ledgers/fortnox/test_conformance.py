"""The Fortnox adapter against its sandbox over real HTTP: the suite every ledger adapter passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from kontera.ledgers.conformance import LedgerConformance
from kontera.sandboxes.fortnox.sandbox import FortnoxSandbox
from tests.ledgers.fortnox.world import FortnoxWorld


@contextmanager
def connected(unneeded: set[str], settings: Mapping[str, str]) -> Iterator[FortnoxWorld]:
    with FortnoxSandbox(limit=None) as sandbox:
        world = FortnoxWorld(sandbox, settings)
        world.unneeded = frozenset(unneeded)
        try:
            yield world
        finally:
            world.close()


class TestInvoices(LedgerConformance):
    """Signed in with an authorization code, writing invoices."""

    @pytest.fixture
    def world(self) -> Iterator[FortnoxWorld]:
        with connected({"order", "article", "warehouse"}, {}) as world:
            yield world


class TestOrdersOnAServiceAccount(LedgerConformance):
    """Signed in with client credentials (no refresh token to lose), orders too, with article numbers on the rows."""

    @pytest.fixture
    def world(self) -> Iterator[FortnoxWorld]:
        settings = {
            "grant": "client_credentials",
            "access_token": "",
            "refresh_token": "",
            "create_articles": "yes",
            "documents": "both",
        }
        with connected({"warehouse"}, settings) as world:
            yield world
