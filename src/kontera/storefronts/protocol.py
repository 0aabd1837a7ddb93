"""What every storefront adapter can be asked, and what it answers. Decides words only; never talks to a vendor.

A method an adapter cannot honour is declined through `capabilities()`, never half done. Errors are those of
`kontera.errors`; one bad record is a `Read` with a problem, never an exception that stops the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import msgspec

from kontera.calls import ReadinessCheck
from kontera.commerce import Order
from kontera.errors import Problem


class FactKind(StrEnum):
    """What can change in a shop and be read whole."""

    ORDER = "order"
    REFUND = "refund"
    PRODUCT = "product"
    CUSTOMER = "customer"
    STOCK = "stock"


class Capability(StrEnum):
    """What a storefront can do, so that nothing is half done."""

    READ_ORDERS = "read_orders"
    NOTICES = "notices"
    SET_STOCK = "set_stock"
    SET_FULFILMENT = "set_fulfilment"
    ANNOTATE = "annotate"
    UPSERT_PRODUCT = "upsert_product"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something to look at. Carries no truth but the id. raw: the object as the vendor wrote it, where a list shows it
    whole: what was read exactly so before need not be read again."""

    kind: FactKind
    id: str
    changed_at: datetime | None = None
    raw: bytes = b""


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of changes since a cursor. `cursor` continues from here and is inclusive: the highest time seen minus
    an overlap, never "now". `more`: another page can be read at once."""

    changes: tuple[Change, ...]
    cursor: str
    more: bool


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One object read whole. `raw` is exactly what the vendor sent, one JSON document (parts joined under their
    names); exactly one of `order`, `problem`, `gone` is set. `left_out`, with the order: why the connection's own
    settings (its channels) leave it to another connection; it is recorded, and booked from here only if it was
    already.

    Where a shop's orders do not tell the VAT of their lines, the adapter works it out from the shop of today (the rates
    of its products). Then `worked_out` is set, and intake keeps what an earlier reading made of the same figures.
    `lacks`, with the order: what the shop of today no longer tells of it: the problem, unless an earlier reading
    knew."""

    kind: FactKind
    id: str
    raw: bytes
    order: Order | None = None
    problem: Problem | None = None
    gone: bool = False
    left_out: str = ""
    worked_out: bool = False
    lacks: Problem | None = None


class NoticeContent(msgspec.Struct, frozen=True, kw_only=True):
    """A verified notice. event: the vendor's id of the event, for recognising a repeated delivery."""

    event: str
    changes: tuple[Change, ...]
    sent_at: datetime | None = None


class TaxCombination(msgspec.Struct, frozen=True, kw_only=True):
    """One VAT that an order of the shop can carry, for the coverage list (N11). country: ISO alpha-2, "" = everywhere
    no other one covers. rate: percent. tax_class: the name orders carry. zone: the shop's name for it. groups: customer
    group ids it is limited to."""

    country: str
    rate: Decimal
    tax_class: str
    zone: str
    groups: tuple[str, ...] = ()


class NoticeRefused(Exception):
    """The notice is not the vendor's, too old, or unreadable. `reason` is safe to log; `status` is the HTTP answer."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Storefront(Protocol):
    """A connection to one shop."""

    def readiness(self) -> list[ReadinessCheck]:
        """Whether the shop accepts us and is set up as needed, one line each."""

    def capabilities(self) -> frozenset[Capability]:
        """What it can be asked."""

    def changes(self, kind: FactKind, cursor: str | None, since: datetime) -> ChangePage:
        """Changes since `cursor`, or since the cut-off date when there is none yet (backfill)."""

    def read(self, kind: FactKind, ids: Sequence[str]) -> list[Read]:
        """Read objects whole, in as few calls as the vendor allows; one answer per id."""

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> NoticeContent:
        """Verify a notice and tell what to look at. Raises NoticeRefused. Talks to nobody."""

    def ensure_notices(self, url: str) -> bool:
        """Make sure the shop sends notices to `url`; mends disabled ones. True when something was changed."""
