"""What the shop says of the VAT of its products, learnt in as few calls as it allows and kept for one adapter's life.

Decides whether products are asked for one by one or as a whole list, and takes every shape the answer is known to have.
Never judges a rate.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kontera.storefronts.fields import Node, Unreadable, is_id, parse
from kontera.storefronts.quickbutik.client import Client

PATH = "/products"
PAGE = 100  # a client in use asks for so many; a larger page is documented nowhere
_FEW = 5
_MANY_PAGES = 10_000
_USED = ("tax_rate", "is_giftcard")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product as an order line names it."""

    id: str
    sku: str

    @property
    def key(self) -> str:
        """Its name in the joined document."""
        return self.id or f"sku:{self.sku}"

    @classmethod
    def of(cls, line: Node) -> Wanted | None:
        """The product of an order line; None for a line without one. Raises Unreadable."""
        identity, sku = line.text("product_id"), line.text("sku")
        made = cls(identity if is_id(identity) and int(identity) else "", sku)
        return made if made.id or made.sku else None


class Catalogue:
    """What is known of products. Safe to use from several threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._by_id: dict[str, Mapping[str, Any]] = {}
        self._by_sku: dict[str, Mapping[str, Any]] = {}
        self._asked: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def learn(self, wanted: Iterable[Wanted]) -> None:
        """Ask for the products that are not known yet: one by one when they are few, else the whole list."""
        with self._lock:
            unknown = [one for one in dict.fromkeys(wanted) if self.known(one) is None]
            unknown = [one for one in unknown if (one.id, one.sku) not in self._asked]
            if len(unknown) > _FEW and -(-self._count() // PAGE) < len(unknown):
                for node in every_product(self._client):
                    self._keep(node)
            for one in unknown:
                if one.id and one.id not in self._by_id:
                    self._ask({"product_id": one.id})
                if self.known(one) is None and one.sku:  # deleted, and made again under its article number
                    self._ask({"sku": one.sku})
                self._asked.add((one.id, one.sku))

    def known(self, wanted: Wanted) -> Mapping[str, Any] | None:
        """The values we use of a product, as sent; None when the shop shows no such product."""
        return self._by_id.get(wanted.id) or (self._by_sku.get(wanted.sku) if wanted.sku else None)

    def _ask(self, query: Mapping[str, str]) -> None:
        for node in products_of(self._client, {**query, "include_details": "true"}):
            self._keep(node)

    def _count(self) -> int:
        body = self._client.get(f"{PATH}/count")
        try:
            return Node(parse(body), "$").whole("count", 0) if body else 0
        except Unreadable as fault:
            raise self._client.garbled(f"{PATH}/count") from fault

    def _keep(self, node: Node) -> None:
        values = {name: node.raw(name) for name in _USED if node.raw(name) is not None} | {"id": node.text("id")}
        self._by_id[node.text("id")] = values
        for sku in skus_of(node):
            self._by_sku.setdefault(sku, values)


def every_product(client: Client) -> Iterator[Node]:
    """The whole catalogue with details. The shop may give smaller pages than it is asked for: the end is a page that
    tells nothing new."""
    seen: set[str] = set()
    for _ in range(_MANY_PAGES):
        query = {"limit": str(PAGE), "offset": str(len(seen)), "include_details": "true"}
        fresh = [node for node in products_of(client, query) if node.text("id") not in seen]
        if not fresh:
            return
        seen.update(node.text("id") for node in fresh)
        yield from fresh


def products_of(client: Client, query: Mapping[str, str]) -> list[Node]:
    """The products of one answer; none when the shop has no such product. Raises WillRetry for half an answer."""
    try:
        return products_in(client.get(PATH, query))
    except Unreadable as fault:
        raise client.garbled(PATH) from fault


def products_in(body: bytes | None) -> list[Node]:
    """Products out of every shape that is known: a bare list, {"product": [...]}, {"product": {...}}. Raises
    Unreadable."""
    if not body or body.strip() in (b"", b"null"):
        return []
    data = parse(body)
    if isinstance(data, dict):
        data = data.get("product", data.get("products", []))
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        raise Unreadable("$.product", "products were expected")
    return [Node(entry, f"$.product[{place}]") for place, entry in enumerate(data)]


def skus_of(product: Node) -> list[str]:
    """The article numbers of a product: its variants' where it has any, else its own. Empty texts where there is
    none."""
    variants = [node.text("sku") for node in product.nodes("variants")]
    return variants or [product.text("sku")]
