"""Whether an order adds up: its lines, its total, its currency. What does not is a problem; öre are explained.

Decides how much of the total is cash rounding and how much is proven rounding between lines and total; both are
booked on the rounding account, each for its own reason. Never looks at VAT (`vat_amounts`).
"""

from __future__ import annotations

import msgspec

from kontera.accounting.oracle import Ladder, amount_ladder, explained, said_by_line, total_bound, total_ladder
from kontera.accounting.outcome import Difference, DifferenceCause
from kontera.accounting.problems import money_text, on_order, total_differs
from kontera.accounting.rounding import largest_cash_rounding, unit_of
from kontera.commerce import Order
from kontera.errors import Problem
from kontera.money import Money, is_currency, total


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to the rounding account beside the lines: for cash, and between the lines and the total."""

    cash: Money
    spread: Money
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()


def contradictions(order: Order) -> list[Problem]:
    """What makes any arithmetic pointless: an unknown currency, two currencies, amounts that nobody can be charged."""
    if not is_currency(order.currency):
        return [on_order(order, "CURRENCY_UNKNOWN", f"currency:{order.currency}", currency=order.currency)]
    amounts = [order.total, order.vat, *([order.rounding] if order.rounding else [])]
    for line in order.lines:
        amounts += [line.charged, line.unit_price, *(tax.amount for tax in line.taxes)]
        amounts += [discount.amount for discount in line.discounts]
        amounts += [tax.base for tax in line.taxes if tax.base is not None]
    foreign = sorted({amount.currency for amount in amounts} - {order.currency})
    if foreign:
        return [on_order(order, "CURRENCY_UNKNOWN", f"currency:{code}", currency=code) for code in foreign]
    broken = [line.id for line in order.lines if not line.charged.is_rounded()]
    if broken or not order.total.is_rounded():
        reason = f"amounts charged have more decimals than {order.currency}: {', '.join(broken) or 'total'}"
        return [on_order(order, "OUR_FAULT", reason=reason)]
    if order.total.amount < 0:
        return [on_order(order, "TOTAL_NEGATIVE", total=money_text(order.total))]
    return []


def totals(order: Order) -> Totals:
    """Hold the lines against themselves and their sum against the total."""
    zero = Money.zero(order.currency)
    problems = _lines_that_disagree(order)
    differences: list[Difference] = []
    cash = order.rounding or zero
    charged = total((line.charged for line in order.lines), order.currency)
    if cash:
        most = largest_cash_rounding(order.currency)
        if abs(cash) > most or not cash.is_rounded():
            problems.append(total_differs(order, order.total, order.total - cash))
        cause = DifferenceCause.CASH_ROUNDING
        differences.append(Difference(what="total", shop=charged + cash, ours=charged, cause=cause, bound=most))
    spread = order.total - charged - cash
    if spread:
        half = unit_of(order.currency) / 2
        ladder = total_ladder([total_bound(line, order.prices_include_vat) for line in order.lines])
        ladder += Ladder(lines=half)  # the total itself; alone it explains no whole unit
        found = explained("total", order.total, charged + cash, charged + cash, ladder)
        if found is None:
            problems.append(total_differs(order, order.total, charged + cash))
        else:
            differences.append(found)
    return Totals(cash=cash, spread=spread, differences=tuple(differences), problems=tuple(problems))


def _lines_that_disagree(order: Order) -> list[Problem]:
    """Lines whose quantity, price, discounts and VAT do not give what was charged (a promotion that went missing)."""
    problems: list[Problem] = []
    for line in order.lines:
        said = said_by_line(line, order.prices_include_vat)
        if abs((line.charged - said).amount) > amount_ladder(line, order.prices_include_vat).most:
            problems.append(total_differs(order, line.charged, said.rounded(), line.name))
    return problems
