"""A connection to one WooCommerce shop, as the storefront protocol wants it. Puts the parts together; decides only when
the shop's rates or decimals must be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import httpx2

from kontera.calls import Caller, Exchange, RateWindow, ReadinessCheck
from kontera.clock import Clock
from kontera.storefronts.orders_only import OrdersOnly, only_orders, order_read
from kontera.storefronts.protocol import ChangePage, FactKind, NoticeContent, Read, TaxCombination
from kontera.storefronts.trouble import unreadable
from kontera.storefronts.woocommerce.changes import changed_orders
from kontera.storefronts.woocommerce.client import VENDOR, Client
from kontera.storefronts.woocommerce.notices import ensure_hooks, read_notice
from kontera.storefronts.woocommerce.readiness import readiness_of
from kontera.storefronts.woocommerce.reading import Broken, decimals_shown, rates_of, whole_orders
from kontera.storefronts.woocommerce.settings import WooCommerceSettings, settings_from
from kontera.storefronts.woocommerce.tax_setup import tax_combinations
from kontera.storefronts.woocommerce.taxes import UnknownRate
from kontera.storefronts.woocommerce.translate import Context, adds_up, translate

_ORDER_PAGE = "{site}/wp-admin/admin.php?page=wc-orders&action=edit&id={{id}}"


def connect(
    settings: Mapping[str, str],
    clock: Clock,
    record: Callable[[Exchange], None],
    save_settings: Callable[[Mapping[str, str]], None] | None = None,
    *,
    load_settings: Callable[[], Mapping[str, str]] | None = None,
    window: RateWindow | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> WooCommerceStorefront:
    """A storefront for the settings of a connection. Raises SettingsError. The window has no limit of its own: the shop
    has none, and its host says when it has. Nothing is ever saved or loaded again: the key does not rotate."""
    values = settings_from(settings)
    own_window = window or RateWindow(clock, 0, seconds=30.0)
    # A small host takes its time over a hundred orders.
    caller = Caller(values.api, clock, own_window, record, vendor=VENDOR, timeout=90.0, transport=transport)
    return WooCommerceStorefront(values, caller)


class WooCommerceStorefront(OrdersOnly):
    """The adapter. Safe to use from several threads; `close()` lets go of its connections."""

    def __init__(self, settings: WooCommerceSettings, caller: Caller) -> None:
        self._settings = settings
        super().__init__(caller, notices=bool(settings.webhook_secret))
        self._client = Client(caller, settings)
        self._context = Context(
            store=settings.store,
            order_page=_ORDER_PAGE.format(site=settings.site),
            vat_number_field=settings.vat_number_field,
            organisation_number_field=settings.organisation_number_field,
            currency=settings.currency,
            own_statuses=settings.own_statuses,
        )

    def readiness(self) -> list[ReadinessCheck]:
        """See Storefront."""
        return readiness_of(self._client, notices_wanted=bool(self._settings.webhook_secret))

    def changes(self, kind: FactKind, cursor: str | None, since: datetime) -> ChangePage:
        """See Storefront. Only orders. Never looks before the connection's own first date."""
        only_orders(kind, "WooCommerce")
        first = max(since, self._settings.cut_off) if self._settings.cut_off else since
        return changed_orders(self._client, cursor, first)

    def read(self, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        """See Storefront. Ids asked for twice are read once and answered once; a hundred cost one call."""
        only_orders(kind, "WooCommerce")
        documents = list(whole_orders(self._client, ids))
        reads = self._translated(documents)
        if self._context.decimals is None and any(read.order and not adds_up(read.order) for read in reads):
            # Asked once, and only when an order of a shop with two decimals would not look like this.
            self._context = replace(self._context, decimals=decimals_shown(self._client))
            reads = self._translated(documents)
        return reads

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> NoticeContent:
        """See Storefront."""
        return read_notice(headers, body, secret=self._settings.webhook_secret)

    def ensure_notices(self, url: str) -> bool:
        """See Storefront. Needs a key that may write."""
        return ensure_hooks(self._client, url, self._settings.webhook_secret)

    def tax_setup(self) -> list[TaxCombination]:
        """Every (country, rate, VAT class) an order of this shop can carry, for the coverage list."""
        return tax_combinations(self._client)

    def _translated(self, documents: Sequence[tuple[str, bytes | Broken | None]]) -> list[Read]:
        try:
            return [self._read(identity, document) for identity, document in documents]
        except UnknownRate:
            # An old order states a rate's id and no percent: the shop's list of rates is read, once.
            self._context = replace(self._context, rates=rates_of(self._client))
            return [self._read(identity, document) for identity, document in documents]

    def _read(self, identity: str, document: bytes | Broken | None) -> Read:
        if isinstance(document, Broken):
            reason = "the shop fails to show this order, and shows others"
            return order_read(identity, None, unreadable(identity, "$", reason, document.words))
        # None: deleted for good, or in the trash, where a person can restore it.
        result = translate(document, self._context, identity) if document is not None else None
        return order_read(identity, document, result)
