"""The three answers `book` may give about an order; there is no fourth (laws 1 and 4)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kontera.accounting.documents import Planned
from kontera.errors import Problem
from kontera.money import Money


class DifferenceCause(StrEnum):
    """Why two amounts that should be equal differ, when the difference is proven harmless (the öre oracle, N8)."""

    UNIT_PRICE_ROUNDING = "unit_price_rounding"
    SUM_THEN_ROUND = "sum_then_round"
    DISCOUNT_SPREAD = "discount_spread"
    LEDGER_ARITHMETIC = "ledger_arithmetic"
    EXCHANGE_RATE = "exchange_rate"
    CASH_ROUNDING = "cash_rounding"
    DECIDED = "decided"  # no rounding explains it; a person decided to book the shop's figure on this order


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A difference with its named cause. what: "vat 25", "total"; shop: the shop's figure; ours: what we book;
    bound: the largest difference this cause can explain here."""

    what: str
    shop: Money
    ours: Money
    cause: DifferenceCause
    bound: Money


class Booking(msgspec.Struct, frozen=True, kw_only=True, tag="booking"):
    """The documents, in the order they must reach the ledger, and the differences that were explained on the way."""

    documents: tuple[Planned, ...]
    differences: tuple[Difference, ...] = ()


class Problems(msgspec.Struct, frozen=True, kw_only=True, tag="problems"):
    """Why the order is held: everything found wrong, not only the first thing."""

    problems: tuple[Problem, ...]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True, tag="left_out"):
    """Nothing to book, by a rule: the rule's id and its reason in words. Looked at again when the order changes."""

    rule: str
    reason: str


Outcome = Booking | Problems | LeftOut
