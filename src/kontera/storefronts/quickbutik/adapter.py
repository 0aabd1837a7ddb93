"""A connection to one Quickbutik shop, as the storefront protocol wants it. Puts the parts together; decides nothing
else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import httpx2
import msgspec

from kontera.calls import Caller, Exchange, RateWindow, ReadinessCheck
from kontera.clock import Clock
from kontera.storefronts.fields import Unreadable
from kontera.storefronts.orders_only import OrdersOnly, only_orders, order_read
from kontera.storefronts.protocol import ChangePage, FactKind, NoticeContent, Read, TaxCombination
from kontera.storefronts.quickbutik.changes import Pace, changed_orders
from kontera.storefronts.quickbutik.client import VENDOR, Client
from kontera.storefronts.quickbutik.listing import Listing
from kontera.storefronts.quickbutik.notices import read_notice
from kontera.storefronts.quickbutik.products import Catalogue, every_product
from kontera.storefronts.quickbutik.readiness import readiness_of
from kontera.storefronts.quickbutik.reading import whole_orders
from kontera.storefronts.quickbutik.settings import QuickbutikSettings, settings_from
from kontera.storefronts.quickbutik.tax_setup import tax_combinations
from kontera.storefronts.quickbutik.translate import Translated, translate

_WINDOW_SECONDS = 30.0


def connect(
    settings: Mapping[str, str],
    clock: Clock,
    record: Callable[[Exchange], None],
    save_settings: Callable[[Mapping[str, str]], None] | None = None,
    *,
    load_settings: Callable[[], Mapping[str, str]] | None = None,
    window: RateWindow | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> QuickbutikStorefront:
    """A storefront for the settings of a connection. Raises SettingsError. The window has no limit of its own: none is
    documented. Nothing is ever saved or loaded again: the key does not rotate."""
    values = settings_from(settings)
    own_window = window or RateWindow(clock, 0, _WINDOW_SECONDS)
    caller = Caller(values.api, clock, own_window, record, vendor=VENDOR, timeout=90.0, transport=transport)
    return QuickbutikStorefront(values, caller)


class QuickbutikStorefront(OrdersOnly):
    """The adapter. Safe to use from several threads; `close()` lets go of its connections. What it learnt of products
    and of the places of orders is kept for its own life. It never tells a shop of fulfilment: `done` draws the payment,
    and that is a person's to decide."""

    def __init__(self, settings: QuickbutikSettings, caller: Caller) -> None:
        super().__init__(caller, notices=True)
        self._settings = settings
        self._client = Client(caller, settings)
        self._listing = Listing(self._client)
        self._catalogue = Catalogue(self._client)
        back, every = timedelta(days=settings.reread_days), timedelta(hours=settings.reread_hours)
        self._pace = Pace(back=back, every=every, zone=settings.zone)

    def readiness(self) -> list[ReadinessCheck]:
        """See Storefront."""
        return readiness_of(self._client, self._settings)

    def changes(self, kind: FactKind, cursor: str | None, since: datetime) -> ChangePage:
        """See Storefront. Only orders. Never looks before the connection's own first date."""
        only_orders(kind, "Quickbutik")
        first = max(since, self._settings.cut_off) if self._settings.cut_off else since
        return changed_orders(self._listing, cursor, first, self._pace, self._caller.clock.now())

    def read(self, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        """See Storefront. Ids asked for twice are read once and answered once; a thousand can cost one call."""
        only_orders(kind, "Quickbutik")
        documents = whole_orders(self._client, self._listing, self._catalogue, ids)
        return [self._read(identity, document) for identity, document in documents]

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> NoticeContent:
        """See Storefront. body: the query of the address that was called."""
        return read_notice(body)

    def ensure_notices(self, url: str) -> bool:
        """See Storefront. Notices are set up by hand in the shop's panel: nothing can be mended from here."""
        return False

    def tax_setup(self) -> list[TaxCombination]:
        """Every (country, rate, VAT class) an order of this shop can carry, for the coverage list."""
        try:
            return tax_combinations(every_product(self._client), self._settings)
        except Unreadable as fault:
            raise self._client.garbled("/products") from fault

    def _read(self, identity: str, document: bytes | None) -> Read:
        result = translate(document, self._settings, identity) if document is not None else None
        if not isinstance(result, Translated):
            return order_read(identity, document, result)
        read = order_read(identity, document, result.order)
        return msgspec.structs.replace(read, worked_out=bool(result.order.lines), lacks=result.lacks)
