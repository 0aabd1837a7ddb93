"""Reads orders whole, up to a thousand per call, and keeps what was sent, byte for byte; beside each what the shop says
of the VAT of its products.

Decides which pages are asked for: orders can be had one by one, or in the order of their numbers. Never translates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kontera.storefronts.fields import Node, Unreadable, is_id, parse
from kontera.storefronts.quickbutik.client import PAGE, Client
from kontera.storefronts.quickbutik.listing import PATH, SLACK, Listing
from kontera.storefronts.quickbutik.products import Catalogue, Wanted

FEW = 3  # so many are cheaper to ask for by themselves


def whole_orders(
    client: Client, listing: Listing, catalogue: Catalogue, ids: Sequence[str]
) -> Iterator[tuple[str, bytes | None]]:
    """Each id with its joined document, or None when the shop knows no such order. As the ids come, each once."""
    wanted = list(dict.fromkeys(ids))
    found = _orders(client, listing, sorted({int(one) for one in wanted if is_id(one)}))
    sold = {number: _products_of(raw) for number, raw in found.items()}
    catalogue.learn([one for some in sold.values() for one in some])
    for identity in wanted:
        number = int(identity) if is_id(identity) and str(int(identity)) == identity else None
        raw = found.get(number) if number is not None else None
        yield identity, None if raw is None or number is None else joined(raw, catalogue, sold[number])


def joined(raw: bytes, catalogue: Catalogue, sold: Sequence[Wanted]) -> bytes:
    """One document: the order as sent, and of each product the values we use as sent (null = the shop has it no
    more)."""
    products = {one.key: catalogue.known(one) for one in sold}
    return b'{"order":' + raw + b',"products":' + msgspec.json.encode(products) + b"}"


def _orders(client: Client, listing: Listing, left: list[int]) -> dict[int, bytes]:
    """The orders with these numbers (ascending). What a page does not show is asked for by itself."""
    found: dict[int, bytes] = {}
    alone: list[int] = []
    while len(left) > FEW:
        asked = set(left)
        rows = listing.whole(*_span(listing, left[0], left[-1]))
        found |= {row.number: raw for row, raw in rows if row.number in asked}
        reach = max((row.number for row, _ in rows), default=left[-1])
        reach = max(reach, left[0])
        alone += [number for number in left if number <= reach and number not in found]
        left = [number for number in left if number > reach]
    for number in (*alone, *left):
        raw = _one(client, number)
        if raw is not None:
            found[number] = raw
    return found


def _span(listing: Listing, first: int, last: int) -> tuple[int, int]:
    """Which page to ask for: where it begins, and how long it must be."""
    start = listing.place(first)
    if start is None:
        start, _ = listing.first_where(lambda row: row.number >= first)
        start = listing.place(first) or start
    offset = max(start - SLACK, 0)
    end = listing.place(last)
    return offset, PAGE if end is None else min(max(end - offset, 0) + 2 * SLACK, PAGE)


def _one(client: Client, number: int) -> bytes | None:
    """One order; the shop answers a list of it, an empty list, or that there is none."""
    for raw in client.page(PATH, {"order_id": str(number), "include_details": "true"}):
        try:
            if Node(parse(raw), "$").text("order_id") == str(number):
                return raw
        except Unreadable:  # not the one asked for: whoever asked is told that there is none
            continue
    return None


def _products_of(raw: bytes) -> list[Wanted]:
    """The products whose VAT an order needs. An order that cannot be read needs none: it is a problem already."""
    try:
        nodes = list(Node(parse(raw), "$.order").nodes("products"))
        return [one for one in (Wanted.of(node) for node in nodes) if one is not None]
    except Unreadable:
        return []
