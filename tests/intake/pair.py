"""The whole path in one process: shop, hub, ledger; lanes are worked when a test says so."""

from __future__ import annotations

from typing import Any

from kontera.cli.draining import drain_connection
from kontera.clock import SystemClock
from kontera.connections import store
from kontera.db.models import Connection, Lane, Look, ShopOrder
from kontera.sandboxes.bigcommerce import BigCommerceSandbox, Bought, Shopper
from kontera.sandboxes.fortnox import FortnoxSandbox
from tests.posting.world import LONG_AGO, World

CLOCK = SystemClock()
HOME = {"first_name": "Anna", "last_name": "Ek", "country_iso2": "SE", "email": "anna@example.com"}
TEA = {"sku": "TE-SEN-100"}


class Pair(World):
    """A world whose shop is a sandbox too."""

    def __init__(self, shop: BigCommerceSandbox, ledger: FortnoxSandbox) -> None:
        super().__init__(ledger)
        self.shop_sandbox = shop
        keys = {name: value for name, value in shop.credentials().items() if name != "client_id"}
        keys |= {"base_url": shop.base_url, "vat_number_field": "VAT-nummer"}
        self.shop: Connection = store.connect(
            self.merchant, "bigcommerce", "nt", keys, now=CLOCK.now(), author="test", ledger=self.ledger, since=LONG_AGO
        )

    def buys(self, *lines: dict[str, Any], **cart: Any) -> Bought:
        """Somebody shops."""
        with Shopper(self.shop_sandbox.base_url) as shopper:
            given = {"billing_address": HOME, "payment": "klarna", **cart}
            return shopper.checkout(*(lines or (TEA,)), **given)

    def puts(self, order: int, **change: Any) -> None:
        """The merchant changes an order through the vendor's API."""
        import httpx2

        keys = self.shop_sandbox.credentials()
        answer = httpx2.put(
            f"{self.shop_sandbox.base_url}/stores/{keys['store_hash']}/v2/orders/{order}",
            json=change,
            headers={"X-Auth-Token": keys["access_token"]},
        )
        answer.raise_for_status()

    def works(self, times: int = 1) -> None:
        """Both lanes are worked, the shop polled."""
        for _ in range(times):
            Lane.objects.filter(pk=self.shop.pk).update(poll_at=None, rest_until=None)
            Look.objects.filter(connection=self.shop).update(due_at=CLOCK.now())
            drain_connection(self.shop.pk)
            self.drain(2)

    def standing(self, bought: Bought) -> ShopOrder:
        """The order as the hub sees it."""
        return self.order(str(bought.id))

    def audit(self) -> dict[str, Any]:
        """The ledger's own view of itself."""
        found: dict[str, Any] = self.sandbox.views()["audit"]()
        return found
