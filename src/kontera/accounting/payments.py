"""What was paid, against which account: captured money, gift cards and store credit settle the invoice.

Gift cards and store credit are debts of the merchant's that the customer uses to pay: they are booked against the
debt, never as a discount or a negative sale. Money is booked against the clearing account of its means when it is
captured, or left open for the payout to settle, as the rule says. Money that is only authorised or pending is not
there yet. Less paid than charged leaves the rest open; more is a problem.
"""

from __future__ import annotations

from datetime import date

import msgspec

from kontera.accounting.documents import CustomerPayment, ExchangeRate, Why
from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.postings import payment_postings
from kontera.accounting.problems import ambiguous, money_text, on_order, payment_unmapped
from kontera.accounting.rulebook import BookingRule, PaymentRule, Rulebook
from kontera.clock import local_date
from kontera.commerce import Order, Payment, PaymentKind, PaymentState
from kontera.errors import Problem
from kontera.money import total


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The payments to book and the terms the invoice states (those of the first means of payment)."""

    payments: tuple[CustomerPayment, ...] = ()
    terms_of_payment: str = ""
    problems: tuple[Problem, ...] = ()


def captured(order: Order) -> list[Payment]:
    """The payments that have really happened."""
    return [payment for payment in order.payments if payment.state is PaymentState.CAPTURED and payment.amount]


def is_paid(order: Order) -> bool:
    """Whether what has been captured covers the total."""
    paid = [payment.amount for payment in captured(order) if payment.amount.currency == order.currency]
    return order.total <= total(paid, order.currency)


def settle(
    order: Order,
    rulebook: Rulebook,
    booking: BookingRule,
    invoice: str,
    day: date,
    zone: str,
    rate: ExchangeRate | None,
) -> Settlement:
    """The customer payments of the order. day: the invoice's date, which no payment may be before."""
    problems = _sums(order)
    payments: list[CustomerPayment] = []
    terms = ""
    for place, payment in enumerate(order.payments, start=1):
        if payment.state is not PaymentState.CAPTURED or not payment.amount:
            continue
        fact = f"order {order.number} payment {place}"
        found = _account(order, payment, rulebook, fact)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        account, why, rule = found
        terms = terms or (rule.terms_of_payment if rule else "")
        if rule is not None and rule.settle == "leave_open":
            continue
        owed = Why(rule="accounts.receivable", rulebook=rulebook.label, fact=fact)
        text = f"{order.number} {payment.method}"
        payments.append(
            CustomerPayment(
                reference=f"{invoice}-p{payment.id}",
                store=order.store,
                order=order.id,
                order_number=order.number,
                invoice=invoice,
                date=max(day, local_date(payment.at, zone)) if payment.at else day,
                amount=payment.amount,
                rate=rate,
                account=account,
                method=payment.method,
                cost_centre=booking.cost_centre,
                project=booking.project,
                postings=payment_postings(payment.amount, account, rulebook.accounts.receivable, text, why, owed),
                book=booking.book,
            )
        )
    if not terms and order.total:
        terms = _terms_of_method(order, rulebook, problems)
    return Settlement(payments=tuple(payments), terms_of_payment=terms, problems=tuple(problems))


def payment_facts(order: Order, method: str) -> Facts:
    """What payment rules are matched against."""
    return Facts(method=method.lower(), currency=order.currency, store=order.store, channel=order.channel)


def _sums(order: Order) -> list[Problem]:
    """Debts used to pay must not exceed the total, nor everything together."""
    paid = captured(order)
    foreign = next((payment.amount for payment in paid if payment.amount.currency != order.currency), None)
    if foreign is not None:
        return [on_order(order, "PAYMENT_DIFFERS", paid=money_text(foreign), total=money_text(order.total))]
    tenders = total((each.amount for each in paid if each.kind is not PaymentKind.MONEY), order.currency)
    everything = total((each.amount for each in paid), order.currency)
    if order.total < tenders:
        return [on_order(order, "TENDERS_EXCEED_TOTAL", tenders=money_text(tenders), total=money_text(order.total))]
    if order.total < everything:
        return [on_order(order, "PAYMENT_DIFFERS", paid=money_text(everything), total=money_text(order.total))]
    return []


def _account(
    order: Order, payment: Payment, rulebook: Rulebook, fact: str
) -> tuple[str, Why, PaymentRule | None] | Problem:
    """The account a payment is debited to, and by which rule."""
    accounts = rulebook.accounts
    if payment.kind is PaymentKind.GIFT_CARD:
        why = Why(rule="accounts.gift_card_debt", rulebook=rulebook.label, fact=fact)
        return accounts.gift_card_debt, why, None
    if payment.kind is PaymentKind.STORE_CREDIT:
        why = Why(rule="accounts.store_credit_debt", rulebook=rulebook.label, fact=fact)
        return accounts.store_credit_debt, why, None
    rule = choose(rulebook.payment, payment_facts(order, payment.method))
    if isinstance(rule, Tie):
        return ambiguous(order, rulebook, "payment", rule, fact)
    if rule is None:
        return payment_unmapped(order, payment.method, payment.amount)
    return rule.account, Why(rule=f"payment.{rule.id}", rulebook=rulebook.label, fact=fact), rule


def _terms_of_method(order: Order, rulebook: Rulebook, problems: list[Problem]) -> str:
    """The terms of the order's chosen means of payment when no money has been captured yet. A means that no rule knows
    is held: when its money comes nobody would know where to book it."""
    money = [payment for payment in captured(order) if payment.kind is PaymentKind.MONEY]
    if money or not order.payment_method or is_paid(order):
        return ""
    rule = choose(rulebook.payment, payment_facts(order, order.payment_method))
    if isinstance(rule, Tie):
        problems.append(ambiguous(order, rulebook, "payment", rule, f"order {order.number} payment"))
        return ""
    if rule is None:
        problems.append(payment_unmapped(order, order.payment_method, order.total))
        return ""
    return rule.terms_of_payment
