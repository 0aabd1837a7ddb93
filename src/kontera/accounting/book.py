"""What the books must say about one order: the documents, everything that is wrong, or why it is left out.

`book` is pure: the same order, rulebook and settings give the same answer, to the byte. It walks the modules of this
room in the order an accountant would think: is it a sale, does it add up, what VAT and which account has each part,
who buys, how is it paid, would the ledger take it. All problems are gathered before it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

import msgspec

from kontera.accounting.checks import check, unique
from kontera.accounting.currency import exchange_rate
from kontera.accounting.customers import customer_card
from kontera.accounting.delivery import shipping_rule
from kontera.accounting.documents import (
    CustomerCard,
    DocumentLine,
    ExchangeRate,
    Planned,
    SalesInvoice,
    SalesOrder,
    VatRegion,
    Why,
)
from kontera.accounting.leave_out import booking_rule, by_rule, no_sale, not_yet
from kontera.accounting.ledger_setup import LedgerSetup
from kontera.accounting.lines import Ready, gift_card_rows, rounding_rows, row
from kontera.accounting.outcome import Booking, Difference, LeftOut, Outcome, Problems
from kontera.accounting.parts import Part, parts_of
from kontera.accounting.payments import Settlement, settle
from kontera.accounting.postings import sales_postings
from kontera.accounting.revenue import place
from kontera.accounting.rulebook import BookingRule, Rulebook, ShippingRule
from kontera.accounting.summary import Manner, Summarised, shares, summarised
from kontera.accounting.totals import contradictions, totals
from kontera.accounting.vat import VatTreatment, treat
from kontera.accounting.vat_amounts import vat_amounts
from kontera.clock import local_date
from kontera.commerce import LineKind, Order
from kontera.errors import Problem
from kontera.money import Money, total

A = TypeVar("A")


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an order is booked by."""

    rulebook: Rulebook
    setup: LedgerSetup
    zone: str
    home: str
    decided: frozenset[str]
    left: frozenset[str]
    rate: ExchangeRate | None


class _Rows(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[DocumentLine, ...]
    region: VatRegion
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]


def book(
    order: Order,
    rulebook: Rulebook,
    setup: LedgerSetup,
    zone: str,
    home: str = "SE",
    decided: frozenset[str] = frozenset(),
    not_before: date | None = None,
    left: frozenset[str] = frozenset(),
    rate: ExchangeRate | None = None,
    manner: Manner | None = None,
) -> Outcome:
    """The answer of the books to an order.

    zone: the merchant's time zone, which decides the date; home: the country the merchant sells from; decided: codes
    of problems that a person decided to book all the same on this order. Only VAT_DIFFERS can be: then the shop's VAT
    is booked and the difference recorded as decided. not_before: a person decided to book it no earlier (the period of
    its own date is locked); the rules are still those of its own date. left: references of documents that are in the
    ledger already, which its settings of today cannot refuse any more; rate: the exchange rate they were written with;
    manner: how they were written, which what comes later follows whatever the rules say today.
    """
    day = local_date(order.placed_at, zone)
    rule = no_sale(order) or by_rule(order, rulebook) or booking_rule(order, rulebook, day)
    if isinstance(rule, BookingRule):
        if manner is not None:
            told = {"mode": manner.mode, "series": manner.series, "close_hour": manner.close_hour}
            rule = msgspec.structs.replace(rule, **told)
        rule = not_yet(order, rule) or rule
    if isinstance(rule, LeftOut):
        return rule
    if isinstance(rule, Problem):
        return Problems(problems=(rule,))
    broken = contradictions(order)
    if broken:
        return Problems(problems=tuple(broken))
    given = _Given(rulebook=rulebook, setup=setup, zone=zone, home=home, decided=decided, left=left, rate=rate)
    way = summarised(order, rulebook, rule, day, zone) if rule.mode == "summary" else None
    if isinstance(way, LeftOut):
        return way
    if way is not None:
        day = max(way.day, not_before) if not_before else way.day
        return _in_summary(order, given, rule, msgspec.structs.replace(way, day=day))
    return _booked(order, given, rule, max(day, not_before) if not_before else day)


def reference_of(order: Order) -> str:
    """Our key for the order's invoice or order in the ledger's books: "nt-1001"."""
    return f"{order.store}-{order.id}"


def _booked(order: Order, given: _Given, rule: BookingRule, day: date) -> Outcome:
    rulebook, setup = given.rulebook, given.setup
    made = _rows(order, given, rule)
    problems = list(made.problems)
    card = _or_problem(customer_card(order, rulebook, made.region), problems)
    rate = given.rate or _or_problem(exchange_rate(order, rulebook, setup, day), problems)
    delivery = _or_problem(shipping_rule(order, rulebook), problems)
    settlement = settle(order, rulebook, rule, reference_of(order), day, given.zone, rate)
    problems += settlement.problems
    if card is None:
        return Problems(problems=tuple(unique(problems)))
    sale = _document(order, rulebook, rule, made, card, rate, delivery, settlement, day)
    payable = rule.mode == "invoice" and rule.book  # a ledger takes a payment only for an invoice that is booked
    documents: tuple[Planned, ...] = (sale, *(settlement.payments if payable else ()))
    problems += check(order, tuple(one for one in documents if one.reference not in given.left), setup)
    if problems:
        return Problems(problems=tuple(unique(problems)))
    return Booking(documents=documents, differences=made.differences)


def _in_summary(order: Order, given: _Given, rule: BookingRule, way: Summarised) -> Outcome:
    """The order's share of its day. Nobody's customer card is needed, and no VAT code of the ledger's."""
    rulebook, reference = given.rulebook, reference_of(order)
    made = _rows(order, given, rule)
    problems = list(made.problems)
    rate = given.rate or _or_problem(exchange_rate(order, rulebook, given.setup, way.day), problems)
    settlement = settle(order, rulebook, rule, reference, way.day, given.zone, rate)
    problems += settlement.problems
    documents = shares(order, made.rows, settlement.payments, way, rule, rulebook, rate, reference)
    problems += check(order, tuple(one for one in documents if one.reference not in given.left), given.setup)
    if problems:
        return Problems(problems=tuple(unique(problems)))
    if not documents:
        return LeftOut(rule=f"booking.{rule.id}", reason="it costs nothing, so it adds nothing to a summary")
    return Booking(documents=documents, differences=made.differences)


def _or_problem(answer: A | Problem, problems: list[Problem]) -> A | None:
    """The answer itself; a problem is kept with the others and answers None."""
    if isinstance(answer, Problem):
        problems.append(answer)
        return None
    return answer


def _rows(order: Order, given: _Given, rule: BookingRule) -> _Rows:
    """Every row of the document, as far as the rules know it, and the region most of the money belongs to."""
    parts = parts_of(order)
    sums = totals(order)
    amounts = vat_amounts(order, parts)
    if "VAT_DIFFERS" in given.decided:
        amounts = amounts.decided()
    problems = [*sums.problems, *amounts.disputed, *amounts.problems]
    rows: list[DocumentLine] = []
    regions: list[tuple[VatRegion, Money]] = []
    for part, vat in zip(parts, amounts.vats, strict=True):
        treatment = treat(order, part, given.rulebook, given.setup, given.home)
        if isinstance(treatment, Problem):
            problems.append(treatment)
            continue
        regions.append((treatment.region, part.gross))
        made = _of_part(order, part, treatment, vat, given.rulebook, rule)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            rows += made
    rows += rounding_rows(order, given.rulebook, sums.cash, sums.spread)
    return _Rows(
        rows=tuple(rows),
        region=_main_region(regions, order.currency),
        differences=(*sums.differences, *amounts.differences),
        problems=tuple(_causes(problems)),
    )


def _causes(problems: Sequence[Problem]) -> list[Problem]:
    """The problems without those that another explains. One cause, one case: what the VAT of a rate should be is
    nobody's question while no rule knows the rate; and no rule is missing for 0 % while it is open whether the
    company's VAT number holds (a row that charges nothing does not ask for the number, its neighbour does)."""
    numberless = any(problem.code == "VAT_NUMBER_INVALID" for problem in problems)
    kept = [one for one in problems if not (numberless and one.code == "VAT_UNMAPPED" and one.facts["rate"] == "0")]
    unmapped = {problem.facts["rate"] for problem in kept if problem.code == "VAT_UNMAPPED"}
    return [one for one in kept if one.code != "VAT_DIFFERS" or one.facts["rate"] not in unmapped]


def _of_part(
    order: Order, part: Part, treatment: VatTreatment, vat: Money, rulebook: Rulebook, rule: BookingRule
) -> list[DocumentLine] | Problem:
    if part.line.kind is LineKind.GIFT_CARD:
        return gift_card_rows(order, part, rulebook)
    placement = place(order, part, treatment.region, rulebook)
    if isinstance(placement, Problem):
        return placement
    return [row(order, Ready(part=part, treatment=treatment, placement=placement, vat=vat), rule)]


def _main_region(regions: list[tuple[VatRegion, Money]], currency: str) -> VatRegion:
    """The region with most of the money; the first of equals; domestic when there is nothing."""
    sums: dict[VatRegion, Money] = {}
    for region, amount in regions:
        sums[region] = sums.get(region, Money.zero(currency)) + amount
    return max(sums, key=lambda region: sums[region].amount, default=VatRegion.DOMESTIC)


def _document(
    order: Order,
    rulebook: Rulebook,
    rule: BookingRule,
    made: _Rows,
    card: CustomerCard,
    rate: ExchangeRate | None,
    delivery: ShippingRule | None,
    settlement: Settlement,
    day: date,
) -> SalesInvoice | SalesOrder:
    receivable = rulebook.accounts.receivable
    why = Why(rule="accounts.receivable", rulebook=rulebook.label, fact=f"order {order.number} total")
    postings = sales_postings(made.rows, receivable, why, order.number, order.currency)
    make: Callable[..., SalesInvoice | SalesOrder] = partial(SalesInvoice, book=rule.book)
    if rule.mode == "order":
        make, postings = SalesOrder, ()
    return make(
        reference=reference_of(order),
        store=order.store,
        order=order.id,
        order_number=order.number,
        date=day,
        currency=order.currency,
        rate=rate,
        customer=card,
        region=made.region,
        prices_include_vat=any(row.vat for row in made.rows),
        lines=made.rows,
        total=order.total,
        vat=total((row.vat for row in made.rows), order.currency),
        receivable=receivable,
        cost_centre=rule.cost_centre,
        project=rule.project,
        terms_of_payment=settlement.terms_of_payment,
        way_of_delivery=delivery.way_of_delivery if delivery else "",
        terms_of_delivery=delivery.terms_of_delivery if delivery else "",
        remarks=f"Order {order.number}",
        postings=postings,
    )
