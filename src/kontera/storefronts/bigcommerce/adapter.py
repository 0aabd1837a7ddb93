"""A connection to one BigCommerce store, as the storefront protocol wants it. Puts the parts together; decides only
which orders the connection's own settings leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import httpx2

from kontera.calls import Caller, Exchange, RateWindow, ReadinessCheck
from kontera.clock import Clock
from kontera.commerce import Order
from kontera.errors import NeedsOperator, Problem
from kontera.storefronts.bigcommerce.changes import changed_orders
from kontera.storefronts.bigcommerce.client import VENDOR, Client
from kontera.storefronts.bigcommerce.hooks import ensure_hooks
from kontera.storefronts.bigcommerce.notices import read_notice
from kontera.storefronts.bigcommerce.readiness import readiness_of
from kontera.storefronts.bigcommerce.reading import whole_orders
from kontera.storefronts.bigcommerce.settings import BigCommerceSettings, settings_from
from kontera.storefronts.bigcommerce.tax_setup import tax_classes, tax_combinations
from kontera.storefronts.bigcommerce.translate import Context, translate
from kontera.storefronts.fields import Unreadable
from kontera.storefronts.orders_only import OrdersOnly, only_orders, order_read
from kontera.storefronts.protocol import ChangePage, FactKind, NoticeContent, Read, TaxCombination

CONTROL_PANEL = "https://store-{store_hash}.mybigcommerce.com/manage/orders/{{id}}"


def connect(
    settings: Mapping[str, str],
    clock: Clock,
    record: Callable[[Exchange], None],
    save_settings: Callable[[Mapping[str, str]], None] | None = None,
    *,
    load_settings: Callable[[], Mapping[str, str]] | None = None,
    window: RateWindow | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> BigCommerceStorefront:
    """A storefront for the settings of a connection. Raises SettingsError. The window has no limit of its own: the
    quota belongs to all apps of the store together, and the client follows what every answer says is left of it.
    Nothing is ever saved or loaded again: the key does not rotate."""
    values = settings_from(settings)
    own_window = window or RateWindow(clock, 0, seconds=30.0)
    caller = Caller(values.api, clock, own_window, record, vendor=VENDOR, transport=transport)
    return BigCommerceStorefront(values, caller)


class BigCommerceStorefront(OrdersOnly):
    """The adapter. Safe to use from several threads; `close()` lets go of its connections."""

    def __init__(self, settings: BigCommerceSettings, caller: Caller) -> None:
        self._settings = settings
        super().__init__(caller, notices=bool(settings.client_secret))
        self._client = Client(caller, settings.api, settings.access_token, settings.store)
        self._context = Context(
            store=settings.store,
            vat_number_field=settings.vat_number_field,
            organisation_number_field=settings.organisation_number_field,
            order_page=CONTROL_PANEL.format(store_hash=settings.store_hash),
            tax_classes=frozenset(),
        )

    def readiness(self) -> list[ReadinessCheck]:
        """See Storefront."""
        return readiness_of(
            self._client,
            notices_wanted=bool(self._settings.client_secret),
            vat_number_field=self._settings.vat_number_field,
        )

    def changes(self, kind: FactKind, cursor: str | None, since: datetime) -> ChangePage:
        """See Storefront. Only orders. Never looks before the connection's own first date."""
        only_orders(kind, "BigCommerce")
        first = max(since, self._settings.cut_off) if self._settings.cut_off else since
        return changed_orders(self._client, cursor, first, self._settings.channel_ids)

    def read(self, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        """See Storefront. Ids asked for twice are read once and answered once."""
        only_orders(kind, "BigCommerce")
        documents = list(whole_orders(self._client, ids))
        reads = [self._read(identity, raw) for identity, raw in documents]
        if any(read.problem and read.problem.code == "TAX_CLASS_UNKNOWN" for read in reads):
            # The store's list of classes is asked for only when an order has another class than those known so far.
            self._context = replace(self._context, tax_classes=tax_classes(self._client))
            reads = [self._read(identity, raw) for identity, raw in documents]
        return reads

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> NoticeContent:
        """See Storefront."""
        return read_notice(
            headers,
            body,
            secret=self._settings.client_secret,
            store_hash=self._settings.store_hash,
            clock=self._caller.clock,
        )

    def ensure_notices(self, url: str) -> bool:
        """See Storefront."""
        return ensure_hooks(self._client, url)

    def tax_setup(self) -> list[TaxCombination]:
        """Every (country, rate, VAT class) an order of this store can carry, for the coverage list. Raises
        NeedsOperator when the store's answer cannot be understood."""
        try:
            return tax_combinations(self._client)
        except Unreadable as fault:
            facts = {"what": fault.path, "value": fault.reason}
            raise NeedsOperator(Problem(code="SHOP_TAX_SETUP", cause=f"tax:{fault.path}", facts=facts)) from fault

    def _read(self, identity: str, raw: bytes | None) -> Read:
        result = translate(raw, self._context, identity) if raw is not None else None
        return order_read(identity, raw, result, self._left_out(result) if isinstance(result, Order) else "")

    def _left_out(self, order: Order) -> str:
        channels = self._settings.channel_ids
        if not channels or order.channel in channels:
            return ""
        return f"sold in channel {order.channel}, which this connection does not take"
