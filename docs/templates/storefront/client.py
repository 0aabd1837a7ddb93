"""HTTP to one NewShop: how the key is shown. Never looks into an order, never repeats a call."""

from __future__ import annotations

from collections.abc import Mapping

from kontera.calls import Answer, Caller
from kontera.storefronts.client import ShopClient
from kontera.storefronts.newshop.settings import NewShopSettings


class Client(ShopClient):
    """One shop's API. Where NewShop's refusals differ from everybody's, override `judged`, `scope` or `words`."""

    def __init__(self, caller: Caller, settings: NewShopSettings) -> None:
        super().__init__(caller, settings.store)
        self._headers = {"Authorization": f"Bearer {settings.api_key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Answer:
        """See ShopClient."""
        return self._caller.send(method, path, params=params, headers=self._headers, content=content, writes=False)
