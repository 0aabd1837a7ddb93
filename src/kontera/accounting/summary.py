"""Summaries: orders booked together in one voucher a day, each order with its own share of it.

Decides which orders can be summarised, what an order's share is, when a day is closed, and how shares are added up:
one voucher per store, local date, currency and processor, its lines per account, VAT rate, dimension and rule. The sum
of the shares is to the öre what the orders' own invoices and payments would have posted. What a customer still owes is
never summarised: it would be nobody's. Never decides accounts or amounts: shares are made of an order's own rows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from kontera.accounting.documents import (
    CustomerPayment,
    DocumentLine,
    ExchangeRate,
    Planned,
    Posting,
    SalesOrder,
    Share,
    SummaryPayment,
    SummaryPosting,
    SummarySale,
    Voucher,
    Why,
)
from kontera.accounting.match import choose
from kontera.accounting.outcome import LeftOut
from kontera.accounting.payments import captured, is_paid, payment_facts
from kontera.accounting.problems import rate_text
from kontera.accounting.rulebook import BookingRule, Mode, PaymentRule, Rulebook
from kontera.clock import local_date, local_instant
from kontera.commerce import Order, PaymentKind
from kontera.money import Money, decimals_of, round_to, total

REFERENCE = 35  # the shortest field that a ledger keeps a reference in, a capital counted twice (Business Central)

_OWED = "accounts.receivable"


class Summarised(msgspec.Struct, frozen=True, kw_only=True):
    """How an order is summarised. receivable: where what is not captured yet is owed; day: the date it is booked on."""

    processor: str
    receivable: str
    day: date


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How an order was written: what comes later of it follows, whatever the rules say today."""

    mode: Mode
    series: str = ""
    close_hour: int | None = None


def manner_of(first: Planned) -> Manner:
    """How an order was written, by the first of its documents."""
    if isinstance(first, SummarySale | SummaryPayment):
        return Manner(mode="summary", series=first.series, close_hour=first.close_hour)
    return Manner(mode="order" if isinstance(first, SalesOrder) else "invoice")


def summarised(
    order: Order, rulebook: Rulebook, booking: BookingRule, day: date, zone: str
) -> Summarised | LeftOut | None:
    """How the order is summarised, that it is not paid yet, or None: it stands alone as an invoice, because its means
    of payment leaves it open to the customer. day: the date it was placed on.

    Without an account that says who owes it meanwhile (the payment rule's `receivable`), an order is summarised when
    it is paid, on the day it was.
    """
    paid = is_paid(order)
    methods = [payment.method for payment in captured(order) if payment.kind is PaymentKind.MONEY]
    methods += [order.payment_method] if order.payment_method and not paid else []
    chosen = [choose(rulebook.payment, payment_facts(order, method)) for method in methods]
    rules = [rule for rule in chosen if isinstance(rule, PaymentRule)]
    receivable = next((rule.receivable for rule in rules), "")
    if not receivable and any(rule.settle == "leave_open" for rule in rules):
        return None
    if not receivable:
        if not paid and len(rules) == len(chosen):  # an unknown means of payment is a case, paid or not
            reason = "not paid yet; it joins the summary of the day it is paid"
            return LeftOut(rule=f"booking.{booking.id}", reason=reason)
        day = max([day, *(local_date(payment.at, zone) for payment in captured(order) if payment.at)])
    tenders = (str(payment.kind) for payment in captured(order))
    processor = next((rule.id for rule in rules), next(tenders, "none"))
    return Summarised(processor=processor, receivable=receivable or rulebook.accounts.receivable, day=day)


def shares(
    order: Order,
    rows: Sequence[DocumentLine],
    payments: Sequence[CustomerPayment],
    way: Summarised,
    booking: BookingRule,
    rulebook: Rulebook,
    rate: ExchangeRate | None,
    reference: str,
) -> tuple[Share, ...]:
    """The order's sale and its payments as shares; empty when they post nothing."""
    fields: dict[str, Any] = {
        "store": order.store,
        "order": order.id,
        "order_number": order.number,
        "currency": order.currency,
        "rate": rate,
        "processor": way.processor,
        "series": booking.series,
        "close_hour": booking.close_hour or 0,
        "rounding": rulebook.accounts.rounding,
    }
    owed = Why(rule=_OWED, rulebook=rulebook.label, fact=f"order {order.number} total")
    sale = _sale(order, rows, way.receivable, owed, booking)
    made: list[Share] = []
    if sale:
        vat = total((row.vat for row in rows), order.currency)
        made.append(
            SummarySale(reference=reference, date=way.day, total=order.total, vat=vat, postings=sale, **fields)
        )  # fmt: skip
    for payment in payments:
        made.append(
            SummaryPayment(
                reference=payment.reference,
                date=payment.date,
                amount=payment.amount,
                account=payment.account,
                method=payment.method,
                postings=_payment(payment, way.receivable, rulebook.accounts.receivable),
                **fields,
            )
        )
    return tuple(made)


def _sale(
    order: Order, rows: Sequence[DocumentLine], receivable: str, owed: Why, booking: BookingRule
) -> tuple[SummaryPosting, ...]:
    """What the order's invoice would post; rows without a dimension of their own take the store's, as on an invoice."""
    credits: list[SummaryPosting] = []
    for row in rows:
        rate = None if row.vat_why == row.why else row.vat_rate  # rows outside VAT have one reason for both
        credits.append(
            SummaryPosting(
                account=row.account,
                amount=-row.net,
                text=row.text,
                cost_centre=row.cost_centre or booking.cost_centre,
                project=row.project or booking.project,
                why=row.why,
                vat_rate=rate,
            )
        )
        credits.append(
            SummaryPosting(
                account=row.vat_account, amount=-row.vat, text=row.text, why=row.vat_why, vat_rate=rate, tax=True
            )
        )
    charged = -total((posting.amount for posting in credits), order.currency)
    debit = SummaryPosting(account=receivable, amount=charged, text=order.number, why=owed)
    return tuple(posting for posting in (debit, *credits) if posting.amount)


def _payment(payment: CustomerPayment, receivable: str, of_invoices: str) -> tuple[SummaryPosting, ...]:
    """The payment's own postings, against what the summary says is owed."""
    return tuple(
        SummaryPosting(
            account=receivable if posting.account == of_invoices and posting.amount.amount < 0 else posting.account,
            amount=posting.amount,
            text=posting.text,
            why=posting.why,
        )
        for posting in payment.postings
    )


def closes_at(share: Share, zone: str, now: datetime) -> datetime:
    """When the share's day is closed; a share that comes later joins a further voucher of its day, at the next hour
    that days are closed at."""
    first = local_instant(share.date + timedelta(days=1), share.close_hour, zone)
    if now < first:
        return first
    today = local_date(now, zone)
    next_hours = (local_instant(today + timedelta(days=more), share.close_hour, zone) for more in (0, 1, 2))
    return next(hour for hour in next_hours if hour > now)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What the shares of one voucher have in common."""

    store: str
    date: date
    currency: str
    processor: str
    series: str
    rounding: str
    rate: ExchangeRate | None

    def reference(self, number: int) -> str:
        """Our key of the group's voucher number `number`: "nt-2026-11-24-SEK-klarna-1". Where a ledger could not keep
        so long a one, the day and a fingerprint of the rest."""
        processor = re.sub(r"[^A-Za-z0-9_]+", "-", self.processor).strip("-") or "none"
        whole = f"{self.store}-{self.date.isoformat()}-{self.currency}-{processor}"
        ending = f"-{number}"
        if len(whole) + sum(sign.isupper() for sign in whole) + len(ending) > REFERENCE or processor != self.processor:
            known = f"{self.store} {self.currency} {self.processor}"
            whole = f"{self.date.isoformat()}-{hashlib.sha256(known.encode()).hexdigest()[:12]}"
        return whole + ending


def group_of(share: Share) -> Group:
    """Which voucher the share belongs to."""
    return Group(
        store=share.store,
        date=share.date,
        currency=share.currency,
        processor=share.processor,
        series=share.series,
        rounding=share.rounding,
        rate=share.rate,
    )


class _Line(msgspec.Struct, frozen=True):
    """What the amounts of one voucher line have in common. debit: which side they are on; what is owed and paid in the
    same voucher is one line (None), and mostly comes to nothing."""

    account: str
    cost_centre: str
    project: str
    vat_rate: Decimal | None
    tax: bool
    rule: str
    rulebook: str
    debit: bool | None


class DayVoucher:
    """Adds up the shares of one group, one at a time."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._sums: dict[_Line, Money] = {}
        self._counts: dict[_Line, int] = {}
        self._orders: set[str] = set()

    def add(self, share: Share) -> None:
        """One share more."""
        self._orders.add(share.order)
        touched = set()
        for posting in share.postings:
            line = _Line(
                posting.account,
                posting.cost_centre,
                posting.project,
                None if posting.vat_rate is None else posting.vat_rate.normalize(),
                posting.tax,
                posting.why.rule,
                posting.why.rulebook,
                None if posting.why.rule == _OWED else posting.amount.amount > 0,
            )
            self._sums[line] = self._sums.get(line, Money.zero(share.currency)) + posting.amount
            touched.add(line)
        for line in touched:
            self._counts[line] = self._counts.get(line, 0) + 1

    def document(self, reference: str, home: str) -> Voucher:
        """The voucher; home: the ledger's currency, which its postings are in."""
        group, rate = self._group, self._group.rate
        lines = sorted(((line, amount) for line, amount in self._sums.items() if amount), key=_place)
        postings = [self._posting(line, amount, reference, home) for line, amount in lines]
        left = total((posting.amount for posting in postings), home)
        if left and rate is not None:  # each line is converted and rounded; the odd öre has a name and an account
            fact = f"{reference}: {group.currency} converted at {rate.rate.normalize():f}"
            why = Why(rule="accounts.rounding", rulebook=lines[0][0].rulebook, fact=fact)
            postings.append(Posting(account=group.rounding, amount=-left, text="Avrundning vid omräkning", why=why))
        text = f"Dagsförsäljning {group.store} {group.date.isoformat()} {group.processor}, {len(self._orders)} order"
        if rate is not None:
            text += f", {group.currency} kurs {rate.rate.normalize():f}"
        return Voucher(
            reference=reference,
            date=group.date,
            currency=home,
            rate=rate,
            series=group.series,
            text=text,
            postings=tuple(posting for posting in postings if posting.amount),
        )

    def _posting(self, line: _Line, amount: Money, reference: str, home: str) -> Posting:
        words = [f"{self._counts[line]} order"]
        if line.vat_rate is not None:
            words.append(f"{'moms' if line.tax else 'underlag'} {rate_text(line.vat_rate)} %")
        rate = self._group.rate
        if rate is not None:
            words.append(f"{amount.amount:f} {amount.currency}")
            amount = Money(round_to(amount.amount * rate.rate, decimals_of(home)), home)
        return Posting(
            account=line.account,
            amount=amount,
            text=", ".join(words),
            cost_centre=line.cost_centre,
            project=line.project,
            why=Why(rule=line.rule, rulebook=line.rulebook, fact=f"{reference}: {self._counts[line]} orders"),
        )


def _place(told: tuple[_Line, Money]) -> tuple[object, ...]:
    """Debits first, then by account; always the same order for the same shares."""
    line, amount = told
    rest = (line.tax, line.rule, line.cost_centre, line.project, line.rulebook)
    return (amount.amount < 0, line.account, line.vat_rate or Decimal(-1), *rest)
