"""A merchant whose ledger is the Business Central sandbox, for tests that go through the whole hub."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from kontera.accounting.starter import starter_text
from kontera.clock import Clock, SystemClock
from kontera.db.models import Merchant
from kontera.posting import rules
from tests.posting.world import World

if TYPE_CHECKING:
    from kontera.sandboxes.business_central.sandbox import BusinessCentralSandbox


class Hub(World):
    """See World; the starter rulebook is that of Business Central. more: settings beside those of the sandbox."""

    def __init__(self, sandbox: BusinessCentralSandbox, clock: Clock | None = None, **more: str) -> None:
        self.sandbox: Any = sandbox
        self.clock = clock or SystemClock()
        name = f"m-{uuid.uuid4().hex[:8]}"
        self.merchant = Merchant.objects.create(slug=name, name="Nordisk Te AB", created_at=self.clock.now())
        keys = sandbox.credentials()
        own = ("login_url", "tenant_id", "environment", "client_id", "client_secret", "company")
        values = {name: keys[name] for name in own} | {"base_url": f"{sandbox.base_url}/v2.0", "rate_calls": "0"}
        self.ledger = self._connect("business_central", "bc", values | more)
        shop = {"store_hash": "abc123", "access_token": "token", "client_secret": "secret"}
        self.shop = self._connect("bigcommerce", "nt", shop, self.ledger)
        self.with_rules()

    def with_rules(self, added: str = "") -> None:
        """The starter rulebook and more, as the next version."""
        toml = starter_text("bc-se") + added
        rules.activate(self.merchant, toml, author="test", reason="test", now=self.clock.now())
