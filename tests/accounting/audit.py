"""An auditor with books of its own: holds one booking against what the generating shop says must come out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from kontera.accounting.documents import CustomerPayment, SalesInvoice, imbalance
from kontera.accounting.outcome import Booking, DifferenceCause
from kontera.commerce import Order
from kontera.money import Money, total

from .generate import DECIMALS, Expected, half_up


def audit(order: Order, expected: Expected, booking: Booking) -> list[str]:
    """Everything that is not as it must be, in words."""
    invoice = booking.documents[0]
    assert isinstance(invoice, SalesInvoice)
    wrong = [f"{document.reference} does not balance" for document in booking.documents if imbalance(document)]
    wrong += _rows(order, invoice)
    wrong += _accounts(order, expected, invoice)
    wrong += _vat(order, expected, invoice, booking)
    wrong += _payments(order, expected, booking)
    for difference in booking.differences:
        unit = Decimal(1).scaleb(-DECIMALS[order.currency])
        if abs((difference.shop - difference.ours).amount) > difference.bound.amount + unit / 2:
            wrong.append(f"{difference} is beyond its bound")
    return wrong


def units(amount: Money) -> int:
    """Whole smallest units; fails when there are fractions of one."""
    number = amount.amount.scaleb(DECIMALS[amount.currency])
    assert number == int(number), amount
    return int(number)


def _rows(order: Order, invoice: SalesInvoice) -> list[str]:
    wrong = []
    if total((row.amount for row in invoice.lines), order.currency) != order.total or invoice.total != order.total:
        wrong.append("the rows do not come to what was charged")
    for row in invoice.lines:
        if row.unit_price * row.quantity - row.discount != row.amount:
            wrong.append(f"{row.text}: {row.quantity} x {row.unit_price} - {row.discount} is not {row.amount}")
        if row.net + row.vat != row.amount:
            wrong.append(f"{row.text}: net and VAT do not make the amount")
        if row.discount.amount < 0 or not row.unit_price.is_rounded():
            wrong.append(f"{row.text}: a ledger cannot hold {row.unit_price} less {row.discount}")
    return wrong


def _accounts(order: Order, expected: Expected, invoice: SalesInvoice) -> list[str]:
    booked: dict[str, int] = {}
    for row in invoice.lines:
        booked[row.account] = booked.get(row.account, 0) + units(row.gross)
    rounding = expected.total - sum(expected.gross_by_account.values())
    wanted = expected.gross_by_account | {"3740": rounding}
    nonzero = {account: sum_ for account, sum_ in wanted.items() if sum_}
    if nonzero != {account: sum_ for account, sum_ in booked.items() if sum_}:
        return [f"accounts: expected {nonzero}, booked {booked}"]
    receivable = [posting for posting in invoice.postings if posting.account == "1510"]
    if expected.total != sum(units(posting.amount) for posting in receivable):
        return ["the receivable is not what the customer was charged"]
    return []


def _vat(order: Order, expected: Expected, invoice: SalesInvoice, booking: Booking) -> list[str]:
    booked: dict[Decimal, int] = {}
    for row in invoice.lines:
        booked[row.vat_rate] = booked.get(row.vat_rate, 0) + units(row.vat)
    shop = {Decimal(rate): amount for rate, amount in expected.vat_by_rate.items() if amount}
    wrong = []
    for rate, exact in shop.items():
        single = len(shop) == 1
        wanted = expected.order_vat if single else half_up(exact)
        if booked.get(rate, 0) != wanted:
            wrong.append(f"VAT {rate}: the shop has {wanted}, booked {booked.get(rate, 0)}")
    if sum(booked.values()) != expected.order_vat:
        named = [difference for difference in booking.differences if difference.what == "vat all"]
        if not named:
            wrong.append(f"VAT of the order: the shop has {expected.order_vat}, booked {sum(booked.values())}")
    return wrong + _roundings_named(expected, invoice, booking)


def _roundings_named(expected: Expected, invoice: SalesInvoice, booking: Booking) -> list[str]:
    """What the rates make of the amounts must be what is booked, or a difference must say why not."""
    wrong = []
    gross: dict[Decimal, int] = {}
    vat: dict[Decimal, int] = {}
    for row in invoice.lines:
        gross[row.vat_rate] = gross.get(row.vat_rate, 0) + units(row.amount)
        vat[row.vat_rate] = vat.get(row.vat_rate, 0) + units(row.vat)
    for rate, amount in gross.items():
        percent = Fraction(rate)
        by_rate = half_up(amount * percent / (100 + percent))
        text = f"vat {rate.normalize():f}"
        named = any(difference.what == text for difference in booking.differences)
        if (by_rate != vat[rate]) != named:
            wrong.append(f"VAT {rate}: booked {vat[rate]}, by rate {by_rate}, named: {named}")
    causes = {difference.cause for difference in booking.differences if difference.what == "total"}
    rounded = sum(units(row.amount) for row in invoice.lines if row.account == "3740")
    if bool(rounded) and not causes:
        wrong.append("rounding is booked without a cause")
    if DifferenceCause.CASH_ROUNDING not in causes and abs(rounded) > expected.taxed_lines + 12:
        wrong.append(f"{rounded} units of rounding")
    return wrong


def _payments(order: Order, expected: Expected, booking: Booking) -> list[str]:
    paid: dict[str, int] = {}
    for document in booking.documents[1:]:
        assert isinstance(document, CustomerPayment)
        paid[document.account] = paid.get(document.account, 0) + units(document.amount)
        accounts = {posting.account: units(posting.amount) for posting in document.postings}
        if accounts != {document.account: units(document.amount), "1510": -units(document.amount)}:
            return [f"{document.reference}: {accounts}"]
    return [] if paid == expected.paid_by_account else [f"paid: expected {expected.paid_by_account}, booked {paid}"]
