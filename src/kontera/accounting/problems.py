"""The problems this room can find, each with its cause and facts as the case catalogue expects them.

Decides the wording of causes (what orders with the same trouble share) and nothing about when a problem exists.
Amounts in facts are written "12.34 SEK", rates "25", dates ISO. No personal data.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kontera.accounting.match import Tie
from kontera.accounting.rulebook import Rulebook
from kontera.accounting.rulebook_toml import rule_with_line
from kontera.commerce import Order
from kontera.errors import Problem
from kontera.money import Money, Rounding, decimals_of, round_to

_BOUND_DECIMALS = 4


def rate_text(rate: Decimal) -> str:
    """A percent as people write it: 25, 5.5; never 25.0000."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(amount: Money) -> str:
    """An amount with its currency's decimals, more only where there are more."""
    return str(amount.rounded()) if amount.is_rounded() else f"{rate_text(amount.amount)} {amount.currency}"


def bound_text(bound: Money) -> str:
    """A bound that was exceeded, cut to a length people read: what exceeds it exceeds it as told, too."""
    told = round_to(bound.amount, max(decimals_of(bound.currency), _BOUND_DECIMALS), Rounding.DOWN)
    return money_text(Money(told, bound.currency))


def vat_unmapped(order: Order, country: str, rate: Decimal, tax_class: str, customer: str) -> Problem:
    """No VAT rule knows the combination."""
    facts = {"country": country, "rate": rate_text(rate), "tax_class": tax_class, "customer": customer}
    return Problem(
        code="VAT_UNMAPPED",
        cause=f"vat:{country}:{rate_text(rate)}:{tax_class}:{customer}",
        facts={"order": order.number, **facts},
    )


def account_unmapped(order: Order, kind: str, region: str, rate: Decimal, line: str) -> Problem:
    """No revenue rule knows the line."""
    return Problem(
        code="ACCOUNT_UNMAPPED",
        cause=f"revenue:{kind}:{region}:{rate_text(rate)}",
        facts={"order": order.number, "kind": kind, "region": region, "rate": rate_text(rate), "line": line},
    )


def ambiguous(order: Order, rulebook: Rulebook, section: str, tie: Tie, what: str) -> Problem:
    """Two rules match equally well."""
    return Problem(
        code="RULES_AMBIGUOUS",
        cause=f"rules:{section}.{tie.first.id}|{section}.{tie.second.id}",
        facts={
            "order": order.number,
            "first": rule_with_line(rulebook, section, tie.first),
            "second": rule_with_line(rulebook, section, tie.second),
            "what": what,
        },
    )


def payment_unmapped(order: Order, method: str, amount: Money) -> Problem:
    """No payment rule knows the method."""
    facts = {"order": order.number, "method": method, "amount": money_text(amount)}
    return Problem(code="PAYMENT_UNMAPPED", cause=f"payment:{method}", facts=facts)


def total_differs(order: Order, total: Money, lines: Money, line: str = "") -> Problem:
    """The shop's total is not the sum of its parts. line: the line whose own figures disagree, if it is one line."""
    facts = {
        "order": order.number,
        "total": money_text(total),
        "lines": money_text(lines),
        "difference": money_text(total - lines),
    }
    return Problem(code="TOTAL_DIFFERS", facts=facts | ({"line": line} if line else {}))


def vat_differs(order: Order, rate: str, shop: Money, rules: Money, allowed: Money) -> Problem:
    """The shop's VAT is not what its rate makes of the amounts. rate: percent, or "all" for the order's VAT."""
    facts = {
        "order": order.number,
        "rate": rate,
        "shop": money_text(shop),
        "rules": money_text(rules),
        "difference": money_text(shop - rules),
        "allowed": bound_text(allowed),
    }
    return Problem(code="VAT_DIFFERS", facts=facts)


def on_order(order: Order, code: str, cause: str = "", **facts: str) -> Problem:
    """Any other problem: the order's number is added to the facts."""
    return Problem(code=code, cause=cause, facts={"order": order.number, **facts})


def on_day(order: Order, code: str, cause: str, day: date, **facts: str) -> Problem:
    """A problem with a date."""
    return on_order(order, code, cause, date=day.isoformat(), **facts)
