"""What a scenario consists of: what happens, and what must then be so. Frozen data, no behaviour but formatting.

Amounts are Decimal in the currency the text names (entries: the ledger's own). `line` is where it stands in the file.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The setting. prices_with_vat: how the shop enters prices. one_price: the price with VAT is the same in every
    country (else the price without is). per_order: the shop rounds VAT on the order, not on each line. ledgers: those
    the text holds for, word by word."""

    title: str
    notes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    prices_with_vat: bool = True
    one_price: bool = False
    per_order: bool = False
    ledgers: tuple[str, ...] = ("Fortnox",)
    rules: str = "se-bas"
    clock: datetime


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order as the shopper sees it. kind: goods, priced (net and gross
    typed in by staff), shipping, handling, wrapping, fee, coupon, discount,
    gift_card, pays_card, pays_credit, delivery, total. name: article number, fee, coupon code, card's order, person."""

    kind: str
    name: str = ""
    amount: Decimal = Decimal(0)
    quantity: int = 1
    net: Decimal | None = None
    vat: Decimal | None = None
    country: str = ""
    wrapped: bool = False
    line: int


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something happens. verb: one of `events.VERBS`; words: what the text says of it, by name; body: the indented
    lines of a rule."""

    at: datetime
    timed: bool
    verb: str
    words: dict[str, str] = {}
    cart: tuple[CartLine, ...] = ()
    body: str = ""
    line: int


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """The sum on one account (and cost centre) in one voucher: debit above zero."""

    account: str
    name: str = ""
    amount: Decimal
    centre: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Where it is posted: "3003", or "3003 on BUTIK"."""
        return f"{self.account} on {self.centre}" if self.centre else self.account


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is so in the ledger (or in the hub about an order), `head` saying what in one line.

    kind: invoice, payment, ledger order, voucher, customer, order, difference. subject: what it is about (reference,
    customer's name, order's number). Two effects are the same thing when `key` is equal, and agree when all is.
    """

    kind: str
    subject: str
    on: date | None = None
    total: Decimal | None = None
    currency: str = ""
    booked: bool = True
    says: str = ""
    entries: tuple[Posted, ...] = ()
    line: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.kind, self.subject

    @property
    def head(self) -> str:
        """The line that says what it is, without its entries."""
        match self.kind:
            case "customer":
                return f"customer {self.subject}, {self.says}"
            case "order":
                return f"order {self.subject} {self.says}"
            case "difference":
                return f"difference on order {self.subject}: {self.says}"
            case "payment":
                name = f"payment of {self.subject}"
            case _:
                name = f"{self.kind} {self.subject}"
        text = f"{name} dated {self.on} over {self.total} {self.currency}"
        return text if self.booked else f"{text}, not booked"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Events, then exactly these effects since the step before. first, last: the lines of the expected part (0: none);
    end: the line after which an expected part belongs."""

    events: tuple[Event, ...]
    expected: tuple[Effect, ...] = ()
    first: int = 0
    last: int = 0
    end: int = 0


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file. balances: what accounts must hold at the end, debit above zero."""

    file: str
    header: Header
    steps: tuple[Step, ...]
    balances: tuple[Posted, ...] = ()
    text: str = ""
