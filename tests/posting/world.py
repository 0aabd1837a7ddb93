"""A merchant with a shop that only exists on paper and a ledger that is Fortnox's sandbox: for tests of posting."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from kontera.accounting.starter import starter_text
from kontera.cli.draining import drain_connection
from kontera.clock import Clock, SystemClock
from kontera.commerce import Order
from kontera.connections import store
from kontera.db.models import Connection, Fact, Lane, Look, Merchant, ShopOrder
from kontera.errors import Problem
from kontera.intake.facts import keep_read
from kontera.money import to_json
from kontera.posting import rules
from kontera.sandboxes.fortnox import FortnoxSandbox
from kontera.storefronts.protocol import FactKind, Read

CLOCK = SystemClock()
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class World:
    """One merchant; orders are handed in as if the shop's adapter had read them."""

    clock: Clock = CLOCK

    def __init__(self, sandbox: FortnoxSandbox, clock: Clock = CLOCK) -> None:
        self.sandbox = sandbox
        self.clock = clock
        mark = uuid.uuid4().hex[:8]
        self.merchant = Merchant.objects.create(slug=f"m-{mark}", name="Nordisk Te AB", created_at=self.clock.now())
        keys = sandbox.credentials()
        self.ledger = self._connect("fortnox", "fortnox", {
            "base_url": sandbox.base_url,
            "auth_url": f"{sandbox.base_url}/oauth-v1",
            "grant": "client_credentials",
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
            "tenant_id": keys["tenant_id"],
            "documents": "both",
            "rate_calls": "0",
        })  # fmt: skip
        self.shop = self._connect("bigcommerce", "nt", {
            "store_hash": "abc123", "access_token": "token", "client_secret": "secret",
        }, self.ledger)  # fmt: skip
        rules.activate(self.merchant, starter_text("se-bas"), author="test", reason="start", now=self.clock.now())

    def _connect(self, vendor: str, code: str, values: dict[str, str], ledger: Connection | None = None) -> Connection:
        return store.connect(
            self.merchant, vendor, code, values, now=self.clock.now(), author="test", ledger=ledger, since=LONG_AGO
        )

    def arrives(self, order: Order | Problem, number: str = "") -> ShopOrder:
        """An order was read from the shop."""
        known = number or (order.id if isinstance(order, Order) else "")
        read = Read(kind=FactKind.ORDER, id=known, raw=to_json(order))
        told = {"order": order} if isinstance(order, Order) else {"problem": order}
        read = msgspec.structs.replace(read, **told)
        look = Look.objects.create(
            merchant=self.merchant, connection=self.shop, kind="order", external_id=known, first_at=self.clock.now(),
            due_at=self.clock.now(),
        )  # fmt: skip
        keep_read(self.shop, look, read, [], self.clock.now())
        return self.order(known)

    def order(self, number: str) -> ShopOrder:
        """The order as it stands now."""
        return ShopOrder.objects.get(connection=self.shop, external_id=number)

    def drain(self, times: int = 1) -> None:
        """The ledger's lane is worked, as a worker would."""
        for _ in range(times):
            drain_connection(self.ledger.pk, self.clock)

    def forget_rest(self) -> None:
        """Let a resting lane be worked at once, and lost answers be looked for at once."""
        Lane.objects.filter(pk=self.ledger.pk).update(rest_until=None)
        self.ledger.documents.exclude(step__in=("booked", "abandoned", "done")).update(due_at=self.clock.now())

    def cases(self, order: ShopOrder) -> list[str]:
        """Codes the order waits for."""
        waits: Sequence[str] = order.waits.filter(released_at=None).values_list("case__code", flat=True)
        return sorted(waits)

    def facts(self, number: str) -> int:
        """How many versions of the order were kept."""
        return Fact.objects.filter(connection=self.shop, external_id=number).count()
