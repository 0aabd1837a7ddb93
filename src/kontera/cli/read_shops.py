"""Reads a shop's own orders through its public API, for the reports. Decides only which orders count as paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kontera.cli.read_back import Vendor

_PAGES = range(1, 10_000)


class ShopReader(Vendor):
    """A shop. calls_path: every call of its API, for faults."""

    calls_path = "/*"

    def open_the_shop(self) -> None:
        """Lift the shop's limit of calls: it is not what is measured."""

    def orders(self) -> Iterator[dict[str, Any]]:
        """Every order, as the API lists it."""
        raise NotImplementedError

    def paid(self) -> set[str]:
        """Ids of the orders whose money was taken."""
        return {str(order[self.id_field]) for order in self.orders() if self._is_paid(order)}

    id_field = "id"

    def _is_paid(self, order: dict[str, Any]) -> bool:
        raise NotImplementedError


class BigCommerceReader(ShopReader):
    """V2 orders, 250 a page."""

    calls_path = "/stores/*"

    def open_the_shop(self) -> None:
        """See ShopReader."""
        self.act("switches", {"quota": None})

    def orders(self) -> Iterator[dict[str, Any]]:
        """See ShopReader."""
        token = {"X-Auth-Token": str(self.keys["access_token"])}
        for page in _PAGES:
            path = f"/stores/{self.keys['store_hash']}/v2/orders"
            answer = self.get(path, {"limit": "250", "page": str(page)}, **token)
            if answer.status_code == 204:
                return
            yield from answer.json()

    def _is_paid(self, order: dict[str, Any]) -> bool:
        return order["payment_status"] in {"captured", "paid"}


class WooCommerceReader(ShopReader):
    """REST wc/v3, 100 a page, as behind an https proxy."""

    calls_path = "/wp-json/*"

    def orders(self) -> Iterator[dict[str, Any]]:
        """See ShopReader."""
        self.http.auth = (str(self.keys["consumer_key"]), str(self.keys["consumer_secret"]))
        for page in _PAGES:
            asked = {"per_page": "100", "page": str(page), "status": "any"}
            found = self.get("/wp-json/wc/v3/orders", asked, **{"X-Forwarded-Proto": "https"}).json()
            if not found:
                return
            yield from found

    def _is_paid(self, order: dict[str, Any]) -> bool:
        return bool(order["date_paid_gmt"])


class QuickbutikReader(ShopReader):
    """v1, a thousand at a time."""

    calls_path = "/v1/*"
    id_field = "order_id"

    def orders(self) -> Iterator[dict[str, Any]]:
        """See ShopReader."""
        self.http.auth = (str(self.keys["api_key"]), str(self.keys["api_key"]))
        offset = 0
        while True:
            asked = {"offset": str(offset), "order_by": "order_id", "sort_order": "asc", "include_details": "true"}
            found = self.get("/v1/orders", asked).json()
            if not found:
                return
            offset += len(found)
            yield from found

    def _is_paid(self, order: dict[str, Any]) -> bool:
        # The shop calls an invoice paid when it is agreed: its money comes later, and the rules leave it open.
        return bool(order["date_paid"]) and order["paymethod"]["method"] != "invoice"


SHOPS: dict[str, type[ShopReader]] = {
    "bigcommerce": BigCommerceReader,
    "woocommerce": WooCommerceReader,
    "quickbutik": QuickbutikReader,
}
