"""Reads orders whole in the fewest calls BigCommerce allows, and keeps what was sent, byte for byte.

Decides which sub-reads can matter for an order. Never translates; a store that answers an include with links only is
asked again the long way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kontera.storefronts.bigcommerce.client import PAGE, Client
from kontera.storefronts.bigcommerce.parties import consignments_of
from kontera.storefronts.bigcommerce.products import product_nodes
from kontera.storefronts.bigcommerce.states import INCOMPLETE
from kontera.storefronts.fields import Node, Unreadable, is_id, parse

_GAP = 4  # orders nobody asked for between two that are: cheaper to receive than another call
ORDERS = "store_v2_orders_read_only"
TRANSACTIONS = "store_v2_transactions_read_only"
_WITH = {"include": "consignments.line_items,fees", "consignment_structure": "object"}


def whole_orders(client: Client, ids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each id with its joined document, or None when the store knows no such order. In the order of the ids."""
    wanted = list(dict.fromkeys(ids))
    heads = _heads(client, [one for one in wanted if is_id(one)])
    for identity in wanted:
        head = heads.get(identity)
        yield identity, None if head is None else _document(client, identity, head)


def _heads(client: Client, ids: list[str]) -> dict[str, bytes]:
    """The orders themselves. V2 cannot be asked for a list of ids, but for a range of them: ids that follow each other
    closely come in one call. What a range leaves out (archived orders) is asked for by itself."""
    found: dict[str, bytes] = {}
    for near in _ranges(sorted({int(identity) for identity in ids})):
        if len(near) > 1:
            span = {"min_id": str(near[0]), "max_id": str(near[-1]), "limit": str(PAGE), "sort": "id:asc"}
            wanted = {str(number) for number in near}
            for raw in client.page("/v2/orders", {**_WITH, **span}, scope=ORDERS) or []:
                identity = _identity(raw)
                if identity in wanted:
                    found[identity] = raw
        for number in near:
            if str(number) not in found:
                alone = client.one(f"/v2/orders/{number}", _WITH, scope=ORDERS)
                if alone:
                    found[str(number)] = alone
    return {identity: found[str(int(identity))] for identity in ids if str(int(identity)) in found}


def _ranges(numbers: list[int]) -> Iterator[list[int]]:
    near: list[int] = []
    for number in numbers:
        if near and (number - near[-1] > _GAP or number - near[0] >= PAGE):
            yield near
            near = []
        near.append(number)
    if near:
        yield near


def _identity(raw: bytes) -> str:
    try:
        return Node(parse(raw), "$").text("id")
    except Unreadable:
        return ""  # asked for by itself, where it becomes a problem of its own


def _document(client: Client, identity: str, head: bytes) -> bytes | None:
    parts: dict[str, bytes] = {"order": head}
    for name, (path, params, scope) in _missing(identity, head).items():
        if name == "fees":  # the one list that comes as an object; stores without fees may not know the path
            parts[name] = client.one(path, scope=scope) or b"[]"
            continue
        rows = client.every(path, params, scope=scope)
        if rows is None and name != "transactions":
            return None  # gone between two calls
        parts[name] = b"[" + b",".join(rows or ()) + b"]"
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), body) for name, body in parts.items()) + b"}"


def _missing(identity: str, head: bytes) -> dict[str, tuple[str, Mapping[str, str], str]]:
    """Which lists to read beside the order. An order that cannot be read gets none: it is a problem already."""
    base = f"/v2/orders/{identity}"
    needed: dict[str, tuple[str, Mapping[str, str], str]] = {}
    try:
        order = Node(parse(head), "$.order")
        if order.whole("status_id") == INCOMPLETE:
            return {}  # not a sale: nothing of it reaches the books
        if not _lines_included(order):
            needed["products"] = (f"{base}/products", {}, ORDERS)
        if consignments_of(order) is None:
            needed["shipping_addresses"] = (f"{base}/shipping_addresses", {}, ORDERS)
        if not order.is_list("fees"):
            needed["fees"] = (f"{base}/fees", {}, ORDERS)
        needed["taxes"] = (f"{base}/taxes", {"details": "true"}, ORDERS)
        if order.number("coupon_discount", Decimal(0)):
            needed["coupons"] = (f"{base}/coupons", {}, ORDERS)
        if _has_price(order):
            needed["transactions"] = (f"/v3/orders/{identity}/transactions", {}, TRANSACTIONS)
    except Unreadable:
        return {}
    return needed


def _lines_included(order: Node) -> bool:
    """Whether the include brought every line whole. `items_total` counts pieces; a line that is only a link, or fewer
    pieces than that, means the lines are read the long way."""
    if consignments_of(order) is None:
        return False
    pieces = Decimal(0)
    for line in product_nodes(Node({}, "$"), order):
        if not line.has("quantity") or not line.has("id"):
            return False
        pieces += line.number("quantity")
    return pieces >= order.number("items_total", Decimal(0)) and pieces > 0


def _has_price(order: Node) -> bool:
    """A free order paid with nothing has no transactions. An unpaid one is asked for them all the same: the pending one
    names its gateway, the key rules match on before and after the money comes."""
    tenders = order.number("gift_certificate_amount", Decimal(0)) or order.number("store_credit_amount", Decimal(0))
    return bool(tenders) or bool(order.number("total_inc_tax", Decimal(1)))
