"""What adapters do alike that read orders and nothing else yet. Decides how an answer about one order is put; knows no
vendor and no call.
"""

from __future__ import annotations

from kontera.calls import Caller
from kontera.commerce import Order
from kontera.errors import OurFault, Problem
from kontera.storefronts.protocol import Capability, FactKind, Read


class OrdersOnly:
    """The base of such an adapter. notices: whether the connection can tell genuine ones."""

    def __init__(self, caller: Caller, *, notices: bool) -> None:
        self._caller = caller
        self._notices = notices

    def capabilities(self) -> frozenset[Capability]:
        """See Storefront."""
        wanted = {Capability.READ_ORDERS}
        return frozenset(wanted | {Capability.NOTICES} if self._notices else wanted)

    def close(self) -> None:
        """Let go of open connections."""
        self._caller.close()


def only_orders(kind: FactKind, shop: str) -> None:
    """What such an adapter says to another question. Raises OurFault. shop: its name."""
    if kind is not FactKind.ORDER:
        reason = f"{kind} cannot be read from {shop} yet; capabilities() says so"
        raise OurFault(Problem(code="OUR_FAULT", facts={"order": "", "reason": reason}))


def order_read(identity: str, raw: bytes | None, result: Order | Problem | None, left_out: str = "") -> Read:
    """The answer about one order: read, with a problem, or gone when there is no result."""
    kept = raw or b""
    if isinstance(result, Order):
        return Read(kind=FactKind.ORDER, id=identity, raw=kept, order=result, left_out=left_out)
    return Read(kind=FactKind.ORDER, id=identity, raw=kept, problem=result, gone=result is None)
