"""Builds the adapter of a connection, inside its rate window, with every exchange recorded.

Decides which exchange belongs to which order or document: the one being worked on in the calling thread. Exchanges
are handed back to the lane, which keeps them in the same transaction as what came of them.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

from django.db import connections as databases

from kontera.calls import Exchange, RateWindow
from kontera.clock import Clock
from kontera.connections import store
from kontera.connections.registry import VENDORS
from kontera.db.models import Connection
from kontera.db.models import Exchange as ExchangeRow
from kontera.ledgers.protocol import Ledger
from kontera.storefronts.protocol import Storefront

_collected: contextvars.ContextVar[list[Exchange] | None] = contextvars.ContextVar("exchanges", default=None)


@contextmanager
def collecting() -> Iterator[list[Exchange]]:
    """Collect the exchanges made by this thread while the block runs."""
    exchanges: list[Exchange] = []
    token = _collected.set(exchanges)
    try:
        yield exchanges
    finally:
        _collected.reset(token)


def window_of(connection: Connection, clock: Clock) -> RateWindow:
    """The rate window of a connection."""
    limit, milliseconds = rate_of(connection)
    return RateWindow(clock, limit, milliseconds / 1000)


def rate_of(connection: Connection) -> tuple[int, int]:
    """Calls in how many milliseconds: the vendor's usual, or what the connection bought. 0 calls = no fixed limit."""
    vendor = VENDORS[connection.vendor]
    limit = int(connection.settings.get("rate_calls", vendor.limit))
    return limit, int(connection.settings.get("rate_milliseconds", int(vendor.seconds * 1000)))


def storefront(connection: Connection, clock: Clock, window: RateWindow) -> Storefront:
    """The storefront adapter of a connection."""
    return cast(Storefront, _build(connection, clock, window))


def ledger(connection: Connection, clock: Clock, window: RateWindow) -> Ledger:
    """The ledger adapter of a connection."""
    return cast(Ledger, _build(connection, clock, window))


def keep(
    connection: Connection, exchanges: Iterable[Exchange], order: int | None = None, document: int | None = None
) -> None:
    """Write collected exchanges down."""
    keep_all(connection, [(exchange, order, document) for exchange in exchanges])


def keep_all(connection: Connection, made: Iterable[tuple[Exchange, int | None, int | None]]) -> None:
    """Write collected exchanges down, each with the order and the document it was about."""
    ExchangeRow.objects.bulk_create(
        ExchangeRow(
            merchant_id=connection.merchant_id,
            connection=connection,
            order_id=order,
            document_id=document,
            at=exchange.at,
            method=exchange.method,
            url=exchange.url,
            request=exchange.request,
            status=exchange.status,
            response=exchange.response,
            milliseconds=exchange.milliseconds,
            note=exchange.note,
        )
        for exchange, order, document in made
    )


def _build(connection: Connection, clock: Clock, window: RateWindow) -> Any:
    def save(values: Mapping[str, str]) -> None:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(_save_aside, connection.pk, values).result()

    def load() -> Mapping[str, str]:
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(_load_aside, connection.pk).result()

    return VENDORS[connection.vendor].builder()(
        settings=own_settings(connection),
        clock=clock,
        window=window,
        record=_record,
        save_settings=save,
        load_settings=load,
    )


def own_settings(connection: Connection) -> dict[str, str]:
    """The settings the vendor's adapter declares, secrets opened."""
    own = {setting.name for setting in VENDORS[connection.vendor].own_settings()}
    return {name: value for name, value in store.settings_of(connection).items() if name in own}


def _load_aside(connection_id: int) -> Mapping[str, str]:
    try:
        return own_settings(Connection.objects.get(pk=connection_id))
    finally:
        databases.close_all()


def _save_aside(connection_id: int, values: Mapping[str, str]) -> None:
    """On a database session of its own: durable whatever the caller's transaction becomes, and closing it cannot
    end the session that holds a lane."""
    try:
        store.save_settings(connection_id, values)
    finally:
        databases.close_all()


def _record(exchange: Exchange) -> None:
    collected = _collected.get()
    if collected is not None:
        collected.append(exchange)
