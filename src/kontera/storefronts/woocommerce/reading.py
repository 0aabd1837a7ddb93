"""Reads orders whole, a hundred per call, and keeps what was sent, byte for byte; and the two things an order may not
tell by itself: the shop's rates and its decimals.

Decides how many orders one call asks for: a shop that breaks down over a page is asked for half of it. Never
translates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kontera.errors import WillRetry
from kontera.storefronts.fields import Node, Unreadable, is_id, parse
from kontera.storefronts.woocommerce.client import PAGE, Client
from kontera.storefronts.woocommerce.taxes import Rate

_EXACT = "6"  # decimals: lines are stored unrounded, and the default shows them rounded


class Broken:
    """An order the shop itself fails to show, while it shows others. `words`: what it said."""

    def __init__(self, words: str) -> None:
        self.words = words


def whole_orders(client: Client, ids: Sequence[str]) -> Iterator[tuple[str, bytes | Broken | None]]:
    """Each id with the order, or None when the shop knows no such order. In the order of the ids, each once."""
    wanted = list(dict.fromkeys(ids))
    known = [one for one in wanted if is_id(one)]
    found: dict[str, bytes | Broken] = {}
    for start in range(0, len(known), PAGE):
        found |= _some(client, known[start : start + PAGE])
    for identity in known:
        if identity not in found:  # lists leave out what lies in the trash
            alone = client.get(f"/orders/{identity}", {"dp": _EXACT})
            if alone is not None:
                found[identity] = alone
    for identity in wanted:
        yield identity, found.get(identity)


def _some(client: Client, ids: Sequence[str]) -> dict[str, bytes | Broken]:
    """What one call gives. One order that makes a plugin fail, or too many for a small host, break the whole page:
    then each half is asked for. Raises WillRetry when nothing at all can be read."""
    params = {"include": ",".join(ids), "per_page": str(PAGE), "dp": _EXACT}
    try:
        raws = client.page("/orders", params)
    except WillRetry as failed:
        if len(ids) < 2 or failed.problem.code != "VENDOR_UNREACHABLE":
            raise
        return _halves(client, ids)
    return {identity: raw for raw in raws if (identity := _identity(raw))}


def _halves(client: Client, ids: Sequence[str]) -> dict[str, bytes | Broken]:
    middle = len(ids) // 2
    found: dict[str, bytes | Broken] = {}
    failures: list[tuple[Sequence[str], WillRetry]] = []
    for half in (ids[:middle], ids[middle:]):
        try:
            found |= _some(client, half)
        except WillRetry as error:
            failures.append((half, error))
    if len(failures) == 2 or any(len(half) > 1 for half, _ in failures):
        raise failures[0][1]
    for half, failure in failures:
        found[half[0]] = Broken(failure.problem.vendor)
    return found


def rates_of(client: Client) -> Mapping[str, Rate]:
    """The shop's present rates by id, percent."""
    nodes = [Node(parse(raw), f"$[{place}]") for place, raw in enumerate(client.every("/taxes"))]
    return {
        node.text("id"): Rate(node.number("rate").normalize() + 0, node.text("name"))
        for node in nodes
        if node.has("rate")
    }


def decimals_shown(client: Client) -> int | None:
    """How many decimals the shop's prices show: what an order's total shows by default. None without any order. (The
    setting itself may only be read by managers.)"""
    for raw in client.page("/orders", {"per_page": "1", "_fields": "total"}):
        total = Node(parse(raw), "$").text("total")
        return len(total.partition(".")[2])
    return None


def _identity(raw: bytes) -> str:
    try:
        return Node(parse(raw), "$").text("id")
    except Unreadable:
        return ""  # asked for by itself, where it becomes a problem of its own
